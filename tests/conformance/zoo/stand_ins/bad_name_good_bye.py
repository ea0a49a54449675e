"""Closes the connection when the name is malformed or taken."""

from student_server import Server

MISTAKES = [26]
BREAKS = "R3.1"


class BadNameGoodBye(Server):
    def refuse_name(self, sock):
        super().refuse_name(sock)
        raise ConnectionError


BadNameGoodBye().run()
