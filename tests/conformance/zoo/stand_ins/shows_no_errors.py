"""Looks for SENT and for nothing else."""

from student_client import Client

MISTAKES = [32]
BREAKS = "C3.3"


class ShowsNoErrors(Client):
    def failed(self, to, answer):
        pass


ShowsNoErrors().run()
