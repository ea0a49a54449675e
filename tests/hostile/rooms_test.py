#!/usr/bin/env python3
"""Rooms: a line has the room that it was said in, a short receipt time does not silence anybody, odd JSON is read.

    rooms_test.py PARLEYD
"""

import json

from hostile import UNABLE, USERS, HostileTest, RoomsUser, TelnetUser, TwoSocketUser, main

LINES = 40
MOVES = 10  # even: the movers end where they began
ROUNDS = 3
MOVERS = 2
CROWD = 100
PADDING = "in a room " * 60


class RoomOfALine(HostileTest):
    """The line says where it was said, also to those who are on their way to another room."""

    dialects = ("two-socket", "telnet", "rooms")

    def check(self, make_speaker, lines):
        """Lines in two rooms while a user moves to and fro between them, all sent at once; several such users."""
        movers = []
        for number in range(MOVERS):
            rooms = [f"A{number}", f"B{number}"]
            for i in range(CROWD):  # each gets a line before the mover does, which takes a while
                self.add_user(TelnetUser, f"{number}crowd{i}").say(f"/join {rooms[i % 2]}")
            mover = self.connect("rooms")
            mover.send(self.connect_request(number, rooms[0]))
            mover.receive_until("}}\n")
            movers.append((mover, rooms, [make_speaker(room) for room in rooms]))
        heard = 0
        for _ in range(ROUNDS):
            for number, (mover, rooms, speakers) in enumerate(movers):
                mover.send("".join(self.connect_request(number, rooms[i % 2]) for i in range(1, 1 + MOVES)))
                for speaker, room in zip(speakers, rooms):
                    speaker.send(lines(room) * MOVES)
            for number, (mover, rooms, speakers) in enumerate(movers):
                acks = sum(self.read_ack(mover) for _ in range(MOVES))
                heard += acks
        self.assertGreater(heard, 0)

    def read_ack(self, mover):
        """Reads up to the next answer to a move; how many lines came before."""
        heard = 0
        while (one := json.loads(mover.receive_until("}}\n")))["type"] != "connect_ack":
            if one["type"] == "message":
                heard += 1
                self.assertEqual(one["payload"]["text"], PADDING + one["payload"]["room"])
        return heard

    @staticmethod
    def connect_request(number, room):
        return RoomsUser.to_object("connect", name=f"mover{number}", room=room)

    def test_said_in_rooms(self):
        self.check(lambda room: self.add_user(RoomsUser, f"in{room}", room=room),
                   lambda room: RoomsUser.to_object("message", text=PADDING + room))

    def test_said_in_telnet(self):
        def make_speaker(room):
            speaker = self.add_user(TelnetUser, f"in{room}")
            speaker.say(f"/join {room}")
            speaker.socket.receive_until(f"You are in the room {room}.\r\n")  # the crowd may still be leaving the lobby
            return speaker

        self.check(make_speaker, lambda room: f"{PADDING}{room}\r\n")


class ShortReceiptTime(HostileTest):
    options = ("--receipt-timeout", "0.02")

    def test_lines_of_every_dialect_come(self):
        bob = self.add_user(RoomsUser, "bob")
        for i, user_class in enumerate(USERS):
            ann = self.add_user(user_class, f"ann{i}")
            bob.sees_arrival(ann.name)
            came = sum(self.comes(ann, bob, f"line {line}") for line in range(LINES))
            self.assertGreater(came, 0 if isinstance(ann, TwoSocketUser) else LINES - 1)
            ann.close()
            bob.sees_departure(ann.name)

    @staticmethod
    def comes(ann, bob, text):
        """A two-socket sender is told when its line's time is up before it could leave."""
        ann.say(text)
        if isinstance(ann, TwoSocketUser) and ann.socket.expect_one_of("SENT ALL\n\n", UNABLE) == 1:
            return False
        bob.hears(ann.name, text)
        return True


class OddJson(HostileTest):
    dialects = ("two-socket", "rooms")

    def check(self, request, text):
        ann = self.add_user(TwoSocketUser, "ann")
        bob = self.add_user(RoomsUser, "bob")
        for cut in range(1, len(request)):
            bob.send(request[:cut])
            bob.send(request[cut:])
            ann.hears("bob", text)

    def test_half_a_surrogate_pair(self):
        self.check('{"type": "message", "payload": {"text": "a\\ud83d b\\udc00"}}', "a\ufffd b\ufffd")

    def test_numbers_of_any_size(self):
        self.check('{"type": "message", "n": 1e999999, "payload": {"text": "hi", "m": -1e-999999}}', "hi")


if __name__ == "__main__":
    main()
