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


if __name__ == "__main__":
    main()
