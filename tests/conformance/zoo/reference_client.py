#!/usr/bin/env python3
"""A simple terminal client of the two-socket protocol that keeps every clause of protocol/PROTOCOL.md.

One thread: select() tells which of the keyboard and the two sockets has something."""

import _socket as socket  # the half that is written in C: "socket" takes as long to load as all of Python
import os
import select
import sys
import time

HEADER_LIMIT = 4096  # bytes of request line, header lines and empty line (L1)
BODY_LIMIT = 65536  # bytes (L2)
HELP = "write @name text, or @ALL text for everyone"
NAME_LIMIT = 32  # bytes (R1.4)
EXIT_NO_NAME, EXIT_GONE = 3, 4
USAGE = """usage: reference_client.py USER HOST PORT [--answer-time S]
A simple client of the two-socket protocol; S is for how many seconds it waits for an answer, 15 unless told."""


class Options:
    """The command line. By hand, since tests start this program a thousand times, and argparse takes a third of a start."""

    def __init__(self, user, host, port, name="--answer-time", answer_time="15"):
        if name != "--answer-time":
            raise ValueError(name)
        self.user, self.port, self.answer_time = user, int(port), float(answer_time)
        self.host = os.fsencode(host)  # for a str, the tables of international names would be loaded


class Gone(Exception):
    """The server has ended a connection."""


class Bad(Exception):
    """The end of this FORWARD can not be told."""


def show(text):
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()


def visible(text):
    """Bytes as text, with what is not UTF-8 and every control character (C0, DEL, C1) as \\xNN (C5)."""
    decoded = text.decode("utf-8", "backslashreplace")
    return "".join(f"\\x{ord(c):02x}" if c < " " or "\x7f" <= c <= "\x9f" else c for c in decoded)


class Keyboard:
    def __init__(self):
        self.buffer = b""
        self.ended = False

    def has_line(self):
        return b"\n" in self.buffer or self.ended and self.buffer

    def fill(self):
        try:
            data = os.read(0, 65536)
        except OSError:  # the terminal has gone
            data = b""
        self.ended = not data
        self.buffer += data

    def next_line(self):
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def read_line(self):
        while not self.has_line() and not self.ended:
            self.fill()
        return self.next_line() if self.has_line() else None


