"""Every option of every program, as its --help has it, with every kind of value that is none."""

import collections
import functools
import os
import re
import socket
import unittest
from concurrent.futures import ThreadPoolExecutor

from programs import IS_SANITIZED, WAIT_S, complaint, run, support

# What each kind of option may be given. An option whose help has another word is held to be a number.
VALID = {
    "NETWORK[,...]": "none", "URL[,...]": "nats://127.0.0.1", "HOST[,...]": "127.0.0.1",
    "ID,...": "D2.1", "N[,N]": "60", "PATH,...": "x", "WORD,...": "hidden",
    "TEXT": "x", "PATH": "x", "NAME": "x", "FILE": "x", "ID": "x", "COMMAND": "x", "FOLDER": "x",
}
LISTS = {"HOST[,...]", "NETWORK[,...]", "URL[,...]", "ID,...", "N[,N]", "PATH,...", "WORD,..."}
NO_NUMBERS = ["*", "nan", "inf", "-inf", "infinity", "-1", "-0", "+1", "1e999", "1e30", "9" * 30, " 1", "1 ", "1\t", "1 2",
              "0x10", "0b1", "1_000", "1,5", "1.5.", ".", "one", "1\n", "\xff", "٣"]
NO_WORDS = [*NO_NUMBERS, "SEND ", " must", "debu"]
NO_NETWORKS = ["*", "nan", "-1", "10.0.0.0/08", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/0x8", " none", "none,", ",none",
               "none,,none", "1.2.3", "10.0.0.0/8 "]
NO_URLS = ["*", "127.0.0.1", "nats://", "http://a", "nats://a:0", "nats://a:65536", "nats://a:x", "nats://a,", ",nats://a", "nats://a b",
           "nats://a,nats://", "tls:/a", "nats://u:p@"]
# Of the wrong values one in so many is tried, which are others for each option: all with PARLEY_LONG=1, and fewer with a
# sanitizer, which makes each start long and finds nothing more in the hundredth refusal.
SHARE = 1 if os.environ.get("PARLEY_LONG") == "1" else 29 if IS_SANITIZED else 7


Option = collections.namedtuple("Option", "name kind default")  # kind: None for a flag


def options_of(*command):
    """Each option of the program's help: Option("--port", "PORT", "5050")."""
    options = []
    for line in run(*command, "--help").stdout.decode().splitlines():
        if match := re.match(r"  (?:-\w,)?(--[\w-]+)(?: (?! )([^\s=]+)(?:=(\S+)| \[(\S+)\])?)?", line):
            name, kind, shown, shown_in_brackets = match.groups()
            if name not in ("--help", "--version"):
                options.append(Option(name, kind, shown or shown_in_brackets))
    return options


@functools.cache
def valued_options():
    return [(command, option) for command in COMMANDS for option in options_of(*command) if option.kind]


def first_valued_options():
    """Where several commands of a program have the same option, that of the first: one function adds it to all."""
    firsts = {(command[0], option): (command, option) for command, option in reversed(valued_options())}
    return list(firsts.values())


COMMANDS = (("parleyd",), ("parley",), ("parley-conform", "server"), ("parley-conform", "client"),
            ("parley-conform", "grade", "folder"))


def bad_values(kind):
    if kind == "URL[,...]":
        return ["", *NO_URLS]
    if kind == "NETWORK[,...]":
        return ["", *NO_NETWORKS]
    if kind in VALID:
        return ["", ",", "x,", ",x"] if kind in LISTS else [""]
    return ["", *(NO_WORDS if "|" in kind else NO_NUMBERS)]


