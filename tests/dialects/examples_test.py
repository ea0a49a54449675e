#!/usr/bin/env python3
"""The shortest client of each dialect, as examples/ has it: all of them in one conversation.

    examples_test.py PARLEYD
"""

import importlib.util
import sys
from contextlib import ExitStack

from support import ROOT, DialectTest, Program, main

MOST_LINES = 39

# How each is called here, what it prints when it has signed on, what is typed to say {text} to the room, and how the
# others' lines look on it.
CLIENTS = {
    "two-socket": ("ann", "Signed on as ann.\n", "@ALL {text}", "{name}: {text}\n"),
    "livecode": ("bob", "bob connected\n", "{text}", "{name}: {text}\n"),
    "names": ("cleo", "Hello cleo\n", "MSG BROADCAST {text}", "{name} sent {text}\n"),
    "telnet": ("dan", "user(s) online: ann, bob, cleo, dan", "{text}", "{name}> {text}"),
    "rooms": ("eve", "Connected to the room.\n", "{text}", "{name}: {text}\n"),
    "web": ("flo", "Connected to the room.\n", "{text}", "{name}: {text}\n"),
}
if importlib.util.find_spec("websockets") is None:
    print("there is no python3-websockets here: the web's client is not tried", file=sys.stderr)
    del CLIENTS["web"]


def path(dialect):
    return ROOT / "examples" / f"{dialect.replace('-', '_')}_client.py"


class Examples(DialectTest):
    def start(self, dialect, stack):
        """The client, signed on."""
        name, greeting, _, _ = CLIENTS[dialect]
        words = (sys.executable, path(dialect), name, "127.0.0.1", self.server.ports[dialect])
        program = stack.enter_context(Program(*words))
        program.wait_for(greeting)
        return program

    def test_all_in_one_conversation(self):
        with ExitStack() as stack:
            programs = {dialect: self.start(dialect, stack) for dialect in CLIENTS}
            for speaker, (name, _, typed, _) in CLIENTS.items():
                text = f"Grüße von {name}"
                programs[speaker].type(typed.format(text=text) + "\n")
                for listener, (_, _, _, shown) in CLIENTS.items():
                    if listener != speaker:
                        with self.subTest(speaker=speaker, listener=listener):
                            programs[listener].wait_for(shown.format(name=name, text=text))
            programs["two-socket"].type("@dan psst\n@nobody psst\npsst\n")
            programs["telnet"].wait_for("[private] ann> psst")
            programs["two-socket"].wait_for("SENT dan\nERROR 102 Unable to send\nType @name text")
            self.assertIn("SENT ALL\n", programs["two-socket"].text)

            for dialect, program in programs.items():
                with self.subTest(leaves=dialect):
                    program.end_input()
                    program.wait_for_end(0)

    def test_they_end_when_the_server_does(self):
        with ExitStack() as stack:
            programs = {dialect: self.start(dialect, stack) for dialect in CLIENTS}
            self.server.stop()
            for dialect, program in programs.items():
                with self.subTest(dialect=dialect):
                    program.wait_for_end(0)

    def test_they_are_short(self):
        for dialect in CLIENTS:
            with self.subTest(dialect=dialect):
                self.assertLessEqual(len(path(dialect).read_text(encoding="utf-8").splitlines()), MOST_LINES)

    def test_they_say_which_arguments_they_take(self):
        for dialect in CLIENTS:
            with self.subTest(dialect=dialect):
                self.assertIn(f"{path(dialect).name} NAME [HOST [PORT]]", path(dialect).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
