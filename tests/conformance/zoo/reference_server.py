#!/usr/bin/env python3
"""A simple server of the two-socket protocol that keeps every clause of protocol/PROTOCOL.md.

One thread reads each socket, one more looks for expired deadlines. Everything but reading happens under one
lock; that is fair because a write never waits (a peer that does not read is shut out, L3.3)."""

import _signal as signal  # the halves that are written in C: "signal" and "socket" take longer to load than all of Python
import _socket as socket
import select
import sys
import threading
import time
from collections import deque

HEADER_LIMIT = 4096  # bytes of request line, header lines and empty line (L1)
BODY_LIMIT = 65536  # bytes (L2)
NAME_LIMIT = 32  # bytes (R1.4)
EARLY_LIMIT = 16  # times ERROR 101 on one socket (R6.5)
ANSWER_LIMIT = 64  # unanswered SENDs of one sender (L5.2)
MAILBOX_LIMIT = 1 << 20  # bytes that wait for one recipient (L5.3)
CONNECTION_LIMIT = 900  # below the usual limit of 1024 open files (L5.1)
FORWARDS_AT_ONCE = 1  # unanswered FORWARDs of one recipient (D3.1)
SEND_BUFFER_BYTES = 212992  # holds the longest FORWARD three times: the kernel's usual maximum
LINGER_SECONDS = 2  # from our end of a stream to the peer's (D7.2)
USAGE = """usage: reference_server.py PORT [--host HOST] [--receipt-time S] [--registration-time S] [--frame-time S]
A simple server of the two-socket protocol; PORT 0 picks a free one."""
CHANNELS = (b"TOSEND", b"TORECV")
PHRASES = {100: b"Malformed username", 101: b"No user registered", 102: b"Unable to send", 103: b"Header incomplete"}

lock = threading.RLock()  # guards everything below, and all users
changed = threading.Condition(lock)  # an answer has gone out
directory = {}  # name in small letters -> User
connections = set()
options = None  # the command line; constant after the start


class Ended(Exception):
    """The peer has ended the stream, or we have shut it down."""


class Broken(Exception):
    """The end of this message, and so the begin of the next, can not be told."""


def error(code):
    return b"ERROR %d %s\n\n" % (code, PHRASES[code])


class Options:
    """The command line. By hand, since tests start this program a thousand times, and argparse takes a third of a start."""

    host = "127.0.0.1"
    receipt_time, registration_time, frame_time = 10.0, 20.0, 30.0  # seconds

    def __init__(self, port, *pairs):
        self.port = int(port)
        for name, value in zip(pairs[::2], pairs[1::2], strict=True):
            key = name.removeprefix("--").replace("-", "_")
            setattr(self, key, type(getattr(self, key))(value))


class Sending:
    """One SEND on its way to one or all recipients. Its answer is ready when nobody is `waiting` any more."""

    def __init__(self, sender, recipient):
        self.sender, self.recipient = sender, recipient
        self.answer_by = time.monotonic() + options.receipt_time
        self.given_up = False  # what comes now is too late
        self.waiting = set()  # recipients that have not answered
        self.code = None  # of the ERROR to answer with; None: SENT

    def settle(self, user, code):
        if self.given_up:
            return
        self.waiting.discard(user)
        if code:
            self.code = 102 if self.recipient == b"ALL" else code
        self.sender.flush_answers()

    def give_up(self):
        """Its time is up, whoever is slow (D1.9)."""
        self.given_up = True
        self.code = 102
        self.waiting.clear()
        self.sender.flush_answers()

    def answer(self):
        return error(self.code) if self.code else b"SENT %s\n\n" % self.recipient


