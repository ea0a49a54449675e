#!/usr/bin/env python3
"""A long line to many is written once, not for each of them.

    render_test.py PARLEYD
"""

import selectors
import threading

from hostile import IS_SANITIZED, HostileTest, LiveCodeUser, NamesUser, TelnetUser, TwoSocketUser, main, send_frame

READERS = 100 if IS_SANITIZED else 200
# Unlike text of one kind, this takes time to render.
LINE = "häßlich ünd schön " * 2800
LINES = 3
MOST_SHARE = 0.35


class Reader(threading.Thread):
    """Reads what comes for all of these sockets, as fast as it can."""

    def __init__(self, sockets):
        super().__init__(daemon=True)
        self.sockets, self.came = sockets, threading.Condition()
        self.bytes, self.ended = 0, False

    def run(self):
        with selectors.DefaultSelector() as selector:
            for one in self.sockets:
                one.setblocking(False)
                selector.register(one, selectors.EVENT_READ)
            while not self.ended:
                for key, _ in selector.select(0.1):
                    piece = key.fileobj.recv(1 << 18)
                    if piece.startswith(b"FORWARD") or key.data == "two-socket":
                        key.fileobj.sendall(b"RECEIVED\n\n")


class Render(HostileTest):
    dialects = ("two-socket", "livecode", "names", "telnet")

    def cost_s(self, speaker):
        """CPU of a line, from when it is sent to when the speaker can be answered again."""
        least = None
        for _ in range(LINES):
            before = self.used.cpu_s()
            speaker.tell("nobody", "fence")
            speaker.socket.expect("ERROR 102 Unable to send\n\n")
            speaker.say(LINE)
            speaker.socket.expect_one_of("SENT ALL\n\n", "ERROR 102 Unable to send\n\n")
            cost = self.used.cpu_s() - before
            least = cost if least is None else min(least, cost)
        return least

    def check(self, user_class, make):
        speaker = self.add_user(TwoSocketUser, "ann")
        first = make("reader")
        speaker_alone = self.read(speaker, [first])
        more = [make(f"reader{i}") for i in range(READERS - 1)]
        for_many = self.read(speaker, [first, *more])
        share = for_many / (READERS * speaker_alone)
        print(f"{user_class.dialect}: one {speaker_alone * 1000:.2f} ms, {READERS} {for_many * 1000:.2f} ms, share {share:.2f}")
        self.assertLess(share, MOST_SHARE)

    def read(self, speaker, readers):
        reader = Reader([one.socket.socket for one in readers])
        reader.start()
        try:
            return self.cost_s(speaker)
        finally:
            reader.ended = True
            reader.join()

    def test_telnet(self):
        self.check(TelnetUser, lambda name: self.add_user(TelnetUser, name))

    def test_livecode(self):
        self.check(LiveCodeUser, lambda name: self.add_user(LiveCodeUser, name))

    def test_names(self):
        self.check(NamesUser, lambda name: self.add_user(NamesUser, name, width=5))


if __name__ == "__main__":
    main()
