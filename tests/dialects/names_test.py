#!/usr/bin/env python3
"""NAME, GET_NAMES, MSG and EXIT: the exercise's example run, each command, the example client (PROTOCOL.md, NM3).

    names_test.py PARLEYD
"""

import sys

import name_faults as why
from names_clients import ANOTHER, BAD_TELL, NO_NAME, NO_WORD, NOBODY, TAKEN, UNKNOWN, NamesTest
from support import ROOT, Program, Terminal, main
from users import USERS, LiveCodeUser, NamesUser, TelnetUser

KEYBOARD_CLIENT = ROOT / "tests/dialects/names_keyboard_client.py"
EXAMPLE_CLIENT = ROOT / "examples/names_client.py"

# What the exercise prints of its example run: A's window, and B's, which connects twice.
WINDOW_A = """Pls enter commands

NAME A
Server sent: Hello A
GET_NAMES
Server sent: A B
GET_NAMES
Server sent: A
GET_NAMES
Server sent: A B
MSG B HELLO
Server sent: B sent HELLO
EXIT
"""
FIRST_WINDOW_B = """Pls enter commands

NAME B
Server sent: Hello B
EXIT
"""
SECOND_WINDOW_B = """Pls enter commands

NAME B
Server sent: Hello B
Server sent: A sent HELLO
MSG A HELLO
EXIT
"""


class ExampleRun(NamesTest):
    """The exercise's fifteen steps."""

    # A pipe has no tty's "\r\n".
    def text(self, window):
        return window.output.decode().replace("\r\n", "\n")

    def window(self, kind):
        window = self.enterContext(kind(sys.executable, KEYBOARD_CLIENT, self.server.ports["names"]))
        window.wait_for("Pls enter commands")
        return window

    def say(self, window, command, *answers):
        for character in command + "\n":
            window.type(character)
        for answer in (command, *answers):
            window.wait_for(answer)

    def run_example(self, kind):
        a = self.window(kind)                                        # 1
        self.say(a, "NAME A", "Server sent: Hello A")                # 2
        b = self.window(kind)                                        # 3
        self.say(b, "NAME B", "Server sent: Hello B")                # 4
        self.say(a, "GET_NAMES", "Server sent: A B")                 # 5
        self.say(b, "EXIT")                                          # 6
        b.wait_for_end()
        self.say(a, "GET_NAMES", "Server sent: A")                   # 7
        second_b = self.window(kind)                                 # 8
        self.say(second_b, "NAME B", "Server sent: Hello B")         # 9
        self.say(a, "GET_NAMES", "Server sent: A B")                 # 10
        self.say(a, "MSG B HELLO")                                   # 11
        second_b.wait_for("Server sent: A sent HELLO")               # 12
        self.say(second_b, "MSG A HELLO")                            # 13
        a.wait_for("Server sent: B sent HELLO")
        self.say(second_b, "EXIT")                                   # 14
        second_b.wait_for_end()
        self.say(a, "EXIT")                                          # 15
        a.wait_for_end()
        self.assertEqual(self.text(a), WINDOW_A)
        self.assertEqual(self.text(b), FIRST_WINDOW_B)
        self.assertEqual(self.text(second_b), SECOND_WINDOW_B)

    def test_in_terminals(self):
        self.run_example(Terminal)

    def test_in_pipes(self):
        self.run_example(Program)

    def test_byte_for_byte(self):
        a = self.raw(("06NAME A", "07Hello A"))
        b = self.raw(("06NAME B", "07Hello B"))
        a.ask("09GET_NAMES", "03A B")
        a.send("11MSG B HELLO")
        b.expect("12A sent HELLO")
        b.ask("04EXIT", "04EXIT")
        b.expect_end()
        # To the sender of a message comes nothing.
        a.ask("09GET_NAMES", "01A")
        a.ask("00", "04EXIT")
        a.expect_end()


