#!/usr/bin/env python3
"""The JSON rooms: coming, talking, changing rooms and going (PROTOCOL.md, RM2 to RM5).

    rooms_test.py PARLEYD
"""

import json
import threading

import name_faults as why
from rooms_clients import ANOTHER, CONNECTED, MESSAGE, NAME_TAKEN, NO_TYPE, RoomsTest
from support import WAIT_S, main
from users import LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser

LARGEST_FRAME_BYTES = 1024


class ConnectTest(RoomsTest):
    def test_RM2_3_RM4_5_ack_first_then_notifications(self):
        ann, bob = self.add_all("ann", "bob")
        carl = self.stranger()
        carl.send(json.dumps({"type": "connect", "payload": {"name": "carl", "room": "General"}})
                  + json.dumps({"type": "message", "payload": {"text": "hi"}}))
        carl.expect(CONNECTED)
        for user in (ann, bob):
            user.sees_arrival("carl")
        for user in (ann, bob, carl):
            user.hears("carl", "hi")
            user.hears_nothing()

    def test_RM2_4_taken_name_then_another_try(self):
        users = self.gather((RoomsUser, "Bob"), (TwoSocketUser, "alice"), (LiveCodeUser, "Lucy"), (NamesUser, "nick"),
                            (TelnetUser, "Tess"))
        other = self.stranger()
        for name in ("Bob", "bob", "BOB", "alice", "Alice", "lucy", "Nick", "tess"):
            other.request("connect", name=name, room="General")
            other.expect_notification(NAME_TAKEN)
        other.name = "Carl"
        other.sign_on()
        for user in users:
            user.sees_arrival("Carl")
            user.hears_nothing()

    def test_RM2_4_names_that_nobody_can_have(self):
        user = self.stranger()
        for name, fault in (("", why.REQUIRED), (" ", why.BLANK), ("two words", why.BLANK), ("tab\t", why.CONTROL),
                            ("line\n", why.CONTROL), ("nul\0", why.CONTROL), ("del\x7f", why.CONTROL),
                            ("\x1b[2J", why.CONTROL), ("x" * 33, why.TOO_LONG), ("é" * 17, why.TOO_LONG),
                            ("\u202e", why.INVISIBLE), ("ALL", why.RESERVED), ("all", why.RESERVED),
                            ("Broadcast", why.RESERVED), ("server", why.RESERVED)):
            with self.subTest(name=name):
                user.request("connect", name=name, room="General")
                user.expect_notification(fault + ANOTHER)
        user.name = "é" * 16
        user.sign_on()

    def test_RM2_4_rooms_that_cannot_be(self):
        user = self.stranger()
        for room, fault in ((" ", why.ROOM_BLANKS), (" a", why.ROOM_BLANKS), ("a ", why.ROOM_BLANKS),
                            ("a\nb", why.ROOM_CONTROL), ("\x1b", why.ROOM_CONTROL), ("x" * 65, why.ROOM_TOO_LONG),
                            ("\u2028", why.ROOM_BLANKS)):
            with self.subTest(room=room):
                user.request("connect", name="Alice", room=room)
                user.expect_notification(fault + ANOTHER)
        user.name = "Alice"
        user.enter("x" * 64)
        user.request("connect", name="Alice", room="x" * 65)
        user.expect_notification(why.ROOM_TOO_LONG + ANOTHER)
        user.say("hi")
        user.sees_said("hi")

    def test_RM2_1_RM2_2_other_keys_and_no_room(self):
        for name, payload in (("a", {"nickname": "a", "room_name": "Tea"}), ("b", {"sender": "b", "room": "Tea"}),
                              ("c", {"name": "c"}), ("d", {"name": "d", "room": ""})):
            user = self.stranger()
            user.request("connect", **payload)
            user.expect(CONNECTED)
            user.room = "Tea" if name in "ab" else "General"
            user.say("hi")
            user.hears(name, "hi")
            user.leave()

    def test_RM2_5_connect_again_changes_the_room(self):
        ann, bob = self.add_all("ann", "bob")
        carl = self.add("carl", room="Tea")
        bob.enter("Tea")
        ann.sees_departure("bob")
        carl.sees_arrival("bob")
        bob.say("hi")
        carl.hears("bob", "hi")
        bob.hears("bob", "hi")
        bob.enter("")
        bob.room = "General"
        carl.sees_departure("bob")
        ann.sees_arrival("bob")
        ann.say("welcome")
        bob.hears("ann", "welcome")
        carl.hears_nothing()

    def test_RM2_5_the_ack_comes_after_the_answers_to_what_was_asked_before(self):
        bob = self.add("bob")
        for text in ("one", "two"):
            bob.say(text)
        bob.request("what")
        bob.request("connect", name="bob", room="Tea")
        for text in ("one", "two"):
            bob.sees_said(text)
        bob.expect_notification(NO_TYPE)
        bob.expect(CONNECTED)
        bob.room = "Tea"
        bob.say("three")
        bob.sees_said("three")

    def test_RM2_5_connect_again_to_the_same_room(self):
        ann, bob = self.add_all("ann", "bob")
        bob.enter("general")
        bob.room = "General"
        ann.hears_nothing()
        ann.say("hi")
        bob.hears("ann", "hi")

    def test_RM2_5_connect_again_with_another_spelling_of_the_name(self):
        zoe = self.add("Zo\u00eb")
        for spelling in ("zo\u00cb", "Zoe\u0308", "ZOE\u0308"):
            zoe.request("connect", name=spelling, room="Tea")
            zoe.expect(CONNECTED)

    def test_RM2_6_connect_again_with_another_name(self):
        ann, bob = self.add_all("ann", "bob")
        for name in ("bert", "ann", "two words"):
            bob.request("connect", name=name, room="Tea")
            bob.expect_notification("You are connected as bob already; connect again changes only the room.")
        bob.say("hi")
        bob.sees_said("hi")
        ann.hears("bob", "hi")

    def test_RM6_1_time_to_sign_on(self):
        self.server = self.start_server("--sign-on-timeout", "2")
        raw, user = self.connect("rooms"), self.add("bob")
        raw.ask("raw", "raw")
        late = self.stranger()
        late.request("connect", name="two words", room="General")
        late.expect_notification(why.BLANK + ANOTHER)
        late.expect_notification("No name has come for too long.")
        late.socket.expect_end()
        raw.ask("more", "more")
        user.hears_nothing()

    def test_time_for_an_object(self):
        self.server = self.start_server("--frame-timeout", "0.3")
        ann, bob = self.add_all("ann", "bob")
        bob.send('{"type": "message", ')
        bob.expect_notification("A request was begun and not completed in time.")
        bob.socket.expect_end()
        ann.sees_departure("bob")
        ann.hears_nothing()


