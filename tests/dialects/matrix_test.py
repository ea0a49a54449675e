#!/usr/bin/env python3
"""Who sees what: a user of every dialect does it, one of every dialect watches, and every byte is in a table.

    matrix_test.py PARLEYD
"""

from collections import namedtuple

from rooms_clients import FeatureUser, WebFeatureUser
from support import DialectTest, main
from users import USERS, LiveCodeUser, NamesUser, TelnetUser, TwoSocketUser, error, notification, two_digits

# A row for the dialect of ann, who does something: the bytes that her client writes, and all that she reads then.
Doing = namedtuple("Doing", "written read")

PUBLIC_LINE = {
    "two-socket": Doing(b"SEND ALL\nContent-length: 5\n\nhello", b"SENT ALL\n\n"),
    "livecode": Doing(b"MESG,5\nhello\n", b"MESG,10\nann: hello\n"),
    "names": Doing(b"19MSG BROADCAST hello", b""),
    "telnet": Doing(b"hello\r\n", b""),
    "rooms": Doing(b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "hello"}}',
                   b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "hello"}}\n'),
}
PUBLIC_LINE["web"] = PUBLIC_LINE["rooms"]  # a message of the WebSocket each; what comes is read as lines (web_socket.py)

# To bob. The clients of livecode have no request for it; those of rooms and web have asked for the feature.
PRIVATE_LINE = {
    "two-socket": Doing(b"SEND bob\nContent-length: 5\n\nhello", b"SENT bob\n\n"),
    "names": Doing(b"13MSG bob hello", b""),
    "telnet": Doing(b"@bob hello\r\n", b""),
    "rooms": Doing(b'{"type": "private", "payload": {"to": "bob", "text": "hello"}}', b""),
}
PRIVATE_LINE["web"] = PRIVATE_LINE["rooms"]

# A private line to somebody who is not there.
REFUSAL = {
    "two-socket": Doing(b"SEND nobody\nContent-length: 5\n\nhello", b"ERROR 102 Unable to send\n\n"),
    "names": Doing(b"16MSG nobody hello", two_digits("There is nobody of that name.")),
    "telnet": Doing(b"@nobody hello\r\n", b"Nobody is called nobody.\r\n"),
    "rooms": Doing(b'{"type": "private", "payload": {"to": "nobody", "text": "hello"}}',
                   notification("There is nobody of that name.")),
}
REFUSAL["web"] = REFUSAL["rooms"]

# What each dialect does not let a user do who is signed on; the others must not notice.
REFUSED_REQUEST = {
    "two-socket": Doing(b"REGISTER TOSEND eve\n\n", b"ERROR 100 Already registered as ann\n\n"),
    "livecode": Doing(b"AUTH,3\neve\n", b"WARN,26\nCustomer already verified\n"),
    "names": Doing(b"08NAME ALL", two_digits("ALL, BROADCAST and SERVER cannot be names. Please take another one.")),
    "telnet": Doing(b"/fly\r\n", b"There is no command /fly; /help lists those that there are.\r\n"),
    "rooms": Doing(b'{"type": "connect", "payload": {"name": "eve"}}',
                   notification("You are connected as ann already; connect again changes only the room.")),
    "web": Doing(b'{"type": "connect", "payload": {"name": "eve"}}',
                 error("renamed", "You are connected as ann already; connect again changes only the room.")),
}

# A column for the dialect of who watches.
Seen = namedtuple("Seen", "public private arrival departure")

SEEN = {
    "two-socket": Seen(public=b"FORWARD ann\nContent-length: 5\n\nhello",
                       private=b"FORWARD ann\nContent-length: 5\n\nhello",
                       arrival=b"",
                       departure=b""),
    "livecode": Seen(public=b"MESG,10\nann: hello\n",
                     private=b"MESG,20\nann (private): hello\n",
                     arrival=b"MESG,13\nann connected\n",
                     departure=b"MESG,16\nann disconnected\n"),
    "names": Seen(public=b"14ann sent hello",
                  private=b"14ann sent hello",
                  arrival=b"",
                  departure=b""),
    "telnet": Seen(public=b"ann> hello\r\n",
                   private=b"[private] ann> hello\r\n",
                   arrival=b"+++ ann arrived +++\r\n",
                   departure=b"--- ann left ---\r\n"),
    "rooms": Seen(public=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "hello"}}\n',
                  private=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "(private) hello"}}\n',
                  arrival=b'{"type": "notification", "payload": {"message": "ann has joined the room."}}\n',
                  departure=b'{"type": "notification", "payload": {"message": "ann has left the room."}}\n'),
}
SEEN["web"] = SEEN["rooms"]

# ann of the two-socket dialect, which can say any bytes, says to the room what is hard to show.
Hard = namedtuple("Hard", "said two_socket livecode names telnet rooms")

HARD_COLUMN = {"two-socket": "two_socket", "web": "rooms"}

