"""Clients of the two-socket protocol that write their one way and read nothing else, as real ones do."""

import socket

from support import DialectTest, Socket, main, to_bytes
from users import TwoSocketUser

ENDS = ("\n\n", "\r\n\r\n", "\n \n", " \n \n", " \r\n \r\n", "\r\n\n")
LAST_REFUSAL = 16


def whole(connection, data):
    connection.send(data)


def line_by_line(connection, data):
    """As println() does."""
    for line in data.splitlines(keepends=True):
        connection.send(line)


def byte_by_byte(connection, data):
    """As Java's writeBytes() does."""
    connection.send_byte_by_byte(data)


class NaiveClient:
    """It takes what one recv() gives for a message, and compares it with the one that it wants."""

    def __init__(self, port, name, end="\n\n", write=whole):
        self.name, self.end, self.write = name, end, write
        self.sending, self.receiving = Socket(port), Socket(port)
        for connection in (self.sending, self.receiving):
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)

    def ask(self, connection, line, answer):
        self.write(connection, line + self.end)
        came = connection.receive_once(1024)
        if came != to_bytes(answer + self.end):
            raise AssertionError(f"{line + self.end!r} was answered with {came!r}, not with {answer + self.end!r}")

    def register(self, behind=""):
        """With this behind the name."""
        self.ask(self.sending, f"REGISTER TOSEND {self.name}{behind}", f"REGISTERED TOSEND {self.name}")
        self.ask(self.receiving, f"REGISTER TORECV {self.name}{behind}", f"REGISTERED TORECV {self.name}")
        return self

    def close(self):
        self.sending.close()
        self.receiving.close()


class PrintlnClient(TwoSocketUser):
    """It writes a body with println() and reads one with readLine(), which wants the LF that nobody counts."""

    def _send(self, recipient, text):
        super()._send(recipient, text)
        self.send("\n")

    def reads_line(self, sender, text):
        """A short one comes in one piece (F4.1)."""
        forward = self.public_line(sender, text) + b"\n"
        if len(forward) > 1024:
            self.receiving.expect(forward)
        elif (came := self.receiving.receive_once()) != forward:
            raise AssertionError(f"expected {forward!r} in one piece, came {came!r}")
        self.receiving.send("RECEIVED\n\n")

    def hears_nothing(self):
        self.tell(self.name, "fence")
        self.reads_line(self.name, "fence")
        self.sees_told(self.name, "fence")


class NaiveClientTest(DialectTest):
    dialects = ("two-socket",)

    def client(self, name, **settings):
        client = NaiveClient(self.server.ports["two-socket"], name, **settings)
        self.addCleanup(client.close)
        return client


class Ends(NaiveClientTest):
    def test_F1_6_the_answer_to_a_register_ends_as_that_one(self):
        for end in ENDS:
            for write in (whole, line_by_line, byte_by_byte):
                with self.subTest(end=end, write=write.__name__):
                    self.client(f"peer{ENDS.index(end)}{write.__name__[0]}", end=end, write=write).register()

    def test_F1_6_so_does_a_refusal_to_the_last(self):
        self.client("alice").register()
        for end in ENDS:
            for name, why in (("al:ice", "Malformed username"), ("alice", "Username already taken")):
                with self.subTest(end=end, name=name):
                    client = self.client(name, end=end)
                    for _ in range(LAST_REFUSAL):
                        client.ask(client.sending, f"REGISTER TOSEND {name}", f"ERROR 100 {why}")
                    client.sending.expect_end()

    def test_F1_5_everything_behind_it_is_exact(self):
        alice = self.client("alice", end="\r\n\r\n").register()
        alice.sending.ask("SEND alice\r\nContent-length: 2\r\n\r\nhi", "")
        alice.receiving.ask("", "FORWARD alice\nContent-length: 2\n\nhi")
        alice.receiving.send("RECEIVED alice\r\n\r\n")
        alice.sending.expect("SENT alice\n\n")
        alice.sending.ask("SEND bob\r\nContent-length: 2\r\n\r\nhi", "ERROR 102 Unable to send\n\n")
        alice.sending.ask("GO\r\n\r\n", "ERROR 103 Header incomplete\n\n")
        alice.sending.expect_end()

    def test_F1_3_a_register_of_one_line_is_answered(self):
        for number, line_end in enumerate(("\n", "\r\n", " \n")):
            with self.subTest(line_end=line_end):
                visitor, answer = self.connect("two-socket"), f"REGISTERED TOSEND peer{number}{line_end.strip(' ') * 2}"
                visitor.ask(f"REGISTER TOSEND peer{number}{line_end}", answer)
        visitor = self.connect("two-socket")
        visitor.ask("REGISTER TOSEND blank \n\n", "REGISTERED TOSEND blank\n\n")
        visitor.ask("REGISTER TOSEND \n \n", "ERROR 100 Malformed username\n \n")
        visitor = self.connect("two-socket")
        visitor.send("REGISTER TOSEND last\n")
        visitor.half_close()
        visitor.expect("REGISTERED TOSEND last\n\n")
        visitor.expect_end()

    def test_F3_3_it_waits_for_no_empty_line_when_a_request_follows(self):
        visitor = self.connect("two-socket")
        visitor.ask("REGISTER TOSEND ann\r\nREGISTER TORECV ann\r\nSEND ann\nContent-length: 0\n\n",
                    "REGISTERED TOSEND ann\r\n\r\nREGISTERED TORECV ann\r\n\r\nFORWARD ann\nContent-length: 0\n\n")


