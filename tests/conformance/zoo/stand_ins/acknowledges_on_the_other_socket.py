"""Has one function for writing, which uses the socket for sending."""

from student_client import Client

MISTAKES = [31]
BREAKS = "C4.2"


class AcknowledgesOnTheOtherSocket(Client):
    def acknowledge(self, sender):
        self.send_sock.sendall(b"RECEIVED " + sender + b"\n\n")


AcknowledgesOnTheOtherSocket().run()
