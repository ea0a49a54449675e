#!/usr/bin/env python3
"""A server of the two-socket protocol: python3 server.py PORT

Each connection has a thread that reads it; another one does its SENDs, from the first of them on."""

import contextlib
import queue
import socket
import struct
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

HEADER_LIMIT = 4096  # bytes
BODY_LIMIT = 65536  # bytes
RECEIPT_TIME = 2  # seconds that a recipient has to answer
SEND_TIME = 2  # seconds that a peer may refuse to read
PHRASES = {100: "Malformed username", 101: "No user registered", 102: "Unable to send", 103: "Header incomplete"}

users = {}  # name -> User
users_lock = threading.Lock()


class CannotFollow(Exception):
    """Nobody can tell where the next message begins."""


class User:
    def __init__(self, name):
        self.name = name
        self.sockets = {}  # "TOSEND" and "TORECV" -> Connection
        self.turn = threading.Lock()  # whoever holds it has the one FORWARD that is out
        self.receipt = None  # the queue in which that sender waits

    def is_complete(self):
        return len(self.sockets) == 2

    def deliver(self, sender, body):
        """0 when the user has answered RECEIVED, otherwise the code of the error for the sender."""
        answer_by = time.monotonic() + RECEIPT_TIME
        outcome = queue.Queue()
        if not self.turn.acquire(timeout=RECEIPT_TIME):
            return 102  # the user was slow with those before it
        threading.Thread(target=self.forward, args=(sender, body, outcome), daemon=True).start()
        try:
            return outcome.get(timeout=max(0, answer_by - time.monotonic()))
        except queue.Empty:
            return 102  # the turn is over when forward() is

    def forward(self, sender, body, outcome):
        """With the turn, which it lets go; the time to answer begins here."""
        receipt = self.receipt = queue.Queue()
        forward = f"FORWARD {sender}\nContent-length: {len(body)}\n\n".encode() + body
        code = 102
        if users.get(self.name) is self and self.sockets["TORECV"].write(forward):
            try:
                code = receipt.get(timeout=RECEIPT_TIME)
            except queue.Empty:
                self.leave()  # or its answer to this message would be taken for that to the next
        self.turn.release()
        outcome.put(code)

    def answer(self, code):
        receipt, self.receipt = self.receipt, None
        if receipt:
            receipt.put(code)

    def leave(self, spared=None):
        """Frees the name, and ends the user's connections but the spared one."""
        with users_lock:
            if users.get(self.name) is not self:
                return  # it has left already
            del users[self.name]
        self.answer(102)
        for connection in list(self.sockets.values()):
            if connection is not spared:
                connection.end(socket.SHUT_RDWR)


class Connection:
    def __init__(self, peer):
        self.peer = peer
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIME, 0))
        self.write_lock = threading.Lock()
        self.unread = b""
        self.user = None
        self.sends = queue.Queue(64)  # (recipient, body), or None when there are no more
        self.worker = None

    def write(self, message):
        try:
            with self.write_lock:
                self.peer.sendall(message)
            return True
        except OSError:
            return False

    def error(self, code):
        self.write(f"ERROR {code} {PHRASES[code]}\n\n".encode())

    def end(self, how):
        with contextlib.suppress(OSError):  # the peer was faster
            self.peer.shutdown(how)

    def fill(self):
        piece = self.peer.recv(65536)
        if not piece:
            raise EOFError
        self.unread += piece

    def read_line(self, room=HEADER_LIMIT):
        while b"\n" not in self.unread[:room]:
            if len(self.unread) >= room:
                raise CannotFollow
            self.fill()
        line, self.unread = self.unread.split(b"\n", 1)
        return line.strip(b" \t\r").decode("latin-1")

    def read_body(self, room):
        """What a SEND carries: its header lines, an empty line, and as many bytes as these say."""
        lengths = set()
        while line := self.read_line(room):
            room -= len(line) + 1
            field, _, value = line.partition(":")
            if field.lower() == "content-length":
                lengths.add(value.strip(" \t"))
        length = lengths.pop() if len(lengths) == 1 else ""
        if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > BODY_LIMIT:
            raise CannotFollow
        while len(self.unread) < int(length):
            self.fill()
        body, self.unread = self.unread[: int(length)], self.unread[int(length) :]
        return body

    def register(self, channel, name):
        if not (name.isascii() and name.isalnum()) or len(name) > 32 or name.upper() == "ALL":
            return self.error(100)
        with users_lock:
            user = users.get(name) or User(name)
            if channel in user.sockets or self.user not in (None, user):
                return self.error(100)
            users[name] = self.user = user
            self.write(f"REGISTERED {channel} {name}\n\n".encode())
            user.sockets[channel] = self

    def may_speak(self):
        with users_lock:  # a register() that has just written REGISTERED is finished then
            return self.user is not None and self.user.is_complete()

    def read_request(self):
        line = self.read_line()
        word, *rest = line.split(" ")
        if not line:
            return  # the empty line behind a message without a body
        if word == "REGISTER" and rest and rest[0] in ("TOSEND", "TORECV"):
            self.register(rest[0], " ".join(rest[1:]))
        elif not self.may_speak():
            self.error(101)
            if word == "SEND":
                with contextlib.suppress(CannotFollow):
                    self.read_body(HEADER_LIMIT)
        elif word == "SEND":
            self.send(" ".join(rest), self.read_body(HEADER_LIMIT - len(line)))
        elif word == "RECEIVED":
            self.user.answer(0)
        elif word == "ERROR":
            self.user.answer(103 if rest[:1] == ["103"] else 102)
        else:
            raise CannotFollow

    def send(self, recipient, body):
        self.sends.put((recipient, body))
        if not self.worker:
            self.worker = threading.Thread(target=self.work, daemon=True)
            self.worker.start()

    def work(self):
        while job := self.sends.get():
            recipient, body = job
            if recipient.upper() == "ALL":
                code, recipient = self.broadcast(body), "ALL"
            else:
                with users_lock:
                    user = users.get(recipient)
                    is_there = user is not None and user.is_complete()
                code = user.deliver(self.user.name, body) if is_there else 102
            self.error(code) if code else self.write(f"SENT {recipient}\n\n".encode())

    def broadcast(self, body):
        with users_lock:
            others = [user for user in users.values() if user.is_complete() and user is not self.user]
        if not others:
            return 102
        with ThreadPoolExecutor(len(others)) as pool:
            codes = pool.map(lambda user: user.deliver(self.user.name, body), others)
        return 102 if any(codes) else 0

    def run(self):
        try:
            while True:
                self.read_request()
        except CannotFollow:
            self.sends.put(None)
            if self.worker:
                self.worker.join()  # the answers before this one
            if self.user:
                self.user.leave(spared=self)  # before the peer learns of it, and comes again
            self.error(103 if self.user else 101)
            self.end(socket.SHUT_WR)
            self.peer.settimeout(2)  # closing with something unread would reset the connection
        except (EOFError, OSError):
            self.sends.put(None)
            if self.user:
                self.user.leave()
        with contextlib.suppress(OSError):
            while self.peer.recv(65536):
                pass
        self.peer.close()


def main():
    listener = socket.create_server(("", int(sys.argv[1])), backlog=128)
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=Connection(peer).run, daemon=True).start()


if __name__ == "__main__":
    main()
