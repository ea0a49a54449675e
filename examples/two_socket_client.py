#!/usr/bin/env python3
"""The shortest client of the two-socket protocol that works: two_socket_client.py NAME [HOST [PORT]]

Type `@name text`, or `@ALL text` for everybody; the end of the input leaves.
"""
import os
import re
import socket
import sys
import threading


def main(name, host="127.0.0.1", port="5050"):
    def register(channel):
        connection = socket.create_connection((host, int(port)))
        connection.sendall(f"REGISTER {channel} {name}\n\n".encode())
        answer = read_head(reader := connection.makefile("rb"))[0]
        return (connection, reader) if answer.startswith("REGISTERED") else sys.exit(answer)

    def read_head(reader):
        return list(iter(lambda: reader.readline().decode().strip(), "")) or os._exit(0)  # the server has gone

    def receive():
        while forward := read_head(incoming):
            sender, length = forward[0].split()[1], int(forward[1].split(":")[1])
            text = incoming.read(length).decode(errors="backslashreplace")
            receiving.sendall(f"RECEIVED {sender}\n\n".encode())
            print(f"{sender}:", "".join(c if c.isprintable() else repr(c)[1:-1] for c in text), flush=True)

    (sending, answers), (receiving, incoming) = register("TOSEND"), register("TORECV")
    print(f"Signed on as {name}.", flush=True)
    threading.Thread(target=receive, daemon=True).start()
    for line in sys.stdin:
        if typed := re.fullmatch(r"@(\S+) (.+)", line.strip()):
            sending.sendall(f"SEND {typed[1]}\nContent-length: {len(typed[2].encode())}\n\n{typed[2]}".encode())
        print(read_head(answers)[0] if typed else "Type @name text, or @ALL text for everybody.", flush=True)


main(*sys.argv[1:])
