"""What the tests of a cluster stand on: a real nats-server, and nodes of parleyd with users on each of them.

A test file ends with `main()` and is run as `X_test.py PARLEYD`. What a promise gives in seconds is asserted with
`BUSY_S` more, for a machine that does other things, too.
"""

import concurrent.futures
import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))

import support  # noqa: E402
from signing_on import ACCEPTED, SIGN_ON, TAKEN, fill, has_name  # noqa: E402,F401
from support import DIALECTS, TIME_FACTOR, WAIT_S, Deadline, Socket, to_bytes  # noqa: E402,F401
from users import USERS, LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser, WebUser, visit  # noqa: E402,F401

import brokers  # noqa: E402
from brokers import Broker, Bus, three_brokers, until  # noqa: E402,F401

LEASE_S = 2
RECEIPT_S = 3  # the receipt time of the nodes here
BUSY_S = 4 * TIME_FACTOR
UNABLE = b"ERROR 102 Unable to send\n\n"
UNCHECKED = "Names cannot be checked now; "  # and then what to do
NOBODY = "Nobody has a name yet."
SKIPPED = 77


class Node(support.Parleyd):
    """One parleyd of a cluster, with all dialects."""

    def __init__(self, name, urls, *options, lease_s=LEASE_S, **settings):
        urls = urls if isinstance(urls, str) else ",".join(urls)
        super().__init__("--cluster", urls, "--node", name, "--cluster-lease", str(lease_s),
                         "--receipt-timeout", str(RECEIPT_S), "--max-refusals-in-a-row", "100000", *options, **settings)
        self.name = name

    def kill(self):
        """As kill -9, or a power cut."""
        self.program.kill()

    def pause(self):
        """It does nothing more until resume(), and nobody is told."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def __exit__(self, *exception):
        if self.program.process.poll() is None:
            self.resume()
        return super().__exit__(*exception)

    def lists(self):
        """Who is there, as this node tells those who ask without a name; few names only."""
        with Socket(self.ports["names"]) as visitor:
            visitor.send("09GET_NAMES")
            answer = visitor.receive_exactly(int(visitor.receive_exactly(2))).decode()
        return [] if answer == NOBODY else answer.split(" ")


class ClusterTest(support.DialectTest):
    """A broker, self.broker, and nodes that know each other, self.one, self.two and self.three, for every test."""

    node_names = ("one", "two", "three")
    node_options = ()
    lease_s = LEASE_S

    def setUp(self):
        self.broker = self.enterContext(Broker())
        self.start_nodes(self.broker.url)

    def start_nodes(self, urls):
        self.nodes = [self.start_node(name, urls, *self.node_options) for name in self.node_names]
        for name, node in zip(("one", "two", "three"), self.nodes):
            setattr(self, name, node)
        self.wait_for_company(*self.nodes)

    def start_node(self, name, urls, *options, **settings):
        node = Node(name, urls, *options, lease_s=self.lease_s, **settings)
        self.servers.append(node)
        return self.enterContext(node)

    def wait_for_company(self, *nodes):
        """Each of them tells the others of its users."""
        scouts = [self.join(node, NamesUser, f"scout{number}") for number, node in enumerate(nodes)]
        self.sees_list([scout.name for scout in scouts], *nodes, in_order=False)
        for scout in scouts:
            scout.leave()
        self.sees_list([], *nodes)

    def join(self, node, user_class, name, **settings):
        """Signed on there, and closed when the test ends."""
        user = user_class(node.ports[user_class.dialect], name, **settings)
        self.addCleanup(user.close)
        return user.sign_on()

    def visit(self, node, dialect):
        """A connection that may sign on."""
        return self.enterContext(visit(node.ports[dialect], dialect))

    def gets_name(self, node, dialect, name):
        """Whether a visitor gets it there, who leaves at once; of one of the two-socket dialect nobody hears."""
        visitor = self.visit(node, dialect)
        visitor.send(fill(SIGN_ON, dialect, name))
        with visitor:
            return has_name(visitor, dialect, name)

    def join_when_free(self, node, name):
        """A user of the names dialect, once nobody else has the name any more."""
        until(lambda: self.gets_name(node, "two-socket", name), f"{name} is free on node {node.name}")
        user = NamesUser(node.ports["names"], name)
        self.addCleanup(user.close)

        def is_accepted():
            user.request(f"NAME {name}")
            return has_name(user.socket, "names", name)

        until(is_accepted, f"{name} can be had")  # the visitor before has to leave
        return user

    def gather(self, *triples):
        """`gather((self.one, TelnetUser, "ann"), ...)`: they arrive in this order, all know it, and have read every notice."""
        users = []
        for node, user_class, name in triples:
            newcomer = self.join(node, user_class, name)
            for user in users:
                user.sees_arrival(name)
            users.append(newcomer)
            self.sees_list([user.name for user in users])
        return users

    def sees_list(self, names, *nodes, in_order=True, wait_s=None):
        """Soon each of these nodes (all, if none is given) lists exactly these users, in their order of arrival."""
        def arranged(some):
            return list(some) if in_order else sorted(some)

        for node in nodes or self.nodes:
            until(lambda: arranged(node.lists()) == arranged(names), wait_s=wait_s,
                  what=lambda: f"node {node.name} lists {node.lists()} and not {list(names)}")

    @contextlib.contextmanager
    def within(self, promised_s):
        """What is done in the block takes no longer than was promised."""
        began = time.monotonic()
        yield
        self.assertLess(time.monotonic() - began, promised_s + BUSY_S)

    def assert_talk(self, *users):
        """A public line of each of them reaches all the others."""
        for speaker in users:
            text = f"{speaker.name} speaks, {time.monotonic_ns()}"
            speaker.say(text)
            for user in users:
                if user is not speaker:
                    user.hears(speaker.name, text)
            speaker.sees_said(text)


def at_once(*functions):
    """Each in a thread of its own, to their ends; the first failure is raised."""
    with concurrent.futures.ThreadPoolExecutor(len(functions)) as pool:
        for future in [pool.submit(function) for function in functions]:
            future.result()


def wait_out(seconds):
    """Time that a test is about, such as a lease; never a guess of how long something takes."""
    time.sleep(seconds)


def has_come(one_socket):
    """Whether anything can be read there."""
    return bool(select.select([one_socket.socket], [], [], 0)[0])


def send_frame(recipient, body=b""):
    body = to_bytes(body)
    return b"SEND %s\nContent-length: %d\n\n%s" % (recipient.encode(), len(body), body)


def main():
    if brokers.PROGRAM is None:
        print("there is no nats-server here (Debian's package nats-server)", file=sys.stderr)
        sys.exit(SKIPPED)
    support.main()
