#!/usr/bin/env python3
"""What a peer announces takes no memory before it comes, what comes is bounded, and who says nothing for long goes.

    announced_test.py PARLEYD
"""

import selectors
import unittest

from hostile import (
    DIALECTS, IS_SANITIZED, KIB, MIB, TIME_FACTOR, WAIT_S, HostileTest, TwoSocketUser, main,
    to_bytes)
from web_socket import LAST, TEXT, frame, upgrade

SOCKETS = 300
MOST_EACH_BYTES = 16 * KIB  # it was 74 KB

ANNOUNCED = {
    "two-socket": b"SEND ann\nContent-length: 65536\n\nx",
    "livecode": b"MESG,65536\nx",
    "names": b"65536MSG x",
    "telnet": b"x",
    "rooms": b'{"type": "message", "payload": {"text": "x',
    "web": upgrade() + frame(LAST | TEXT, b"x" * 65536, mask=bytes(4))[:-65535],
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

    def test_what_strangers_send_counts_with_what_waits(self):
        for dialect in set(DIALECTS) - {"telnet"}:  # which keeps only the beginning of a line
            with self.subTest(dialect=dialect):
                self.check_bound(dialect, lambda _, dialect=dialect: ANNOUNCED[dialect])

    def test_what_users_send_counts_with_what_waits(self):
        for dialect, begin in {
            "livecode": lambda i: f"AUTH,6\nuser{i:02}\nMESG,65536\n",
            "names": lambda i: f"11NAME user{i:02}65536MSG ann ",
            "names in lines": lambda i: f"NAME user{i:02}\nMSG ann ",
        }.items():
            with self.subTest(dialect=dialect):
                self.check_bound(dialect.split()[0], begin)

    def check_bound(self, dialect, begin):
        """Halves of requests by many: sockets are closed until the rest fits the bound."""
        most_bytes, come_bytes, sockets = 2 * MIB, 60_000, 100
        self.restart("--max-waiting-bytes", str(most_bytes), "--registration-timeout", "600", "--frame-timeout", "600")
        ann, bob = self.gather((TwoSocketUser, "ann"), (TwoSocketUser, "bob"))
        with selectors.DefaultSelector() as ended:
            for i in range(sockets):
                one = self.open_socket(dialect)
                one.sendall(to_bytes(begin(i)) + b"x" * come_bytes)
                ended.register(one, selectors.EVENT_READ)
            for _ in range(sockets - most_bytes // come_bytes):
                self.wait_for_an_end(ended)
        bob.tell("ann", "x" * 1000)
        ann.hears_private("bob", "x" * 1000)

    def wait_for_an_end(self, ended):
        while ready := ended.select(WAIT_S):
            for key, _ in ready:
                if not key.fileobj.recv(1 << 16):
                    return ended.unregister(key.fileobj)
        raise AssertionError("more is held than may be")

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
