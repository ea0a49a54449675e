"""What the tests of garbage on the bus share: somebody who may write to every subject, and three users."""

from cluster import LEASE_S, Bus, ClusterTest, LiveCodeUser, NamesUser, TelnetUser, TwoSocketUser, wait_out

MOST_LINES = 60  # that a node may add to its log in one of these tests


class Garbage(ClusterTest):
    def setUp(self):
        super().setUp()
        self.bus = self.enterContext(Bus(self.broker))
        self.bus.subscribe(">")
        self.bus.flush()
        self.users = self.gather((self.one, TwoSocketUser, "ann"), (self.two, TelnetUser, "bob"), (self.three, LiveCodeUser, "cat"))
        self.assert_talk(*self.users)
        # Two heartbeats of each node are among what was on the bus.
        wait_out(LEASE_S / 2)
        self.carried = [(subject, payload) for subject, payload in self.bus.flush() if subject.startswith(("parley.", "$KV."))]
        self.log_lines = [node.log.count("\n") for node in self.nodes]

    def subjects(self):
        """Those that the nodes use, and such as only look like it."""
        used = sorted({subject for subject, _ in self.carried if subject.startswith("parley.")})
        self.assertGreaterEqual(len(used), 4, used)
        beside = [*(subject + ".more" for subject in used), *(subject.rpartition(".")[0] for subject in used), "parley.parley.x"]
        return [*used, *beside]

    def nobody_is_harmed(self):
        self.assert_talk(*self.users)
        self.sees_list([user.name for user in self.users])
        wait_out(LEASE_S)
        for user in self.users:
            user.hears_nothing()
        dan = self.join(self.three, NamesUser, "dan")
        for user in self.users:
            user.sees_arrival("dan")
        self.assertFalse(self.gets_name(self.one, "names", "DAN"))
        dan.leave()
        for node, lines in zip(self.nodes, self.log_lines):
            self.assertLess(node.log.count("\n") - lines, MOST_LINES, node.log[-2000:])

    def recover(self):
        """Everybody stays connected, though lines may come twice, and users be told to have left and come."""
        wait_out(2 * LEASE_S)
        self.sees_list([user.name for user in self.users], in_order=False)
        for user in self.users:
            self.assertFalse(self.gets_name(self.three, "names", user.name.upper()))
        ann, bob, cat = self.users
        for recipient in (bob, cat):
            ann.tell(recipient.name, "hello")
            recipient.socket.receive_until(recipient.private_line("ann", "hello"))
            ann.sees_told(recipient.name, "hello")
