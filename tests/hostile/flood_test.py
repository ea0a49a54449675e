#!/usr/bin/env python3
"""Who floods without end is read later again and again, and ended by its times all the same.

    flood_test.py PARLEYD
"""

import selectors

from hostile import TIME_FACTOR, Deadline, HostileTest, main, to_bytes
from web_socket import LAST, PING, SWITCHING, TEXT, frame, upgrade

IAC_NOP = b"\xff\xf1"
CONNECT = '{"type": "connect", "payload": {"name": "ann"}}'
SAY = '{"type": "message", "payload": {"text": "%s"}}'
TOO_LATE = b"No name has come for too long.|A request was begun and not completed in time."
FRAME_S = 0.05 * TIME_FACTOR
PUT_OFF_FRAMES = 10
# As fast as it is let, a peer is hardly read: without a bound its times would be put off by nearly all that passes.
LONGEST_S = 20 * PUT_OFF_FRAMES * FRAME_S


class FloodTest(HostileTest):
    def check_ended(self, dialect, first, block):
        """It is, while it writes as much as goes and reads what comes; what came."""
        plain, came, rest = self.open_socket(dialect), b"", first
        plain.setblocking(False)
        deadline = Deadline(LONGEST_S)
        with selectors.DefaultSelector() as selector:
            selector.register(plain, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while deadline.left_s() > 0:
                [(_, events)] = selector.select()
                try:
                    if events & selectors.EVENT_READ:
                        piece = plain.recv(65536)
                        if not piece:
                            return came
                        came += piece
                    if events & selectors.EVENT_WRITE:
                        rest = rest[plain.send(rest):] or block
                except BlockingIOError:
                    continue
                except ConnectionError:  # unread input lay behind our end
                    return came
        self.fail(f"it was not ended in {LONGEST_S} s")


class Flood(FloodTest):
    options = ("--log-level", "off", "--linger-timeout", "0.2", "--flood-bytes", "20000",
               "--sign-on-timeout", str(2 * FRAME_S), "--frame-timeout", str(FRAME_S))

    def test_of_nobody_who_says_nothing(self):
        self.assertIn(b"No name has come for too long.", self.check_ended("telnet", b"", IAC_NOP * 10_000))

    def test_of_nobody_with_a_web_socket(self):
        came = self.check_ended("web", upgrade(), frame(LAST | PING) * 10_000)
        self.assertRegex(came, TOO_LATE)  # when what was read last ended within a ping

    def test_in_a_message_without_an_end(self):
        begun = upgrade() + frame(LAST | TEXT, CONNECT) + frame(TEXT, "{")
        came = self.check_ended("web", begun, frame(0) * 10_000)
        self.assertIn(b"A request was begun and not completed in time.", came)

    def test_of_nobody_in_the_rooms(self):
        came = self.check_ended("rooms", b"", to_bytes(SAY % "x") * 500)
        self.assertIn(b"No name has come for too long.", came)

    def test_who_ends_its_messages_stays(self):
        """Each has its own time, however long it takes to read all of them: here some seconds."""
        ann = self.connect("web")
        ann.ask(upgrade(), SWITCHING)
        ann.send(frame(LAST | TEXT, CONNECT) + frame(LAST | TEXT, SAY % "x") * 300 + frame(LAST | TEXT, SAY % "the last"))
        ann.receive_until("the last")


class FloodOfBrowsers(FloodTest):
    options = ("--log-level", "off", "--linger-timeout", "0.2", "--flood-bytes", "20000", "--request-timeout", str(10 * FRAME_S),
               "--ping-interval", str(10 * FRAME_S), "--frame-timeout", str(5 * FRAME_S))

    def test_of_empty_lines_and_no_request(self):
        self.check_ended("web", b"", b"\r\n" * 10_000)

    def test_who_answers_each_ping_stays(self):
        """The answers stand behind what is read later: for longer than three pings."""
        ann = self.connect("web")
        ann.ask(upgrade(), SWITCHING)
        ann.send(frame(LAST | TEXT, CONNECT) + frame(LAST | TEXT, SAY % "x") * 500 + frame(LAST | TEXT, SAY % "the last"))
        ann.receive_until("the last")


if __name__ == "__main__":
    main()
