#!/usr/bin/env python3
"""The broker is away for a moment, or for longer than the lease.

    outage_test.py PARLEYD
"""

import threading
import time

from cluster import DIALECTS, LEASE_S, RECEIPT_S, SIGN_ON, UNABLE, UNCHECKED, at_once, fill, main, send_frame, until, wait_out
from outage import Outage

RESTARTS = 3
FULL = 64  # SENDs that one user may have unanswered


class ShortOutage(Outage):
    def test_what_is_on_the_way_is_answered_and_nobody_is_disconnected(self):
        """SENDs all the time, while the broker ends well and is killed, and starts again at once."""
        restarted = threading.Event()
        sent, answers = [], []
        window = threading.Semaphore(FULL)

        def restart():
            try:
                for number in range(RESTARTS):
                    until(lambda: len(answers) > number * 50, "answers come")
                    (self.broker.stop if number % 2 else self.broker.kill)()
                    self.broker.start()
                    before = answers.count(True)
                    until(lambda: answers.count(True) > before + 50, "lines are delivered again")
            finally:
                restarted.set()

        def send():
            while not restarted.is_set():
                if window.acquire(timeout=1):
                    self.ann.send(send_frame("bob", f"line {len(sent)}"))
                    sent.append(None)
            self.ann.tell("bob", "the end")

        def read():
            while not restarted.is_set() or len(answers) < len(sent) + 1:
                answers.append(self.ann.socket.expect_one_of("SENT bob\n\n", UNABLE) == 0)
                window.release()

        heard = []

        def hear():
            while not heard or heard[-1] != "the end":
                head = self.bob.receiving.receive_until("\n\n")
                heard.append(self.bob.receiving.receive_exactly(int(head.split()[-1])).decode())
                self.bob.receiving.send("RECEIVED ann\n\n")

        at_once(restart, send, read, hear)
        self.assertEqual(heard[-1], "the end")
        numbers = [int(text.split()[1]) for text in heard[:-1]]
        self.assertEqual(numbers, sorted(set(numbers)), "in their order, none twice")
        told = {number for number, is_sent in enumerate(answers[:-1]) if is_sent}
        self.assertLessEqual(told, set(numbers), "what was SENT has come")
        self.assert_talk(*self.users)
        self.sees_list([user.name for user in self.users])
        for user in self.users:
            user.hears_nothing()


class LongOutage(Outage):
    def test_local_talk_goes_on_and_nobody_is_judged_dead(self):
        self.broker.stop()
        began = time.monotonic()
        self.only_local()
        wait_out(max(0, LEASE_S + 1 - (time.monotonic() - began)))
        self.only_local()
        self.broker.start()
        self.goes_on()

    def only_local(self):
        self.cat.tell("ann", "we go on")
        self.ann.hears("cat", "we go on")
        self.ann.tell("cat", "so we do")
        self.cat.hears_private("ann", "so we do")
        self.ann.sees_told("cat", "so we do")
        with self.within(1):
            self.ann.tell("bob", "and you?")
            self.ann.socket.expect(UNABLE)
        with self.within(RECEIPT_S + 1):
            self.ann.say("everybody?")
            self.cat.hears("ann", "everybody?")
            self.ann.socket.expect(UNABLE)
        self.sees_list([user.name for user in self.users])
        for dialect in DIALECTS:
            with self.subTest(newcomer=dialect):
                visitor = self.visit(self.three, dialect)
                visitor.send(fill(SIGN_ON, dialect, "fay"))
                came = visitor.receive_until(UNCHECKED).decode()
                if dialect == "two-socket":
                    self.assertTrue(came.startswith("ERROR 100 "), came)
                visitor.kill()


if __name__ == "__main__":
    main()
