#!/usr/bin/env python3
"""Somebody writes garbage to every subject of the cluster: nobody is harmed, and the log stays short.

    garbage_packets_test.py PARLEYD
"""

import random

from cluster import main
from garbage import Garbage

RANDOM_PACKETS = 300


class GarbagePackets(Garbage):
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


if __name__ == "__main__":
    main()
