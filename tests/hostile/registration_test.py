#!/usr/bin/env python3
"""Signing on by odd ways: both address families, lines behind a request, a first frame without a length, probes.

    registration_test.py PARLEYD
"""

import socket
import unittest

from hostile import DIALECTS, USERS, WAIT_S, HostileTest, NamesUser, TwoSocketUser, main, send_frame

PROBES = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n" * 5,
    "SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "SMTP": b"EHLO scanner\r\nQUIT\r\n",
    "redis": b"*1\r\n$4\r\nPING\r\n",
    "PROXY v1": b"PROXY TCP4 192.0.2.1 192.0.2.2 1024 25\r\nalice\r\n",
    "PROXY v2": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\1\x7f\0\0\1\0\x50\0\x50alice\r\n",
}


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
        return True
    except OSError:
        return False


class HappyEyeballs(HostileTest):
    dialects = ("two-socket",)

    @unittest.skipUnless(has_ipv6(), "no IPv6 here")
    def test_one_half_over_each_family(self):
        self.restart("--host", "::", dialects=self.dialects)
        for first, second in (("127.0.0.1", "::1"), ("::1", "127.0.0.1")):
            for channels in (("TOSEND", "TORECV"), ("TORECV", "TOSEND")):
                with self.subTest(first=first, channels=channels):
                    name = f"ann{first[0]}{channels[0][2]}".replace(":", "six")
                    sockets = {}
                    for address, channel in zip((first, second), channels):
                        one = socket.create_connection((address, self.server.ports["two-socket"]), WAIT_S)
                        self.addCleanup(one.close)
                        sockets[channel] = one
                        one.sendall(f"REGISTER {channel} {name}\n\n".encode())
                        self.assertEqual(one.recv(1000).decode(), f"REGISTERED {channel} {name}\n\n")
                    sockets["TOSEND"].sendall(send_frame(name, "hi"))
                    self.assertEqual(sockets["TORECV"].recv(1000).decode(),
                                     f"FORWARD {name}\nContent-length: 2\n\nhi")


class LinesBehindReceived(HostileTest):
    dialects = ("two-socket",)

    def test_they_are_a_part_of_it(self):
        ann, bob = self.gather((TwoSocketUser, "ann"), (TwoSocketUser, "bob"))
        for answer in ("RECEIVED bob\nContent-length: 0\n\n", "RECEIVED\nfrom: ann\n\n", "RECEIVED ann\nx:y\nz: z\n\n"):
            for cut in range(1, len(answer)):
                with self.subTest(answer=answer, cut=cut):
                    ann.tell("bob", "hi")
                    bob.expect(bob.private_line("ann", "hi"))
                    bob.receiving.send(answer[:cut])
                    bob.receiving.send(answer[cut:])
                    ann.sees_told("bob", "hi")


class RefusalsInARow(HostileTest):
    """R6.5: only those in a row end a socket."""
    dialects = ("two-socket",)
    options = ("--max-refusals-in-a-row", "3")

    def setUp(self):
        super().setUp()
        self.ann, self.bob = self.gather((TwoSocketUser, "ann"), (TwoSocketUser, "bob"))

    def refusals(self):
        """One on each socket that ann sends on, and bob receives on."""
        self.ann.socket.send("REGISTER TOSEND eve\n\n")
        self.assertIn(b"ERROR 100", self.ann.socket.receive_until("\n\n"))
        self.bob.receiving.send(send_frame("ann", "hi"))
        self.assertIn(b"ERROR 101", self.bob.receiving.receive_until("\n\n"))

    def test_what_is_granted_between_them_ends_the_row(self):
        for _ in range(4):
            for _ in range(2):
                self.refusals()
            self.ann.tell("bob", "hi")
            self.bob.sees(self.bob.private_line("ann", "hi"))
            self.ann.sees_told("bob", "hi")

    def test_the_third_ends_both(self):
        for _ in range(3):
            self.refusals()
        for user in (self.ann, self.bob):
            for one in (user.socket, user.receiving):
                one.expect_end()


class FirstFrames(HostileTest):
    def test_names_00_is_the_end(self):
        ann = self.connect("names")
        ann.send(b"00")
        ann.half_close()
        self.assertIn(b"EXIT", ann.receive_rest())

    def test_names_00_without_the_end_of_the_stream(self):
        for zeros in (b"00", b"0000", b"0000000000"):
            with self.subTest(zeros=zeros):
                ann = self.connect("names")
                ann.send_byte_by_byte(zeros)
                self.assertEqual(ann.receive_rest()[-4:], b"EXIT")


class Probes(HostileTest):
    def test_nobody_arrives(self):
        watchers = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS)))
        for dialect in DIALECTS:
            for protocol, probe in PROBES.items():
                for cut in (len(probe), 1, 2, 5, len(probe) // 2):
                    with self.subTest(dialect=dialect, protocol=protocol, cut=cut):
                        visitor = self.connect(dialect)
                        visitor.send(probe[:cut])
                        visitor.send(probe[cut:])
                        visitor.half_close()
                        visitor.receive_rest()
        for watcher in watchers:
            watcher.hears_nothing()
        lister = self.add_user(NamesUser, "lister")
        lister.request("GET_NAMES")
        shown = lister.socket.receive_until("lister").decode()
        self.assertNotRegex(shown, "QUIT|SSH|EHLO|alice|PING")


if __name__ == "__main__":
    main()
