"""parley at servers of the two-socket protocol that know one way only, as real ones do."""

import socket
import threading
import time
import unittest
from pathlib import Path

import support
from support import WAIT_S, Program, Terminal, main


class NaiveServer:
    """It accepts one client's two sockets; a test gives its bytes, one recv() for each message."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(WAIT_S)
        self.port = self.listener.getsockname()[1]
        self.sockets = []

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(WAIT_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sockets.append(connection)
        return connection

    def close(self):
        for connection in [self.listener, *self.sockets]:
            connection.close()


def expect(connection, data):
    came = connection.recv(1024)
    if came != data.encode():
        raise AssertionError(f"expected {data!r}, came {came!r}")


def register(connection, channel, name="alice", end="\n\n", registered=None):
    expect(connection, f"REGISTER {channel} {name}{end}")
    connection.sendall(f"REGISTERED {channel} {registered or name}{end}".encode())


class NaiveServerTest(unittest.TestCase):
    def start(self, *options, program=Program):
        """A server, and parley for alice at it."""
        server = NaiveServer()
        self.addCleanup(server.close)
        parley = program(Path(support.Parleyd.command).parent / "parley", "alice", "--port", server.port, *options)
        self.addCleanup(parley.__exit__)
        return server, parley

    def chat(self, *options, **settings):
        """The same, signed on: its TOSEND socket, and parley."""
        server, parley = self.start(*options, **settings)
        sending, receiving = server.accept(), server.accept()
        register(sending, "TOSEND")
        register(receiving, "TORECV")
        parley.wait_for("You are alice" if settings else "registered alice\n")
        return sending, parley

    def prints(self, parley, line):
        """This comes next."""
        self.assertEqual(parley.wait_for(line), line.encode())

    def ends_well(self, parley, code=0):
        """Nothing more is printed."""
        parley.end_input()
        self.assertEqual(parley.wait_for_end(code), b"")


def send(sending, parley, text="hi"):
    parley.type(f"@bob {text}\n")
    expect(sending, f"SEND bob\nContent-length: {len(text)}\n\n{text}")


class Reports(NaiveServerTest):
    def test_M2_5_reports_without_a_line_end(self):
        sending, parley = self.chat()
        for report in ("SENT", "SENT", "SEND bob", "SENT BOB", "SENT"):
            send(sending, parley)
            sending.sendall(report.encode())
            self.prints(parley, "sent bob\n")
        send(sending, parley)
        sending.sendall(b"ERROR 102 Unable to send\n\n")
        parley.wait_for("failed bob 102 Unable to send\n")
        self.ends_well(parley, code=1)

    def test_M2_5_a_late_line_end(self):
        sending, parley = self.chat()
        for report, rest in (("SENT", "\n"), ("SENT", " bob\n\n"), ("SENT bob", "\n \n"), ("SEND", "\r\n\r\n")):
            send(sending, parley)
            sending.sendall(report.encode())
            self.prints(parley, "sent bob\n")
            sending.sendall(rest.encode())
        send(sending, parley)
        sending.sendall(b"SENT bob\n\n")
        self.prints(parley, "sent bob\n")
        self.ends_well(parley)

    def test_M2_5_no_other_bytes_are_a_report(self):
        sending, parley = self.chat("--answer-timeout", "2")
        for bytes_before, rest in (("SEN", "T\n\n"), ("SENT bo", "b\n\n"), ("SENT alice", "\n\n")):
            send(sending, parley)
            sending.sendall(bytes_before.encode())
            parley.wait_for("failed bob 0 no answer within 2 s\n")
            sending.sendall(rest.encode())
            parley.wait_for("late-sent bob\n")
        self.ends_well(parley, code=1)

    def test_M2_5_nothing_is_a_report_while_none_is_awaited(self):
        sending, parley = self.chat("--linger", "1")
        sending.sendall(b"SENT")
        parley.end_input()
        self.assertEqual(parley.wait_for_end(), b"")

    def test_F3_1_a_second_after_each_byte(self):
        """Of several servers at the same time; of a FORWARD, after some."""
        def answer(connection, pieces):
            for piece in pieces:
                connection.sendall(piece.encode())
                time.sleep(1)
        cases = (("SENT bob\n\n", "sent bob\n"), ("SEND alice\r\n\r\n", "sent bob\n"),
                 ("ERROR 102 x\n\n", "failed bob 102 x\n"),
                 (("FORW", "ARD eve\nContent-length: 5", "\n\nSENT", "!", "SE", "NT\n"), "message eve SENT!\nsent bob\n"))
        chats = [self.chat("--answer-timeout", "100") for _ in cases]
        threads = []
        for (sending, parley), (pieces, _) in zip(chats, cases):
            send(sending, parley)
            threads.append(threading.Thread(target=answer, args=(sending, pieces)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        for (sending, parley), (pieces, line) in zip(chats, cases):
            with self.subTest(pieces=pieces):
                self.prints(parley, line)
                send(sending, parley, "and on")
                sending.sendall(b"SENT bob\n\n")
                self.prints(parley, "sent bob\n")
                self.ends_well(parley, code=1 if "failed" in line else 0)


class Registration(NaiveServerTest):
    def test_the_end_of_a_register_can_be_chosen(self):
        for word, end in (("lf", "\n\n"), ("crlf", "\r\n\r\n"), ("blank", "\n \n")):
            server, parley = self.start("--register-end", word)
            sending, receiving = server.accept(), server.accept()
            register(sending, "TOSEND", end=end)
            register(receiving, "TORECV", end=end)
            parley.wait_for("registered alice\n")
            send(sending, parley)
            sending.sendall(b"SENT bob\n\n")
            parley.wait_for("sent bob\n")
            self.ends_well(parley)

    def test_C1_6_a_server_that_answers_when_it_has_both(self):
        server, parley = self.start()
        sending, receiving = server.accept(), server.accept()
        expect(sending, "REGISTER TOSEND alice\n\n")
        register(receiving, "TORECV")
        sending.sendall(b"REGISTERED TOSEND alice\n\n")
        parley.wait_for("registered alice\n")
        self.ends_well(parley)

    def test_C1_6_a_server_whose_first_socket_is_for_receiving(self):
        server, parley = self.start("--answer-timeout", "4")
        while True:
            receiving, sending = server.accept(), server.accept()
            if receiving.recv(1024) == b"REGISTER TORECV alice\n\n":
                break  # it has said nothing to the others
        receiving.sendall(b"REGISTERED TORECV alice\n\n")
        register(sending, "TOSEND")
        parley.wait_for("registered alice\n")
        send(sending, parley)
        sending.sendall(b"SENT bob\n\n")
        parley.wait_for("sent bob\n")
        self.ends_well(parley)

    def test_C1_4_a_name_that_is_refused_when_both_are_asked_for(self):
        server, parley = self.start()
        sending, receiving = server.accept(), server.accept()
        expect(sending, "REGISTER TOSEND alice\n\n")
        expect(receiving, "REGISTER TORECV alice\n\n")
        receiving.sendall(b"ERROR 100 Malformed username\n\n")
        self.assertEqual(parley.wait_for_end(3), b"refused alice 100 Malformed username\n")

    def test_another_name_is_told(self):
        server, parley = self.start()
        register(server.accept(), "TOSEND", registered="ali")
        register(server.accept(), "TORECV", registered="ali")
        parley.wait_for("registered ali\nstrange the server has registered another name than alice\n")
        self.ends_well(parley)

    def test_another_name_is_told_at_a_terminal(self):
        server, parley = self.start(program=Terminal)
        register(server.accept(), "TOSEND", registered="ali")
        register(server.accept(), "TORECV", registered="ali")
        parley.wait_for("The server has registered the name ali, not alice.")
        parley.wait_for("You are ali.")


class WaitingAtATerminal(NaiveServerTest):
    def test_C3_whom_it_waits_for(self):
        sending, parley = self.chat(program=Terminal)
        for _ in range(2):
            parley.type("@bob hi\r")
            expect(sending, "SEND bob\nContent-length: 2\n\nhi")
            parley.wait_for("waiting for bob ...")
            sending.sendall(b"SENT bob\n\n")
            before = parley.wait_for("✓")
            self.assertNotIn(b"waiting", before)


if __name__ == "__main__":
    main()
