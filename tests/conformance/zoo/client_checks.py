"""One check for each clause that a mutant of the client breaks: a server played here, the client in a
pseudo-terminal. Not the conformance suite: just enough to see that the reference keeps the clause and that the
mutant does not."""

import contextlib
import socket
import time

from programs import Peer, Process

ANSWER_TIME = 2.5  # seconds that the client under check was told to wait for an answer
EARLY_TIME = 1  # seconds in which who must wait would do it too early
EVERY_BYTE = bytes(range(256))


class Desk:
    """Serves one client."""

    def __init__(self, source, patience, cleanup):
        self.patience, self.cleanup = patience, cleanup
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(patience)
        cleanup.callback(self.listener.close)
        port = self.listener.getsockname()[1]
        self.client = Process(source, "alice", "127.0.0.1", port, "--answer-time", ANSWER_TIME, terminal=True)
        cleanup.push(self.client)

    def accept(self):
        connected, _ = self.listener.accept()
        self.cleanup.callback(connected.close)
        return Peer(connected, self.patience)

    def answer_register(self, channel, name=b"alice"):
        peer = self.accept()
        peer.expect(b"REGISTER %s %s\n\n" % (channel, name))
        peer.send(b"REGISTERED %s %s\n\n" % (channel, name))
        return peer

    def register(self, name=b"alice"):
        self.sending = self.answer_register(b"TOSEND", name)
        self.receiving = self.answer_register(b"TORECV", name)
        return self

    def type(self, line):
        self.client.type(line + b"\n")
        self.client.wait_for(b"\n", self.patience)  # the terminal's echo

    def sees(self, text):
        return self.client.wait_for(text, self.patience)

    def gets(self, recipient, body):
        self.sending.expect(b"SEND %s\nContent-length: %d\n\n%s" % (recipient, len(body), body))

    def forward(self, sender, body):
        self.receiving.send(b"FORWARD %s\nContent-length: %d\n\n%s" % (sender, len(body), body))

    def acknowledged(self, sender):
        self.receiving.expect(b"RECEIVED %s\n\n" % sender)

    def exchange(self, text=b"fence", said=b"SENT bob\n\n"):
        """A whole sending, on a screen that tells what became of it."""
        self.type(b"@bob " + text)
        self.gets(b"bob", text)
        self.sending.send(said)
        self.sees(b"delivered to")


def basic(desk):
    desk.register().exchange()
    desk.forward(b"bob", b"hello")
    desk.acknowledged(b"bob")
    desk.sees(b"hello")


def c1_1(desk):
    basic(desk)


def c1_2(desk):
    basic(desk)


def c1_3(desk):
    desk.sending = desk.answer_register(b"TOSEND")
    receiving = desk.accept()
    receiving.expect(b"REGISTER TORECV alice\n\n")
    desk.client.type(b"@bob early\n")
    with contextlib.suppress(AssertionError):
        desk.sending.socket.settimeout(EARLY_TIME)
        desk.sending.fill()
    desk.sending.socket.settimeout(desk.patience)
    desk.sending.expect_nothing_yet()
    receiving.send(b"REGISTERED TORECV alice\n\n")
    desk.gets(b"bob", b"early")


def c1_4(desk):
    refused = desk.accept()
    refused.send(b"ERROR 100 Malformed username\n\n")
    desk.sees(b"refused")


def c1_5(desk):
    refused = desk.accept()
    refused.send(b"ERROR 100 Malformed username\n\n")
    desk.type(b"kim")
    desk.register(b"kim").exchange()


def c2_1(desk):
    desk.register().exchange()


def c2_2(desk):
    desk.register().type(b"@ALL hello")
    desk.gets(b"ALL", b"hello")


def c2_3(desk):
    desk.register()
    for line in (b"hello", b"@bob", b"@ bob hi", b"@bob: hi", b" @bob hi"):
        desk.type(line)
    desk.exchange()


def c2_4(desk):
    desk.register().type(b"hello")
    desk.sees(b"not sent")


def c3_1(desk):
    desk.register().client.type(b"@bob one\n@bob two\n")
    desk.gets(b"bob", b"one")
    desk.forward(b"bob", b"fence")
    desk.acknowledged(b"bob")
    desk.forward(b"bob", b"fence")
    desk.acknowledged(b"bob")
    desk.sending.expect_nothing_yet()
    desk.sending.send(b"SENT bob\n\n")
    desk.gets(b"bob", b"two")


def c3_2(desk):
    desk.register().exchange()


def c3_3(desk):
    desk.register().exchange(said=b"ERROR 102 Unable to send\n\n")


