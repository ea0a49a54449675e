#!/usr/bin/env python3
"""Plain telnet on the wire, byte for byte: every clause of PROTOCOL.md's section TN that needs no program of somebody else's.

    telnet_test.py PARLEYD
"""

import socket

import name_faults as why
from support import TIME_FACTOR, DialectTest, main
from users import USERS, RoomsUser, TelnetUser, TwoSocketUser

PROMPT = "Please enter your name: "
NAME_REQUIRED = f"A name is required. {PROMPT}"
NAME_TAKEN = f"Name already registered. {PROMPT}"
CUT = "Your line was longer than 1024 bytes; the rest was cut off.\r\n"
USAGE = "Write @NAME TEXT or /msg NAME TEXT.\r\n"
HELP = ("What you type goes to everyone in your room, but:\r\n"
        "  /msg NAME TEXT  says it to NAME alone, as @NAME TEXT does\r\n"
        "  /who            lists who is here, in all rooms\r\n"
        "  /join ROOM      goes to another room; without ROOM, back to the first\r\n"
        "  /help           shows this\r\n"
        "  /quit           leaves\r\n")

# RFC 854, 860, 1184.
IAC, DONT, DO, WONT, WILL, SB, SE, EOF = (bytes([n]) for n in (255, 254, 253, 252, 251, 250, 240, 236))
ECHO, SUPPRESS_GO_AHEAD, TIMING_MARK, TERMINAL_TYPE = (bytes([n]) for n in (1, 3, 6, 24))
END_OF_TRANSMISSION = b"\x04"
REPLACEMENT = "\ufffd"


class TelnetTest(DialectTest):
    def visitor(self):
        """Connected, with no name yet, and the prompt read."""
        visitor = self.connect("telnet")
        visitor.expect(PROMPT)
        return visitor

    def pair(self):
        """Two telnet users, ann and bob."""
        return self.gather((TelnetUser, "ann"), (TelnetUser, "bob"))

    def check_heard(self, written, *lines, send="send"):
        """What ann writes is this to bob, and nothing else. `send`: the Socket's function for it."""
        ann, bob = self.pair()
        getattr(ann.socket, send)(written)
        for line in lines:
            bob.hears("ann", line)
        ann.hears_nothing()
        bob.hears_nothing()


