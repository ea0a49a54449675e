#!/usr/bin/env python3
"""When memory runs out new connections are refused, those who are there go on, and all is well again afterwards.

    memory_limit_test.py PARLEYD

The limit is one of address space, set so far above what the server has when it listens.
"""

import contextlib
import select
import unittest

from hostile import DIALECTS, IS_SANITIZED, KIB, MIB, USERS, WAIT_S, HostileTest, TelnetUser, TwoSocketUser, main
from web_socket import LAST, TEXT, frame, upgrade

CROWD = 200
HEADROOMS = (0, 100 * KIB, 4 * MIB, 64 * MIB)

# Half a request each, and a request that makes the server say something.
HALF = {
    "two-socket": b"SEND bob\nContent-length: 60000\n\n" + b"x" * 40_000,
    "livecode": b"MESG,60000\n" + b"x" * 40_000,
    "names": b"60000MSG " + b"x" * 40_000,
    "telnet": b"x" * 40_000,
    "rooms": b'{"type": "message", "payload": {"text": "' + b"x" * 40_000,
    "web": upgrade() + frame(LAST | TEXT, b"x" * 60_000)[:40_000],
}


@unittest.skipIf(IS_SANITIZED, "shadow memory needs the address space")
class MemoryLimit(HostileTest):
    options = ("--log-level", "off", "--linger-timeout", "0.2")

    def crowd(self, dialect, data):
        """Sockets with this input; those that are refused end, and may be reset."""
        sockets = []
        for _ in range(CROWD):
            one = self.open_socket(dialect)
            one.setblocking(False)
            with contextlib.suppress(OSError):
                one.send(data)
            sockets.append(one)
        return sockets

    def wait_for_refusal(self, sockets):
        """Until the server has ended one of them: it accepts them when it comes to it."""
        waiting = {one.fileno(): one for one in sockets}
        poll = select.poll()
        for number in waiting:
            poll.register(number, select.POLLIN)
        while ready := poll.poll(WAIT_S * 1000):
            for number, _ in ready:
                try:
                    if not waiting[number].recv(4096):
                        return
                except ConnectionError:
                    return
        self.fail("nobody was refused")

    def check(self, data):
        for dialect in DIALECTS:
            for headroom in HEADROOMS:
                with self.subTest(dialect=dialect, headroom=headroom):
                    self.restart(*self.options)
                    ann, bob = self.gather((TelnetUser, "ann"), (TwoSocketUser, "bob"))
                    self.used.limit_address_space(headroom)
                    crowd = self.crowd(dialect, data(dialect))
                    if headroom == 0:
                        self.wait_for_refusal(crowd)
                    for i in range(3):
                        ann.say(f"line {i}")
                        bob.hears("ann", f"line {i}")
                    self.check_alive()
                    self.used.unlimit_address_space()
                    for one in crowd:
                        one.close()
                    with contextlib.ExitStack() as users:  # together: who is going is announced to the next
                        for user_class in USERS:
                            user = user_class(self.server.ports[user_class.dialect], f"{user_class.dialect[:2]}2")
                            users.enter_context(contextlib.closing(user)).sign_on()
                    self.check_alive()
                    farewell = self.server.stop()
                    if headroom == 0:
                        self.assertRegex(farewell, r"turned away [1-9]\d* connections")

    def test_idle_sockets(self):
        self.check(lambda _: b"")

    def test_half_a_request_each(self):
        self.check(HALF.__getitem__)

    def test_who_is_refused_is_told_in_the_dialect(self):
        """Where a sentence still fits, and a thread does not."""
        self.used.limit_address_space(200 * KIB)
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect):
                with self.connect(dialect) as refused:
                    self.assertIn(b"Server out of memory or threads", refused.receive_rest())
        self.check_alive()

    def test_the_end_of_all_of_them(self):
        """A stop, with no memory to be had."""
        crowd = self.crowd("telnet", b"x" * 1000)
        self.used.limit_address_space(0)
        self.check_stop(crowd)


if __name__ == "__main__":
    main()
