#!/usr/bin/env python3
"""Servers and their clients play four short conversations: python3 examples/demo.py FOLDER-OF-THE-PROGRAMS

Also an example of how a script drives parley: lines to its standard input, lines from its standard output, and
hardly a wait for anything but the next line.
"""

import contextlib
import importlib.util
import itertools
import os
import queue
import shutil
import signal
import subprocess
import sys
import textwrap
import threading

from cluster import Broker, Failed, wait_for_users

PATIENCE_S = 20  # for each awaited line; normally they come at once
COLUMN = 38
NARROWEST_COLUMN = 12
LEASE_S = "2"  # a server that has said nothing for longer is taken for dead


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

    def kill(self):
        self._process.kill()

    def _report(self, what):
        return "\n".join([f"{self.name}: {what}"] + ["  " + line.rstrip() for line in self._errors[-15:]])


class Transcript:
    """A column for each user, of what that one sees: `> ` before what was typed. Printed as it happens."""

    def __init__(self, *headings):
        room = shutil.get_terminal_size((132, 24)).columns
        self._column = max(NARROWEST_COLUMN, min(COLUMN, (room + 3) // len(headings) - 3))
        self._count = len(headings)
        self.add(*([heading] for heading in headings))
        print("-+-".join(["-" * self._column] * self._count))

    def add(self, *cells):
        """One row: for each user the lines that it saw."""
        wrapped = [[part for line in cell for part in textwrap.wrap(line, self._column, subsequent_indent="  ")]
                   for cell in cells]
        for row in itertools.zip_longest(*wrapped, fillvalue=""):
            print(" | ".join(f"{part:<{self._column}}" for part in row).rstrip(), flush=True)


class Gathering:
    """Users, each with a client; a row of the transcript for each thing that happens."""

    def __init__(self, programs, clients):
        """`clients`: for each name what stands above its column, and the command."""
        self._programs, self._clients, self._users = programs, clients, {}
        self._transcript = Transcript(*(heading for heading, _ in clients.values()))

    def show(self, actor, done, **expected):
        """What the actor did, and then what each user sees; each line must begin as given."""
        cells = []
        for name in self._clients:
            cell = [done] if name == actor and done else []
            cells.append(cell + [self._users[name].next_line(beginning) for beginning in expected.get(name, [])])
        self._transcript.add(*cells)

    def arrive(self, name, **expected):
        self._users[name] = self._programs.enter_context(Program(*self._clients[name][1]))
        self.show(name, "", **expected)

    def say(self, name, line, **expected):
        self._users[name].type(line)
        self.show(name, f"> {line}", **expected)

    def leave(self, name, expected_code=0, **expected):
        self._users[name].finish(expected_code)
        self.show(name, "(end of input)", **expected)


def parley(folder, name, port):
    return [os.path.join(folder, "parley"), name, "127.0.0.1", "--port", str(port)]


def example(name, dialect, port):
    """The client of examples/ for this dialect."""
    client = os.path.join(os.path.dirname(__file__), dialect.replace("-", "_") + "_client.py")
    # Debian has the library of the web's in its own Python; another one may come first here.
    is_lacking = dialect == "web" and importlib.util.find_spec("websockets") is None
    return ["/usr/bin/python3" if is_lacking else sys.executable, client, name, "127.0.0.1", str(port)]


def play_two_socket(folder, port):
    """Alice and bob on the two-socket protocol, with parley."""
    with contextlib.ExitStack() as programs:
        both = Gathering(programs, {name: (name, parley(folder, name, port)) for name in ("alice", "bob")})
        both.arrive("alice", alice=["registered alice"])
        both.arrive("bob", bob=["registered bob"])
        both.say("alice", "@bob Hello Bob! Does it work?", bob=["message alice Hello Bob!"], alice=["sent bob"])
        both.say("bob", "@alice It does: caf\u00e9, \u20ac, and all of UTF-8", alice=["message bob It does"], bob=["sent alice"])
        both.say("alice", "@ALL This goes to everyone else", bob=["message alice This goes"], alice=["sent ALL"])
        both.say("bob", "@carol Are you there?", bob=["failed carol 102"])
        both.leave("alice")
        both.leave("bob", expected_code=1)  # the line to carol was not delivered


def play_five_dialects(ports):
    """The same server, five of its protocols, one conversation."""
    dialects = {"bob": "telnet", "dave": "livecode", "carol": "rooms", "erin": "names", "alice": "two-socket"}
    with contextlib.ExitStack() as programs:
        all_of = Gathering(programs, {name: (f"{name} ({dialect})", example(name, dialect, ports[dialect]))
                                      for name, dialect in dialects.items()})
        all_of.arrive("bob", bob=["Please enter your name: 1 user(s) online: bob"])
        all_of.arrive("dave", dave=["dave connected"], bob=["+++ dave arrived +++"])
        all_of.arrive("carol", carol=["Connected to the room."], bob=["+++ carol"], dave=["carol connected"])
        all_of.arrive("erin", erin=["Hello erin"], bob=["+++ erin"], dave=["erin connected"],
                      carol=["erin has joined the room."])
        all_of.arrive("alice", bob=["+++ alice"], dave=["alice connected"], carol=["alice has joined the room."],
                      alice=["Signed on as alice."])

        all_of.say("bob", "Hello, all!", dave=["bob: Hello, all!"], carol=["bob: Hello, all!"],
                   erin=["bob sent Hello, all!"], alice=["bob: Hello, all!"])
        all_of.say("dave", "Hi bob", bob=["dave> Hi bob"], dave=["dave: Hi bob"], carol=["dave: Hi bob"],
                   erin=["dave sent Hi bob"], alice=["dave: Hi bob"])
        all_of.say("carol", "caf\u00e9?", bob=["carol> caf\u00e9?"], dave=["carol: caf\u00e9?"],
                   carol=["carol: caf\u00e9?"], erin=["carol sent caf\u00e9?"], alice=["carol: caf\u00e9?"])
        all_of.say("alice", "@ALL at six", bob=["alice> at six"], dave=["alice: at six"], carol=["alice: at six"],
                   erin=["alice sent at six"], alice=["SENT ALL"])
        all_of.say("erin", "GET_NAMES", erin=["bob dave carol erin alice"])
        all_of.say("erin", "MSG bob psst", bob=["[private] erin> psst"])
        all_of.say("bob", "@alice hush", alice=["bob: hush"])
        all_of.leave("dave", bob=["--- dave left ---"], carol=["dave has left the room."])


def play_browser(folder, ports):
    """What a browser's page is told: what is said, and whether its own lines arrived."""
    with contextlib.ExitStack() as programs:
        all_of = Gathering(programs, {"ann": ("ann (browser)", example("ann", "web", ports["web"])),
                                      "bob": ("bob (telnet)", example("bob", "telnet", ports["telnet"])),
                                      "alice": ("alice (parley)", parley(folder, "alice", ports["two-socket"]))})
        all_of.arrive("bob", bob=["Please enter your name: 1 user(s) online: bob"])
        all_of.arrive("alice", alice=["registered alice"], bob=["+++ alice"])
        all_of.arrive("ann", ann=["Connected to the room."], bob=["+++ ann"])
        all_of.say("ann", "Hello from a browser", ann=["ann: Hello", "delivered: the room"], bob=["ann> Hello"],
                   alice=["message ann Hello"])
        all_of.say("alice", "@ann Which one?", ann=["(private) alice: Which one?"], alice=["sent ann"])
        all_of.say("ann", "@alice Any", ann=["delivered: @alice"], alice=["message ann Any"])
        all_of.say("ann", "@carol Are you there?", ann=["nobody: @carol"])
        all_of.leave("ann", bob=["--- ann left ---"])


def play_three_nodes(folder):
    """Three servers that are one; then one of them is killed."""
    with contextlib.ExitStack() as programs:
        broker = programs.enter_context(Broker())
        cluster = {name: start_server(folder, programs, "--cluster", broker.url, "--node", name, "--cluster-lease", LEASE_S)
                   for name in ("one", "two", "three")}
        (_, one), (second, two), (_, three) = cluster.values()
        print()
        all_of = Gathering(programs, {"alice": ("alice (node one)", parley(folder, "alice", one["two-socket"])),
                                      "bob": ("bob (node two)", parley(folder, "bob", two["two-socket"])),
                                      "carol": ("carol (node three, telnet)", example("carol", "telnet", three["telnet"]))})

        def all_know(*names):
            for ports in (one, two, three):
                wait_for_users(int(ports["names"]), names)

        all_of.arrive("alice", alice=["registered alice"])
        all_of.arrive("bob", bob=["registered bob"])
        all_know("alice", "bob")
        all_of.arrive("carol", carol=["Please enter your name: 3 user(s) online: alice, bob, carol"])
        all_know("alice", "bob", "carol")
        all_of.say("alice", "@bob Can you read me over there?", bob=["message alice Can you"], alice=["sent bob"])
        all_of.say("bob", "@ALL Every word.", alice=["message bob Every"], carol=["bob> Every word."], bob=["sent ALL"])
        all_of.say("carol", "@alice So can I.", alice=["message carol So can I."])
        second.kill()
        all_of.show("bob", "(node two is killed)", carol=["--- bob left ---"])
        all_of.say("alice", "@bob Still there?", alice=["failed bob 102"])
        all_of.say("alice", "@carol But we are.", carol=["[private] alice> But we are."], alice=["sent carol"])
        for server in (cluster["one"][0], cluster["three"][0]):
            server.terminate()
            server.finish(expected_code=0)


def start_server(folder, programs, *options):
    """The server with all dialects, and the port of each."""
    command = [os.path.join(folder, "parleyd"), "--port", "0", "--idle-exit", "30", *options]
    for dialect in ("livecode", "names", "telnet", "rooms", "web"):
        command += ["--" + dialect, "0"]
    # --idle-exit: should this script be killed, the clients see the end of their input, and the server follows.
    server = programs.enter_context(Program(*command))
    ports = {}
    for dialect in ("two-socket", "livecode", "names", "telnet", "rooms", "web"):
        listening = server.next_line("parleyd: listening on ")
        if not options:
            print(listening)
        ports[dialect] = listening.split()[3].rpartition(":")[2]
    return server, ports


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: demo.py FOLDER    the folder with parleyd and parley, for example build/bin")
    folder = sys.argv[1]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with contextlib.ExitStack() as programs:
            server, ports = start_server(folder, programs)
            print("\nTwo users with parley:\n")
            play_two_socket(folder, ports["two-socket"])
            print("\nOne user of each dialect, on the same server:\n")
            play_five_dialects(ports)
            print("\nA user with a browser, one with telnet and one with parley:\n")
            play_browser(folder, ports)
            server.terminate()
            server.finish(expected_code=0)
        print("\nAll delivered but the message to carol, who was not there yet.\n\nThree users on three servers, which are one:")
        play_three_nodes(folder)
        print("\nAll delivered but the message to bob, whose server was killed. Servers and clients have left.")
    except (Failed, OSError) as error:
        sys.exit(f"\ndemo: {error}")
    except KeyboardInterrupt:
        sys.exit("\ndemo: interrupted")


if __name__ == "__main__":
    main()
