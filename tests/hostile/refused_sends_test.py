#!/usr/bin/env python3
"""SENDs behind one that nobody answers: what they leave behind in the server is bounded.

    refused_sends_test.py PARLEYD
"""

from hostile import MIB, TIME_FACTOR, UNABLE, HostileTest, TwoSocketUser, main, pump, send_frame

SENT_BYTES = 40 * MIB  # a million and a half SENDs
MOST_GROWTH_BYTES = 12 * MIB  # without a bound it was 200 MiB


class RefusedSends(HostileTest):
    dialects = ("two-socket",)
    options = ("--receipt-timeout", str(2 * TIME_FACTOR))

    def check(self, sender, first, flood):
        """`first` stays unanswered, so that what is answered at once waits behind it."""
        before = self.used.most_memory_bytes()
        sender.sendall(first)
        sent = pump(sender, flood, SENT_BYTES)
        answer = b""
        while len(answer) < len(UNABLE):
            answer += sender.recv(len(UNABLE) - len(answer))
        self.assertEqual(answer, UNABLE)
        grown = self.used.most_memory_bytes() - before
        self.assertLess(grown, MOST_GROWTH_BYTES, f"for {sent} bytes of SENDs")
        self.check_alive()

    def test_to_nobody(self):
        self.add_user(TwoSocketUser, "sleeper")
        ann = self.add_user(TwoSocketUser, "ann")
        self.check(ann.socket.socket, send_frame("sleeper"), send_frame("nobody"))

    def test_to_all_of_none_behind_one_to_itself(self):
        ann = self.add_user(TwoSocketUser, "ann")
        self.check(ann.socket.socket, send_frame("ann"), send_frame("ALL"))

    def test_on_one_socket(self):
        """A user with one socket stays read, for its RECEIVED comes there: its SENDs over the window are answered, too."""
        ann = self.connect("two-socket")
        for channel in ("TOSEND", "TORECV"):
            ann.ask(f"REGISTER {channel} ann\n\n", f"REGISTERED {channel} ann\n\n")
        ann.send(send_frame("ann"))
        ann.expect(b"FORWARD ann\nContent-length: 0\n\n")
        self.check(ann.socket, b"", send_frame("nobody"))


if __name__ == "__main__":
    main()
