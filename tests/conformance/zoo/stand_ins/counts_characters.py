"""Works with str throughout: Content-length is len(text)."""

from student_server import Server

MISTAKES = [3]
BREAKS = "F2.1"


class CountsCharacters(Server):
    def frame(self, user, body):
        text = body.decode("utf-8", "surrogateescape")
        message = f"FORWARD {user.name.decode()}\nContent-length: {len(text)}\n\n{text}"
        return message.encode("utf-8", "surrogateescape")


CountsCharacters().run()
