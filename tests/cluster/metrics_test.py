"""What a node's metrics say of the broker and the other nodes."""

import shutil
import subprocess
import sys
from pathlib import Path

from cluster import WAIT_S, ClusterTest, TelnetUser, main, until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from scraping import board_queries, check_queries, get, scrape  # noqa: E402

PROMTOOL = shutil.which("promtool")


class MetricsTest(ClusterTest):
    node_options = ("--metrics", "0")

    def see(self, node, name, is_right, **labels):
        def value():
            return scrape(node.ports["metrics"]).value(name, **labels)
        until(lambda: is_right(value()), lambda: f"{name} is {value()} at {node.name}")

    def test_what_goes_to_other_nodes(self):
        for node in self.nodes:
            self.see(node, "parley_broker_connected", lambda value: value == 1)
            self.see(node, "parley_nodes", lambda value: value == 2)
        published = scrape(self.one.ports["metrics"]).value("parley_nodes_packets_total", outcome="published")
        self.assertGreater(published, 0)
        ann, bob = self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"))
        ann.tell("bob", "hello")
        bob.hears_private("ann", "hello")
        self.see(self.one, "parley_nodes_packets_total", lambda value: value > published, outcome="published")
        for name in ("waiting_items", "waiting_bytes", "unanswered_lines"):
            self.see(self.one, f"parley_nodes_{name}", lambda value: value == 0)
        self.assertEqual(scrape(self.one.ports["metrics"]).value("parley_nodes_items_dropped_total"), 0)
        if PROMTOOL:
            _, text = get(self.one.ports["metrics"])
            checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text.encode(), capture_output=True, timeout=WAIT_S,
                                     check=False)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))

    def test_the_board_asks_for_what_there_is(self):
        check_queries(self, board_queries()["Cluster"], scrape(self.one.ports["metrics"]))

    def test_nodes_that_are_gone_or_silent(self):
        ann, _ = self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"))
        self.three.stop()
        self.see(self.one, "parley_nodes", lambda value: value == 1)
        self.two.pause()
        ann.tell("bob", "are you there?")
        self.see(self.one, "parley_nodes_unanswered_lines", lambda value: value > 0)
        self.two.resume()
        self.see(self.one, "parley_nodes_unanswered_lines", lambda value: value == 0)

    def test_a_broker_that_is_away(self):
        ann, _ = self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"))
        self.broker.kill()
        self.see(self.one, "parley_broker_connected", lambda value: value == 0)

        def is_dropped(value):
            """What is said before the node has looked at its connection waits for it."""
            ann.tell("bob", "are you there?")
            return value > 0
        self.see(self.one, "parley_nodes_items_dropped_total", is_dropped)


main()
