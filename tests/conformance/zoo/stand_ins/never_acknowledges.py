"""Shows what comes in, and answers nothing."""

from student_client import Client

MISTAKES = [31]
BREAKS = "C4.2"


class NeverAcknowledges(Client):
    def acknowledge(self, sender):
        pass


NeverAcknowledges().run()
