#!/usr/bin/env python3
"""Bursts of long lines, and those who are behind with reading but do read.

    bursts_test.py PARLEYD
"""

import time

from hostile import HostileTest, LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser, main

LINE = "x" * 60_000
LINES = 10


class Bursts(HostileTest):
    def check(self, reader, lines=LINES):
        """The reader begins to read when all has been said; nothing is missing then, and it is still there."""
        speaker = self.add_user(LiveCodeUser, "ann")
        reader.sees_arrival("ann")
        for _ in range(lines):
            speaker.say(LINE)
            speaker.hears("ann", LINE)
        came = 0
        while came < lines * len(LINE):  # however the dialect cuts them
            piece = reader.socket.receive_once() if reader.dialect != "two-socket" else reader.receiving.receive_once()
            self.assertTrue(piece, f"thrown out after {came} bytes")
            came += piece.count(b"x")
            if reader.dialect == "two-socket" and piece.endswith(b"x"):
                reader.receiving.send(b"RECEIVED\n\n" * (came // len(LINE) - self.acknowledged))
                self.acknowledged = came // len(LINE)
        if reader.dialect == "livecode" and not piece.endswith(b"\n"):
            reader.expect("\n")
        reader.hears_nothing()

    acknowledged = 0

    def test_to_telnet(self):
        self.check(self.add_user(TelnetUser, "reader"))

    def test_to_livecode(self):
        self.check(self.add_user(LiveCodeUser, "reader"))

    def test_to_two_socket(self):
        self.check(self.add_user(TwoSocketUser, "reader"))

    def test_to_names(self):
        self.check(self.add_user(NamesUser, "reader", width=5))

    def test_to_names_of_two_digits(self):
        """Each line is 700 frames: what waits is bounded with what a frame costs."""
        self.check(self.add_user(NamesUser, "reader"), lines=4)

    def test_a_paste_of_short_lines(self):
        """A line of one byte takes room in each reader's queue as well: who does not read for a while is not thrown out."""
        bob, reader = self.gather((TelnetUser, "bob"), (TelnetUser, "reader"))
        bob.say("/join aside")
        bob.expect("You are in the room aside.\r\n")
        reader.sees_departure("bob")
        speaker = self.add_user(TelnetUser, "ann")
        reader.sees_arrival("ann")
        speaker.socket.send("x\n" * 400_000)
        end = time.monotonic() + 2
        while time.monotonic() < end:  # it is served what it is let
            bob.hears_nothing()
        bob.say("/who")
        bob.expect("3 user(s) online: bob, reader, ann\r\n")
        for _ in range(2000):
            reader.hears("ann", "x")

    def test_to_rooms(self):
        """What leaves for it is paced: a line takes two seconds."""
        self.check(self.add_user(RoomsUser, "reader"), lines=2)


if __name__ == "__main__":
    main()
