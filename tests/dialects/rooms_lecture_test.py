#!/usr/bin/env python3
"""The JSON rooms: the lecture's own examples and clients, and the pace that these need (PROTOCOL.md, RM1, RM4, RM6).

    rooms_lecture_test.py PARLEYD
"""

import json
import time

from rooms_clients import CONNECTED, NaiveClient, RoomsTest, StepFiveClient, StepTwoClient
from support import main
from users import TwoSocketUser

# As the lecture prints them.
CONNECT = """{
 "type": "connect",
 "payload": {
    "name": "Alice",
    "room": "General"
 }
}"""
CONNECT_ACK = """{
 "type": "connect_ack",
 "payload": {
   "message": "Connected to the room."
 }
}"""
MESSAGE = """{
 "type": "message",
 "payload": {
    "sender": "Alice",
    "room": "General",
    "text": "Hello, everyone!"
  }
}"""
NOTIFICATION = """{
 "type": "notification",
 "payload": {
   "message": "Alice has joined the room."
 }
}"""

PAUSE_S = 0.030


def in_order(text):
    """Parsed, with the keys in the order of the text."""
    return json.loads(text, object_pairs_hook=list)


class LectureTest(RoomsTest):
    def test_RM1_2_json_examples_as_printed(self):
        bob = self.add("Bob")
        alice = self.stranger()
        alice.send(CONNECT)
        self.assertEqual(in_order(alice.socket.receive_until("\n")), in_order(CONNECT_ACK))
        self.assertEqual(in_order(bob.socket.receive_until("\n")), in_order(NOTIFICATION))
        alice.send(MESSAGE)
        for user in (alice, bob):
            self.assertEqual(in_order(user.socket.receive_until("\n")), in_order(MESSAGE))

    def test_RM1_2_printed_examples_however_cut(self):
        bob = self.add("Bob")
        alice = self.stranger()
        alice.socket.send_byte_by_byte(CONNECT + "\r\n" + MESSAGE + MESSAGE)
        alice.expect(CONNECTED)
        bob.sees_arrival("Alice")
        for user in (alice, bob):
            user.hears("Alice", "Hello, everyone!")
            user.hears("Alice", "Hello, everyone!")

    def test_RM6_1_step_two_client_hears_itself(self):
        client = StepTwoClient(self.connect("rooms"))
        for message in ("Hello", "Grüße", "{", '{"type": "exit"}', " "):
            self.assertEqual(client.ask(message), message)

    def test_RM6_2_step_five_clients_hear_each_other(self):
        clients = [self.client(StepFiveClient) for _ in range(3)]
        first, second, third = clients
        for number, client in enumerate(clients):  # who has said nothing may be a JSON client
            client.say(f"{number}")
            for other in clients[:number + 1]:
                other.hears(f"{number}")
        for text in ("hello there", "Grüße\n", "x" * 3000, '{"type": "connect"}'):
            second.say(text)
            for client in clients:
                client.hears(text)
        third.close()
        first.say("still here")
        second.hears("still here")

    def test_RM6_2_raw_bytes_are_handed_on_as_they_came(self):
        sender, listener = self.connect("rooms"), self.connect("rooms")
        listener.ask(".", ".")
        data = bytes(range(256)) * 8
        sender.send(b"." + data)
        for client in (sender, listener):
            client.expect(b"." + data)

    def test_RM6_1_raw_clients_and_json_clients_do_not_hear_each_other(self):
        bob = self.add("Bob")
        raw = self.connect("rooms")
        raw.ask("Hello", "Hello")
        bob.say("Hi")
        bob.sees_said("Hi")
        bob.hears_nothing()
        raw.ask("Bye", "Bye")
        raw.close()
        bob.hears_nothing()

    def test_RM6_2_raw_clients_that_stop_reading_delay_nobody(self):
        deaf = self.connect("rooms", receive_buffer_bytes=4096)
        deaf.ask(".", ".")
        talker = self.client(StepFiveClient)
        for _ in range(200):  # far more than the kernel holds for the deaf one
            talker.say("x" * 50_000)
            talker.hears("x" * 50_000)


class PacingTest(RoomsTest):
    def test_RM4_2_a_burst_loses_nothing_at_a_naive_client(self):
        bob = self.add("bob")
        client = self.client(NaiveClient)
        client.send("connect", name="alice", room="General")
        self.assertEqual(client.next()["type"], "connect_ack")
        bob.sees_arrival("alice")
        # Such a client may lose something whatever the server does: when this machine does not let it run for as long
        # as the pause. Without a pause it loses something every time.
        for _ in range(10):
            begin = time.monotonic()
            objects = self.receive_burst(bob, client, 30)
            self.assertGreaterEqual(time.monotonic() - begin, 30 * PAUSE_S)
            if all(isinstance(one, dict) for one in objects):
                break
        self.assertEqual([one["payload"]["text"] for one in objects],
                         [f"line {number}" for number in range(30)] + ["the last"])

    def receive_burst(self, bob, client, count):
        for number in range(count):
            bob.say(f"line {number}")
        for number in range(count):
            bob.sees_said(f"line {number}")
        client.send("message", text="the last")
        bob.hears("alice", "the last")
        objects = []
        while not objects or "the last" not in str(objects[-1]):
            objects.append(client.next())
        return objects

    def test_RM4_6_what_comes_too_fast_is_left_out_and_counted(self):
        self.server = self.start_server("--paced-wait", "0.3")  # as long as ten pauses
        slow = self.add("slow")
        sender = self.add_user(TwoSocketUser, "sender")
        slow.sees_arrival("sender")
        for number in range(40):
            sender.tell("slow", f"{number}")
        sent, failed = "SENT slow\n\n", "ERROR 102 Unable to send\n\n"
        delivered = [f"(private) {number}" for number in range(40)
                     if sender.socket.expect_one_of(sent, failed) == 0]
        sender.tell("slow", "the end")
        sender.sees_told("slow", "the end")
        texts, left_out = [], 0
        while "(private) the end" not in texts:
            payload = json.loads(slow.socket.receive_until("\n"))["payload"]
            if "text" in payload:
                texts.append(payload["text"])
            else:
                left_out += int(payload["message"].removesuffix(" messages came too fast and were left out here."))
        self.assertEqual(texts, delivered + ["(private) the end"])
        self.assertEqual(left_out, 40 - len(delivered))
        self.assertGreater(left_out, 0)


if __name__ == "__main__":
    main()
