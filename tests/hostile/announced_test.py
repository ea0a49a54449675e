#!/usr/bin/env python3
"""What a peer announces takes no memory before it comes, what comes is bounded, and who says nothing for long goes.

    announced_test.py PARLEYD
"""

import selectors
import unittest

from hostile import (
    DIALECTS, IS_SANITIZED, KIB, MIB, TIME_FACTOR, WAIT_S, HostileTest, TelnetUser, TwoSocketUser, main)

SOCKETS = 300
MOST_EACH_BYTES = 16 * KIB  # it was 74 KB

ANNOUNCED = {
    "two-socket": b"SEND ann\nContent-length: 65536\n\nx",
    "livecode": b"MESG,65536\nx",
    "names": b"65536MSG x",
    "telnet": b"x",
    "rooms": b'{"type": "message", "payload": {"text": "x',
}


class Announced(HostileTest):
    @unittest.skipIf(IS_SANITIZED, "a sanitizer's own memory is what would be measured")
    def test_it_takes_no_memory(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                self.restart()
                empty = self.used.memory_bytes()
                first = [self.open_socket(dialect) for _ in range(SOCKETS)]
                self.fence()
                idle = self.used.memory_bytes()
                for one in first:
                    one.sendall(ANNOUNCED[dialect])
                self.fence()
                grown = (self.used.memory_bytes() - idle) / SOCKETS
                print(f"{dialect}: a silent socket {(idle - empty) / SOCKETS / KIB:.1f} KiB, with a beginning {grown / KIB:.1f} more")
                self.assertLess(grown, MOST_EACH_BYTES)
                for one in first:
                    one.close()

    def test_what_comes_counts_with_what_waits(self):
        """Halves of requests by many who are nobody: so many sockets end that the rest is in the bound."""
        most_bytes, come_bytes, sockets = 2 * MIB, 60_000, 100
        for dialect in set(DIALECTS) - {"telnet"}:  # whose lines are cut
            with self.subTest(dialect=dialect):
                self.restart("--max-waiting-bytes", str(most_bytes), "--registration-timeout", "600",
                             "--frame-timeout", "600")
                ann, bob = self.gather((TelnetUser, "ann"), (TwoSocketUser, "bob"))
                with selectors.DefaultSelector() as ended:
                    for _ in range(sockets):
                        one = self.open_socket(dialect)
                        one.sendall(ANNOUNCED[dialect] + b"x" * come_bytes)
                        ended.register(one, selectors.EVENT_READ)
                    for _ in range(sockets - most_bytes // come_bytes):
                        ready = ended.select(WAIT_S)
                        self.assertTrue(ready, "more is held than may be")
                        ended.unregister(ready[0][0].fileobj)
                ann.say("hello")
                bob.hears("ann", "hello")
                bob.tell("ann", "x" * 1000)
                ann.hears_private("bob", "x" * 1000)

    def fence(self):
        """Others have been served meanwhile, so that nobody's input waits."""
        for _ in range(20):
            with self.open_socket("names") as one:
                one.sendall(b"08NAME eve")
                one.recv(100)

    def test_silent_raw_sockets_end(self):
        self.restart("--raw-idle-timeout", str(TIME_FACTOR))
        silent = self.connect("rooms")
        silent.ask(b"hello", b"hello")
        silent.receive_rest()
        self.check_alive()


if __name__ == "__main__":
    main()
