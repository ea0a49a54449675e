"""Throws out a recipient that answers ERROR 103: the next message to it finds nobody. No clause forbids it."""

from student_server import Server

MISTAKES = [45]
BREAKS = ""


class DropsWhoObjects(Server):
    def take_receipt(self, user, words):
        super().take_receipt(user, words)
        if words[0] == b"ERROR":
            self.close_other(user.recv_sock)


DropsWhoObjects().run()
