"""Writes SENT on the sender's TORECV socket."""

from student_server import Server

MISTAKES = []
BREAKS = "D1.2"


class ReportsToTheReceiver(Server):
    def report(self, sock, to, code):
        user = self.owner_of(sock)
        super().report(user.recv_sock if user else sock, to, code)


ReportsToTheReceiver().run()
