#!/usr/bin/env python3
"""Nobody keeps another's message out of a mailbox, or behind its own, whatever it calls itself.

    mailbox_test.py PARLEYD
"""

from hostile import HostileTest, NamesUser, TwoSocketUser, main

MESSAGES = 6000  # more than fit


class Mailbox(HostileTest):
    options = ("--receipt-timeout", "600", "--flood-bytes", "0")

    def check(self, request):
        bob = self.add_user(TwoSocketUser, "bob")
        ann = self.add_user(TwoSocketUser, "ann")
        eve = self.add_user(NamesUser, "eve")
        eve.socket.send(b"".join(request(i) for i in range(MESSAGES)))
        eve.socket.send(b"08NAME end")
        while not eve.socket.receive_once().endswith(b"Hello end"):
            pass
        ann.tell("bob", "hello")
        ann.tell("ann", "over")
        ann.sees(ann.private_line("ann", "over"))  # by now the first has its place
        senders = [self.acknowledge(bob) for _ in range(4)]  # one was out
        self.assertIn("ann", senders)
        ann.socket.expect("SENT bob\n\n")
        ann.socket.expect("SENT ann\n\n")

    def acknowledge(self, user):
        """Whom the next FORWARD is from, all of which are short."""
        frame = user.receiving.receive_once()
        user.receiving.send("RECEIVED\n\n")
        return frame.split()[1].decode()

    def test_of_one_name(self):
        self.check(lambda _: b"10MSG bob xx")

    def test_of_many_names(self):
        self.check(lambda i: b"10MSG bob xx12NAME eve%04d" % i)


if __name__ == "__main__":
    main()
