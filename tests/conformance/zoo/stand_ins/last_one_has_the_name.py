"""Writes the newcomer into its dictionary without looking whether the name is there."""

from student_server import Server, User

MISTAKES = [9]
BREAKS = "R2.1"


class LastOneHasTheName(Server):
    def register(self, sock, words):
        channel, name = (words[1:] + [b"", b""])[:2]
        if not self.valid(name) or self.owner_of(sock):
            return self.refuse_name(sock)
        with self.lock:
            user = self.users.setdefault(name, User(name))
            if channel == b"TOSEND":
                user.send_sock = sock
            else:
                user.recv_sock = sock
        self.reply(sock, b"REGISTERED " + channel + b" " + name)


LastOneHasTheName().run()
