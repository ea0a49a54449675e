#!/usr/bin/env python3
"""The WebSocket byte by byte: what it may carry, each code with which it closes, and what peers do to it that mean ill.

    frames_test.py PARLEYD
"""

import json
import os
import signal
import struct

from web import WebTest, main, support  # first: it knows where the others are

from users import TelnetUser, WebUser, error
from web_socket import (BINARY, CLOSE, LAST, PING, PONG, SWITCHING, TEXT, close_frame, frame, request, text_frame, upgrade)

CONNECT = json.dumps({"type": "connect", "payload": {"name": "ann"}})
CONNECTED = '{"type": "connect_ack", "payload": {"message": "Connected to the room."}}'
EXIT_ACK = '{"type": "exit_ack", "payload": {"message": "Disconnected from the room."}}'
NO_TYPE = error("type", "The type of a request is connect, message or exit.")[:-1]
MOST_BYTES = 65536


def message(text):
    return json.dumps({"type": "message", "payload": {"text": text}}, ensure_ascii=False)


def text_of(sender, text):
    """As the server writes it to a web user."""
    return text_frame(json.dumps({"type": "message", "payload": {"sender": sender, "room": "General", "text": text}},
                                 ensure_ascii=False))


class FramesTest(WebTest):
    def ann(self):
        """A WebSocket that is signed on."""
        visitor = self.open_socket()
        visitor.ask(frame(LAST | TEXT, CONNECT), text_frame(CONNECTED))
        return visitor

    def expect_close(self, visitor, code):
        """A close with this code and a sentence, which is answered, and the end of the stream."""
        first, length = visitor.receive_exactly(2)
        self.assertEqual(first, LAST | CLOSE)
        payload = visitor.receive_exactly(length)
        self.assertEqual(struct.unpack("!H", payload[:2])[0], code, payload)
        visitor.send(frame(LAST | CLOSE, payload[:2]))
        visitor.expect_end()
        return payload[2:].decode()

    def alive(self, visitor):
        """It answers, and with nothing else before."""
        visitor.ask(frame(LAST | TEXT, "{}"), text_frame(NO_TYPE))


