"""What the tests of the LiveCode dialect share: the server's answers, a line-based reader as that family has, users."""

from support import DialectTest
from users import LiveCodeUser

VERIFIED = b"VERI,0\n"
DISCONNECTED = b"DCNX,0\n"
TAKEN = b"ERRO,23\nUsername already taken\n"
NOT_VERIFIED = b"ERRO,20\nClient not verified\n"
ALREADY_VERIFIED = b"WARN,26\nCustomer already verified\n"
UNKNOWN = b"ERRO,16\nUnknown command\n"
INVALID_LENGTH = b"WARN,23\nInvalid message length\n\n"


class LineReader:
    """The family's client: it reads until return, then as many characters as the second item says, in its one 8-bit code."""

    def __init__(self, socket):
        self.socket = socket

    def write(self, command, text):
        body = text.encode("cp1252")
        self.socket.send(b"%s,%d\n%s\n" % (command.encode(), len(body), body))

    def read(self):
        """The next frame's word and text."""
        while not (line := self.socket.receive_until("\n").decode("cp1252").rstrip("\n")):
            pass  # what stands behind a text whose length does not count it
        word, length = line.split(",")
        return word, self.socket.receive_exactly(int(length)).decode("cp1252")


message = LiveCodeUser.text_message


class LiveCodeTest(DialectTest):
    def add(self, name):
        """Signed on, and nobody else is there."""
        return self.add_user(LiveCodeUser, name)

    def pair(self):
        """Two users, ann and bob."""
        return self.gather((LiveCodeUser, "ann"), (LiveCodeUser, "bob"))

    def add_reader(self, name, witness):
        """A LineReader that has signed on, seen by the witness."""
        reader = LineReader(self.connect("livecode"))
        reader.write("AUTH", name)
        self.assertEqual([reader.read(), reader.read()], [("VERI", ""), ("MESG", f"{name} connected")])
        witness.sees_arrival(name)
        return reader

    def expect_fresh(self, socket):
        """Nothing else has come, and requests are understood."""
        socket.ask("WHAT,0\n", UNKNOWN)
