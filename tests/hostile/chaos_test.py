#!/usr/bin/env python3
"""Hostile clients of every kind at once, while honest users of every dialect chat: they miss nothing and are not dropped.

    chaos_test.py PARLEYD [--seconds 60]
"""

import contextlib
import itertools
import random
import socket
import sys
import threading
import time

from hostile import (
    DIALECTS, IS_LONG, IS_SANITIZED, STOP_S, TIME_FACTOR, USERS, WAIT_S, HostileTest, LiveCodeUser, NamesUser, RoomsUser, Socket,
    TelnetUser, TwoSocketUser, main, send_frame)
from users import two_digits

SECONDS = 15 if IS_LONG or IS_SANITIZED else 8
HONEST_OF_EACH = 4
ROUND_S = 0.2  # people do not type faster; rooms users get a line every 30 ms
ODD = b"\x01" * 1000


class Hostile(threading.Thread):
    """Does its thing again and again until it is told to stop. The server may end its connections at any time."""

    def __init__(self, ports, ended, act, number):
        super().__init__(daemon=True)
        self.ports, self.ended, self.act = ports, ended, act
        self.random, self.number, self.done = random.Random(number), number, 0

    def run(self):
        while not self.ended.is_set():
            with contextlib.suppress(OSError, AssertionError):
                self.act(self)
                self.done += 1
            # Whoever signs on is announced, and a rooms client is told one thing every 30 ms.
            self.ended.wait(2.0 if self.act in SIGN_ON else 0.01)

    @contextlib.contextmanager
    def visit(self, dialect):
        with socket.create_connection(("127.0.0.1", self.ports[dialect]), 2) as plain:
            yield plain

    def any_dialect(self):
        return self.random.choice(DIALECTS)

    def register(self, plain, name):
        plain.sendall(f"REGISTER TOSEND {name}\n\nREGISTER TORECV {name}\n\n".encode())
        plain.recv(1000)


def half_a_request(hostile):
    with hostile.visit(hostile.any_dialect()) as plain:
        plain.sendall(hostile.random.randbytes(hostile.random.randrange(1, 3000)))


def web_page(hostile):
    with hostile.visit(hostile.any_dialect()) as plain:
        body = send_frame("ALL", "posted") + b"08NAME eve20MSG BROADCAST posted"
        plain.sendall(b"POST /%s HTTP/1.1\r\nContent-length: %d\r\n\r\n%s" % (b"x" * 3000, len(body), body))
        plain.recv(1000)


def refused_registers(hostile):
    with hostile.visit("two-socket") as plain:
        plain.sendall(b"REGISTER TOSEND %s\n\n" % ODD * 15)
        plain.recv(1000)


def window_of_one_socket(hostile):
    """Sends to itself without answering; is read all the same."""
    with hostile.visit("two-socket") as plain:
        name = f"flood{hostile.number}"
        hostile.register(plain, name)
        plain.sendall(send_frame(name) + send_frame("nobody") * 5000)


def full_window(hostile):
    """Two sockets and a recipient who says nothing."""
    with hostile.visit("two-socket") as sending, hostile.visit("two-socket") as receiving:
        name = f"full{hostile.number}"
        sending.sendall(f"REGISTER TOSEND {name}\n\n".encode())
        receiving.sendall(f"REGISTER TORECV {name}\n\n".encode())
        sending.recv(1000), receiving.recv(1000)
        sending.sendall(send_frame(name, "x" * 1000) * 100)
        hostile.ended.wait(2)


def long_lines_to_itself(hostile):
    """Private, so that honest users have their own lines next."""
    with hostile.visit("telnet") as plain:
        name = f"loud{hostile.number}"
        plain.sendall(f"{name}\r\n/join {name}\r\n".encode() + b"x" * 60_000 + b"\r\n" + f"@{name} ".encode() + b"y" * 60_000 + b"\r\n")
        plain.recv(1000)


def lists(hostile):
    with hostile.visit("names") as plain:
        plain.sendall(b"09GET_NAMES" * 300)
        plain.recv(1000)


def movers(hostile):
    """Moves where nobody is told: in rooms of its own."""
    with hostile.visit("telnet") as plain:
        name = f"mover{hostile.number}"
        plain.sendall(f"{name}\r\n".encode() + b"".join(b"/join x%d\r\n" % i for i in range(60)))
        plain.recv(1000)


