"""Closes the one socket on which an error happened, and leaves the rest of the user as it was."""

import socket

from student_server import Server

MISTAKES = [24]
BREAKS = "R7.1"


class ForgetsAfterAnError(Server):
    def take_send(self, sock, stream, user, words):
        if super().take_send(sock, stream, user, words):
            return True
        if user:
            with self.lock:
                user.send_sock = socket.socket()  # it is closed, and stays the user's
        return False


ForgetsAfterAnError().run()