HARD_TEXTS = [
    Hard(b"hi\r\n--- bob4 left ---",  # a forged notice
         two_socket=b"FORWARD ann\nContent-length: 21\n\nhi\r\n--- bob4 left ---",
         livecode=b"MESG,25\nann: hi --- bob4 left ---\n",
         names=b"29ann sent hi --- bob4 left ---",
         telnet=b"ann> hi\r\nann> --- bob4 left ---\r\n",
         rooms=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "hi\\r\\n--- bob4 left ---"}}\n'),
    Hard(b"\x1b[2Jx\x00",  # a cleared screen
         two_socket=b"FORWARD ann\nContent-length: 6\n\n\x1b[2Jx\x00",
         livecode=b"MESG,11\nann: \x1b[2Jx\x00\n",
         names=b"21ann sent \\x1b[2Jx\\x00",
         telnet=b"ann> \\x1b[2Jx\\x00\r\n",
         rooms=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "\\u001b[2Jx\\u0000"}}\n'),
    Hard(b"caf\xe9",  # Latin-1
         two_socket=b"FORWARD ann\nContent-length: 4\n\ncaf\xe9",
         livecode=b"MESG,11\nann: caf\xef\xbf\xbd\n",
         names=b"15ann sent caf\xef\xbf\xbd",
         telnet=b"ann> caf\xef\xbf\xbd\r\n",
         rooms=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "caf\xef\xbf\xbd"}}\n'),
    Hard(b"",
         two_socket=b"FORWARD ann\nContent-length: 0\n\n",
         livecode=b"MESG,5\nann: \n",
         names=b"09ann sent ",
         telnet=b"ann> \r\n",
         rooms=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": ""}}\n'),
    Hard(b'"}}\\',
         two_socket=b'FORWARD ann\nContent-length: 4\n\n"}}\\',
         livecode=b'MESG,9\nann: "}}\\\n',
         names=b'13ann sent "}}\\',
         telnet=b'ann> "}}\\\r\n',
         rooms=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "\\"}}\\\\"}}\n'),
    Hard(b"x" * 100,  # more than two digits can tell
         two_socket=b"FORWARD ann\nContent-length: 100\n\n" + b"x" * 100,
         livecode=b"MESG,105\nann: " + b"x" * 100 + b"\n",
         names=b"99ann sent " + b"x" * 90 + b"19ann sent " + b"x" * 10,
         telnet=b"ann> " + b"x" * 100 + b"\r\n",
         rooms=b'{"type": "message", "payload": {"sender": "ann", "room": "General", "text": "' + b"x" * 100 + b'"}}\n'),
]


class PrivateRoomsUser(FeatureUser):
    """One who may say private lines, and sees no more than others."""

    def __init__(self, port, name):
        super().__init__(port, name, features=("private",))


class PrivateWebUser(WebFeatureUser):
    def __init__(self, port, name):
        super().__init__(port, name, features=("private",))


PRIVATE_USERS = (TwoSocketUser, NamesUser, TelnetUser, PrivateRoomsUser, PrivateWebUser)


class Matrix(DialectTest):
    def setUp(self):
        pass  # each cell has a server of its own

    def watchers(self):
        """A new server and one user of each dialect on it, named so: bob1 to bob6."""
        self.server = self.start_server()
        return self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS, 1)))

    def with_ann(self, ann_class):
        """The watchers, and then ann, whose arrival they have read."""
        watchers = self.watchers()
        ann = self.add_user(ann_class, "ann")
        for watcher in watchers:
            watcher.sees_arrival("ann")
        return ann, watchers

    def each_sees(self, watchers, cell):
        """`cell` is the name of a column of SEEN."""
        for watcher in watchers:
            with self.subTest(watcher=watcher.dialect):
                watcher.sees(getattr(SEEN[watcher.dialect], cell))

    def nothing_else(self, *users):
        """First whoever did something: what that caused is on its way when her fence is answered."""
        for user in users:
            with self.subTest(nothing_else=user.dialect):
                user.hears_nothing()

    def for_each_ann(self, check, table=PUBLIC_LINE, classes=USERS):
        """Calls `check` with the class of each dialect that has a row in the table."""
        for ann_class in classes:
            if ann_class.dialect in table:
                with self.subTest(ann=ann_class.dialect):
                    check(ann_class)

    def test_OD3_a_public_line_reaches_everyone_in_each_ones_dialect(self):
        def check(ann_class):
            ann, watchers = self.with_ann(ann_class)
            ann.send(PUBLIC_LINE[ann.dialect].written)
            self.each_sees(watchers, "public")
            ann.socket.expect(PUBLIC_LINE[ann.dialect].read)
            self.nothing_else(ann, *watchers)

        self.for_each_ann(check)

    def test_OD4_a_private_line_reaches_only_its_recipient(self):
        def check(ann_class):
            for bob_class in USERS:
                with self.subTest(bob=bob_class.dialect):
                    ann, watchers = self.with_ann(ann_class)
                    bob = self.add_user(bob_class, "bob")
                    for other in (*watchers, ann):
                        other.sees_arrival("bob")
                    ann.send(PRIVATE_LINE[ann.dialect].written)
                    self.each_sees([bob], "private")
                    ann.socket.expect(PRIVATE_LINE[ann.dialect].read)
                    self.nothing_else(ann, bob, *watchers)

        self.for_each_ann(check, PRIVATE_LINE, PRIVATE_USERS)

    def test_OD5_arrival(self):
        def check(ann_class):
            watchers = self.watchers()
            ann = self.add_user(ann_class, "ann")
            self.each_sees(watchers, "arrival")
            self.nothing_else(ann, *watchers)

        self.for_each_ann(check)

    def test_OD5_departure(self):
        def check(ann_class):
            for way in ("leave", "end", "kill"):
                with self.subTest(way=way):
                    ann, watchers = self.with_ann(ann_class)
                    getattr(ann, way)()
                    self.each_sees(watchers, "departure")
                    self.nothing_else(*watchers)

        self.for_each_ann(check)

    def test_OD5_who_never_signs_on_comes_and_goes_unseen(self):
        watchers = self.watchers()
        for dialect in self.server.ports:
            visitor = self.connect(dialect)
            visitor.half_close()
            visitor.receive_rest()
        self.nothing_else(*watchers)

    def test_OD4_a_line_to_nobody_is_refused_and_seen_by_nobody(self):
        self.check_refusals(REFUSAL, PRIVATE_USERS)

    def test_OD5_a_refused_request_is_seen_by_nobody(self):
        self.check_refusals(REFUSED_REQUEST)

    def check_refusals(self, table, classes=USERS):
        def check(ann_class):
            ann, watchers = self.with_ann(ann_class)
            ann.send(table[ann.dialect].written)
            ann.socket.expect(table[ann.dialect].read)
            self.nothing_else(ann, *watchers)

        self.for_each_ann(check, table, classes)

    def test_OD3_what_is_hard_to_show(self):
        for hard in HARD_TEXTS:
            with self.subTest(said=hard.said):
                ann, watchers = self.with_ann(TwoSocketUser)
                ann.say(hard.said)
                for watcher in watchers:
                    with self.subTest(watcher=watcher.dialect):
                        watcher.sees(getattr(hard, HARD_COLUMN.get(watcher.dialect, watcher.dialect)))
                ann.sees_said(hard.said)
                self.nothing_else(ann, *watchers)


