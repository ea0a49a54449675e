"""Ends when its name is refused."""

from student_client import Client

MISTAKES = [35]
BREAKS = "C1.5"


class OneNameOnly(Client):
    def ask_for_another_name(self):
        self.end("Try again with another name.")


OneNameOnly().run()
