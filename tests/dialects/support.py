"""What every test of the dialects stands on: the running server, a socket with bounded waits, a program in a terminal.

A test file ends with `support.main()` and is run as `X_test.py PARLEYD`.
"""

import contextlib
import errno
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

DIALECTS = ("two-socket", "livecode", "names", "telnet", "rooms", "web")
ROOT = Path(__file__).resolve().parents[2]
TIME_FACTOR = int(os.environ.get("PARLEY_TIME_FACTOR", "1"))  # a sanitizer makes everything slower
WAIT_S = 20 * TIME_FACTOR
HASH_WAIT_S = 5 * WAIT_S  # hashing a password takes much memory and a processor, which others may want
SHOWN_BYTES = 400
SHOWN_LOG_BYTES = 8000


def to_bytes(data):
    return data.encode() if isinstance(data, str) else data


def shorten(data):
    """The data as a failure shows it: its end is what matters, a flood is not."""
    return repr(data) if len(data) <= SHOWN_BYTES else f"...{data[-SHOWN_BYTES:]!r} ({len(data)} in all)"


class Deadline:
    """What is left of a bounded wait."""

    def __init__(self, wait_s=None):
        self.wait_s = WAIT_S if wait_s is None else wait_s
        self.end = time.monotonic() + self.wait_s

    def left_s(self):
        return max(0.0, self.end - time.monotonic())


