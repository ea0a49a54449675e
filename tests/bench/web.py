#!/usr/bin/env python3
"""What browsers cost the server, beside as many telnet users: web.py PARLEYD [USERS]

Memory and CPU of idle users, and the CPU of a line to all of them: medians of some rounds.
"""

import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))

from support import Socket  # noqa: E402
from web_socket import LAST, TEXT, frame, upgrade  # noqa: E402

ROUNDS, LINES, IDLE_S, QUIET_S = 3, 10, 5, 0.3
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
TEXT_OF_ALL = "hello, everybody who is here"

# What a user writes to sign on, and to say a line.
DIALECTS = {
    "telnet": (lambda name: f"{name}\r\n".encode(), f"{TEXT_OF_ALL}\r\n".encode()),
    "web": (lambda name: upgrade() + frame(LAST | TEXT, f'{{"type": "connect", "payload": {{"name": "{name}"}}}}'),
            frame(LAST | TEXT, f'{{"type": "message", "payload": {{"text": "{TEXT_OF_ALL}"}}}}')),
}


class Server:
    def __init__(self, command):
        with tempfile.TemporaryDirectory() as folder:
            port_file = Path(folder) / "ports"
            words = [command, "--port", "0", "--log-level", "off", "--port-file", port_file]
            for dialect in DIALECTS:
                words += [f"--{dialect}", "0"]
            self.process = subprocess.Popen(words, stdout=subprocess.PIPE)
            for _ in range(1 + len(DIALECTS)):
                self.process.stdout.readline()
            self.ports = dict(line.split() for line in port_file.read_text().splitlines())

    def memory_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0])

    def cpu_s(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK_S

    def stop(self):
        self.process.terminate()
        self.process.communicate()


def read_all(sockets):
    """Until nothing comes for a moment."""
    poll, by_descriptor = select.poll(), {socket.socket.fileno(): socket for socket in sockets}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    while ready := poll.poll(QUIET_S * 1000):
        for descriptor, _ in ready:
            by_descriptor[descriptor].receive_once(1 << 20)


def measure(command, dialect, users):
    """KiB of a user, CPU ms of them all in an idle second, CPU ms of a line to all."""
    sign_on, line = DIALECTS[dialect]
    server = Server(command)
    before_kib = server.memory_kib()
    sockets = [Socket(int(server.ports[dialect])) for _ in range(users)]
    for number, socket in enumerate(sockets):
        socket.send(sign_on(f"user{number}"))
    read_all(sockets)
    user_kib = (server.memory_kib() - before_kib) / users
    began_s = server.cpu_s()
    time.sleep(IDLE_S)
    idle_ms = 1000 * (server.cpu_s() - began_s) / IDLE_S
    began_s = server.cpu_s()
    for _ in range(LINES):
        sockets[0].send(line)
        read_all(sockets)
    line_ms = 1000 * (server.cpu_s() - began_s) / LINES
    for socket in sockets:
        socket.close()
    server.stop()
    return user_kib, idle_ms, line_ms


def main(command, users="1000"):
    print(f"| {users} users | KiB each | CPU ms of an idle second | CPU ms of a line to all |\n|---|---:|---:|---:|")
    for dialect in DIALECTS:
        rounds = [measure(command, dialect, int(users)) for _ in range(ROUNDS)]
        print("| " + " | ".join([dialect, *(f"{statistics.median(column):.1f}" for column in zip(*rounds))]) + " |")


main(*sys.argv[1:])
