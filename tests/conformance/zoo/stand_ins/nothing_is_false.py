"""Writes `if not length`, and so refuses an empty message like one without a length."""

from student_server import Server

MISTAKES = [20]
BREAKS = "D6.2"


class NothingIsFalse(Server):
    def read_length(self, stream):
        return super().read_length(stream) or None


NothingIsFalse().run()
