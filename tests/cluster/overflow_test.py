#!/usr/bin/env python3
"""More comes from the bus than a node can read: that is noticed and logged, and every SEND is answered all the same.

    overflow_test.py PARLEYD
"""

import struct

from cluster import RECEIPT_S, UNABLE, WAIT_S, Bus, ClusterTest, TelnetUser, TwoSocketUser, main, until

TICK = b"\x81\xa1t\xa4tick"
TICKS = 100_000  # of one packet: as slow to read as its bytes allow, and below the megabyte that a broker takes
MOST_PACKETS = 2000
TO_TWO = "parley.parley.to.two.in"


class Overflow(ClusterTest):
    def heavy_packet(self, bus):
        """One that node one could have written, by what it did write."""
        packet = until(lambda: [payload for subject, payload in bus.flush() if subject == TO_TWO], "node one writes to node two")[-1]
        items = packet[0] - 0x90 if packet[0] < 0xa0 else None
        self.assertIsNotNone(items, packet)
        return b"\xdd" + struct.pack(">I", items + TICKS) + packet[1:] + TICK * TICKS

    def test_it_is_logged_and_mended(self):
        with Bus(self.broker) as bus:
            bus.subscribe(TO_TWO)
            bus.flush()
            ann, bob, cat = self.gather((self.one, TwoSocketUser, "ann"), (self.two, TelnetUser, "bob"), (self.three, TelnetUser, "cat"))
            packet = self.heavy_packet(bus)
        with Bus(self.broker) as bus:
            for number in range(MOST_PACKETS):
                bus.publish(TO_TWO, packet)
                if number % 50 == 49:
                    bus.flush()
                    if "faster than they were read" in self.two.log:
                        break
            self.assertIn("faster than they were read", self.two.log)
        with self.within(RECEIPT_S + 1):
            ann.tell("bob", "hello")
            ann.socket.expect_one_of("SENT bob\n\n", UNABLE)
        cat.say("still here")
        ann.hears("cat", "still here")
        # What has come is still to be read, as slow as it is, by a node that may lack the processor.
        until(lambda: self.is_told(ann, bob), "ann can write to bob again", 3 * WAIT_S)
        self.sees_list(["ann", "bob", "cat"])
        self.assert_talk(ann, cat)

    def is_told(self, ann, bob):
        ann.tell("bob", "again")
        if ann.socket.expect_one_of("SENT bob\n\n", UNABLE) == 1:
            return False
        bob.socket.receive_until(bob.private_line("ann", "again"))
        return True


if __name__ == "__main__":
    main()
