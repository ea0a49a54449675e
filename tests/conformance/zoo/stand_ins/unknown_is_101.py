"""Answers ERROR 101 for a recipient that is not there."""

from student_server import Server

MISTAKES = [17]
BREAKS = "D1.5"


class UnknownIs101(Server):
    def unknown_user(self, sock):
        self.reply(sock, b"ERROR 101 No user registered")


UnknownIs101().run()
