"""Goes on when readline has returned nothing: a thread at full speed when the server has gone."""

from student_client import Client

MISTAKES = [34]
BREAKS = "C6.1"


class ReceivesNothingForEver(Client):
    def receive(self):
        while True:
            line = self.messages.readline()
            if line.startswith(b"FORWARD"):
                self.take_message(line.strip().split(b" ", 1)[1])


ReceivesNothingForEver().run()