class Messages(FramesTest):
    def test_WB4_1_an_object_a_message(self):
        ann, tom = self.ann(), self.add_user(TelnetUser, "tom")
        ann.expect(text_frame('{"type": "notification", "payload": {"message": "tom has joined the room."}}'))
        for text in ("hello", "", "two\nlines", "\u00e9\U0001f600", "x" * 125, "x" * 5000, "<b>&amp;\u202e"):
            with self.subTest(text=text[:20]):
                ann.ask(frame(LAST | TEXT, message(text)), text_of("ann", text))
        tom.say("by the terminal")

    def test_WB4_1_the_longest_text_comes_whole(self):
        ann = self.ann()
        text = "x" * (MOST_BYTES - len(message("")))
        ann.ask(frame(LAST | TEXT, message(text)), text_of("ann", text))
        tom = self.add_user(TelnetUser, "tom")
        tom.hears_nothing()

    def test_WB3_3_frames_behind_the_request_at_once(self):
        visitor = self.visitor()
        visitor.send(upgrade() + frame(LAST | TEXT, CONNECT) + frame(LAST | TEXT, message("hi")))
        visitor.expect(SWITCHING.encode() + text_frame(CONNECTED) + text_of("ann", "hi"))

    def test_WB4_1_cut_anywhere(self):
        visitor = self.visitor()
        visitor.send_byte_by_byte(upgrade() + frame(LAST | TEXT, CONNECT) + frame(LAST | TEXT, message("x" * 200)))
        visitor.expect(SWITCHING.encode() + text_frame(CONNECTED) + text_of("ann", "x" * 200))

    def test_WB4_2_in_fragments_with_control_frames_between_them(self):
        ann = self.ann()
        text = message("in \u00e9 pieces").encode()
        pieces = [text[i:i + 1] for i in range(len(text))]  # within the letter, too
        for number, piece in enumerate(pieces):
            ann.send(frame(TEXT if number == 0 else 0, piece))
            ann.ask(frame(LAST | PING, piece), frame(LAST | PONG, piece, is_masked=False))
            ann.send(frame(LAST | PONG, "unasked"))
            ann.send(frame(0))
        ann.ask(frame(LAST), text_of("ann", "in \u00e9 pieces"))

    def test_WB5_1_neither_lines_nor_two_objects_nor_raw_text(self):
        ann = self.ann()
        not_json = error("json", "That is not a JSON object in UTF-8.")[:-1]
        for text in ("hello", "", message("a") + message("b"), message("a")[:-1], "{" * 1000):
            with self.subTest(text=text[:20]):
                ann.ask(frame(LAST | TEXT, text), text_frame(not_json))
        ann.ask(frame(LAST | TEXT, f"\n {message('a')}\n"), text_of("ann", "a"))

    def test_WB5_2_seventeen_levels(self):
        ann = self.ann()
        for levels in (17, 60_000):
            ann.ask(frame(LAST | TEXT, "[" * levels), text_frame(error("json", "Your JSON object has too many levels.")[:-1]))
        said = '{"type": "message", "payload": {"text": "a", "more": %s}}'
        ann.ask(frame(LAST | TEXT, said % ("[" * 14 + "]" * 14)), text_of("ann", "a"))

    def test_WB5_2_mistakes_have_a_code_and_the_socket_lives(self):
        visitor = self.open_socket()
        for asked, code in (("not json", "json"), ('{"type": "shout"}', "type"), ('{"type": "connect", "payload": {}}', "type"),
                            (message("hi"), "not_connected"), ('{"type": "connect", "payload": {"name": "a b"}}', "name"),
                            ('{"type": "connect", "payload": {"name": "ann", "room": "a\\tb"}}', "room")):
            with self.subTest(asked=asked):
                visitor.send(frame(LAST | TEXT, asked))
                first, length = visitor.receive_exactly(2)
                length = int.from_bytes(visitor.receive_exactly(2), "big") if length == 126 else length
                answer = json.loads(visitor.receive_exactly(length))
                self.assertEqual((first, answer["type"], answer["payload"]["code"]), (LAST | TEXT, "error", code))
        visitor.ask(frame(LAST | TEXT, CONNECT), text_frame(CONNECTED))

    def test_WB5_3_exit(self):
        for visitor in (self.open_socket(), self.ann()):
            visitor.send(frame(LAST | TEXT, '{"type": "exit"}') + frame(LAST | TEXT, message("too late")))
            visitor.expect(text_frame(EXIT_ACK) + close_frame(1000))
            visitor.socket.setblocking(False)
            with self.assertRaises(BlockingIOError):  # its end waits for ours
                visitor.socket.recv(1)
            visitor.socket.settimeout(support.WAIT_S)
            visitor.send(frame(LAST | TEXT, "{}") + frame(LAST | CLOSE, struct.pack("!H", 1000)))
            visitor.expect_end()
        visitor = self.ann()  # both at once
        visitor.send(frame(LAST | TEXT, '{"type": "exit"}') + frame(LAST | CLOSE))
        visitor.expect(text_frame(EXIT_ACK) + close_frame(1000))
        visitor.expect_end()

    def test_WB5_3_a_close_that_is_never_answered(self):
        self.server = self.start_server("--linger-timeout", "0.2", dialects=self.dialects)
        ann = self.ann()
        ann.send(frame(LAST | TEXT, '{"type": "exit"}'))
        ann.expect(text_frame(EXIT_ACK) + close_frame(1000))
        ann.expect_end()


