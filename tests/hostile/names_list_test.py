#!/usr/bin/env python3
"""Lists of many names, asked for again and again: whoever asks is not disconnected, and no frame is long.

    names_list_test.py PARLEYD
"""

from hostile import IS_SANITIZED, MIB, HostileTest, NamesUser, main

USERS_ONLINE = 300 if IS_SANITIZED else 1000
ASKED = 60
ASKED_AT_ONCE = 400
MOST_FRAME_BYTES = 4096
MOST_MEMORY_BYTES = 4 * MIB  # the answers have nearly three times that


class NamesList(HostileTest):
    dialects = ("two-socket", "names")

    def fill(self):
        for i in range(USERS_ONLINE):
            self.add_user(NamesUser, f"a-rather-long-name-of-user-{i:05}")

    def read_frames(self, asker, width, most):
        """Until so many names have come; nothing is longer than a list's frame may be."""
        came = 0
        while came < most:
            length = int(asker.socket.receive_exactly(width))
            self.assertLessEqual(length, MOST_FRAME_BYTES)
            came += asker.socket.receive_exactly(length).count(b"a-rather-long-name")
        self.assertEqual(came, most)

    def test_a_slow_reader_in_a_wide_framing(self):
        self.fill()
        asker = self.add_user(NamesUser, "asker", width=8)
        for _ in range(ASKED):  # together more than may wait for it
            asker.request("GET_NAMES")
        self.read_frames(asker, 8, ASKED * USERS_ONLINE)
        asker.hears_nothing()

    def test_who_has_no_name_and_does_not_read(self):
        """It gets all of them, and little of that waits in the server."""
        self.fill()
        before = self.used.most_memory_bytes()
        with self.connect("names") as asker:
            asker.send(b"09GET_NAMES" * ASKED_AT_ONCE)
            self.add_user(NamesUser, "late").leave()  # has been served meanwhile
            if not IS_SANITIZED:
                self.assertLess(self.used.most_memory_bytes() - before, MOST_MEMORY_BYTES)
            came = 0
            while came < ASKED_AT_ONCE * USERS_ONLINE:
                came += asker.receive_exactly(int(asker.receive_exactly(2))).count(b"a-rather-long-name")


if __name__ == "__main__":
    main()
