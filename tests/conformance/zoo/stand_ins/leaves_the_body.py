"""Answers ERROR 102 as soon as it has the name, and leaves the body to be read as the next request."""

from student_server import Server

MISTAKES = [17]
BREAKS = "D2.4"


class LeavesTheBody(Server):
    def take_send(self, sock, stream, user, words):
        if user and user.complete() and words[1:] != [b"ALL"] and b" ".join(words[1:]) not in self.users:
            self.read_length(stream)
            self.unknown_user(sock)
            return True
        return super().take_send(sock, stream, user, words)


LeavesTheBody().run()
