"""What most stand-ins of servers share: a server as students write it, a thread for each socket and a dictionary of users.

Each habit sits in one method, which the stand-in writes in its own way."""

import queue
import socket
import sys
import threading

RECEIPT_TIME_S = 3


class User:
    def __init__(self, name):
        self.name = name
        self.send_sock = self.recv_sock = None
        self.receipts = queue.Queue()
        self.turn = threading.Lock()  # one FORWARD at a time

    def complete(self):
        return self.send_sock and self.recv_sock


class Server:
    def __init__(self):
        self.users = {}
        self.lock = threading.Lock()

    def run(self):
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
        print("Server is listening...", flush=True)
        self.accept_all(listener)

    def accept_all(self, listener):
        while True:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        user = None
        stream = sock.makefile("rb")
        try:
            user = self.talk(sock, stream)
        except OSError:
            pass
        finally:
            self.remove(self.owner_of(sock))
            self.close(sock)

    def talk(self, sock, stream):
        """Until the peer has gone, or is sent away."""
        while line := stream.readline():
            words = line.strip().split(b" ", 2)
            if words[0] == b"":
                continue
            user = self.owner_of(sock)
            if words[0] == b"REGISTER":
                self.register(sock, words)
            elif words[0] == b"SEND":
                if not self.take_send(sock, stream, user, words):
                    return
            elif not user or not user.complete():
                self.reply(sock, b"ERROR 101 No user registered")
            elif words[0] in (b"RECEIVED", b"ERROR"):
                self.take_receipt(user, words)
            else:
                return self.reply(sock, b"ERROR 103 Header incomplete")

    def reply(self, sock, line):
        sock.sendall(line + b"\n\n")

    # Users

    def owner_of(self, sock):
        with self.lock:
            for user in self.users.values():
                if sock in (user.send_sock, user.recv_sock):
                    return user

    def valid(self, name):
        return name.isalnum() and name.isascii() and len(name) <= 32 and name != b"ALL"

    def register(self, sock, words):
        channel, name = (words[1:] + [b"", b""])[:2]
        side = "send_sock" if channel == b"TOSEND" else "recv_sock"
        with self.lock:
            user = self.users.get(name) or User(name)
            refused = not self.valid(name) or getattr(user, side) or self.is_in_use(sock)
            if not refused:
                setattr(user, side, sock)
                self.users[name] = user
                self.reply(sock, b"REGISTERED " + channel + b" " + name)
        if refused:
            self.refuse_name(sock)

    def is_in_use(self, sock):
        return any(sock in (user.send_sock, user.recv_sock) for user in self.users.values())

    def refuse_name(self, sock):
        self.reply(sock, b"ERROR 100 Malformed username")

    def remove(self, user):
        if not user:
            return
        with self.lock:
            if self.users.get(user.name) is user:
                del self.users[user.name]
        user.receipts.put(b"102")
        for other in (user.send_sock, user.recv_sock):
            self.close_other(other)

    def close_other(self, sock):
        try:
            sock and sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self, sock):
        """The peer may have sent more: it is read, so that our last words are not lost."""
        try:
            sock.shutdown(socket.SHUT_WR)
            sock.settimeout(1)
            while sock.recv(4096):
                pass
        except OSError:
            pass
        sock.close()

    # Messages

    def read_length(self, stream):
        """Of the header lines; None when there is no good one."""
        lengths = []
        while (line := stream.readline().strip()):
            field, _, value = line.partition(b":")
            if field.strip().lower() == b"content-length":
                lengths.append(value.strip())
        good = len(set(lengths)) == 1 and lengths[0].isdigit() and int(lengths[0]) <= 65536
        return int(lengths[0]) if good else None

    def read_body(self, stream, length):
        return stream.read(length)

    def take_send(self, sock, stream, user, words):
        """False: its end cannot be told."""
        length = self.read_length(stream)
        if length is None:
            self.reply(sock, b"ERROR 103 Header incomplete" if user else b"ERROR 101 No user registered")
            return False
        body = self.read_body(stream, length)
        if not user or not user.complete():
            self.reply(sock, b"ERROR 101 No user registered")
        elif words[1:] == [b"ALL"]:
            self.broadcast(sock, user, body)
        else:
            self.unicast(sock, user, b" ".join(words[1:]), body)
        return True

    def unicast(self, sock, user, name, body):
        with self.lock:
            to = self.users.get(name)
        if not to or not to.complete():
            return self.unknown_user(sock)
        self.report(sock, to, self.deliver(user, to, body))

    def unknown_user(self, sock):
        self.reply(sock, b"ERROR 102 Unable to send")

    def deliver(self, user, to, body):
        """The code of the recipient's answer: 0 for RECEIVED."""
        if not to.turn.acquire(timeout=RECEIPT_TIME_S):
            return 102
        try:
            to.recv_sock.sendall(self.frame(user, body))
            return self.wait_for_receipt(user, to)
        except OSError:
            return 102
        finally:
            to.turn.release()

    def frame(self, user, body):
        return b"FORWARD %s\nContent-length: %d\n\n%s" % (user.name, len(body), body)

    def wait_for_receipt(self, user, to):
        try:
            answer = to.receipts.get(timeout=RECEIPT_TIME_S)
        except queue.Empty:
            self.close_other(to.recv_sock)
            return 102
        return {b"RECEIVED": 0, b"103": 103}.get(answer, 102)

    def take_receipt(self, user, words):
        if user.turn.locked():  # else nobody waits for it
            user.receipts.put(words[0] if words[0] == b"RECEIVED" else words[1])

    def report(self, sock, to, code):
        self.reply(sock, {0: b"SENT " + to.name, 103: b"ERROR 103 Header incomplete"}.get(code, b"ERROR 102 Unable to send"))

    def broadcast(self, sock, user, body):
        with self.lock:
            others = [other for other in self.users.values() if other is not user and other.complete()]
        codes = []
        threads = [threading.Thread(target=lambda to=to: codes.append(self.deliver(user, to, body))) for to in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.reply(sock, b"SENT ALL" if codes and not any(codes) else b"ERROR 102 Unable to send")
