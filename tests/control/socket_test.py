"""The control socket itself: whose it is, what may be in its place, and clients that mean it ill."""

import json
import os
import socket
import stat
import subprocess
from pathlib import Path

from control import ControlTest, RawClient, support
from support import WAIT_S
from users import NamesUser, TelnetUser

STATS = b'{"do": "stats"}\n'


class SocketTest(ControlTest):
    def refusal(self, path):
        """The line with which a server that cannot be controlled there does not start."""
        ended = subprocess.run([support.Parleyd.command, "--port", "0", "--control", str(path)], timeout=WAIT_S,
                               stdin=subprocess.DEVNULL, capture_output=True, check=False)
        self.assertEqual((ended.returncode, ended.stdout), (2, b""))
        line = ended.stderr.decode()
        self.assertTrue(line.startswith("parleyd: cannot be controlled at ") and line.count("\n") == 1, line)
        return line

    def test_it_is_its_owners_alone(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)

    def test_one_that_is_alive_is_not_taken(self):
        self.assertIn("another server is controlled there", self.refusal(self.path))
        self.ctl("stats")

    def test_a_stale_one_is_replaced(self):
        self.server.program.kill()
        self.server.program.process.returncode = 0  # it was meant to
        self.assertTrue(os.path.lexists(self.path))
        self.assertIn("no server listens at", self.ctl("stats", code=2))
        self.start_server("--control", self.path)
        self.ctl("stats")

    def test_what_is_no_socket_stays(self):
        file = self.folder / "file"
        file.write_text("mine")
        self.assertIn("no socket is there", self.refusal(file))
        self.assertEqual(file.read_text(), "mine")
        link = self.folder / "link"
        link.symlink_to(file)
        self.assertIn("no socket is there", self.refusal(link))

    def test_places_that_cannot_be(self):
        self.assertIn("its folder", self.refusal(self.folder / "none" / "control"))
        self.assertIn("at most 107 bytes", self.refusal("/tmp/" + "x" * 103))
        self.assertIn("more than 107 bytes", self.ctl("who", code=2, path="/tmp/" + "x" * 103))

    def test_another_ones_socket_is_left_alone(self):
        self.path.unlink()
        other = socket.socket(socket.AF_UNIX)
        self.addCleanup(other.close)
        other.bind(str(self.path))
        self.server.stop()
        self.assertTrue(os.path.lexists(self.path))

    def test_wrong_usage(self):
        for words in ((), ("what",), ("kick",), ("who", "there"), ("kick", ""), ("say",)):
            self.ctl(*words, code=2)

    def test_a_closed_stream_is_not_the_link(self):
        """What is printed goes nowhere, and is no request to the server."""
        ann = self.add_user(TelnetUser, "ann")
        for words, closed in ((("who",), 1), (("kick", "nobody"), 2)):
            command = [str(Path(support.Parleyd.command).parent / "parleyctl"), "--control", str(self.path), *words]
            ended = subprocess.run(["/bin/sh", "-c", f'exec "$@" {closed}>&-', "sh", *command], timeout=WAIT_S,
                                   stdin=subprocess.DEVNULL, capture_output=True, check=False)
            self.assertEqual((ended.returncode, ended.stdout), (2 if closed == 1 else 1, b""))
            self.assertEqual(ended.stderr, b"parleyctl: cannot write to standard output\n" if closed == 1 else b"")
        ann.hears_nothing()

    def test_garbage_is_answered(self):
        client = self.open_control()
        for line in (b"", b"hello", b"\xff\xfe", b"[]", b"{}", b'{"do": 1}', b'{"do": "dance"}', b'{"do": "kick"}',
                     b'{"do": "kick", "name": ["ann"]}', b'{"do": "who", "name": "ann"}', b"[" * 4000, b"\0",
                     b'{"do": "say", "text": "a\\nb"}', b'{"do": "say", "text": "\\ud800"}'):
            answer = client.ask(line + b"\n")
            self.assertFalse(answer["ok"], line)
            self.assertTrue(answer["error"], line)
        self.assertTrue(client.ask(STATS)["ok"])

    def test_a_key_that_stands_twice_is_refused(self):
        client = self.open_control()
        for line, key in ((b'{"do": "who", "do": "stop"}', "do"), (b'{"do": "kick", "name": "ann", "name": "ann"}', "name"),
                          (b'{"do": "ban", "n\\u0061me": "ann", "name": "bob"}', "name")):
            self.assertEqual(client.ask(line + b"\n"), {"ok": False, "error": f'"{key}" is there twice'})
        self.assertFalse(client.ask(b'{"do": "stats", "do"}\n')["ok"])
        self.assertTrue(client.ask(STATS)["ok"])

    def test_a_line_may_come_in_pieces_and_with_others(self):
        client = self.open_control()
        for byte in STATS:
            client.send(bytes([byte]))
        self.assertTrue(client.answer()["ok"])
        client.send(3 * STATS)
        for _ in range(3):
            self.assertTrue(client.answer()["ok"])

    def test_an_answer_comes_to_who_has_ended_its_input(self):
        client = self.open_control()
        client.send(STATS)
        client.socket.shutdown(socket.SHUT_WR)
        self.assertTrue(client.answer()["ok"])
        client.expect_end()

    def test_a_line_without_end(self):
        client = self.open_control()
        self.assertIn("at most 4096 bytes", client.ask(b"x" * 4097)["error"])
        client.expect_end()

    def test_a_mebibyte_without_a_line_end(self):
        client = self.open_control()
        try:
            for _ in range(1024):
                client.send(1024 * b"x")
        except ConnectionError:
            pass  # it has been closed meanwhile
        client.came = b""
        try:
            while client.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        self.assertTrue(self.open_control().ask(STATS)["ok"])

    def test_half_a_line_has_its_time(self):
        client = self.open_control()
        client.send(STATS[:-1])
        client.expect_end()

    def test_a_thousand_connections(self):
        held = [self.open_control() for _ in range(16)]
        self.assertTrue(held[-1].ask(STATS)["ok"])  # all of them have been taken
        for _ in range(984):
            client = self.open_control()
            self.assertIn("16 others are connected already", client.answer()["error"])
            client.expect_end()
        self.assertEqual(self.ctl("stats", code=1), "parleyctl: 16 others are connected already\n")
        for client in held:
            self.assertTrue(client.ask(STATS)["ok"])
            client.socket.close()
        client = self.open_control()
        self.assertTrue(client.ask(STATS)["ok"])

    def test_who_does_not_read_holds_nobody(self):
        for number in range(60):
            self.add_user(NamesUser, f"user{number:02}")
        deaf = self.open_control()
        deaf.socket.settimeout(0)
        try:
            while True:
                deaf.socket.send(100 * b'{"do": "who"}\n')
        except BlockingIOError:
            pass
        self.ctl("stats")
        dave = self.add_user(TelnetUser, "dave")
        dave.hears_nothing()
        self.server.stop()

    def test_the_server_stops_whoever_is_connected(self):
        client = self.open_control()
        self.server.stop()
        client.expect_end()

    def test_an_answer_is_one_object_in_a_line(self):
        self.add_user(TelnetUser, "ann")
        with RawClient(self.path) as client:
            self.assertEqual(client.ask(b'{"do": "who"}\n')["user"]["name"], "ann")
            self.assertEqual(client.answer(), json.loads('{"ok": true}'))


support.main()
