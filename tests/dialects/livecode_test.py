"""The LiveCode dialect: every clause of PROTOCOL.md's section LC that can be seen, but for those on signing on and off."""

import contextlib

from livecode_clients import (
    ALREADY_VERIFIED, DISCONNECTED, INVALID_LENGTH, NOT_VERIFIED, TAKEN, UNKNOWN, VERIFIED, LineReader,
    LiveCodeTest, message)
from support import main
from users import LiveCodeUser, TwoSocketUser

# What bob says, request by request, and what he hears; nobody else is there.
CONVERSATION = (
    (b"AUTH,3\nbob\n", b"VERI,0\nMESG,13\nbob connected\n"),
    (b"MESG,5\nhello\n", b"MESG,10\nbob: hello\n"),
    (b"AUTH,3\neve\n", ALREADY_VERIFIED),
    (b"FILE,4\nAUTH\n", UNKNOWN),
    (b"MESG,x\n", INVALID_LENGTH),
    (b"\n\n\r\n", b""),
    (b"DCNX,3\nbob\n", b"DCNX,0\nMESG,16\nbob disconnected\n"),
    (b"mesg,2\nhi\n", NOT_VERIFIED),
    (b"auth,4\ncarl\n", b"VERI,0\nMESG,14\ncarl connected\n"),
    (b"Stop,4\ncarl\n", b"DCNX,0\nMESG,17\ncarl disconnected\n"),
)


