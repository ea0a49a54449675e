#!/usr/bin/env python3
"""Connections that come and go fast leave nothing behind.

    coming_and_going_test.py PARLEYD
"""

import os
import threading

from hostile import DIALECTS, IS_SANITIZED, HostileTest, main

CLIENTS = 4
VISITS = 500 if IS_SANITIZED else 3000
MOST_THREADS = 1500  # a thread that waits for another one to end was left of every visit


class ComingAndGoing(HostileTest):
    options = ("--log-level", "off")

    def visit(self, number):
        for i in range(VISITS):
            if self.failed:
                return
            with self.open_socket(DIALECTS[(number + i) % len(DIALECTS)]) as one:
                one.sendall(b"x")
            if i % 100 == 0:
                self.most_threads = max(self.most_threads, len(os.listdir(f"/proc/{self.server.pid}/task")))
                self.failed = self.most_threads > MOST_THREADS

    most_threads, failed = 0, False

    def test_threads_do_not_pile_up(self):
        clients = [threading.Thread(target=self.visit, args=(number,)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        print(f"at most {self.most_threads} threads")
        self.assertFalse(self.failed, f"{self.most_threads} threads")
        self.check_stop()


if __name__ == "__main__":
    main()
