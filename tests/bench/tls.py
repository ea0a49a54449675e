#!/usr/bin/env python3
"""What TLS costs the server, beside speech in clear: CPU of an acknowledged message and of a new connection, memory of a
silent one. Python's clients are slow, so only the server's own CPU is told.

    tls.py PARLEYD
"""

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("dialects", "hostile")]

from hostile import Measured  # noqa: E402
from support import Parleyd, Socket  # noqa: E402
from tls_clients import TlsSocket, over_tls, port_options  # noqa: E402
from users import TwoSocketUser  # noqa: E402

PLAIN, TLS = "two-socket", "two-socket-tls"
SOCKETS = {PLAIN: Socket, TLS: TlsSocket}
USERS = {PLAIN: TwoSocketUser, TLS: over_tls(TwoSocketUser)}
MESSAGES = {64: 2000, 4096: 1000, 60_000: 300}  # how many of so many bytes
ROUNDS = 5
SILENT = 300


class Bench:
    def __init__(self, server):
        self.ports, self.used, self.pairs = server.ports, Measured(server.pid), 0

    def us_of_message(self, port, body_bytes):
        self.pairs += 1
        ann, bob = (USERS[port](self.ports[port], f"{name}{self.pairs}").sign_on() for name in ("ann", "bob"))
        text, before = "x" * body_bytes, self.used.cpu_s()
        for _ in range(MESSAGES[body_bytes]):
            ann.tell(bob.name, text)
            bob.hears_private(ann.name, text)
            ann.sees_told(bob.name, text)
        spent_s = self.used.cpu_s() - before
        ann.close()
        bob.close()
        return spent_s * 1e6 / MESSAGES[body_bytes]

    def connect(self, port):
        """Microseconds and KiB of a connection that has signed on and is silent."""
        cpu_s, memory_bytes = self.used.cpu_s(), self.used.memory_bytes()
        silent = [SOCKETS[port](self.ports[port]) for _ in range(SILENT)]
        for index, socket in enumerate(silent):
            word = f"REGISTERED TOSEND {port[-3:]}{index}\n\n"
            socket.ask(word.replace("REGISTERED", "REGISTER"), word)
        found = (self.used.cpu_s() - cpu_s) * 1e6 / SILENT, (self.used.memory_bytes() - memory_bytes) / 1024 / SILENT
        for socket in silent:
            socket.close()
        return found


def main():
    Parleyd.command = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        options = [*port_options((PLAIN, TLS)), "--tls-self-signed", Path(folder) / "own", "--registration-timeout", "300"]
        with Parleyd(*options, dialects=(PLAIN, TLS), own_ports=True) as server:
            bench = Bench(server)
            print("| CPU of the server, and memory | in clear | with TLS |\n|---|---|---|")
            for body_bytes in MESSAGES:
                rounds = [[bench.us_of_message(port, body_bytes) for port in SOCKETS] for _ in range(ROUNDS)]
                plain, tls = (median(column) for column in zip(*rounds))
                print(f"| an acknowledged message of {body_bytes:,} bytes | {plain:.0f} µs | {tls:.0f} µs |")
            plain, tls = (bench.connect(port) for port in SOCKETS)
            print(f"| a new connection, signed on | {plain[0]:.0f} µs | {tls[0]:.0f} µs |")
            print(f"| a silent connection | {plain[1]:.0f} KiB | {tls[1]:.0f} KiB |")


main()
