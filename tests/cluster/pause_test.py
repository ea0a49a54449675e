#!/usr/bin/env python3
"""A node that stands still, as one whose machine swaps or was suspended, and then goes on.

    pause_test.py PARLEYD      with PARLEY_LONG=1 in the environment it stands still for half a minute
"""

import os
import time

from cluster import (
    LEASE_S, RECEIPT_S, UNABLE, USERS, ClusterTest, LiveCodeUser, TelnetUser, TwoSocketUser, WebUser, main, until,
    wait_out)

SHORT_S = 0.5
LONG_S = 30 if os.environ.get("PARLEY_LONG") else 1


class Pause(ClusterTest):
    def setUp(self):
        super().setUp()
        self.ann, self.cat, self.eve, self.bob, self.dan = self.gather(
            (self.one, TwoSocketUser, "ann"), (self.one, TelnetUser, "cat"), (self.three, LiveCodeUser, "eve"),
            (self.two, TwoSocketUser, "bob"), (self.two, TelnetUser, "dan"))

    def test_a_short_pause_is_only_a_delay(self):
        self.two.pause()
        self.ann.tell("dan", "are you asleep?")
        wait_out(SHORT_S)
        self.two.resume()
        self.dan.hears_private("ann", "are you asleep?")
        self.ann.sees_told("dan", "are you asleep?")
        wait_out(LEASE_S)
        self.assert_talk(self.ann, self.cat, self.eve, self.bob, self.dan)
        for user in (self.ann, self.cat, self.eve, self.bob, self.dan):
            user.hears_nothing()

    def test_a_long_pause_delays_only_those_who_write_to_its_users(self):
        self.two.pause()
        began = time.monotonic()
        self.ann.tell("bob", "are you asleep?")
        for number in range(20):
            with self.within(1):
                self.cat.say(f"line {number}")
                self.eve.hears("cat", f"line {number}")
                self.ann.hears("cat", f"line {number}")
        with self.within(RECEIPT_S + 1 - (time.monotonic() - began)):
            self.ann.socket.expect(UNABLE)
        with self.within(LEASE_S + 5 - (time.monotonic() - began)):
            for watcher in (self.cat, self.eve):
                watcher.sees_departure("bob")
                watcher.sees_departure("dan")
        wait_out(LONG_S)  # what is answered with 102 must not be delivered later
        self.two.resume()
        self.comes_back()

    def comes_back(self):
        """Its users have been connected all the time, and have lost nobody."""
        for watcher in (self.cat, self.eve):
            watcher.sees_arrival("bob")
            watcher.sees_arrival("dan")
        self.sees_list(["ann", "cat", "eve", "bob", "dan"], in_order=False)
        self.cat.tell("dan", "good morning")
        came = self.dan.socket.receive_until(self.dan.private_line("cat", "good morning")).decode()
        for line in came.split("\r\n")[:-2]:  # what was said meanwhile and was not too old
            self.assertTrue(line.startswith("cat> line "), line)
        self.bob_is_well()
        self.assert_talk(self.ann, self.cat, self.eve, self.bob, self.dan)
        for user in (self.ann, self.cat, self.eve, self.bob, self.dan):
            user.hears_nothing()

    def bob_is_well(self):
        """Perhaps has lines of that time to read."""
        self.cat.tell("bob", "good morning")
        while True:
            head = self.bob.receiving.receive_until("\n\n")
            body = self.bob.receiving.receive_exactly(int(head.split()[-1]))
            self.bob.receiving.send("RECEIVED\n\n")
            if body == b"good morning":
                return
            self.assertTrue(head.startswith(b"FORWARD cat\n") and body.startswith(b"line "), (head, body))

    def test_who_has_lost_its_name_is_told_so_and_ended(self):
        losers = [self.join(self.two, user_class, f"fay{i}") for i, user_class in enumerate(USERS)]
        for loser in losers:
            for watcher in (self.cat, self.eve):
                watcher.sees_arrival(loser.name)
        self.two.pause()
        until(lambda: self.one.lists() == self.three.lists() == ["ann", "cat", "eve"], "node two is taken for dead")
        winners = []
        for number, loser in enumerate(losers):
            winners.append(self.join_when_free((self.one, self.three)[number % 2], loser.name.upper()))
        self.two.resume()
        for loser in losers:
            with self.subTest(dialect=loser.dialect):
                if isinstance(loser, TwoSocketUser):
                    self.assertIn(b"ERROR 100 ", loser.receiving.receive_rest())
                words = loser.socket.receive_rest()
                if isinstance(loser, WebUser):
                    self.assertEqual(loser.socket.close_code, 4001)
                self.assertRegex(loser.socket.close_reason if isinstance(loser, WebUser) else words, rb"(?i)\bname\b")
        self.sees_list(["ann", "cat", "eve", *(winner.name for winner in winners), "bob", "dan"], in_order=False)
        self.cat.tell("dan", "good morning")
        self.dan.socket.receive_until(self.dan.private_line("cat", "good morning"))
        for winner in winners:
            winner.tell("dan", "this is me now")
            self.dan.socket.receive_until(self.dan.private_line(winner.name, "this is me now"))
            self.dan.tell(winner.name, "so it is")
            winner.hears_private("dan", "so it is")


if __name__ == "__main__":
    main()
