#!/usr/bin/env python3
"""A line to the room: one message for each node and not one for each user, and an answer when everybody has answered.

    broadcast_test.py PARLEYD
"""

from cluster import UNABLE, Bus, ClusterTest, NamesUser, TelnetUser, TwoSocketUser, has_come, main, until

USERS_OF_A_NODE = 5


class Broadcast(ClusterTest):
    def setUp(self):
        super().setUp()
        self.ann = self.join(self.one, TwoSocketUser, "ann")
        self.sees_list(["ann"])

    def add_recipients(self):
        """The ones on node two and on node three, and somebody there who can show that nothing else was on the way."""
        recipients, self.fences = [], []
        for node in (self.two, self.three):
            recipients += [self.join(node, TwoSocketUser, f"{node.name}{i}") for i in range(USERS_OF_A_NODE)]
            self.fences.append(self.join(node, NamesUser, f"fence{node.name}"))
        expected = ["ann", *(user.name for user in (*recipients, *self.fences))]
        self.wait_for_service_list(expected)
        return recipients

    def wait_for_service_list(self, expected):
        """As SERVER tells it, for lists of any length."""
        def listed():
            self.ann.tell("SERVER", "who")
            self.ann.sees_told("SERVER", "who")
            head = self.ann.receiving.receive_until("\n\n")
            answer = self.ann.receiving.receive_exactly(int(head.split()[-1])).decode()
            self.ann.receiving.send("RECEIVED SERVER\n\n")
            return sorted(line.split()[0] for line in answer.split("\n")[1:])

        until(lambda: listed() == sorted(expected), f"SERVER lists {expected}")

    def test_one_message_for_each_node(self):
        recipients = self.add_recipients()
        with Bus(self.broker) as bus:
            bus.subscribe("parley.>")
            bus.flush()
            for number in range(20):
                text = f"<<line {number:03}>>"
                self.ann.say(text)
                for user in (*recipients, *self.fences):
                    user.hears("ann", text)
                self.ann.sees_said(text)
                carried = [subject for subject, payload in bus.flush() if text.encode() in payload]
                self.assertEqual(len(carried), 2, carried)
                self.assertNotEqual(carried[0], carried[1])

    def test_SENT_ALL_when_the_last_one_on_any_node_has_answered(self):
        recipients = self.add_recipients()
        for last in (recipients[0], recipients[-1]):
            self.ann.say("hello")
            for user in (*recipients, *self.fences):
                user.expect(user.public_line("ann", "hello"))
            for user in recipients:
                if user is not last:
                    user.receiving.send("RECEIVED ann\n\n")
            for fence in self.fences:
                fence.tell("ann", "fence")
                self.ann.hears(fence.name, "fence")
            self.assertFalse(has_come(self.ann.socket))
            last.receiving.send("RECEIVED ann\n\n")
            self.ann.sees_said("hello")

    def test_one_who_goes_or_refuses_makes_it_an_error_and_all_others_have_it(self):
        recipients = self.add_recipients()
        for fail in (TwoSocketUser.kill, lambda user: user.receiving.send("ERROR 103\n\n")):
            failing = recipients.pop()
            self.ann.say("hello")
            for user in (*recipients, failing, *self.fences):
                user.expect(user.public_line("ann", "hello"))
            for user in recipients:
                user.receiving.send("RECEIVED ann\n\n")
            fail(failing)
            self.ann.socket.expect(UNABLE)

    def test_nobody_else_and_somebody_elsewhere(self):
        self.ann.say("anybody?")
        self.ann.socket.expect(UNABLE)
        bob = self.join(self.three, TelnetUser, "bob")
        self.sees_list(["ann", "bob"])
        self.ann.say("anybody?")
        bob.hears("ann", "anybody?")
        self.ann.sees_said("anybody?")
        bob.enter("Attic")
        bob.tell("ann", "I am up here")  # by then node one knows it
        self.ann.hears("bob", "I am up here")
        self.ann.say("anybody?")
        self.ann.socket.expect(UNABLE)


if __name__ == "__main__":
    main()
