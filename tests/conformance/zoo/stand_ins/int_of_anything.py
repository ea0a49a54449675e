"""Converts the length with int(): what is no number ends the thread, whose socket stays open."""

from student_server import Server

MISTAKES = [7]
BREAKS = "F2.3"


class IntOfAnything(Server):
    def serve(self, sock):
        try:
            self.talk(sock, sock.makefile("rb"))
        except OSError:
            pass
        self.remove(self.owner_of(sock))
        self.close(sock)

    def read_length(self, stream):
        length = None
        while line := stream.readline().strip():
            field, _, value = line.partition(b":")
            if field.lower() == b"content-length":
                length = int(value)
        return length


IntOfAnything().run()
