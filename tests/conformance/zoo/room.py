"""Users of a server under check, and what they do to it."""

import contextlib
import socket

from programs import Peer

ANY_ERROR = (100, 101, 102, 103)
RECEIPT_TIME = 2  # seconds that the server under check is to wait for a RECEIVED


class User:
    def __init__(self, chat, name, one_socket=False):
        self.name = name
        self.sending = chat.connect()
        self.sending.send(b"REGISTER TOSEND %s\n\n" % name)
        self.sending.expect(b"REGISTERED TOSEND %s\n\n" % name)
        self.receiving = self.sending if one_socket else chat.connect()
        self.receiving.send(b"REGISTER TORECV %s\n\n" % name)
        self.receiving.expect(b"REGISTERED TORECV %s\n\n" % name)

    def send(self, to, body=b"hi"):
        self.sending.send(b"SEND %s\nContent-length: %d\n\n%s" % (to, len(body), body))

    def gets(self, sender, body=b"hi"):
        self.receiving.skip_empty_lines()
        self.receiving.expect(b"FORWARD %s\nContent-length: %d\n\n%s" % (sender, len(body), body))
        self.last_sender = sender

    def answers(self):
        self.receiving.send(b"RECEIVED %s\n\n" % self.last_sender)

    def refuses(self, code=103):
        self.receiving.send(b"ERROR %d no\n\n" % code)

    def gets_and_answers(self, sender, body=b"hi"):
        self.gets(sender, body)
        self.answers()

    def sent(self):
        line = self.sending.read_block()
        assert line.startswith((b"SENT ", b"SEND ")), f"{line!r} came, not SENT"

    def failed(self, *codes):
        self.sending.expect_error(*(codes or (102,)))

    def leave(self):
        self.sending.close()
        self.receiving.close()


class Chat:
    """Connections to one server."""

    def __init__(self, server, patience):
        self.server, self.patience = server, patience
        self.cleanup = contextlib.ExitStack()
        self.peers = []
        self.others = None

    def connect(self):
        connected = socket.create_connection(("127.0.0.1", self.server.port), self.patience)
        self.cleanup.callback(connected.close)
        self.peers.append(Peer(connected, self.patience))
        return self.peers[-1]

    def see_out(self):
        """Everybody leaves; when the server has ended its half as well, it has freed the name."""
        for peer in self.peers:
            with contextlib.suppress(AssertionError, OSError):
                peer.socket.shutdown(socket.SHUT_WR)
                while peer.fill():
                    pass

    def users(self, *names, one_socket=False):
        return [User(self, name, one_socket) for name in names]

    def exchange(self, sender, recipient, body=b"fence", encoded=None):
        """A whole delivery."""
        sender.send(recipient.name, body) if encoded is None else sender.sending.send(encoded)
        recipient.gets_and_answers(sender.name, body)
        sender.sent()

    def fence(self):
        """Time for the server to do what it was asked before: an exchange of others, and all that it makes of it."""
        if not self.others:
            self.others = self.users(b"fence1", b"fence2")
        self.exchange(*self.others)
        self.server.finish()


def basic(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob)
    chat.exchange(bob, alice)
