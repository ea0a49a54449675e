#!/usr/bin/env python3
"""What a web page can make a browser send to any port: a POST, with requests of every dialect in it.

    post_test.py PARLEYD
"""

import itertools

from hostile import DIALECTS, USERS, HostileTest, RoomsUser, main, send_frame

SENTENCE = "This port is for {} clients; yours speaks HTTP."
REQUESTS = (
    b"REGISTER TOSEND eve\n\nREGISTER TORECV eve\n\n" + send_frame("ALL", "posted")
    + b"AUTH,3\neve\nMESG,6\nposted\n"
    + b"08NAME eve20MSG BROADCAST posted"
    + b"\r\neve\r\nposted\r\n"
    + RoomsUser.to_object("connect", name="eve", room="General").encode()
    + RoomsUser.to_object("message", sender="eve", room="General", text="posted").encode())
BODY_BYTES = (len(REQUESTS), 70_000)  # within the limit, and over it
PORTS = DIALECTS[:-1]  # a browser's reads it (WB1.3, WB1.5)
PATH_BYTES = (1, 3000, 70_000)
CUTS = (1, 4, 5, 6, 100, 2990, 3100)


def post(path_bytes, body_bytes):
    head = b"POST /%s HTTP/1.1\r\nHost: localhost\r\nContent-length: %d\r\n\r\n" % (b"x" * path_bytes, body_bytes)
    return head + REQUESTS * (body_bytes // len(REQUESTS))


class Post(HostileTest):
    def setUp(self):
        super().setUp()
        self.watchers = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS)))

    def check(self, visitor, dialect):
        shown = visitor.receive_rest().decode()
        self.assertEqual(shown.count(SENTENCE.format(dialect)), 1, shown)
        self.assertNotIn("eve", shown)

    def check_nothing_was_posted(self):
        for watcher in self.watchers:
            watcher.hears_nothing()

    def test_whatever_the_segments(self):
        for dialect, path_bytes, body_bytes, cut in itertools.product(PORTS, PATH_BYTES, BODY_BYTES, CUTS):
            with self.subTest(dialect=dialect, path_bytes=path_bytes, body_bytes=body_bytes, cut=cut):
                visitor, sent = self.connect(dialect), post(path_bytes, body_bytes)
                try:
                    visitor.send(sent[:cut])
                    visitor.send(sent[cut:])
                except ConnectionError:
                    pass  # it has been told, and the time to read it is over
                visitor.half_close()
                self.check(visitor, dialect)
                visitor.close()
        self.check_nothing_was_posted()

    def test_byte_by_byte(self):
        for dialect in PORTS:
            with self.subTest(dialect=dialect):
                visitor = self.connect(dialect)
                visitor.send_byte_by_byte(post(1, len(REQUESTS)))
                visitor.half_close()
                self.check(visitor, dialect)
        self.check_nothing_was_posted()

    def test_an_unknown_request_with_a_body_over_the_limit(self):
        """Its body is not read as requests, before the registration and after it."""
        body = send_frame("ALL", "posted") * 2000
        unknown = b"TOAST x\nContent-length: %d\n\n%s" % (len(body), body)
        for registered in (False, True):
            for cut in (1, 30, 40, len(unknown) // 2):
                with self.subTest(registered=registered, cut=cut):
                    visitor, name = self.connect("two-socket"), f"eve{cut}"
                    if registered:
                        for channel in ("TOSEND", "TORECV"):
                            visitor.ask(f"REGISTER {channel} {name}\n\n", f"REGISTERED {channel} {name}\n\n")
                        for watcher in self.watchers:
                            watcher.sees_arrival(name)
                    visitor.send(unknown[:cut])
                    visitor.send(unknown[cut:])
                    visitor.half_close()
                    self.assertRegex(visitor.receive_rest(), rb"^ERROR 10[13] [^\n]*\n\n$")
                    for watcher in self.watchers if registered else ():
                        watcher.sees_departure(name)
        self.check_nothing_was_posted()


if __name__ == "__main__":
    main()
