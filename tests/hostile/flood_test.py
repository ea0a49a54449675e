#!/usr/bin/env python3
"""Who floods without end is read later again and again, and ended by its times all the same.

    flood_test.py PARLEYD
"""

import contextlib
import selectors
import socket
import time

from hostile import KIB, MIB, TIME_FACTOR, UNABLE, Deadline, HostileTest, TelnetUser, TwoSocketUser, main, send_frame, to_bytes
from web_socket import LAST, PING, SWITCHING, TEXT, frame, upgrade

IAC_NOP = b"\xff\xf1"
CONNECT = '{"type": "connect", "payload": {"name": "ann"}}'
SAY = '{"type": "message", "payload": {"text": "%s"}}'
TOO_LATE = b"No name has come for too long.|A request was begun and not completed in time."
FRAME_S = 0.05 * TIME_FACTOR
PUT_OFF_FRAMES = 10
# As fast as it is let, a peer is hardly read: without a bound its times would be put off by nearly all that passes.
LONGEST_S = 20 * PUT_OFF_FRAMES * FRAME_S


class FloodTest(HostileTest):
    def check_ended(self, dialect, first, block):
        """It is, while it writes as much as goes and reads what comes; what came."""
        plain, came, rest = self.open_socket(dialect), b"", first
        plain.setblocking(False)
        deadline = Deadline(LONGEST_S)
        with selectors.DefaultSelector() as selector:
            selector.register(plain, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while deadline.left_s() > 0:
                [(_, events)] = selector.select()
                try:
                    if events & selectors.EVENT_READ:
                        piece = plain.recv(65536)
                        if not piece:
                            return came
                        came += piece
                    if events & selectors.EVENT_WRITE:
                        rest = rest[plain.send(rest):] or block
                except BlockingIOError:
                    continue
                except ConnectionError:  # unread input lay behind our end
                    return came
        self.fail(f"it was not ended in {LONGEST_S} s")


class Flood(FloodTest):
    options = ("--log-level", "off", "--linger-timeout", "0.2", "--flood-bytes", "20000",
               "--sign-on-timeout", str(2 * FRAME_S), "--frame-timeout", str(FRAME_S))

    def test_of_nobody_who_says_nothing(self):
        self.assertIn(b"No name has come for too long.", self.check_ended("telnet", b"", IAC_NOP * 10_000))

    def test_of_nobody_with_a_web_socket(self):
        came = self.check_ended("web", upgrade(), frame(LAST | PING) * 10_000)
        self.assertRegex(came, TOO_LATE)  # when what was read last ended within a ping

    def test_in_a_message_without_an_end(self):
        begun = upgrade() + frame(LAST | TEXT, CONNECT) + frame(TEXT, "{")
        came = self.check_ended("web", begun, frame(0) * 10_000)
        self.assertIn(b"A request was begun and not completed in time.", came)

    def test_of_nobody_in_the_rooms(self):
        came = self.check_ended("rooms", b"", to_bytes(SAY % "x") * 500)
        self.assertIn(b"No name has come for too long.", came)

    def test_who_ends_its_messages_stays(self):
        """Each has its own time, however long it takes to read all of them: here some seconds."""
        ann = self.connect("web")
        ann.ask(upgrade(), SWITCHING)
        ann.send(frame(LAST | TEXT, CONNECT) + frame(LAST | TEXT, SAY % "x") * 300 + frame(LAST | TEXT, SAY % "the last"))
        ann.receive_until("the last")


class FloodOfBrowsers(FloodTest):
    options = ("--log-level", "off", "--linger-timeout", "0.2", "--flood-bytes", "20000", "--request-timeout", str(10 * FRAME_S),
               "--ping-interval", str(10 * FRAME_S), "--frame-timeout", str(5 * FRAME_S))

    def test_of_empty_lines_and_no_request(self):
        self.check_ended("web", b"", b"\r\n" * 10_000)

    def test_who_answers_each_ping_stays(self):
        """The answers stand behind what is read later: for longer than three pings."""
        ann = self.connect("web")
        ann.ask(upgrade(), SWITCHING)
        ann.send(frame(LAST | TEXT, CONNECT) + frame(LAST | TEXT, SAY % "x") * 500 + frame(LAST | TEXT, SAY % "the last"))
        ann.receive_until("the last")


class FloodOfNothing(FloodTest):
    """What asks for nothing is read as slowly as too many requests are."""
    options = ("--log-level", "off", "--flood-exempt", "127.0.0.1", "--flood-rate", "1")
    most_bytes = 256 * MIB  # many times what the buffers of sockets take

    def register(self, *channels):
        plain = self.open_socket("two-socket", source="127.0.0.2")
        for channel in channels:
            plain.sendall(f"REGISTER {channel} bob\n\n".encode())
            answer = f"REGISTERED {channel} bob\n\n".encode()
            self.assertEqual(plain.recv(len(answer)), answer)
        return plain

    def check_read_later(self, plain, block):
        """Soon hardly anything goes while another user has 500 answers; without a bound there is no end to it."""
        block, sent, before = block * (64 * KIB // len(block)), 0, -self.most_bytes
        with contextlib.closing(self.add_user(TwoSocketUser, "ann")) as ann:
            plain.setblocking(False)
            while sent - before > 16 * KIB:
                before = sent
                for _ in range(500):
                    with contextlib.suppress(BlockingIOError):
                        while True:
                            self.assertLess(sent, self.most_bytes)
                            sent += plain.send(block[sent % len(block):])
                    ann.hears_nothing()
        self.check_alive()

    def check_blocks(self, make, *blocks):
        for block in blocks:
            with self.subTest(block=block), contextlib.ExitStack() as stack:
                self.restart(*self.options)
                self.check_read_later(make(stack), block)

    def test_F1_4_blank_lines_where_bob_sends(self):
        def make(stack):
            stack.enter_context(sending := self.register("TOSEND"))
            stack.enter_context(self.register("TORECV"))
            return sending
        self.check_blocks(make, b"\n", b"\r\n", b" \t\r\n")

    def test_F1_4_blank_lines_where_bob_receives(self):
        def make(stack):
            stack.enter_context(self.register("TOSEND"))
            return stack.enter_context(self.register("TORECV"))
        self.check_blocks(make, b"\n")

    def test_F1_4_blank_lines_before_a_registration(self):
        self.check_blocks(lambda stack: stack.enter_context(self.register()), b"\n", b"\r\n")

    def test_R5_of_one_socket(self):
        """Its requests are refused, not read later; blank lines and answers to nothing are no requests."""
        self.check_blocks(lambda stack: stack.enter_context(self.register("TOSEND", "TORECV")), b"\n", b"RECEIVED ann\n\n")

    def test_R5_refusals_on_one_socket(self):
        """Of thousands of SENDs a few are refused while another user has 500 answers; without a bound all are."""
        one, count, came = self.register("TOSEND", "TORECV"), 5000, b""
        one.sendall(send_frame("nobody") * count)
        one.setblocking(False)
        ann = self.add_user(TwoSocketUser, "ann")
        for _ in range(500):
            ann.hears_nothing()
            with contextlib.suppress(BlockingIOError):
                while piece := one.recv(64 * KIB):
                    came += piece
        self.assertLess(came.count(UNABLE), count // 2)
        self.assertIn(UNABLE, came)

    def test_R5_one_socket_over_the_rate_has_the_rate(self):
        """What was refused is not to be paid for: it would be refused for ever."""
        self.restart("--log-level", "off", "--flood-exempt", "none", "--flood-rate", "10")
        self.add_user(TelnetUser, "tom")
        frame = send_frame("tom")
        with self.register("TOSEND", "TORECV") as one, one.makefile("rb") as answers:
            one.sendall(300 * frame)
            for _ in range(300):
                answers.readline(), answers.readline()
            deadline, answer = Deadline(), b""
            while answer != b"SENT tom\n":
                self.assertTrue(deadline.left_s(), answer)
                time.sleep(0.05)
                one.sendall(frame)
                answer = answers.readline()
                answers.readline()

    def test_F1_3_blanks_behind_a_line(self):
        def make(stack):
            one = stack.enter_context(self.register("TOSEND", "TORECV"))
            one.sendall(b"RECEIVED ann\n")
            return one
        self.check_blocks(make, b" ")


class FloodBehindTheEnd(FloodTest):
    options = ("--log-level", "off", "--linger-timeout", "1000")

    def ended(self):
        """A socket whose stream the server has ended."""
        plain = self.open_socket("two-socket")
        plain.sendall(b"SEND x\nContent-length: -\n\n")
        with plain.makefile("rb") as answer:
            self.assertTrue(answer.read().startswith(b"ERROR "))
        return plain

    def test_it_is_reset_in_the_end(self):
        plain, sent = self.ended(), 0
        with self.assertRaises(ConnectionError):
            while sent < 256 * MIB:
                sent += plain.send(b"x" * 65536)

    def test_whoever_has_sent_less_is_not(self):
        plain = self.ended()
        plain.sendall(b"x" * (15 * MIB))
        plain.shutdown(socket.SHUT_WR)
        self.server.stop()  # it has read all of that by then, or has reset the stream
        self.assertEqual(plain.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0)


if __name__ == "__main__":
    main()
