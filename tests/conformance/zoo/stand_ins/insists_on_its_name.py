"""Writes the refused REGISTER again, for ever and without a pause."""

from student_client import Client

MISTAKES = [41]
BREAKS = "C1.5"


class InsistsOnItsName(Client):
    def ask_for_another_name(self):
        pass


InsistsOnItsName().run()
