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

    def bans(self, node):
        return [line["ban"].get("name") or line["ban"]["address"] for line in self.ctl(node, "bans")[:-1]]

    def soon_has(self, bans, *nodes):
        for node in nodes:
            until(lambda: self.bans(node) == bans, lambda: f"{node.name} has {self.bans(node)}, and not {bans}")

    def test_who_tells_of_all(self):
        self.gather((self.one, TelnetUser, "ann"), (self.two, TwoSocketUser, "bob"))
        ann, bob, _ = self.ctl(self.one, "who")
        self.assertEqual((ann["user"]["name"], "node" in ann["user"]), ("ann", False))
        self.assertEqual({key: bob["user"][key] for key in ("name", "dialect", "room", "node", "address", "sent_bytes")},
                         {"name": "bob", "dialect": "two-socket", "room": "General", "node": "two", "address": None,
                          "sent_bytes": None})

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
