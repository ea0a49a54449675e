"""Splits the request at its blanks, takes the third word for the name, and looks at nothing else."""

from student_server import Server

MISTAKES = [10]
BREAKS = "R1.2"


class SecondWordIsTheName(Server):
    def register(self, sock, words):
        super().register(sock, b" ".join(words).split()[:3])

    def valid(self, name):
        return True


SecondWordIsTheName().run()
