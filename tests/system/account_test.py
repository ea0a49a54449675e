"""`parleyd account`: the file of names that need a password, at a terminal and in a pipe; and a server that has one."""

import os
import stat
import subprocess
import unittest

from programs import IS_SANITIZED, ProgramTest, complaint, path_of, run, support

HIDDEN = b"Opensesame"


class AccountTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "accounts"

    def account(self, command, *name, password=None):
        reading, writing = self.pipe()
        os.write(writing, b"" if password is None else password + b"\n")
        self.close(writing)
        return run("parleyd", "account", command, *name, "--accounts", self.path, stdin=reading)

    def says(self, ended, text, code=0):
        self.assertEqual((ended.stdout.decode(), ended.returncode, ended.stderr), (text, code, b""))

    def test_add_check_list_remove(self):
        self.says(self.account("add", "alice", password=HIDDEN), "alice has an account now\n")
        self.says(self.account("add", "Zo\u00eb", password=b"x"), "Zo\u00eb has an account now\n")
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)
        self.assertNotIn(HIDDEN, self.path.read_bytes())
        self.says(self.account("list"), "alice\nZo\u00eb\n")
        self.says(self.account("check", "ALICE", password=HIDDEN), "the password is right\n")
        self.says(self.account("check", "alice", password=b"other"), "the password is wrong\n", code=1)
        self.says(self.account("check", "bob", password=b"other"), "bob has no account\n", code=1)
        self.says(self.account("add", "Alice", password=b"other\r"), "Alice has a new password\n")
        self.says(self.account("check", "alice", password=b"other"), "the password is right\n")
        self.says(self.account("remove", "aLICE"), "aLICE has no account any more\n")
        self.says(self.account("remove", "alice"), "alice has no account\n", code=1)
        self.says(self.account("list"), "Zo\u00eb\n")
        self.assertEqual(os.listdir(self.folder), ["accounts"])

    def test_what_can_be_no_password_makes_no_file(self):
        for password, why in ((None, "no password was given"), (b"", "a password is not empty"), (b"a\0b", "no control characters"),
                              (b"x" * 1025, "at most 1024 bytes"), (b"x" * 50000, "at most 1024 bytes"), (b"caf\xe9", "is UTF-8"),
                              (b" x", "no blank at its beginning")):
            self.assertIn(why, complaint(self.account("add", "alice", password=password)))
        self.assertFalse(self.path.exists())
        self.says(self.account("add", "alice", password=b"x" * 1024), "alice has an account now\n")

    def test_what_is_no_name_or_no_command(self):
        for name, why in (("a b", "A name is one word"), ("ALL", "cannot be names"), ("x" * 33, "at most 32 bytes"), ("", "required")):
            self.assertIn(why, complaint(self.account("add", name, password=b"x")))
        for words, why in ((("account",), "A subcommand is required"), (("account", "add", "bob"), "--accounts is required"),
                           (("account", "add", "--accounts", self.path), "NAME is required"),
                           (("account", "forget", "bob"), "")):
            self.assertIn(why, complaint(run("parleyd", *words)))

    def test_a_file_that_is_not_right(self):
        for command in ("list", "check", "remove"):
            name = () if command == "list" else ("alice",)
            self.assertIn(f"account add NAME --accounts {self.path} makes it", complaint(self.account(command, *name)))
        self.account("add", "alice", password=b"x")
        self.path.chmod(0o644)
        for command in ("list", "check", "add", "remove"):
            name = () if command == "list" else ("alice",)
            self.assertIn(f"chmod 600 {self.path}", complaint(self.account(command, *name, password=b"x")))
        self.assertIn(f"chmod 600 {self.path}", complaint(run("parleyd", "--port", "0", "--accounts", self.path)))
        self.path.chmod(0o600)
        self.path.write_bytes(self.path.read_bytes() + b"bob " + HIDDEN + b"\n")
        said = complaint(run("parleyd", "--port", "0", "--accounts", self.path))
        self.assertIn("accounts: line 2: behind the name stands no hash", said)
        self.assertNotIn(HIDDEN.decode(), said)
        self.path.unlink()
        self.assertIn(f"parleyd account add NAME --accounts {self.path}",
                      complaint(run("parleyd", "--port", "0", "--accounts", self.path)))

    @unittest.skipUnless(os.geteuid() == 0, "only root may give files away")
    def test_the_file_stays_its_owners(self):
        self.account("add", "alice", password=b"x")
        os.chown(self.path, 12345, 54321)
        self.account("add", "bob", password=b"x")
        self.account("remove", "alice")
        after = self.path.stat()
        self.assertEqual((after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)), (12345, 54321, 0o600))

    @unittest.skipIf(IS_SANITIZED, "a sanitizer needs more memory")
    def test_too_little_memory_is_no_wrong_password(self):
        self.account("add", "alice", password=b"x")
        checked = subprocess.run(["prlimit", "--as=80000000", path_of("parleyd"), "account", "check", "alice", "--accounts",
                                  self.path], input=b"x\n", capture_output=True, timeout=60, check=False)
        self.assertEqual((checked.returncode, checked.stdout), (2, b""))
        self.assertIn(b"out of memory: a password takes 64 MiB", checked.stderr)

    def test_options_that_mean_nothing_alone(self):
        for option in ("--accounts-only", "--allow-plain-passwords"):
            self.assertIn(f"{option} means nothing without --accounts", complaint(run("parleyd", option)))

    def test_a_terminal_shows_nothing_of_a_password(self):
        command = (path_of("parleyd"), "account")
        with support.Terminal(*command, "add", "alice", "--accounts", self.path) as terminal:
            terminal.wait_for("New password: ")
            terminal.type(b"Wrong\x15Opense\xc3\xa9\x7fsame\r")
            terminal.wait_for("The same again: ")
            terminal.type(HIDDEN + b"\n")
            terminal.wait_for("alice has an account now")
            terminal.wait_for_end()
            self.assertNotIn("sesame", terminal.text)
            self.assertNotIn("Wrong", terminal.text)
        self.says(self.account("check", "alice", password=HIDDEN), "the password is right\n")
        with support.Terminal(*command, "add", "alice", "--accounts", self.path) as terminal:
            terminal.wait_for("New password: ")
            terminal.type("one\r")
            terminal.wait_for("The same again: ")
            terminal.type("other\r")
            terminal.wait_for("the two passwords differ; nothing was changed")
            terminal.wait_for_end(2)
        for key in (b"\x03", b"\x04"):
            with support.Terminal(*command, "check", "alice", "--accounts", self.path) as terminal:
                terminal.wait_for("Password: ")
                terminal.type(key)
                terminal.wait_for("no password was given")
                terminal.wait_for_end(2)


if __name__ == "__main__":
    support.main()