class User:
    """Registered under a name with one socket at least; complete with both channels."""

    def __init__(self, name):
        self.name = name
        self.sockets = {}  # channel -> Connection
        self.gone = False
        self.answers = deque()  # my Sendings, oldest first: they are answered in this order (D2.3)
        self.mailbox = deque()  # (Sending, body) that wait for me
        self.mailbox_bytes = 0
        self.forwarded = deque()  # (Sending, deadline) that I have not answered, oldest first

    def complete(self):
        return len(self.sockets) == len(CHANNELS)

    def one_socket(self):
        return self.sockets[b"TOSEND"] is self.sockets[b"TORECV"]

    def flush_answers(self):
        while self.answers and not self.answers[0].waiting:
            self.sockets[b"TOSEND"].write(self.answers.popleft().answer())
            changed.notify_all()

    def deliver(self, sending, body):
        if self.mailbox_bytes + len(body) > MAILBOX_LIMIT:
            return sending.settle(self, 102)
        self.mailbox.append((sending, body))
        self.mailbox_bytes += len(body)
        self.forward_next()

    def forward_next(self):
        while self.mailbox and len(self.forwarded) < FORWARDS_AT_ONCE:
            sending, body = self.mailbox.popleft()
            self.mailbox_bytes -= len(body)
            if sending.given_up:
                continue
            self.forwarded.append((sending, time.monotonic() + options.receipt_time))
            frame = self.forward_frame(sending.sender.name, sending.recipient, body)
            self.sockets[b"TORECV"].write(frame)

    def forward_frame(self, sender, _recipient, body):
        return b"FORWARD %s\nContent-length: %d\n\n%s" % (sender, len(body), body)

    def receipt(self, name, code):
        """RECEIVED (no code) or an ERROR has come: it is for the oldest FORWARD, whatever the name (D5.1)."""
        if self.forwarded:
            sending, _ = self.forwarded.popleft()
            sending.settle(self, code)
            self.forward_next()

    def expire(self):
        """Nobody can tell a late RECEIVED from the next one: so the silent are disconnected (D5.4, D5.5)."""
        self.sockets[b"TORECV"].shut()

    def fail_mailbox(self):
        undelivered = [sending for sending, _ in self.forwarded] + [sending for sending, _ in self.mailbox]
        self.forwarded.clear()
        self.mailbox.clear()
        for sending in undelivered:
            sending.settle(self, 102)

    def leave(self, connection):
        """The socket `connection` has ended."""
        if self.gone:
            return
        self.gone = True
        del directory[self.name.lower()]
        for other in self.sockets.values():
            if other is not connection:
                other.shut()
        self.answers.clear()
        self.fail_mailbox()


