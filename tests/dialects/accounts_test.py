#!/usr/bin/env python3
"""Names that have a password (OD13), in every dialect: right, wrong, missing, paused; and who is not held up by it.

    accounts_test.py PARLEYD
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import support
from support import DIALECTS, HASH_WAIT_S, WAIT_S, Deadline, DialectTest, main
from users import USERS, NamesUser, TelnetUser, error, notification, two_digits, visit

PASSWORD = "my s\u00e9cret, 100%"
NEEDED = "That name needs a password"
MALFORMED = "Malformed password"
WRONG = "Wrong password"
PAUSED = "Too many wrong passwords; try again in a minute"
IN_CLEAR = "A password is not taken here without TLS"
NO_ACCOUNT = "Only names that have an account sign on here"
ASKED = b"\xff\xfb\x01Password: "
TYPED = b"\xff\xfc\x01\r\n"
LEAST_DELAY_S = 0.9  # a second, but clocks differ


def account(command, name, path, password=None):
    """Runs `parleyd account`; its output."""
    return subprocess.run([support.Parleyd.command, "account", command, name, "--accounts", path], check=True, timeout=HASH_WAIT_S,
                          input=(password or "").encode() + b"\n", stdout=subprocess.PIPE).stdout.decode()


def percent_encoded(password):
    return "".join(chr(byte) if 0x20 < byte < 0x7F and byte != ord("%") else f"%{byte:02X}" for byte in password.encode())


def asking(dialect, name, password):
    """What who wants the name writes; in telnet in answer to the prompts."""
    words = f"{name} {password}" if password else name
    n = len(words.encode())
    member = f', "password": "{password}"' if password else ""
    return {"two-socket": f"REGISTER TOSEND {name}" + (f" {percent_encoded(password)}" if password else "") + "\n\n",
            "livecode": f"AUTH,{n}\n{words}\n",
            "names": f"{n + 5:02}NAME {words}",
            "telnet": f"{name}\r\n{password or ''}\r\n",
            "rooms": f'{{"type": "connect", "payload": {{"name": "{name}"{member}}}}}',
            "web": f'{{"type": "connect", "payload": {{"name": "{name}"{member}}}}}'}[dialect]


def refusal(dialect, sentence):
    return {"two-socket": f"ERROR 100 {sentence}\n\n".encode(),
            "livecode": f"ERRO,{len(sentence) + 1}\n{sentence}\n".encode(),
            "names": two_digits(f"{sentence}."),
            "telnet": f"{sentence}. {TelnetUser.prompt}".encode(),
            "rooms": notification(f"{sentence}."),
            "web": error("password" if sentence in (NEEDED, MALFORMED, WRONG) else "locked", f"{sentence}.")}[dialect]


def welcome(dialect, name):
    return {"two-socket": f"REGISTERED TOSEND {name}\n\n", "livecode": "VERI,0\n", "names": two_digits(f"Hello {name}"),
            "telnet": "1 user(s) online: ", "rooms": '{"type": "connect_ack", ', "web": '{"type": "connect_ack", '}[dialect]


class AccountsTest(DialectTest):
    first_file = None  # with Alice; each test begins with it, since a hash is a lot of work

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "accounts"
        if AccountsTest.first_file is None:
            account("add", "Alice", self.path, PASSWORD)
            AccountsTest.first_file = self.path.read_bytes()
        self.path.touch(mode=0o600)
        self.path.write_bytes(AccountsTest.first_file)
        self.options = ("--accounts", str(self.path), "--log-level", "debug", *self.more_options)
        super().setUp()

    more_options = ()

    def visitor(self, dialect):
        return self.enterContext(visit(self.server.ports[dialect], dialect))

    def ask(self, visitor, dialect, name, password, answer):
        visitor.send(asking(dialect, name, password))
        if dialect == "telnet":
            visitor.expect(ASKED + TYPED)
        visitor.expect(answer)

    def wait_until_free(self):
        deadline = Deadline()
        with support.Socket(self.server.ports["names"]) as visitor:
            while deadline.left_s() > 0:
                visitor.send("09GET_NAMES")
                answer = visitor.receive_exactly(int(visitor.receive_exactly(2)))
                if answer == b"Nobody has a name yet.":
                    return
        self.fail(answer)


class Passwords(AccountsTest):
    def test_OD13_the_right_one_in_every_dialect(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                visitor = self.visitor(dialect)
                self.ask(visitor, dialect, "alice", PASSWORD, welcome(dialect, "alice"))
                visitor.kill()
                self.wait_until_free()

    def test_OD13_wrong_missing_or_none_and_another_try(self):
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                self.server = self.start_server(*self.options)
                visitor = self.visitor(dialect)
                self.ask(visitor, dialect, "alice", None, refusal(dialect, NEEDED))
                self.ask(visitor, dialect, "alice", "a " if dialect == "telnet" else "a\x7fb",
                         refusal(dialect, MALFORMED))
                begin = time.monotonic()
                self.ask(visitor, dialect, "ALICE", PASSWORD + "!", refusal(dialect, WRONG))
                self.assertGreater(time.monotonic() - begin, LEAST_DELAY_S)
                self.ask(visitor, dialect, "alice", PASSWORD, welcome(dialect, "alice"))

    def test_OD13_other_names_are_anybodys(self):
        users = self.gather(*zip(USERS, ("ann", "bob", "cleo", "dan", "eve", "fay")))
        for user in users:
            user.hears_nothing()

    def test_OD13_who_waits_holds_up_nobody(self):
        account("add", "carl", self.path, "carl's")
        self.reload()
        ann, bob = self.gather((NamesUser, "ann"), (TelnetUser, "bob"))
        for number, dialect in enumerate(DIALECTS):
            visitor = self.visitor(dialect)
            visitor.send(asking(dialect, ("alice", "carl")[number % 2], "wrong"))
            begin = time.monotonic()
            ann.tell("bob", "hello")
            bob.hears_private("ann", "hello")
            came_s = time.monotonic() - begin
            if dialect == "telnet":
                visitor.expect(ASKED + TYPED)
            visitor.expect(refusal(dialect, WRONG))
            self.assertLess(came_s, time.monotonic() - begin)

    def test_OD13_5_the_fifth_wrong_one_makes_the_name_pause_from_there(self):
        account("add", "bob", self.path, "bob's")
        self.reload()
        visitors = [(dialect, self.visitor(dialect)) for dialect in DIALECTS[-5:]]
        for dialect, visitor in visitors:
            visitor.send(asking(dialect, "alice", "wrong"))
        for dialect, visitor in visitors:
            if dialect == "telnet":
                visitor.expect(ASKED + TYPED)
            visitor.expect(refusal(dialect, WRONG))
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                visitor = self.visitor(dialect)
                self.ask(visitor, dialect, "alice", PASSWORD, refusal(dialect, PAUSED))
        self.ask(self.visitor("livecode"), "livecode", "bob", "bob's", welcome("livecode", "bob"))
        self.assertIn("a minute's pause", self.server.log)

    def test_OD13_7_no_password_is_in_the_log(self):
        account("add", "bob", self.path, "bob's")
        self.reload()
        visitors = [(dialect, self.visitor(dialect)) for dialect in DIALECTS]
        for number, (dialect, visitor) in enumerate(visitors):
            visitor.send(asking(dialect, ("alice", "bob")[number % 2], "Opensesame"))
        for dialect, visitor in visitors:
            if dialect == "telnet":
                visitor.expect(ASKED + TYPED)
            visitor.expect(refusal(dialect, WRONG))
            visitor.kill()
        for dialect in DIALECTS:
            visitor = self.visitor(dialect)
            self.ask(visitor, dialect, "alice", PASSWORD, welcome(dialect, "alice"))
            visitor.kill()
            self.wait_until_free()
        self.server.stop()
        self.assertIn("Alice", self.server.log)
        for part in ("pensesame", "cret", "%20"):
            self.assertNotIn(part, self.server.log)

    def test_OD13_7_nor_of_requests_that_are_wrong(self):
        for request in ("REGISTER TOSEND bob Opensesame\n\n", "REGISTER bob Opensesame\n\n", "REGISTER TOSND bob Opensesame\n\n"):
            visitor = self.connect("two-socket")
            visitor.send(request)
            visitor.expect("ERROR ")
        user = self.add_user(NamesUser, "bob")
        user.request("NAME Alice Opensesame")
        user.expect(refusal("names", WRONG))
        self.server.stop()
        self.assertNotIn("pensesame", self.server.log)

    def test_OD13_who_goes_ends_at_once_and_a_stop_is_not_held_up(self):
        for dialect in DIALECTS:
            visitor = self.visitor(dialect)
            visitor.send(asking(dialect, "alice", "wrong"))
            if dialect == "telnet":
                visitor.expect(ASKED + TYPED)
        gone = self.visitor("livecode")
        gone.send(asking("livecode", "alice", "wrong"))
        begin = time.monotonic()
        gone.half_close()
        self.assertEqual(gone.receive_rest(), b"")
        self.server.stop()
        self.assertLess(time.monotonic() - begin, WAIT_S)

    def reload(self):
        """SIGHUP, and the line in the log that tells what became of it."""
        before = self.server.log.count(str(self.path))
        os.kill(self.server.pid, signal.SIGHUP)
        deadline = Deadline()
        while self.server.log.count(str(self.path)) == before:
            self.assertGreater(deadline.left_s(), 0, "the file is taken anew")
            time.sleep(0.005)

    def test_SIGHUP_takes_the_file_anew_and_who_is_on_stays(self):
        visitor = self.visitor("names")
        self.ask(visitor, "names", "alice", PASSWORD, welcome("names", "alice"))
        bob = self.add_user(NamesUser, "bob")
        account("remove", "alice", self.path)
        account("add", "bob", self.path, "x")
        account("add", "carl", self.path, "x")
        self.reload()
        self.assertIn("2 accounts", self.server.log)
        bob.hears_nothing()
        visitor.ask("09GET_NAMES", two_digits("alice bob"))
        self.ask(self.visitor("names"), "names", "carl", None, refusal("names", NEEDED))
        self.path.write_text("alice opensesame\n")
        self.reload()
        self.assertIn("line 1: ", self.server.log)
        self.assertNotIn("opensesame", self.server.log)
        self.ask(self.visitor("names"), "names", "carl", "x", two_digits("Hello carl"))


    def test_a_reload_that_takes_the_last_account_away_is_a_warning(self):
        account("remove", "alice", self.path)
        self.reload()
        self.assertIn(f"warning {self.path} has no accounts any more, and had 1: every name is anybody's\n", self.server.log)
        warnings = self.server.log.count("warning")
        self.reload()
        self.ask(self.visitor("names"), "names", "alice", None, welcome("names", "alice"))
        self.assertEqual(self.server.log.count("warning"), warnings)


class TwoSocket(AccountsTest):
    def test_R8_both_sockets_need_it(self):
        sending, receiving = self.visitor("two-socket"), self.visitor("two-socket")
        word = percent_encoded(PASSWORD)
        sending.ask(f"REGISTER TOSEND alice {word}\n\n", "REGISTERED TOSEND alice\n\n")
        receiving.ask("REGISTER TORECV alice\n\n", f"ERROR 100 {NEEDED}\n\n")
        receiving.ask("REGISTER TORECV alice wrong\n\n", f"ERROR 100 {WRONG}\n\n")
        receiving.ask(f"REGISTER TORECV alice {word}\r\n\r\n", "REGISTERED TORECV alice\r\n\r\n")
        sending.ask("SEND alice\nContent-length: 2\n\nhi", "")
        receiving.expect("FORWARD alice\nContent-length: 2\n\nhi")

    def test_R8_words_that_are_none(self):
        visitor = self.visitor("two-socket")
        for word in ("a%", "a%2", "a%2g", "my secret", "%00", "%ff", "%0A", "%20a", "a" * 1025):
            with self.subTest(word=word):
                visitor.ask(f"REGISTER TOSEND alice {word}\n\n", f"ERROR 100 {MALFORMED}\n\n")

    def test_R8_digits_are_a_password_only_where_there_is_an_account(self):
        account("add", "digits", self.path, "5050")
        self.server = self.start_server(*self.options)
        visitor = self.visitor("two-socket")
        visitor.ask("REGISTER TOSEND digits 4040\n\n", f"ERROR 100 {WRONG}\n\n")
        visitor.ask("REGISTER TOSEND bob secret\n\n", "ERROR 100 Malformed username\n\n")
        visitor.ask("REGISTER TOSEND digits 5050\n\n", "REGISTERED TOSEND digits\n\n")
        self.visitor("two-socket").ask("REGISTER TOSEND bob 4040\n\n", "REGISTERED TOSEND bob\n\n")


class Telnet(AccountsTest):
    dialects = ("two-socket", "names", "telnet")

    def test_TN3_8_the_answer_to_WILL_ECHO_is_answered_no_more(self):
        for answer in (b"\xff\xfd\x01", b"\xff\xfe\x01"):
            visitor = self.visitor("telnet")
            visitor.ask("alice\r\n", ASKED)
            visitor.ask(answer + b"/quit\r\n", TYPED + refusal("telnet", WRONG))
            visitor.ask("alice\r\n", ASKED)
            visitor.send(answer)
            visitor.ask(PASSWORD.encode() + b"\r\n", TYPED + b"1 user(s) online: alice\r\n")
            visitor.send("/quit\r\n")
            visitor.expect_end()

    def test_TN3_8_programs_show_nothing_of_it(self):
        port = self.server.ports["telnet"]
        for words in (("telnet", "127.0.0.1", port), ("plink", "-telnet", "127.0.0.1", "-P", port)):
            if not shutil.which(words[0]):
                continue
            with self.subTest(program=words[0]), support.Terminal(*words) as terminal:
                for password, answer in (("Opensesame", "Wrong password."), (PASSWORD, "online: alice")):
                    terminal.wait_for(TelnetUser.prompt)
                    terminal.type("alice\r")
                    terminal.wait_for("Password: ")
                    terminal.type(f"{password}\r")
                    terminal.wait_for(answer)
                terminal.type("/help\r")
                terminal.wait_for("/help\r\nWhat you type")  # it is shown again
                self.assertNotIn("pensesame", terminal.text)
                self.assertNotIn("cret", terminal.text)
                terminal.type("/quit\r")
                self.wait_until_free()

    def test_a_line_that_is_cut_is_no_password(self):
        account("add", "long", self.path, "x" * 1024)
        self.server = self.start_server(*self.options)
        visitor = self.visitor("telnet")
        self.ask(visitor, "telnet", "long", "x" * 1025, refusal("telnet", MALFORMED))
        self.ask(visitor, "telnet", "long", "x" * 1024, welcome("telnet", "long"))

    def test_TN2_2_a_DO_ECHO_of_its_own_is_refused_as_ever(self):
        visitor = self.visitor("telnet")
        visitor.ask(b"\xff\xfd\x01", b"\xff\xfc\x01")


class Rooms(AccountsTest):
    dialects = ("two-socket", "rooms")

    def test_OD13_3_a_password_is_a_string_and_not_needed_to_change_the_room(self):
        visitor = self.visitor("rooms")
        visitor.ask('{"type": "connect", "payload": {"name": "alice", "password": 7}}', notification("A password is a string."))
        visitor.ask(asking("rooms", "alice", PASSWORD), '{"type": "connect_ack", "payload": {"message": "Connected to the room."}}\n')
        visitor.ask('{"type": "connect", "payload": {"name": "alice", "room": "Attic"}}', '{"type": "connect_ack"')


class Renaming(AccountsTest):
    dialects = ("two-socket", "names")

    def test_OD13_a_new_name_needs_its_password_too(self):
        user = self.add_user(NamesUser, "bob")
        for words, answer in (("alice", refusal("names", NEEDED)), ("alice wrong", refusal("names", WRONG)),
                              (f"alice {PASSWORD}", two_digits("Hello alice")), ("ALICE", two_digits("Hello ALICE"))):
            user.request(f"NAME {words}")
            user.expect(answer)


def own_address():
    """Another one of this machine than 127.0.0.1, from which a connection looks like another machine's; None: it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # which sends nothing
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