def renamed(hostile):
    """Is called something else, and then nothing more; everybody hears of it."""
    with hostile.visit("names") as plain:
        names = [f"names{hostile.number}{letter}" for letter in "ab"]
        answers = [two_digits(f"Hello {name}") for name in names]
        plain.sendall(b"".join(two_digits(f"NAME {name}") for name in names))
        plain.settimeout(WAIT_S)
        came = b""
        while answers[1] not in came and (piece := plain.recv(1000)):
            came += piece
        if answers[0] not in came or answers[1] not in came:  # between them may be what others say
            raise AssertionError(f"the renaming was answered {came!r}")


def resets(hostile):
    dialect = hostile.any_dialect()
    one = Socket(hostile.ports[dialect])
    one.send(b"x" * hostile.random.randrange(1, 100))
    one.kill()


ACTS = (half_a_request, web_page, refused_registers, window_of_one_socket, full_window, long_lines_to_itself, lists,
        movers, renamed, resets)


SIGN_ON = (window_of_one_socket, full_window, long_lines_to_itself, movers, renamed)


class Honest:
    """One of the chatting users, who reads all that comes and looks for lines of others in it."""

    def __init__(self, user):
        self.user = user
        self.plain = (user.receiving if isinstance(user, TwoSocketUser) else user.socket).socket
        self.came, self.read_to = b"", 0

    def hears(self, text):
        """Every line has a text of its own; what else comes is about people who come and go."""
        text = text.encode()
        while (found := self.came.find(text, self.read_to)) < 0:
            piece = self.plain.recv(65536)
            if not piece:
                raise AssertionError(f"{self.user.name} was dropped")
            if isinstance(self.user, TwoSocketUser):  # one at a time: the next comes when it is answered
                self.answer(piece)
            self.came = self.came[self.read_to:] + piece
            self.read_to = 0
        self.read_to = found + len(text)

    def answer(self, piece):
        self.plain.sendall(b"RECEIVED\n\n" * piece.count(b"FORWARD "))


class Chaos(HostileTest):
    options = ("--log-level", "info")
    seconds = SECONDS

    def test_honest_users_miss_nothing(self):
        honest = [Honest(self.add_user(user_class, f"{user_class.dialect[:2]}{i}", **settings))
                  for i in range(HONEST_OF_EACH)
                  for user_class, settings in ((USERS[0], {}), (LiveCodeUser, {}), (NamesUser, {}), (TelnetUser, {}),
                                               (RoomsUser, {}))]
        ended = threading.Event()
        hostile = [Hostile(self.server.ports, ended, act, number) for number, act in enumerate(ACTS * 2)]
        for one in hostile:
            one.start()
        end = time.monotonic() + self.seconds
        lines = 0
        for speaker in itertools.cycle(honest):
            if time.monotonic() > end:
                break
            text = f"<line {lines:06}>"
            lines += 1
            speaker.user.say(text)
            for listener in honest:
                if listener is not speaker or speaker.user.hears_itself:
                    listener.hears(text)
            if isinstance(speaker.user, TwoSocketUser):
                speaker.user.socket.expect_one_of("SENT ALL\n\n", "ERROR 102 Unable to send\n\n")
            ended.wait(ROUND_S)  # an honest pace
        self.assertGreater(lines, 5)
        self.stop_in_time(honest, ended, hostile)
        done = {one.act.__name__: sum(other.done for other in hostile if other.act is one.act) for one in hostile}
        print(f"{lines} lines to {len(honest)} users; hostile: {done}")
        for act, times in done.items():
            self.assertGreater(times, 0, act)

    def stop_in_time(self, honest, ended, hostile):
        """In the middle of it."""
        began = time.monotonic()
        self.server.program.process.terminate()
        for one in honest:
            while one.plain.recv(65536):
                pass
            one.user.close()
        self.server.program.wait_for_end()
        self.assertLess(time.monotonic() - began, STOP_S)
        ended.set()
        for one in hostile:
            one.join()


if __name__ == "__main__":
    if "--seconds" in sys.argv:
        at = sys.argv.index("--seconds")
        Chaos.seconds = float(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    main()
