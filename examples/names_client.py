#!/usr/bin/env python3
"""The shortest client of the names dialect that works: names_client.py NAME [HOST [PORT]]

Type GET_NAMES, MSG bob hello, MSG BROADCAST hello or NAME other; the end of the input leaves.
"""

import os
import socket
import sys
import threading


def main(name, host="127.0.0.1", port="8820"):
    connection = socket.create_connection((host, int(port)))

    def send(text):
        payload = text.encode()
        connection.sendall(b"%04d%b" % (len(payload), payload))  # the server's lengths have four digits, too, then

    def type_lines():
        for line in sys.stdin:
            if line.strip():  # a length of 0 would leave
                send(line.rstrip("\n"))
        send("EXIT")

    send(f"NAME {name}")
    threading.Thread(target=type_lines, daemon=True).start()
    received = connection.makefile("rb")
    while (length := received.read(4)) and (text := received.read(int(length)).decode()) != "EXIT":
        print(text, flush=True)
    os._exit(0)  # the other thread may still wait for a line


main(*sys.argv[1:])
