#!/usr/bin/env python3
"""What TLS costs the server, beside speech in clear: CPU of an acknowledged message and of a new connection, memory of a
silent one, and how many handshakes there are in a second. Python's clients are slow, so what is told is mostly the server's own CPU.

    tls.py PARLEYD [SHARE]          of the usual number of messages, 0.01 for a quick look
"""

import os
import sys
import tempfile
import time
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
NEWCOMERS_S = 3


class Bench:
    def __init__(self, server, share):
        self.ports, self.used, self.pairs, self.share = server.ports, Measured(server.pid), 0, share

    def us_of_message(self, port, body_bytes):
        self.pairs += 1
        ann, bob = (USERS[port](self.ports[port], f"{name}{self.pairs}").sign_on() for name in ("ann", "bob"))
        text, before = "x" * body_bytes, self.used.cpu_s()
        count = max(1, round(MESSAGES[body_bytes] * self.share))
        for _ in range(count):
            ann.tell(bob.name, text)
            bob.hears_private(ann.name, text)
            ann.sees_told(bob.name, text)
        spent_s = self.used.cpu_s() - before
        ann.close()
        bob.close()
        return spent_s * 1e6 / count

    def open_and_close(self, port):
        """One client after the other for some seconds, each up to its first answer: how many in a second, and how many the
        server's processor time is enough for."""
        cpu_s, began, count = self.used.cpu_s(), time.monotonic(), 0
        while (took_s := time.monotonic() - began) < NEWCOMERS_S * self.share:
            with SOCKETS[port](self.ports[port]) as socket:
                word = f"REGISTERED TOSEND n{port[-3:]}{count}\n\n"
                socket.ask(word.replace("REGISTERED", "REGISTER"), word)
            count += 1
        return count / took_s, count / (self.used.cpu_s() - cpu_s)

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
    share = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    with tempfile.TemporaryDirectory() as folder:
        options = [*port_options((PLAIN, TLS)), "--tls-self-signed", Path(folder) / "own", "--registration-timeout", "300"]
        with Parleyd(*options, dialects=(PLAIN, TLS), own_ports=True) as server:
            bench = Bench(server, share)
            print("| CPU of the server, and memory | in clear | with TLS |\n|---|---|---|")
            for body_bytes in MESSAGES:
                rounds = [[bench.us_of_message(port, body_bytes) for port in SOCKETS] for _ in range(ROUNDS)]
                plain, tls = (median(column) for column in zip(*rounds))
                print(f"| an acknowledged message of {body_bytes:,} bytes | {plain:.0f} µs | {tls:.0f} µs |")
            plain, tls = (bench.connect(port) for port in SOCKETS)
            print(f"| a new connection, signed on | {plain[0]:.0f} µs | {tls[0]:.0f} µs |")
            print(f"| a silent connection | {plain[1]:.0f} KiB | {tls[1]:.0f} KiB |")
            plain, tls = (bench.open_and_close(port) for port in SOCKETS)
            print(f"| connections, TLS's handshakes included, for which a second of a processor is enough | {plain[1]:.0f} | {tls[1]:.0f} |")
            print(f"| connections that one client opens in a second, one after the other | {plain[0]:.0f} | {tls[0]:.0f} |")


main()
