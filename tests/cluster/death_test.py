#!/usr/bin/env python3
"""A node that is killed costs its own users and nobody else.

    death_test.py PARLEYD
"""

import time

from cluster import (
    LEASE_S, RECEIPT_S, UNABLE, USERS, ClusterTest, LiveCodeUser, NamesUser, TelnetUser, TwoSocketUser, main, until)


class DeathTest(ClusterTest):
    def gather_around_node_two(self):
        """Three who stay, and a user of each dialect on node two."""
        self.ann, self.cat, self.eve = self.gather(
            (self.one, TwoSocketUser, "ann"), (self.one, TelnetUser, "cat"), (self.three, LiveCodeUser, "eve"))
        self.victims = [self.join(self.two, user_class, f"bob{i}") for i, user_class in enumerate(USERS)]
        for watcher in (self.cat, self.eve):
            for victim in self.victims:
                watcher.sees_arrival(victim.name)
        self.sees_list(["ann", "cat", "eve", *(victim.name for victim in self.victims)])

    def loses_a_line_to(self, victim, kill):
        """It is on the way when its recipient's node dies."""
        self.ann.tell(victim.name, "hello")
        victim.expect(victim.private_line("ann", "hello"))
        kill()
        with self.within(RECEIPT_S + 1):
            self.ann.socket.expect(UNABLE)

    def asks_for_the_gone(self, victims):
        for victim in victims:
            with self.within(RECEIPT_S + 1):
                self.ann.tell(victim.name, "still there?")
                self.ann.socket.expect(UNABLE)


class Death(DeathTest):
    def test_its_users_are_gone_and_everybody_else_goes_on(self):
        self.gather_around_node_two()
        began = time.monotonic()
        self.loses_a_line_to(self.victims[0], self.two.kill)
        self.asks_for_the_gone(self.victims[:2])
        with self.within(LEASE_S + 5 - (time.monotonic() - began)):
            for watcher in (self.cat, self.eve):
                gone = {watcher.socket.receive_until("\r\n" if watcher is self.cat else " disconnected\n") for _ in self.victims}
                self.assertEqual(gone, {watcher.departure_notice(victim.name) for victim in self.victims})
        with self.within(2 * LEASE_S - (time.monotonic() - began)):
            for victim in self.victims:
                for node in (self.one, self.three):
                    until(lambda: self.gets_name(node, "two-socket", victim.name), f"{victim.name} is free on node {node.name}")
        self.sees_list(["ann", "cat", "eve"], self.one, self.three)
        self.assert_talk(self.ann, self.cat, self.eve)
        for user in (self.ann, self.cat, self.eve):
            user.hears_nothing()

    def test_it_comes_back_under_its_name(self):
        self.gather_around_node_two()
        self.two.kill()
        with self.within(2 * LEASE_S + 1):
            self.two = until(self.tries_to_start_node_two, "a node of the name of the killed one starts")
        self.nodes[1] = self.two
        self.sees_list(["ann", "cat", "eve"])
        fay = self.join(self.two, NamesUser, "bob0")
        self.sees_list(["ann", "cat", "eve", "bob0"])
        fay.tell("ann", "I am back")
        self.ann.hears("bob0", "I am back")

    def tries_to_start_node_two(self):
        """Nothing, as long as its claim is still there."""
        try:
            return self.start_node("two", self.broker.url)
        except AssertionError:
            return None


class DeathUnwatched(ClusterTest):
    """All nodes die at once, and one of another name starts."""

    def test_names_of_the_dead_are_free(self):
        for node, name in zip(self.nodes, ("ann", "bob", "cat")):
            self.join(node, TelnetUser, name)
        for node in self.nodes:
            node.kill()
        other = self.start_node("other", self.broker.url)
        self.assertFalse(self.gets_name(other, "names", "ann"))
        with self.within(2 * LEASE_S):
            for name in ("ann", "bob", "cat"):
                until(lambda: self.gets_name(other, "two-socket", name), f"{name} is free")


class DeathUnderALongLease(DeathTest):
    """Who writes to a dead node's users is not kept until the lease ends."""

    lease_s = 60

    def test_SENDs_end_within_the_receipt_time(self):
        self.gather_around_node_two()
        self.loses_a_line_to(self.victims[0], self.two.kill)
        self.asks_for_the_gone(self.victims)
        with self.within(RECEIPT_S + 1):
            self.ann.say("everybody?")
            self.eve.hears("ann", "everybody?")
            self.cat.hears("ann", "everybody?")
            self.ann.socket.expect(UNABLE)  # the users of node two have not got it
        for user in (self.cat, self.eve):
            user.hears_nothing()


if __name__ == "__main__":
    main()
