"""Waits for RECEIVED without a limit, and nobody wakes it when the recipient has gone."""

from student_server import Server

MISTAKES = [14]
BREAKS = "D1.7"


class WaitsForTheDead(Server):
    def remove(self, user):
        if user:
            with self.lock:
                self.users.pop(user.name, None)
            self.close_other(user.send_sock)
            self.close_other(user.recv_sock)

    def wait_for_receipt(self, user, to):
        return {b"RECEIVED": 0, b"103": 103}.get(to.receipts.get(), 102)


WaitsForTheDead().run()
