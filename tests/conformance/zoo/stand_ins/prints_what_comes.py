"""Decodes each message and prints it as it came."""

from student_client import Client

MISTAKES = [33]
BREAKS = "C4.4"


class PrintsWhatComes(Client):
    def visible(self, body):
        return body.decode()


PrintsWhatComes().run()
