"""Accepts the two sockets of a client one behind the other, and then talks to both."""

import threading

from student_server import Server

MISTAKES = [38]
BREAKS = "R4.1"


class AcceptsTwo(Server):
    def accept_all(self, listener):
        while True:
            pair = [listener.accept()[0], listener.accept()[0]]
            for sock in pair:
                threading.Thread(target=self.serve, args=(sock,), daemon=True).start()


AcceptsTwo().run()