class TwoSocketAnswers(DialectTest):
    """What a SEND is answered when its recipient is a user of another dialect."""

    def test_OD7_sent_with_the_name_as_it_was_taken(self):
        for bob_class in USERS:
            with self.subTest(bob=bob_class.dialect):
                self.server = self.start_server()
                ann, bob = self.gather((TwoSocketUser, "ann"), (bob_class, "Bob"))
                ann.tell("bOB", "hello")
                bob.hears_private("ann", "hello")
                ann.sees_told("Bob", "hello")

    def test_OD7_102_when_the_recipient_has_gone(self):
        for bob_class in USERS:
            for way in ("leave", "end", "kill"):
                with self.subTest(bob=bob_class.dialect, way=way):
                    self.server = self.start_server()
                    ann, witness, bob = self.gather((TwoSocketUser, "ann"), (TelnetUser, "witness"), (bob_class, "bob"))
                    getattr(bob, way)()
                    witness.sees_departure("bob")
                    ann.tell("bob", "hello")
                    ann.socket.expect("ERROR 102 Unable to send\n\n")
                    ann.hears_nothing()

    def test_OD7_sent_all_with_one_recipient_of_each_dialect(self):
        ann, *others = self.gather((TwoSocketUser, "ann"), *((other, f"bob{i}") for i, other in enumerate(USERS)))
        ann.say("hello")
        for other in others[1:]:
            other.hears("ann", "hello")
        others[0].hears("ann", "hello")  # SENT ALL waits for this one
        ann.sees_said("hello")
        ann.hears_nothing()

    def test_OD7_102_when_a_broadcast_reaches_nobody(self):
        ann, bob = self.gather((TwoSocketUser, "ann"), (TelnetUser, "bob"))
        bob.leave()
        ann.say("hello")
        ann.socket.expect("ERROR 102 Unable to send\n\n")
        ann.hears_nothing()

    def test_OD1_a_send_finds_names_that_no_register_takes(self):
        ann, bob = self.gather((TwoSocketUser, "ann"), (TelnetUser, "bob_1"))
        ann.tell("bob_1", "hello")
        bob.hears_private("ann", "hello")
        ann.sees_told("bob_1", "hello")
        bob.tell("ann", "hello yourself")
        ann.hears_private("bob_1", "hello yourself")

    def test_OD7_answers_keep_their_order_over_dialects(self):
        ann, slow, bob = self.gather((TwoSocketUser, "ann"), (TwoSocketUser, "slow"), (LiveCodeUser, "bob"))
        ann.tell("slow", "one")
        ann.tell("bob", "two")
        ann.tell("nobody", "three")
        bob.hears_private("ann", "two")  # waits for nobody
        slow.hears_private("ann", "one")
        ann.sees_told("slow", "one")
        ann.sees_told("bob", "two")
        ann.socket.expect("ERROR 102 Unable to send\n\n")


if __name__ == "__main__":
    main()
