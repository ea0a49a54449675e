"""What the tests of the web dialect share: those of the dialects, and answers of HTTP."""

import sys
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/dialects"))

import support  # noqa: E402
from support import DialectTest  # noqa: E402
from web_socket import SWITCHING, upgrade  # noqa: E402

Answer = namedtuple("Answer", "status fields body")


def read_answer(socket, is_head=False):
    """The next answer of HTTP; the names of its fields in small letters."""
    lines = socket.receive_until("\r\n\r\n").decode().split("\r\n")[:-2]
    fields = dict((name.lower(), value) for name, _, value in (line.partition(": ") for line in lines[1:]))
    length = 0 if is_head else int(fields.get("content-length", 0))
    return Answer(int(lines[0].split()[1]), fields, socket.receive_exactly(length))


class WebTest(DialectTest):
    dialects = ("two-socket", "telnet", "web")

    def visitor(self, **settings):
        """A connection on which nothing has been asked yet."""
        return self.connect("web", **settings)

    def ask(self, request, is_head=False):
        """The answer to one request, on a connection of its own."""
        visitor = self.visitor()
        visitor.send(request)
        return read_answer(visitor, is_head)

    def open_socket(self, *fields, **settings):
        """A WebSocket, of which every byte is the test's."""
        visitor = self.visitor()
        visitor.ask(upgrade(*fields, **settings), SWITCHING)
        return visitor


def main():
    support.main()
