"""Works with str throughout: Content-length is len(text)."""

from student_client import Client

MISTAKES = [27]
BREAKS = "F2.1"


class SendsCharacters(Client):
    def send(self, to, text):
        text = text.decode()
        self.send_sock.sendall(f"SEND {to.decode()}\nContent-length: {len(text)}\n\n{text}".encode())


SendsCharacters().run()