class Features(FramesTest):
    """RM7 to RM10 on a WebSocket; tests/dialects/rooms_features_test.py has them all."""

    def receive_object(self, visitor):
        first, length = visitor.receive_exactly(2)
        self.assertEqual(first, LAST | TEXT)
        length = int.from_bytes(visitor.receive_exactly(2), "big") if length == 126 else length
        answer = json.loads(visitor.receive_exactly(length))
        return answer["type"], answer["payload"]

    def send_object(self, visitor, type_, **payload):
        visitor.send(frame(LAST | TEXT, json.dumps({"type": type_, "payload": payload})))

    def test_WB5_1_who_private_and_delivery(self):
        tom = self.add_user(TelnetUser, "tom")
        ann = self.open_socket()
        self.send_object(ann, "connect", name="ann", features=["who", "private", "delivery", "unheard of"])
        self.assertEqual(self.receive_object(ann), ("connect_ack", {
            "message": "Connected to the room.", "name": "ann", "room": "General", "features": ["who", "private", "delivery"]}))
        tom.sees_arrival("ann")
        self.send_object(ann, "who")
        self.assertEqual(self.receive_object(ann), ("who", {"users": [
            {"name": "tom", "dialect": "telnet", "room": "General"}, {"name": "ann", "dialect": "web", "room": "General"}],
            "more": False}))
        self.send_object(ann, "message", text="hello", id="7")
        self.assertEqual(self.receive_object(ann), ("message", {"sender": "ann", "room": "General", "text": "hello", "id": "7"}))
        self.assertEqual(self.receive_object(ann), ("delivery", {"id": "7", "result": "delivered", "recipients": 1}))
        tom.hears("ann", "hello")
        self.send_object(ann, "private", to="tom", text="psst", id="8")
        tom.hears_private("ann", "psst")
        self.assertEqual(self.receive_object(ann), ("delivery", {"id": "8", "result": "delivered", "recipients": 1}))
        tom.tell("ann", "yes?")
        self.assertEqual(self.receive_object(ann), ("message", {"sender": "tom", "room": "General", "text": "yes?",
                                                                "private": True}))
        self.send_object(ann, "message", text=7, id="9")
        type_, payload = self.receive_object(ann)
        self.assertEqual((type_, payload["code"], payload["id"]), ("error", "type", "9"))
        tom.leave()
        self.assertEqual(self.receive_object(ann), ("left", {"name": "tom", "room": "General"}))


