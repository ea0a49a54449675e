"""The recipient's thread reads RECEIVED and writes the report: it dies when the sender has gone, and nobody answers for the dead."""

import collections

from student_server import Server

MISTAKES = [14, 15, 23]
BREAKS = "D3.5"


class AnswersInTheReceiversThread(Server):
    waiting = collections.defaultdict(list)  # by recipient, the sockets of those who wait

    def unicast(self, sock, user, name, body):
        to = self.users.get(name)
        if not to or not to.complete():
            return self.unknown_user(sock)
        self.waiting[name].append(sock)
        to.recv_sock.sendall(self.frame(user, body))

    def take_receipt(self, user, words):
        if self.waiting[user.name]:
            code = 0 if words[0] == b"RECEIVED" else int(words[1])
            self.report(self.waiting[user.name].pop(0), user, code)
        else:
            super().take_receipt(user, words)


AnswersInTheReceiversThread().run()