class Stream:
    """One socket: bytes in, messages out."""

    def __init__(self, host, port, patience):
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
            self.socket = socket.socket(family, kind, protocol)
            self.socket.settimeout(patience)
            self.socket.connect(address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as problem:
            raise Gone(str(problem)) from problem
        self.buffer = b""

    def fileno(self):
        return self.socket.fileno()

    def fill(self):
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            raise Gone("the server has closed the connection")
        self.buffer += data

    def write(self, data):
        try:
            self.socket.sendall(data)
        except OSError as problem:
            raise Gone(str(problem)) from problem

    def header_end(self):
        """Where the empty line ends, 0 when it has not come."""
        begin = 0
        while end := self.buffer.find(b"\n", begin) + 1:
            if not self.buffer[begin:end].strip(b"\r\n \t"):
                return end
            begin = end
        return 0

    def next_message(self):
        """(word, what stands behind it, body) of the next complete message, or None."""
        self.buffer = self.buffer.lstrip(b"\r\n \t")
        if not self.buffer.startswith(b"FORWARD"):
            line, end, rest = self.buffer.partition(b"\n")
            if not end and len(line) < HEADER_LIMIT:
                return None
            self.buffer = rest
            word, _, tail = line.strip(b"\r \t").partition(b" ")
            return word, tail.strip(b" \t"), b""
        header_end = self.header_end()
        if not header_end and len(self.buffer) < HEADER_LIMIT:
            return None
        if not 0 < header_end <= HEADER_LIMIT:
            self.buffer = b""
            raise Bad
        lines = [line.strip(b"\r \t") for line in self.buffer[:header_end].split(b"\n")[:-2]]
        fields = [line.partition(b":") for line in lines[1:]]
        lengths = {value.strip(b" \t") for name, _, value in fields if name.lower() == b"content-length"}
        numbers = {int(value) if value.isdigit() else -1 for value in lengths}
        if len(numbers) != 1 or not 0 <= min(numbers) <= BODY_LIMIT:
            self.buffer = self.buffer[header_end:]
            raise Bad
        end = header_end + numbers.pop()
        if len(self.buffer) < end:
            return None
        body = self.buffer[header_end:end]
        self.buffer = self.buffer[end:]
        return b"FORWARD", lines[0].partition(b" ")[2].strip(b" \t"), body

    def messages(self):
        """All that are complete; None for a FORWARD that can not be read."""
        while True:
            try:
                message = self.next_message()
            except Bad:
                yield None
                continue
            if not message:
                return
            yield message


class Client:
    def __init__(self, options, keyboard):
        self.options, self.keyboard = options, keyboard
        self.name = None
        self.sending = self.receiving = None  # Streams
        self.unanswered = []  # recipients of my SENDs, oldest first
        self.given_up = 0  # how many of them, from the oldest, the user waits for no more
        self.answer_by = 0.0  # deadline of the first that is not given up

    def register(self, name):
        """Both channels, each on a socket of its own. True when the server agrees."""
        self.sending = self.receiving = None  # closes what a refused try has left
        for channel in ("TOSEND", "TORECV"):
            stream = Stream(self.options.host, self.options.port, self.options.answer_time)
            stream.write(b"REGISTER %s %s\n\n" % (channel.encode(), name))
            while not (message := stream.next_message()):
                stream.fill()
            word, rest, _ = message
            if word != b"REGISTERED":
                show(f"the name {visible(name)} was refused: {visible(rest)}")
                return False
            self.sending, self.receiving = self.sending or stream, stream  # TOSEND was the first
        self.name = name
        show(f"You are {visible(name)}: {HELP}.")
        return True

    def waits(self):
        return len(self.unanswered) > self.given_up

    def type_line(self, line):
        recipient, _, text = line.partition(b" ")
        at, recipient = recipient[:1], recipient[1:]
        if at != b"@" or not recipient.isalnum() or len(recipient) > NAME_LIMIT or not text:
            return show(f"not sent: {HELP}")
        if len(text) > BODY_LIMIT:
            return show(f"not sent: a message has at most {BODY_LIMIT} bytes")
        self.unanswered.append(recipient)
        self.answer_by = time.monotonic() + self.options.answer_time
        self.sending.write(b"SEND %s\nContent-length: %d\n\n%s" % (recipient, len(text), text))

    def answered(self, outcome):
        """The report on the oldest unanswered SEND has come (M2.3)."""
        if not self.unanswered:
            return show(f"the server says, about nothing: {outcome}")
        recipient = visible(self.unanswered.pop(0))
        late = "late: " if self.given_up else ""
        self.given_up = max(0, self.given_up - 1)
        show(late + outcome.replace("NAME", recipient, 1))

    def handle(self, message):
        if not message:
            self.receiving.write(b"ERROR 103 Header Incomplete\n\n")
            return show("a message came that could not be read")
        word, rest, body = message
        if word == b"FORWARD":
            show(f"{visible(rest)}: {visible(body)}")
            self.receiving.write(b"RECEIVED %s\n\n" % rest)
        elif word in (b"SENT", b"SEND"):
            self.answered("delivered to NAME")
        elif word == b"ERROR":
            code, _, phrase = rest.partition(b" ")
            self.answered(f"not delivered to NAME: {visible(phrase)} ({visible(code)})")

    def chat(self):
        """Until the input has ended and every line is answered."""
        streams = [self.sending, self.receiving]
        while True:
            for stream in streams:
                for message in stream.messages():
                    self.handle(message)
            if self.waits() and time.monotonic() >= self.answer_by:
                self.given_up += 1
                show(f"no answer about {visible(self.unanswered[-1])}: it may or may not have been delivered")
            while not self.waits() and self.keyboard.has_line():
                self.type_line(self.keyboard.next_line())
            listening = list(streams)
            if not self.keyboard.ended and not self.waits():
                listening.append(0)
            elif not self.waits():
                return
            patience = max(0.0, self.answer_by - time.monotonic()) if self.waits() else None
            for ready in select.select(listening, [], [], patience)[0]:
                (self.keyboard if ready == 0 else ready).fill()


def main():
    try:
        options = Options(*sys.argv[1:])
    except (TypeError, ValueError):
        sys.exit(USAGE)
    client = Client(options, Keyboard())
    name = os.fsencode(options.user)
    try:
        while not client.register(name):
            show("another name, please:")
            name = client.keyboard.read_line()
            if name is None:
                return EXIT_NO_NAME
        client.chat()
    except Gone as reason:
        show(f"the server has gone: {reason}")
        return EXIT_GONE
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