class Closing(FramesTest):
    options = ("--linger-timeout", "0.3")

    def check_code(self, code, *wrong):
        for number, data in enumerate(wrong):
            with self.subTest(number=number, data=data[:20]):
                visitor = self.open_socket()
                visitor.send(data + frame(LAST | TEXT, CONNECT))
                self.assertTrue(self.expect_close(visitor, code))

    def test_WB4_3_what_RFC_6455_forbids_is_1002(self):
        self.check_code(1002, frame(LAST | TEXT, "hello", is_masked=False), frame(LAST | 0x40 | TEXT, "x"),
                        frame(LAST | 0x10 | TEXT, "x"), frame(LAST | 3, "x"), frame(LAST | 11, "x"), frame(PING, "x"),
                        frame(LAST | PING, 126 * "x"), frame(LAST, "x"), frame(TEXT, "a") + frame(LAST | TEXT, "b"),
                        frame(LAST | CLOSE, b"\x03"), *(frame(LAST | CLOSE, struct.pack("!H", code))
                                                        for code in (0, 999, 1004, 1005, 1006, 1015, 2000, 5000)),
                        b"\x81\xfe\x00\x7d\0\0\0\0x", b"\x81\xff" + struct.pack("!Q", 65535) + b"\0\0\0\0x",
                        b"\x81\xff" + struct.pack("!Q", 1 << 63) + b"\0\0\0\0x")

    def test_WB4_4_other_codes(self):
        self.check_code(1003, frame(LAST | BINARY, "x"), frame(BINARY, "x"))
        self.check_code(1007, frame(LAST | TEXT, b"\xff"), frame(TEXT, b"\xc3") + frame(LAST, "x"),
                        frame(LAST | CLOSE, b"\x03\xe8\xff"))

    def test_WB4_5_too_long_is_1009_before_it_has_come(self):
        self.check_code(1009, frame(LAST | TEXT, (MOST_BYTES + 1) * "x")[:100], b"\x81\xff" + struct.pack("!Q", 1 << 62) + b"\0\0\0\0x",
                        frame(TEXT, MOST_BYTES * "x") + frame(0, "x"))

    def test_WB4_6_a_close_is_answered_with_its_code(self):
        for code in (1000, 1001, 3000, 4999):
            visitor = self.open_socket()
            visitor.send(frame(LAST | CLOSE, struct.pack("!H", code) + b"bye") + frame(LAST | TEXT, CONNECT))
            visitor.expect(frame(LAST | CLOSE, struct.pack("!H", code), is_masked=False))
            visitor.expect_end()
        visitor = self.ann()
        visitor.ask(frame(LAST | CLOSE), b"\x88\x00")
        visitor.expect_end()

    def test_WB6_1_a_stop_is_1001(self):
        visitors = [self.open_socket(), self.ann()]
        plain = self.visitor()
        plain.send(request("/healthz"))
        plain.receive_until("ok\n")
        self.server.program.process.send_signal(signal.SIGTERM)
        plain.expect_end()  # before the linger time is over
        for visitor in visitors:
            self.assertEqual(self.expect_close(visitor, 1001), "the server stops")
        self.server.program.wait_for_end()

    def test_WB6_4_the_end_of_the_stream_without_a_word(self):
        for way in ("half_close", "close", "kill"):
            with self.subTest(way=way):
                tom = self.add_user(TelnetUser, "tom")
                ann = self.ann()
                tom.sees_arrival("ann")
                getattr(ann, way)()
                tom.sees_departure("ann")
                tom.leave()


class Time(FramesTest):
    options = ("--sign-on-timeout", "0.4", "--frame-timeout", "0.4", "--request-timeout", "5")

    def test_WB6_2_who_does_not_sign_on(self):
        self.assertEqual(self.expect_close(self.open_socket(), 1008), "No name has come for too long.")

    def test_WB6_2_a_message_that_is_never_complete(self):
        ann = self.ann()
        ann.send(frame(TEXT, "{"))
        self.expect_close(ann, 1008)
        visitor = self.ann()
        visitor.send(frame(LAST | TEXT, message("x"))[:-1])
        self.expect_close(visitor, 1008)

    def test_WB6_2_a_ping_in_two_pieces_is_no_message(self):
        """Nor is its time still running when it is whole."""
        ann = self.ann()
        cut = frame(LAST | PING, "b")
        ann.ask(frame(LAST | PING, "a") + cut[:3], frame(LAST | PONG, "a", is_masked=False))
        ann.ask(cut[3:], frame(LAST | PONG, "b", is_masked=False))
        self.expect_close(self.open_socket(), 1008)  # whose time began later
        self.alive(ann)

    def test_WB6_2_fragments_and_pings_put_it_off_not(self):
        """A byte at a time, for as long as the server takes any."""
        ann = self.ann()
        ann.send(frame(TEXT, "{"))
        deadline = support.Deadline()
        while deadline.left_s() > 0:
            try:
                ann.send(frame(0, " ") + frame(0) + frame(LAST | PING, "p"))
                ann.socket.settimeout(0.02)
                came = ann.socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not came or b"\x88" in came:
                return
        self.fail("it was never ended")


class Pings(FramesTest):
    options = ("--ping-interval", "0.3")

    def test_WB6_3_who_answers_stays(self):
        ann = self.ann()
        for _ in range(5):
            ann.expect(b"\x89\x00")
            ann.send(frame(LAST | PONG))
        self.alive(ann)

    def test_WB6_3_who_does_not_is_gone(self):
        ann = self.ann()
        ann.expect(b"\x89\x00")
        ann.expect(b"\x89\x00")
        self.assertEqual(self.expect_close(ann, 1008), "No pong has come for too long.")

    def test_WB6_3_who_only_talks_is_gone_too(self):
        ann = self.ann()
        for _ in range(2):
            ann.expect(b"\x89\x00")
            self.alive(ann)
        self.expect_close(ann, 1008)


