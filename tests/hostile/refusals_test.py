#!/usr/bin/env python3
"""Sockets over a cap: they are told so, and hold nobody up.

    refusals_test.py PARLEYD
"""

import time

from hostile import DIALECTS, HostileTest, RoomsUser, main

SOCKETS = 400
MOST_WAIT_S = 15  # a part of a second is usual; when refusals held up accept() it was 53

FULL = "Too many connections from your address"


class Refusals(HostileTest):
    options = ("--max-connections-per-address", "4")

    def test_many_of_one_address_do_not_hold_up_another(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                crowd = [self.open_socket(dialect, "127.0.0.2") for _ in range(SOCKETS)]
                began = time.monotonic()
                with self.open_socket("rooms", "127.0.0.3") as other:
                    other.sendall(RoomsUser.to_object("exit").encode())
                    self.assertTrue(other.recv(1000))
                with self.open_socket(dialect, "127.0.0.3") as other:
                    other.sendall(b"REGISTER TORECV ann\n\nAUTH,3\nann\n")  # answered somehow in each
                    self.assertTrue(other.recv(1000) if dialect != "rooms" else True)
                self.assertLess(time.monotonic() - began, MOST_WAIT_S)
                for one in crowd:
                    one.close()

    def test_a_new_one_is_told_in_its_dialect(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                source = f"127.0.1.{1 + DIALECTS.index(dialect)}"
                inside = [self.open_socket(dialect, source) for _ in range(4)]
                refused = self.open_socket(dialect, source)
                refused.shutdown(1)
                shown = b""
                while piece := refused.recv(1000):
                    shown += piece
                self.assertIn(FULL, shown.decode())
                for one in inside:
                    one.close()

    def test_those_inside_go_on(self):
        inside = self.open_socket("two-socket", "127.0.0.2")
        inside.sendall(b"REGISTER TOSEND ann\n\n")
        self.assertEqual(inside.recv(1000), b"REGISTERED TOSEND ann\n\n")
        for _ in range(SOCKETS):
            self.open_socket("two-socket", "127.0.0.2")
        inside.sendall(b"REGISTER TORECV ann\n\n")
        self.assertEqual(inside.recv(1000), b"REGISTERED TORECV ann\n\n")


if __name__ == "__main__":
    main()
