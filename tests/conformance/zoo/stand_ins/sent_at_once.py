"""Says SENT as soon as the message has been written to the recipient's socket."""

from student_server import Server

MISTAKES = [13]
BREAKS = "D2.1"


class SentAtOnce(Server):
    def deliver(self, user, to, body):
        to.recv_sock.sendall(self.frame(user, body))
        return 0


SentAtOnce().run()
