#!/usr/bin/env python3
"""The shortest telnet client that works: telnet_client.py NAME [HOST [PORT]]

What you type goes to the room, /help lists what else there is; the end of the input leaves.
"""

import os
import select
import socket
import sys


def main(name, host="127.0.0.1", port="4004"):
    connection = socket.create_connection((host, int(port)))
    connection.sendall(f"{name}\r\n".encode())
    sources = [connection, sys.stdin]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if connection in ready:
            received = connection.recv(4096)
            if not received:
                return
            sys.stdout.buffer.write(received)
            sys.stdout.flush()
        if sys.stdin in ready:
            typed = os.read(sys.stdin.fileno(), 4096)
            if typed:
                connection.sendall(typed)
            else:
                connection.shutdown(socket.SHUT_WR)
                sources.remove(sys.stdin)


main(*sys.argv[1:])