class Socket:
    """One connection to the server. Every wait ends after WAIT_S with an AssertionError that says what had come."""

    def __init__(self, port, receive_buffer_bytes=None, host="127.0.0.1"):
        self.socket = socket.socket()
        if receive_buffer_bytes is not None:  # must be set before the connection is made
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self.socket.settimeout(WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket.connect((host, port))
        except OSError:
            self.close()
            raise

    def send(self, data):
        self.socket.sendall(to_bytes(data))

    def send_at_once(self, data):
        """As many of these bytes as the system takes without waiting; how many."""
        self.socket.settimeout(0)
        try:
            return self.socket.send(to_bytes(data))
        except BlockingIOError:
            return 0
        finally:
            self.socket.settimeout(WAIT_S)

    def send_byte_by_byte(self, data):
        """Each byte in a segment of its own, as far as a program can have that."""
        for byte in to_bytes(data):
            self.socket.sendall(bytes([byte]))

    def receive_once(self, most_bytes=65536):
        """What one recv() gives; b"" is the end of the stream."""
        try:
            return self.socket.recv(most_bytes)
        except TimeoutError:
            raise AssertionError(f"nothing came for {WAIT_S} s") from None
        except ConnectionResetError:
            raise AssertionError("the connection was reset") from None

    def _receive(self, expected, came, most_bytes):
        try:
            piece = self.receive_once(most_bytes)
        except AssertionError as error:
            raise AssertionError(f"{error}; expected {expected}, after {shorten(came)}") from None
        if not piece:
            raise AssertionError(f"the stream ended; expected {expected}, after {shorten(came)}")
        return came + piece

    def expect(self, data):
        """These bytes come next. What follows them stays unread."""
        self.expect_one_of(data)

    def ask(self, data, answer):
        """send(), and expect() what must come then."""
        self.send(data)
        self.expect(answer)

    def expect_one_of(self, *choices):
        """One of these comes next, none of which begins with another; which one."""
        choices, came = [to_bytes(choice) for choice in choices], b""
        left = choices
        while came not in left:
            expected = " or ".join(shorten(choice) for choice in choices)
            came = self._receive(expected, came, min(len(choice) for choice in left) - len(came))
            left = [choice for choice in left if choice.startswith(came)]
            if not left:
                raise AssertionError(f"expected {expected}, came {shorten(came + self._come_already())}")
        return choices.index(came)

    def _come_already(self):
        """What could be read without waiting, to show it."""
        self.socket.settimeout(0)
        try:
            return self.socket.recv(SHOWN_BYTES)
        except OSError:
            return b""
        finally:
            self.socket.settimeout(WAIT_S)

    def receive_until(self, marker):
        """Everything up to the marker and the marker. What follows stays unread."""
        marker, came = to_bytes(marker), b""
        while not came.endswith(marker):
            came = self._receive(f"something up to {marker!r}", came, 1)
        return came

    def receive_exactly(self, count):
        came = b""
        while len(came) < count:
            came = self._receive(f"{count} bytes", came, count - len(came))
        return came

    def expect_end(self):
        """The stream ends in good order, and nothing comes before that."""
        if came := self.receive_once():
            raise AssertionError(f"expected the end of the stream, came {shorten(came)}")

    def receive_rest(self):
        """Everything to the end of the stream, which must come and must not be a reset."""
        came = b""
        while piece := self.receive_once():
            came += piece
        return came

    def half_close(self):
        """Our end of the stream; theirs can still be read."""
        self.socket.shutdown(socket.SHUT_WR)

    def kill(self):
        """A reset, as of a client that was killed or whose machine went down."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Program:
    """A program with a pipe to and from it, or in a pseudo-terminal of 80 columns. It is gone when the block ends."""

    def __init__(self, *arguments, stderr=subprocess.STDOUT, env=None, cwd=None):
        self.arguments = [str(argument) for argument in arguments]
        self.output = b""  # all that came
        self.read_to = 0   # as far as the waits have consumed it
        env = os.environ | {"PYTHONUNBUFFERED": "1", "TERM": "xterm", "LC_ALL": "C.UTF-8"} | (env or {})
        self._start(env=env, cwd=cwd, stderr=stderr)

    def _start(self, **settings):
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                                        **settings)
        self.input, self.reading = self.process.stdin.fileno(), self.process.stdout.fileno()

    @property
    def text(self):
        """All that it has printed and that was read."""
        return self.output.decode(errors="replace")

    def type(self, data):
        """As at its keyboard; "\\r" is Return in a terminal, "\\n" in a pipe."""
        data = to_bytes(data)
        while data:
            data = data[os.write(self.input, data):]

    def end_input(self):
        """The end of its standard input: of the pipe, or ^D."""
        self.process.stdin.close()

    def _failure(self, what):
        return AssertionError(f"{' '.join(self.arguments)}: {what}, after {shorten(self.output)}")

    def _read_more(self, deadline, wanted):
        ready, _, _ = select.select([self.reading], [], [], deadline.left_s())
        if not ready:
            raise self._failure(f"no {wanted} in {deadline.wait_s} s")
        try:
            piece = os.read(self.reading, 65536)
        except OSError as error:  # how a terminal says that nobody is left at its other end
            if error.errno != errno.EIO:
                raise
            piece = b""
        self.output += piece
        return piece

    def wait_for(self, wanted, wait_s=None):
        """Until it has printed this after what earlier waits consumed. Returns what came up to there, and it."""
        wanted, deadline = to_bytes(wanted), Deadline(wait_s)
        while (found := self.output.find(wanted, self.read_to)) < 0:
            if not self._read_more(deadline, repr(wanted)):
                raise self._failure(f"ended without {wanted!r}")
        begin, self.read_to = self.read_to, found + len(wanted)
        return self.output[begin:self.read_to]

    def wait_for_end(self, code=0):
        """It exits with this code. Returns all that it has printed since the last wait."""
        deadline = Deadline()
        while self._read_more(deadline, "end"):
            pass
        try:
            ended_with = self.process.wait(deadline.left_s() + 1)
        except subprocess.TimeoutExpired:
            raise self._failure("closed its output and did not exit") from None
        if ended_with != code:
            raise self._failure(f"exited with {ended_with}, not {code}")
        begin, self.read_to = self.read_to, len(self.output)
        return self.output[begin:]

    def kill(self):
        """As kill -9 would."""
        self.process.kill()
        self.process.wait()

    def _close(self):
        for file in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self._close()


class Terminal(Program):
    """A program in a pseudo-terminal of its own, which echoes and edits lines as a real one does."""

    def _start(self, **settings):
        self.reading, theirs = pty.openpty()
        self.input = self.reading
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        settings["stderr"] = theirs
        self.process = subprocess.Popen(self.arguments, stdin=theirs, stdout=theirs, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **settings)
        os.close(theirs)

    def end_input(self):
        self.type(b"\x04")

    def _close(self):
        os.close(self.reading)


class Parleyd:
    """The server, its dialects on free ports: .ports[dialect]. It must end well, without a sanitizer's complaint."""

    command = "parleyd"  # set by main()

    def __init__(self, *options, dialects=DIALECTS, own_ports=False):
        """With `own_ports` the options say where to listen, for `dialects`."""
        self.options, self.dialects, self.own_ports = options, dialects, own_ports
        self.last_log = ""

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self.port_file = folder / "ports"
            self._log = stack.enter_context(open(folder / "log", "w+b"))
            words = ["--port-file", self.port_file, *self.options]
            if not self.own_ports:
                for dialect in self.dialects:
                    words += [f"--{dialect}" if dialect != "two-socket" else "--port", "0"]
            self.program = stack.enter_context(Program(self.command, *words, stderr=self._log))
            try:
                self.listening = [self.program.wait_for("\n").decode() for _ in self.dialects]
            except AssertionError as error:
                raise AssertionError(f"{error}; stderr: {self.log}") from None
            self.ports = self._read_ports()
            self._stack = stack.pop_all()
        return self

    def _read_ports(self):
        lines = self.port_file.read_text(encoding="ascii").splitlines()
        if len(self.dialects) == 1:
            return {"two-socket": int(lines[0])}
        return {dialect: int(port) for dialect, port in (line.split() for line in lines)}

    @property
    def log(self):
        """What it has written to stderr."""
        return os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0).decode(errors="replace")

    @property
    def pid(self):
        return self.program.process.pid

    def stop(self):
        """As Ctrl-C or a service manager does; the last line that it prints."""
        self.program.process.send_signal(signal.SIGTERM)
        return self.program.wait_for_end().decode()

    def __exit__(self, *_):
        with self._stack:
            try:
                if self.program.process.returncode is None:
                    self.stop()
            finally:
                self.last_log = self.log
            for complaint in ("Sanitizer", "runtime error:"):
                if complaint in self.last_log:
                    raise AssertionError(f"parleyd's log has the word {complaint!r}")


