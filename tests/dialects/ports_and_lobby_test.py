#!/usr/bin/env python3
"""Which dialects the server speaks, on which ports, and what it says of that; and the lobby's name.

    ports_and_lobby_test.py PARLEYD
"""

import contextlib
import json
import os
import random
import socket
import subprocess
from pathlib import Path

import support
from support import DIALECTS, DialectTest, Parleyd, main
from users import USERS, RoomsUser, TelnetUser, TwoSocketUser

USUAL_PORTS = {"two-socket": 5050, "livecode": 8020, "names": 8820, "telnet": 4004, "rooms": 12345, "web": 8080}
OTHERS = DIALECTS[1:]


def run(*options):
    """The server on a command line with which it does not start."""
    return subprocess.run([Parleyd.command, *map(str, options)], capture_output=True, timeout=support.WAIT_S,
                          check=False, text=True)


def busy_port():
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


class Lobby(DialectTest):
    options = ("--lobby", "Town Square")

    def test_OD2_everybody_arrives_there(self):
        users = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS[:4])))
        ron = self.add_user(RoomsUser, "ron", room="town square")
        ron.room = "Town Square"
        for user in users:
            user.sees_arrival("ron")
        users[0].say("hello")
        for user in users[1:]:
            user.hears("bob0", "hello")
        ron.hears("bob0", "hello")
        users[0].sees_said("hello")

    def test_OD2_a_connect_without_a_room_goes_there(self):
        for request in ({"name": "ron"}, {"name": "ron", "room": ""}):
            with self.subTest(request=request):
                self.server = self.start_server(*self.options)
                tom = self.add_user(TelnetUser, "tom")
                ron = self.enterContext(RoomsUser(self.server.ports["rooms"], "ron", room="Town Square").socket)
                ron.send(json.dumps({"type": "connect", "payload": request}))
                tom.sees_arrival("ron")

    def test_OD2_general_is_any_other_room(self):
        ann = self.add_user(TwoSocketUser, "ann")
        ron = self.add_user(RoomsUser, "ron", room="General")
        ann.say("anybody there?")
        ann.socket.expect("ERROR 102 Unable to send\n\n")
        ron.hears_nothing()

    def test_a_lobby_must_have_the_name_of_a_room(self):
        for name in ("", " x", "x ", "x" * 65, "bell\a", "two\nlines"):
            with self.subTest(name=name):
                result = run("--port", 0, "--lobby", name)
                self.assertEqual(result.returncode, 2)
                self.assertIn("--lobby: a room has a name of 1 to 64 bytes", result.stderr)
                self.assertEqual(result.stderr.count("\n"), 1)


class Ports(DialectTest):
    def setUp(self):
        pass  # each test starts its own

    def test_each_dialect_has_a_line_and_a_port(self):
        server = self.start_server()
        self.assertEqual(tuple(server.ports), DIALECTS)
        self.assertEqual(len(set(server.ports.values())), len(DIALECTS))
        self.assertEqual(server.listening, [
            f"parleyd: listening on 127.0.0.1:{port}" + (f" ({dialect})\n" if dialect != "two-socket" else "\n")
            for dialect, port in server.ports.items()])
        self.assertEqual(server.port_file.read_text(),
                         "".join(f"{dialect} {port}\n" for dialect, port in server.ports.items()))

    def test_alone_the_two_socket_port_file_is_a_number(self):
        server = self.start_server(dialects=("two-socket",))
        self.assertEqual(server.port_file.read_text(), f"{server.ports['two-socket']}\n")
        self.assertEqual(server.listening, [f"parleyd: listening on 127.0.0.1:{server.ports['two-socket']}\n"])

    def test_a_dialect_not_asked_for_is_not_spoken(self):
        for dialect in OTHERS:
            with self.subTest(dialect=dialect):
                server = self.start_server(dialects=("two-socket", dialect))
                self.assertEqual(set(server.ports), {"two-socket", dialect})
                self.assertEqual(self.listeners(server.pid), set(server.ports.values()))

    def listeners(self, pid):
        """The ports on which a process listens, as the kernel tells."""
        files = []
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                files.append(os.readlink(file))
        sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return {int(fields[1].split(":")[1], 16) for fields in sockets
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in files}

    def test_all_dialects_at_their_usual_ports(self):
        """On an address that nobody else uses."""
        host = f"127.{random.randint(2, 254)}.{random.randint(2, 254)}.{random.randint(2, 254)}"
        server = self.start_server("--all-dialects", "--host", host, dialects=DIALECTS, own_ports=True)
        self.assertEqual(server.ports, USUAL_PORTS)
        self.assertEqual(server.listening[1], f"parleyd: listening on {host}:8020 (livecode)\n")

    def test_all_dialects_leaves_a_port_of_ones_own_choice(self):
        ports = [word for dialect in OTHERS for word in (f"--{dialect}", "0")]
        server = self.start_server("--all-dialects", "--port", "0", *ports, dialects=DIALECTS, own_ports=True)
        self.assertEqual(tuple(server.ports), DIALECTS)
        self.assertFalse(set(server.ports.values()) & set(USUAL_PORTS.values()))

    def test_a_port_that_is_taken(self):
        listener, port = busy_port()
        self.addCleanup(listener.close)
        for dialect in OTHERS:
            with self.subTest(dialect=dialect):
                result = run("--port", 0, f"--{dialect}", port)
                self.assertEqual(result.returncode, 2)
                self.assertIn(f"cannot listen on 127.0.0.1:{port}", result.stderr)
                self.assertEqual(result.stdout, "")

    def test_one_port_for_two_dialects(self):
        listener, port = busy_port()
        listener.close()
        result = run("--port", 0, "--telnet", port, "--rooms", port)
        self.assertEqual(result.returncode, 2)
        self.assertIn(f"--telnet and --rooms are the same port, {port}", result.stderr)

    def test_help_tells_the_usual_ports(self):
        text = run("--help").stdout
        for dialect in OTHERS:
            with self.subTest(dialect=dialect):
                self.assertRegex(" ".join(text.split()), rf"--{dialect} PORT .*?usual port {USUAL_PORTS[dialect]}\b")
        self.assertIn("--all-dialects", text)

    def test_a_stop_ends_every_stream_in_good_order(self):
        self.server = self.start_server()
        users = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS)))
        visitor = self.connect("telnet")
        visitor.expect(TelnetUser.prompt)
        self.server.stop()
        for user in users:
            with self.subTest(user=user.dialect):
                user.socket.receive_rest()
        visitor.expect_end()


if __name__ == "__main__":
    main()
