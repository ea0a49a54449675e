#!/usr/bin/env python3
"""A server of the two-socket protocol, with three mistakes that students make: python3 server.py PORT

1. A message is reported as SENT before the recipient has answered.
2. Content-length is taken for a number of characters.
3. The name of a user who has left is never freed."""

import socketserver
import sys
import threading

PHRASES = {100: "Malformed username", 101: "No user registered", 102: "Unable to send", 103: "Header incomplete"}

users = {}  # name -> {"TOSEND": Handler, "TORECV": Handler}
lock = threading.Lock()


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    name = None

    def say(self, text):
        try:
            self.wfile.write(text.encode("utf-8"))
        except OSError:
            pass

    def error(self, code):
        self.say(f"ERROR {code} {PHRASES[code]}\n\n")

    def is_registered(self):
        with lock:
            return self.name is not None and len(users[self.name]) == 2

    def handle(self):
        self.text = open(self.rfile.fileno(), encoding="utf-8", errors="replace", newline="\n", closefd=False)
        try:
            while line := self.text.readline(4096):
                if line.strip() and not self.act(line.split()):
                    break
        except OSError:
            pass

    def act(self, words):
        """False when the connection is to be closed."""
        if words[0] == "REGISTER" and len(words) > 1 and words[1] in ("TOSEND", "TORECV"):
            self.register(words[1], " ".join(words[2:]))
            return True
        if not self.is_registered():
            self.error(101)
            if words[0] == "SEND":
                self.read_body()
            return True
        if words[0] == "SEND":
            body = self.read_body()
            if body is not None:
                self.send(" ".join(words[1:]), body)
                return True
        elif words[0] in ("RECEIVED", "ERROR"):
            return True  # mistake 1: the sender has its SENT already
        self.error(103)
        return False

    def register(self, channel, name):
        if not (name.isascii() and name.isalnum()) or len(name) > 32 or name.upper() == "ALL":
            return self.error(100)
        with lock:
            sockets = users.setdefault(name, {})
            if channel in sockets or self.name not in (None, name):
                return self.error(100)
            self.name = name
            self.say(f"REGISTERED {channel} {name}\n\n")
            sockets[channel] = self

    def read_body(self):
        length = None
        while (line := self.text.readline(4096).strip()) != "":
            field, _, value = line.partition(":")
            if field.lower() == "content-length":
                if length not in (None, value.strip()):
                    return None
                length = value.strip()
        if length is None or not (length.isascii() and length.isdigit()) or len(length) > 5:
            return None
        return self.text.read(int(length))  # mistake 2: so many characters

    def send(self, recipient, body):
        with lock:
            if recipient.upper() == "ALL":
                to = [name for name, sockets in users.items() if len(sockets) == 2 and name != self.name]
            else:
                to = [recipient] if len(users.get(recipient, {})) == 2 else []
        if not to:
            return self.error(102)
        for name in to:
            users[name]["TORECV"].say(f"FORWARD {self.name}\nContent-length: {len(body)}\n\n{body}")
        self.say(f"SENT {recipient}\n\n")

    # mistake 3: nothing removes self.name from users when the connection has ended


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


Server(("", int(sys.argv[1])), Handler).serve_forever()
