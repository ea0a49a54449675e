"""Closes the sockets of a user that has left, and leaves its name in the dictionary."""

from student_server import Server

MISTAKES = [21]
BREAKS = "R7.1"


class NeverForgets(Server):
    def remove(self, user):
        if user:
            user.receipts.put(b"102")
            self.close_other(user.send_sock)
            self.close_other(user.recv_sock)


NeverForgets().run()
