#!/usr/bin/env python3
"""What clients of the JSON rooms have that ask for it: who is there, private lines, deliveries (PROTOCOL.md, RM7 to RM10).

    rooms_features_test.py PARLEYD
"""

import json

from rooms_clients import ALL_FEATURES, BAD_MESSAGE, CONNECTED, NO_TYPE, NO_TYPE_OR_FEATURE, FeatureUser, RoomsTest, WebFeatureUser
from support import TIME_FACTOR, Deadline, Socket, main
from users import LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser

BAD_FEATURES = "The features of a connect are a list of strings."
BAD_ID = "The id of a message is a string of 1 to 64 bytes."
NOBODY = "There is nobody of that name."
RECEIPT_S = 1 * TIME_FACTOR
UNANSWERED = 4


class FeaturesTest(RoomsTest):
    def ask(self, name, features=ALL_FEATURES, room="General"):
        return self.add_user(FeatureUser, name, features=features, room=room)

    def test_RM7_1_without_features_all_is_as_it_was(self):
        bob = self.add("bob")
        bob.request("message", text="hi", id="7")
        bob.sees_said("hi")
        bob.request("message", text="hi", id=5)
        bob.sees_said("hi")
        for type_ in ("who", "private"):
            bob.request(type_, to="bob", text="hi", id="8")
            bob.expect_notification(NO_TYPE)
        bob.request("connect", name="bob", room="Tea", features=["who"])
        bob.expect(CONNECTED)
        bob.hears_nothing()

    def test_RM7_2_the_ack_says_who_where_and_what(self):
        self.add("first", room="Tea Time")
        for number, (features, on) in enumerate(((ALL_FEATURES, ALL_FEATURES), ([], []), (["delivery", "video", 7, "who"], ["who", "delivery"]),
                                                 (["private", "private"], ["private"]))):
            user = FeatureUser(self.server.ports["rooms"], f"user{number}", features=on)
            self.addCleanup(user.close)
            user.connect("TEA TIME", features)
            user.room = "Tea Time"
            user.expect(user.ack())
            user.leave()

    def test_RM7_3_the_first_connect_that_is_accepted_counts(self):
        self.add("ann")
        bob = self.stranger()
        bob.request("connect", name="ann", features=["who"])
        bob.expect_notification("That name is taken. Please connect with another one.")
        bob.request("who")
        bob.expect_notification(NO_TYPE)
        bob.request("connect", name="bob", features=["private"])
        bob.expect(bob.to_object("connect_ack", message="Connected to the room.", name="bob", room="General",
                                 features=["private"]))
        for room in ("Tea", "tea"):
            bob.request("connect", name="bob", room=room, features=["who", "delivery"])
            bob.expect(bob.to_object("connect_ack", message="Connected to the room.", name="bob", room="Tea",
                                     features=["private"]))
        bob.request("who")
        bob.expect_notification(NO_TYPE_OR_FEATURE)

    def test_RM7_4_features_that_are_no_list(self):
        user = self.stranger()
        for features in ("who", 5, None, {"who": True}):
            user.request("connect", name="nobody", features=features)
            user.expect_notification(BAD_FEATURES)
        user.sign_on()

    def test_RM8_1_all_who_are_there_in_order_of_arrival(self):
        users = self.gather((TelnetUser, "tess"), (TwoSocketUser, "zoe"), (LiveCodeUser, "Lucy"), (NamesUser, "nick"))
        self.add("r\u00fcdi", room='T"ea')
        ann = self.ask("ann", ["who"])
        everyone = [(user.name, user.dialect, "General") for user in users]
        everyone += [("r\u00fcdi", "rooms", 'T"ea'), ("ann", "rooms", "General")]
        self.assertEqual(ann.who(), (everyone, {}))
        users[0].sees_arrival("ann")
        users[0].enter("Den")
        ann.leaves("tess")
        self.assertEqual(ann.who()[0][0], ("tess", "telnet", "Den"))

    def test_RM8_1_many_in_several_objects(self):
        names = [f"user{number:02}" for number in range(60)]
        for name in names:
            self.add(name, room=f"{name}'s own room, with a long name")
        ann = self.ask("ann", ["who"])
        self.assertEqual([user[0] for user in ann.who()[0]], [*names, "ann"])

    def test_RM8_2_those_behind_the_first_are_counted(self):
        self.server = self.start_server("--max-body-bytes", "1500")
        for number in range(60):
            self.add(f"user{number:02}", room="its own")
        ann = self.ask("ann", ["who"])
        users, rest = ann.who()
        self.assertTrue(10 < len(users) < 60, len(users))
        self.assertEqual(rest, {"others": 61 - len(users)})

    def test_RM8_3_who_comes_and_goes(self):
        ann = self.ask("ann", ["who"])
        bob = self.add_user(TelnetUser, "bob")
        ann.arrives("bob", "telnet")
        bob.enter("Tea")
        ann.leaves("bob")
        ann.enter("Tea")
        bob.sees_arrival("ann")
        carl = self.add("carl", room="TEA")
        carl.room = "Tea"
        ann.arrives("carl", "rooms", "Tea")
        carl.leave()
        ann.leaves("carl", "Tea")
        ann.hears_nothing()

    def test_RM9_1_private_lines_to_every_dialect(self):
        ann = self.ask("ann", ["private"], room="Tea")
        users = self.gather((TelnetUser, "tess"), (TwoSocketUser, "zoe"), (LiveCodeUser, "Lucy"), (NamesUser, "nick"),
                            (RoomsUser, "rudi"))
        for user in users:
            ann.tell(user.name.upper(), "psst")
            user.hears_private("ann", "psst")
        ann.tell("nobody", "psst")
        ann.expect_notification(NOBODY)
        ann.tell("ALL", "psst")
        ann.expect_notification(NOBODY)
        for user in (ann, *users):
            user.hears_nothing()

    def test_RM9_2_private_lines_are_marked(self):
        ann, bob = self.ask("ann", ["private"]), self.add_user(TwoSocketUser, "bob")
        ann.sees_arrival("bob")
        bob.tell("ann", "(private) psst")
        ann.hears_private("bob", "(private) psst")
        bob.sees_told("ann", "(private) psst")
        bob.say("hello")
        ann.hears("bob", "hello")
        ann.tell("ann", "note")
        ann.hears_private("ann", "note")
        text = "x" * 3000
        ann.tell("ann", text)
        came = ""
        while len(came) < len(text):
            payload = json.loads(ann.socket.receive_until("\n"))["payload"]
            self.assertEqual(payload["private"], True)
            came += payload["text"]
        self.assertEqual(came, text)


