"""Clients of the names dialect, and what they are answered."""

from support import DialectTest

TAKEN = "That name is taken. Please take another one."
ANOTHER = " Please take another one."
NO_NAME = "You have no name yet. Set one first: NAME <name>"
NOBODY = "There is nobody of that name."
UNKNOWN = "Unknown command. Use NAME, GET_NAMES, MSG or EXIT."
BAD_TELL = "A message is written so: MSG <name> <message>"
NO_WORD = "GET_NAMES and EXIT have no word behind them."
TOO_LONG = "That message is too long."
WRONG = "Wrong protocol"


class NaiveClient:
    """One recv() for the length and one for the text, as if nothing ever came in pieces."""

    def __init__(self, socket, width=2):
        self.socket, self.width = socket, width

    def request(self, text):
        payload = text.encode()
        self.socket.send(str(len(payload)).zfill(self.width).encode() + payload)

    def answer(self):
        length = self.socket.receive_once(self.width)
        if len(length) != self.width:
            raise AssertionError(f"a length of {length}")
        text = self.socket.receive_once(int(length))
        if len(text) != int(length):
            raise AssertionError(f"{len(text)} bytes where the length was {length}")
        return text.decode()

    def ask(self, text):
        self.request(text)
        return self.answer()


class NamesTest(DialectTest):
    def naive(self, name=None, width=2):
        client = NaiveClient(self.connect("names"), width)
        if name is not None:
            self.assertEqual(client.ask(f"NAME {name}"), f"Hello {name}")
        return client

    def raw(self, *expectations):
        """A socket on which each thing was sent, and each answered so."""
        visitor = self.connect("names")
        for said, answered in expectations:
            visitor.send(said)
            visitor.expect(answered)
        return visitor
