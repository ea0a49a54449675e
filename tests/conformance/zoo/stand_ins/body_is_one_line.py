"""Takes the body with readline, so that it ends at its first newline."""

from student_server import Server

MISTAKES = [5]
BREAKS = "F2.7"


class BodyIsOneLine(Server):
    def read_body(self, stream, length):
        return stream.readline(length).rstrip(b"\n")


BodyIsOneLine().run()
