#!/usr/bin/env python3
"""The JSON rooms: what no client should send (PROTOCOL.md, RM1 and RM3).

    rooms_input_test.py PARLEYD
"""

from rooms_clients import (BAD_CONNECT, BAD_MESSAGE, MESSAGE, NO_TYPE, NOT_CONNECTED, NOT_JSON, TOO_DEEP, TOO_LONG,
                           RoomsTest, notification)
from support import main


class BadInputTest(RoomsTest):
    def test_RM1_3_RM3_3_answered_and_read_on(self):
        bob = self.add("bob")
        for data, sentences in (
                ("{,}", [NOT_JSON]),
                ('{"type": "exit",}', [NOT_JSON]),
                ("{'type': 'exit'}", [NOT_JSON]),
                (b'{"type": "message", "payload": {"text": "caf\xe9"}}', [NOT_JSON]),
                ('{"type": "message", "payload": {"text": "\t"}}', [NOT_JSON]),
                ('{"x": [}', [NOT_JSON]),
                ('{"x": 1e999}', [NO_TYPE]),
                ('{"type": "exit}\n', [NOT_JSON]),
                ("hello\n", [NOT_JSON]),
                ("[1, 2]\n\n}\r\n", [NOT_JSON, NOT_JSON]),
                ("{} , {}", [NO_TYPE, NOT_JSON, NO_TYPE]),
                ('{"type": "shout"}', [NO_TYPE]),
                ('{"type": 5}{"type": null}', [NO_TYPE, NO_TYPE]),
                ('{"type": ["exit"]}', [NO_TYPE]),
                ('{"type": "message"}', [BAD_MESSAGE]),
                ('{"type": "message", "payload": "hi"}', [BAD_MESSAGE]),
                ('{"type": "message", "payload": {"text": 5}}', [BAD_MESSAGE]),
                ('{"type": "message", "payload": {"text": "a", "text": null}}', [BAD_MESSAGE]),
                ('{"type": "connect"}', [BAD_CONNECT]),
                ('{"type": "connect", "payload": {"name": 5}}', [BAD_CONNECT]),
                ('{"type": "connect", "payload": {"name": "bob", "room": 5}}', [BAD_CONNECT]),
                ('{"type": "connect", "payload": ["bob", "General"]}', [BAD_CONNECT])):
            with self.subTest(data=data):
                bob.send(data)
                for sentence in sentences:
                    bob.expect_notification(sentence)
                bob.say("hi")
                bob.sees_said("hi")

    def test_RM1_7_half_a_surrogate_pair_and_a_number_of_any_size(self):
        bob = self.add("bob")
        bob.send('{"type": "message", "payload": {"text": "caf\\ud83d", "time": 1e999999}}')
        bob.sees_said("caf\ufffd")

    def test_RM3_2_message_before_connect(self):
        ann, bob = self.add("ann"), self.stranger()
        bob.send(MESSAGE)
        bob.expect_notification(NOT_CONNECTED)
        bob.name = "bob"
        bob.sign_on()
        ann.sees_arrival("bob")
        ann.hears_nothing()

    def expect_dropped(self, data, sentence):
        ann = self.add("ann")
        for already in (False, True):
            bob = self.stranger()
            if already:
                bob.name = "bob"
                bob.sign_on()
                ann.sees_arrival("bob")
            bob.send(data)
            self.assertEqual(bob.socket.receive_rest().decode(), notification(sentence))
            if already:
                ann.sees_departure("bob")
        ann.hears_nothing()

    def test_RM1_5_an_object_over_64_kib(self):
        self.expect_dropped('{"x": "' + "x" * 65_536, TOO_LONG)

    def test_RM1_5_a_flood_without_an_end(self):
        self.expect_dropped("{" + "\n" * 1_000_000, TOO_LONG)

    def test_RM1_5_an_object_of_64_kib(self):
        ann = self.add("ann")
        begin, end = '{"type": "message", "payload": {"text": "hi", "x": "', '"}}'
        ann.send(begin + "x" * (65_536 - len(begin) - len(end)) + end)
        ann.sees_said("hi")

    def test_RM1_5_seventeen_levels(self):
        self.expect_dropped('{"x": ' * 17, TOO_DEEP)

    def test_RM1_5_a_million_levels(self):
        self.expect_dropped('{"x": ' + "[" * 1_000_000, TOO_DEEP)

    def test_RM1_5_sixteen_levels(self):
        ann = self.add("ann")
        ann.send('{"type": "message", "payload": {"text": "hi", "x": ' + "[" * 14 + "]" * 14 + "}}")
        ann.sees_said("hi")

    def test_no_room_for_a_connection(self):
        self.server = self.start_server("--max-connections", "1")
        self.add("ann")
        refused = self.connect("rooms")
        refused.expect(notification("Server full"))
        refused.expect_end()


if __name__ == "__main__":
    main()
