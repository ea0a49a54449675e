#!/usr/bin/env python3
"""Lengths, raw text, long and strange texts, time: how the names dialect is framed (PROTOCOL.md, NM1, NM2, NM4).

    names_framing_test.py PARLEYD
"""

from names_clients import NOBODY, TOO_LONG, UNKNOWN, WRONG, NamesTest
from support import main
from users import NamesUser, TelnetUser, TwoSocketUser


class Framing(NamesTest):
    def test_NM1_2_each_width_is_answered_in_its_own(self):
        watcher = self.add_user(TwoSocketUser, "watcher")
        users = [self.add_user(NamesUser, f"user{width}", width=width) for width in (2, 3, 4, 5, 10)]
        for user in users:
            user.say("hello")
            watcher.hears(user.name, "hello")
            for other in users:
                if other is not user:
                    other.hears(user.name, "hello")
            user.tell("nobody", "hello")
            user.expect_answer(NOBODY)
        for user in users:
            user.leave()

    def test_NM1_2_a_length_of_one_digit_or_eleven(self):
        for first in ("6NAME A", "00000000006NAME A"):
            with self.subTest(first=first):
                visitor = self.raw((first, f"14{WRONG}"), ("006NAME A", "007Hello A"), ("004EXIT", "004EXIT"))
                visitor.expect_end()

    def test_NM1_3_line_ends_are_no_part_of_anything(self):
        self.raw(("\r\n08NAME A\r\n", "07Hello A"), ("\n\n13MSG A HELLO\r\n\r\n", "12A sent HELLO"),
                 ("05EXIT\n\r\n", "04EXIT"))

    def test_NM1_5_byte_by_byte(self):
        visitor = self.connect("names")
        visitor.send_byte_by_byte("06NAME A11MSG A HELLO09GET_NAMES04EXIT")
        visitor.expect("07Hello A" "12A sent HELLO" "01A" "04EXIT")
        visitor.expect_end()

    def test_NM1_5_all_in_one_segment(self):
        visitor = self.raw(("0006NAME A0011MSG A HELLO0009GET_NAMES0004EXIT", "0007Hello A0012A sent HELLO0001A0004EXIT"))
        visitor.expect_end()

    def test_NM1_6_no_digit_where_a_length_must_be(self):
        for wrong in ("x", "NAME A", "-6NAME A", " 06NAME A", "0xNAME A", "0\n6NAME A", "\0", "\xff"):
            with self.subTest(wrong=wrong):
                # What comes in one segment with it is dropped; the connection and the name stay.
                visitor = self.raw(("06NAME A", "07Hello A"), (wrong + "04EXIT", f"14{WRONG}"), ("09GET_NAMES", "01A"),
                                   ("04EXIT", "04EXIT"))
                visitor.expect_end()

    def test_NM1_6_the_third_ends_the_stream(self):
        visitor = self.raw(("06NAME A", "07Hello A"), ("x", f"14{WRONG}"), ("06NAME A", "07Hello A"), ("x", f"14{WRONG}"))
        visitor.send("x" + 10_000 * "04EXIT")
        self.assertEqual(visitor.receive_rest(), f"14{WRONG}".encode())
        self.add_user(NamesUser, "A")

    def test_NM1_7_a_payload_over_the_limit_is_refused_and_thrown_away(self):
        user = self.add_user(NamesUser, "A", width=6)
        user.request("MSG A " + 70_000 * "0")
        user.expect_answer(TOO_LONG)
        user.tell("A", 60_000 * "x")
        room = 4096 - len("A sent ")
        for begin in range(0, 60_000, room):
            user.hears("A", min(room, 60_000 - begin) * "x")

    def test_NM1_4_zeros_and_the_end_of_the_stream_leave(self):
        for zeros in ("00", "000", "0000"):
            visitor = self.connect("names")
            visitor.send(zeros)
            visitor.half_close()
            self.assertEqual(visitor.receive_rest().decode(), f"{4:0{len(zeros)}}EXIT")

    def test_an_end_of_stream_in_a_frame_leaves(self):
        watcher = self.add_user(TelnetUser, "watcher")
        for begun in ("0", "09", "09GET_NAM"):
            user = self.add_user(NamesUser, "A")
            watcher.sees_arrival("A")
            user.send(begun)
            user.socket.half_close()
            user.socket.expect_end()
            watcher.sees_departure("A")


