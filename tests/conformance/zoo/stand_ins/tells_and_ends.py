"""Tells its user of any error, and ends: all that C3.3, C2.3 and C4.1 ask of it."""

from student_client import Client

MISTAKES = []
BREAKS = ""


class TellsAndEnds(Client):
    def failed(self, to, answer):
        super().failed(to, answer)
        self.end("Bye")

    def wrong_line(self, line):
        super().wrong_line(line)
        self.end("Bye")

    def bad_message(self):
        super().bad_message()
        self.end("Bye")


TellsAndEnds().run()
