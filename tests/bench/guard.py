#!/usr/bin/env python3
"""Holds what one relayed message costs the server against the figures in guard.json. No clock decides anything.

    guard.py [--record] [--server PARLEYD] [syscalls | instructions]      both unless told

syscalls: counted by strace. instructions: counted by valgrind's callgrind, allocations with them; other compilers and
libraries make other instructions, so each toolchain has figures of its own; with one that has none, this is skipped. The
script is always the same: one pair, one message of 64 bytes after the other, each acknowledged. A run with N messages is
taken from one with 2 N, so that start, sign-on and end cancel out.
"""

import argparse
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "guard.json"
MESSAGES = 2000
BOUND_PERCENT = 10
# The watchdog wakes by the clock: on a machine that stands still for ten seconds this is its share.
SLACK = 0.05
WAIT_S = 120  # a valgrind on a loaded machine
SKIP_RETURN_CODE = 77  # as CTest knows it

KINDS = {
    "reads": {"read", "readv", "recvfrom", "recvmsg"},
    "writes": {"write", "writev", "sendto", "sendmsg"},
    "polls": {"poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait"},
}


class Failure(Exception):
    """What to tell the user."""


class Skipped(Exception):
    """Why nothing can be compared."""


class Client:
    """One registered socket."""

    def __init__(self, port, channel, name):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(f"REGISTER {channel} {name}\n\n".encode())
        self.expect(f"REGISTERED {channel} {name}\n\n".encode())

    def expect(self, frame):
        came = b""
        while len(came) < len(frame):
            piece = self.socket.recv(len(frame) - len(came))
            if not piece:
                raise Failure(f"the server closed the connection after {came!r}")
            came += piece
        if came != frame:
            raise Failure(f"expected {frame!r}, got {came!r}")


def exchange(port, messages):
    """The script: every frame exactly as the protocol has it."""
    body = b"x" * 64
    sender, sender_recv = Client(port, "TOSEND", "alice"), Client(port, "TORECV", "alice")
    recipient_send, recipient = Client(port, "TOSEND", "bob"), Client(port, "TORECV", "bob")
    for _ in range(messages):
        sender.socket.sendall(b"SEND bob\nContent-length: 64\n\n" + body)
        recipient.expect(b"FORWARD alice\nContent-length: 64\n\n" + body)
        recipient.socket.sendall(b"RECEIVED alice\n\n")
        sender.expect(b"SENT bob\n\n")
    for client in (sender, sender_recv, recipient_send, recipient):
        client.socket.close()


def run_under(tracer, server, folder, messages):
    """Runs the script against a server that the tracer, a command, watches; returns when both have ended."""
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    log = folder / "log"
    command = [*tracer, server, "--port", "0", "--port-file", port_file, "--log-level", "off"]
    with log.open("w") as output:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        except FileNotFoundError:
            raise Failure(f"{tracer[0]} is not installed; ./dev test installs it") from None
    try:
        deadline = time.monotonic() + WAIT_S
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{tracer[0]} did not bring the server up: {log.read_text().strip() or 'it said nothing'}")
            time.sleep(0.01)
        exchange(int(port_file.read_text()), messages)
        os.killpg(process.pid, signal.SIGTERM)  # strace, writing to a file, lets it pass
        status = process.wait(WAIT_S)
        if status != 0:
            raise Failure(f"{tracer[0]} and the server ended with {status}: {log.read_text().strip()}")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(f"with {tracer[0]}: {error}; it said: {log.read_text().strip()}") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def per_message(count):
    """`count(messages)` gives a Counter of one run; the difference of two, for each message."""
    once, twice = count(MESSAGES), count(2 * MESSAGES)
    return {name: (twice[name] - once[name]) / MESSAGES for name in twice}


def count_syscalls(server, folder):
    def count(messages):
        table = folder / "strace"
        run_under(["strace", "-f", "-c", "-U", "calls,name", "-o", table], server, folder, messages)
        calls = Counter()
        for line in table.read_text().splitlines():
            if found := re.fullmatch(r"\s*(\d+)\s+(\w+)", line):
                calls[found[2]] = int(found[1])
        return calls

    calls = per_message(count)
    figures = {kind: sum(calls.get(name, 0) for name in names) for kind, names in KINDS.items()}
    return {**figures, "system calls": calls["total"]}


def count_instructions(server, folder):
    def count(messages):
        profile = folder / "callgrind"
        tool = ["--tool=callgrind", "--compress-strings=no", f"--callgrind-out-file={profile}"]
        run_under(["valgrind", "-q", *tool], server, folder, messages)
        counts = Counter()
        callee = ""
        with profile.open() as lines:
            for line in lines:
                key, _, value = line.rstrip().partition("=")
                if key == "cfn":
                    callee = value
                elif key == "calls" and callee in ("malloc", "calloc", "realloc"):
                    counts["allocations"] += int(value.split()[0])
                elif line.startswith("summary:"):
                    counts["instructions"] = int(line.split()[1])
        return counts

    return per_message(count)


def toolchain(server):
    """What decides which instructions there are."""
    try:
        comment = subprocess.run(["readelf", "-p", ".comment", server], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"cannot tell which compiler made {server}: {error}") from None
    compilers = sorted(set(re.findall(r"\b(GCC|clang)\b.*?(\d+\.\d+\.\d+)", comment)))
    return ", ".join([*(" ".join(each) for each in compilers), os.confstr("CS_GNU_LIBC_VERSION"), platform.machine()])


def compare(what, measured, recorded):
    """Prints a line for each figure; returns the names of those that are over their bound."""
    over = []
    for name, value in measured.items():
        if name not in recorded:
            raise Failure(f"{FIGURES.name} has no figure for {name}; record it: {sys.argv[0]} --record {what}")
        bound = recorded[name] * (1 + BOUND_PERCENT / 100) + SLACK
        verdict = "OVER" if value > bound else "ok"
        print(f"{name:>14} per message: {value:8.2f}, recorded {recorded[name]:8.2f}, bound {bound:8.2f}  {verdict}")
        if value > bound:
            over.append(name)
    return over


def guard(what, count, server, folder, record):
    """Measures one thing, and writes it down or fails when it is over the bound."""
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    recorded, key = figures, what
    if what == "instructions":
        recorded, key = figures.setdefault(what, {}), toolchain(server)
        if not record and key not in recorded:
            raise Skipped(f"{FIGURES.name} has no figures of {key}.\n"
                          f"On a commit that is known to be good, record them: {sys.argv[0]} --record {what}")
    measured = {name: round(value, 2) for name, value in count(server, folder).items()}
    if record:
        recorded[key] = measured
        FIGURES.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
        print(f"recorded {what}: {measured}")
    elif over := compare(what, measured, recorded.get(key, {})):
        raise Failure(f"a message costs more than {BOUND_PERCENT} % over what was recorded: {', '.join(over)}.\n"
                      f"Find out why; when it is worth it, record it and say so in the commit: {sys.argv[0]} --record")


def main():
    counters = {"syscalls": count_syscalls, "instructions": count_instructions}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=counters)
    parser.add_argument("--server", type=Path, default=HERE.parents[1] / "build/bin/parleyd")
    parser.add_argument("--record", action="store_true", help="write the figures down instead of comparing them")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for what in [options.what] if options.what else counters:
                guard(what, counters[what], options.server, Path(folder), options.record)
    except Failure as failure:
        sys.exit(f"guard: {failure}")
    except Skipped as skipped:
        print(f"guard: skipped: {skipped}", file=sys.stderr)
        sys.exit(SKIP_RETURN_CODE)


if __name__ == "__main__":
    main()
