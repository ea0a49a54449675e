"""tshark with examples/operating/parley.lua, on captures of what users of all dialects but the browsers' and the server have said."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from capture import Relay, cut, merge, write
from programs import WAIT_S, support
from users import USERS

SCRIPT = support.ROOT / "examples" / "operating" / "parley.lua"
USUAL_PORTS = {"two-socket": 5050, "livecode": 8020, "names": 8820, "telnet": 4004, "rooms": 12345}
OTHER_PORTS = {dialect: 20000 + port for dialect, port in USUAL_PORTS.items()}
NOBODY = 65534
NAMES = {"two-socket": "ann", "livecode": "bob", "names": "cleo", "telnet": "dan", "rooms": "eve"}
ANY_BYTES = bytes(range(256)) + b"\n\nSEND eve\nContent-length: 2\n\nhi"


SECRET = "Opensesame"


def sign_on_by_password(ports):
    """Users of all dialects, each with a password that is right; one who writes it before it is asked for; one who is wrong."""
    text = {dialect: f"{name} {SECRET}" for dialect, name in NAMES.items()}
    for dialect, request, answer in (
            ("two-socket", f"REGISTER TOSEND {text['two-socket']}\n\n", "REGISTERED TOSEND ann\n\n"),
            ("livecode", f"AUTH,{len(text['livecode'])}\n{text['livecode']}\n", "VERI,0\n"),
            ("names", f"{len(text['names']) + 5:02}NAME {text['names']}", "10Hello cleo"),
            ("telnet", "dan\r\n", ""),
            ("telnet", f"dan\r\n{SECRET}\r\n", ""),
            ("rooms", f'{{"type": "connect", "payload": {{"name": "eve", "room": "General", "password": "{SECRET}"}}}}',
             '{"type": "connect_ack"')):
        with support.Socket(ports[dialect]) as socket:
            if dialect == "telnet":
                socket.receive_until("name: ")
            socket.ask(request, answer)
            if request == "dan\r\n":
                socket.receive_until("Password: ")
                socket.send(f"{SECRET}\r\n")
            if dialect == "telnet":
                socket.receive_until("online: dan\r\n")
            socket.half_close()
            socket.receive_rest()
    with support.Socket(ports["two-socket"]) as socket:
        socket.ask(f"REGISTER TORECV ann {SECRET}x\n\n", "ERROR 100 Wrong password\n\n")


def talk(ports):
    """A user of each dialect signs on, says something to all, asks what is refused, and leaves."""
    present = {}
    for user_type in (one for one in USERS if one.dialect in NAMES):  # a browser's words tshark knows itself
        user = user_type(ports[user_type.dialect], NAMES[user_type.dialect]).sign_on()
        for other in present.values():
            other.sees_arrival(user.name)
        present[user.dialect] = user
    for user in present.values():
        user.say(f"I am {user.name}")
        for other in present.values():
            if other is not user:
                other.hears(user.name, f"I am {user.name}")
        user.sees_said(f"I am {user.name}")
    ask(present)
    for user in list(present.values()):
        del present[user.dialect]
        user.leave()
        user.close()
        for other in present.values():
            other.sees_departure(user.name)


def ask(present):
    """What each dialect has beside chat: bodies of any bytes, pipelined and lenient requests, refusals."""
    ann, bob, cleo, dan, eve = (present[dialect] for dialect in USUAL_PORTS)
    ann.tell("ann", ANY_BYTES)
    ann.hears_private("ann", ANY_BYTES)
    ann.sees_told("ann", ANY_BYTES)
    ann.send("SEND nobody\r\nX-Header: y\r\n\tcontent-LENGTH :  2 \r\n \r\nhiSEND ann\nContent-length: 0\n\n")
    ann.socket.expect("ERROR 102 Unable to send\n\n")
    ann.hears_private("ann", "")
    ann.sees_told("ann", "")
    ann.tell("ann", "receipt on the other socket")
    ann.expect(ann.private_line("ann", "receipt on the other socket"))
    ann.send("RECEIVED ann\n\n")
    ann.sees_told("ann", "receipt on the other socket")
    ann.receiving.ask("REGISTER TORECV zoe\n\n", "ERROR 100 ")
    ann.receiving.receive_until("\n\n")
    bob.ask("MESG,x\n", "WARN,23\nInvalid message length\n\n")
    bob.ask("auth , 3\nzoe\n", "WARN,26\nCustomer already verified\n")
    cleo.request("GET_NAMES")
    cleo.expect_answer("ann bob cleo dan eve")
    cleo.tell("nobody", "hi")
    cleo.expect_answer("There is nobody of that name.")
    dan.send(b"\xff\xfd\x06/who\r\0hellp\b\bo\xff\xfb\x1f\n")
    dan.socket.expect(b"\xff\xfb\x06" + b"5 user(s) online: ann, bob, cleo, dan, eve\r\n")
    dan.socket.expect(b"\xff\xfe\x1f")
    for other in (ann, bob, cleo, eve):
        other.hears("dan", "helo")
    eve.request("shout")
    eve.expect_notification("The type of a request is connect, message or exit.")


def refuse(ports):
    """Connections that do not get far: a message without an end, a taken name, another try, garbage."""
    with support.Socket(ports["two-socket"]) as socket:
        socket.send("SEND ann\n\n")
        socket.receive_rest()
    with support.Socket(ports["livecode"]) as socket:
        socket.send("MESG,9999999\n")
        socket.receive_rest()
    with support.Socket(ports["names"]) as socket:
        socket.ask("07NAME yohello", "08Hello yo14Wrong protocol")
        socket.half_close()
        socket.receive_rest()
    with support.Socket(ports["telnet"]) as socket:
        socket.ask("\r\nzed\r\n", "Please enter your name: A name is required. Please enter your name: ")
        socket.half_close()
        socket.receive_rest()
    with support.Socket(ports["rooms"]) as socket:
        socket.send('{"a\nhello\n{"type": "connect", "payload": {"nickname": "\\u00e9\\ud83d\\ude00x"}} {"type":"exit"}')
        socket.receive_rest()


# Of each dialect some messages that must be found: where they come from, as word() tells it, and what they hold.
EXPECTED = {
    "two-socket": [
        {"request": "REGISTER", "channel": "TOSEND", "name": "ann"},
        {"answer": "REGISTERED", "channel": "TORECV", "name": "ann", "user": "ann"},
        {"request": "SEND", "recipient": "ALL", "length": "8", "text": "I am ann", "user": "ann"},
        {"request": "FORWARD", "sender": "eve", "length": "8", "text": "I am eve", "user": "ann"},
        {"answer": "RECEIVED", "user": "ann"},
        {"answer": "SENT", "recipient": "ALL"},
        {"request": "SEND", "recipient": "nobody", "length": "2", "text": "hi"},
        {"request": "SEND", "recipient": "ann", "length": "0"},
        {"answer": "ERROR", "error.code": "102", "error.phrase": "Unable to send", "refused": ""},
        {"answer": "ERROR", "error.code": "100", "error.phrase": "Already registered as ann", "refused": ""}],
    "livecode": [
        {"request": "AUTH", "name": "bob", "length": "3"},
        {"answer": "VERI", "length": "0", "user": "bob"},
        {"answer": "MESG", "name": "cleo", "text": "cleo connected"},
        {"request": "MESG", "text": "I am bob", "body": b"I am bob".hex(":")},
        {"answer": "MESG", "sender": "dan", "text": "dan: I am dan"},
        {"request": "?", "malformed": ""},
        {"answer": "WARN", "error.phrase": "Invalid message length", "refused": ""},
        {"request": "AUTH", "name": "zoe"},
        {"request": "STOP", "name": "bob"},
        {"answer": "DCNX"}],
    "names": [
        {"request": "NAME", "name": "cleo", "length": "9", "body": b"NAME cleo".hex(":")},
        {"answer": "Hello", "name": "cleo", "user": "cleo"},
        {"request": "MSG", "recipient": "BROADCAST", "text": "I am cleo"},
        {"answer": "sent", "sender": "eve", "text": "I am eve"},
        {"request": "GET_NAMES"},
        {"answer": "names", "text": "ann bob cleo dan eve"},
        {"answer": "refused", "error.phrase": "There is nobody of that name.", "refused": ""},
        {"request": "EXIT"}, {"answer": "EXIT"}],
    "telnet": [
        {"answer": "prompt", "text": "Please enter your name: "},
        {"request": "NAME", "name": "dan"},
        {"answer": "online", "text": "4 user(s) online: ann, bob, cleo, dan", "user": "dan"},
        {"answer": "line", "name": "eve", "text": "+++ eve arrived +++"},
        {"request": "SAY", "text": "I am dan"},
        {"answer": "line", "sender": "ann", "text": "I am ann"},
        {"negotiation": "IAC DO 6"}, {"negotiation": "IAC WILL 6"},
        {"request": "/who"},
        {"request": "SAY", "text": "helo"},
        {"request": "/quit"}],
    "rooms": [
        {"request": "connect", "name": "eve", "room": "General"},
        {"answer": "connect_ack", "user": "eve"},
        {"request": "message", "sender": "eve", "text": "I am eve"},
        {"answer": "message", "sender": "dan", "room": "General", "text": "helo"},
        {"request": "shout"},
        {"answer": "notification", "refused": "", "error.phrase": "The type of a request is connect, message or exit."},
        {"answer": "notification", "name": "dan", "text": "dan has left the room."},
        {"request": "exit"}, {"answer": "exit_ack"}],
}
TIED = {("two-socket", "REGISTER", "REGISTERED"), ("two-socket", "REGISTER", "ERROR"), ("two-socket", "SEND", "SENT"),
        ("two-socket", "SEND", "ERROR"), ("two-socket", "FORWARD", "RECEIVED"),
        ("livecode", "AUTH", "VERI"), ("livecode", "AUTH", "WARN"), ("livecode", "MESG", "MESG"), ("livecode", "STOP", "DCNX"),
        ("names", "NAME", "Hello"), ("names", "GET_NAMES", "names"), ("names", "MSG", "refused"), ("names", "EXIT", "EXIT"),
        ("telnet", "NAME", "online"), ("telnet", "/who", "online"),
        ("rooms", "connect", "connect_ack"), ("rooms", "message", "message"), ("rooms", "shout", "notification"),
        ("rooms", "exit", "exit_ack")}
OF_THE_CUT = {"frame", "answered_in", "answer_to", "time"}


def layers(value):
    return value if isinstance(value, list) else [value]


def to_message(layer):
    """The fields of one message, by their names without "parley."."""
    found = {}

    def add(tree):
        for key, value in tree.items():
            for branch in layers(value):
                if isinstance(branch, dict):
                    add(branch)
            if key.startswith("parley."):
                found[key.removeprefix("parley.")] = value
    add(layer)
    return found


def by_stream(messages):
    """What each connection's messages hold, but for what depends on their segments."""
    found = {}
    for message in messages:
        held = {key: value for key, value in message.items() if key not in OF_THE_CUT}
        found.setdefault((message["stream"], message["from"]), []).append(held)
    return found


