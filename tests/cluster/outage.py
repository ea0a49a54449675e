"""What the tests of an outage of the broker share."""

import re
import time

from cluster import (
    LEASE_S, SIGN_ON, UNABLE, ClusterTest, LiveCodeUser, TelnetUser, TwoSocketUser, fill, until, wait_out)


class Outage(ClusterTest):
    def setUp(self):
        super().setUp()
        self.users = self.gather((self.one, TwoSocketUser, "ann"), (self.two, TwoSocketUser, "bob"),
                                 (self.one, TelnetUser, "cat"), (self.two, TelnetUser, "dan"), (self.three, LiveCodeUser, "eve"))
        self.ann, self.bob, self.cat, self.dan, self.eve = self.users

    def wait_until_it_crosses(self):
        """From each node to the others; and names are checked on all of them."""
        for sender, recipient in ((self.ann, self.dan), (self.bob, self.cat), (self.ann, self.eve), (self.bob, self.eve)):
            until(lambda: self.is_told(sender, recipient), f"{sender.name} can write to {recipient.name} again")
        for node in self.nodes:
            until(lambda: self.checks_names(node), f"names are checked on node {node.name}")

    def is_told(self, sender, recipient):
        """The recipient is none that would have to answer."""
        text = f"again, {time.monotonic_ns()}"
        sender.tell(recipient.name, text)
        if sender.socket.expect_one_of(f"SENT {recipient.name}\n\n", UNABLE) == 1:
            return False
        came = recipient.socket.receive_until(recipient.private_line(sender.name, text)).decode()
        self.assertFalse(re.search("left|arrived|connected", came), came)
        return True

    def checks_names(self, node):
        """As the first half of a user is told, of whom nobody hears."""
        with self.visit(node, "two-socket") as visitor:
            visitor.send(fill(SIGN_ON, "two-socket", f"nobody{node.name}"))
            return visitor.receive_until("\n\n").startswith(b"REGISTERED ")

    def goes_on(self):
        """Everybody is there, has missed no notice, and can be written to; names are checked again."""
        self.wait_until_it_crosses()
        wait_out(1.5 * LEASE_S)  # in which nobody is taken for dead
        self.sees_list([user.name for user in self.users], in_order=False)
        self.sees_list(self.one.lists())  # in the same order everywhere
        self.assert_talk(*self.users)
        for user in self.users:
            user.hears_nothing()
        self.assertFalse(self.gets_name(self.three, "telnet", "Ann"))
        fay = self.join(self.three, TwoSocketUser, "fay")
        self.cat.sees_arrival("fay")
        fay.tell("ann", "hello")
        self.ann.hears("fay", "hello")
