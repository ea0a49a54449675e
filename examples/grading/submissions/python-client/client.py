#!/usr/bin/env python3
"""A client of the two-socket protocol: python3 client.py NAME HOST PORT

The main thread reads the keyboard and sends; one thread more reads each socket."""

import os
import queue
import re
import socket
import sys
import threading

HEADER_LIMIT = 4096  # bytes
BODY_LIMIT = 65536  # bytes
ANSWER_TIME = 4  # seconds until the user hears that no answer has come
LINE = re.compile(rb"@([A-Za-z0-9]+) (.+)", re.DOTALL)


class CannotRead(Exception):
    """A FORWARD without a usable Content-length."""


def show(text):
    print(text, flush=True)


def visible(data):
    """Bytes as text for the terminal: what could move its cursor, or is no text, as \\xNN."""
    text = data.decode("utf-8", "backslashreplace")
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda control: f"\\x{ord(control[0]):02x}", text)


def leave(why, code):
    show(why)
    os._exit(code)  # the keyboard may have a thread waiting


class Connection:
    def __init__(self, host, port):
        self.peer = socket.create_connection((host, port))
        self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.unread = b""

    def write(self, message):
        try:
            self.peer.sendall(message)
        except OSError:
            leave("The connection is lost.", 1)

    def fill(self):
        try:
            piece = self.peer.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            leave("The server has closed the connection.", 1)
        self.unread += piece

    def read_line(self):
        while b"\n" not in self.unread:
            if len(self.unread) > HEADER_LIMIT:
                leave("The server sends something that is no message.", 1)
            self.fill()
        line, self.unread = self.unread.split(b"\n", 1)
        return line.strip(b" \t\r").decode("latin-1")

    def read_words(self):
        """The next request line; empty lines before it are skipped."""
        while not (line := self.read_line()):
            pass
        return line.split()

    def read_body(self):
        lengths = set()
        while line := self.read_line():
            field, _, value = line.partition(":")
            if field.lower() == "content-length":
                lengths.add(value.strip())
        length = lengths.pop() if len(lengths) == 1 else ""
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > BODY_LIMIT:
            raise CannotRead
        while len(self.unread) < int(length):
            self.fill()
        body, self.unread = self.unread[: int(length)], self.unread[int(length) :]
        return body


class Client:
    def __init__(self, host, port):
        self.sending = Connection(host, port)
        self.receiving = Connection(host, port)
        self.answers = queue.Queue()  # words of SENT, SEND and ERROR
        self.missing = 0  # answers that were given up and may still come

    def register(self, name):
        """None, or why the server does not want the name."""
        for channel, connection in (("TOSEND", self.sending), ("TORECV", self.receiving)):
            connection.write(f"REGISTER {channel} {name}\n\n".encode())
            words = connection.read_words()
            if words[0] != "REGISTERED":
                return " ".join(words)
        return None

    def start(self):
        for connection in (self.sending, self.receiving):
            threading.Thread(target=self.receive, args=[connection], daemon=True).start()

    def receive(self, connection):
        while True:
            words = connection.read_words()
            if words[0] == "FORWARD":
                self.take(connection, words[1] if len(words) > 1 else "")
            elif words[0] in ("SENT", "SEND", "ERROR"):
                self.answers.put(words)

    def take(self, connection, sender):
        try:
            body = connection.read_body()
        except CannotRead:
            return connection.write(b"ERROR 103 Header Incomplete\n\n")
        show(f"{visible(sender.encode('latin-1'))}: {visible(body)}")
        connection.write(f"RECEIVED {sender}\n\n".encode("latin-1"))

    def send(self, recipient, text):
        header = b"SEND %s\nContent-length: %d\n\n" % (recipient, len(text))
        self.sending.write(header + text)
        try:
            for _ in range(self.missing):
                self.answers.get(timeout=ANSWER_TIME)
                self.missing -= 1
            words = self.answers.get(timeout=ANSWER_TIME)
        except queue.Empty:
            self.missing += 1
            return show("No answer has come; it may or may not have arrived.")
        if words[0] == "ERROR":
            return show(f"Not delivered to {recipient.decode()}: {visible(' '.join(words[1:]).encode('latin-1'))}")
        show(f"Delivered to {recipient.decode()}.")


def read_keyboard():
    line = sys.stdin.buffer.readline()
    if not line:
        leave("Bye.", 0)
    return line.rstrip(b"\r\n")


def sign_on(name, host, port):
    client = Client(host, port)
    while why := client.register(name):
        show(f"The server refuses the name {name}: {why}. Another name?")
        name = visible(read_keyboard()).strip()
        client = Client(host, port)
    return client


def main():
    name, host, port = sys.argv[1:]
    client = sign_on(name, host, int(port))
    client.start()
    show("Welcome. Write @name text, or @ALL text to everybody.")
    while True:
        match = LINE.fullmatch(read_keyboard())
        if match:
            client.send(*match.groups())
        else:
            show("Not sent. Write @name text, or @ALL text to everybody.")


if __name__ == "__main__":
    main()
