#!/usr/bin/env python3
"""Three brokers as one: any one of them may go.

    three_brokers_test.py PARLEYD
"""

import json

from cluster import UNABLE, Bus, ClusterTest, LiveCodeUser, TelnetUser, TwoSocketUser, main, three_brokers, until

NAMES = "KV_parley-parley-names"


class ThreeBrokers(ClusterTest):
    def setUp(self):
        self.brokers = self.enterContext(three_brokers())
        self.start_nodes([broker.url for broker in self.brokers])
        self.ann, self.bob, self.cat, self.eve = self.users = self.gather(
            (self.one, TwoSocketUser, "ann"), (self.two, TelnetUser, "bob"), (self.three, TelnetUser, "cat"),
            (self.three, LiveCodeUser, "eve"))

    def names_stream(self):
        """What the brokers that are there say of it; nothing while they elect a leader."""
        for broker in self.brokers:
            if broker.process.poll() is None:
                try:
                    with Bus(broker, wait_s=1) as bus:
                        info = json.loads(bus.request(f"$JS.API.STREAM.INFO.{NAMES}"))
                        return info if info.get("cluster", {}).get("leader") else None
                except (OSError, AssertionError):
                    return None
        raise AssertionError("no broker is there")

    def leader(self):
        name = until(self.names_stream, "the stream of the names has a leader")["cluster"]["leader"]
        return next(broker for broker in self.brokers if broker.name == name)

    def test_the_leader_of_the_names_is_killed(self):
        self.assertEqual(until(self.names_stream, "a leader")["config"]["num_replicas"], 3)
        leader = self.leader()
        leader.kill()
        self.chat_goes_on("fay")
        leader.start()
        self.chat_goes_on("gus")

    def test_one_after_the_other_is_restarted(self):
        """As somebody does who updates them."""
        for number, broker in enumerate(self.brokers):
            broker.stop()
            broker.start()
            self.chat_goes_on(f"fay{number}")

    def chat_goes_on(self, newcomer):
        for node in self.nodes:  # the election of a leader may have taken longer than a lease
            until(lambda: self.takes_names(node), f"names can be had on node {node.name}")
        for recipient in (self.bob, self.cat):
            until(lambda: self.is_told(recipient), f"ann reaches {recipient.name}")
        self.sees_list([user.name for user in self.users])
        self.assertFalse(self.gets_name(self.two, "names", "CAT"))
        fay = self.join(self.one, TwoSocketUser, newcomer)
        for watcher in (self.bob, self.cat, self.eve):
            watcher.sees_arrival(newcomer)
        self.assert_talk(*self.users, fay)
        fay.leave()
        for watcher in (self.bob, self.cat, self.eve):
            watcher.sees_departure(newcomer)

    def is_told(self, recipient):
        self.ann.tell(recipient.name, "hello")
        if self.ann.socket.expect_one_of(f"SENT {recipient.name}\n\n", UNABLE) == 1:
            return False
        recipient.hears_private("ann", "hello")
        return True

    def takes_names(self, node):
        with self.visit(node, "two-socket") as visitor:
            visitor.send(f"REGISTER TOSEND nobody{node.name}\n\n")
            return visitor.receive_until("\n\n").startswith(b"REGISTERED ")


if __name__ == "__main__":
    main()
