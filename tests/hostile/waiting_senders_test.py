#!/usr/bin/env python3
"""Senders whose window is full wait, and cost nothing while they do.

    waiting_senders_test.py PARLEYD
"""

import time

from hostile import IS_SANITIZED, HostileTest, TwoSocketUser, main, send_frame

SENDERS = 200 if IS_SANITIZED else 1000
WINDOW = 64
LOOKS = 4
LOOK_S = 0.5
MOST_S = 0.02  # of CPU in such a time, beside that of idle users: a millisecond is usual, 82 were wrong


class WaitingSenders(HostileTest):
    dialects = ("two-socket",)
    options = ("--receipt-timeout", "600")

    def least_cpu_s(self):
        """Of a few short times: what else the machine does counts least."""
        least = LOOK_S
        for _ in range(LOOKS):
            before = self.used.cpu_s()
            time.sleep(LOOK_S)  # what is measured
            least = min(least, self.used.cpu_s() - before)
        return least

    def test_they_cost_hardly_more_than_idle_users(self):
        senders = [self.add_user(TwoSocketUser, f"user{i}") for i in range(SENDERS)]
        quiet_s = self.least_cpu_s()
        for sender in senders:  # nobody answers its own FORWARD
            sender.send(send_frame(sender.name) * (WINDOW + 10))
            sender.expect(f"FORWARD {sender.name}\nContent-length: 0\n\n")
        waiting_s = self.least_cpu_s()
        self.assertLess(waiting_s, quiet_s + MOST_S)
        print(f"idle {quiet_s * 1000:.2f} ms, waiting {waiting_s * 1000:.2f} ms of CPU in {LOOK_S} s")

    def test_who_ends_its_stream_has_an_answer_to_each(self):
        bob = self.add_user(TwoSocketUser, "bob")
        for recipient in ("bob", "ALL"):
            for sends in (WINDOW, WINDOW + 1, WINDOW + 6, 10 * WINDOW):  # the end behind more would not have come
                with self.subTest(recipient=recipient, sends=sends):
                    ann = self.add_user(TwoSocketUser, "ann")
                    ann.send(send_frame(recipient) * sends)
                    ann.socket.half_close()
                    self.assertEqual(ann.socket.receive_rest(), b"ERROR 102 Unable to send\n\n" * sends)
                    ann.receiving.expect_end()
        self.check_alive()
        bob.end()


if __name__ == "__main__":
    main()
