"""Takes for the body whatever has come behind the header, or what the next recv brings."""

from student_server import Server

MISTAKES = [1, 2, 8]
BREAKS = "F3.2"


class TakesAllThatCame(Server):
    def read_body(self, stream, length):
        return stream.read1() if length else b""


TakesAllThatCame().run()
