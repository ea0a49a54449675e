"""Answers REGISTERED first, writes a line to its log, and enters the user when that is done."""

import time

from student_server import Server, User

MISTAKES = [36]
BREAKS = "R4.7"


class RegistersLate(Server):
    def register(self, sock, words):
        channel, name = (words[1:] + [b"", b""])[:2]
        side = "send_sock" if channel == b"TOSEND" else "recv_sock"
        with self.lock:
            user = self.users.get(name) or User(name)
            refused = not self.valid(name) or getattr(user, side) or self.is_in_use(sock)
            self.users.setdefault(name, user) if not refused else None
        if refused:
            return self.refuse_name(sock)
        self.reply(sock, b"REGISTERED " + channel + b" " + name)
        time.sleep(0.005)  # as long as a slow disk takes for the line
        setattr(user, side, sock)


RegistersLate().run()
