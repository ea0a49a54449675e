"""What an operator sees and does while people chat: who, kick, say, stats, reload."""

import os
import time

from control import ControlTest, support
from users import USERS, LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser, notification

NAMES = ("ann", "bob", "carol", "dave", "eve", "finn")


class CommandsTest(ControlTest):
    def gather_all(self):
        """A user of each dialect, in the order of the table."""
        return dict(zip(NAMES, self.gather(*zip(USERS, NAMES))))

    def who(self):
        return {line["user"]["name"]: line["user"] for line in self.ctl_json("who") if "user" in line}

    def test_who_tells_each_user(self):
        before = int(time.time())
        users = self.gather_all()
        told = self.who()
        self.assertEqual(list(told), list(NAMES))
        for name, user in users.items():
            port = user.socket.socket.getsockname()[1]
            self.assertEqual((told[name]["dialect"], told[name]["room"], told[name]["address"]),
                             (user.dialect, "General", f"127.0.0.1:{port}"))
            self.assertTrue(before - 1 <= told[name]["since"] <= time.time() + 1)
            self.assertEqual(told[name]["queue_bytes"], 0)

    def test_who_counts_bytes_both_ways(self):
        ann, bob = self.gather((TelnetUser, "ann"), (TelnetUser, "bob"))
        before = self.who()
        ann.say("x" * 998)
        bob.hears("ann", "x" * 998)
        bob.hears_nothing()  # and its system has acknowledged what it answers
        now = self.who()
        self.assertEqual(now["ann"]["sent_bytes"] - before["ann"]["sent_bytes"], 1000)
        self.assertGreaterEqual(now["bob"]["received_bytes"] - before["bob"]["received_bytes"], 1000)

    def test_who_counts_what_waits(self):
        (ann,) = self.gather((TwoSocketUser, "ann"))
        for _ in range(2):
            ann.tell("ann", "x" * 5000)
        ann.expect(ann.private_line("ann", "x" * 5000))  # and is not acknowledged: the second one waits
        self.assertGreaterEqual(self.who()["ann"]["queue_bytes"], 5000)

    def test_who_is_a_table_for_people(self):
        self.gather((TelnetUser, "ann"))
        heading, ann = self.ctl("who").splitlines()
        self.assertEqual(heading.split(), ["NAME", "DIALECT", "ROOM", "ADDRESS", "SINCE", "SENT", "RECEIVED", "QUEUE"])
        self.assertEqual(ann.split()[:3], ["ann", "telnet", "General"])
        self.assertEqual(heading.index("ROOM"), ann.index("General"))

    def test_who_tells_more_than_one_page(self):
        users = [self.add_user(NamesUser, f"user{number:03}") for number in range(230)]
        self.assertEqual(list(self.who()), [user.name for user in users])

    def test_who_is_kicked_is_told_in_its_dialect(self):
        """OD12.1"""
        sentence = "The operator has removed you: no flooding"
        last_words = {
            "ann": f"ERROR 100 {sentence}\n\n",
            "bob": f"ERRO,{len(sentence) + 1}\n{sentence}\n",
            "carol": f"{len(sentence)}{sentence}",
            "dave": f"{sentence}\r\n",
            "eve": notification(sentence),
            "finn": ""}  # told behind its close
        users = self.gather_all()
        for name, user in users.items():
            self.assertEqual(self.ctl("kick", name.upper(), "no flooding"), f"{name} is removed\n")
            user.socket.expect(last_words[name])
            user.socket.expect_end()
            if name == "ann":
                user.receiving.expect(last_words[name])
                user.receiving.expect_end()
            if name == "finn":
                self.assertEqual((user.socket.close_code, user.socket.close_reason), (4001, sentence.encode()))
            for other in list(users.values())[NAMES.index(name) + 1:]:
                other.sees_departure(name)
        self.assertEqual(self.who(), {})
        self.add_user(TelnetUser, "ann")  # may come again

    def test_a_kick_needs_no_reason_and_somebody(self):
        (dave,) = self.gather((TelnetUser, "dave"))
        self.ctl("kick", "dave")
        dave.expect("The operator has removed you.\r\n")
        self.assertEqual(self.ctl("kick", "nobody", code=1), "parleyctl: nobody is called nobody\n")
        self.assertEqual(self.ctl_json("kick", "nobody", code=1),
                         [{"ok": False, "error": "nobody is called nobody"}])

    def test_half_a_two_socket_user_is_kicked_too(self):
        half = self.connect("two-socket")
        half.ask("REGISTER TOSEND ann\n\n", "REGISTERED TOSEND ann\n\n")
        self.ctl("kick", "ann", "go")
        half.expect("ERROR 100 The operator has removed you: go\n\n")
        half.expect_end()

    def test_one_is_told_as_one(self):
        self.gather((TelnetUser, "ann"))
        self.assertEqual(self.ctl("say", "hello"), "told to 1 user\n")
        self.assertEqual(self.ctl("drain"), "nobody new is let in; 1 connection is left\n")

    def test_everybody_is_told(self):
        """OD12.2"""
        users = self.gather_all()
        text = "We stop at five. \u00dcbrigens: " + "long " * 30
        self.assertEqual(self.ctl("say", text), "told to 6 users\n")
        users["ann"].hears("SERVER", text)
        users["bob"].expect(LiveCodeUser.text_message(text))
        for name in ("eve", "finn"):
            users[name].expect(notification(text))
        users["dave"].expect(text + "\r\n")
        came = ""
        while len(came.encode()) < len(text.encode()):
            came += users["carol"].socket.receive_exactly(
                int(users["carol"].socket.receive_exactly(2))).decode()
        self.assertEqual(came, text)
        for user in users.values():
            user.hears_nothing()

    def test_who_talks_to_server_acknowledges_both(self):
        (ann,) = self.gather((TwoSocketUser, "ann"))
        ann.tell("SERVER", "version")
        ann.sees_told("SERVER", "version")
        ann.receiving.receive_until("parleyd 0.1.0")  # not acknowledged yet
        for text in ("one", "two"):
            self.ctl("say", text)
        ann.expect(ann.public_line("SERVER", "one"))
        for _ in range(2):
            ann.receiving.send("RECEIVED SERVER\n\n")
        ann.hears("SERVER", "two")
        ann.hears_nothing()

    def test_what_cannot_be_said(self):
        for text in ("two\nlines", "x" * 1001, "\x1b[2J", "a\u0085b"):
            self.ctl("say", text, code=1)
        self.ctl("say", "", code=2)

    def test_stats(self):
        ann, dave = self.gather((TwoSocketUser, "ann"), (TelnetUser, "dave"))
        dave.tell("ann", "four")
        ann.hears_private("dave", "four")
        ann.hears_nothing()
        stats = self.ctl_json("stats")[0]
        self.assertEqual({key: stats[key] for key in ("version", "users", "users_by_dialect", "connections",
                                                      "served", "draining", "unanswered")},
                         {"version": "0.1.0", "users": 2, "users_by_dialect": {"two-socket": 1, "telnet": 1},
                          "connections": 3, "served": 2, "draining": False, "unanswered": 0})
        self.assertGreaterEqual(stats["delivered_bytes"], 4)
        self.assertIn("users_by_dialect telnet 1\n", self.ctl("stats"))


class ReloadTest(ControlTest):
    def setUp(self):
        self.log = support.tempfile.NamedTemporaryFile(suffix=".log", delete=False).name
        self.addCleanup(os.unlink, self.log)
        self.options = ("--log-file", self.log)
        super().setUp()

    def test_the_log_is_opened_anew(self):
        os.rename(self.log, self.log + ".1")
        self.addCleanup(os.unlink, self.log + ".1")
        self.assertEqual(self.ctl("reload"), "the server reloads\n")
        deadline = support.Deadline()
        while not os.path.exists(self.log):
            self.assertGreater(deadline.left_s(), 0, "there is no new log")
            time.sleep(0.01)


support.main()
