#!/usr/bin/env python3
"""Somebody writes garbage to every subject of the cluster: nobody is harmed, and the log stays short.

    garbage_test.py PARLEYD
"""

import random

from cluster import (
    LEASE_S, Bus, ClusterTest, LiveCodeUser, NamesUser, TelnetUser, TwoSocketUser, main, until, wait_out)

MOST_LINES = 60  # that a node may add to its log in one of these tests
RANDOM_PACKETS = 300
NAMES, NODES = "parley-parley-names", "parley-parley-nodes"


class Garbage(ClusterTest):
    def setUp(self):
        super().setUp()
        self.bus = self.enterContext(Bus(self.broker))
        self.bus.subscribe(">")
        self.bus.flush()
        self.users = self.gather((self.one, TwoSocketUser, "ann"), (self.two, TelnetUser, "bob"), (self.three, LiveCodeUser, "cat"))
        self.assert_talk(*self.users)
        # Two heartbeats of each node are among what was on the bus.
        wait_out(LEASE_S / 2)
        self.carried = [(subject, payload) for subject, payload in self.bus.flush() if subject.startswith(("parley.", "$KV."))]
        self.log_lines = [node.log.count("\n") for node in self.nodes]

    def subjects(self):
        """Those that the nodes use, and such as only look like it."""
        used = sorted({subject for subject, _ in self.carried if subject.startswith("parley.")})
        self.assertGreaterEqual(len(used), 4, used)
        beside = [*(subject + ".more" for subject in used), *(subject.rpartition(".")[0] for subject in used), "parley.parley.x"]
        return [*used, *beside]

    def nobody_is_harmed(self):
        self.assert_talk(*self.users)
        self.sees_list([user.name for user in self.users])
        wait_out(LEASE_S)
        for user in self.users:
            user.hears_nothing()
        dan = self.join(self.three, NamesUser, "dan")
        for user in self.users:
            user.sees_arrival("dan")
        self.assertFalse(self.gets_name(self.one, "names", "DAN"))
        dan.leave()
        for node, lines in zip(self.nodes, self.log_lines):
            self.assertLess(node.log.count("\n") - lines, MOST_LINES, node.log[-2000:])

    def test_bytes_that_are_no_packets(self):
        chance = random.Random(1)
        odd = [b"", b"\xc1", b"\xc0", b"\x00", b"{}", b"x" * 1_000_000, b"\x91" * 100_000, b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff",
               b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\x96" + b"\xcf" * 60, b"\x9f" + b"\xcb" * 200, b'{"node": "one"}']
        for subject in self.subjects():
            for payload in odd:
                self.bus.publish(subject, payload)
            for _ in range(RANDOM_PACKETS):
                self.bus.publish(subject, chance.randbytes(chance.randrange(1, 200)), subject)
            self.bus.flush()
        self.nobody_is_harmed()

    def test_packets_that_are_cut(self):
        for subject, payload in self.carried:
            if subject.startswith("parley."):
                for length in range(len(payload)):
                    self.bus.publish(subject, payload[:length])
                self.bus.flush()
        self.nobody_is_harmed()

    def test_packets_that_come_again_and_to_others(self):
        subjects = self.subjects()
        for subject, payload in self.carried:
            # Lines would have to be answered again, and a heartbeat is heard by all as it is.
            if subject.startswith("parley.") and "heartbeat" not in subject and b"speaks" not in payload:
                for other in subjects:
                    self.bus.publish(other, payload)
                self.bus.flush()
        self.recover()

    def test_a_key_that_holds_no_claim(self):
        """What a name's own claim is overwritten with costs nobody the name for long."""
        for subject in {subject for subject, _ in self.carried if subject.startswith(f"$KV.{NAMES}.")}:
            self.bus.publish(subject, b"\xc1garbage")
        self.bus.publish(f"$KV.{NAMES}.mallory", b"garbage")
        self.bus.publish(f"$KV.{NAMES}.mallory.eve", b"garbage")
        self.bus.flush()
        self.nobody_is_harmed()
        self.users[1].leave()
        self.sees_list(["ann", "cat"])
        for name in ("bob", "mallory"):
            until(lambda: self.gets_name(self.three, "names", name), f"{name} can be had")

    def test_a_node_whose_lease_is_overwritten(self):
        for subject in {subject for subject, _ in self.carried if subject.startswith(f"$KV.{NODES}.")}:
            self.bus.publish(subject, b"\xc1garbage")
        self.bus.flush()
        self.recover()

    def test_buckets_that_are_deleted(self):
        for bucket in (NAMES, NODES):
            self.bus.publish(f"$JS.API.STREAM.DELETE.KV_{bucket}")
        self.bus.flush()
        self.recover()

    def recover(self):
        """Everybody stays connected, though lines may come twice, and users be told to have left and come."""
        wait_out(2 * LEASE_S)
        self.sees_list([user.name for user in self.users], in_order=False)
        for user in self.users:
            self.assertFalse(self.gets_name(self.three, "names", user.name.upper()))
        ann, bob, cat = self.users
        for recipient in (bob, cat):
            ann.tell(recipient.name, "hello")
            recipient.socket.receive_until(recipient.private_line("ann", "hello"))
            ann.sees_told(recipient.name, "hello")


if __name__ == "__main__":
    main()
