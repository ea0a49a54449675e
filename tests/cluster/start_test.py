#!/usr/bin/env python3
"""How a node starts: what it refuses and with which words, and brokers that are not there or not as they should be.

    start_test.py PARLEYD
"""

import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from cluster import (  # noqa: E402
    UNCHECKED, WAIT_S, Broker, ClusterTest, NamesUser, Node, TelnetUser, TwoSocketUser, main, until)
from programs import complaint, run  # noqa: E402
from support import DialectTest  # noqa: E402

PASSWORD = "s3cr3t-w0rd"


def refusal(*options):
    """The last line of a node that does not start."""
    ended = run("parleyd", "--port", "0", *options)
    *_, last = ended.stderr.splitlines(keepends=True) or [b""]
    return complaint(subprocess.CompletedProcess(ended.args, ended.returncode, b"", last))


class Options(DialectTest):
    """Needs no broker: nobody is asked."""

    def setUp(self):
        pass

    def test_what_is_no_URL(self):
        for url in ("", "localhost", "localhost:4222", "http://127.0.0.1:4222", "nats://", "nats://:4222", "nats://127.0.0.1:0",
                    "nats://127.0.0.1:65536", "nats://127.0.0.1:x", f"nats://ann:{PASSWORD}@", f"http://ann:{PASSWORD}@127.0.0.1",
                    f"nats://ann:{PASSWORD}@127.0.0.1:99999", "nats://127.0.0.1:4222,", "nats://127.0.0.1 4222", "tls://"):
            with self.subTest(url=url):
                text = refusal("--cluster", url)
                self.assertIn("--cluster", text)
                self.assertNotIn(PASSWORD, text)

    def test_what_is_no_name_of_a_node(self):
        for name in ("", "x" * 65, "a\nb", "a\x1bb", b"a\xffb"):
            with self.subTest(name=name):
                name = name if isinstance(name, str) else name.decode(errors="surrogateescape")
                text = refusal("--cluster", "nats://127.0.0.1:1", "--node", name)
                self.assertIn("--node", text)

    def test_what_is_no_lease(self):
        for lease in ("0", "-1", "x", "", "1e9", "nan"):
            with self.subTest(lease=lease):
                self.assertIn("--cluster-lease", refusal("--cluster", "nats://127.0.0.1:1", "--cluster-lease", lease))

    def test_a_credentials_file_that_is_not_there(self):
        with Broker() as broker:
            text = refusal("--cluster", broker.url, "--cluster-credentials", "/no/such/file.creds")
            self.assertIn("/no/such/file.creds", text)


