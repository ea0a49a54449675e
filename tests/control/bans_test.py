"""Whom an operator keeps out: names and addresses, for a time, over a restart; and the file of them."""

import json
import os
import socket
import stat
import subprocess
import time

from control import ControlTest, support
from support import WAIT_S
from users import USERS, TelnetUser, TwoSocketUser, error, notification, visit

BANNED = "The operator has banned you."
NAME_BANNED = "The operator has banned this name"
ADDRESS_BANNED = "ERROR 102 The operator has banned your address\n\n"


class BanTest(ControlTest):
    def setUp(self):
        super().setUp()
        self.bans = self.folder / "bans"

    def keep(self, *options):
        """A server that keeps its bans, in place of the one that does not."""
        self.server.stop()
        self.server = self.start_server("--control", self.path, "--linger-timeout", "0.2", "--bans", self.bans, *options)

    def from_address(self, address):
        """What a two-socket client of that address reads first; its socket."""
        client = socket.create_connection(("127.0.0.1", self.server.ports["two-socket"]), WAIT_S, (address, 0))
        self.addCleanup(client.close)
        return client

    def refusal_of(self, address):
        came, client = b"", self.from_address(address)
        while piece := client.recv(4096):
            came += piece
        return came.decode()

    def is_let_in(self, address, name):
        client = self.from_address(address)
        client.sendall(f"REGISTER TOSEND {name}\n\n".encode())
        return client.recv(4096).startswith(b"REGISTERED")