class DialectTest(unittest.TestCase):
    """A server of its own for every test: self.server. Its log is shown when the test fails."""

    dialects = DIALECTS
    options = ()

    def setUp(self):
        self.server = self.start_server(*self.options, dialects=self.dialects)

    def enterContext(self, context):  # unittest has it from Python 3.11 on
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def start_server(self, *options, **settings):
        server = Parleyd(*options, **settings)
        self.servers.append(server)
        return self.enterContext(server)

    def connect(self, dialect, **settings):
        return self.enterContext(Socket(self.server.ports[dialect], **settings))

    def add_user(self, user_class, name, **settings):
        """Signed on, and closed when the test ends. Whoever is there already may have a notice to read."""
        user = user_class(self.server.ports[user_class.dialect], name, **settings)
        self.addCleanup(user.close)
        return user.sign_on()

    def gather(self, *pairs):
        """`gather((TelnetUser, "ann"), (RoomsUser, "bob"))`: they arrive in this order, and have read every notice."""
        users = []
        for user_class, name in pairs:
            newcomer = self.add_user(user_class, name)
            for user in users:
                user.sees_arrival(name)
            users.append(newcomer)
        return users

    def run(self, result=None):
        self.servers = []
        if result is None:
            result = self.defaultTestResult()
        failed = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > failed:
            for server in self.servers:
                print(f"--- {self.id()}: parleyd wrote:\n{server.last_log[-SHOWN_LOG_BYTES:]}", file=sys.stderr)
        return result


def main():
    Parleyd.command = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")