class Brokers(ClusterTest):
    def setUp(self):
        self.nodes = []

    def start_broker(self, **settings):
        self.broker = self.enterContext(Broker(**settings))
        return self.broker

    def absent_broker(self):
        broker = self.start_broker(user="ann", password=PASSWORD)
        broker.stop()
        return broker

    def serves_local_users(self, node):
        """Whoever comes is let in, or told that names cannot be checked."""
        with self.visit(node, "two-socket") as visitor:
            visitor.ask("SEND bob\nContent-length: 0\n\n", "ERROR 101 No user registered\n\n")
            visitor.send("REGISTER TOSEND alice\n\n")
            answer = visitor.receive_until("\n\n").decode()
            self.assertTrue(answer.startswith(("REGISTERED ", f"ERROR 100 {UNCHECKED}")), answer)

    def gets_in(self, node, name):
        with self.visit(node, "two-socket") as visitor:
            visitor.send(f"REGISTER TOSEND {name}\n\n")
            return visitor.receive_until("\n\n").startswith(b"REGISTERED ")

    def test_a_broker_that_comes_later(self):
        broker = self.absent_broker()
        nodes = [self.start_node(name, broker.url) for name in ("one", "two")]
        for node in nodes:
            self.serves_local_users(node)
            until(lambda: str(broker.port) in node.log, "the log says which broker is not there")
        broker.start()
        for node in nodes:
            until(lambda: self.gets_in(node, f"alice{node.name}"), "names are checked")
        self.wait_for_company(*nodes)
        bob = self.join(nodes[0], TelnetUser, "bob")
        self.sees_list(["bob"], *nodes)
        self.assertFalse(self.gets_name(nodes[1], "names", "BOB"))
        self.join(nodes[1], NamesUser, "ann").tell("bob", "hello")
        bob.sees_arrival("ann")
        bob.hears_private("ann", "hello")

    def test_a_broker_that_is_not_there_and_is_required(self):
        broker = self.absent_broker()
        text = refusal("--cluster", broker.url, "--cluster-required")
        self.assertIn(str(broker.port), text)
        self.assertNotIn(PASSWORD, text)

    def test_a_node_ends_without_its_broker(self):
        broker = self.start_broker()
        never_there, left_alone = Node("one", self.absent_broker().url), Node("two", broker.url)
        with never_there, left_alone:
            ann = self.join(left_alone, TelnetUser, "ann")
            broker.kill()
            for node in (never_there, left_alone):
                began = time.monotonic()
                node.program.process.terminate()
                if node is left_alone:
                    ann.socket.receive_rest()
                    ann.close()
                node.program.wait_for_end()
                self.assertLess(time.monotonic() - began, WAIT_S)

    def test_a_broker_without_JetStream(self):
        text = refusal("--cluster", self.start_broker(jetstream=False).url)
        self.assertIn("JetStream", text)
        self.assertIn("-js", text)

    def test_a_wrong_password_and_none(self):
        broker = self.start_broker(user="ann", password=PASSWORD)
        for login in ("ann:wr0ng-0ne@", ""):
            url = broker.url.replace(f"ann:{PASSWORD}@", login)
            text = refusal("--cluster", url)
            self.assertIn(str(broker.port), text)
            self.assertNotIn("wr0ng-0ne", text)

    def test_a_password_is_never_logged(self):
        broker = self.start_broker(user="ann", password=PASSWORD)
        node = self.start_node("one", [broker.url, broker.url.replace(str(broker.port), "1")], "--log-level", "debug")
        self.join(node, TelnetUser, "ann")
        lines = node.log.count("\n")
        broker.kill()
        until(lambda: node.log.count("\n") > lines, "it says that the broker has gone")
        lines = node.log.count("\n")
        broker.start()
        until(lambda: self.gets_in(node, "bob"), "names are checked again")
        self.assertGreater(node.log.count("\n"), lines)
        node.stop()
        self.assertNotIn(PASSWORD, node.log + node.program.text)

    def test_two_nodes_of_one_name(self):
        broker = self.start_broker()
        one = self.start_node("one", broker.url)
        ann = self.join(one, TelnetUser, "ann")
        for url in (broker.url, broker.url):
            text = refusal("--cluster", url, "--node", "one", "--cluster-lease", "2")
            self.assertIn("one", text)
            self.assertIn("--node", text)
        ann.hears_nothing()
        self.assertFalse(self.gets_name(self.start_node("two", broker.url), "names", "ann"))
        ann.leave()
        one.stop()
        self.start_node("one", broker.url)  # at once: it has given its name back

    def test_several_clusters_on_one_broker(self):
        broker = self.start_broker()
        nodes = [self.start_node("one", broker.url, "--cluster-name", name) for name in ("red", "blue")]
        users = [self.join(node, TelnetUser, "ann") for node in nodes]
        for node, user in zip(nodes, users):
            self.assertEqual(node.lists(), ["ann"])
            self.join(node, TwoSocketUser, "bob").say("hello")
            user.sees_arrival("bob")
            user.hears("bob", "hello")
        for user in users:
            user.hears_nothing()

    def test_nodes_that_are_given_no_name(self):
        broker = self.start_broker()
        words = ("--cluster", broker.url, "--cluster-lease", "2")
        nodes = [self.start_server(*words), self.start_server(*words)]
        self.join(nodes[0], NamesUser, "ann")
        self.assertFalse(self.gets_name(nodes[1], "names", "ann"))


if __name__ == "__main__":
    main()
