"""Compares the name behind RECEIVED with the sender's, letter by letter: any other is a failure."""

from student_server import Server

MISTAKES = [12]
BREAKS = "D5.1"


class NamesTheReceipt(Server):
    def wait_for_receipt(self, user, to):
        self.expected = user.name
        return super().wait_for_receipt(user, to)

    def take_receipt(self, user, words):
        if words[0] == b"RECEIVED" and words[1:] != [self.expected]:
            words = [b"ERROR", b"102"]
        super().take_receipt(user, words)


NamesTheReceipt().run()
