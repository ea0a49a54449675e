"""The family's clients of the JSON rooms, and what the tests of the dialect share."""

import contextlib
import json
import queue
import socket
import threading

from support import WAIT_S, DialectTest
from users import RoomsUser, WebUser, error

NOT_JSON = "That is not a JSON object in UTF-8."
NO_TYPE = "The type of a request is connect, message or exit."
BAD_CONNECT = "A connect needs a name in its payload; name and room are strings."
BAD_MESSAGE = "A message needs a text in its payload; it is a string."
ANOTHER = " Please connect with another one."
NAME_TAKEN = "That name is taken. Please connect with another one."
NO_TYPE_OR_FEATURE = "The type of a request is connect, message or exit, or one that a feature adds."
NOT_CONNECTED = "Please connect with a name before you send messages."
TOO_LONG = "Your JSON object is too long, so the connection ends."
TOO_DEEP = "Your JSON object has too many levels, so the connection ends."

ALL_FEATURES = ("who", "private", "delivery")
MESSAGE = '{"type": "message", "payload": {"sender": "Alice", "room": "General", "text": "Hello, everyone!"}}'
CONNECTED = RoomsUser.to_object("connect_ack", message="Connected to the room.")


def notification(sentence):
    return RoomsUser.to_object("notification", message=sentence)


class FeatureUser(RoomsUser):
    """A client that asks for features: all of them, unless others are told."""

    def __init__(self, port, name, features=ALL_FEATURES, **settings):
        super().__init__(port, name, **settings)
        self.features = features

    def connect(self, room, features):
        self.request("connect", name=self.name, room=room, features=list(features))

    def ack(self):
        return self.to_object("connect_ack", message="Connected to the room.", name=self.name, room=self.room,
                              features=[feature for feature in ALL_FEATURES if feature in self.features])

    def enter(self, room):
        self.room = room
        self.connect(room, self.features)
        self.expect(self.ack())

    def say(self, text, **more):
        self.request("message", text=text, **more)

    def tell(self, name, text, **more):
        self.request("private", to=name, text=text, **more)

    def private_line(self, sender, text):
        if "private" not in self.features:
            return super().private_line(sender, text)
        return self.to_object("message", sender=sender, room=self.room, text=text, private=True)

    def sees_own(self, text, id_):
        self.expect(self.to_object("message", sender=self.name, room=self.room, text=text, id=id_))

    def sees_delivery(self, id_, result, recipients):
        self.expect(self.to_object("delivery", id=id_, result=result, recipients=recipients))

    def arrives(self, name, dialect, room="General"):
        self.expect(self.to_object("arrived", name=name, dialect=dialect, room=room))

    def leaves(self, name, room="General"):
        self.expect(self.to_object("left", name=name, room=room))

    def hears_nothing(self):
        self.request("what")
        self.expect_notification(NO_TYPE_OR_FEATURE)

    def who(self):
        """The users as (name, dialect, room), and what stands in the last object besides them."""
        self.request("who")
        users, more = [], True
        while more:
            line = self.socket.receive_until("\n")
            if len(line) > 1024:
                raise AssertionError(f"{len(line)} bytes in one object")
            answer = json.loads(line)
            if answer["type"] != "who":
                raise AssertionError(f"expected who, came {answer}")
            rest = answer["payload"]
            users += [(user["name"], user["dialect"], user["room"]) for user in rest.pop("users")]
            more = rest.pop("more")
        return users, rest


class WebFeatureUser(FeatureUser):
    """The same on a WebSocket."""

    dialect = "web"
    make_socket = WebUser.make_socket

    def hears_nothing(self):
        self.request("what")
        self.expect(error("type", NO_TYPE_OR_FEATURE))


class Client:
    """What the family's clients with a thread have in common: it takes what one recv(1024) gives."""

    def __init__(self, socket):
        self.socket = socket.socket
        self.received = queue.Queue()
        self.thread = threading.Thread(target=self.receive)
        self.thread.start()

    def receive(self):
        with contextlib.suppress(OSError):
            while message := self.socket.recv(1024).decode("utf-8"):
                self.take(message)

    def next(self):
        try:
            return self.received.get(timeout=WAIT_S)
        except queue.Empty:
            raise AssertionError(f"nothing came for {WAIT_S} s") from None

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()


class NaiveClient(Client):
    """Takes whatever one recv(1024) gives for one object. What is none comes from next() as text."""

    def take(self, message):
        try:
            self.received.put(json.loads(message))
        except ValueError:
            self.received.put(message)

    def send(self, type_, **payload):
        self.socket.send(json.dumps({"type": type_, "payload": payload}).encode("utf-8"))


class StepFiveClient(Client):
    """The lecture's fifth step: shows what comes while the user types."""

    def take(self, message):
        self.received.put(message)

    def say(self, message):
        self.socket.send(message.encode("utf-8"))

    def hears(self, message):
        came = ""
        while len(came) < len(message):
            came += self.next()
        if came != message:
            raise AssertionError(f"expected {message!r}, came {came!r}")


class StepTwoClient:
    """The lecture's second step: says something, then waits for one answer."""

    def __init__(self, socket):
        self.socket = socket.socket

    def ask(self, message):
        self.socket.send(message.encode("utf-8"))
        return self.socket.recv(1024).decode("utf-8")


class RoomsTest(DialectTest):
    def add(self, name, room="General"):
        return self.add_user(RoomsUser, name, room=room)

    def add_all(self, *names):
        return self.gather(*((RoomsUser, name) for name in names))

    def client(self, client_class):
        client = client_class(self.connect("rooms"))
        self.addCleanup(client.close)
        return client

    def stranger(self):
        """Connected, with no name yet."""
        user = RoomsUser(self.server.ports["rooms"], "nobody")
        self.addCleanup(user.close)
        return user