class SigningOn(TelnetTest):
    def test_TN3_1_who_connects_is_spoken_to_first(self):
        self.visitor()

    def test_TN3_2_an_empty_name(self):
        visitor = self.visitor()
        for line in ("\r\n", "\n", "  \r\n", "\b\b\r\n"):
            visitor.ask(line, NAME_REQUIRED)

    def test_TN3_3_who_is_there(self):
        ann, bob = self.visitor(), self.visitor()
        ann.ask("ann\r\n", "1 user(s) online: ann\r\n")
        bob.ask("  bob  \r\n", "2 user(s) online: ann, bob\r\n")
        ann.expect("+++ bob arrived +++\r\n")

    def test_TN3_4_a_taken_name(self):
        ann = self.add_user(TelnetUser, "Ann")
        visitor = self.visitor()
        for name in ("Ann", "aNN"):
            visitor.ask(f"{name}\r\n", NAME_TAKEN)
        visitor.ask("bob\r\n", "2 user(s) online: Ann, bob\r\n")
        ann.sees_arrival("bob")
        ann.hears_nothing()

    def test_TN3_4_a_name_taken_in_another_dialect(self):
        for user_class in USERS:
            with self.subTest(dialect=user_class.dialect):
                self.server = self.start_server()
                self.add_user(user_class, "ann")
                visitor = self.visitor()
                visitor.ask("ANN\r\n", NAME_TAKEN)

    def test_TN3_5_what_is_no_name(self):
        visitor = self.visitor()
        for line, fault in (("two words", why.BLANK), ("x" * 33, why.TOO_LONG), ("x" * 2000, why.TOO_LONG),
                            ("a\u202eb", why.INVISIBLE), ("@bob", why.LEADING_SIGN), ("bob\u3164", why.INVISIBLE),
                            ("all", why.RESERVED), ("Broadcast", why.RESERVED), ("SERVER", why.RESERVED),
                            ("/help", why.LEADING_SIGN), ("/", why.LEADING_SIGN)):
            with self.subTest(line=line):
                visitor.ask(f"{line}\r\n", f"{fault} {PROMPT}")
        visitor.ask("ann\r\n", "1 user(s) online: ann\r\n")

    def test_TN1_4_a_name_that_is_not_utf_8_is_refused(self):
        visitor = self.visitor()
        visitor.ask(b"caf\xe9\r\n", f"{why.NOT_UTF8} {PROMPT}")
        visitor.ask("caf\ufffd\r\n", f"{why.NOT_UTF8} {PROMPT}")

    def test_TN3_5_a_name_of_32_bytes_and_of_any_letters(self):
        for name in ("x" * 32, "Zoë", "日本", "bob_1", "bob@home"):
            with self.subTest(name=name):
                self.add_user(TelnetUser, name).leave()

    def test_TN3_6_visitors_hear_nothing_and_go_silently(self):
        ann = self.add_user(TelnetUser, "ann")
        ways = {"/quit": b"/quit\r\n", "EOT": END_OF_TRANSMISSION, "IAC EOF": IAC + EOF, "an end of stream": b""}
        for way, written in ways.items():
            with self.subTest(way=way):
                visitor = self.visitor()
                ann.say("is anybody there?")
                ann.hears_nothing()
                visitor.send(written)
                if not written:
                    visitor.half_close()
                visitor.expect_end()
                ann.hears_nothing()

    def test_OD9_a_first_line_that_ends_in_cr_is_looked_at_as_well(self):
        visitor = self.visitor()
        visitor.send("GET / HTTP/1.1\r")  # and LF only later
        visitor.expect("This port is for telnet clients; yours speaks HTTP.\r\n")
        visitor.expect_end()

    def test_TN3_7_a_visitor_who_says_nothing_is_told_to_go(self):
        self.server = self.start_server("--sign-on-timeout", str(0.2 * TIME_FACTOR))
        visitor = self.visitor()
        visitor.expect("No name has come for too long.\r\n")
        visitor.expect_end()