class MessageTest(RoomsTest):
    def test_RM3_1_sender_and_room_are_the_connections(self):
        ann, bob = self.add_all("ann", "bob")
        bob.request("message", sender="ann", room="Tea", text="it was me")
        for user in (ann, bob):
            user.hears("bob", "it was me")
        bob.request("message", sender=["ann"], text="no matter")
        for user in (ann, bob):
            user.hears("bob", "no matter")

    def test_RM3_1_several_rooms(self):
        rooms = {room: [self.add(f"{room}1", room=room)] for room in ("General", "Tea", "Größe")}
        for room, users in rooms.items():
            users.append(self.add(f"{room}2", room=room))
            users[0].sees_arrival(f"{room}2")
        for room, users in rooms.items():
            users[0].say(f"hello {room}")
        for room, users in rooms.items():
            for user in users:
                user.hears(f"{room}1", f"hello {room}")
                user.hears_nothing()

    def test_RM3_1_a_room_is_shown_as_the_first_one_wrote_it(self):
        ann = self.add("ann", room="Tea Time")
        bob = self.add("bob", room="TEA TIME")
        bob.room = "Tea Time"
        ann.sees_arrival("bob")
        bob.say("hi")
        for user in (ann, bob):
            user.hears("bob", "hi")

    def test_RM3_1_texts_come_as_they_went(self):
        ann, bob = self.add_all("ann", "bob")
        for text in ("", " ", "two\nlines\r\n\ttab", "\ufeff",
                     "\\ and \" and / and }{][", "\0\x1b\x7f", "Grüße 😀 \u2028"):
            with self.subTest(text=text):
                bob.request("message", text=text)
                for user in (ann, bob):
                    came = json.loads(user.socket.receive_until("\n"))
                    self.assertEqual(came["payload"], {"sender": "bob", "room": "General", "text": text})

    def test_RM4_1_RM4_3_long_texts_in_several_messages(self):
        ann, bob = self.add_all("ann", "bob")
        for text in ("x" * 5000, "😀" * 1500, '"' * 3000, "\x01" * 500, "aé€😀\n" * 300):
            with self.subTest(text=text[:5]):
                bob.request("message", text=text)
                for user in (ann, bob):
                    came = ""
                    while len(came) < len(text):
                        line = user.socket.receive_until("\n")
                        self.assertLessEqual(len(line), LARGEST_FRAME_BYTES)
                        payload = json.loads(line)["payload"]
                        self.assertEqual((payload["sender"], payload["room"]), ("bob", "General"))
                        came += payload["text"]
                    self.assertEqual(came, text)

    def test_RM4_4_bytes_that_are_not_text(self):
        ann = self.add("ann")
        bob = self.add_user(TwoSocketUser, "bob")
        ann.sees_arrival("bob")
        bob.say(b"caf\xe9 \xff\0")
        ann.hears("bob", "caf\ufffd \ufffd\0")
        bob.sees_said("")

    def test_RM3_4_private_lines(self):
        ann = self.add("ann", room="Tea")
        bob = self.add_user(TwoSocketUser, "bob")
        bob.tell("ANN", "psst")
        ann.hears_private("bob", "psst")
        bob.sees_told("ann", "psst")
        text = "x" * 3000
        bob.tell("ann", text)
        came = ""
        while len(came) < len(text):
            payload = json.loads(ann.socket.receive_until("\n"))["payload"]
            self.assertEqual((payload["sender"], payload["room"]), ("bob", "Tea"))
            self.assertTrue(payload["text"].startswith("(private) x"))
            came += payload["text"].removeprefix("(private) ")
        self.assertEqual(came, text)
        bob.sees_told("ann", text)

    def test_RM3_1_many_talk_at_once(self):
        names = [f"user{number}" for number in range(8)]
        users = self.add_all(*names)
        talkers = [threading.Thread(target=lambda user=user: [user.say(f"line {line}") for line in range(5)])
                   for user in users]
        for talker in talkers:
            talker.start()
        for talker in talkers:
            talker.join(WAIT_S)
        for user in users:
            lines = {name: [] for name in names}
            for _ in range(5 * len(names)):
                payload = json.loads(user.socket.receive_until("\n"))["payload"]
                lines[payload["sender"]].append(payload["text"])
            self.assertEqual(lines, {name: [f"line {line}" for line in range(5)] for name in names})
            user.hears_nothing()


