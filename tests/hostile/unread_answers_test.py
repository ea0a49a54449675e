#!/usr/bin/env python3
"""Many who ask for much at once and read nothing: what the server holds for them together stays within its bound.

    unread_answers_test.py PARLEYD
"""

import contextlib
import time
import unittest
from pathlib import Path

from hostile import IS_SANITIZED, KIB, MIB, Deadline, HostileTest, main
from web_socket import LAST, TEXT, frame, request, upgrade

CROWD = 400
ASKED = 1500
MOST_WAITING_BYTES = 32 * MIB
# Beside what waits: a thread's stack, its session, the heap's waste.
MOST_OF_ONE_BYTES = 96 * KIB
LOOKS, LOOK_S = 3, 0.05


@unittest.skipIf(IS_SANITIZED, "shadow memory")
class UnreadAnswers(HostileTest):
    options = ("--log-level", "off", "--linger-timeout", "0.2", "--max-waiting-bytes", str(MOST_WAITING_BYTES))

    def wait_for_rest(self):
        """Until none of the server's threads runs, nor waits for a processor, in several looks: it has taken what it will."""
        deadline, quiet = Deadline(), 0
        while quiet < LOOKS:
            self.assertGreater(deadline.left_s(), 0, "the server does not come to rest")
            quiet = 0 if self.is_running() else quiet + 1
            time.sleep(LOOK_S)

    def is_running(self):
        for stat in Path(f"/proc/{self.server.pid}/task").glob("*/stat"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if stat.read_text(encoding="ascii", errors="replace").rpartition(") ")[2].startswith("R"):
                    return True
        return False

    def take_nothing(self, dialect, asked, first=lambda number: b""):
        """The crowd, each of which has asked so once what it says first was answered, and how much memory that took at most."""
        before = self.used.memory_bytes()
        crowd = [self.open_socket(dialect) for _ in range(CROWD)]
        for number, one in enumerate(crowd):
            one.send(first(number))
        self.wait_for_rest()
        for one in crowd:
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while one.recv(1 << 20):
                    pass
        for one in crowd:
            one.send(asked)
        self.wait_for_rest()
        self.check_alive()
        return crowd, self.used.most_memory_bytes() - before

    def test_pages(self):
        """Each has one answer waiting, and its bytes are the same for all; nobody is cut off."""
        self.restart("--log-level", "off", "--linger-timeout", "0.2")
        crowd, memory_bytes = self.take_nothing("web", request("/transcript.js") * ASKED)
        self.assertLess(memory_bytes, CROWD * MOST_OF_ONE_BYTES)
        for one in crowd:
            self.assertTrue(one.recv(16))

    def test_what_is_wrong_on_web_sockets(self):
        _, memory_bytes = self.take_nothing("web", upgrade() + frame(LAST | TEXT, "x") * ASKED)
        self.assertLess(memory_bytes, MOST_WAITING_BYTES + CROWD * MOST_OF_ONE_BYTES)

    def test_answers_longer_than_what_is_asked(self):
        _, memory_bytes = self.take_nothing("telnet", b"/help\r\n" * ASKED, lambda number: b"user%d\r\n" % number)
        self.assertLess(memory_bytes, MOST_WAITING_BYTES + CROWD * MOST_OF_ONE_BYTES)


if __name__ == "__main__":
    main()