class Ports(NaiveClientTest):
    def test_R1_6_a_port_behind_the_name(self):
        bob = self.add_user(TwoSocketUser, "bob")
        alice = self.client("alice").register(" 5050")
        bob.tell("alice", "hi")
        alice.receiving.expect(bob.private_line("bob", "hi"))

    def test_R1_2_anything_else_is_refused(self):
        visitor = self.connect("two-socket")
        for rest in ("alice 5050 5051", "alice x", "alice 5050x", "al ice 5050", "alice -1", "ALL 5050", "a:b 5050"):
            visitor.ask(f"REGISTER TOSEND {rest}\n\n", "ERROR 100 Malformed username\n\n")


class NewlinesBehindBodies(NaiveClientTest):
    """F1.7"""

    def gather_println(self):
        return self.add_user(PrintlnClient, "ann"), self.add_user(TwoSocketUser, "bob")

    def test_who_writes_them_gets_them_and_nobody_else(self):
        ann, bob = self.gather_println()
        bob.tell("ann", "before")
        ann.hears_private("bob", "before")
        bob.sees_told("ann", "before")
        ann.tell("bob", "hi")
        bob.hears_private("ann", "hi")
        ann.sees_told("bob", "hi")
        ann.tell("nobody", "a fence")
        ann.socket.expect("ERROR 102 Unable to send\n\n")
        for text in ("", "hello", "\n", "x" * 65536):
            bob.tell("ann", text)
            ann.reads_line("bob", text)
            bob.sees_told("ann", text)
        carol = self.add_user(TwoSocketUser, "carol")
        carol.say("all")
        ann.reads_line("carol", "all")
        bob.hears("carol", "all")
        carol.sees_said("all")
        for user in (ann, bob, carol):
            user.hears_nothing()

    def test_also_behind_what_waited_already_and_its_own_line(self):
        ann, bob = self.gather_println()
        for text in ("one", "two"):
            bob.tell("ann", text)
        ann.receiving.expect(bob.private_line("bob", "one"))
        ann.send("SEND nobody\nContent-length: 2\n\nhi\n")
        ann.socket.expect("ERROR 102 Unable to send\n\n")
        ann.receiving.send("RECEIVED bob\n\n")
        ann.reads_line("bob", "two")
        ann.tell("ann", "me")
        ann.reads_line("ann", "me")

    def test_seen_before_it_was_registered_and_on_one_socket(self):
        visitor = self.connect("two-socket")
        visitor.ask("SEND bob\nContent-length: 2\n\nhi\n", "ERROR 101 No user registered\n\n")
        for channel in ("TOSEND", "TORECV"):
            visitor.ask(f"REGISTER {channel} eve\n\n", f"REGISTERED {channel} eve\n\n")
        visitor.ask("SEND eve\nContent-length: 2\n\nhi", "FORWARD eve\nContent-length: 2\n\nhi\n")

    def test_an_empty_line_elsewhere_is_no_such_habit(self):
        ann = self.add_user(TwoSocketUser, "ann")
        ann.send("\n\n")
        ann.receiving.send("\n")
        ann.tell("ann", "hi")
        ann.hears_private("ann", "hi")
        ann.receiving.send("\n\n")
        ann.sees_told("ann", "hi")
        ann.hears_nothing()


if __name__ == "__main__":
    main()