class LeavingTest(RoomsTest):
    def test_RM5_1_exit(self):
        ann, bob = self.add_all("ann", "bob")
        bob.leave()
        ann.sees_departure("bob")
        ann.hears_nothing()
        self.add("bob")
        ann.sees_arrival("bob")

    def test_RM5_1_exit_before_connect(self):
        ann = self.add("ann")
        self.stranger().leave()
        ann.hears_nothing()

    def test_RM5_1_nothing_counts_after_exit(self):
        ann, bob = self.add_all("ann", "bob")
        bob.send(MESSAGE + '{"type": "exit"}' + MESSAGE + "x" * 100_000)
        ann.hears("bob", "Hello, everyone!")
        ann.sees_departure("bob")
        ann.hears_nothing()
        self.assertTrue(bob.socket.receive_rest().decode().endswith(
            bob.to_object("exit_ack", message="Disconnected from the room.")))

    def test_RM5_3_a_killed_clients_name_is_free_at_once(self):
        ann = self.add("ann")
        for end in (RoomsUser.kill, RoomsUser.end, lambda user: user.socket.half_close()):
            bob = self.add("bob")
            ann.sees_arrival("bob")
            end(bob)
            ann.sees_departure("bob")
        self.add("BOB")
        ann.sees_arrival("BOB")

    def test_RM5_3_the_end_of_the_stream_in_an_object(self):
        ann, bob = self.add_all("ann", "bob")
        bob.send('{"type": "message", "payload": {"text": "half')
        bob.socket.half_close()
        bob.socket.expect_end()
        ann.sees_departure("bob")
        ann.hears_nothing()

    def test_the_server_stops(self):
        bob, raw, stranger = self.add("bob"), self.connect("rooms"), self.stranger()
        raw.ask("x", "x")
        stranger.hears_nothing()
        self.server.program.process.terminate()
        for connection in (bob.socket, raw, stranger.socket):
            connection.expect_end()
            connection.close()
        self.server.program.wait_for_end()


if __name__ == "__main__":
    main()