class Commands(NamesTest):
    def test_NM3_1_a_taken_name(self):
        self.naive("bob_1")
        visitor = self.naive()
        for name in ("bob_1", "BOB_1"):
            self.assertEqual(visitor.ask(f"NAME {name}"), TAKEN)
        self.assertEqual(visitor.ask("NAME bob_2"), "Hello bob_2")

    def test_NM3_1_a_name_taken_in_another_dialect(self):
        visitor = self.naive()
        for user_class in USERS:
            with self.subTest(dialect=user_class.dialect):
                user = self.add_user(user_class, "Alice")
                self.assertEqual(visitor.ask("NAME alice"), TAKEN)
                user.leave()
                self.assertEqual(self.naive("alice").ask("EXIT"), "EXIT")

    def test_NM3_1_what_cannot_be_a_name(self):
        visitor = self.naive()
        for name, fault in (("", why.REQUIRED), (" ", why.REQUIRED), ("A B", why.BLANK), (33 * "x", why.TOO_LONG),
                            ("a\tb", why.CONTROL), ("a\x1bb", why.CONTROL), ("\u202ea", why.INVISIBLE),
                            ("ALL", why.RESERVED), ("all", why.RESERVED), ("Broadcast", why.RESERVED),
                            ("SERVER", why.RESERVED)):
            self.assertEqual(visitor.ask(f"NAME {name}"), fault + ANOTHER, name)
        visitor.socket.send(b"08NAME a\xffb")
        self.assertEqual(visitor.answer(), why.NOT_UTF8 + ANOTHER)
        self.assertEqual(visitor.ask("NAME"), why.REQUIRED + ANOTHER)
        for name in (32 * "x", "דנה", "😀"):
            self.assertEqual(visitor.ask(f"NAME {name}"), f"Hello {name}")

    def test_NM3_2_a_second_name_takes_the_place_of_the_first(self):
        watcher = self.add_user(TelnetUser, "watcher")
        user = self.naive("A")
        watcher.sees_arrival("A")
        other = self.naive("other")
        watcher.sees_arrival("other")
        self.assertEqual(user.ask("NAME B"), "Hello B")
        watcher.sees_departure("A")
        watcher.sees_arrival("B")
        self.assertEqual(other.ask("MSG A HELLO"), NOBODY)
        other.request("MSG B HELLO")
        self.assertEqual(user.answer(), "other sent HELLO")
        user.request("MSG other HELLO")
        self.assertEqual(other.answer(), "B sent HELLO")
        # A refused one leaves the name as it was.
        for name, answer in (("other", TAKEN), ("A B", why.BLANK + ANOTHER), ("all", why.RESERVED + ANOTHER)):
            self.assertEqual(user.ask(f"NAME {name}"), answer)
        other.request("MSG B again")
        self.assertEqual(user.answer(), "other sent again")
        # Its own one in another spelling, and again.
        for name in ("b", "b"):
            self.assertEqual(user.ask(f"NAME {name}"), f"Hello {name}")
        self.naive("A")

    def test_NM3_3_names_of_all_dialects_in_order_of_arrival(self):
        visitor = self.naive()
        self.assertEqual(visitor.ask("GET_NAMES"), "Nobody has a name yet.")
        users = self.gather(*((user_class, f"{user_class.dialect.replace('-', '')}1") for user_class in reversed(USERS)))
        self.assertEqual(visitor.ask("GET_NAMES"), " ".join(user.name for user in users))
        users[0].leave()
        for user in users[1:]:
            user.sees_departure(users[0].name)
        self.assertEqual(visitor.ask("GET_NAMES"), " ".join(user.name for user in users[1:]))

    def test_NM3_3_many_names_are_split_between_names(self):
        names = [f"user{number}_{number % 23 * 'x'}" for number in range(60)]
        users = {name: self.naive(name) for name in names}
        users[names[0]].request("GET_NAMES")
        listed = []
        while len(listed) < len(names):
            listed += users[names[0]].answer().split(" ")
        self.assertEqual(listed, names)
        raw = self.raw(("GET_NAMES", " ".join(names)))
        raw.ask("EXIT", "EXIT")

    def test_NM3_4_a_message_to_everyone_in_any_case_but_not_to_oneself(self):
        users = self.gather(*((user_class, f"user{number}") for number, user_class in enumerate((NamesUser, *USERS))))
        for recipient in ("BROADCAST", "broadcast", "Broadcast"):
            users[0].tell(recipient, "hello")
            for user in users[1:]:
                user.hears("user0", "hello")
        for user in users:
            user.hears_nothing()

    def test_NM3_4_a_message_to_one_user_of_each_dialect(self):
        users = self.gather(*((user_class, f"user{number}") for number, user_class in enumerate((NamesUser, *USERS))))
        for user in users:
            users[0].tell(user.name.upper(), "hello")
            user.hears_private("user0", "hello")
        for user in users:
            user.hears_nothing()

    def test_NM3_5_messages_that_reach_nobody(self):
        visitor = self.naive()
        self.naive("B")
        self.assertEqual(visitor.ask("MSG B HELLO"), NO_NAME)
        self.assertEqual(visitor.ask("MSG BROADCAST HELLO"), NO_NAME)
        self.assertEqual(visitor.ask("NAME A"), "Hello A")
        for recipient in ("nobody", "ALL", "B,"):
            self.assertEqual(visitor.ask(f"MSG {recipient} HELLO"), NOBODY)

    def test_NM3_6_words_that_are_none(self):
        for name in (None, "A"):
            visitor = self.naive(name)
            for words in ("HELLO", "NAMEA", "GET NAMES", "?", " "):
                self.assertEqual(visitor.ask(words), UNKNOWN, words)
            for words in ("MSG", "MSG B", "MSG B "):
                self.assertEqual(visitor.ask(words), BAD_TELL, words)
            for words in ("GET_NAMES A", "EXIT now"):
                self.assertEqual(visitor.ask(words), NO_WORD, words)
            self.assertEqual(visitor.ask("exit"), "EXIT")

    def test_no_notices(self):
        user = self.add_user(NamesUser, "A")
        for user_class in USERS:
            self.add_user(user_class, "B").leave()
        user.hears_nothing()


