"""parley over TLS: whom it trusts, and what it says when it does not."""

import os
import socket
import subprocess

from programs import complaint, run, support
from support import Program
from tls_clients import make_certificate
from certificate_test import TlsTest, fingerprint_of

LINE = b"@ann hello\n"


class ClientTest(TlsTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.known = self.state / "parley" / "known_servers"

    def parley(self, *options, **env):
        """To its end, with one line of input, to itself. What it has printed in two streams, and its exit code."""
        command = [support.Parleyd.command.replace("parleyd", "parley"), "ann", *map(str, options)]
        env = os.environ | {"XDG_STATE_HOME": str(self.state)} | env
        ended = subprocess.run(command, input=LINE, capture_output=True, timeout=support.WAIT_S, check=False, env=env)
        return ended.stdout.decode(), ended.stderr.decode(), ended.returncode

    def check_talks(self, *options, told="", **env):
        output, error, code = self.parley(*options, **env)
        self.assertEqual((sorted(output.splitlines()), code), (["message ann hello", "registered ann", "sent ann"], 0), error)
        self.assertIn(told, error)
        self.assertEqual(bool(told), bool(error))

    def check_refuses(self, *options, why):
        output, _, code = self.parley(*options)
        self.assertEqual(code, 4, output)
        self.assertTrue(output.startswith("lost "), output)
        for text in why:
            self.assertIn(text, output)


class FirstUse(ClientTest):
    def test_remembers_what_it_has_seen(self):
        process, port, _ = self.start_own()
        seen = fingerprint_of(self.certificate)
        self.check_talks("--tls", "--port", port, told=f"The first time at 127.0.0.1:{port}: the SHA-256 of its certificate is "
                         f"{seen}; the next time it must be the same.\n")
        self.assertEqual(self.known.read_text(), f"127.0.0.1:{port} {seen}\n")
        self.assertEqual(self.known.stat().st_mode & 0o777, 0o600)
        self.check_talks("--tls", f"127.0.0.1:{port}")
        self.stop(process)

    def test_refuses_another_one(self):
        process, port, _ = self.start_own()
        self.check_talks("--tls", "--port", port, told="The first time")
        old, text = fingerprint_of(self.certificate), self.known.read_text()
        self.stop(process)
        self.certificate, self.key = make_certificate(self.folder, stem="other")
        process = self.start("--tls-port", port, "--tls-cert", self.certificate, "--tls-key", self.key)
        self.port_lines(process)
        self.check_refuses("--tls", "--port", port, why=(old, fingerprint_of(self.certificate), str(self.known)))
        self.assertEqual(self.known.read_text(), text)
        self.known.write_text("")  # as the sentence has it
        self.check_talks("--tls", "--port", port, told="The first time")
        self.stop(process)

    def test_without_a_folder(self):
        process, port, _ = self.start_own()
        for _ in range(2):
            self.check_talks("--tls", "--port", port, told="it is not remembered: there is no folder for it", XDG_STATE_HOME="",
                             HOME="")
        self.stop(process)

    def test_a_file_that_cannot_be_read(self):
        process, port, _ = self.start_own()
        self.known.mkdir(parents=True)
        self.check_refuses("--tls", "--port", port, why=(f"cannot tell whether 127.0.0.1:{port} is known", str(self.known)))
        self.stop(process)

    def test_at_a_terminal(self):
        process, port, _ = self.start_own()
        command = support.Parleyd.command.replace("parleyd", "parley")
        env = {"XDG_STATE_HOME": str(self.state)}
        with support.Terminal(command, "ann", "--tls", "--port", port, env=env) as terminal:
            terminal.wait_for("The first time at")
            terminal.wait_for("You are ann")
            terminal.type("@ann hello\r")
            terminal.wait_for('"hello"')  # quoted by the mark of what was delivered
            terminal.type("/quit\r")
            terminal.wait_for_end()
        self.stop(process)


class Authority(ClientTest):
    def test_trusts_who_is_signed_for_the_host(self):
        process, port, _ = self.start_own()
        self.check_talks("--tls-ca", self.certificate, f"localhost:{port}")
        self.assertFalse(self.known.exists())
        self.check_refuses("--tls-ca", self.certificate, f"127.0.0.1:{port}", why=("not to be trusted", "IP address mismatch"))
        self.stop(process)

    def test_a_wrong_host(self):
        self.certificate, self.key = make_certificate(self.folder, name="chat.example")
        process, port, _ = self.start_own()
        self.check_refuses("--tls-ca", self.certificate, f"localhost:{port}", why=("not to be trusted", "hostname mismatch"))
        self.stop(process)

    def test_a_wrong_signature(self):
        process, port, _ = self.start_own()
        other, _ = make_certificate(self.folder, stem="other")
        self.check_refuses("--tls-ca", other, f"localhost:{port}", why=("not to be trusted", "self-signed certificate"))
        self.stop(process)

    def test_a_certificate_that_the_server_made(self):
        process, port = self.start_tls("--tls-self-signed", self.folder / "own")
        for host in ("localhost", "127.0.0.1"):
            self.check_talks("--tls-ca", self.folder / "own" / "certificate.pem", f"{host}:{port}")
        self.stop(process)

    def test_a_file_without_certificates(self):
        for path in (self.key, self.folder / "none"):
            self.assertIn(str(path), complaint(run("parley", "ann", "--tls-ca", path)))


class NoTls(ClientTest):
    def test_a_port_in_clear(self):
        process = self.start()
        self.check_refuses("--tls", "--port", self.port_of(process), why=("it speaks in clear, not TLS",))
        self.stop(process)

    def test_who_is_silent(self):
        """A server that accepts and says nothing is given up like one that cannot be reached."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            command = support.Parleyd.command.replace("parleyd", "parley")
            port = silent.getsockname()[1]
            with Program(command, "ann", "--tls", "--port", port) as parley:
                accepted, _ = silent.accept()
                with accepted:
                    accepted.recv(100)
                    accepted.shutdown(socket.SHUT_WR)
                    parley.wait_for("lost there is no TLS with")
                    parley.wait_for_end(4)


class Long(ClientTest):
    def test_many_lines_of_any_length(self):
        """More than one record holds, and many in one."""
        process, port, _ = self.start_own()
        command = support.Parleyd.command.replace("parleyd", "parley")
        texts = ["x" * (1 + i * 997 % 60_000) for i in range(100)]
        with Program(command, "ann", "--tls", "--port", port, "--exit-after", "100", stderr=subprocess.DEVNULL,
                     env={"XDG_STATE_HOME": str(self.state)}) as ann:
            ann.wait_for("registered ann\n")
            with Program(command, "bob", "--tls", "--port", port, stderr=subprocess.DEVNULL,
                         env={"XDG_STATE_HOME": str(self.state)}) as bob:
                for text in texts:
                    bob.type(f"@ann {text}\n")
                    bob.wait_for("sent ann\n")
                    ann.wait_for(f"message bob {text}\n")
                bob.end_input()
                bob.wait_for_end()
            ann.wait_for_end()
        self.stop(process)


if __name__ == "__main__":
    support.main()
