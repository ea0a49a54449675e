"""A user of each dialect, who says and hears in exact bytes."""

import json

from support import Socket, to_bytes
from web_socket import on_web_socket


class User:
    """What all have in common. What a dialect shows nothing for is b"", which comes at once."""

    dialect = ""
    hears_itself = False  # own public lines come back
    make_socket = Socket

    def __init__(self, port, name, **socket_settings):
        self.port, self.name = port, name
        self.socket = self.make_socket(port, **socket_settings)

    def send(self, data):
        self.socket.send(data)

    def expect(self, data):
        """These bytes come next."""
        self.socket.expect(data)

    def ask(self, data, answer):
        """send(), and expect() what must come then."""
        self.send(data)
        self.expect(answer)

    def sees(self, data):
        """As expect(), and does what a client of the dialect does then."""
        self.expect(data)

    def hears(self, sender, text):
        """A public line of somebody else's."""
        self.sees(self.public_line(sender, text))

    def hears_private(self, sender, text):
        self.sees(self.private_line(sender, text))

    def sees_said(self, text):
        """What comes back of an own public line."""
        if self.hears_itself:
            self.hears(self.name, text)

    def sees_told(self, name, text):
        """What comes back of an own private line."""

    def arrival_notice(self, name):
        return b""

    def departure_notice(self, name):
        return b""

    def sees_arrival(self, name):
        self.expect(self.arrival_notice(name))

    def sees_departure(self, name):
        self.expect(self.departure_notice(name))

    def hears_nothing(self):
        """Nothing has come: the answer to a further request is next."""
        raise NotImplementedError

    def leave(self):
        """As the dialect wants it, to the end of the stream."""
        raise NotImplementedError

    def end(self):
        """The stream just ends, without a word."""
        self.socket.close()

    def kill(self):
        """The connection is reset."""
        self.socket.kill()

    def close(self):
        self.socket.close()


def two_digits(text):
    """A frame of the names dialect as most of its clients have it."""
    return f"{len(text.encode()):02}{text}".encode()


def error(code, sentence):
    """The object in which the web dialect says what is wrong with a request."""
    return f'{{"type": "error", "payload": {{"code": "{code}", "message": "{sentence}"}}}}\n'.encode()


def notification(sentence):
    """The object in which the rooms dialect says a sentence."""
    return f'{{"type": "notification", "payload": {{"message": "{sentence}"}}}}\n'.encode()


class TwoSocketUser(User):
    dialect = "two-socket"

    def __init__(self, port, name):
        super().__init__(port, name)  # .socket is the TOSEND one
        self.receiving = self.make_socket(port)

    def sign_on(self):
        for socket, channel in ((self.socket, "TOSEND"), (self.receiving, "TORECV")):
            socket.send(f"REGISTER {channel} {self.name}\n\n")
            socket.expect(f"REGISTERED {channel} {self.name}\n\n")
        return self

    def _send(self, recipient, text):
        body = to_bytes(text)
        self.send(b"SEND %s\nContent-length: %d\n\n%s" % (recipient.encode(), len(body), body))

    def say(self, text):
        self._send("ALL", text)

    def tell(self, name, text):
        self._send(name, text)

    @staticmethod
    def public_line(sender, text):
        body = to_bytes(text)
        return b"FORWARD %s\nContent-length: %d\n\n%s" % (sender.encode(), len(body), body)

    private_line = public_line

    def expect(self, data):
        """On the receiving socket; a FORWARD must still be answered, as sees() does."""
        self.receiving.expect(data)

    def sees(self, data):
        self.expect(data)
        if data:
            self.receiving.send("RECEIVED\n\n")

    def sees_said(self, text):
        self.socket.expect("SENT ALL\n\n")

    def sees_told(self, name, text):
        self.socket.expect(f"SENT {name}\n\n")

    def hears_nothing(self):
        self.tell(self.name, "fence")
        self.hears(self.name, "fence")
        self.sees_told(self.name, "fence")

    def leave(self):
        self.socket.half_close()
        self.socket.expect_end()
        self.receiving.expect_end()

    def end(self):
        self.socket.close()
        self.receiving.close()

    def kill(self):
        self.socket.kill()
        self.receiving.kill()

    close = end


class LiveCodeUser(User):
    dialect = "livecode"
    hears_itself = True

    def request(self, command, text=""):
        body = to_bytes(text)
        self.send(b"%s,%d\n%s\n" % (command.encode(), len(body), body))

    @staticmethod
    def text_message(text):
        body = to_bytes(text)
        return b"MESG,%d\n%s\n" % (len(body), body)

    def sign_on(self):
        self.request("AUTH", self.name)
        self.expect("VERI,0\n")
        self.sees_arrival(self.name)
        return self

    def say(self, text):
        self.request("MESG", text)

    @classmethod
    def public_line(cls, sender, text):
        return cls.text_message(f"{sender}: ".encode() + to_bytes(text))

    @classmethod
    def private_line(cls, sender, text):
        return cls.text_message(f"{sender} (private): ".encode() + to_bytes(text))

    def arrival_notice(self, name):
        return self.text_message(f"{name} connected")

    def departure_notice(self, name):
        return self.text_message(f"{name} disconnected")

    def hears_nothing(self):
        self.request("WHAT")
        self.expect("ERRO,16\nUnknown command\n")

    def leave(self):
        self.request("STOP", self.name)
        self.expect("DCNX,0\n")
        self.sees_departure(self.name)
        self.socket.expect_end()


