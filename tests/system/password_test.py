"""parley and a name that has a password: at a terminal, in a pipe, and when the server was gone."""

import os
import signal
import subprocess
import termios

from programs import ProgramTest, complaint, path_of, run, support

PASSWORD = b"open s\xc3\xa9same%"
ASKED = b"Password for alice: "


def shows_typing(terminal):
    return bool(termios.tcgetattr(terminal.reading)[3] & termios.ECHO)


class PasswordTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.accounts, self.secret = self.folder / "accounts", self.folder / "secret"
        reading, writing = self.pipe()
        os.write(writing, PASSWORD + b"\n")
        run("parleyd", "account", "add", "alice", "--accounts", self.accounts, stdin=reading)
        self.write_secret(PASSWORD + b"\nanother line\n")
        self.log = self.folder / "log"

    def write_secret(self, text, mode=0o600):
        self.secret.write_bytes(text)
        self.secret.chmod(mode)

    def serve(self, *options):
        return self.start("--accounts", self.accounts, "--log-level", "debug", "--log-file", self.log, *options)

    def terminal(self, port, *options):
        environment = {"XDG_STATE_HOME": str(self.folder / "state")}
        return support.Terminal(path_of("parley"), "alice", "--port", port, *options, env=environment)

    def no_password_in(self, *texts):
        for text in texts:
            self.assertNotIn(b"same", text)

    def test_it_asks_and_shows_nothing(self):
        server = self.serve()
        chat_log = self.folder / "chat"
        with self.terminal(self.port_of(server), "--log", chat_log) as terminal:
            terminal.wait_for(ASKED)
            terminal.type("sesame\r")
            terminal.wait_for("was refused")
            terminal.wait_for("Wrong password")
            terminal.wait_for(ASKED)
            terminal.type(PASSWORD + b"\r")
            terminal.wait_for("You are alice")
            terminal.type("@alice hello\r")
            terminal.wait_for("hello")
            terminal.type("/quit\r")
            terminal.wait_for_end()
            self.no_password_in(terminal.output)
        self.stop(server)
        kept = [path.read_bytes() for path in (self.folder / "state").rglob("*") if path.is_file()]
        self.assertTrue(kept)
        self.no_password_in(self.log.read_bytes(), chat_log.read_bytes(), *kept)

    def test_who_does_not_say_it_leaves(self):
        server = self.serve()
        with self.terminal(self.port_of(server)) as terminal:
            terminal.wait_for(ASKED)
            terminal.type(b"\x03")
            terminal.wait_for_end(3)

    def test_a_signal_leaves_the_terminal_as_it_was(self):
        server = self.serve()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
            with self.terminal(self.port_of(server)) as terminal:
                terminal.wait_for(ASKED)
                self.assertFalse(shows_typing(terminal))
                terminal.process.send_signal(number)
                self.assertEqual(terminal.process.wait(support.WAIT_S), -number)
                self.assertTrue(shows_typing(terminal))

    def test_it_signs_on_again_with_the_same(self):
        server = self.serve()
        port = self.port_of(server)
        with self.terminal(port) as terminal:
            terminal.wait_for(ASKED)
            terminal.type(PASSWORD + b"\r")
            terminal.wait_for("You are alice")
            self.stop(server)
            terminal.wait_for("(offline)")
            again = subprocess.Popen([path_of("parleyd"), "--accounts", self.accounts, "--port", str(port)],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.addCleanup(again.communicate)
            self.addCleanup(again.kill)
            self.assertIn(b"listening", again.stdout.readline())
            terminal.wait_for("again")
            terminal.type("@alice there\r")
            terminal.wait_for("there")
            self.no_password_in(terminal.output)
            terminal.type("/quit\r")
            terminal.wait_for_end()

    def pipe_mode(self, port, *options):
        return run("parley", "alice", "--port", port, *options)

    def test_a_pipe_has_it_from_a_file(self):
        server = self.serve()
        port = self.port_of(server)
        refused = b"refused alice 100 That name needs a password\n"
        ended = self.pipe_mode(port)
        self.assertEqual((ended.stdout, ended.returncode), (refused, 3))
        ended = self.pipe_mode(port, "--password-file", self.secret)
        self.assertEqual((ended.stdout, ended.returncode), (b"registered alice\n", 0))
        self.write_secret(b"sesame")
        ended = self.pipe_mode(port, "--password-file", self.secret)
        self.assertEqual((ended.stdout, ended.returncode), (b"refused alice 100 Wrong password\n", 3))
        self.stop(server)
        self.no_password_in(self.log.read_bytes())

    def test_no_server_without_accounts_sees_it(self):
        server = self.start("--log-level", "debug", "--log-file", self.log)
        ended = self.pipe_mode(self.port_of(server), "--password-file", self.secret)
        self.assertEqual((ended.stdout, ended.returncode), (b"registered alice\n", 0))
        self.stop(server)
        self.assertIn(b"> REGISTER TOSEND alice\n", self.log.read_bytes())

    def test_a_file_that_is_not_right(self):
        none = self.folder / "none"
        self.assertIn(f"--password-file: cannot read {none}: No such file", complaint(self.pipe_mode(1, "--password-file", none)))
        for mode in (0o640, 0o604):
            self.write_secret(PASSWORD, mode)
            self.assertIn(f"chmod 600 {self.secret}", complaint(self.pipe_mode(1, "--password-file", self.secret)))
        for text, why in ((b"", "there is no line in"), (b"\n", "is not empty"), (b"x" * 1025, "at most 1024 bytes"),
                          (b"a\0b", "no control characters"), (b"\xff", "is UTF-8")):
            self.write_secret(text)
            self.assertIn(why, complaint(self.pipe_mode(1, "--password-file", self.secret)))


if __name__ == "__main__":
    support.main()
