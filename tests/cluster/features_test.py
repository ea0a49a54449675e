#!/usr/bin/env python3
"""Who is here, private lines and deliveries of the JSON rooms, across nodes (RM8 to RM10 of PROTOCOL.md).

    features_test.py PARLEYD
"""

from cluster import ClusterTest, TelnetUser, TwoSocketUser, main
from rooms_clients import FeatureUser


class Features(ClusterTest):
    def setUp(self):
        super().setUp()
        self.tess = self.join(self.two, TelnetUser, "tess")
        self.sees_list(["tess"])
        self.ann = self.join(self.one, FeatureUser, "ann")
        self.tess.sees_arrival("ann")
        self.zoe = self.join(self.two, TwoSocketUser, "zoe")
        self.ann.arrives("zoe", "two-socket")
        self.tess.sees_arrival("zoe")

    def test_RM8_1_RM8_3_users_of_other_nodes(self):
        self.tess.enter("Tea")
        self.ann.leaves("tess")
        bob = self.join(self.three, FeatureUser, "bob", features=["who"])
        self.ann.arrives("bob", "rooms")
        everyone = [("tess", "telnet", "Tea"), ("ann", "rooms", "General"), ("zoe", "two-socket", "General"),
                    ("bob", "rooms", "General")]
        for user in (self.ann, bob):
            self.assertEqual(user.who(), (everyone, {}))

    def test_RM9_RM10_across_nodes(self):
        self.ann.say("hi", id="1")
        self.ann.sees_own("hi", "1")
        self.tess.hears("ann", "hi")
        self.ann.hears_nothing()
        self.zoe.hears("ann", "hi")
        self.ann.sees_delivery("1", "delivered", 2)
        self.ann.tell("zoe", "psst", id="2")
        self.zoe.expect(self.zoe.private_line("ann", "psst"))
        self.zoe.receiving.send("ERROR 102 no\n\n")
        self.ann.sees_delivery("2", "failed", 1)
        self.zoe.tell("ann", "psst")
        self.ann.hears_private("zoe", "psst")


if __name__ == "__main__":
    main()
