#!/usr/bin/env python3
"""A client of another protocol on a port: a sentence that says so, as the port's dialect writes one, and the end.

    wrong_port_test.py PARLEYD
"""

import itertools

from support import DIALECTS, DialectTest, main
from users import USERS, RoomsUser, TelnetUser
from web_socket import LAST, TEXT, frame, upgrade

# What a client writes first. A telnet user writes nothing that would tell.
FIRST_BYTES = {
    "two-socket": b"REGISTER TORECV alice\n\n",
    "livecode": b"AUTH,5\nalice\n",
    "names": b"10NAME alice",
    "rooms": b'{"type": "connect", "payload": {"name": "alice", "room": "General"}}',
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/8\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03",
    "SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "SMTP": b"EHLO localhost\r\n",
    "redis": b"*1\r\n$4\r\nPING\r\n",
    "PROXY": b"PROXY TCP4 192.0.2.1 192.0.2.2 1024 25\r\n",
    "IRC": b"CAP LS 302\r\nNICK alice\r\n",
}

# What would sign somebody on if it were read.
SIGN_ON = {**{dialect: FIRST_BYTES[dialect] for dialect in DIALECTS if dialect in FIRST_BYTES}, "telnet": b"alice\r\n",
           "web": upgrade() + frame(LAST | TEXT, FIRST_BYTES["rooms"])}

# Whose port speaks what its client does, by another name.
OWN = {"web": "HTTP"}

SENTENCE = "This port is for {port} clients; yours speaks {client}."

# What the first bytes of a client of {client} are answered on each port: the sentence, and its length.
ANSWER = {
    "two-socket": "ERROR 101 {sentence}\n\n",
    "livecode": "ERRO,{length_with_line_end}\n{sentence}\n",
    "names": "{length}{sentence}",
    "telnet": "Please enter your name: {sentence}\r\n",
    "rooms": '{{"type": "notification", "payload": {{"message": "{sentence}"}}}}\n',
    "web": ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length_with_line_end}\r\n"
            "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
            "Connection: close\r\n\r\n{sentence}\n"),
}

# Where a telnet user's first line is: on no port is it mistaken for a client of another dialect.
TELNET_LINE = {
    "two-socket": b"ERROR 101 No user registered\n\n",  # to the empty line behind it
    "livecode": b"WARN,23\nInvalid message length\n\n",
    "names": b"Unknown command. Use NAME, GET_NAMES, MSG or EXIT.\n",
    "rooms": b"alice\r\n",
}


class WrongPort(DialectTest):
    def answer(self, port, client):
        sentence = SENTENCE.format(port=port, client=client)
        self.assertLessEqual(len(sentence), 99)
        return ANSWER[port].format(sentence=sentence, length=len(sentence), length_with_line_end=len(sentence) + 1)

    def each_pair(self, check):
        for port, (client, first_bytes) in itertools.product(DIALECTS, FIRST_BYTES.items()):
            if client not in (port, OWN.get(port)):
                with self.subTest(port=port, client=client):
                    check(port, client, first_bytes)

    def test_OD9_the_sentence_and_the_end_of_the_stream(self):
        def check(port, client, first_bytes):
            visitor = self.connect(port)
            visitor.ask(first_bytes, self.answer(port, client))
            visitor.expect_end()

        self.each_pair(check)

    def test_OD9_however_the_first_bytes_are_cut(self):
        def check(port, client, first_bytes):
            if (port, client) == ("rooms", "names"):
                return  # where digits alone are a message
            visitor = self.connect(port)
            visitor.send_byte_by_byte(first_bytes)
            visitor.expect(self.answer(port, client))

        self.each_pair(check)

    def test_OD9_its_name_stays_free_and_nobody_is_told(self):
        watchers = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS)))

        def check(port, _, first_bytes):
            visitor = self.connect(port)
            visitor.send(first_bytes)
            visitor.receive_rest()

        self.each_pair(check)
        for watcher in watchers:
            watcher.hears_nothing()
        self.add_user(RoomsUser, "alice")

    def test_OD9_a_request_with_a_long_line_posts_nothing(self):
        watchers = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS)))
        for path_bytes in (3000, 5000):
            for port in DIALECTS[:-1]:
                with self.subTest(port=port, path_bytes=path_bytes):
                    visitor = self.connect(port)
                    visitor.send(b"POST /" + b"x" * path_bytes + b" HTTP/1.1\r\nContent-length: 99\r\n\r\n")
                    for dialect in DIALECTS:
                        visitor.send(SIGN_ON[dialect])
                    self.assertEqual(visitor.receive_rest().decode(), self.answer(port, "HTTP"))
        for watcher in watchers:
            watcher.hears_nothing()

    def test_OD9_a_post_with_a_long_line_at_the_web_port_posts_nothing(self):
        watchers = self.gather(*((user_class, f"bob{i}") for i, user_class in enumerate(USERS)))
        for path_bytes, status in ((3000, 405), (5000, 414)):
            with self.subTest(path_bytes=path_bytes):
                visitor = self.connect("web")
                visitor.send(b"POST /" + b"x" * path_bytes + b" HTTP/1.1\r\nHost: localhost\r\nContent-length: 9999\r\n\r\n")
                for dialect in DIALECTS:
                    visitor.send(SIGN_ON[dialect])
                self.assertTrue(visitor.receive_rest().startswith(b"HTTP/1.1 %d " % status))
        for watcher in watchers:
            watcher.hears_nothing()

    def test_OD9_a_proxy_header_behind_line_ends_that_were_answered(self):
        visitor = self.connect("telnet")
        visitor.expect("Please enter your name: ")
        for _ in range(2):
            visitor.ask(b"\r\n", "A name is required. Please enter your name: ")
        visitor.send(b"\0\r\nQUIT\n\x21\x11\0\x0c")
        visitor.expect("This port is for telnet clients; yours speaks PROXY.\r\n")
        visitor.expect_end()

    def test_OD9_raw_text_that_might_begin_a_greeting_comes_in_its_pieces(self):
        ann, bob = self.connect("rooms"), self.connect("rooms")
        bob.ask(b"hello", b"hello")
        ann.send(b"GET")
        ann.send(b" it")
        ann.expect(b"GET it")
        bob.expect(b"GET it")

    def test_OD9_what_might_begin_a_greeting_counts_when_the_stream_ends(self):
        ann = self.add_user(TelnetUser, "ann")
        visitor = self.connect("telnet")
        visitor.expect("Please enter your name: ")
        visitor.send(b"BOB")
        visitor.half_close()
        visitor.expect("2 user(s) online: ann, BOB\r\n")
        ann.expect("+++ BOB arrived +++\r\n--- BOB left ---\r\n")

    def test_OD9_a_telnet_users_line(self):
        for port, answer in TELNET_LINE.items():
            with self.subTest(port=port):
                visitor = self.connect(port)
                visitor.ask(b"alice\r\n" + (b"\r\n" if port == "two-socket" else b""), answer)

    def test_OD9_only_the_first_request_is_looked_at(self):
        """Who is signed on may say what begins another dialect's request."""
        for user_class in USERS:
            for client, first_bytes in FIRST_BYTES.items():
                if client == "TLS":  # no line of text
                    continue
                with self.subTest(user=user_class.dialect, says=client):
                    self.server = self.start_server()
                    ann, bob = self.gather((user_class, "ann"), (USERS[0], "bob"))
                    line = first_bytes.split(b"\n")[0].strip().decode()
                    ann.say(line)
                    bob.hears("ann", line)
                    ann.sees_said(line)
                    ann.hears_nothing()


if __name__ == "__main__":
    main()
