"""Decodes what it is to pass on: a body that is not UTF-8 ends the thread, and nobody is told."""

from student_server import Server

MISTAKES = [4]
BREAKS = "D6.3"


class DecodesTheBody(Server):
    def frame(self, user, body):
        message = f"FORWARD {user.name.decode()}\nContent-length: {len(body)}\n\n{body.decode()}"
        print("-> " + message)
        return message.encode()


DecodesTheBody().run()
