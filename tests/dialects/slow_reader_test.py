#!/usr/bin/env python3
"""A user who stops reading: twenty others go on chatting, wait for nothing, and are told when it is dropped.

    slow_reader_test.py PARLEYD
"""

from support import TIME_FACTOR, DialectTest, main
from users import USERS, LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser

CHATTERS_OF_EACH = 5
FLOOD_LINES = 50  # together far more than may wait for one user
FLOOD_LINE = "x" * 60_000
# What leaves for a rooms user is paced, 1 KiB every 30 ms: small buffers are full before the test is long.
SMALL_BUFFERS = ("--max-body-bytes", "2048", "--max-header-bytes", "128")
SMALL_FLOOD_LINE = "x" * 2000
TELNET_MISTAKE = (b"/x" + b" " * 250 + b"\r\n", b"There is no command /x; /help lists those that there are.\r\n")
SENT, NOT_SENT = "SENT sleeper\n\n", "ERROR 102 Unable to send\n\n"


class SlowReader(DialectTest):
    # How long a two-socket sleeper has, and how long a broadcast waits for one of another dialect; what may wait for
    # that one, and how long without progress.
    options = ("--receipt-timeout", str(1 * TIME_FACTOR), "--max-queue-bytes", "262144",
               "--progress-timeout", str(3 * TIME_FACTOR))

    def check(self, sleeper_class, flood_line=FLOOD_LINE, **settings):
        """The sleeper signs on and reads nothing more. Long lines go to it alone; the chatters' lines go to everybody,
        it included, and nobody says the next one before all the others have read the last."""
        others = [user_class for user_class in USERS if user_class is not sleeper_class]
        chatters = self.gather(*((user_class, f"{user_class.dialect[:2]}{i}")
                                 for i in range(CHATTERS_OF_EACH) for user_class in others))
        ann = self.add_user(TwoSocketUser, "ann")
        for user in chatters:
            user.sees_arrival("ann")
        self.add_user(sleeper_class, "sleeper", **settings)
        for user in chatters:
            user.sees_arrival("sleeper")

        self.waiting_for_notice = [user for user in chatters if user.departure_notice("sleeper")]
        for i in range(FLOOD_LINES):
            ann.tell("sleeper", flood_line)
            self.say(chatters[i % len(chatters)], [*chatters, ann], f"line {i}")
        outcomes = [ann.socket.expect_one_of(SENT, NOT_SENT) for _ in range(FLOOD_LINES)]
        self.assertEqual(outcomes[-1], 1, "it is still there")
        self.assertEqual(outcomes, sorted(outcomes), "it had gone, and was sent something")

        for user in self.waiting_for_notice:
            user.sees_departure("sleeper")
        for user in (ann, *chatters):
            user.hears_nothing()
        self.add_user(others[0], "sleeper")

    def say(self, speaker, users, text):
        speaker.say(text)
        for user in users:
            if user is not speaker or user.hears_itself:
                self.hear(user, speaker.name, text)
        if isinstance(speaker, TwoSocketUser):
            speaker.socket.expect_one_of("SENT ALL\n\n", NOT_SENT)

    def hear(self, user, speaker_name, text):
        """The line, and before it, at most once, that the sleeper has left."""
        if user in self.waiting_for_notice:
            line, notice = user.public_line(speaker_name, text), user.departure_notice("sleeper")
            if user.socket.expect_one_of(line, notice) == 0:
                return
            self.waiting_for_notice.remove(user)
        user.hears(speaker_name, text)

    def test_OD8_two_socket(self):
        self.check(TwoSocketUser)

    def test_OD8_livecode(self):
        self.check(LiveCodeUser)

    def test_OD8_names(self):
        self.check(NamesUser)

    def test_OD8_telnet(self):
        self.check(TelnetUser)

    def test_OD8_rooms(self):
        self.server = self.start_server(*self.options, *SMALL_BUFFERS)
        self.check(RoomsUser, SMALL_FLOOD_LINE, receive_buffer_bytes=2048)


class EagerAsker(DialectTest):
    """Asks without end and reads only then: the server asks no more of it meanwhile, and loses nothing."""

    options = ("--max-queue-bytes", "262144", "--flood-bytes", "0")

    def check(self, user_class, request, answer):
        self.bob = self.add_user(TwoSocketUser, "bob")
        ann = self.add_user(user_class, "ann")
        requests, rest = self.ask_without_reading(ann, request)
        self.assertGreater(requests * len(answer), 2 * 262144, "more than the queue holds")
        for _ in range(requests):
            ann.socket.expect(answer)
        if rest:
            ann.socket.ask(rest, answer)
        ann.hears_nothing()

    def ask_without_reading(self, ann, request):
        """Until the server takes no more; how often."""
        data, sent_bytes, looks = request * 10_000, 0, 0
        while looks < 50:
            count = ann.socket.send_at_once(data[sent_bytes % len(data):])
            sent_bytes += count
            looks = 0 if count else looks + 1
            self.bob.hears_nothing()  # it delays nobody
        whole, part = divmod(sent_bytes, len(request))
        return whole, request[part:] if part else b""

    def test_OD8_telnet(self):
        self.check(TelnetUser, *TELNET_MISTAKE)

    def test_OD8_names(self):
        self.check(NamesUser, b"99" + b"x" * 99, b"50Unknown command. Use NAME, GET_NAMES, MSG or EXIT.")


class LateReader(DialectTest):
    """Asks, ends its stream, and reads only when it is known to have left."""

    options = SMALL_BUFFERS

    def test_OD8_2(self):
        ann = self.add_user(TelnetUser, "ann", receive_buffer_bytes=2048)
        bob = self.add_user(TelnetUser, "bob")
        ann.sees_arrival("bob")
        request, answer = TELNET_MISTAKE
        requests = 400  # enough that answers wait in the server, too few that it stops reading
        ann.socket.send(request * requests)
        ann.socket.half_close()
        bob.sees_departure("ann")
        for _ in range(requests):
            ann.socket.expect(answer)
        ann.socket.expect_end()


if __name__ == "__main__":
    main()
