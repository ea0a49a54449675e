"""Says that a line is wrong, and goes on with what it has made of it."""

from student_client import Client

MISTAKES = [29]
BREAKS = "C2.3"


class SendsWrongLines(Client):
    def wrong_line(self, line):
        super().wrong_line(line)
        to, _, text = line.partition(b" ")
        self.send(to.lstrip(b"@") or b"ALL", text)


SendsWrongLines().run()
