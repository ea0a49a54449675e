"""Passes messages on and says nothing to the sender: the commonest of all."""

from student_server import Server

MISTAKES = []
BREAKS = "D1.2"


class NeverReports(Server):
    def report(self, sock, to, code):
        print("delivered" if not code else "not delivered")

    def broadcast(self, sock, user, body):
        for to in list(self.users.values()):
            if to is not user and to.complete():
                self.deliver(user, to, body)


NeverReports().run()