class Lines(TelnetTest):
    def test_TN1_1_line_ends(self):
        self.check_heard(b"one\r\ntwo\r\0three\nfour\rfive\r\n", "one", "two", "three", "four", "five")

    def test_TN1_1_however_they_are_cut(self):
        self.check_heard(b"one\r\ntwo\r\0three\nfour\r\r\n", "one", "two", "three", "four", send="send_byte_by_byte")

    def test_TN1_1_a_name_and_lines_in_one_segment(self):
        bob = self.add_user(TelnetUser, "bob")
        ann = self.connect("telnet")
        ann.ask("ann\r\nhello\r\nhow are you?\r\n", f"{PROMPT}2 user(s) online: bob, ann\r\n")
        bob.sees_arrival("ann")
        bob.hears("ann", "hello")
        bob.hears("ann", "how are you?")

    def test_TN1_1_half_a_line_waits_for_the_other(self):
        ann, bob = self.pair()
        ann.send("half ")
        ann.socket.send(IAC + DO + TIMING_MARK)  # its answer shows that the half has been read
        ann.expect(IAC + WILL + TIMING_MARK)
        bob.say("meanwhile")
        ann.hears("bob", "meanwhile")
        ann.send("a line\r\n")
        bob.hears("ann", "half a line")

    def test_TN1_2_erasing(self):
        self.check_heard("helo\x7flo\r\n" "hxx\b\bi\r\n" "Zoë\b\b\b\b\bJo€\x7fé\r\n", "hello", "hi", "Joé")

    def test_TN1_3_controls_never_reach_others(self):
        self.check_heard(b"\x1b[2Jred\a\x0b\tand \xc2\x9bblue\x04\0\r\n", "[2Jred and blue")

    def test_TN1_4_bad_utf8(self):
        self.check_heard(b"caf\xe9 \xc0\x80 \xff\xff caf\xc3\xa9\r\n",
                         f"caf{REPLACEMENT} {REPLACEMENT * 2} {REPLACEMENT} café")

    def test_TN1_5_a_last_line_without_an_end_counts(self):
        ann, bob = self.pair()
        ann.send("goodbye")
        ann.socket.half_close()
        bob.hears("ann", "goodbye")
        bob.sees_departure("ann")
        ann.socket.expect_end()
        bob.hears_nothing()

    def test_TN1_6_1024_bytes(self):
        ann, bob = self.pair()
        for line in ("x" * 1024, "é" * 512):
            ann.say(line)
            bob.hears("ann", line)
            ann.hears_nothing()

    def test_TN1_6_more_is_cut_with_a_notice(self):
        ann, bob = self.pair()
        for line, heard in (("x" * 1025, "x" * 1024), ("x" * 1023 + "é", "x" * 1023), ("x" * 100_000, "x" * 1024)):
            ann.say(line)
            ann.expect(CUT)
            bob.hears("ann", heard)
        ann.say("short")
        bob.hears("ann", "short")
        ann.hears_nothing()

    def test_TN1_7_empty_lines_say_nothing(self):
        self.check_heard("\r\n\n   \r\nhello\r\n", "hello")


class Negotiation(TelnetTest):
    PUTTY = b"".join(IAC + verb + option for verb, option in (
        (WILL, b"\x1f"), (WILL, b"\x20"), (WILL, TERMINAL_TYPE), (WILL, b"\x27"), (DO, ECHO),
        (WILL, SUPPRESS_GO_AHEAD), (DO, SUPPRESS_GO_AHEAD)))
    ANSWER_TO_PUTTY = b"".join(IAC + verb + option for verb, option in (
        (DONT, b"\x1f"), (DONT, b"\x20"), (DONT, TERMINAL_TYPE), (DONT, b"\x27"), (WONT, ECHO),
        (DONT, SUPPRESS_GO_AHEAD), (WONT, SUPPRESS_GO_AHEAD)))

    def test_TN2_1_before_the_name(self):
        visitor = self.visitor()
        visitor.ask(self.PUTTY + b"ann\n", self.ANSWER_TO_PUTTY + b"1 user(s) online: ann\r\n")

    def test_TN2_1_cut_anywhere(self):
        visitor = self.visitor()
        visitor.send_byte_by_byte(self.PUTTY + b"ann\n")
        visitor.expect(self.ANSWER_TO_PUTTY + b"1 user(s) online: ann\r\n")

    def test_TN2_1_in_the_middle_of_a_line_and_of_a_letter(self):
        ann, bob = self.pair()
        ann.send(b"caf\xc3" + IAC + DO + ECHO + b"\xa9 " + IAC + SB + TERMINAL_TYPE + b"\0xterm" + IAC + SE + b"au lait\r\n")
        ann.expect(IAC + WONT + ECHO)
        bob.hears("ann", "café au lait")

    def test_TN2_2_once_each_and_never_to_a_refusal(self):
        ann, _ = self.pair()
        for verb, answer in ((DO, WONT), (WILL, DONT)):
            ann.send((IAC + verb + ECHO) * 5 + IAC + WONT + ECHO + IAC + DONT + ECHO + IAC + verb + ECHO)
            ann.expect(IAC + answer + ECHO)
        ann.hears_nothing()

    def test_TN2_3_every_timing_mark(self):
        ann, _ = self.pair()
        ann.ask((IAC + DO + TIMING_MARK) * 3, (IAC + WILL + TIMING_MARK) * 3)
        ann.hears_nothing()

    def test_TN2_3_a_timing_mark_has_its_place_among_answers(self):
        ann, _ = self.pair()
        ann.send(b"/who\r\n" + IAC + DO + TIMING_MARK + b"/who\r\n")
        who = b"2 user(s) online: ann, bob\r\n"
        ann.expect(who + IAC + WILL + TIMING_MARK + who)

    def test_TN2_5_urgent_bytes_stay_where_they_stand(self):
        """As GNU telnet sends "synch": only the data mark is urgent, and the kernel would take it out of the stream."""
        ann, bob = self.pair()
        for text in ("one", "two"):
            ann.send(IAC)
            ann.socket.socket.send(b"\xf2", socket.MSG_OOB)
            ann.say(text)
            bob.hears("ann", text)
        ann.hears_nothing()


