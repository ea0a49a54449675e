"""Prints the text alone."""

from student_client import Client

MISTAKES = []
BREAKS = "C4.1"


class ShowsNoSenders(Client):
    def show_message(self, sender, body):
        self.show("> " + self.visible(body))


ShowsNoSenders().run()
