"""Reads lines from makefile(); the thread of whoever sends also reads the RECEIVED, from the recipient's socket."""

import socket
import sys
import threading

MISTAKES = [7, 11, 14, 15, 16]
BREAKS = "F2.3"

users = {}  # name -> channel -> (socket, its file)


def read_line(stream):
    """The next one that is not empty."""
    line = b"\n"
    while line == b"\n":
        line = stream.readline()
    return line


def forward(sender, name, body):
    """True when the recipient has acknowledged."""
    if len(users.get(name, {})) < 2:
        return False
    sock, stream = users[name]["TORECV"]
    sock.sendall(f"FORWARD {sender}\nContent-length: {len(body)}\n\n".encode() + body)
    return read_line(stream).startswith(b"RECEIVED")


def send(sock, stream, name, to):
    """False: its end cannot be told."""
    field, _, value = stream.readline().decode().partition(":")
    if field != "Content-length":
        sock.sendall(b"ERROR 103 Header incomplete\n\n")
        return False
    stream.readline()
    body = stream.read(int(value))
    others = [other for other in users if other != name] if to == "ALL" else [to]
    answers = [forward(name, other, body) for other in others]
    sock.sendall(f"SENT {to}\n\n".encode() if answers and all(answers) else b"ERROR 102 Unable to send\n\n")
    return True


def serve(sock):
    stream = sock.makefile("rb")
    name = None
    while line := stream.readline().decode():
        words = line.split()
        if not words:
            continue
        if words[0] == "REGISTER" and len(words) == 3:
            if not words[2].isalnum() or words[1] in users.get(words[2], {}):
                sock.sendall(b"ERROR 100 Malformed username\n\n")
                continue
            name = words[2]
            users.setdefault(name, {})[words[1]] = sock, stream
            sock.sendall(f"REGISTERED {words[1]} {name}\n\n".encode())
            if words[1] == "TORECV":
                return  # from here on it is read by whoever sends
        elif len(users.get(name, {})) < 2:
            sock.sendall(b"ERROR 101 No user registered\n\n")
        elif words[0] == "SEND" and len(words) == 2 and not send(sock, stream, name, words[1]):
            break
    for other, _ in users.pop(name, {}).values():
        other.close()
    sock.close()


listener = socket.create_server(("", int(sys.argv[1])), backlog=100)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