class Raw(NamesTest):
    def test_NM2_1_each_piece_is_a_command(self):
        user = self.raw(("NAME A", "Hello A"), ("MSG A HELLO", "A sent HELLO"), ("GET_NAMES", "A"), ("HELLO", UNKNOWN))
        user.ask("EXIT", "EXIT")
        user.expect_end()

    def test_NM2_2_each_line_is_a_command_and_each_answer_a_line(self):
        user = self.raw(("NAME A\nMSG A HELLO\r\n\r\nGET_", "Hello A\nA sent HELLO\n"), ("NAMES\n", "A\n"))
        user.send_byte_by_byte("MSG A é€😀\r\nEXIT\r\n")
        user.expect("A sent é€😀\nEXIT\n")
        user.expect_end()

    def test_NM2_3_a_last_line_without_its_end_counts(self):
        user = self.raw(("NAME A\n", "Hello A\n"))
        user.send("MSG A HELLO")
        user.half_close()
        user.expect("A sent HELLO\n")
        user.expect_end()

    def test_NM2_4_a_line_over_the_limit(self):
        user = self.raw(("NAME A\n", "Hello A\n"), (200_000 * "x" + "\n", TOO_LONG + "\n"), ("GET_NAMES\n", "A\n"))
        user.ask("EXIT\n", "EXIT\n")

    def test_raw_and_framed_users_talk(self):
        pieces = self.raw(("NAME A", "Hello A"))
        lines = self.raw(("NAME B\n", "Hello B\n"))
        framed = self.add_user(NamesUser, "C", width=3)
        framed.say("hello")
        pieces.expect("C sent hello")
        lines.expect("C sent hello\n")
        pieces.send("MSG BROADCAST hi")
        lines.expect("A sent hi\n")
        framed.hears("A", "hi")
        lines.send("MSG c " + 600 * "é" + "\n")
        first = (999 - len("B sent ")) // 2
        framed.hears("B", first * "é")
        framed.hears("B", (600 - first) * "é")


class Texts(NamesTest):
    """What others write, as clients of this family can read it."""

    def test_NM4_4_a_long_text_comes_in_frames_that_each_fit(self):
        sender = self.add_user(TwoSocketUser, "bob")
        for width, character in ((2, "é"), (3, "€"), (4, "😀"), (2, "x")):
            with self.subTest(width=width, character=character):
                naive = self.naive(f"user{width}", width)
                text = 65536 // len(character.encode()) * character
                sender.tell(f"user{width}", text)
                heard = ""
                while len(heard) < len(text):
                    part = naive.answer()
                    self.assertTrue(part.startswith("bob sent "), part[:20])
                    heard += part.removeprefix("bob sent ")
                self.assertEqual(heard, text)
                sender.sees_told(f"user{width}", text)
                self.assertEqual(naive.ask("EXIT"), "EXIT")

    def test_NM4_6_few_bytes_never_make_many(self):
        """The most that one text can become fits into the buffer of a connection that is not being read."""
        sender = self.add_user(TwoSocketUser, 32 * "s")
        user = self.add_user(NamesUser, "A")
        sender.tell("A", 65536 * b"\x1b")
        sender.sees_told("A", "")
        shown = 65536 // len("\\x1b") * "\\x1b"
        room = 99 - len(f"{sender.name} sent ")
        for begin in range(0, len(shown), room):
            user.hears(sender.name, shown[begin:begin + room])
        user.hears_nothing()

    def test_NM4_5_texts_that_would_break_a_client_or_a_line(self):
        sender = self.add_user(TwoSocketUser, "bob")
        naive = self.naive("A")
        for text, shown in ((b"caf\xe9", "caf\ufffd"), (b"one\r\ntwo\nC sent three", "one two C sent three"),
                            (b"\x1b[2J\x00", "\\x1b[2J\\x00"), (b"", "")):
            sender.tell("A", text)
            self.assertEqual(naive.answer(), f"bob sent {shown}")
            sender.sees_told("A", text)

    def test_a_text_goes_out_as_it_came(self):
        recipient = self.add_user(TwoSocketUser, "bob")
        user = self.add_user(NamesUser, "A")
        for text in (b"caf\xe9", b"  a  b ", b"one\r\ntwo", bytes(range(1, 70))):
            user.tell("bob", text)
            recipient.hears("A", text)


class Limits(NamesTest):
    def test_NM1_8_a_frame_that_is_never_completed(self):
        self.server = self.start_server("--frame-timeout", "0.2")
        raw = self.raw(("NAME raw\n", "Hello raw\n"))
        raw.send("GET_")
        for begun in ("0", "09GET_NAME", "9999999999x"):
            visitor = self.connect("names")
            visitor.send(begun)
            sentence = "A request was begun and not completed in time."
            visitor.expect((f"{len(sentence):010}" if begun[0] == "9" else f"{len(sentence)}") + sentence)
            visitor.expect_end()
        # Raw text has no frames, and as much time as a person needs.
        raw.ask("NAMES\n", "raw\n")

    def test_a_peer_that_sets_no_name(self):
        self.server = self.start_server("--sign-on-timeout", "0.2")
        user = self.add_user(NamesUser, "A")
        self.assertEqual(self.naive().answer(), "No name has come for too long.")
        user.hears_nothing()

    def test_no_room(self):
        self.server = self.start_server("--max-connections", "1")
        self.add_user(NamesUser, "A")
        visitor = self.naive()
        self.assertLessEqual(len(visitor.answer()), 99)
        visitor.socket.expect_end()

    def test_a_stop_ends_every_stream(self):
        user = self.add_user(NamesUser, "A")
        visitor = self.raw(("09GET_NAMES", "01A"))
        self.server.stop()
        user.socket.expect_end()
        visitor.expect_end()


if __name__ == "__main__":
    main()