class OptionsTest(unittest.TestCase):
    def check(self, commands):
        """Each (name, command) is refused in one plain line that has the name."""
        def refusal(named):
            name, command = named
            self.assertIn(name, complaint(run(*command)), command)
        with ThreadPoolExecutor(4) as pool:
            for _ in pool.map(refusal, commands):
                pass

    def test_what_is_no_value_is_refused(self):
        self.check([(option.name, (*command, option.name, value))
                    for command, option in first_valued_options() for value in bad_values(option.kind)][::SHARE])

    def test_a_value_that_is_left_out_is_refused(self):
        self.check([(option.name, (*command, option.name)) for command, option in valued_options()])

    def test_an_option_given_twice_is_refused(self):
        twice = []
        for command, option in valued_options():
            if option.kind not in LISTS:
                value = option.default or VALID.get(option.kind, "60")
                twice.append((f"{option.name} is given 2 times", (*command, option.name, value, option.name, value)))
        self.check(twice)

    def test_a_flag_takes_no_value(self):
        self.check([(option.name[2:], (*command, f"{option.name}={value}"))
                    for command in COMMANDS for option in options_of(*command) if not option.kind
                    for value in ("*", "nan", "2", "maybe")])

    def test_unknown_options_and_words_too_many_are_refused(self):
        for command in COMMANDS:
            for words in (["--bogus"], ["--bogus=1"], ["-x"], ["a", "b", "c"], ["a", "--", "b", "c"]):
                complaint(run(*command, *words))

    @unittest.skipIf(IS_SANITIZED, "the benchmark is not built with sanitizers")
    def test_the_benchmark_takes_no_endless_time(self):
        for seconds in ("nan", "inf", "0.01", "61"):
            ended = run("parley-bench", "--seconds", seconds)
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn(b"is not a number of seconds from 0.05 to 60", ended.stderr)

    def test_a_refusal_names_the_bounds(self):
        for option, value, bounds in (("--linger", "0.0001", "0 or from 0.001 to 1000000"),
                                      ("--answer-timeout", "inf", "from 0.001 to 1000000")):
            self.assertIn(bounds, complaint(run("parley", option, value)))

    def test_a_star_is_no_host(self):
        self.assertIn("0.0.0.0", complaint(run("parleyd", "--host", "*")))

    def test_a_class_is_neither_listed_nor_replayed(self):
        self.check([(words[0], ("parley-conform", command, "folder", *words)) for command in ("grade", "interop")
                    for words in (["--list"], ["--list-needs"], ["--replay", "D2.1"])])

    def test_no_line_of_the_help_is_too_long(self):
        for command in ("server", "client", "grade", "interop", "probe"):
            for line in run("parley-conform", command, "--help").stdout.decode().splitlines():
                self.assertLessEqual(len(line), 120, line)

    def test_an_empty_word_is_refused(self):
        for command in COMMANDS[1:]:
            complaint(run(*command[:2], ""))

    def test_the_help_was_understood(self):
        least = {"parleyd": 30, "parley": 4, "parley-conform": 15}
        for command in COMMANDS:
            options = options_of(*command)
            self.assertGreaterEqual(sum(bool(option.kind) for option in options), least[command[0]], options)
            self.assertTrue(any(option.kind is None for option in options), options)


class FloodExemptTest(unittest.TestCase):
    REQUESTS = 10 * WAIT_S  # at one in a second

    def check_answers(self, port, request, answer):
        """To all these requests, in time."""
        with socket.create_connection(("::1", port), WAIT_S) as plain:
            plain.sendall(request * self.REQUESTS)
            came, deadline = b"", support.Deadline()
            while came.count(answer) < self.REQUESTS:
                self.assertGreater(deadline.left_s(), 0, f"{came.count(answer)} of {self.REQUESTS} answers in time")
                piece = plain.recv(65536)
                self.assertTrue(piece, "the stream ended")
                came += piece

    def test_an_address_of_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("there is no IPv6 here")
        options = ("--host", "::1", "--flood-rate", "1", "--flood-exempt", "::1", "--max-refusals-in-a-row", "1000000")
        with support.Parleyd(*options, dialects=("two-socket", "telnet")) as server:
            for dialect, request, answer in (("two-socket", b"SEND nobody\nContent-length: 0\n\n", b"ERROR "),
                                             ("telnet", b"/\r\n", b"Please enter")):
                with self.subTest(dialect=dialect):
                    self.check_answers(server.ports[dialect], request, answer)
            server.stop()


if __name__ == "__main__":
    support.main()
