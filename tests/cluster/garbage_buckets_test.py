#!/usr/bin/env python3
"""Somebody writes garbage over the claims of names and nodes.

    garbage_buckets_test.py PARLEYD
"""

from cluster import main, until
from garbage import Garbage

NAMES, NODES = "parley-parley-names", "parley-parley-nodes"


class GarbageBuckets(Garbage):
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


if __name__ == "__main__":
    main()