class Hostile(FramesTest):
    def test_a_flood_of_pings_makes_no_flood_of_pongs(self):
        """All of it is in one read or a few: the last of each is answered."""
        ann = self.ann()
        count = 2000
        ann.send(b"".join(frame(LAST | PING, struct.pack("!H", number), mask=b"\0\0\0\0") for number in range(count))
                 + frame(LAST | TEXT, "{}"))
        came = ann.receive_until(NO_TYPE)
        pongs = came[:-len(text_frame(NO_TYPE))]
        self.assertEqual(len(pongs) % 4, 0)
        self.assertLess(len(pongs) // 4, count)
        self.assertEqual(pongs[-4:], frame(LAST | PONG, struct.pack("!H", count - 1), is_masked=False))

    def test_who_pings_and_reads_nothing_is_cut_off_alone(self):
        tom = self.add_user(TelnetUser, "tom")
        visitor = self.connect("web", receive_buffer_bytes=4096)
        visitor.ask(upgrade(), SWITCHING)
        ping = frame(LAST | PING, os.urandom(125)) * 500
        sent = 0
        while sent < 20_000_000:  # the server stops reading when enough waits
            piece = visitor.send_at_once(ping)
            sent += piece
            if piece == 0:
                break
        tom.hears_nothing()

    def test_who_asks_for_pages_and_reads_nothing_is_read_no_further(self):
        visitor = self.connect("web", receive_buffer_bytes=4096)
        asked = request("/") * 1000
        sent = 0
        while sent < 40_000_000:
            piece = visitor.send_at_once(asked)
            sent += piece
            if piece == 0:
                break
        self.assertLess(sent, 40_000_000)
        self.assertEqual(self.ask(request("/healthz")).status, 200)

    def test_what_is_announced_takes_no_memory(self):
        visitors = [self.open_socket() for _ in range(50)]
        before = self.memory_kib()
        for visitor in visitors:
            visitor.send(frame(LAST | TEXT, MOST_BYTES * "x")[:20])
        self.add_user(TelnetUser, "tom").hears_nothing()
        self.assertLess(self.memory_kib() - before, 50 * 60)  # less than the messages would have

    def memory_kib(self):
        with open(f"/proc/{self.server.pid}/status", encoding="ascii") as status:
            return int(next(line for line in status if line.startswith("VmRSS")).split()[1])

    def test_random_bytes_harm_nobody_else(self):
        tom = self.add_user(TelnetUser, "tom")
        for number in range(30):
            visitor = self.open_socket() if number % 2 else self.visitor()
            visitor.send(os.urandom(300))
            visitor.half_close()
            visitor.receive_rest()
        tom.hears_nothing()

    def test_many_fragments_of_nothing(self):
        ann = self.ann()
        ann.send(frame(TEXT) + frame(0) * 20000)
        ann.send(frame(LAST, "{}"))
        ann.expect(text_frame(NO_TYPE))


class Others(WebTest):
    """Beside users who see what a browser says."""

    def test_a_browser_a_terminal_and_a_second_browser(self):
        ann, tom, eve = self.gather((WebUser, "ann"), (TelnetUser, "tom"), (WebUser, "eve"))
        ann.say("hello")
        for user in (tom, eve):
            user.hears("ann", "hello")
        ann.sees_said("hello")
        tom.say("hi")
        for user in (ann, eve):
            user.hears("tom", "hi")
        tom.tell("eve", "psst")
        eve.hears_private("tom", "psst")
        ann.leave()
        for user in (tom, eve):
            user.sees_departure("ann")


if __name__ == "__main__":
    main()