class Connection:
    def __init__(self, socket_, host):
        self.socket, self.host = socket_, host
        self.buffer = bytearray()  # read, not yet understood
        self.room = HEADER_LIMIT  # bytes that the header block may still take
        self.user = None
        self.early = 0  # times ERROR 101
        self.register_by = time.monotonic() + options.registration_time
        self.message_since = None  # a message has begun and is not complete

    # Reading: only in the thread of this socket.

    def fill(self):
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            raise Ended
        if self.message_since is None:
            self.message_since = time.monotonic()
        self.buffer += data

    def read_line(self):
        """The next line without its end and the blanks around it (F1.2)."""
        while (end := self.buffer.find(b"\n", 0, self.room)) < 0:
            if len(self.buffer) >= self.room:
                self.buffer.clear()
                raise Broken
            self.fill()
        line = bytes(self.buffer[:end]).removesuffix(b"\r").strip(b" \t")
        del self.buffer[: end + 1]
        self.room -= end + 1
        return line

    def read_length(self):
        """Reads header lines and the empty line."""
        lengths = set()
        while line := self.read_line():
            field, _, value = line.partition(b":")
            if field.lower() == b"content-length":
                lengths.add(value.strip(b" \t"))
        if not lengths or not all(value.isdigit() for value in lengths):
            raise Broken
        numbers = {int(value) for value in lengths}
        length = numbers.pop()
        if numbers or length > BODY_LIMIT:
            raise Broken
        return length

    def read_body(self, length):
        while len(self.buffer) < length:
            self.fill()
        body = bytes(self.buffer[:length])
        del self.buffer[:length]
        return body

    def read_message(self):
        """The word, what stands behind it, and the body. All but SEND end at their first LF (F1.3): the empty
        line that follows is skipped with those that stand before the next request (F1.4)."""
        line = b""
        while not line:
            self.message_since = time.monotonic() if self.buffer else None
            self.room = HEADER_LIMIT
            line = self.read_line()
        word, _, rest = line.partition(b" ")
        body = b""
        if word == b"SEND":
            body = self.read_body(self.read_length())
        self.message_since = None
        return word, rest.strip(b" \t"), body

    # Writing: under the lock.

    def write(self, data):
        try:
            if self.socket.send(data, socket.MSG_DONTWAIT) == len(data):
                return
        except OSError:
            pass
        self.shut()

    def shut(self):
        """Wakes the thread that reads; only that one closes."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def expired(self, now):
        registered = self.user and self.user.complete()
        return (not registered and now > self.register_by) or (
            self.message_since is not None and now > self.message_since + options.frame_time)

    def peer_gone(self):
        poll = select.poll()
        poll.register(self.socket, select.POLLRDHUP)
        return bool(poll.poll(0))

    # What the messages do: under the lock, but for waiting.

    def serve(self):
        try:
            while True:
                try:
                    word, rest, body = self.read_message()
                except Broken:
                    self.message_since = None
                    word, rest, body = b"", b"", b""
                with lock:
                    if self.user and self.user.gone:
                        return
                    if not self.handle(word, rest, body):
                        break
                    self.wait_for_answers(ANSWER_LIMIT - 1)
            self.refuse_stream()
        except Ended:
            pass
        finally:
            with lock:
                if self.user:
                    self.user.leave(self)
            self.linger()
            self.socket.close()
            with lock:
                connections.discard(self)

    def handle(self, word, rest, body):
        """False: the stream ends here."""
        channel, _, name = rest.partition(b" ")
        if word == b"REGISTER" and channel in CHANNELS:
            self.register(channel, name.strip(b" \t"))
        elif not self.user or not self.user.complete():
            return self.refuse_early()
        elif word == b"SEND" and self.user.sockets[b"TOSEND"] is self:
            self.send(rest, body)
        elif word == b"RECEIVED":
            self.user.receipt(rest, None)
        elif word == b"ERROR":
            self.user.receipt(None, 103 if rest.split(b" ")[0] == b"103" else 102)
        else:
            return False
        return True

    def refuse_early(self):
        self.write(error(101))
        self.early += 1
        return self.early < EARLY_LIMIT

    def register(self, channel, name):
        user = directory.get(name.lower())
        if self.user and (user is not self.user or self.user.sockets.get(channel)):
            return self.write(error(100))  # registered already, here or under another name
        if not name.isalnum() or not name.isascii() or len(name) > NAME_LIMIT or name.upper() == b"ALL":
            return self.write(error(100))
        if user and (channel in user.sockets or self.host != next(iter(user.sockets.values())).host):
            return self.write(error(100))
        if not user:
            user = directory[name.lower()] = User(name)
        self.user = user
        user.sockets[channel] = self
        self.write(b"REGISTERED %s %s\n\n" % (channel, user.name))

    def send(self, name, body):
        if self.user.one_socket() and len(self.user.answers) >= ANSWER_LIMIT:
            name = b""  # no room: its RECEIVEDs come on this socket, so reading must go on (L5.2)
        broadcast = name.upper() == b"ALL"
        found = directory.get(name.lower())
        if broadcast:
            recipients = [user for user in directory.values() if user.complete() and user is not self.user]
        else:
            recipients = [found] if found and found.complete() else []
        sending = Sending(self.user, b"ALL" if broadcast else found.name if found else name)
        sending.waiting.update(recipients)
        self.user.answers.append(sending)
        if not recipients:
            sending.settle(None, 102)
        for user in recipients:
            user.deliver(sending, body)

    def wait_for_answers(self, count):
        """Until at most `count` SENDs wait for their answer, or the peer has left."""
        user = self.user
        if not user or not user.complete() or user.sockets[b"TOSEND"] is not self or user.one_socket() and count:
            return
        while len(user.answers) > count and not self.peer_gone():
            changed.wait(0.05)

    def refuse_stream(self):
        """ERROR 103 in its turn behind the answers that are due. The caller closes (D7)."""
        with lock:
            if not self.user or not self.user.complete():
                return
            if self.user.one_socket():
                self.user.fail_mailbox()  # no RECEIVED can come any more
            self.wait_for_answers(0)
            self.write(error(103))

    def linger(self):
        """Ends our half and reads what the peer had sent: else the kernel resets, and the ERROR is lost (D7.2)."""
        until = time.monotonic() + LINGER_SECONDS
        try:
            self.socket.shutdown(socket.SHUT_WR)
            while (rest := until - time.monotonic()) > 0:
                self.socket.settimeout(rest)
                if not self.socket.recv(65536):
                    break
        except OSError:
            pass


def watch():
    while True:
        time.sleep(0.02)
        now = time.monotonic()
        with lock:
            for connection in [one for one in connections if one.expired(now)]:
                connection.shut()
            for user in [one for one in directory.values() if one.forwarded and now > one.forwarded[0][1]]:
                user.expire()
            for sending in [one for user in directory.values() for one in user.answers if one.waiting]:
                if now > sending.answer_by:
                    sending.give_up()


def accept(socket_, host):
    socket_.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    socket_.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    connection = Connection(socket_, host)
    with lock:
        connections.add(connection)
        if len(connections) > CONNECTION_LIMIT:
            connection.write(error(102))
            connection.shut()
    try:
        threading.Thread(target=connection.serve, daemon=True).start()
    except RuntimeError:  # no more threads
        with lock:
            connections.discard(connection)
        socket_.close()


def listen(host, port):
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


def main():
    global options
    try:
        options = Options(*sys.argv[1:])
    except (TypeError, ValueError, AttributeError):
        sys.exit(USAGE)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.stack_size(256 * 1024)
    listener = listen(options.host, options.port)
    print(f"listening on {listener.getsockname()[1]}", flush=True)
    threading.Thread(target=watch, daemon=True).start()
    while True:
        try:
            descriptor, address = listener._accept()
            accept(socket.socket(fileno=descriptor), address[0])
        except OSError:  # no more files: try again soon
            time.sleep(0.02)


if __name__ == "__main__":
    main()
