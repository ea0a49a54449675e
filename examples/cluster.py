#!/usr/bin/env python3
"""A broker and several servers that are one: python3 examples/cluster.py FOLDER-OF-THE-PROGRAMS [NODES] [PARLEYD OPTIONS]

Node one has the usual ports, each further one 100 more. Ctrl-C, or the end of the terminal, ends them all.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight")  # node nine's livecode would be node one's names: 8820
PORTS = {"two-socket": 5050, "livecode": 8020, "names": 8820, "telnet": 4004, "rooms": 12345}
USAGE = "usage: cluster.py FOLDER [NODES] [parleyd options]    the folder with parleyd; 1 to 8 nodes, 3 where no number is given"
PATIENCE_S = 20


class Failed(Exception):
    """What was awaited, and what came instead."""


def ended_with_us(*command):
    """Is told to end when this script is gone, however that went."""
    return [*(["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []), *map(str, command)]


class Broker:
    """A nats-server on a free port, with its store in a folder that goes with it. Leaving the `with` block ends it."""

    def __enter__(self):
        program = shutil.which("nats-server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        if program is None:
            raise Failed("there is no nats-server here; Debian has it as the package nats-server")
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self._process = subprocess.Popen(
            ended_with_us(program, "--addr", "127.0.0.1", "--port", "-1", "--jetstream", "--store_dir", folder / "store",
                          "--ports_file_dir", folder, "--log", folder / "log"), start_new_session=True)
        try:
            self.url = self._read_url(folder)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _read_url(self, folder):
        """It writes where it listens once it can be connected to."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self._process.poll() is None:
            for file in folder.glob("*.ports"):
                with contextlib.suppress(ValueError):  # not written to its end
                    return json.loads(file.read_text(encoding="utf-8"))["nats"][0]
            time.sleep(0.02)
        raise Failed(f"the nats-server does not start; it wrote:\n{(folder / 'log').read_text(encoding='utf-8')}")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


class Node:
    """A parleyd whose lines are shown with its name in front. Leaving the `with` block ends it in good order."""

    def __init__(self, folder, number, broker, options):
        self.name = NAMES[number]
        self.ports = {dialect: port + 100 * number for dialect, port in PORTS.items()}
        listening = [word for dialect, port in self.ports.items()
                     for word in ("--port" if dialect == "two-socket" else f"--{dialect}", port)]
        self.process = subprocess.Popen(
            ended_with_us(Path(folder) / "parleyd", "--cluster", broker.url, "--node", self.name, *listening, *options),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            start_new_session=True)
        self._is_settled, self.is_ready, self._is_told_to_end = threading.Event(), False, False
        self._reader = threading.Thread(target=self._show_lines)
        self._reader.start()

    def _show_lines(self):
        opened = 0
        for line in self.process.stdout:
            self._show(line.rstrip("\n"))
            opened += "listening on " in line
            if opened == len(PORTS):
                self.is_ready = True
                self._is_settled.set()
        code = self.process.wait()
        if not self._is_told_to_end:
            self._show(f"has ended ({'killed by signal ' + str(-code) if code < 0 else 'exit code ' + str(code)})")
        self._is_settled.set()

    def _show(self, line):
        with contextlib.suppress(OSError):  # the terminal has gone; its lines must be read all the same
            print(f"{self.name:<5} | {line}\n", end="", flush=True)

    def wait_until_ready(self):
        if not self._is_settled.wait(PATIENCE_S) or not self.is_ready:
            raise Failed(f"node {self.name} does not start (see above)")

    def __enter__(self):
        return self

    def end(self):
        self._is_told_to_end = True
        self.process.terminate()

    def __exit__(self, *_):
        self.end()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._reader.join()


def wait_for_users(names_port, names):
    """Until this node lists exactly these users, in their order of arrival. News of other nodes take a moment."""
    answer, deadline = " ".join(names).encode(), time.monotonic() + PATIENCE_S
    came = b""
    while came != b"%02d" % len(answer) + answer:
        if time.monotonic() > deadline:
            raise Failed(f"the server with port {names_port} lists {came!r} and not {answer!r}")
        with socket.create_connection(("127.0.0.1", names_port)) as visitor:
            visitor.sendall(b"09GET_NAMES")
            visitor.shutdown(socket.SHUT_WR)
            came = visitor.makefile("rb").read()


def show_what_to_try(nodes):
    one, two, three = (nodes[min(number, len(nodes) - 1)] for number in range(3))
    rows = [f"node {node.name:<6}" + ", ".join(f"{dialect} {port}" for dialect, port in node.ports.items()) for node in nodes]
    rows += ["", "In three more terminals:", "",
             f"    ./dev chat alice --port {one.ports['two-socket']}",
             f"    ./dev chat bob --port {two.ports['two-socket']}",
             f"    telnet 127.0.0.1 {three.ports['telnet']}", "",
             f"`kill -9 {two.process.pid}` is the sudden end of node {two.name}. Ctrl-C ends them all."]
    print("\n".join(["", *rows, ""]), flush=True)


def run(folder, count, options):
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(Broker())
        nodes = [stack.enter_context(Node(folder, number, broker, options)) for number in range(count)]
        for node in nodes:
            node.wait_until_ready()
        show_what_to_try(nodes)
        ended.wait()
        for node in nodes:
            node.end()


def main():
    folder, *options = sys.argv[1:] or [""]
    count = int(options.pop(0)) if options and options[0].isdecimal() else 3
    if not folder or not 1 <= count <= len(NAMES):
        sys.exit(USAGE)
    try:
        run(folder, count, options)
    except (Failed, OSError) as error:
        sys.exit(f"cluster: {error}")


if __name__ == "__main__":
    main()
