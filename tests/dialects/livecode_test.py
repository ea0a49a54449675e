"""The LiveCode dialect: a line-based reader as that family has, and every clause of PROTOCOL.md's section LC that can be seen."""

import contextlib
import sys

from support import ROOT, DialectTest, Program, main
from users import LiveCodeUser, TwoSocketUser

VERIFIED = b"VERI,0\n"
DISCONNECTED = b"DCNX,0\n"
TAKEN = b"ERRO,23\nUsername already taken\n"
NOT_VERIFIED = b"ERRO,20\nClient not verified\n"
ALREADY_VERIFIED = b"WARN,26\nCustomer already verified\n"
UNKNOWN = b"ERRO,16\nUnknown command\n"
INVALID_LENGTH = b"WARN,23\nInvalid message length\n\n"
NO_NAME = b"ERRO,53\nA username is one printable word of at most 32 bytes\n"
RESERVED = b"ERRO,18\nUsername reserved\n"

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


class LineReader:
    """The family's client: it reads until return, then as many characters as the second item says, in its one 8-bit code."""

    def __init__(self, socket):
        self.socket = socket

    def write(self, command, text):
        body = text.encode("cp1252")
        self.socket.send(b"%s,%d\n%s\n" % (command.encode(), len(body), body))

    def read(self):
        """The next frame's word and text."""
        while not (line := self.socket.receive_until("\n").decode("cp1252").rstrip("\n")):
            pass  # what stands behind a text whose length does not count it
        word, length = line.split(",")
        return word, self.socket.receive_exactly(int(length)).decode("cp1252")


def message(text, code="utf-8"):
    body = text.encode(code)
    return b"MESG,%d\n%s\n" % (len(body), body)


