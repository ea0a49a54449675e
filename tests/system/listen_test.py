"""Where the server listens: several hosts, hosts of one dialect, one port at all of them."""

import random
import shutil
import socket
import sys

from programs import ProgramTest, complaint, run, support
from support import WAIT_S


def own_addresses(count):
    """Of this host, which no other test is likely to use."""
    start = random.randint(2, 250 - count)
    return [f"127.{random.randint(2, 250)}.{random.randint(2, 250)}.{start + i}" for i in range(count)]


def is_accepted(host, port):
    try:
        socket.create_connection((host, port), WAIT_S).close()
    except ConnectionRefusedError:
        return False
    return True


# In a network of its own, of whose eight free ports the last alone is free at 127.0.0.2, becomes the program behind it.
NARROW = """
import os, socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
    file.write("40000 40007")
owners = [socket.socket() for _ in range(7)]
for port, owner in enumerate(owners, 40000):
    owner.bind(("127.0.0.2", port))
    owner.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:])
"""


class HostsTest(ProgramTest):
    def listening(self, *options, lines):
        """The server, and the lines with which it says where it listens."""
        process = self.start(*options)
        return process, [process.stdout.readline().decode() for _ in range(lines)]

    def check_heard_at(self, addresses, *options):
        """At all of them, at one port, which the port file has once."""
        process, lines = self.listening(*options, lines=len(addresses))
        port = self.port_of(process)
        self.assertEqual(lines, [f"parleyd: listening on {address}:{port}\n" for address in addresses])
        for address in addresses:
            self.assertTrue(is_accepted(address, port), address)
        self.assertFalse(is_accepted("127.0.0.1", port))
        self.stop(process)

    def test_several_hosts_have_one_port(self):
        first, second, third = own_addresses(3)
        self.check_heard_at([first, second, third], "--host", first, "--host", f"{second},{third}")

    def test_a_free_port_is_free_at_every_host(self):
        if run(shutil.which("unshare") or "/bin/false", "--net", "true").returncode != 0:
            self.skipTest("there can be no network of its own here")
        launcher = [shutil.which("unshare"), "--net", sys.executable, "-c", NARROW]
        process = self.start("--host", "127.0.0.1,127.0.0.2", launcher=launcher)
        self.assertEqual(self.port_of(process), 40007)
        self.stop(process)

    def test_a_port_that_is_taken_at_one_host(self):
        first, second = own_addresses(2)
        with socket.create_server((second, 0)) as owner:
            port = owner.getsockname()[1]
            text = complaint(run("parleyd", "--host", f"{first},{second}", "--port", port))
        self.assertRegex(text, f"cannot listen on {second}:{port}: .*; another program has it, or two of the hosts")

    def test_a_dialect_has_hosts_of_its_own(self):
        first, second, third = own_addresses(3)
        process, lines = self.listening("--host", first, "--names", "0", "--telnet", "0",
                                        "--telnet-host", f"{second},{third}", lines=4)
        ports = dict(line.split() for line in self.port_lines(process))
        self.assertEqual(lines, [f"parleyd: listening on {first}:{ports['two-socket']}\n",
                                 f"parleyd: listening on {first}:{ports['names']} (names)\n",
                                 f"parleyd: listening on {second}:{ports['telnet']} (telnet)\n",
                                 f"parleyd: listening on {third}:{ports['telnet']} (telnet)\n"])
        self.assertEqual(list(ports), ["two-socket", "names", "telnet"])
        self.assertFalse(is_accepted(first, int(ports["telnet"])))
        with socket.create_connection((third, int(ports["telnet"])), WAIT_S) as telnet:
            self.assertIn(b"name", telnet.recv(1000))
        self.stop(process)

    def test_all_of_ipv4_and_all_of_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("there is no IPv6 here")
        for hosts in ("0.0.0.0,::", "::,0.0.0.0", "::"):
            with self.subTest(hosts=hosts):
                process = self.start("--host", hosts)
                port = self.port_of(process)
                self.assertTrue(is_accepted("127.0.0.1", port))
                self.assertTrue(is_accepted("::1", port))
                self.stop(process)

    def test_wrong_hosts(self):
        for words, why in ((("--host", "a,b,a"), "--host has a twice"), (("--host", ""), "--host: "),
                           (("--host", "127.0.0.1,*"), "'*' is no address"),
                           (("--telnet-host", "::1"), "--telnet-host means nothing without --telnet,"),
                           (("--all-dialects", "--rooms-host", "::1,::1"), "--rooms-host has ::1 twice")):
            self.assertIn(why, complaint(run("parleyd", "--port", "0", *words)))


if __name__ == "__main__":
    support.main()
