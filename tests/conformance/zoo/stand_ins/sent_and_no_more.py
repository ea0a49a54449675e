"""Writes SENT and the name without any line end."""

from student_server import Server

MISTAKES = [42]
BREAKS = "F1.1"


class SentAndNoMore(Server):
    def report(self, sock, to, code):
        if code:
            return super().report(sock, to, code)
        sock.sendall(b"SENT " + to.name)


SentAndNoMore().run()