@unittest.skipUnless(own_address(), "this machine has no other address")
class InClear(AccountsTest):
    more_options = ("--host", "0.0.0.0")

    def visitor(self, dialect):
        return self.enterContext(visit(self.server.ports[dialect], dialect, host=own_address()))

    def test_OD13_6_no_password_from_elsewhere_is_looked_at(self):
        for dialect in DIALECTS:
            visitor = self.visitor(dialect)
            request = "alice\r\n" if dialect == "telnet" else asking(dialect, "alice", PASSWORD)
            visitor.ask(request, refusal(dialect, IN_CLEAR))
            free = "bob\r\n" if dialect == "telnet" else asking(dialect, "bob", None)
            visitor.ask(free, welcome(dialect, "bob"))
            visitor.kill()
            self.wait_until_free()

    def test_OD13_6_unless_the_operator_wants_it(self):
        self.server = self.start_server(*self.options, "--allow-plain-passwords")
        for dialect in DIALECTS:
            visitor = self.visitor(dialect)
            self.ask(visitor, dialect, "alice", PASSWORD, welcome(dialect, "alice"))
            visitor.kill()
            self.wait_until_free()


class OnlyAccounts(AccountsTest):
    more_options = ("--accounts-only",)

    def test_OD13_1_nobody_else_signs_on(self):
        for dialect in DIALECTS:
            visitor = self.visitor(dialect)
            if dialect == "telnet":
                visitor.ask("bob\r\n", refusal(dialect, NO_ACCOUNT))
            else:
                self.ask(visitor, dialect, "bob", None, refusal(dialect, NO_ACCOUNT))
        raw = self.connect("rooms")
        raw.ask("hello", notification(f"{NO_ACCOUNT}."))
        raw.expect_end()


if __name__ == "__main__":
    main()