class Frames(LiveCodeTest):
    def test_LC_the_conversation_of_the_page(self):
        ann, bob = self.add("ann"), self.connect("livecode")
        for request, answer, seen in (
                (b"AUTH,3\nann\n", TAKEN, b""),
                (b"AUTH,3\nbob\n", b"VERI,0\nMESG,13\nbob connected\n", b"MESG,13\nbob connected\n"),
                (b"MESG,5\nhello\n", b"MESG,10\nbob: hello\n", b"MESG,10\nbob: hello\n"),
                (b"MESG,4\ncaf\xe9\n", b"MESG,9\nbob: caf\xe9\n", b"MESG,10\nbob: caf\xc3\xa9\n"),
                (b"MESG,five\n", INVALID_LENGTH, b""),
                (b"AUTH,3\neve\n", ALREADY_VERIFIED, b""),
                (b"FILE,1\nx\n", UNKNOWN, b""),
                (b"STOP,3\nann\n", NOT_VERIFIED, b""),
                (b"DCNX,3\nbob\n", b"DCNX,0\nMESG,16\nbob disconnected\n", b"MESG,16\nbob disconnected\n"),
                (b"MESG,2\nhi\n", NOT_VERIFIED, b""),
                (b"auth,3\nbob\n", b"VERI,0\nMESG,13\nbob connected\n", b"MESG,13\nbob connected\n"),
                (b"STOP,3\nbob\n", b"DCNX,0\nMESG,16\nbob disconnected\n", b"MESG,16\nbob disconnected\n")):
            bob.ask(request, answer)
            ann.expect(seen)
        bob.expect_end()
        ann.hears_nothing()

    def test_LC1_a_conversation(self):
        bob = self.connect("livecode")
        for request, answer in CONVERSATION:
            bob.ask(request, answer)
        bob.expect_end()

    def test_LC1_a_conversation_in_one_segment_and_byte_by_byte(self):
        requests, answers = map(b"".join, zip(*CONVERSATION))
        bob = self.connect("livecode")
        bob.ask(requests, answers)
        bob.expect_end()
        bob = self.connect("livecode")
        bob.send_byte_by_byte(requests)
        bob.expect(answers)
        bob.expect_end()

    def test_LC1_a_conversation_cut_after_any_byte(self):
        requests, answers = map(b"".join, zip(*CONVERSATION))
        for cut in range(1, len(requests)):
            with self.subTest(cut=cut), self.connect("livecode") as bob:
                bob.send(requests[:cut])
                bob.ask(requests[cut:], answers)
                bob.expect_end()

    def test_LC1_what_the_naive_reader_shows(self):
        reader = LineReader(self.connect("livecode"))
        reader.write("MESG", "too early")
        reader.write("AUTH", "bob")
        reader.socket.send("MESG,?\n")
        reader.write("AUTH", "bob")
        reader.write("MESG", "hello")
        reader.write("FILE", "")
        reader.write("DCNX", "bob")
        self.assertEqual([reader.read() for _ in range(9)], [
            ("ERRO", "Client not verified\n"), ("VERI", ""), ("MESG", "bob connected"),
            ("WARN", "Invalid message length\n"), ("WARN", "Customer already verified\n"), ("MESG", "bob: hello"),
            ("ERRO", "Unknown command\n"), ("DCNX", ""), ("MESG", "bob disconnected")])
        reader.write("WHAT", "")
        self.assertEqual(reader.read(), ("ERRO", "Unknown command\n"))

    def test_LC1_2_an_unknown_command_before_and_after_the_sign_on(self):
        visitor = self.connect("livecode")
        visitor.ask("HELO,3\nbob\n", UNKNOWN)
        visitor.ask("AUTH,3\nbob\nHELO,3\nbob\n", VERIFIED + message("bob connected") + UNKNOWN)
        self.expect_fresh(visitor)

    def test_LC1_6_lines_that_are_no_headers(self):
        bob = self.add("bob")
        for line in ("AUTH", "hello", "MESG,", "MESG, ", "MESG,-5", "MESG,+5", "MESG,five", "MESG,5.0", ",", "M" * 65 + ",1",
                     "M" * 100_000, "\x00", b"\xff\xfd\x01"):
            with self.subTest(line=line[:70]):
                bob.send(line)
                bob.ask("\n", INVALID_LENGTH)
                bob.hears_nothing()

    def test_LC1_6_a_header_of_64_bytes(self):
        bob = self.add("bob")
        bob.ask("MESG," + "0" * 58 + "2\nhi\n", message("bob: hi"))

    def test_LC1_7_a_length_over_the_limit(self):
        self.server = self.start_server("--max-body-bytes", "100")
        ann, bob = self.pair()
        bob.request("MESG", "x" * 100)
        bob.expect(message("bob: " + "x" * 100))
        ann.hears("bob", "x" * 100)
        bob.request("MESG", "x" * 101)
        bob.expect(INVALID_LENGTH)
        bob.socket.expect_end()
        ann.sees_departure("bob")

    def test_LC1_7_a_length_that_nobody_can_count(self):
        visitor = self.connect("livecode")
        visitor.ask("AUTH,99999999999999999999\nbob\n", INVALID_LENGTH)
        visitor.expect_end()

    def test_LC1_5_the_end_in_the_middle_of_a_body(self):
        ann, bob = self.pair()
        bob.send("MESG,5\nhell")
        bob.socket.half_close()
        bob.socket.expect_end()
        ann.sees_departure("bob")
        visitor = self.connect("livecode")
        visitor.send("AUTH,4\neve")
        visitor.half_close()
        visitor.expect_end()
        ann.hears_nothing()


