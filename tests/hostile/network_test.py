#!/usr/bin/env python3
"""Addresses other than this host's, and a network that is cut: in network namespaces of the test's own.

    network_test.py PARLEYD          PARLEY_LONG=1 adds what takes more than a minute
"""

import contextlib
import ctypes
import os
import resource
import socket
import subprocess
import sys
import time
import unittest

import hostile
from hostile import HostileTest, LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser

HERE, OTHERS = "10.99.0.1", ("10.99.0.2", "10.99.0.3")
FAR_SERVER, FAR = "10.99.1.1", "10.99.1.2"
FILES = 240
CUT_S = 60  # Limits::keepalive_s
NEW_NETWORK = 0x40000000  # CLONE_NEWNET
IN_NAMESPACE = "PARLEY_IN_NAMESPACE"


def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


class OneAddress(HostileTest):
    dialects = ("two-socket", "telnet")

    def setUp(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
        super().setUp()

    options = ("--host", HERE)

    def from_address(self, source):
        one = socket.socket()
        self.addCleanup(one.close)
        one.settimeout(hostile.WAIT_S)
        one.bind((source, 0))
        one.connect((HERE, self.server.ports["telnet"]))
        return one

    def test_it_cannot_take_all_sockets(self):
        greeted = sum(b"enter your name" in self.from_address(OTHERS[0]).recv(200) for _ in range(FILES // 2))
        self.assertGreater(greeted, 0)
        self.assertLess(greeted, FILES // 3)
        self.assertIn(b"enter your name", self.from_address(OTHERS[1]).recv(200))


@unittest.skipUnless(os.environ.get("PARLEY_LONG"), "it takes more than a minute")
class NetworkIsCut(HostileTest):
    options = ("--host", "0.0.0.0")

    def setUp(self):
        super().setUp()
        self.far = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 1000"], stdout=subprocess.PIPE)
        self.addCleanup(self.far.wait)
        self.addCleanup(self.far.kill)
        self.addCleanup(self.far.stdout.close)
        self.far.stdout.readline()
        ip(f"link add near type veth peer name far netns {self.far.pid}")
        ip(f"addr add {FAR_SERVER}/24 dev near")
        ip("link set near up")
        with self.far_away():
            ip(f"addr add {FAR}/24 dev far")
            ip("link set far up")

    @contextlib.contextmanager
    def far_away(self):
        """What is made meanwhile is in the other namespace, and stays there."""
        library = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net", "rb") as here, open(f"/proc/{self.far.pid}/ns/net", "rb") as there:
            self.assertEqual(library.setns(there.fileno(), NEW_NETWORK), 0)
            try:
                yield
            finally:
                library.setns(here.fileno(), NEW_NETWORK)

    def far_socket(self, port, data):
        with self.far_away():
            one = socket.socket()
        self.addCleanup(one.close)
        one.settimeout(hostile.WAIT_S)
        one.connect((FAR_SERVER, port))
        one.sendall(data)
        return one

    def test_its_users_are_gone_after_a_minute(self):
        sign_on = {"livecode": b"AUTH,4\nfarl\n", "names": b"09NAME farn", "telnet": b"fart\r\n",
                   "rooms": RoomsUser.to_object("connect", name="farr", room="General").encode()}
        for dialect, data in sign_on.items():
            self.far_socket(self.server.ports[dialect], data).recv(1)
        ann = self.add_user(TwoSocketUser, "ann")
        watcher = self.add_user(NamesUser, "watcher")
        ip("link set near down")
        ann.say("hello")
        watcher.hears("ann", "hello")
        began = time.monotonic()
        while self.far_users():
            self.assertLess(time.monotonic() - began, 2 * CUT_S)
            time.sleep(1)  # between two looks
        self.assertGreater(time.monotonic() - began, CUT_S / 2)
        for user_class, name in ((LiveCodeUser, "farl"), (NamesUser, "farn"), (TelnetUser, "fart"), (RoomsUser, "farr")):
            self.add_user(user_class, name)

    def far_users(self):
        with contextlib.closing(NamesUser(self.server.ports["names"], "looker")) as looker:
            looker.sign_on()
            looker.request("GET_NAMES")
            looker.tell("looker", "done")
            return b"far" in looker.socket.receive_until("done")


def main():
    """Once more in a network namespace, where that is possible."""
    if IN_NAMESPACE not in os.environ:
        inside = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-n"]
        setup = "ip link set lo up" + "".join(f" && ip addr add {address}/32 dev lo" for address in (HERE, *OTHERS))
        if subprocess.run([*inside, "sh", "-c", setup], check=False, stderr=subprocess.DEVNULL).returncode != 0:
            print("skipped: no network namespace can be made here")
            sys.exit(77)
        os.environ[IN_NAMESPACE] = "1"
        os.execvp(inside[0], [*inside, "sh", "-c", setup + ' && exec "$0" "$@"', sys.executable, *sys.argv])
    hostile.main()


if __name__ == "__main__":
    main()
