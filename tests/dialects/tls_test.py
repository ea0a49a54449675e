#!/usr/bin/env python3
"""Every dialect over TLS: the same bytes as in clear, however they are cut, with users in clear beside them.

    tls_test.py PARLEYD
"""

import ssl
import tempfile
from pathlib import Path

from support import TIME_FACTOR, DialectTest, main
from tls_clients import ALL_DIALECTS, TLS_USERS, TlsSocket, any_context, over_tls, port_options
from users import USERS, LiveCodeUser, TelnetUser, TwoSocketUser

LONG = "0123456789abcdef" * 4096  # the longest body, and four records and more
FLOOD_LINES = 40


def cut_sockets(piece_bytes, version=None):
    """TLS sockets that send segments of so many bytes."""
    return type("CutSocket", (TlsSocket,), {"piece_bytes": piece_bytes, "context": any_context(version)})


class TlsTest(DialectTest):
    more_options = ()

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        options = port_options() + ["--tls-self-signed", Path(folder) / "own", *self.more_options]
        self.server = self.start_server(*options, dialects=ALL_DIALECTS, own_ports=True)


class Conversation(TlsTest):
    def check(self, user_classes):
        """Everybody's line is heard by everybody, and everybody leaves as the dialect wants it."""
        users = self.gather(*((user_class, f"user{i}") for i, user_class in enumerate(user_classes)))
        for speaker in users:
            text = f"I am {speaker.name}"
            speaker.say(text)
            for user in users:
                if user is not speaker or user.hears_itself:
                    user.hears(speaker.name, text)
            if isinstance(speaker, TwoSocketUser):
                speaker.sees_said(text)
        while users:
            leaver = users.pop()
            leaver.leave()
            for user in users:
                user.sees_departure(leaver.name)

    def test_users_in_clear_and_over_tls(self):
        self.check(USERS + TLS_USERS)

    def test_both_versions(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version.name):
                self.check([over_tls(user, cut_sockets(None, version)) for user in USERS])

    def test_whatever_the_segments(self):
        for piece_bytes in (1, 2, 3, 5, 100, 1000):
            with self.subTest(piece_bytes=piece_bytes):
                self.check([over_tls(user, cut_sockets(piece_bytes)) for user in USERS])

    def test_a_letter_in_a_record(self):
        user_class = over_tls(TwoSocketUser)
        ann, bob = self.add_user(user_class, "ann"), self.add_user(user_class, "bob")
        ann.socket.send_byte_by_byte("SEND bob\nContent-length: 5\n\nhello")
        bob.hears_private("ann", "hello")
        ann.sees_told("bob", "hello")


class Long(TlsTest):
    more_options = ("--receipt-timeout", str(60 * TIME_FACTOR), "--max-mailbox-bytes", str(8 * 1024 * 1024))

    def check_both_ways(self, socket_class):
        """Each sends as much as it can, and nobody reads before all of it is sent."""
        user_class = over_tls(TwoSocketUser, socket_class)
        ann, bob = self.add_user(user_class, "ann"), self.add_user(user_class, "bob")
        pairs = ((ann, bob), (bob, ann))
        for _ in range(8):
            for sender, recipient in pairs:
                sender.tell(recipient.name, LONG)
        for _ in range(8):
            for sender, recipient in pairs:
                recipient.hears_private(sender.name, LONG)
        for sender, recipient in pairs:
            for _ in range(8):
                sender.sees_told(recipient.name, LONG)
        for user in (ann, bob):
            user.leave()

    def test_both_ways_at_once(self):
        for piece_bytes in (None, 777):
            with self.subTest(piece_bytes=piece_bytes):
                self.check_both_ways(cut_sockets(piece_bytes))

    def test_what_waited_leaves_whole(self):
        """A reader that stood still gets every line, in order, and hears then that its own end was seen."""
        ann, bob = self.add_user(TwoSocketUser, "ann"), self.add_user(over_tls(TwoSocketUser), "bob")
        sleeper = self.add_user(over_tls(LiveCodeUser), "sleeper", receive_buffer_bytes=4096)
        for i in range(12):
            ann.tell("sleeper", f"{i} {LONG[:60_000]}")
        ann.tell("bob", "that was all")
        bob.hears_private("ann", "that was all")
        sleeper.socket.half_close()
        for i in range(12):
            sleeper.hears_private("ann", f"{i} {LONG[:60_000]}")
        sleeper.socket.expect_end()


class SlowReader(TlsTest):
    more_options = ("--receipt-timeout", str(1 * TIME_FACTOR), "--max-queue-bytes", "262144",
                    "--progress-timeout", str(3 * TIME_FACTOR))

    def test_OD8_hurts_nobody(self):
        ann, bob = self.add_user(TwoSocketUser, "ann"), self.add_user(over_tls(TwoSocketUser), "bob")
        tom = self.add_user(over_tls(TelnetUser), "tom")
        self.add_user(over_tls(LiveCodeUser), "sleeper", receive_buffer_bytes=4096)
        tom.sees_arrival("sleeper")
        for i in range(FLOOD_LINES):
            ann.tell("sleeper", LONG[:60_000])
            bob.tell("tom", f"line {i}")
            bob.sees_told("tom", f"line {i}")
        outcomes = [ann.socket.expect_one_of("SENT sleeper\n\n", "ERROR 102 Unable to send\n\n")
                    for _ in range(FLOOD_LINES)]
        self.assertEqual(outcomes[-1], 1, "it is still there")
        self.add_user(over_tls(LiveCodeUser), "sleeper")


class Ends(TlsTest):
    def test_a_stream_that_is_cut_off(self):
        bob = self.add_user(TelnetUser, "bob")
        ann = self.add_user(over_tls(TelnetUser), "ann")
        bob.sees_arrival("ann")
        ann.send("half a li")
        ann.socket.cut_off()
        bob.sees_departure("ann")
        bob.hears_nothing()  # nor is the half said
        bob.close()
        self.server.stop()
        self.assertIn("ann left: cut its TLS stream off", self.server.log)

    def test_a_stream_that_ends(self):
        bob = self.add_user(TelnetUser, "bob")
        ann = self.add_user(over_tls(TelnetUser), "ann")
        bob.sees_arrival("ann")
        ann.send("a last line")
        ann.socket.half_close()
        bob.hears("ann", "a last line")
        bob.sees_departure("ann")
        ann.socket.expect_end()

    def test_the_end_of_tls_alone(self):
        """Without TCP's own, as of a client that waits for the server's."""
        ann = self.add_user(over_tls(TelnetUser), "ann")
        try:
            ann.socket.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        ann.socket._send_ciphertext()
        ann.socket.expect_end()

    def test_the_server_stops(self):
        users = [self.add_user(user_class, f"user{i}") for i, user_class in enumerate(TLS_USERS[:2])]
        self.server.program.process.terminate()
        for user in users:
            user.socket.receive_rest()
            user.socket.half_close()
        users[0].receiving.receive_rest()
        users[0].receiving.half_close()
        self.server.program.wait_for_end()


if __name__ == "__main__":
    main()
