"""What the hostile clients stand on: the dialects' users, a measured server, many sockets at once.

A test file ends with `main()` and is run as `X_test.py PARLEYD`. Bounds do not depend on the machine: a quiet phase of the
same run is what they are compared with, or they are far from what is right and from what is wrong.
"""

import contextlib
import os
import resource
import selectors
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))

import support  # noqa: E402
import users  # noqa: E402
from support import DIALECTS, TIME_FACTOR, WAIT_S, Deadline, Socket, to_bytes  # noqa: E402,F401
from users import USERS, LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser  # noqa: E402,F401

# A sanitizer has shadow memory and slow threads: no limits of memory then, and fewer users.
IS_SANITIZED = TIME_FACTOR > 1
IS_LONG = os.environ.get("PARLEY_LONG") == "1"  # with more of everybody than shows the same
UNABLE = b"ERROR 102 Unable to send\n\n"
STOP_S = WAIT_S  # the server's own limit is 5 s; the next longer time that it could wait for is 30 s
KIB, MIB = 1024, 1024 * 1024


def send_frame(recipient, body=b""):
    body = to_bytes(body)
    return b"SEND %s\nContent-length: %d\n\n%s" % (recipient.encode(), len(body), body)


class Measured:
    """What a process has used so far."""

    def __init__(self, pid):
        self.pid = pid

    def cpu_s(self):
        return time.clock_gettime(~self.pid << 3 | 2)  # Linux's clock of another process

    def _status_bytes(self, field):
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * KIB
        raise AssertionError(f"no {field}")

    def memory_bytes(self):
        return self._status_bytes("VmRSS")

    def most_memory_bytes(self):
        return self._status_bytes("VmHWM")

    def address_space_bytes(self):
        return self._status_bytes("VmSize")

    def limit_address_space(self, headroom_bytes):
        """So much more than it has now."""
        _, most = resource.prlimit(self.pid, resource.RLIMIT_AS)
        resource.prlimit(self.pid, resource.RLIMIT_AS, (self.address_space_bytes() + headroom_bytes, most))

    def unlimit_address_space(self):
        _, most = resource.prlimit(self.pid, resource.RLIMIT_AS)
        resource.prlimit(self.pid, resource.RLIMIT_AS, (most, most))


class HostileTest(support.DialectTest):
    """A server of its own for every test, with what it uses: self.used."""

    def setUp(self):
        super().setUp()
        self.used = Measured(self.server.pid)

    def restart(self, *options, **settings):
        self.server = self.start_server(*options, **settings)
        self.used = Measured(self.server.pid)

    def log_bytes(self, server=None):
        return os.fstat((server or self.server)._log.fileno()).st_size

    def open_socket(self, dialect, source=None):
        """A plain socket, from this address if one is given, closed when the test ends."""
        plain = socket.socket()
        self.addCleanup(plain.close)
        plain.settimeout(WAIT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source is not None:
            plain.bind((source, 0))
        plain.connect(("127.0.0.1", self.server.ports[dialect]))
        return plain

    def check_alive(self):
        self.assertIsNone(self.server.program.process.poll(), "the server has ended")

    def check_stop(self, sockets=()):
        """The server stops in time; whoever is given here reads to the end of the stream and closes its end."""
        began = time.monotonic()
        self.server.program.process.terminate()
        read_to_ends(sockets)
        self.server.program.wait_for_end()
        self.assertLess(time.monotonic() - began, STOP_S)


def read_to_ends(sockets):
    """Every one of these plain sockets is read to its end, or reset, and closed."""
    deadline = Deadline()
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            one.setblocking(False)
            selector.register(one, selectors.EVENT_READ)
        while selector.get_map() and deadline.left_s() > 0:
            for key, _ in selector.select(deadline.left_s()):
                try:
                    ended = not key.fileobj.recv(1 << 18)
                except ConnectionError:
                    ended = True
                if ended:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
        if left := len(selector.get_map()):
            raise AssertionError(f"{left} of the streams did not end")


def pump(plain, block, most_bytes):
    """Sends copies of `block`, so many bytes at most, until something comes back, or the peer ends. Returns how many bytes
    went, and whether something can be read."""
    plain.setblocking(False)
    block, sent, deadline = block * (max(1, 65536 // len(block))), 0, Deadline()
    with selectors.DefaultSelector() as selector:
        selector.register(plain, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while sent < most_bytes:
            events = selector.select(deadline.left_s())
            if not events:
                raise AssertionError(f"nothing came for {WAIT_S} s")
            if events[0][1] & selectors.EVENT_READ:
                break
            with contextlib.suppress(BlockingIOError):
                sent += plain.send(block[sent % len(block):])
    plain.settimeout(WAIT_S)
    return sent


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    support.main()
