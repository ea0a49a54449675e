#!/usr/bin/env python3
"""A client as the exercise wants it: names_keyboard_client.py PORT

It waits for the server with select and looks for a key in between, prints each character as it is typed, and reads an
answer with recv(2) and one recv() of that many bytes.
"""

import contextlib
import os
import select
import socket
import sys
import termios
import tty

ENTER = ("\r", "\n")


@contextlib.contextmanager
def keys_unbuffered():
    """As msvcrt has them: no echo, no waiting for the line."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(0)
    tty.setcbreak(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def kbhit():
    return select.select([0], [], [], 0)[0]


def getch():
    return os.read(0, 1).decode()


def chat(server):
    print("Pls enter commands\n", flush=True)
    line = ""
    while True:
        readable, _, _ = select.select([server], [], [], 0.01)
        if readable:
            text = server.recv(int(server.recv(2))).decode()
            if text == "EXIT":
                return
            print("Server sent: " + text, flush=True)
        if not kbhit():
            continue
        key = getch()
        print(key if key not in ENTER else "\n", end="", flush=True)
        if key not in ENTER:
            line += key
            continue
        server.send(f"{len(line):02}{line}".encode())
        line = ""


with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as server, keys_unbuffered():
    chat(server)
