"""Reports a delivery in a word of its own."""

from student_server import Server

MISTAKES = []
BREAKS = "M2.1"


class OwnWord(Server):
    def report(self, sock, to, code):
        if code:
            return super().report(sock, to, code)
        self.reply(sock, b"DELIVERED " + to.name)


OwnWord().run()
