"""Reads on when recv has returned nothing: a thread at full speed for each client that has left."""

from student_server import Server

MISTAKES = [37]
BREAKS = "L4.4"


class RecvOfNothing(Server):
    def talk(self, sock, stream):
        super().talk(sock, stream)
        self.remove(self.owner_of(sock))
        while not stream.readline():
            pass


RecvOfNothing().run()
