#!/usr/bin/env python3
"""A server and two clients play a short conversation: python3 examples/demo.py FOLDER-OF-THE-PROGRAMS

Also an example of how a script drives parley: lines to its standard input, lines from its standard output, and
never a wait for anything but the next line.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import textwrap
import threading

PATIENCE_S = 20  # for each awaited line; normally they come at once
COLUMN = 38


class Failed(Exception):
    """What was awaited, and what came instead."""


class Program:
    """A running program and the lines that it prints. Leaving the `with` block ends it in any case."""

    def __init__(self, *command):
        self.name = os.path.basename(command[0])
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, bufsize=1,
                                         encoding="utf-8", start_new_session=True)
        self._lines = queue.Queue()
        self._errors = []
        for read in (self._read_lines, self._read_errors):
            threading.Thread(target=read, daemon=True).start()

    def _read_lines(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _read_errors(self):
        self._errors.extend(self._process.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)  # and whatever it started
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def type(self, line):
        try:
            self._process.stdin.write(line + "\n")
        except BrokenPipeError:
            raise Failed(self._report(f"it left before it read '{line}'")) from None

    def next_line(self, beginning):
        """The next line, which must begin as given."""
        try:
            line = self._lines.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise Failed(self._report(f"no '{beginning}...' within {PATIENCE_S} s")) from None
        if line is None:
            raise Failed(self._report(f"it left without printing '{beginning}...'"))
        if not line.startswith(beginning):
            raise Failed(self._report(f"expected '{beginning}...', it printed '{line}'"))
        return line

    def finish(self, expected_code):
        """Waits for its end after the end of its input."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            code = self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise Failed(self._report(f"still there after {PATIENCE_S} s")) from None
        if code != expected_code:
            raise Failed(self._report(f"exit code {code}, expected {expected_code}"))

    def terminate(self):
        self._process.terminate()

    def _report(self, what):
        return "\n".join([f"{self.name}: {what}"] + ["  " + line.rstrip() for line in self._errors[-15:]])


class Transcript:
    """Two columns, each what one user sees: `> ` before what was typed. Printed line by line as it happens."""

    def __init__(self, left, right):
        self._columns = {left: 0, right: 1}
        self._print(left, right)
        print("-" * COLUMN + "-+-" + "-" * COLUMN)

    def add(self, name, line):
        for part in textwrap.wrap(line, COLUMN, subsequent_indent="    "):
            self._print(*((part, "") if self._columns[name] == 0 else ("", part)))

    @staticmethod
    def _print(left, right):
        print(f"{left:<{COLUMN}} | {right}".rstrip(), flush=True)


def play_two_socket(folder, server_port):
    """Alice and bob on the two-socket protocol."""
    with contextlib.ExitStack() as programs:
        users = {}
        transcript = Transcript("alice", "bob")

        def see(name, beginning):
            transcript.add(name, users[name].next_line(beginning))

        def say(name, line):
            transcript.add(name, "> " + line)
            users[name].type(line)

        for name in ("alice", "bob"):
            command = [os.path.join(folder, "parley"), name, "127.0.0.1", "--port", server_port]
            users[name] = programs.enter_context(Program(*command))
            see(name, "registered " + name)

        say("alice", "@bob Hello Bob! Does it work?")
        see("bob", "message alice Hello Bob!")
        see("alice", "sent bob")
        say("bob", "@alice It does: caf\u00e9, \u20ac, and all of UTF-8")
        see("alice", "message bob It does")
        see("bob", "sent alice")
        say("alice", "@ALL This goes to everyone else")
        see("bob", "message alice This goes")
        see("alice", "sent ALL")
        say("bob", "@carol Are you there?")
        see("bob", "failed carol 102")

        users["alice"].finish(expected_code=0)
        users["bob"].finish(expected_code=1)  # the line to carol was not delivered


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: demo.py FOLDER    the folder with parleyd and parley, for example build/bin")
    folder = sys.argv[1]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        # --idle-exit: should this script be killed, the clients see the end of their input, and the server follows.
        command = [os.path.join(folder, "parleyd"), "--port", "0", "--idle-exit", "30"]
        with Program(*command) as server:
            listening = server.next_line("parleyd: listening on ")
            print(f"{listening}\n")
            play_two_socket(folder, listening.rpartition(":")[2])
            server.terminate()
            server.finish(expected_code=0)
        print("\nAll delivered but the message to carol, who is not there. Server and clients have left.")
    except (Failed, OSError) as error:
        sys.exit(f"\ndemo: {error}")
    except KeyboardInterrupt:
        sys.exit("\ndemo: interrupted")


if __name__ == "__main__":
    main()
