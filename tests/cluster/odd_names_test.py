#!/usr/bin/env python3
"""Names of nodes, users and rooms hold what subjects and keys on the bus cannot: dots, blanks, wildcards, UTF-8.

    odd_names_test.py PARLEYD
"""

from cluster import ClusterTest, NamesUser, RoomsUser, TelnetUser, main

USERS = ("a.b", "a..b.", ".", "a*b", "x$JS", "caf\u00e9", "\u65e5\u672c", "_", "__", "_2e", "a_b", "A=b", "a/b", "\\n", "x" * 32,
         "\u65e5" * 10, "%s", "a~b")
ROOMS = (".", "a.b", "*", ">", "a > b", "in.*.>", "\u65e5\u672c \u8a9e", "x" * 64, "$JS.API", "_INBOX.>")


class OddNames(ClusterTest):
    node_names = ("a.b c", "*", ">. caf\u00e9 " + "x" * 50)

    def test_users(self):
        watcher = self.join(self.two, TelnetUser, "watcher")
        for name in USERS:
            user = self.join(self.one, NamesUser, name)
            watcher.sees_arrival(name)
            self.sees_list(["watcher", name])
            for node in (self.two, self.three):
                self.assertFalse(self.gets_name(node, "livecode", name), name)
            watcher.tell(name, "hello")
            user.hears_private("watcher", "hello")
            user.tell("watcher", "hello")
            watcher.hears_private(name, "hello")
            user.leave()
            watcher.sees_departure(name)
        self.sees_list(["watcher"])

    def test_names_that_mean_the_same_are_one(self):
        for name, other in (("caf\u00e9", "CAFE\u0301"), ("\uff21lice", "alice"), ("stra\u00dfe", "STRASSE")):
            user = self.join(self.one, NamesUser, name)
            self.assertFalse(self.gets_name(self.three, "names", other))
            user.leave()

    def test_rooms(self):
        walker = self.join(self.one, TelnetUser, "walker")
        for number, room in enumerate(ROOMS):
            user = self.join(self.two, RoomsUser, f"in{number}", room=room)
            self.sees_list(["walker", user.name], self.one)
            walker.enter(room)
            user.sees_arrival("walker")
            walker.say("hello")
            user.hears("walker", "hello")
            user.say("hello")
            user.sees_said("hello")
            walker.hears(user.name, "hello")
            user.leave()
            walker.sees_departure(user.name)


if __name__ == "__main__":
    main()
