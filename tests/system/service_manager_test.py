"""parleyd under a service manager such as systemd: sockets that are passed to it, and what it tells of itself."""

import os
import signal
import socket
import sys

from programs import ProgramTest, complaint, exchange, path_of, run, support, wait_until
from support import WAIT_S
from tls_clients import TlsSocket
from users import TwoSocketUser

# Becomes the program behind it, with these descriptors from 3 on and no others: PASS, numbers with commas, the program.
PASS = """
import fcntl, os, sys
sources = [fcntl.fcntl(int(number), fcntl.F_DUPFD_CLOEXEC, 100) for number in sys.argv[1].split(",")]
os.closerange(3, 100)
for target, source in enumerate(sources, 3):
    os.dup2(source, target)
os.environ.setdefault("LISTEN_PID", str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


class PassedSocketsTest(ProgramTest):
    def listener(self):
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        return listening

    @staticmethod
    def passing(files, names=None, **environment):
        """How a program is launched that gets these; a name for each, if they have any."""
        numbers = [file.fileno() for file in files]
        named = {} if names is None else {"LISTEN_FDNAMES": names}
        return {"pass_fds": numbers, "env": {**os.environ, "LISTEN_FDS": str(len(files)), **named, **environment}}, \
            [sys.executable, "-c", PASS, ",".join(map(str, numbers))]

    def start_with(self, files, *options, names=None):
        settings, launcher = self.passing(files, names)
        return self.start("--listen-fds", *options, launcher=launcher, **settings)

    def refusal(self, files, names=None, **environment):
        settings, launcher = self.passing(files, names, **environment)
        ended = run(*launcher, path_of("parleyd"), "--port", "0", "--listen-fds", **settings)
        ended.args = ended.args[len(launcher):]
        return complaint(ended)

    def test_one_without_a_name_is_the_two_socket_protocols(self):
        for names in (None, "", "unknown", "parley.socket", "two-socket"):
            with self.subTest(names=names):
                listener = self.listener()
                process = self.start_with([listener], names=names)
                port = listener.getsockname()[1]
                self.assertEqual(self.port_of(process), port)
                ann, bob = self.talk(port)
                ann.close()
                bob.close()
                self.stop(process)
                self.port_file.unlink(missing_ok=True)

    def test_each_dialect_has_its_own(self):
        telnet, two, other_two = self.listener(), self.listener(), self.listener()
        process = self.start_with([telnet, two, other_two], "--telnet", "1", "--names", "0", names="telnet:two-socket:two-socket")
        lines = self.port_lines(process)
        ports = [each.getsockname()[1] for each in (two, other_two, telnet)]
        self.assertEqual([lines[0], lines[1], lines[3]],
                         [f"two-socket {ports[0]}", f"two-socket {ports[1]}", f"telnet {ports[2]}"])
        self.assertRegex(lines[2], r"^names \d+$")
        ann, bob = self.sign_on(ports[0], "ann"), self.sign_on(ports[1], "bob")
        exchange(ann, bob)
        with support.Socket(ports[2]) as terminal:
            terminal.receive_until("name")
        self.stop(process)

    def test_one_for_tls(self):
        telnet, listener = self.listener(), self.listener()
        names, files = "telnet:telnet-tls", [telnet, listener]
        process = self.start_with(files, "--tls-self-signed", self.folder / "own", names=names)
        port = listener.getsockname()[1]
        self.assertEqual(self.port_lines(process)[1:], [f"telnet {telnet.getsockname()[1]}", f"telnet-tls {port}"])
        with TlsSocket(port) as terminal:
            terminal.receive_until("name")
        self.stop(process)
        self.assertIn("a socket for TLS was passed, but no certificate", self.refusal(files, names))

    def test_who_comes_between_two_servers_waits_for_the_next(self):
        listener = self.listener()
        port = listener.getsockname()[1]
        with support.Socket(port) as early:
            early.send("REGISTER TOSEND ann\n\n")
            first = self.start_with([listener])
            early.expect("REGISTERED TOSEND ann\n\n")
            self.stop(first)
        with support.Socket(port) as late:
            late.send("REGISTER TOSEND bob\n\n")
            second = self.start_with([listener])
            late.expect("REGISTERED TOSEND bob\n\n")
            self.stop(second)

    def test_what_is_wrong_with_them(self):
        listener = self.listener()
        datagrams, unix = socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
        not_listening = socket.socket()
        for each in (datagrams, unix, not_listening):
            self.addCleanup(each.close)
        for each in (datagrams, unix, not_listening):
            self.assertIn("descriptor 3 is no listening TCP socket", self.refusal([each]))
        self.assertIn("descriptor 4 is no listening TCP socket", self.refusal([listener], LISTEN_FDS="2"))
        self.assertIn("LISTEN_FDNAMES has 'telent', which is none of two-socket, livecode", self.refusal([listener], "telent"))
        self.assertIn("LISTEN_FDS is 1, but LISTEN_FDNAMES has 2 names", self.refusal([listener], "telnet:names"))
        self.assertIn("for another process: LISTEN_PID is '1'", self.refusal([listener], LISTEN_PID="1"))
        for count in ("0", "-1", "x", "1001", "99999999999999999999"):
            self.assertIn(f"LISTEN_FDS is '{count}'", self.refusal([listener], LISTEN_FDS=count))
        self.assertIn("no socket was passed", complaint(run("parleyd", "--port", "0", "--listen-fds")))


class NotifyTest(ProgramTest):
    def manager(self, address=None):
        """The socket to which the server tells how it is, and the environment that says so."""
        receiving = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(receiving.close)
        receiving.settimeout(WAIT_S)
        receiving.bind(address or str(self.folder / "notify"))
        name = receiving.getsockname()
        return receiving, {**os.environ, "NOTIFY_SOCKET": name if isinstance(name, str) else "@" + name[1:].decode()}

    def check_told(self, address):
        manager, environment = self.manager(address)
        # Another process is to be watched.
        process = self.start("--log-file", self.folder / "log", env={**environment, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"})
        ready, status = manager.recv(1000).decode().split("\n")
        self.assertEqual(ready, "READY=1")
        port = int(status.rpartition(":")[2])
        self.assertEqual(status, f"STATUS=listening on 127.0.0.1:{port}")
        self.assertEqual(self.port_of(process), port)
        self.talk(port)
        process.send_signal(signal.SIGHUP)
        self.assertRegex(manager.recv(1000), rb"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.assertEqual(manager.recv(1000), b"READY=1")
        self.stop(process)
        self.assertEqual(manager.recv(1000), b"STOPPING=1")
        manager.settimeout(0)
        self.assertRaises(BlockingIOError, manager.recv, 1000)

    def test_what_it_tells_from_start_to_end(self):
        self.check_told(None)

    def test_an_abstract_socket(self):
        self.check_told(f"\0parley-test-{os.getpid()}")

    def test_it_tells_that_it_lives(self):
        manager, environment = self.manager()
        process = self.start(env={**environment, "WATCHDOG_USEC": "600000"})
        self.assertTrue(manager.recv(1000).startswith(b"READY=1"))
        for _ in range(3):
            self.assertEqual(manager.recv(1000), b"WATCHDOG=1")
        self.stop(process)

    def test_a_manager_that_has_gone_disturbs_nobody(self):
        manager, environment = self.manager()
        manager.close()
        log = self.folder / "log"
        for address in (environment["NOTIFY_SOCKET"], str(self.folder / "none"), "vsock:2:1", "@", "/" + "x" * 200):
            with self.subTest(address=address):
                process = self.start("--log-file", log, env={**environment, "NOTIFY_SOCKET": address})
                ann, bob = self.talk(self.port_of(process))
                ann.close()
                bob.close()
                self.stop(process)
                self.assertRegex(log.read_text(), "the service manager (cannot be told READY=1: |is told nothing)")
                log.unlink()
                self.port_file.unlink(missing_ok=True)


if __name__ == "__main__":
    support.main()
