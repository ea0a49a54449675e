"""What most stand-ins of clients share: a client as students write it, with a thread that receives.

Each habit sits in one method, which the stand-in writes in its own way."""

import os
import socket
import sys
import threading

ANSWER_TIME_S = 4


class Client:
    def run(self):
        self.name, self.host, port = sys.argv[1].encode(), sys.argv[2], sys.argv[3]
        self.port = int(port)
        while not self.register():
            self.ask_for_another_name()
        threading.Thread(target=self.receive, daemon=True).start()
        self.show("Write @name text:")
        for line in sys.stdin.buffer:
            self.type(line.rstrip(b"\n"))

    def show(self, text):
        print(text, flush=True)

    def end(self, text, code=1):
        self.show(text)
        os._exit(code)

    # Signing on

    def register(self):
        self.send_sock = self.sign_on(b"TOSEND")
        self.recv_sock = self.send_sock and self.sign_on(b"TORECV")
        return self.recv_sock

    def sign_on(self, channel):
        sock = socket.create_connection((self.host, self.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = sock.makefile("rb")
        setattr(self, "reports" if channel == b"TOSEND" else "messages", stream)
        sock.sendall(b"REGISTER " + channel + b" " + self.name + b"\n\n")
        answer = stream.readline().strip()
        if answer.startswith(b"REGISTERED"):
            return sock
        self.refused(answer)
        return None

    def refused(self, answer):
        self.show("Refused: " + self.visible(answer))

    def ask_for_another_name(self):
        self.show("Another name?")
        self.name = sys.stdin.buffer.readline().strip() or self.end("Bye")

    # What the user types

    def type(self, line):
        to, _, text = line.partition(b" ")
        if not to.startswith(b"@") or not to[1:].isalnum() or not text:
            return self.wrong_line(line)
        self.send(to[1:], text)
        self.wait_for_report(to[1:])

    def wrong_line(self, line):
        self.show("Not sent. Write @name text")

    def send(self, to, text):
        self.send_sock.sendall(b"SEND %s\nContent-length: %d\n\n%s" % (to, len(text), text))

    def wait_for_report(self, to):
        self.send_sock.settimeout(ANSWER_TIME_S)
        try:
            answer = b""
            while not answer.strip():
                answer = self.reports.readline() or self.end("The server has gone")
            self.reported(to, answer.strip())
        except TimeoutError:
            self.show("No answer")
            self.reports = self.send_sock.makefile("rb")
        except OSError:
            self.end("The server has gone")

    def reported(self, to, answer):
        if answer.startswith(b"SEN"):
            self.show("Delivered to " + to.decode())
        else:
            self.failed(to, answer)

    def failed(self, to, answer):
        self.show("Not delivered to " + to.decode() + ": " + self.visible(answer))

    # What comes in

    def receive(self):
        try:
            while line := self.messages.readline():
                if line.startswith(b"FORWARD"):
                    self.take_message(line.strip().split(b" ", 1)[1])
        except OSError:
            pass
        self.server_has_gone()

    def server_has_gone(self):
        self.end("The server has gone")

    def read_length(self):
        lengths = []
        while line := self.messages.readline().strip():
            field, _, value = line.partition(b":")
            if field.lower() == b"content-length":
                lengths.append(value.strip())
        good = len(set(lengths)) == 1 and lengths[0].isdigit()
        return int(lengths[0]) if good else None

    def take_message(self, sender):
        length = self.read_length()
        if length is None:
            return self.bad_message()
        body = self.messages.read(length)
        self.show_message(sender, body)
        self.acknowledge(sender)

    def bad_message(self):
        self.show("A message could not be read")
        self.recv_sock.sendall(b"ERROR 103 Header Incomplete\n\n")

    def show_message(self, sender, body):
        self.show(self.visible(sender) + ": " + self.visible(body))

    def acknowledge(self, sender):
        self.recv_sock.sendall(b"RECEIVED " + sender + b"\n\n")

    def visible(self, body):
        text = body.decode("utf-8", "backslashreplace")
        return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