class NamesTest(BanTest):
    def test_a_banned_name_is_refused_in_each_dialect(self):
        """OD12.4"""
        self.ctl("ban", "Ann")
        refusals = {
            "two-socket": ("REGISTER TOSEND ann\n\n", f"ERROR 100 {NAME_BANNED}\n\n"),
            "livecode": ("AUTH,3\nann\n", f"ERRO,{len(NAME_BANNED) + 1}\n{NAME_BANNED}\n"),
            "names": ("08NAME ann", f"{len(NAME_BANNED) + 1}{NAME_BANNED}."),
            "telnet": ("ann\r\n", f"{NAME_BANNED}. {TelnetUser.prompt}"),
            "rooms": ('{"type": "connect", "payload": {"name": "ann"}}', notification(NAME_BANNED + ".")),
            "web": ('{"type": "connect", "payload": {"name": "ann"}}', error("banned", NAME_BANNED + "."))}
        for dialect, (request, answer) in refusals.items():
            self.enterContext(visit(self.server.ports[dialect], dialect)).ask(request, answer)
        self.ctl("unban", "ANN")
        self.add_user(TelnetUser, "ann")

    def test_who_is_there_is_removed(self):
        """OD12.4"""
        users = dict(zip("abcdef", self.gather(*zip(USERS, "abcdef"))))
        last_words = (f"ERROR 100 {BANNED}\n\n", f"ERRO,{len(BANNED) + 1}\n{BANNED}\n", f"{len(BANNED)}{BANNED}", BANNED + "\r\n",
                      notification(BANNED), notification("e has left the room."))  # a browser's own are in the close
        for (name, user), words in zip(users.items(), last_words):
            self.assertEqual(self.ctl("ban", name), f"{name} is banned; 1 ended\n" + self.not_kept())
            user.socket.receive_until(words)
            user.socket.expect_end()
        self.assertEqual([line.get("user") for line in self.ctl_json("who")], [None])

    def not_kept(self):
        return "it holds until the server ends: there is no file of bans (parleyd --bans FILE)\n"

    def test_nobody_is_renamed_to_a_banned_name(self):
        self.ctl("ban", "bob")
        client = self.connect("names")
        client.ask("08NAME ann", "09Hello ann")
        client.ask("08NAME bob", f"{len(NAME_BANNED) + 1}{NAME_BANNED}.")

    def test_a_ban_runs_out(self):
        self.ctl("ban", "ann", "--for", "1s")
        deadline = support.Deadline()
        while "ann" in self.ctl("bans"):
            self.assertGreater(deadline.left_s(), 0, "it has not run out")
            time.sleep(0.05)
        self.add_user(TelnetUser, "ann")

    def test_the_list(self):
        self.assertEqual(self.ctl("bans").split(), ["WHOM", "KIND", "UNTIL"])
        before = int(time.time())
        for words in (("bob", "--for", "2h"), ("al",), ("192.0.2.77/24",), ("::ffff:198.51.100.1",), ("2001:DB8::/32",),
                      ("10.0.0.1", "--name")):
            self.ctl("ban", *words)
        told = [line["ban"] for line in self.ctl_json("bans") if "ban" in line]
        until = told[2].pop("until")
        self.assertTrue(before + 7200 <= until <= time.time() + 7201)
        self.assertEqual(told, [{"name": "10.0.0.1", "until": None}, {"name": "al", "until": None}, {"name": "bob"},
                                {"address": "192.0.2.0/24", "until": None}, {"address": "198.51.100.1", "until": None},
                                {"address": "2001:db8::/32", "until": None}])
        self.assertIn("al             name     for ever\n", self.ctl("bans"))

    def test_what_cannot_be_banned(self):
        for name in ("a b", "all"):
            self.assertIn("nobody can be called", self.ctl("ban", name, code=1))
        for address in ("10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/ 8",
                        "192.0.2.256", "010.0.0.1", "10.0..1", "10.0.0.0/+8", "10.0.0.0/0x8", "10.0.0.0/8x",
                        "10.0.0.*", "10.0.0.0-10.0.0.255", "::1/x"):
            self.assertIn("that is no address", self.ctl("ban", address, code=1))
        for task in ("ban", "unban"):
            self.assertIn("write 10.1.2.3/8", self.ctl(task, "10.1.2.3/08", code=2))
        for words in (("ann", "--for", "2"), ("ann", "--for", "0s"), ("ann", "--for", "521w 1d"), ("ann", "--for", "522w"), ()):
            self.ctl("ban", *words, code=2)
        self.assertEqual(self.ctl("unban", "ann", code=1), "parleyctl: ann is not banned\n")
        for address in ("127.0.0.1", "127.9.0.0/16", "::1", "0.0.0.0/0", "::/0", "::ffff:127.0.0.1"):
            self.assertIn("this machine itself", self.ctl("ban", address, code=1))
        client = self.open_control()
        for fields in ({}, {"name": "a", "address": "10.0.0.1"}, {"address": "x"}, {"name": "a", "for_s": 0},
                       {"name": "a", "for_s": 1.5}, {"name": "a", "for_s": 10**12}, {"name": "a", "force": 1}):
            self.assertFalse(client.ask(json.dumps({"do": "ban", **fields}).encode() + b"\n")["ok"], fields)


class AddressesTest(BanTest):
    def test_a_banned_address_is_refused(self):
        """OD12.4"""
        there, half = self.from_address("127.0.0.2"), self.from_address("127.0.0.3")
        there.sendall(b"REGISTER TOSEND ann\n\n")
        self.assertTrue(there.recv(4096))
        half.sendall(b"REGI")
        (dave,) = self.gather((TelnetUser, "dave"))
        self.assertIn("is banned; 2 ended", self.ctl("ban", "127.0.0.2/31", "--force"))
        for client in (there, half):
            self.assertEqual(client.recv(4096).decode(), f"ERROR 100 {BANNED}\n\n")
            self.assertEqual(client.recv(4096), b"")
        self.assertEqual(self.refusal_of("127.0.0.3"), ADDRESS_BANNED)
        self.assertTrue(self.is_let_in("127.0.0.4", "bob"))
        dave.hears_nothing()
        self.ctl("unban", "127.0.0.3/31")
        self.assertTrue(self.is_let_in("127.0.0.3", "carol"))

    def test_at_a_socket_of_both_families(self):
        self.keep("--host", "::")
        self.ctl("ban", "::ffff:127.0.0.2", "--force")
        self.assertEqual(self.refusal_of("127.0.0.2"), ADDRESS_BANNED)
        self.assertTrue(self.is_let_in("127.0.0.3", "bob"))


