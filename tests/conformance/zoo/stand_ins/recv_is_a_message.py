"""Takes what recv(1024) returns for one message and splits it as text: as most first versions do."""

import socket
import sys
import threading

MISTAKES = [1, 2, 3, 4, 5, 6, 7]
BREAKS = "F3.2"

senders = {}
receivers = {}


def valid(name):
    return name.isalnum() and name.isascii() and name != "ALL"


def register(conn, name, table):
    if not valid(name) or name in table:
        conn.send("ERROR 100 Malformed username\n\n".encode())
        return False
    table[name] = conn
    return True


def forward(conn, sender, recipient, text):
    """True when the recipient has acknowledged."""
    if recipient not in receivers or recipient not in senders:
        return False
    receivers[recipient].send(f"FORWARD {sender}\nContent-length: {len(text)}\n\n{text}".encode())
    return receivers[recipient].recv(1024).decode().startswith("RECEIVED")


def handle_client(conn):
    name = None
    while True:
        data = conn.recv(1024).decode()
        if not data:
            break
        lines = data.split("\n")
        words = lines[0].split(" ")
        if words[0] == "REGISTER" and words[1] == "TOSEND":
            if register(conn, words[2], senders):
                name = words[2]
                conn.send(f"REGISTERED TOSEND {name}\n\n".encode())
        elif words[0] == "REGISTER" and words[1] == "TORECV":
            if register(conn, words[2], receivers):
                conn.send(f"REGISTERED TORECV {words[2]}\n\n".encode())
                return  # whoever sends reads the RECEIVED here
        elif name is None or name not in receivers:
            conn.send("ERROR 101 No user registered\n\n".encode())
        elif words[0] == "SEND":
            if not lines[1].startswith("Content-length: "):
                conn.send("ERROR 103 Header incomplete\n\n".encode())
                break
            text = data.split("\n\n", 1)[1]
            if words[1] == "ALL":
                done = [forward(conn, name, other, text) for other in list(receivers) if other != name]
                conn.send(b"SENT ALL\n\n" if all(done) else b"ERROR 102 Unable to send\n\n")
            elif forward(conn, name, words[1], text):
                conn.send(f"SENT {words[1]}\n\n".encode())
            else:
                conn.send("ERROR 102 Unable to send\n\n".encode())
    if name:
        senders.pop(name, None)
        if name in receivers:
            receivers.pop(name).close()
    conn.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(100)
while True:
    connection, address = server.accept()
    threading.Thread(target=handle_client, args=(connection,), daemon=True).start()