class DeliveryTest(RoomsTest):
    options = ("--receipt-timeout", str(RECEIPT_S), "--max-unanswered", str(UNANSWERED))

    def setUp(self):
        super().setUp()
        self.ann = self.add_user(FeatureUser, "ann")

    def join(self, user_class, name):
        user = self.add_user(user_class, name)
        self.ann.arrives(name, user.dialect)
        return user

    def sees_both(self, id_, recipients, name):
        """That the message failed and that `name` has left, in either order."""
        expected = {self.ann.to_object("delivery", id=id_, result="failed", recipients=recipients),
                    self.ann.to_object("left", name=name, room="General")}
        self.assertEqual({self.ann.socket.receive_until("\n").decode() for _ in expected}, expected)
        self.ann.hears_nothing()

    def test_RM10_1_RM10_3_delivered_once_each_has_it(self):
        zoe, tess = self.join(TwoSocketUser, "zoe"), self.join(TelnetUser, "tess")
        self.ann.say("hi", id="7")
        self.ann.sees_own("hi", "7")
        tess.hears("ann", "hi")
        self.ann.hears_nothing()
        zoe.hears("ann", "hi")
        self.ann.sees_delivery("7", "delivered", 2)
        self.ann.tell("ZOE", "psst", id="\u00e9\n\"")
        self.ann.hears_nothing()
        zoe.hears_private("ann", "psst")
        self.ann.sees_delivery("\u00e9\n\"", "delivered", 1)
        self.ann.hears_nothing()

    def test_RM10_1_as_they_become_known(self):
        zoe = self.join(TwoSocketUser, "zoe")
        self.ann.tell("zoe", "slow", id="1")
        self.ann.tell("ann", "fast", id="2")
        self.ann.expect(self.ann.to_object("message", sender="ann", room="General", text="fast", private=True, id="2"))
        self.ann.sees_delivery("2", "delivered", 1)
        zoe.hears_private("ann", "slow")
        self.ann.sees_delivery("1", "delivered", 1)

    def test_RM10_1_equal_ids_are_told_each(self):
        for _ in range(2):
            self.ann.tell("ann", "x", id="same")
        own = self.ann.to_object("message", sender="ann", room="General", text="x", private=True, id="same")
        told = self.ann.to_object("delivery", id="same", result="delivered", recipients=1)
        came = [self.ann.socket.receive_until("\n").decode() for _ in range(4)]
        self.assertEqual((came[0], came.count(own), came.count(told)), (own, 2, 2))
        self.ann.hears_nothing()

    def test_RM10_2_nobody(self):
        self.ann.say("hi", id="1")
        self.ann.sees_own("hi", "1")
        self.ann.sees_delivery("1", "nobody", 0)
        self.ann.tell("bob", "hi", id="2")
        self.ann.sees_delivery("2", "nobody", 0)
        self.ann.hears_nothing()

    def test_RM10_2_failed_when_one_says_nothing_in_time(self):
        zoe, tess = self.join(TwoSocketUser, "zoe"), self.join(TelnetUser, "tess")
        self.ann.say("hi", id="1")
        self.ann.sees_own("hi", "1")
        tess.hears("ann", "hi")
        zoe.expect(zoe.public_line("ann", "hi"))
        self.sees_both("1", 2, "zoe")

    def test_RM10_2_failed_when_a_socket_takes_nothing_in_time(self):
        """It is nobody's fault yet: the recipient stays."""
        self.server = self.start_server(*self.options, "--max-queue-bytes", "10000000", "--flood-bytes", "0")
        ann = self.add_user(FeatureUser, "ann")
        sleeper = self.add_user(TelnetUser, "sleeper", receive_buffer_bytes=4096)
        ann.arrives("sleeper", "telnet")
        for _ in range(60):  # more than the system keeps for a socket
            ann.tell("sleeper", "x" * 60_000)
        ann.tell("sleeper", "too late", id="1")
        ann.sees_delivery("1", "failed", 1)
        self.assertEqual([user[0] for user in ann.who()[0]], ["ann", "sleeper"])
        sleeper.kill()

    def test_RM10_2_failed_when_one_refuses(self):
        zoe = self.join(TwoSocketUser, "zoe")
        for number, answer in enumerate(("ERROR 102 Unable to send\n\n", "ERROR 103 Header incomplete\n\n")):
            self.ann.say("hi", id=str(number))
            self.ann.sees_own("hi", str(number))
            zoe.expect(zoe.public_line("ann", "hi"))
            zoe.receiving.send(answer)
            self.ann.sees_delivery(str(number), "failed", 1)

    def test_RM10_2_failed_when_the_recipient_goes(self):
        zoe = self.join(TwoSocketUser, "zoe")
        self.ann.tell("zoe", "hi", id="1")
        zoe.expect(zoe.private_line("ann", "hi"))
        zoe.kill()
        self.sees_both("1", 1, "zoe")

    def test_RM10_4_no_other_sees_the_id(self):
        bob = self.add_user(FeatureUser, "bob")
        self.ann.arrives("bob", "rooms")
        self.ann.say("x" * 2000, id="7")
        came = ""
        while len(came) < 2000:
            payload = json.loads(self.ann.socket.receive_until("\n"))["payload"]
            self.assertEqual(payload.pop("id"), "7")
            came += payload.pop("text")
        came = ""
        while len(came) < 2000:
            payload = json.loads(bob.socket.receive_until("\n"))["payload"]
            came += payload.pop("text")
            self.assertEqual(payload, {"sender": "ann", "room": "General"})
        self.ann.sees_delivery("7", "delivered", 1)
        bob.hears_nothing()

    def test_RM10_5_ids_that_are_none(self):
        bob = self.join(TelnetUser, "bob")
        for id_ in ("", "x" * 65, 7, None, ["7"]):
            self.ann.say("hi", id=id_)
            self.ann.expect_notification(BAD_ID)
            self.ann.tell("bob", "hi", id=id_)
            self.ann.expect_notification(BAD_ID)
        self.ann.request("message", id="7")
        self.ann.expect_notification(BAD_MESSAGE)
        bob.hears_nothing()
        self.ann.say("hi")
        self.ann.sees_said("hi")
        self.ann.hears_nothing()

    def test_RM10_6_so_many_without_an_answer(self):
        """The one over the bound is acted on once there is room, and none is lost."""
        zoe, tess = self.join(TwoSocketUser, "zoe"), self.join(TelnetUser, "tess")
        ids = [str(number) for number in range(UNANSWERED + 1)]
        for id_ in ids:
            self.ann.tell("zoe", f"line {id_}", id=id_)
        self.ann.tell("tess", "behind them")
        tess.hears_nothing()
        for id_ in ids:
            zoe.hears_private("ann", f"line {id_}")
            self.ann.sees_delivery(id_, "delivered", 1)
        tess.hears_private("ann", "behind them")

    def test_a_server_that_stops_tells_first_what_becomes_known(self):
        self.server = self.start_server("--linger-timeout", "0.3")
        ports = dict(self.server.ports)
        zoe, ann = self.add_user(TwoSocketUser, "zoe"), self.add_user(FeatureUser, "ann")
        wes = self.add_user(WebFeatureUser, "wes")
        ann.arrives("wes", "web")
        for user in (ann, wes):
            user.tell("zoe", "before the stop", id="1")
            user.hears_nothing()  # the line has been read
        zoe.expect(zoe.private_line("ann", "before the stop"))
        self.server.program.process.terminate()
        self.wait_until_closed(ports["two-socket"])
        zoe.receiving.send("RECEIVED\n\n")
        ann.sees_delivery("1", "delivered", 1)
        zoe.hears_private("wes", "before the stop")
        wes.sees_delivery("1", "delivered", 1)
        self.server.program.wait_for_end()

    def wait_until_closed(self, port):
        """Until the server that stops takes nobody any more."""
        deadline = Deadline()
        while deadline.left_s() > 0:
            try:
                Socket(port).close()
            except ConnectionRefusedError:
                return
            except ConnectionResetError:  # it is about to close
                continue
        self.fail("it still listens")

    def test_exit_with_messages_of_which_nothing_is_told(self):
        zoe = self.join(TwoSocketUser, "zoe")
        self.ann.tell("zoe", "bye", id="1")
        self.ann.leave()
        zoe.hears_private("ann", "bye")
        zoe.hears_nothing()


if __name__ == "__main__":
    main()
