#!/usr/bin/env python3
"""Clients that do with TLS what they should not: none hangs the server, holds what is not its own, or is noticed by others.

    tls_test.py PARLEYD
"""

import contextlib
import os
import random
import socket
import ssl
import tempfile
import time
import warnings
from pathlib import Path

from hostile import TIME_FACTOR, WAIT_S, Deadline, HostileTest, TwoSocketUser, main, read_to_ends
from support import Program
from tls_clients import ALL_DIALECTS, TlsSocket, any_context, over_tls, port_options

HANDSHAKE_S = 1 * TIME_FACTOR
TlsUser = over_tls(TwoSocketUser)
IN_CLEAR = b"REGISTER TOSEND eve\n\n"


def client_hello():
    """The first bytes of an honest client."""
    outgoing = ssl.MemoryBIO()
    tls = any_context().wrap_bio(ssl.MemoryBIO(), outgoing)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def read_rest(plain):
    """To the end of the stream, which may be a reset."""
    came = b""
    try:
        while piece := plain.recv(4096):
            came += piece
    except ConnectionError:
        pass
    return came


class TlsTest(HostileTest):
    more_options = ("--registration-timeout", str(HANDSHAKE_S))

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.folder = Path(folder) / "own"
        self.restart(*port_options(), "--tls-self-signed", self.folder, *self.more_options, dialects=ALL_DIALECTS,
                     own_ports=True)

    def restart_with(self, *options):
        self.restart(*port_options(), "--tls-self-signed", self.folder, *options, dialects=ALL_DIALECTS, own_ports=True)

    def wait_for_log(self, text, count=1):
        """The log says it so often; a line comes after the end that a client sees."""
        deadline = Deadline()
        while self.server.log.count(text) < count:
            self.assertGreater(deadline.left_s(), 0, f"{text!r} is not in the log: {self.server.log!r}")
            time.sleep(0.005)

    def check_others(self, name="bob"):
        """One in clear and one over TLS talk to each other."""
        ann, bob = self.add_user(TwoSocketUser, f"ann{name}"), self.add_user(TlsUser, name)
        ann.tell(name, "hello")
        bob.hears_private(ann.name, "hello")
        ann.sees_told(name, "hello")
        return ann, bob


class Handshakes(TlsTest):
    def test_a_byte_at_a_time_has_its_time_once(self):
        ann, bob = self.check_others()
        slow, silent = self.open_socket("telnet-tls"), self.open_socket("rooms-tls")
        began, sent = time.monotonic(), 0
        slow.settimeout(0.02)
        for byte in client_hello()[:-1] * 1000:
            try:
                slow.send(bytes([byte]))
                sent += 1
                if not slow.recv(100):
                    break
            except TimeoutError:
                pass
            except ConnectionError:
                break
            self.assertLess(time.monotonic() - began, WAIT_S)
            if sent % 20 == 0:
                bob.tell(ann.name, "meanwhile")
                ann.hears_private("bob", "meanwhile")
                bob.sees_told(ann.name, "meanwhile")
        read_rest(silent)
        self.assertGreaterEqual(time.monotonic() - began, HANDSHAKE_S * 0.9)
        self.wait_for_log("failed the TLS handshake: it was not complete in time", 2)
        self.check_alive()

    def test_garbage(self):
        self.restart_with()
        rng, hello = random.Random(15), client_hello()
        pieces = [bytes(rng.randrange(256) for _ in range(rng.randrange(1, 2000))) for _ in range(30)]
        pieces += [b"\x16\x03\x01" + piece for piece in pieces]
        for _ in range(60):
            changed = bytearray(hello)
            for _ in range(rng.randrange(1, 4)):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
            pieces.append(bytes(changed))
        pieces += [hello[:length] for length in range(0, len(hello), 37)]
        pieces += [hello * 3, hello + b"\x17\x03\x03\x00\x05hello", hello + b"\x15\x03\x03\x00\x02\x02\x28"]
        for piece in pieces:
            with self.open_socket(rng.choice(("two-socket-tls", "livecode-tls", "names-tls", "telnet-tls", "rooms-tls"))) as plain:
                with contextlib.suppress(OSError):  # it may be cut off at the first byte
                    plain.sendall(piece)
                    plain.shutdown(socket.SHUT_WR)
                read_rest(plain)
        self.check_others()

    def test_speech_in_clear_is_told_in_the_log(self):
        for dialect in ("two-socket-tls", "telnet-tls"):
            plain = self.open_socket(dialect)
            plain.sendall(IN_CLEAR)
            self.assertEqual(read_rest(plain), b"")
        self.wait_for_log("failed the TLS handshake: it speaks in clear, not TLS", 2)

    def test_tls_at_a_port_in_clear(self):
        plain = self.open_socket("two-socket")
        plain.sendall(client_hello())
        self.assertIn(b"yours speaks TLS", read_rest(plain))

    def test_resets_in_the_middle(self):
        hello = client_hello()
        for length in (1, 5, 50, len(hello)):
            for _ in range(10):
                plain = self.open_socket("two-socket-tls")
                plain.sendall(hello[:length])
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                plain.close()
        self.check_others()

    def test_many_at_once_are_in_nobodys_way(self):
        hello = client_hello()
        waiting = [self.open_socket("two-socket-tls") for _ in range(200)]
        for index, plain in enumerate(waiting):
            plain.sendall(hello[:index])
        for index in range(5):
            self.check_others(f"bob{index}")
        read_to_ends(waiting)