class Leaving(NamesTest):
    def test_NM3_7_EXIT_is_answered_and_then_the_stream_ends(self):
        watcher = self.add_user(TelnetUser, "watcher")
        for width, leave in ((2, "04EXIT"), (2, "00"), (3, "004EXIT"), (4, "0000"), (0, "EXIT")):
            with self.subTest(width=width, leave=leave):
                visitor = self.connect("names")
                zeros = (width - 1) * "0"
                visitor.send("NAME A" if width == 0 else f"{zeros}6NAME A")
                visitor.expect("Hello A" if width == 0 else f"{zeros}7Hello A")
                watcher.sees_arrival("A")
                # What comes behind it is thrown away, without a reset.
                visitor.ask(leave, "EXIT" if width == 0 else f"{zeros}4EXIT")
                visitor.expect_end()
                watcher.sees_departure("A")

    def test_NM3_7_what_comes_behind_EXIT_is_thrown_away(self):
        visitor = self.raw(("06NAME A", "07Hello A"))
        visitor.send("04EXIT" + 10_000 * "11MSG A HELLO")
        self.assertEqual(visitor.receive_rest(), b"04EXIT")

    def test_NM3_7_without_a_name(self):
        self.assertEqual(self.naive().ask("EXIT"), "EXIT")

    def test_the_name_of_a_killed_client_is_taken_at_once(self):
        watcher = self.add_user(TelnetUser, "watcher")
        killed = self.enterContext(Program(sys.executable, KEYBOARD_CLIENT, self.server.ports["names"]))
        killed.type("NAME A\n")
        killed.wait_for("Server sent: Hello A")
        watcher.sees_arrival("A")
        killed.kill()
        watcher.sees_departure("A")
        reset = self.add_user(NamesUser, "A")
        watcher.sees_arrival("A")
        reset.kill()
        watcher.sees_departure("A")
        user = self.add_user(NamesUser, "A")
        watcher.sees_arrival("A")
        watcher.tell("A", "hello")
        user.hears_private("watcher", "hello")


class ExampleClient(NamesTest):
    def start(self, *arguments):
        return self.enterContext(Program(sys.executable, EXAMPLE_CLIENT, *arguments))

    def test_a_conversation(self):
        port = self.server.ports["names"]
        bob = self.add_user(LiveCodeUser, "bob")
        alice = self.start("alice", "127.0.0.1", port)
        alice.wait_for("Hello alice\n")
        bob.sees_arrival("alice")
        bob.say("hello")
        bob.sees_said("hello")
        alice.wait_for("bob sent hello\n")
        alice.type("\nMSG bob " + 1000 * "é" + "\nGET_NAMES\n")
        alice.wait_for("bob alice\n")
        bob.hears_private("alice", 1000 * "é")
        alice.type("MSG BROADCAST last")
        alice.end_input()
        bob.hears("alice", "last")
        bob.sees_departure("alice")
        alice.wait_for_end()
        self.assertEqual(alice.text, "Hello alice\nbob sent hello\nbob alice\n")


if __name__ == "__main__":
    main()
