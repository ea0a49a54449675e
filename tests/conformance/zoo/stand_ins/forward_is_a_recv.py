"""Takes what recv(1024) returns for one FORWARD."""

from student_client import Client

MISTAKES = [28]
BREAKS = "F3.1"


class ForwardIsARecv(Client):
    def receive(self):
        while data := self.recv_sock.recv(1024):
            if not data.startswith(b"FORWARD"):
                continue
            head, _, body = data.partition(b"\n\n")
            sender = head.split(b"\n")[0].split(b" ")[1]
            self.show_message(sender, body)
            self.acknowledge(sender)
        self.server_has_gone()


ForwardIsARecv().run()