class Chat(TelnetTest):
    def test_TN4_1_everyone_but_the_sender(self):
        ann, bob, cleo = self.gather((TelnetUser, "ann"), (TelnetUser, "bob"), (TelnetUser, "cleo"))
        ann.say("  hello, all  ")
        for user in (bob, cleo):
            user.expect("ann>   hello, all  \r\n")
        ann.hears_nothing()

    def test_TN4_2_each_line_of_a_text_has_its_prefix(self):
        ron, tim, ann = self.gather((RoomsUser, "ron"), (TwoSocketUser, "tim"), (TelnetUser, "ann"))
        lines = ("hi", "+++ eve arrived +++", "[private] bob> psst")
        for end in ("\n", "\r\n", "\r"):
            with self.subTest(end=end):
                text = end.join(lines)
                ron.say(text)
                for line in lines:
                    ann.hears("ron", line)
                ron.sees_said(text)
                tim.hears("ron", text)
                tim.say(text)
                tim.tell("ann", text)
                for line in lines:
                    ann.hears("tim", line)
                for line in lines:
                    ann.hears_private("tim", line)
                ron.hears("tim", text)
                ann.hears_nothing()

    def test_TN4_2_nothing_drives_the_terminal(self):
        tim, ann = self.gather((TwoSocketUser, "tim"), (TelnetUser, "ann"))
        tim.say(b"\x1b[2J\x00\x7f\xff\xec\xc2\x9b caf\xe9\v\f")
        ann.hears("tim", rf"\x1b[2J\x00\x7f{REPLACEMENT * 2}\xc2\x9b caf{REPLACEMENT}\x0b\x0c")
        ann.hears_nothing()

    def test_TN4_3_no_text_is_too_much_for_who_reads(self):
        tim, ann = self.gather((TwoSocketUser, "tim"), (TelnetUser, "ann"))
        tim.say("x" * 65536)
        ann.hears("tim", "x" * 65536)
        for byte in (b"\n", b"\x01", b"\xff"):
            with self.subTest(byte=byte):
                tim.say(byte * 65536)
                self.assertLess(len(ann.socket.receive_until(" [cut]\r\n")), 65536 + 128)
                ann.hears_nothing()

    def test_TN4_4_private_lines(self):
        ann, bob, cleo = self.gather((TelnetUser, "ann"), (TelnetUser, "Bob"), (TelnetUser, "cleo"))
        for line in ("@bob it is me", "/msg bob it is me", "  @BOB   it is me ", "/MSG  bob  it is me"):
            with self.subTest(line=line):
                ann.say(line)
                bob.expect("[private] ann> it is me\r\n")
        for user in (ann, bob, cleo):
            user.hears_nothing()

    def test_TN4_4_private_lines_that_cannot_go(self):
        ann, bob = self.pair()
        for line, answer in (("@eve hi", "Nobody is called eve.\r\n"), ("/msg eve hi", "Nobody is called eve.\r\n"),
                             ("@e\u202eve hi", "Nobody is called e\\u{202e}ve.\r\n"),
                             ("@bob", USAGE), ("@bob  ", USAGE), ("@", USAGE), ("@ bob hi", USAGE),
                             ("/msg", USAGE), ("/msg bob", USAGE)):
            with self.subTest(line=line):
                ann.say(line)
                ann.expect(answer)
        bob.hears_nothing()

    def test_TN4_5_who(self):
        users = self.gather(*((user_class, f"user{i}") for i, user_class in enumerate(USERS)))
        telnet = users[USERS.index(TelnetUser)]
        for command in ("/who", " /WHO ", "/who me"):
            telnet.say(command)
            telnet.expect(f"{len(users)} user(s) online: {', '.join(user.name for user in users)}\r\n")

    def test_TN4_6_rooms(self):
        ann, bob = self.pair()
        ann.say("/join The Attic")
        ann.expect("You are in the room The Attic.\r\n")
        bob.sees_departure("ann")
        ann.say("who is up here?")
        ann.hears_nothing()
        bob.hears_nothing()
        bob.say("/join the attic")
        bob.expect("You are in the room The Attic.\r\n")
        ann.sees_arrival("bob")
        bob.say("I am")
        ann.hears("bob", "I am")
        ann.say("/join THE ATTIC")
        ann.expect("You are in the room The Attic already.\r\n")
        ann.say("/join")
        ann.expect("You are in the room General.\r\n")
        bob.sees_departure("ann")
        for name, fault in (("x" * 65, why.ROOM_TOO_LONG), ("a\u2028b", why.ROOM_BLANKS)):
            ann.say(f"/join {name}")
            ann.expect(f"{fault}\r\n")

    def test_TN4_7_help_and_what_it_does_not_list(self):
        ann, bob = self.pair()
        ann.say("/help")
        ann.expect(HELP)
        for word in ("/fly", "/", "//"):
            ann.say(f"{word} me to the moon")
            ann.expect(f"There is no command {word}; /help lists those that there are.\r\n")
        bob.hears_nothing()


