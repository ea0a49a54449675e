#!/usr/bin/env python3
"""Many who ask for much at once and read nothing: what the server holds for them together stays within its bound.

    unread_answers_test.py PARLEYD
"""

import time
import unittest

from hostile import IS_SANITIZED, KIB, MIB, Deadline, HostileTest, main
from web_socket import LAST, TEXT, frame, request, upgrade

CROWD = 400
ASKED = 1500
MOST_WAITING_BYTES = 32 * MIB
# Beside what waits: a thread's stack, its session, the heap's waste; and what each asks once more before it is seen.
MOST_OF_ONE_BYTES = 64 * KIB
LOOK_S = 0.1


@unittest.skipIf(IS_SANITIZED, "shadow memory")
class UnreadAnswers(HostileTest):
    options = ("--log-level", "off", "--linger-timeout", "0.2", "--max-waiting-bytes", str(MOST_WAITING_BYTES))

    def wait_for_rest(self):
        """Until the server does hardly anything any more: it has taken what it will."""
        deadline, before = Deadline(), 0.0
        while (now := self.used.cpu_s()) > before + LOOK_S / 5:
            self.assertGreater(deadline.left_s(), 0, "the server does not come to rest")
            before = now
            time.sleep(LOOK_S)

    def check(self, dialect, asked):
        """Of each of the crowd; all of them can still be read from, or are gone: the others are served."""
        before = self.used.memory_bytes()
        crowd = [self.open_socket(dialect) for _ in range(CROWD)]
        for one in crowd:
            one.setblocking(False)
            one.send(asked)
        self.wait_for_rest()
        self.assertLess(self.used.most_memory_bytes() - before, MOST_WAITING_BYTES + CROWD * MOST_OF_ONE_BYTES)
        self.check_alive()
        return crowd

    def test_pages(self):
        """Nobody is cut off for it: one answer at a time is written."""
        crowd = self.check("web", request("/transcript.js") * ASKED)
        for one in crowd:
            self.assertTrue(one.recv(16))

    def test_what_is_wrong_on_web_sockets(self):
        self.check("web", upgrade() + frame(LAST | TEXT, "x") * ASKED)

    def test_names_that_nobody_can_have(self):
        self.check("telnet", b"two words\r\n" * ASKED)


if __name__ == "__main__":
    main()
