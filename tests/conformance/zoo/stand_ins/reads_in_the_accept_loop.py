"""Reads the first request of a connection before it accepts the next one."""

import socket
import threading

from student_server import Server

MISTAKES = [22]
BREAKS = "L4.2"


class ReadsInTheAcceptLoop(Server):
    def accept_all(self, listener):
        while True:
            sock, _ = listener.accept()
            sock.recv(1, socket.MSG_PEEK)
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()


ReadsInTheAcceptLoop().run()
