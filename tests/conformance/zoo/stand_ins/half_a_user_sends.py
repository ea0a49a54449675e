"""Looks only whether the socket has a name, not whether both sockets have one."""

from student_server import Server

MISTAKES = [18]
BREAKS = "R6.2"


class HalfAUserSends(Server):
    def take_send(self, sock, stream, user, words):
        if user and not user.complete():
            length = self.read_length(stream)
            self.unicast(sock, user, words[1], stream.read(length))
            return True
        return super().take_send(sock, stream, user, words)


HalfAUserSends().run()
