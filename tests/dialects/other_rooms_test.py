#!/usr/bin/env python3
"""Rooms other than the lobby: who hears whom, and who sees whom come and go.

    other_rooms_test.py PARLEYD
"""

from support import DialectTest, main
from users import USERS, RoomsUser, TelnetUser, WebUser


class OtherRooms(DialectTest):
    """Only users of telnet, rooms and web can enter them."""

    def setUp(self):
        super().setUp()
        self.lobby = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS, 1)))
        self.tom, self.ron, self.wes = self.gather_in_the_attic()

    def gather_in_the_attic(self):
        tom = self.add_user(TelnetUser, "tom")
        for user in self.lobby:
            user.sees_arrival("tom")
        tom.enter("The Attic")
        for user in self.lobby:
            user.sees_departure("tom")
        ron = self.add_user(RoomsUser, "ron", room="the attic")
        ron.room = "The Attic"  # as it is shown: as who opened it wrote it
        tom.sees_arrival("ron")
        wes = self.add_user(WebUser, "wes", room="THE ATTIC")
        wes.room = "The Attic"
        for user in (tom, ron):
            user.sees_arrival("wes")
        return tom, ron, wes

    def nothing_else(self, *users):
        for user in (*users, self.tom, self.ron, self.wes, *self.lobby):
            with self.subTest(nothing_else=user.name):
                user.hears_nothing()

    def test_OD2_lines_stay_in_their_room(self):
        self.tom.say("from the attic")
        for user in (self.ron, self.wes):
            user.hears("tom", "from the attic")
        self.ron.say("I hear you")
        for user in (self.tom, self.wes):
            user.hears("ron", "I hear you")
        self.ron.sees_said("I hear you")
        self.nothing_else()

    def test_OD3_a_line_in_the_lobby_reaches_the_lobby_only(self):
        for ann in self.lobby:
            with self.subTest(ann=ann.dialect):
                ann.say("hello lobby")
                for user in self.lobby:
                    if user is not ann:
                        user.hears(ann.name, "hello lobby")
                ann.sees_said("hello lobby")
                self.nothing_else(ann)

    def test_OD4_private_lines_cross_rooms_both_ways(self):
        two_socket, _, names, telnet, *_ = self.lobby
        for sender in (two_socket, names, telnet):
            for recipient in (self.tom, self.ron, self.wes):
                with self.subTest(sender=sender.dialect, recipient=recipient.dialect):
                    sender.tell(recipient.name, "hello up there")
                    recipient.hears_private(sender.name, "hello up there")
                    sender.sees_told(recipient.name, "hello up there")
        for recipient in self.lobby:
            with self.subTest(recipient=recipient.dialect):
                self.tom.tell(recipient.name, "hello down there")
                recipient.hears_private("tom", "hello down there")
        self.nothing_else()

    def test_OD5_each_room_has_its_own_comings_and_goings(self):
        self.ron.enter("General")
        for user in (self.tom, self.wes):
            user.sees_departure("ron")
        for user in self.lobby:
            user.sees_arrival("ron")
        self.wes.enter("General")
        self.tom.sees_departure("wes")
        for user in (self.ron, *self.lobby):
            user.sees_arrival("wes")
        self.tom.leave()
        for user in (self.ron, self.wes, *self.lobby):
            user.hears_nothing()

    def test_OD2_a_room_is_opened_anew_once_the_last_has_left_it(self):
        self.ron.enter("Cellar")
        for user in (self.tom, self.wes):
            user.sees_departure("ron")
        self.tom.say("/join CELLAR")
        self.tom.expect("You are in the room Cellar.\r\n")
        self.ron.sees_arrival("tom")
        self.wes.sees_departure("tom")
        self.wes.enter("cellar")
        self.wes.room = "Cellar"
        for user in (self.tom, self.ron):
            user.sees_arrival("wes")
        self.wes.leave()
        for user in (self.tom, self.ron):
            user.sees_departure("wes")
        self.wes = self.add_user(WebUser, "wes", room="elsewhere")
        self.tom.say("dark here")
        self.ron.hears("tom", "dark here")
        self.ron.enter("THE ATTIC")
        self.ron.say("light here")
        self.ron.hears("ron", "light here")
        self.tom.sees_departure("ron")
        self.nothing_else()


if __name__ == "__main__":
    main()
