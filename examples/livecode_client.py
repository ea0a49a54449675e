#!/usr/bin/env python3
"""The shortest client of the LiveCode dialect that works: livecode_client.py NAME [HOST [PORT]]

What you type goes to everyone; the end of the input leaves.
"""

import os
import socket
import sys
import threading


def main(name, host="127.0.0.1", port="8020"):
    connection = socket.create_connection((host, int(port)))

    def send(command, text):
        body = text.encode()
        connection.sendall(b"%s,%d\n%s\n" % (command, len(body), body))

    def type_lines():
        for line in sys.stdin:
            send(b"MESG", line.rstrip("\n"))
        send(b"STOP", name)

    send(b"AUTH", name)
    threading.Thread(target=type_lines, daemon=True).start()
    received = connection.makefile("rb")
    for header in received:
        if header != b"\n":  # the one behind a text whose length does not count it
            text = received.read(int(header.split(b",")[1])).decode(errors="replace").rstrip("\n")
            if text:  # VERI and DCNX have none
                print("".join(c if c.isprintable() else "?" for c in text), flush=True)
    os._exit(0)  # the other thread may still wait for a line


main(*sys.argv[1:])
