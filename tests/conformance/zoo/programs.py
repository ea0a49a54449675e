"""Starts the zoo's programs and talks to them; used by the checks."""

import contextlib
import os
import pty
import select
import socket
import subprocess
import time
from pathlib import Path

from make_mutant import INTERPRETER


ENOUGH_LOOKS = 3  # one alone may see one thread before, and another one after, the second has woken the first


def is_at_rest(pid):
    """Whether every thread of the process waits for something, and none wants the processor."""
    for stat in Path("/proc", str(pid), "task").glob("*/stat"):
        with contextlib.suppress(OSError):  # this thread has ended
            if stat.read_text().rpartition(")")[2].split()[0] in "RD":
                return False
    return True


def rests_mostly(pid):
    """On a busy machine the little that it has to do may be seen in many looks, and work without end in nearly all."""
    looks = 50
    rests = 0
    for _ in range(looks):
        rests += is_at_rest(pid)
        time.sleep(0.002)
    return rests > looks // 2


class Process:
    """A program of the zoo; ended when the `with` block is left."""

    def __init__(self, source, *arguments, terminal=False):
        self.screen = b""
        command = [*INTERPRETER, str(source), *map(str, arguments)]
        if terminal:
            self.output, inside = pty.openpty()
            self.input = self.output
            self.process = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, start_new_session=True)
            os.close(inside)
        else:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
            self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.terminal = terminal

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        if self.terminal:
            os.close(self.output)
        else:
            self.process.stdin.close()
            self.process.stdout.close()

    def finish(self, seconds=2):
        """Waits until it has done what it was asked before, however busy the machine is; within bounds."""
        until = time.monotonic() + seconds
        looks_at_rest = 0
        while looks_at_rest < ENOUGH_LOOKS and time.monotonic() < until:
            looks_at_rest = looks_at_rest + 1 if is_at_rest(self.process.pid) else 0
            time.sleep(0.001)

    def type(self, data):
        os.write(self.input, data)

    def wait_for(self, text, seconds):
        """Reads until the output has `text`; returns all that came before it and forgets it."""
        until = time.monotonic() + seconds
        while text not in self.screen:
            rest = until - time.monotonic()
            assert rest > 0 and select.select([self.output], [], [], rest)[0], f"no {text!r} but {self.screen!r}"
            try:
                data = os.read(self.output, 65536)
            except OSError:  # how a pseudo-terminal ends
                data = b""
            assert data, f"the program has ended its output: no {text!r} but {self.screen!r}"
            self.screen += data
        before, _, self.screen = self.screen.partition(text)
        return before


class Server(Process):
    def __init__(self, source, *arguments):
        super().__init__(source, 0, *arguments)
        self.wait_for(b"listening on ", 10)
        self.port = int(self.wait_for(b"\n", 10))


class Peer:
    """One end of a connection, in clear: bytes out, expected bytes in."""

    def __init__(self, connected, patience):
        self.socket = connected
        self.socket.settimeout(patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def fill(self):
        try:
            data = self.socket.recv(65536)
        except OSError as problem:
            raise AssertionError(f"{problem!r} after {self.buffer!r}") from problem
        self.buffer += data
        return bool(data)

    def expect(self, wanted):
        while len(self.buffer) < len(wanted) and self.buffer == wanted[: len(self.buffer)]:
            assert self.fill(), f"the stream ended after {self.buffer!r}, not {wanted!r}"
        assert self.buffer.startswith(wanted), f"{self.buffer[:200]!r} came, not {wanted[:200]!r}"
        self.buffer = self.buffer[len(wanted):]

    def skip_empty_lines(self):
        while not self.buffer.strip(b"\n") and self.fill():
            pass
        self.buffer = self.buffer.lstrip(b"\n")

    def read_block(self):
        """What stands before the next empty line."""
        while b"\n\n" not in self.buffer:
            assert self.fill(), f"the stream ended after {self.buffer!r}"
        line, _, self.buffer = self.buffer.partition(b"\n\n")
        return line

    def expect_error(self, *codes):
        line = self.read_block()
        assert line.startswith(tuple(b"ERROR %d " % code for code in codes)), f"{line!r} came, not ERROR {codes}"

    def expect_end(self):
        while self.fill():
            pass
        assert not self.buffer, f"{self.buffer!r} came, not the end"

    def expect_nothing_yet(self):
        """Only behind a fence: what should not have come must be there by now."""
        assert not self.buffer and not select.select([self.socket], [], [], 0)[0], "something came too early"

    def close(self):
        self.socket.close()
