#!/usr/bin/env python3
"""A stop takes its time and no more, whatever the clients are about.

    stop_test.py PARLEYD
"""

import contextlib
import threading

from hostile import (
    IS_LONG, IS_SANITIZED, KIB, TIME_FACTOR, UNABLE, USERS, WAIT_S, HostileTest, LiveCodeUser, NamesUser, RoomsUser, Socket,
    TelnetUser, TwoSocketUser, main, send_frame)

STOPS = 2 if IS_SANITIZED else 20 if IS_LONG else 8
CLIENTS_OF_EACH = 2
TELNET_USERS = 300 if IS_SANITIZED else 1000 if IS_LONG else 500


class Restless(threading.Thread):
    """Signs on, is called something else, moves, leaves, and begins anew until the server has gone."""

    def __init__(self, ports, user_class, name):
        super().__init__()
        self.ports, self.user_class, self.name = ports, user_class, name
        self.begun, self.renamed = threading.Event(), threading.Event()

    def run(self):
        with contextlib.suppress(OSError, AssertionError):  # the server has gone
            while True:
                self.once()
                self.begun.set()
        self.begun.set()

    def once(self):
        with self.user_class.make_socket(self.ports[self.user_class.dialect]) as client:
            for request in self.requests():
                client.send(request)
            if self.user_class is TwoSocketUser:
                client.half_close()
            answers = client.receive_rest()
        if self.user_class is NamesUser and f"Hello {self.name}2".encode() in answers:
            self.renamed.set()

    def requests(self):
        name = self.name
        if issubclass(self.user_class, RoomsUser):
            # It takes a while to read, so that a stop often comes meanwhile.
            into = [RoomsUser.to_object("connect", name=name, room=room, notes="x" * (60 * KIB)) for room in "AB"]
            requests = [*into, RoomsUser.to_object("exit")]
            return ["".join(requests)] if self.user_class is RoomsUser else requests
        return [{
            TwoSocketUser: f"REGISTER TOSEND {name}\n\nREGISTER TORECV {name}\n\nSEND ALL\nContent-length: 1\n\nx",
            LiveCodeUser: f"AUTH,{len(name)}\n{name}\nMESG,1\nx\nSTOP,{len(name)}\n{name}\n",
            NamesUser: f"{5 + len(name):02}NAME {name}{6 + len(name):02}NAME {name}214MSG BROADCAST 04EXIT",
            TelnetUser: f"{name}\r\n/join B\r\nhello\r\n/quit\r\n",
        }[self.user_class]]


class Stop(HostileTest):
    def test_while_clients_sign_on_move_and_are_renamed(self):
        for stop in range(STOPS):
            with self.subTest(stop=stop):
                self.restart("--log-level", "off")
                classes = (*USERS, *(RoomsUser,) * 4) * CLIENTS_OF_EACH
                restless = [Restless(self.server.ports, user_class, f"user{i}")
                            for i, user_class in enumerate(classes)]
                for client in restless:
                    client.start()
                try:
                    for client in restless:
                        self.assertTrue(client.begun.wait(WAIT_S))
                        if client.user_class is NamesUser:
                            self.assertTrue(client.renamed.wait(WAIT_S), "nobody was renamed")
                    self.check_stop()
                finally:
                    self.server.program.kill()  # or nobody would end
                    for client in restless:
                        client.join()

    def test_a_send_without_an_answer(self):
        """It has one before the end, whoever came first: also when there are many."""
        for order in ("sender first", "recipient first"):
            for sockets in (1, 2):
                with self.subTest(order=order, sockets=sockets):
                    self.restart("--stop-timeout", str(3 * TIME_FACTOR))
                    self.unanswered(order == "sender first", sockets)

    def unanswered(self, is_sender_first, sockets):
        pairs = []
        for i in range(10):
            ann, bob = f"ann{i}", f"bob{i}"
            users = {name: self.register(name, sockets) for name in ((ann, bob) if is_sender_first else (bob, ann))}
            sending, receiving = users[ann][0], users[bob][1]
            sending.send(send_frame(bob))
            receiving.expect(f"FORWARD {ann}\nContent-length: 0\n\n")
            pairs.append((sending, receiving))
        self.server.program.process.terminate()
        for sending, _ in pairs:
            self.assertEqual(sending.receive_rest(), UNABLE)
            sending.close()
        for sockets in self.registered:
            for one in sockets:
                one.close()
        self.server.program.wait_for_end()

    registered = ()

    def register(self, name, count):
        """The sockets of a user for sending and for receiving, which may be one."""
        sending = Socket(self.server.ports["two-socket"])
        receiving = sending if count == 1 else Socket(self.server.ports["two-socket"])
        for one, channel in ((sending, "TOSEND"), (receiving, "TORECV")):
            self.addCleanup(one.close)
            one.ask(f"REGISTER {channel} {name}\n\n", f"REGISTERED {channel} {name}\n\n")
        self.registered = (*self.registered, (sending, receiving))
        return sending, receiving

    def test_of_many_who_would_hear_of_every_departure(self):
        sockets = [self.open_socket("telnet") for _ in range(TELNET_USERS)]
        for i, telnet in enumerate(sockets):
            telnet.sendall(b"user%d\r\n" % i)
            shown = b""
            while not shown.endswith(b" user%d\r\n" % i):  # the list of all who are there
                shown += telnet.recv(1 << 18)
        self.check_stop(sockets)


if __name__ == "__main__":
    main()
