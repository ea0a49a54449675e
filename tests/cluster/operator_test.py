"""What an operator asks of one node of several: it reaches the users of all of them, and nodes that come later."""

import json
import subprocess
import tempfile
from pathlib import Path

from cluster import WAIT_S, ClusterTest, Node, TelnetUser, TwoSocketUser, main, until

NAME_BANNED = "The operator has banned this name"


class OperatorTest(ClusterTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        super().setUp()

    def start_node(self, name, urls, *options, **settings):
        return super().start_node(name, urls, "--control", self.folder / name, "--bans", self.folder / f"{name}.bans",
                                  *options, **settings)

    def ctl(self, node, *words, code=0):
        command = [Path(Node.command).parent / "parleyctl", "--control", self.folder / node.name, "--json", *words]
        ended = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=WAIT_S, check=False)
        self.assertEqual(ended.returncode, code, ended)
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def who(self, node):
        return {line["user"]["name"]: line["user"] for line in self.ctl(node, "who") if "user" in line}

    def table(self, node, *words):
        command = [Path(Node.command).parent / "parleyctl", "--control", self.folder / node.name, *words]
        ended = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               timeout=WAIT_S, check=True)
        return [line.split() for line in ended.stdout.splitlines()]

    def bans(self, node):
        return [line["ban"].get("name") or line["ban"]["address"] for line in self.ctl(node, "bans")[:-1]]

    def soon_has(self, bans, *nodes):
        for node in nodes:
            until(lambda: self.bans(node) == bans, lambda: f"{node.name} has {self.bans(node)}, and not {bans}")

    def test_who_tells_of_all(self):
        """Those of other nodes with what these tell when they are asked."""
        ann, bob = self.gather((self.one, TelnetUser, "ann"), (self.two, TwoSocketUser, "bob"))
        before = self.who(self.one)
        self.assertEqual((list(before), "node" in before["ann"]), (["ann", "bob"], False))
        port = bob.socket.socket.getsockname()[1]
        self.assertEqual({key: before["bob"][key] for key in ("dialect", "room", "node", "address", "queue_bytes")},
                         {"dialect": "two-socket", "room": "General", "node": "two", "address": f"127.0.0.1:{port}",
                          "queue_bytes": 0})
        bob.tell("ann", "x" * 1000)
        ann.hears_private("bob", "x" * 1000)
        bob.sees_told("ann", "x" * 1000)
        self.assertGreater(self.who(self.one)["bob"]["sent_bytes"] - before["bob"]["sent_bytes"], 1000)
        self.assertEqual(self.who(self.two)["bob"]["address"], f"127.0.0.1:{port}")

    def test_who_is_a_table_for_people(self):
        self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"))
        heading, ann, bob = self.table(self.one, "who")
        self.assertEqual([heading[-1], ann[-1], bob[-1]], ["NODE", "here", "two"])
        self.assertRegex(bob[3], r"127\.0\.0\.1:\d+")

    def test_who_goes_on_without_a_node_that_is_silent(self):
        self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"), (self.three, TelnetUser, "carol"))
        self.two.pause()
        told = self.who(self.one)
        self.two.resume()
        self.assertEqual([told["bob"][key] for key in ("node", "address", "sent_bytes", "received_bytes", "queue_bytes")],
                         ["two", None, None, None, None])
        self.assertGreater(told["bob"]["since"], 0)
        self.assertTrue(told["carol"]["address"])

    def test_kick_reaches_a_user_elsewhere(self):
        """OD12.1"""
        ann, bob = self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"))
        self.assertEqual(self.ctl(self.one, "kick", "BOB", "no flooding"), [{"ok": True, "kicked": "bob", "node": "two"}])
        bob.expect("The operator has removed you: no flooding\r\n")
        ann.sees_departure("bob")

    def test_everybody_is_told(self):
        """OD12.2"""
        ann, bob = self.gather((self.one, TelnetUser, "ann"), (self.two, TwoSocketUser, "bob"))
        self.assertEqual(self.ctl(self.one, "say", "we stop at five"), [{"ok": True, "told": 2}])
        ann.expect("we stop at five\r\n")
        bob.hears("SERVER", "we stop at five")
        self.assertEqual(self.ctl(self.two, "say", "not yet"), [{"ok": True, "told": 2}])
        ann.expect("not yet\r\n")
        bob.hears("SERVER", "not yet")

    def test_a_ban_holds_on_all_nodes(self):
        """OD12.4"""
        ann, bob = self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"))
        self.ctl(self.one, "ban", "bob")
        bob.expect("The operator has banned you.\r\n")
        ann.sees_departure("bob")
        self.soon_has(["bob"], *self.nodes)
        for node in self.nodes:
            self.visit(node, "telnet").ask("bob\r\n", f"{NAME_BANNED}. {TelnetUser.prompt}")
        self.ctl(self.three, "unban", "bob")
        self.soon_has([], *self.nodes)
        self.join(self.two, TelnetUser, "bob")

    def test_a_node_that_was_away_hears_of_them(self):
        self.ctl(self.one, "ban", "ann")
        self.ctl(self.one, "ban", "192.0.2.0/24", "--for", "2h")
        self.soon_has(["ann", "192.0.2.0/24"], *self.nodes)
        self.two.stop()
        self.ctl(self.one, "unban", "ann")
        self.ctl(self.one, "ban", "carol")
        self.two = self.start_node("two", self.broker.url)
        self.soon_has(["carol", "192.0.2.0/24"], self.two, self.one, self.three)
        self.assertIn('"lifted":true', (self.folder / "two.bans").read_text())

    def test_many_bans_come_at_once(self):
        self.three.stop()
        (self.folder / "three.bans").write_text("".join(f'{{"name": "user{number:04}"}}\n' for number in range(1_600)))
        self.three = self.start_node("three", self.broker.url)
        self.soon_has([f"user{number:04}" for number in range(1_600)], self.one, self.two)


main()
