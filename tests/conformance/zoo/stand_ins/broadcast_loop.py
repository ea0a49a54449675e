"""Calls its own unicast for each user in turn, itself included: an answer for each of them."""

from student_server import Server

MISTAKES = [16]
BREAKS = "D4.3"


class BroadcastLoop(Server):
    def broadcast(self, sock, user, body):
        for name in list(self.users):
            self.unicast(sock, user, name, body)


BroadcastLoop().run()