class Versions(TlsTest):
    def refused(self, change):
        """Whether the server wants none of what such a context offers."""
        context = any_context()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            change(context)
        with self.open_socket("two-socket-tls") as plain:
            try:
                context.wrap_socket(plain).close()
            except (ssl.SSLError, ConnectionError):
                return True
        return False

    def test_old_ones_are_refused(self):
        def only(version):
            def change(context):
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = context.maximum_version = version
            return change
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            self.assertTrue(self.refused(only(version)), version.name)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            self.assertFalse(self.refused(only(version)), version.name)

    def test_weak_ciphers_are_refused(self):
        """Those of TLS 1.2 without forward secrecy, without authentication of each record, or without anything."""
        def only(ciphers):
            def change(context):
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                context.set_ciphers(ciphers + ":@SECLEVEL=0")
            return change
        for ciphers in ("eNULL", "aNULL", "kRSA", "SHA1", "SHA256", "SHA384", "3DES:CAMELLIA:ARIA", "kDHE", "AESCCM"):
            with self.subTest(ciphers=ciphers):
                try:
                    is_refused = self.refused(only(ciphers))
                except ssl.SSLError:  # this client has none of them
                    continue
                self.assertTrue(is_refused)
        self.assertFalse(self.refused(only("ECDHE+AESGCM")))


class Established(TlsTest):
    def s_client(self, *options, dialect="two-socket-tls"):
        return self.enterContext(Program("openssl", "s_client", "-connect", f"127.0.0.1:{self.server.ports[dialect]}", *options))

    def test_renegotiation_is_refused(self):
        ann, bob = self.check_others()
        client = self.s_client("-tls1_2")
        client.wait_for("Verify return code")
        client.type("R\n")
        client.wait_for("no renegotiation")
        bob.tell(ann.name, "hello")
        ann.hears_private("bob", "hello")

    def test_new_keys_in_a_conversation(self):
        client = self.s_client("-tls1_3", dialect="telnet-tls")
        client.wait_for("Please enter your name: ")
        for _ in range(5):
            client.type("K\n")  # the client's, and the server's are asked for
            client.wait_for("KEYUPDATE")
        client.type("eve\n")
        client.wait_for("1 user(s) online: eve")
        client.type("k\n")
        client.wait_for("KEYUPDATE")
        client.type("/fly\n")
        client.wait_for("There is no command /fly")

    def test_garbage_behind_the_handshake(self):
        rng = random.Random(16)
        for length in (1, 5, 100, 20_000):
            with TlsSocket(self.server.ports["telnet-tls"]) as eve:
                with contextlib.suppress(OSError):  # it may be cut off at the first byte
                    eve.socket.sendall(bytes(rng.randrange(256) for _ in range(length)))
                    eve.socket.shutdown(socket.SHUT_WR)
                read_rest(eve.socket)
        self.check_others()

    def test_no_session_is_taken_up_again(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            eve = TlsSocket(self.server.ports["telnet-tls"], context=any_context(version))
            eve.receive_until(": ")
            session = eve.tls.session
            self.assertFalse(session is not None and session.has_ticket, version.name)
            eve.close()


class Refusals(TlsTest):
    more_options = ("--max-connections", "2", "--max-refusals", "2", "--linger-timeout", str(HANDSHAKE_S))

    def test_who_is_refused_is_told_by_tls(self):
        bob = self.add_user(TlsUser, "bob")
        with TlsSocket(self.server.ports["two-socket-tls"]) as refused:
            self.assertIn(b"Server full", refused.receive_rest())
        bob.hears_nothing()

    def test_who_is_refused_and_says_nothing_has_its_time(self):
        bob = self.add_user(TlsUser, "bob")
        silent = [self.open_socket("two-socket-tls") for _ in range(6)]
        for plain in silent:
            self.assertEqual(read_rest(plain), b"")
        bob.hears_nothing()


class Stop(TlsTest):
    more_options = ()

    def test_in_the_middle_of_handshakes(self):
        waiting = [self.open_socket("two-socket-tls") for _ in range(20)]
        for plain in waiting[:10]:
            plain.sendall(client_hello())
        self.check_others()
        self.check_stop(waiting)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    main()