def c3_4(desk):
    desk.register().type(b"@bob one")
    desk.gets(b"bob", b"one")
    desk.sees(b"no answer")
    desk.exchange()


def c4_1(desk):
    desk.register().forward(b"bob", b"hello")
    assert b"bob" in desk.sees(b"hello"), "no sender before the text"
    desk.receiving.send(b"FORWARD bob\n\n")
    desk.sees(b"could not be read")
    desk.forward(b"bob", b"hello again")
    desk.sees(b"hello again")


def c4_2(desk):
    desk.register()
    for _ in range(3):
        desk.forward(b"bob", b"hello")
        desk.acknowledged(b"bob")


def c4_3(desk):
    desk.register().sees(b"for everyone")  # it reads the keyboard from here on
    desk.client.type(b"@bob half")
    desk.sees(b"@bob half")
    desk.forward(b"bob", b"hello")
    desk.sees(b"hello")
    desk.client.type(b" done\n")
    desk.gets(b"bob", b"half done")


def c4_4(desk):
    desk.register()
    for body in (EVERY_BYTE, b"\xff\xfe\0", b"after"):
        desk.forward(b"bob", body)
        desk.acknowledged(b"bob")
    desk.sees(b"after")


def c5_1(desk):
    desk.register().sees(b"@name")
    desk.forward(b"bob", b"<\x1b[2J\x07\0\x7f\xc2\x9b>")
    shown = desk.sees(b">").partition(b"<")[2]
    assert shown and all(32 <= byte < 127 for byte in shown), f"{shown!r} reached the terminal"


def c5_2(desk):
    desk.register().forward(b"bob", b"<\xff>")
    shown = desk.sees(b">").partition(b"<")[2]
    assert shown, "the byte is not to be seen"


def c6_1(desk):
    desk.register().sees(b"@name")
    desk.sending.close()
    desk.receiving.close()
    desk.sees(b"gone")
    assert desk.client.process.wait(desk.patience) == 4


def f1_1(desk):
    desk.register().forward(b"bob", b"hello")
    desk.receiving.expect(b"RECEIVED bob\n\n")


def f1_5(desk):
    desk.register().forward(b"bob", b"hello")
    desk.receiving.expect(b"RECEIVED bob\n\n")


def f2_8(desk):
    desk.register().exchange()
    desk.exchange()


def f2_1(desk):
    desk.register().exchange("caf\u00e9".encode())


def bad_forward(desk, header):
    desk.register().receiving.send(b"FORWARD bob\n%s\n" % header)
    desk.receiving.expect(b"ERROR 103 Header Incomplete\n\n")
    desk.forward(b"bob", b"hello")
    desk.acknowledged(b"bob")


def f2_2(desk):
    bad_forward(desk, b"")


def f2_3(desk):
    bad_forward(desk, b"Content-length: abc\n")


def f2_5(desk):
    desk.register().receiving.send(b"FORWARD bob\ncontent-LENGTH:  2\n\nhi")
    desk.acknowledged(b"bob")


def f2_6(desk):
    desk.register().receiving.send(b"FORWARD bob\nX-Mood: good\nContent-length: 2\n\nhi")
    desk.acknowledged(b"bob")


def f3_1(desk):
    desk.register()
    for byte in b"FORWARD bob\nContent-length: 5\n\nhello":
        desk.receiving.send(bytes([byte]))
        time.sleep(0.002)
    desk.acknowledged(b"bob")
    desk.sees(b"hello")


def f3_2(desk):
    desk.register().receiving.send(b"FORWARD bob\nContent-length: 2\n\nhiFORWARD kim\nContent-length: 2\n\nho")
    desk.acknowledged(b"bob")
    desk.acknowledged(b"kim")


def f3_3(desk):
    desk.register().receiving.send(b"FORWARD bob\nContent-length: 2\n\nhiFORWARD ki")
    desk.acknowledged(b"bob")


def l2_1(desk):
    desk.register().forward(b"bob", b"x" * 65536)
    desk.sees(b"x" * 65536)
    desk.acknowledged(b"bob")


def m2_3(desk):
    desk.register()
    for said in (b"SENT bob\n\n", b"SEND bob\n\n", b"SENT\n\n", b"SEND alice\n\n"):
        desk.exchange(said=said)


def check(clause, source, patience):
    """Raises AssertionError or OSError when the client in the file `source` breaks the clause."""
    with contextlib.ExitStack() as cleanup:
        globals()[clause.lower().replace(".", "_")](Desk(source, patience, cleanup))


def clauses():
    return [name.upper().replace("_", ".") for name in globals() if name[1:2].isdigit()]
