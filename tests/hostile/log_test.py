#!/usr/bin/env python3
"""What peers can make the server write into its log is bounded, whatever they send and how often.

    log_test.py PARLEYD
"""

import contextlib

from hostile import DIALECTS, KIB, HostileTest, Socket, TwoSocketUser, main

PEERS = 300
LOG_BYTES = 1000 * KIB  # without a limit it was 2 to 18 MB
ODD = b"\x01" * 1000


class Log(HostileTest):
    def flood(self, dialect, data, peers=PEERS):
        """Each of these peers sends all of it and reads all answers."""
        for _ in range(peers):
            with Socket(self.server.ports[dialect]) as one, contextlib.suppress(ConnectionError, AssertionError):
                one.send(data)
                one.half_close()
                one.receive_rest()

    def check(self, dialect, data, peers=PEERS, is_logged=True):
        before = self.log_bytes()
        self.flood(dialect, data, peers)
        self.check_growth(before, is_logged)

    def check_growth(self, before, is_logged=True):
        """There is something in the log, and not too much."""
        if is_logged:
            self.assertGreater(self.log_bytes(), before)
        self.assertLess(self.log_bytes() - before, LOG_BYTES)

    def test_refused_registers(self):
        self.check("two-socket", b"REGISTER TOSEND %s\n\n" % ODD * 15)

    def test_refused_registers_of_a_user(self):
        """The refusals in a row end with a request that is granted."""
        ann = self.add_user(TwoSocketUser, "ann")
        before = self.log_bytes()
        refused = b"REGISTER TOSEND %s\n\n" % ODD
        for _ in range(PEERS):
            with Socket(self.server.ports["two-socket"]) as eve:
                eve.send(b"REGISTER TOSEND eve\n\n" + refused * 15)
                eve.half_close()
                with contextlib.suppress(ConnectionError, AssertionError):
                    eve.receive_rest()
        self.check_growth(before)
        ann.hears_nothing()

    def test_names_that_cannot_be(self):
        for dialect, data in {
            "livecode": b"AUTH,1000\n%s\n" % ODD,
            "names": b"1005NAME %s" % ODD,
            "telnet": ODD + b"\r\n",
            "rooms": b'{"type": "connect", "payload": {"name": "%s", "room": "x"}}' % (b"\\u0001" * 1000),
        }.items():
            with self.subTest(dialect=dialect):
                self.restart()
                self.check(dialect, data * 15, is_logged=False)

    def test_requests_that_are_none(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                self.restart()
                self.check(dialect, (ODD + b"\n\n") * 15, is_logged=False)

    def test_users_who_come_and_go(self):
        self.check("telnet", b"eve\r\n", 3 * PEERS)

    def test_users_who_come_and_go_fifteen_times_on_each_connection(self):
        """25,000 lines at once, then 200 a second for all users together."""
        rounds = b"AUTH,4\neves\nDCNX,4\neves\n" * 15
        self.flood("livecode", rounds, 4 * PEERS)
        self.check("livecode", rounds, 2 * PEERS)
        self.server.stop()
        self.assertRegex(self.server.log, r"\(\d+ lines about users were left out\)")

    def test_what_was_left_out_is_counted(self):
        self.flood("two-socket", b"REGISTER TOSEND %s\n\n" % ODD * 15)
        self.server.stop()
        self.assertRegex(self.server.log, r"\(\d+ lines about newcomers were left out\)")


if __name__ == "__main__":
    main()
