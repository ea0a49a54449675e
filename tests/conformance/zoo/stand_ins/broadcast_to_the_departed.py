"""Keeps a list for broadcasts in which everybody stays, and ends it at the first who does not answer."""

from student_server import Server

MISTAKES = [39]
BREAKS = "D4.1"


class BroadcastToTheDeparted(Server):
    everybody = []

    def register(self, sock, words):
        super().register(sock, words)
        user = self.owner_of(sock)
        if user and user.complete() and user not in self.everybody:
            self.everybody.append(user)

    def broadcast(self, sock, user, body):
        for other in self.everybody:
            if other.name not in self.users:
                return self.reply(sock, b"ERROR 102 Unable to send")
            if other is not user and (code := self.deliver(user, other, body)):
                return self.report(sock, other, code)
        self.reply(sock, b"SENT ALL" if len(self.everybody) > 1 else b"ERROR 102 Unable to send")


BroadcastToTheDeparted().run()
