"""Holds its only lock from SEND to RECEIVED: one silent recipient stops everybody."""

import threading

from student_server import Server

MISTAKES = [15]
BREAKS = "D3.2"


class OneLockForAll(Server):
    delivering = threading.Lock()

    def deliver(self, user, to, body):
        with self.delivering:
            return super().deliver(user, to, body)


OneLockForAll().run()
