#!/usr/bin/env python3
"""Nodes whose accounts differ let nobody sign on under a name of either (OD13.8), and everybody else as ever.

    accounts_test.py PARLEYD
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from cluster import ClusterTest, main, support, until

NEEDED = "That name needs a password."
IN_DOUBT = "Passwords cannot be checked now; try again soon."


class AccountsTest(ClusterTest):
    with_accounts = ("one", "two", "three")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.add("one", "alice")
        for name in ("two", "three"):
            shutil.copy(self.folder / "one", self.folder / name)
        super().setUp()

    def start_node(self, name, urls, *options, **settings):
        accounts = ("--accounts", str(self.folder / name)) if name in self.with_accounts else ()
        return super().start_node(name, urls, *accounts, *options, **settings)

    def add(self, node, name):
        subprocess.run([support.Parleyd.command, "account", "add", name, "--accounts", self.folder / node], input=b"secret\n",
                       check=True, stdout=subprocess.DEVNULL)

    def answer(self, node, words):
        """What who asks for the name so is told, and leaves."""
        with self.visit(node, "names") as visitor:
            visitor.send(f"{len(words) + 5:02}NAME {words}")
            return visitor.receive_exactly(int(visitor.receive_exactly(2))).decode()

    def soon(self, node, words, answer):
        until(lambda: self.answer(node, words) == answer, f"{words!r} on node {node.name} is answered with {answer!r}")

    def reload(self, *nodes):
        for node in nodes:
            os.kill(node.pid, signal.SIGHUP)


class Accounts(AccountsTest):
    def test_with_the_same_file_a_password_is_right_on_all(self):
        for node in self.nodes:
            self.assertEqual(self.answer(node, "alice"), NEEDED)
            self.soon(node, "alice secret", "Hello alice")
            self.soon(node, "bob", "Hello bob")
            self.assertNotIn("other accounts", node.log)

    def test_a_name_of_one_that_differs_is_in_doubt_until_all_agree(self):
        self.add("three", "bob")
        self.reload(self.three)
        for node in (self.one, self.two, self.three):
            self.soon(node, "bob", IN_DOUBT)
            self.soon(node, "alice secret", IN_DOUBT)
            self.soon(node, "carl", "Hello carl")
            two_socket = self.visit(node, "two-socket")
            two_socket.ask("REGISTER TOSEND bob\n\n", f"ERROR 100 {IN_DOUBT[:-1]}\n\n")
        until(lambda: "node three has other accounts than this one" in self.one.log, "the log says so")
        until(lambda: "node one has other accounts than this one" in self.three.log, "the log says so")
        for name in ("one", "two"):
            shutil.copy(self.folder / "three", self.folder / name)
        self.reload(self.one, self.two)
        for node in self.nodes:
            self.soon(node, "bob", NEEDED)
            self.soon(node, "bob secret", "Hello bob")
        until(lambda: "the same accounts as this one now" in self.one.log, "the log says so")

    def test_one_that_has_gone_is_in_nobodys_way(self):
        self.add("three", "bob")
        self.reload(self.three)
        self.soon(self.one, "alice secret", IN_DOUBT)
        self.three.stop()
        self.soon(self.one, "alice secret", "Hello alice")


class OneWithout(AccountsTest):
    """Somebody has forgotten it."""

    with_accounts = ("one", "two")

    def test_a_node_without_accounts_gives_no_name_that_has_one_elsewhere(self):
        for node in self.nodes:
            self.soon(node, "alice", IN_DOUBT)
            self.soon(node, "carl", "Hello carl")


if __name__ == "__main__":
    main()
