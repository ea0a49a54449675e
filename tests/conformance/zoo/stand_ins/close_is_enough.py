"""Closes the socket right behind the error, with the rest of what came unread: a reset."""

from student_server import Server

MISTAKES = [25]
BREAKS = "D7.2"


class CloseIsEnough(Server):
    def serve(self, sock):
        stream = sock.makefile("rb", 0)  # reads byte by byte
        try:
            self.talk(sock, stream)
        except OSError:
            pass
        user = self.owner_of(sock)
        stream.close()
        sock.close()
        self.remove(user)

    def read_body(self, stream, length):
        body = b""
        while len(body) < length and (more := stream.read(length - len(body))):
            body += more
        return body


CloseIsEnough().run()
