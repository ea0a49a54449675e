#!/usr/bin/env python3
"""The shortest client of the JSON rooms that works: rooms_client.py NAME [HOST [PORT]]

What you type goes to the room; the end of the input leaves.
"""

import json
import socket
import sys
import threading


def main(name, host="127.0.0.1", port="12345"):
    connection = socket.create_connection((host, int(port)))

    def send(kind, **payload):
        connection.sendall(json.dumps({"type": kind, "payload": payload}).encode())

    def type_lines():
        for line in sys.stdin:
            send("message", sender=name, room="General", text=line.rstrip("\n"))
        send("exit")

    send("connect", name=name, room="General")
    threading.Thread(target=type_lines, daemon=True).start()
    for line in connection.makefile(encoding="utf-8"):  # the server ends each object with a line end
        payload = json.loads(line)["payload"]
        print(f"{payload['sender']}: {payload['text']}" if "text" in payload else payload["message"], flush=True)


main(*sys.argv[1:])