class Texts(LiveCodeTest):
    def test_LC2_5_a_text_is_one_line(self):
        ann, bob = self.pair()
        for text, line in (("one\ntwo", "one two"), ("a\rb\r\nc", "a b c"), ("hello\n", "hello"), ("", ""),
                           ("x\nMESG,3\nann", "x MESG,3 ann"), ("\n\nx", "  x")):
            bob.say(text)
            for user in (ann, bob):
                user.hears("bob", line)

    def test_LC4_cp1252_beside_utf8(self):
        ann = self.add("ann")
        bob = self.add_reader("bob", ann)
        ann.say("caf\u00e9")  # bob has not shown that he is not of this code
        ann.sees_said("caf\u00e9")
        bob.socket.expect(b"\n" + message("ann: caf\u00e9"))
        bob.write("MESG", "d\u00e9j\u00e0 vu \u20ac \u201cquoted\u201d")
        self.assertEqual(bob.read(), ("MESG", "bob: d\u00e9j\u00e0 vu \u20ac \u201cquoted\u201d"))
        ann.hears("bob", "d\u00e9j\u00e0 vu \u20ac \u201cquoted\u201d")
        ann.say("\u00e9 \u4e2d \U0001f600")
        ann.sees_said("\u00e9 \u4e2d \U0001f600")
        self.assertEqual(bob.read(), ("MESG", "ann: \u00e9 ? ?"))
        self.add("Zo\u00eb")
        ann.sees_arrival("Zo\u00eb")
        self.assertEqual(bob.read(), ("MESG", "Zo\u00eb connected"))

    def test_LC4_a_name_in_cp1252(self):
        ann = self.add("ann")
        zoe = self.add_reader("Zo\u00eb", ann)
        zoe.write("MESG", "hello")
        self.assertEqual(zoe.read(), ("MESG", "Zo\u00eb: hello"))
        ann.hears("Zo\u00eb", "hello")
        visitor = self.connect("livecode")
        visitor.ask("AUTH,4\nZo\u00eb\n", TAKEN)
        zoe.write("DCNX", "Zo\u00eb")
        self.assertEqual([zoe.read(), zoe.read()], [("DCNX", ""), ("MESG", "Zo\u00eb disconnected")])
        ann.sees_departure("Zo\u00eb")

    def test_LC4_every_byte_comes_back(self):
        bob = self.add("bob")
        every_byte = bytes(byte for byte in range(256) if byte not in b"\r\n")
        bob.ask(b"MESG,254\n" + every_byte + b"\n", b"MESG,259\nbob: " + every_byte + b"\n")

    def test_LC4_4_a_text_that_grows_over_the_limit_on_its_way(self):
        self.server = self.start_server("--max-body-bytes", "100")
        ann, bob = self.pair()
        bob.request("MESG", b"\x80" * 33)  # euros: three bytes each in UTF-8
        ann.hears("bob", "\u20ac" * 33)
        bob.expect(message(("bob: " + "\u20ac" * 33).encode("cp1252")))
        bob.request("MESG", b"\x80" * 34)
        bob.expect(INVALID_LENGTH)
        bob.hears_nothing()
        ann.hears_nothing()


class Others(LiveCodeTest):
    def test_LC3_4_a_user_of_the_two_socket_protocol(self):
        ann, bob = self.gather((LiveCodeUser, "ann"), (TwoSocketUser, "bob"))
        bob.say("hello")
        ann.hears("bob", "hello")
        bob.sees_said("hello")
        bob.tell("ann", "pst")
        ann.expect(message("bob (private): pst"))
        bob.sees_told("ann", "pst")
        bob.say("caf\u00e9\r\n\xff".encode("latin-1"))
        ann.expect(message("bob: caf\ufffd \ufffd"))
        bob.sees_said("")
        ann.say("one\nline\n")
        ann.sees_said("one line")
        bob.hears("ann", "one line")
        bob.say(b"\xff" * 65536)  # grows, is cut, and does no harm
        ann.expect(message("bob: " + "\ufffd" * (65536 // 3) + " (cut)"))
        bob.sees_said("")

    def test_OD9_clients_of_other_dialects_are_told(self):
        for client, first_bytes in (("two-socket", "REGISTER TOSEND bob\n\n"), ("names", "08NAME bob"),
                                    ("rooms", '{"type": "connect", "payload": {"name": "bob"}}'),
                                    ("HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n")):
            sentence = f"This port is for livecode clients; yours speaks {client}.\n"
            for send in ("send", "send_byte_by_byte"):
                with self.subTest(client=client, send=send):
                    visitor = self.connect("livecode")
                    with contextlib.suppress(OSError):  # it may have been told before its last byte
                        getattr(visitor, send)(first_bytes)
                    visitor.expect(f"ERRO,{len(sentence)}\n{sentence}")
                    visitor.expect_end()

    def test_OD9_somebody_who_types_is_no_client_of_another_dialect(self):
        visitor = self.connect("livecode")
        visitor.ask("bob\r\n", INVALID_LENGTH)
        visitor.send("AUTH,3\r\nbob\r\nSTOP,3\r\nbob\r\n")
        visitor.expect(VERIFIED + message("bob connected") + DISCONNECTED + message("bob disconnected"))
        visitor.expect_end()

    def test_a_body_is_never_taken_for_a_client_of_another_dialect(self):
        visitor = self.connect("livecode")
        visitor.send_byte_by_byte('MESG,27\nREGISTER TOSEND bob\n{"type"\n')
        visitor.expect(NOT_VERIFIED)
        self.expect_fresh(visitor)


if __name__ == "__main__":
    main()
