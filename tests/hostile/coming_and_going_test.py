#!/usr/bin/env python3
"""Connections that come and go fast leave nothing behind.

    coming_and_going_test.py PARLEYD
"""

import os
import threading

from hostile import DIALECTS, IS_SANITIZED, HostileTest, Socket, main

CLIENTS = 4
VISITS = 500 if IS_SANITIZED else 2000
# Threads whose socket is closed already: 256 wait to be joined, a few more are on their way there.
MOST_ENDING = 1500


class ComingAndGoing(HostileTest):
    options = ("--log-level", "off")

    def visit(self, number):
        for i in range(VISITS):
            if self.failed:
                return
            one = Socket(self.server.ports[DIALECTS[(number + i) % len(DIALECTS)]])
            one.send(b"x")
            one.kill()  # leaves no port behind
            if i % 100 == 0:
                self.most_ending = max(self.most_ending, self.count("task") - self.count("fd"))
                self.failed = self.most_ending > MOST_ENDING

    most_ending, failed = 0, False

    def count(self, what):
        return len(os.listdir(f"/proc/{self.server.pid}/{what}"))

    def test_threads_do_not_pile_up(self):
        clients = [threading.Thread(target=self.visit, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.assertFalse(self.failed, f"{self.most_ending} threads were left")
        print(f"at most {self.most_ending} threads without a socket")
        self.check_stop()


if __name__ == "__main__":
    main()
