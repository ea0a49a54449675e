#!/usr/bin/env python3
"""SEND to a user of another node keeps every promise that it keeps on one (D1 to D6 of PROTOCOL.md).

    delivery_test.py PARLEYD
"""

import time

from cluster import RECEIPT_S, UNABLE, ClusterTest, TwoSocketUser, at_once, has_come, main, send_frame

INCOMPLETE = b"ERROR 103 Header incomplete\n\n"
ALL_BYTES = bytes(range(256)) * 256  # 65,536
LINES = 500


class Delivery(ClusterTest):
    def setUp(self):
        super().setUp()
        self.ann, self.bob, self.cat = self.gather(
            (self.one, TwoSocketUser, "ann"), (self.two, TwoSocketUser, "bob"), (self.three, TwoSocketUser, "cat"))

    def has_no_answer(self, sender, fence):
        """A line of `fence`, on the way since, has come; an answer to `sender` that was sent before would have, too."""
        fence.tell(sender.name, "fence")
        sender.hears(fence.name, "fence")
        fence.sees_told(sender.name, "fence")
        self.assertFalse(has_come(sender.socket))

    def test_SENT_comes_after_RECEIVED(self):
        for _ in range(20):
            self.ann.tell("bob", "hello")
            self.bob.expect(self.bob.private_line("ann", "hello"))
            self.has_no_answer(self.ann, self.bob)
            self.bob.receiving.send("RECEIVED ann\n\n")
            self.ann.sees_told("bob", "hello")

    def test_errors_of_the_recipient(self):
        for answer, outcome in (("ERROR 103 Header Incomplete\n\n", INCOMPLETE), ("ERROR 100 what\n\n", UNABLE)):
            self.ann.tell("bob", "hello")
            self.bob.expect(self.bob.private_line("ann", "hello"))
            self.bob.receiving.send(answer)
            self.ann.socket.expect(outcome)

    def test_one_answer_to_each_SEND_in_their_order(self):
        def ask():
            for number in range(LINES):
                self.ann.tell(("bob", "nobody", "CAT")[number % 3], f"line {number}")

        def answer(user, remainder):
            for number in range(remainder, LINES, 3):
                user.expect(user.private_line("ann", f"line {number}"))
                user.receiving.send("ERROR 103\n\n" if number % 2 else "RECEIVED\n\n")

        def read():
            for number in range(LINES):
                if number % 3 == 1:
                    self.ann.socket.expect(UNABLE)
                else:
                    self.ann.socket.expect(INCOMPLETE if number % 2 else f"SENT {('bob', '', 'cat')[number % 3]}\n\n")

        at_once(ask, read, lambda: answer(self.bob, 0), lambda: answer(self.cat, 2))

    def test_every_body_comes_as_it_was(self):
        for size in (0, 1, 65_535, 65_536):
            with self.subTest(size=size):
                body = ALL_BYTES[:size]
                at_once(lambda: self.ann.tell("bob", body), lambda: self.bob.hears("ann", body))
                self.ann.sees_told("bob", body)
                at_once(lambda: self.bob.say(body), lambda: self.ann.hears("bob", body), lambda: self.cat.hears("bob", body))
                self.bob.sees_said(body)
        for byte in range(256):
            self.ann.tell("cat", bytes([byte]))
            self.cat.hears("ann", bytes([byte]))
            self.ann.sees_told("cat", byte)

    def test_lines_to_one_and_to_all_come_in_their_order(self):
        to_all = [number % 7 in (1, 2, 5) for number in range(LINES)]

        def say():
            for number in range(LINES):
                self.ann.send(send_frame("ALL" if to_all[number] else "bob", f"line {number}"))

        def hear(user, lines):
            for number in lines:
                user.hears("ann", f"line {number}")

        def read():
            for number in range(LINES):
                self.ann.socket.expect("SENT ALL\n\n" if to_all[number] else "SENT bob\n\n")

        at_once(say, read, lambda: hear(self.bob, range(LINES)),
                lambda: hear(self.cat, [number for number in range(LINES) if to_all[number]]))

    def test_of_several_senders_each_has_its_own_answer(self):
        self.ann.tell("bob", "first")
        self.bob.expect(self.bob.private_line("ann", "first"))
        self.cat.tell("bob", "second")
        self.bob.receiving.send("ERROR 103\n\n")
        self.ann.socket.expect(INCOMPLETE)
        self.bob.hears("cat", "second")
        self.cat.sees_told("bob", "second")

    def test_a_recipient_that_goes_without_an_answer(self):
        for way in (self.bob.kill, self.cat.end):
            name = way.__self__.name
            self.ann.tell(name, "hello")
            way.__self__.expect(self.bob.private_line("ann", "hello"))
            with self.within(1):
                way()
                self.ann.socket.expect(UNABLE)
        self.ann.tell("bob", "still there?")
        self.ann.socket.expect(UNABLE)

    def test_a_recipient_that_does_not_answer_delays_nobody_else(self):
        began = time.monotonic()
        self.ann.tell("bob", "hello")
        self.bob.expect(self.bob.private_line("ann", "hello"))
        self.cat.tell("ann", "between others")
        self.ann.hears("cat", "between others")
        self.cat.sees_told("ann", "between others")
        self.assertLess(time.monotonic() - began, RECEIPT_S)
        with self.within(RECEIPT_S + 1):
            self.ann.socket.expect(UNABLE)
        self.assertGreater(time.monotonic() - began, RECEIPT_S - 1)
        self.bob.receiving.receive_rest()
        self.sees_list(["ann", "cat"])

    def test_a_sender_that_goes_leaves_no_harm(self):
        self.ann.tell("bob", "farewell")
        self.bob.expect(self.bob.private_line("ann", "farewell"))
        self.ann.kill()
        self.sees_list(["bob", "cat"])
        self.bob.receiving.send("RECEIVED ann\n\n")
        self.cat.tell("bob", "hello")
        self.bob.hears("cat", "hello")
        self.cat.sees_told("bob", "hello")


if __name__ == "__main__":
    main()
