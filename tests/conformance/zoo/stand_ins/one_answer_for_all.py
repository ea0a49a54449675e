"""Keeps a recipient's last answer in one variable: it wakes every thread that waits for one, whoever it was for."""

import threading

from student_server import RECEIPT_TIME_S, Server

MISTAKES = [11]
BREAKS = "D3.4"


class OneAnswerForAll(Server):
    answered = threading.Condition()

    def deliver(self, user, to, body):
        with self.answered:
            before = getattr(to, "answers", 0)
            try:
                to.recv_sock.sendall(self.frame(user, body))
            except OSError:
                return 102
            self.answered.wait_for(lambda: getattr(to, "answers", 0) > before, RECEIPT_TIME_S)
            return to.last if getattr(to, "answers", 0) > before else 102

    def take_receipt(self, user, words):
        with self.answered:
            user.answers = getattr(user, "answers", 0) + 1
            user.last = 0 if words[0] == b"RECEIVED" else int(words[1])
            self.answered.notify_all()


OneAnswerForAll().run()