class FileTest(BanTest):
    def test_bans_outlast_the_server(self):
        self.keep()
        self.assertEqual(self.ctl("ban", "ann"), "ann is banned; 0 ended\n")
        self.ctl("ban", "127.0.0.2", "--force", "--for", "2h")
        self.ctl("ban", "bob")
        self.ctl("unban", "bob")
        self.assertEqual(stat.S_IMODE(os.stat(self.bans).st_mode), 0o600)
        before = self.ctl("bans")
        self.server.program.kill()
        self.server.program.process.returncode = 0  # it was meant to
        self.server = self.start_server("--control", self.path, "--linger-timeout", "0.2", "--bans", self.bans)
        self.assertEqual(self.ctl("bans"), before)
        self.connect("two-socket").ask("REGISTER TOSEND ann\n\n", f"ERROR 100 {NAME_BANNED}\n\n")
        self.assertEqual(self.refusal_of("127.0.0.2"), ADDRESS_BANNED)
        self.add_user(TwoSocketUser, "bob")
        self.assertEqual([file.name for file in self.folder.iterdir() if file.name.startswith("bans")], ["bans"])

    def test_a_file_by_hand(self):
        self.bans.write_text('# mine\n\n{"name": "ann"}\n{"address": "192.0.2.0/24", "until": 4000000000}\n')
        self.keep()
        self.assertEqual(self.ctl("bans").split()[3:],
                         ["ann", "name", "for", "ever", "192.0.2.0/24", "address", "2096-10-02T07:06:40Z"])

    def refusal(self, text=None):
        if text is not None:
            self.bans.write_text(text)
        ended = subprocess.run([support.Parleyd.command, "--port", "0", "--bans", str(self.bans)], timeout=WAIT_S,
                               stdin=subprocess.DEVNULL, capture_output=True, check=False)
        self.assertEqual((ended.returncode, ended.stdout), (2, b""))
        return ended.stderr.decode()

    def test_a_wrong_line_is_told_with_its_number(self):
        good = '{"name": "ann"}\n'
        for line in ("ann", "[]", "{}", '{"name": "a b"}', '{"name": 1}', '{"address": "x"}', '{"address": 7}',
                     '{"name": "a", "until": -1}', '{"name": "a", "until": "x"}', '{"name": "a", "lifted": 1}',
                     '{"name": "a", "for": 1}', '{"name": "a", "address": "10.0.0.1"}', "\0", "[" * 5000):
            self.assertIn(f"--bans: {self.bans}, line 3: ", self.refusal(good + "\n" + line + "\n" + good), line)
            self.assertIn(good, self.bans.read_text())  # as it was

    def test_places_that_cannot_be(self):
        self.bans = self.folder
        self.assertIn("--bans: ", self.refusal())
        self.bans = self.folder / "none" / "bans"
        self.assertIn("--bans: cannot write", self.refusal())

    def test_more_than_there_may_be(self):
        self.bans.write_text("".join(f'{{"name": "user{number}"}}\n' for number in range(10_000)))
        self.keep()
        self.assertIn("there are 10000 bans already", self.ctl("ban", "ann", code=1))
        self.assertEqual(len(self.ctl_json("bans")), 10_001)
        self.ctl("unban", "user7")
        self.ctl("ban", "ann")
        self.ctl("ban", "user9", "--for", "1h")  # not one more

    def test_what_cannot_be_kept_is_said(self):
        self.keep()
        os.chmod(self.folder, 0o500)
        self.addCleanup(os.chmod, self.folder, 0o700)
        if os.access(self.folder, os.W_OK):  # root may all
            self.skipTest("root writes everywhere")
        self.assertIn("it holds until the server ends: cannot write", self.ctl("ban", "ann"))


support.main()
