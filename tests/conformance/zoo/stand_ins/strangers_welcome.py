"""Looks the sender up and takes nobody for an empty name."""

from student_server import Server, User

MISTAKES = [40]
BREAKS = "R6.1"


class StrangersWelcome(Server):
    def take_send(self, sock, stream, user, words):
        if user:
            return super().take_send(sock, stream, user, words)
        stranger = User(b"")
        stranger.send_sock = stranger.recv_sock = sock
        return super().take_send(sock, stream, stranger, words)


StrangersWelcome().run()