class NamesUser(User):
    dialect = "names"

    def __init__(self, port, name, width=2):
        super().__init__(port, name)
        self.width = width

    def frame(self, text):
        body = to_bytes(text)
        return f"{len(body):0{self.width}}".encode() + body

    def request(self, text):
        self.send(self.frame(text))

    def expect_answer(self, text):
        self.expect(self.frame(text))

    def sign_on(self):
        self.request(f"NAME {self.name}")
        self.expect_answer(f"Hello {self.name}")
        return self

    def say(self, text):
        self.tell("BROADCAST", text)

    def tell(self, name, text):
        self.request(f"MSG {name} ".encode() + to_bytes(text))

    def public_line(self, sender, text):
        return self.frame(f"{sender} sent ".encode() + to_bytes(text))

    private_line = public_line

    def hears_nothing(self):
        self.tell(self.name, "fence")
        self.hears_private(self.name, "fence")

    def leave(self):
        self.request("EXIT")
        self.expect_answer("EXIT")
        self.socket.expect_end()


class TelnetUser(User):
    dialect = "telnet"
    prompt = "Please enter your name: "

    def sign_on(self):
        self.expect(self.prompt)
        self.send(f"{self.name}\r\n")
        online = self.socket.receive_until("\r\n").decode()
        if not online.endswith((f": {self.name}\r\n", f", {self.name}\r\n")) or " user(s) online: " not in online:
            raise AssertionError(f"{self.name} was answered {online!r}")
        return self

    def say(self, text):
        self.send(to_bytes(text) + b"\r\n")

    def enter(self, room):
        """Into another room, shown as it is written here."""
        self.say(f"/join {room}")
        self.expect(f"You are in the room {room}.\r\n")

    def tell(self, name, text):
        self.say(f"@{name} ".encode() + to_bytes(text))

    def public_line(self, sender, text):
        return f"{sender}> ".encode() + to_bytes(text) + b"\r\n"

    def private_line(self, sender, text):
        return b"[private] " + self.public_line(sender, text)

    def arrival_notice(self, name):
        return f"+++ {name} arrived +++\r\n".encode()

    def departure_notice(self, name):
        return f"--- {name} left ---\r\n".encode()

    def hears_nothing(self):
        self.tell(self.name, "fence")
        self.hears_private(self.name, "fence")

    def leave(self):
        self.say("/quit")
        self.socket.receive_rest()


class RoomsUser(User):
    dialect = "rooms"
    hears_itself = True

    def __init__(self, port, name, room="General", **socket_settings):
        super().__init__(port, name, **socket_settings)
        self.room = room

    @staticmethod
    def to_object(type_, **payload):
        """One object as the server writes it."""
        return json.dumps({"type": type_, "payload": payload}, ensure_ascii=False) + "\n"

    def request(self, type_, **payload):
        self.send(json.dumps({"type": type_, "payload": payload}, ensure_ascii=False))

    def sign_on(self):
        self.enter(self.room)
        return self

    def enter(self, room):
        """Into this room, at first or from another one."""
        self.room = room
        self.request("connect", name=self.name, room=room)
        self.expect(self.to_object("connect_ack", message="Connected to the room."))

    def say(self, text):
        self.request("message", sender=self.name, room=self.room, text=text)

    def public_line(self, sender, text):
        return self.to_object("message", sender=sender, room=self.room, text=text)

    def private_line(self, sender, text):
        return self.public_line(sender, f"(private) {text}")

    def expect_notification(self, sentence):
        self.expect(notification(sentence))

    def arrival_notice(self, name):
        return notification(f"{name} has joined the room.")

    def departure_notice(self, name):
        return notification(f"{name} has left the room.")

    def hears_nothing(self):
        self.request("what")
        self.expect_notification("The type of a request is connect, message or exit.")

    def leave(self):
        self.request("exit")
        self.expect(self.to_object("exit_ack", message="Disconnected from the room."))
        self.socket.expect_end()


class WebUser(RoomsUser):
    """A browser. What comes is read as the lines of a rooms user: see web_socket.py."""

    dialect = "web"
    make_socket = on_web_socket(Socket)

    def hears_nothing(self):
        self.request("what")
        self.expect(error("type", "The type of a request is connect, message or exit."))


USERS = (TwoSocketUser, LiveCodeUser, NamesUser, TelnetUser, RoomsUser, WebUser)


def visit(port, dialect, **socket_settings):
    """A connection that may sign on."""
    make_socket = WebUser.make_socket if dialect == "web" else Socket
    visitor = make_socket(port, **socket_settings)
    if dialect == "telnet":
        visitor.expect(TelnetUser.prompt)
    return visitor
