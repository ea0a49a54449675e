#!/usr/bin/env python3
"""Rooms, arrivals, departures, lists and lines cross nodes, between any two dialects.

    crossing_test.py PARLEYD
"""

import re

from cluster import (
    SIGN_ON, USERS, ClusterTest, LiveCodeUser, NamesUser, RoomsUser, TelnetUser, TwoSocketUser, fill, main)

# A public line as the newcomer writes it behind what signs it on, without a wait.
FIRST_LINE = {"livecode": "MESG,5\nhello\n", "names": "19MSG BROADCAST hello", "telnet": "hello\r\n",
              "rooms": '{"type": "message", "payload": {"text": "hello"}}'}


class Crossing(ClusterTest):
    def test_every_dialect_shows_every_other_what_its_users_do(self):
        watchers = self.gather(*((self.two, user_class, f"bob{i}") for i, user_class in enumerate(USERS)),
                               (self.three, TelnetUser, "cat"))
        for number, user_class in enumerate(USERS):
            with self.subTest(dialect=user_class.dialect):
                ann = self.join(self.one, user_class, f"ann{number}")
                for watcher in watchers:
                    watcher.sees_arrival(ann.name)
                self.sees_list([*(watcher.name for watcher in watchers), ann.name])
                ann.say("hello, all")
                for watcher in watchers:
                    watcher.hears(ann.name, "hello, all")
                ann.sees_said("hello, all")
                for watcher in watchers:
                    if hasattr(watcher, "tell"):
                        watcher.tell(ann.name, "to you")
                        ann.hears_private(watcher.name, "to you")
                        watcher.sees_told(ann.name, "to you")
                    if hasattr(ann, "tell"):
                        ann.tell(watcher.name.upper(), "and to you")
                        watcher.hears_private(ann.name, "and to you")
                        ann.sees_told(watcher.name, "and to you")
                ann.hears_nothing()
                ann.leave()
                for watcher in watchers:
                    watcher.sees_departure(ann.name)
                    watcher.hears_nothing()

    def test_an_arrival_is_shown_before_the_first_line(self):
        watchers = self.gather((self.two, TelnetUser, "bob"), (self.three, LiveCodeUser, "cat"))
        for number in range(12):
            for dialect, line in FIRST_LINE.items():
                name = f"{dialect}{number}"
                newcomer = self.visit(self.one, dialect)
                newcomer.send(fill(SIGN_ON, dialect, name) + line)
                for watcher in watchers:
                    watcher.sees_arrival(name)
                    watcher.hears(name, "hello")
                newcomer.kill()
                for watcher in watchers:
                    watcher.sees_departure(name)

    def test_rooms_cross_nodes(self):
        ann, bob, cat, dan = self.gather((self.one, TelnetUser, "ann"), (self.two, TelnetUser, "bob"),
                                         (self.three, LiveCodeUser, "cat"), (self.two, TwoSocketUser, "dan"))
        eve = self.join(self.three, RoomsUser, "eve", room="The Attic")
        self.sees_list(["ann", "bob", "cat", "dan", "eve"])
        ann.enter("The Attic")
        for watcher in (bob, cat):
            watcher.sees_departure("ann")
        eve.sees_arrival("ann")
        ann.say("up here")
        eve.hears("ann", "up here")
        eve.say("so am I")
        eve.sees_said("so am I")
        ann.hears("eve", "so am I")
        dan.say("down here")
        for watcher in (bob, cat):
            watcher.hears("dan", "down here")
        dan.sees_said("down here")
        bob.tell("ann", "private lines cross rooms")
        ann.hears_private("bob", "private lines cross rooms")
        self.sees_list(["ann", "bob", "cat", "dan", "eve"])
        ann.enter("General")
        eve.sees_departure("ann")
        for watcher in (bob, cat):
            watcher.sees_arrival("ann")
        self.assert_talk(ann, bob, cat, dan)
        for user in (ann, bob, cat, dan, eve):
            user.hears_nothing()

    def test_lists_tell_of_all_nodes(self):
        ann, bob, _ = self.gather((self.one, TelnetUser, "ann"), (self.two, TwoSocketUser, "bob"),
                                  (self.three, NamesUser, "cat"))
        eve = self.join(self.one, RoomsUser, "eve", room="Attic")
        self.sees_list(["ann", "bob", "cat", "eve"])
        ann.say("/who")
        ann.expect("4 user(s) online: ann, bob, cat, eve\r\n")
        time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        for question, answer in (("who", f"who 1/1, 4 here\nann telnet General {time}\nbob two-socket General {time}\n"
                                         f"cat names General {time}\neve rooms Attic {time}"),
                                 ("whois CAT", f"whois cat: names, room General, since {time}")):
            bob.tell("SERVER", question)
            bob.sees_told("SERVER", question)
            head = bob.receiving.receive_until("\n\n").decode()
            told = bob.receiving.receive_exactly(int(head.split()[-1])).decode()
            self.assertTrue(re.fullmatch(answer, told), told)
            bob.receiving.send("RECEIVED SERVER\n\n")
        bob.tell("SERVER", "notices on")
        bob.sees_told("SERVER", "")
        bob.hears("SERVER", "notices on")
        self.join(self.three, TelnetUser, "dan")
        bob.hears("SERVER", "dan came")
        eve.hears_nothing()


if __name__ == "__main__":
    main()