class Leaving(TelnetTest):
    WAYS = {"/quit": b"/quit\r\n", "/QUIT": b" /QUIT now\r\n", "EOT": END_OF_TRANSMISSION, "IAC EOF": IAC + EOF}

    def test_TN5_1_announced_once_and_ended_in_good_order(self):
        bob = self.add_user(TelnetUser, "bob")
        for way, written in self.WAYS.items():
            with self.subTest(way=way):
                ann = self.add_user(TelnetUser, "ann")
                bob.sees_arrival("ann")
                ann.send(written)
                ann.socket.expect_end()
                bob.sees_departure("ann")
                ann.send("one more\r\n")
                bob.hears_nothing()

    def test_TN5_2_nothing_counts_behind_it(self):
        ann, bob = self.pair()
        ann.send(b"/quit\r\nstill here\r\n" + IAC + DO + TIMING_MARK + END_OF_TRANSMISSION)
        ann.socket.expect_end()
        bob.sees_departure("ann")
        bob.hears_nothing()

    def test_TN5_1_end_of_transmission_in_a_line_is_nothing(self):
        self.check_heard(b"not\x04 yet\r\n", "not yet")

    def test_TN5_1_end_of_file_behind_half_a_line(self):
        ann, bob = self.pair()
        ann.send(b"goodbye" + IAC + EOF)
        bob.hears("ann", "goodbye")
        bob.sees_departure("ann")
        ann.socket.expect_end()

    def test_TN5_3_a_lost_connection_is_announced_and_frees_the_name(self):
        bob = self.add_user(TelnetUser, "bob")
        for way in ("end", "kill"):
            with self.subTest(way=way):
                ann = self.add_user(TelnetUser, "ann")
                bob.sees_arrival("ann")
                ann.send("half a line" if way == "kill" else "")
                getattr(ann, way)()
                bob.sees_departure("ann")
                bob.hears_nothing()


if __name__ == "__main__":
    main()