class LiveCode(DialectTest):
    def add(self, name):
        """Signed on, and nobody else is there."""
        return self.add_user(LiveCodeUser, name)

    def expect_fresh(self, socket):
        """Nothing else has come, and requests are understood."""
        socket.send("WHAT,0\n")
        socket.expect(UNKNOWN)

    # Frames

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
            bob.send(request)
            bob.expect(answer)
            ann.expect(seen)
        bob.expect_end()
        ann.hears_nothing()

    def test_LC1_a_conversation(self):
        bob = self.connect("livecode")
        for request, answer in CONVERSATION:
            bob.send(request)
            bob.expect(answer)
        bob.expect_end()

    def test_LC1_a_conversation_in_one_segment_and_byte_by_byte(self):
        requests, answers = map(b"".join, zip(*CONVERSATION))
        bob = self.connect("livecode")
        bob.send(requests)
        bob.expect(answers)
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
                bob.send(requests[cut:])
                bob.expect(answers)
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
        visitor.send("HELO,3\nbob\n")
        visitor.expect(UNKNOWN)
        visitor.send("AUTH,3\nbob\nHELO,3\nbob\n")
        visitor.expect(VERIFIED + message("bob connected") + UNKNOWN)
        self.expect_fresh(visitor)

    def test_LC1_6_lines_that_are_no_headers(self):
        bob = self.add("bob")
        for line in ("AUTH", "hello", "MESG,", "MESG, ", "MESG,-5", "MESG,+5", "MESG,five", "MESG,5.0", ",", "M" * 65 + ",1",
                     "M" * 100_000, "\x00", b"\xff\xfd\x01"):
            with self.subTest(line=line[:70]):
                bob.send(line)
                bob.send("\n")
                bob.expect(INVALID_LENGTH)
                bob.hears_nothing()

    def test_LC1_6_a_header_of_64_bytes(self):
        bob = self.add("bob")
        bob.send("MESG," + "0" * 58 + "2\nhi\n")
        bob.expect(message("bob: hi"))

    def test_LC1_7_a_length_over_the_limit(self):
        self.server = self.start_server("--max-body-bytes", "100")
        ann, bob = self.gather((LiveCodeUser, "ann"), (LiveCodeUser, "bob"))
        bob.request("MESG", "x" * 100)
        bob.expect(message("bob: " + "x" * 100))
        ann.hears("bob", "x" * 100)
        bob.request("MESG", "x" * 101)
        bob.expect(INVALID_LENGTH)
        bob.socket.expect_end()
        ann.sees_departure("bob")

    def test_LC1_7_a_length_that_nobody_can_count(self):
        visitor = self.connect("livecode")
        visitor.send("AUTH,99999999999999999999\nbob\n")
        visitor.expect(INVALID_LENGTH)
        visitor.expect_end()

    def test_LC1_5_the_end_in_the_middle_of_a_body(self):
        ann, bob = self.gather((LiveCodeUser, "ann"), (LiveCodeUser, "bob"))
        bob.send("MESG,5\nhell")
        bob.socket.half_close()
        bob.socket.expect_end()
        ann.sees_departure("bob")
        visitor = self.connect("livecode")
        visitor.send("AUTH,4\neve")
        visitor.half_close()
        visitor.expect_end()
        ann.hears_nothing()

    # Signing on and off

    def test_LC2_everyone_is_told_of_everyone(self):
        ann, bob, carl = self.gather(*((LiveCodeUser, name) for name in ("ann", "bob", "carl")))
        bob.say("hello")
        for user in (ann, bob, carl):
            user.expect(message("bob: hello"))
        bob.request("DCNX", "bob")
        bob.expect(DISCONNECTED + message("bob disconnected"))
        for user in (ann, carl):
            user.sees_departure("bob")
        ann.say("who is here?")
        for user in (ann, carl):
            user.expect(message("ann: who is here?"))
        bob.hears_nothing()  # signed off

    def test_LC2_1_a_taken_name(self):
        ann = self.add("ann")
        visitor = self.connect("livecode")
        for name in ("ann", "ANN"):
            visitor.send(f"AUTH,3\n{name}\n")
            visitor.expect(TAKEN)
        visitor.send("AUTH,3\nbob\n")
        visitor.expect(VERIFIED + message("bob connected"))
        ann.sees_arrival("bob")

    def test_LC2_2_names_that_cannot_be(self):
        visitor = self.connect("livecode")
        for name in ("", "two words", "x" * 33, "tab\tbed", "\x1b[2J", b"\x81"):
            with self.subTest(name=name):
                body = name if isinstance(name, bytes) else name.encode()
                visitor.send(b"AUTH,%d\n%s\n" % (len(body), body))
                visitor.expect(NO_NAME)
        for name in ("ALL", "broadcast", "Server"):
            visitor.send(f"AUTH,{len(name)}\n{name}\n")
            visitor.expect(RESERVED)
        visitor.send("AUTH,32\n" + "x" * 32 + "\n")
        visitor.expect(VERIFIED + message("x" * 32 + " connected"))

    def test_LC2_3_only_the_own_name_signs_off(self):
        ann, bob = self.gather((LiveCodeUser, "ann"), (LiveCodeUser, "bob"))
        for command in ("DCNX", "STOP"):
            for name in ("ann", "eve", ""):
                bob.request(command, name)
                bob.expect(NOT_VERIFIED)
        bob.say("still here")
        ann.hears("bob", "still here")

    def test_LC2_3_who_is_not_signed_on(self):
        ann = self.add("ann")
        visitor = self.connect("livecode")
        for command in ("MESG", "DCNX", "STOP"):
            visitor.send(f"{command},3\nann\n")
            visitor.expect(NOT_VERIFIED)
        self.expect_fresh(visitor)
        ann.hears_nothing()

    def test_LC2_3_a_name_is_the_same_in_any_case_and_as_it_came(self):
        bob = self.add("Bob")
        bob.request("DCNX", "bob")
        bob.expect(DISCONNECTED + message("Bob disconnected"))
        bob.request("AUTH", "bob\n")  # a client that counts its return
        bob.expect(VERIFIED + message("bob connected"))
        bob.request("STOP", "BOB")
        bob.expect(DISCONNECTED + message("bob disconnected"))
        bob.socket.expect_end()

    def test_LC2_4_a_name_is_free_before_its_user_is_told(self):
        first, second = self.connect("livecode"), self.connect("livecode")
        for former, next_ in ((first, second), (second, first)) * 20:
            former.send("AUTH,3\nbob\n")
            former.expect(VERIFIED + message("bob connected"))
            former.send("DCNX,3\nbob\n")
            former.expect(DISCONNECTED)
            next_.send("AUTH,3\nbob\nDCNX,3\nbob\n")
            next_.expect(VERIFIED + message("bob connected") + DISCONNECTED + message("bob disconnected"))
            former.expect(message("bob disconnected"))

    def test_LC2_4_of_many_who_want_a_name_one_gets_it(self):
        visitors = [self.connect("livecode") for _ in range(16)]
        for visitor in visitors:
            visitor.send("AUTH,3\nbob\n")
        answers = [visitor.receive_until("\n") for visitor in visitors]
        self.assertEqual(sorted(answers), [b"ERRO,23\n"] * 15 + [VERIFIED])
        for visitor, answer in zip(visitors, answers):
            visitor.expect(message("bob connected") if answer == VERIFIED else TAKEN.partition(b"\n")[2])
            self.expect_fresh(visitor)

    def test_LC2_6_a_lost_connection_is_announced_and_its_name_free(self):
        ann = self.add("ann")
        for end in (LiveCodeUser.end, LiveCodeUser.kill):
            bob = self.add("bob")
            ann.sees_arrival("bob")
            end(bob)
            ann.sees_departure("bob")
            again = self.add("bob")
            ann.sees_arrival("bob")
            again.leave()
            ann.sees_departure("bob")
        ann.hears_nothing()

    def test_LC2_6_a_killed_program_is_announced_and_its_name_free(self):
        ann = self.add("ann")
        with Program(sys.executable, ROOT / "examples" / "livecode_client.py", "bob", "127.0.0.1",
                     self.server.ports["livecode"]) as program:
            program.wait_for("bob connected\n")
            ann.sees_arrival("bob")
            program.kill()
            ann.sees_departure("bob")
        self.add("bob")
        ann.sees_arrival("bob")

    def test_LC2_7_a_server_that_stops_closes_every_socket(self):
        bob, visitor, half = self.add("bob"), self.connect("livecode"), self.connect("livecode")
        half.send("WHAT,0\nAUTH,3\nb")
        half.expect(UNKNOWN)
        self.expect_fresh(visitor)
        self.server.program.process.terminate()
        for socket in (bob.socket, visitor, half):
            socket.expect_end()
            socket.close()

    def test_LC5_1_the_time_to_sign_on(self):
        self.server = self.start_server("--sign-on-timeout", "0.5")
        ann, sentence = self.add("ann"), b"ERRO,31\nNo name has come for too long.\n"
        visitor = self.connect("livecode")
        visitor.expect(sentence)
        visitor.expect_end()
        bob = self.add("bob")
        ann.sees_arrival("bob")
        bob.request("DCNX", "bob")
        bob.expect(DISCONNECTED + message("bob disconnected") + sentence)
        bob.socket.expect_end()
        ann.sees_departure("bob")
        ann.hears_nothing()  # signed on, and so in no hurry

    def test_LC5_2_the_time_for_a_request(self):
        self.server = self.start_server("--frame-timeout", "0.5")
        ann, bob = self.gather((LiveCodeUser, "ann"), (LiveCodeUser, "bob"))
        for unfinished in ("MES", "MESG,5\nhell", "x" * 100):
            with self.subTest(unfinished=unfinished):
                carl = self.add("carl")
                for user in (ann, bob):
                    user.sees_arrival("carl")
                carl.send(unfinished)
                if len(unfinished) > 64:
                    carl.expect(INVALID_LENGTH)
                carl.expect(b"ERRO,47\nA request was begun and not completed in time.\n")
                carl.socket.expect_end()
                for user in (ann, bob):
                    user.sees_departure("carl")
        ann.hears_nothing()

    # Texts

    def test_LC2_5_a_text_is_one_line(self):
        ann, bob = self.gather((LiveCodeUser, "ann"), (LiveCodeUser, "bob"))
        for text, line in (("one\ntwo", "one two"), ("a\rb\r\nc", "a b c"), ("hello\n", "hello"), ("", ""),
                           ("x\nMESG,3\nann", "x MESG,3 ann"), ("\n\nx", "  x")):
            bob.say(text)
            for user in (ann, bob):
                user.hears("bob", line)

    def test_LC4_cp1252_beside_utf8(self):
        ann = self.add("ann")
        bob = LineReader(self.connect("livecode"))
        bob.write("AUTH", "bob")
        self.assertEqual([bob.read(), bob.read()], [("VERI", ""), ("MESG", "bob connected")])
        ann.sees_arrival("bob")
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
        zoe = LineReader(self.connect("livecode"))
        zoe.write("AUTH", "Zo\u00eb")
        self.assertEqual([zoe.read(), zoe.read()], [("VERI", ""), ("MESG", "Zo\u00eb connected")])
        ann.sees_arrival("Zo\u00eb")
        zoe.write("MESG", "hello")
        self.assertEqual(zoe.read(), ("MESG", "Zo\u00eb: hello"))
        ann.hears("Zo\u00eb", "hello")
        visitor = self.connect("livecode")
        visitor.send("AUTH,4\nZo\u00eb\n")
        visitor.expect(TAKEN)
        zoe.write("DCNX", "Zo\u00eb")
        self.assertEqual([zoe.read(), zoe.read()], [("DCNX", ""), ("MESG", "Zo\u00eb disconnected")])
        ann.sees_departure("Zo\u00eb")

    def test_LC4_every_byte_comes_back(self):
        bob = self.add("bob")
        every_byte = bytes(byte for byte in range(256) if byte not in b"\r\n")
        bob.send(b"MESG,254\n" + every_byte + b"\n")
        bob.expect(b"MESG,259\nbob: " + every_byte + b"\n")

    def test_LC4_4_a_text_that_grows_over_the_limit_on_its_way(self):
        self.server = self.start_server("--max-body-bytes", "100")
        ann, bob = self.gather((LiveCodeUser, "ann"), (LiveCodeUser, "bob"))
        bob.request("MESG", b"\x80" * 33)  # euros: three bytes each in UTF-8
        ann.hears("bob", "\u20ac" * 33)
        bob.expect(message("bob: " + "\u20ac" * 33, "cp1252"))
        bob.request("MESG", b"\x80" * 34)
        bob.expect(INVALID_LENGTH)
        bob.hears_nothing()
        ann.hears_nothing()

    # The others

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
        visitor.send("bob\r\n")
        visitor.expect(INVALID_LENGTH)
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