class DissectorTest(unittest.TestCase):
    shown = {}  # by what it was asked: each tshark takes half a second to start

    @classmethod
    def setUpClass(cls):
        cls.said = cls.record(talk)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o755)
        self.script = shutil.copy(SCRIPT, self.folder)

    @staticmethod
    def record(conversation, *options):
        with support.Parleyd(*options) as server, Relay(server.ports) as relay:
            conversation(relay.ports)
        return relay.said

    def show(self, said, *options, ports=USUAL_PORTS):
        """What tshark prints."""
        asked = (tuple(said), options, tuple(ports.values()))
        if asked not in self.shown:
            self.shown[asked] = self.run_tshark(said, options, ports)
        return self.shown[asked]

    def run_tshark(self, said, options, ports):
        write(self.folder / "capture", said, ports)
        command = ["tshark", "-n", "-r", self.folder / "capture", "-X", f"lua_script:{self.script}", "-Y", "parley or _ws.lua.error",
                   *options]
        env = os.environ | {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        # From 4.4 on tshark runs no script as root.
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        run = subprocess.run(command, capture_output=True, env=env, timeout=5 * WAIT_S, check=False, **account)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(re.findall("Lua Error.*", run.stdout.decode() + run.stderr.decode()), [])
        return run.stdout

    def dissect(self, said, *options, ports=USUAL_PORTS):
        """Every message that tshark shows."""
        messages = []
        for packet in json.loads(self.show(said, "-T", "json", "--no-duplicate-keys", *options, ports=ports)):
            found = packet["_source"]["layers"]
            for layer in layers(found["parley"]):
                if isinstance(layer, dict):  # not the rest of a message
                    messages.append(to_message(layer) | {"frame": found["frame"]["frame.number"], "from": found["ip"]["ip.src"],
                                                         "stream": found["tcp"]["tcp.stream"]})
        return messages

    def cuts(self, said):
        """The same, in other segments."""
        yield "as it came", said
        yield "as much as can be in one", merge(said)
        yield "seven bytes each", cut(said, 7)
        yield "a byte each", cut(said, 1)

    def in_any_cut(self, said):
        """What tshark shows, which must be the same however the stream is cut."""
        first = None
        for name, pieces in self.cuts(said):
            with self.subTest(cut=name):
                messages = self.dissect(pieces)
                first = first or messages
                self.assertEqual(by_stream(messages), by_stream(first))
        return first

    def test_messages_are_found_however_the_stream_is_cut(self):
        messages = self.in_any_cut(self.said)
        for dialect, expected in EXPECTED.items():
            found = [message for message in messages if message["dialect"] == dialect]
            for one in expected:
                self.assertTrue(any(one.items() <= message.items() for message in found), (one, found))

    def test_a_body_of_any_bytes_is_shown(self):
        messages = self.dissect(cut(self.said, 100))
        for word, name in (("SEND", "recipient"), ("FORWARD", "sender")):
            with self.subTest(word=word):
                bodies = [m for m in messages if m.get("request") == word and m.get("length") == str(len(ANY_BYTES))]
                self.assertEqual([(m["body"], m[name], m["user"]) for m in bodies], [(ANY_BYTES.hex(":"), "ann", "ann")])

    def test_answers_are_tied_to_their_requests(self):
        messages = self.dissect(self.said, "-2")
        tied = set()
        for message in messages:
            if "answer_to" not in message:
                continue
            self.assertLess(0, float(message["time"]))
            requests = [m for m in messages if m["frame"] == message["answer_to"] and m.get("answered_in") == message["frame"]]
            self.assertEqual(len(requests), 1, message)
            tied.add((message["dialect"], requests[0]["request"], message["answer"]))
        self.assertLessEqual(TIED, tied)
        unanswered = [m for m in messages if "answered_in" not in m and "request" in m and
                      m["request"] not in ("MSG", "SAY", "/quit")]  # they have no answer when all is well
        self.assertEqual(unanswered, [])
        self.assertEqual([m for m in messages if "unasked" in m], [])

    def test_each_answer_in_a_segment_of_several_has_its_own_request(self):
        """The one to nobody is the older, and its answer the first."""
        send, error = [m for m in self.dissect(self.said, "-2") if m["dialect"] == "two-socket" and
                       (m.get("recipient") == "nobody" or m.get("error.code") == "102")]
        self.assertEqual((send["answered_in"], error["answer_to"]), (error["frame"], send["frame"]))

    def test_what_is_wrong_is_expert_info(self):
        messages = self.dissect(self.record(refuse))
        for dialect, malformed, refusal in (
                ("two-socket", "SEND", "No user registered"),
                ("livecode", "?", "Invalid message length"),
                ("names", "?", "Wrong protocol"),
                ("telnet", None, "A name is required."),
                ("rooms", "?", "That is not a JSON object in UTF-8.")):
            with self.subTest(dialect=dialect):
                of_it = [m for m in messages if m["dialect"] == dialect]
                self.assertEqual({m["request"] for m in of_it if "malformed" in m}, {malformed} - {None})
                self.assertEqual({m["error.phrase"] for m in of_it if "refused" in m}, {refusal})
        self.assertTrue(any(m.get("name") == "\u00e9\U0001f600x" for m in messages))

    def test_an_answer_without_a_request_is_told(self):
        """As in a capture that begins too late."""
        late = [piece for piece in self.said if piece[1] == "two-socket" and not (piece[2] and piece[3].startswith(b"SEND"))]
        told = {m["answer"] for m in self.dissect(late) if "unasked" in m}
        self.assertEqual(told, {"SENT", "ERROR"})

    def test_a_connection_that_began_before_the_capture_is_read(self):
        for dialect, from_client in (("two-socket", True), ("livecode", False), ("names", False), ("rooms", False)):
            with self.subTest(dialect=dialect):
                pieces = [piece for piece in self.said if piece[1] == dialect and piece[2] == from_client][1:]
                messages = self.dissect(pieces)
                self.assertGreater(len(messages), 3)
                self.assertEqual([m for m in messages if "malformed" in m], [])

    def test_other_ports(self):
        """Known by the first bytes of a client; or told, which telnet needs."""
        usual = by_stream(self.dissect(self.said))
        by_itself = by_stream(m for m in self.dissect(self.said, ports=OTHER_PORTS))
        self.assertEqual(by_itself, {key: found for key, found in usual.items() if found[0]["dialect"] != "telnet"})
        words = {dialect: dialect.replace("-", "_") for dialect in OTHER_PORTS}
        for name, options in (
                ("preferences", [f"-oparley.{words[dialect]}_ports:{port}" for dialect, port in OTHER_PORTS.items()]),
                ("decode as", [f"-dtcp.port=={port},parley_{words[dialect]}" for dialect, port in OTHER_PORTS.items()])):
            with self.subTest(name):
                self.assertEqual(by_stream(self.dissect(self.said, *options, ports=OTHER_PORTS)), usual)

    def test_a_password_is_not_shown(self):
        accounts = self.folder / "accounts"
        for name in NAMES.values():
            subprocess.run([support.Parleyd.command, "account", "add", name, "--accounts", accounts], input=SECRET.encode() + b"\n",
                           capture_output=True, timeout=support.HASH_WAIT_S, check=True)
        said = self.record(sign_on_by_password, "--accounts", accounts)
        messages = self.in_any_cut(said)
        with_one = [(m["dialect"], m["request"], m["name"]) for m in messages if "has_password" in m]
        self.assertEqual(sorted(with_one), sorted([
            ("two-socket", "REGISTER", "ann"), ("two-socket", "REGISTER", "ann"), ("livecode", "AUTH", "bob"),
            ("names", "NAME", "cleo"), ("telnet", "PASSWORD", "dan"), ("telnet", "LINE", "dan"), ("rooms", "connect", "eve")]))
        self.assertEqual({m["user"] for m in messages if "user" in m}, set(NAMES.values()))
        for _, pieces in self.cuts(said):
            shown = self.show(pieces, "-P", "-V").decode()  # a line for each packet, and all of its tree
            self.assertIn("cleo", shown)
            self.assertNotIn(SECRET, shown)
            fields = str(self.dissect(pieces))
            self.assertNotIn(SECRET, fields)
            self.assertNotIn(SECRET.encode().hex(":"), fields)
        self.assertEqual([m for m in self.dissect(said, "-2") if "unasked" in m], [])
        by_itself = self.dissect(said, ports=OTHER_PORTS)
        self.assertEqual({m["dialect"] for m in by_itself}, set(NAMES) - {"telnet"})

    def test_no_bytes_stop_it(self):
        """Pieces of real talk, changed and cut anywhere."""
        chance = random.Random(1)
        for most_bytes in (5, 1000):
            said = []
            for number, dialect, from_client, piece in self.said:
                noise = bytearray(piece)
                for _ in range(len(noise) // 20):
                    noise[chance.randrange(len(noise))] = chance.choice(b"\xff\xfa\r\n\0{}[]\"\\, 0129Az\x80")
                if noise:
                    said.append((number, dialect, from_client, bytes(noise)))
            self.assertTrue(self.dissect(cut(said, most_bytes), "-2"))


if __name__ == "__main__":
    if shutil.which("tshark") is None:
        print("skipped: there is no tshark", file=sys.stderr)
        sys.exit(77)
    support.main()
