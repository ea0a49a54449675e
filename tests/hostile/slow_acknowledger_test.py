#!/usr/bin/env python3
"""A recipient that is slow to acknowledge: every SEND is answered when its own receipt time is over all the same.

    slow_acknowledger_test.py PARLEYD
"""

import contextlib
import threading
import time

from hostile import TIME_FACTOR, HostileTest, NamesUser, TwoSocketUser, main, send_frame

RECEIPT_S = 2 * TIME_FACTOR
SLOW_S = 0.4 * RECEIPT_S  # three in a row are late
SENDS = 8
# Far from the receipt time, and from what it takes to acknowledge all SENDs one after the other: 9.6 times that.
MOST_S = 4 * RECEIPT_S


class SlowAcknowledger(threading.Thread):
    """Acknowledges each FORWARD, a while after it came, until the stream ends."""

    def __init__(self, plain, last_word=b"RECEIVED\n\n"):
        super().__init__(daemon=True)
        self.plain, self.last_word = plain, last_word

    def run(self):
        with contextlib.suppress(OSError):
            while self.plain.recv(65536):  # one at a time: the next follows the answer
                time.sleep(SLOW_S)
                self.plain.sendall(self.last_word)


class SlowAcknowledgers(HostileTest):
    dialects = ("two-socket", "names")
    options = ("--receipt-timeout", str(RECEIPT_S))

    def check(self, recipients):
        """Three senders with several SENDs each to all of these and to others, who are quick."""
        senders = [self.add_user(TwoSocketUser, f"sender{i}") for i in range(3)]
        quick = self.add_user(NamesUser, "quick")
        began = time.monotonic()
        for sender in senders:
            for recipient in recipients:
                for _ in range(SENDS):
                    sender.send(send_frame(recipient, "x"))
            sender.send(send_frame("quick", "y"))
        for sender in senders:
            for recipient in recipients:
                for _ in range(SENDS):
                    sender.socket.expect_one_of(f"SENT {recipient}\n\n", "ERROR 102 Unable to send\n\n")
            sender.socket.expect("SENT quick\n\n")
        self.assertLess(time.monotonic() - began, MOST_S)

    def slow_user(self):
        slow = self.add_user(TwoSocketUser, "slow")
        SlowAcknowledger(slow.receiving.socket).start()
        return slow

    def test_sends_to_it(self):
        self.slow_user()
        self.check(["slow"])

    def test_sends_to_all(self):
        self.slow_user()
        self.check(["ALL"])

    def test_one_that_has_one_socket(self):
        slow = self.connect("two-socket")
        for channel in ("TOSEND", "TORECV"):
            slow.ask(f"REGISTER {channel} slow\n\n", f"REGISTERED {channel} slow\n\n")
        SlowAcknowledger(slow.socket).start()
        self.check(["slow"])

    def test_one_that_refuses_each(self):
        slow = self.add_user(TwoSocketUser, "slow")
        SlowAcknowledger(slow.receiving.socket, b"ERROR 102 Unable to send\n\n").start()
        self.check(["slow"])

    def test_it_is_not_thrown_out(self):
        """Its own time runs from when its FORWARD left."""
        slow = self.slow_user()
        self.check(["slow"])
        slow.socket.ask(send_frame("nobody"), "ERROR 102 Unable to send\n\n")
        self.check_alive()


class SmallWindow(HostileTest):
    dialects = ("two-socket",)
    options = ("--receipt-timeout", str(RECEIPT_S), "--max-unanswered", "1")

    def test_a_send_whose_time_is_over_when_there_is_room_reaches_nobody(self):
        ann, carol = (self.add_user(TwoSocketUser, name) for name in ("ann", "carol"))
        self.add_user(TwoSocketUser, "silent")
        ann.send(send_frame("silent", "x") + send_frame("carol", "late"))  # they come in one read
        ann.socket.expect("ERROR 102 Unable to send\n\n" * 2)
        ann.send(send_frame("carol", "next"))
        carol.receiving.expect("FORWARD ann\nContent-length: 4\n\nnext")


if __name__ == "__main__":
    main()
