#!/usr/bin/env python3
"""The web port before it is a WebSocket: requests right and wrong, the page's files, and whose page may talk here.

    http_test.py PARLEYD
"""

import gzip
import re
import socket

from web import ROOT, WebTest, main, read_answer  # first: it knows where the others are

from users import TelnetUser
from web_socket import KEY, SWITCHING, request, upgrade

PAGES = (ROOT / "server/web/page", ROOT / "base/page")
HEAD_BYTES, LINE_BYTES = 8192, 4096


def padded(total_bytes):
    """A GET whose head has exactly so many bytes."""
    bare = len(request("/", "X: "))
    return request("/", "X: " + "x" * (total_bytes - bare))


def files_of_the_page():
    return [file for folder in PAGES for file in folder.iterdir()]


class Requests(WebTest):
    def test_WB1_1_one_after_the_other(self):
        visitor = self.visitor()
        visitor.send(request("/healthz") + request("/nothing") + request("/", method="HEAD") + request("/healthz"))
        self.assertEqual(read_answer(visitor).body, b"ok\n")
        self.assertEqual(read_answer(visitor).status, 404)
        self.assertEqual(read_answer(visitor, is_head=True).status, 200)
        self.assertEqual(read_answer(visitor).body, b"ok\n")

    def test_WB1_1_wherever_they_are_cut(self):
        visitor = self.visitor()
        visitor.send_byte_by_byte(request("/healthz") + b"\r\n" + request("/healthz", "Connection: close"))
        self.assertEqual([read_answer(visitor).body for _ in range(2)], [b"ok\n", b"ok\n"])
        visitor.expect_end()

    def test_WB1_1_how_long_the_connection_stays(self):
        for version, fields, stays in (("1.1", [], True), ("1.1", ["Connection: close"], False), ("1.0", [], False),
                                       ("1.0", ["Connection: keep-alive"], True)):
            with self.subTest(version=version, fields=fields):
                visitor = self.visitor()
                visitor.send(request("/healthz", *fields, version=version))
                answer = read_answer(visitor)
                self.assertEqual(answer.fields["connection"], "keep-alive" if stays else "close")
                if stays:
                    visitor.send(request("/healthz", "Connection: close"))
                    self.assertEqual(read_answer(visitor).status, 200)
                visitor.expect_end()

    def test_WB1_1_the_end_of_the_stream_behind_a_request(self):
        visitor = self.visitor()
        visitor.send(request("/healthz") + request("/"))
        visitor.half_close()
        self.assertEqual([read_answer(visitor).status for _ in range(2)], [200, 200])
        visitor.expect_end()

    def test_WB1_3_nothing_is_read_behind_what_may_be_two(self):
        hidden = request("/healthz")
        for fields, status in ((["Content-Length: 4"], 413), (["Transfer-Encoding: chunked"], 413),
                               (["Transfer-Encoding: identity"], 413), (["Content-Length: 4", "Content-Length: 5"], 400),
                               (["Content-Length: 4", "Transfer-Encoding: chunked"], 400), (["Content-Length: x"], 400),
                               ([" folded: 1"], 400), (["X : 1"], 400), (["X: a\nY: b"], 400), (["Expect: 100-continue",
                                                                                                "Content-Length: 1"], 413)):
            with self.subTest(fields=fields):
                visitor = self.visitor()
                visitor.send(request("/healthz", *fields) + hidden)
                answer = read_answer(visitor)
                self.assertIn(answer.status, (status, 413))
                self.assertEqual(answer.fields["connection"], "close")
                visitor.expect_end()

    def test_WB1_3_what_is_no_request(self):
        for line in (b"GET /\r\n\r\n", b"GET / HTTP/1.1\n\n", b"G\0T / HTTP/1.1\r\n\r\n", b"GET relative HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"\x00\x01\x02\r\n\r\n", "GET /\u00e9 x HTTP/1.1\r\n\r\n".encode()):
            with self.subTest(line=line):
                visitor = self.visitor()
                visitor.send(line)
                self.assertEqual(read_answer(visitor).status, 400)
                visitor.expect_end()

    def test_WB1_4_the_longest_head_and_line(self):
        self.assertEqual(self.ask(padded(HEAD_BYTES)).status, 200)
        visitor = self.visitor()
        visitor.send(padded(HEAD_BYTES + 1))
        self.assertEqual(read_answer(visitor).status, 431)
        visitor.expect_end()
        path = "/" + "x" * (LINE_BYTES - len("GET / HTTP/1.1"))
        self.assertEqual(self.ask(request(path)).status, 404)
        self.assertEqual(self.ask(request(path + "x")).status, 414)

    def test_WB1_5_paths_methods_versions(self):
        for path in ("/nothing", "/index.html/", "//", "/%2e%2e/etc/passwd", "/../etc/passwd", "/healthz/", "/ws/"):
            self.assertEqual(self.ask(request(path)).status, 404, path)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get"):
            answer = self.ask(request("/", method=method))
            self.assertEqual((answer.status, answer.fields["allow"]), (405, "GET, HEAD"), method)
        for version, status in {"2.0": 505, "1.2": 505, "11": 400, "1.1\r": 400, "x.y": 400}.items():
            self.assertEqual(self.ask(request("/", version=version)).status, status, version)
        self.assertEqual(self.ask(request("http://localhost/healthz?x")).status, 200)

    def test_WB1_5_head_is_get_without_the_body(self):
        for path in ("/", "/healthz", "/nothing"):
            visitor = self.visitor()
            visitor.send(request(path, method="HEAD") + request(path))
            head, full = read_answer(visitor, is_head=True), read_answer(visitor)
            self.assertEqual((head.status, head.fields), (full.status, full.fields))
            self.assertEqual(int(full.fields["content-length"]), len(full.body))

    def test_it_is_seen_by_nobody(self):
        ann = self.add_user(TelnetUser, "ann")
        self.ask(request("/"))
        ann.hears_nothing()


class Slow(WebTest):
    options = ("--request-timeout", "0.3", "--sign-on-timeout", "0.3")

    def test_WB1_6_a_request_that_is_never_complete(self):
        for begun in (b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n", request("/healthz") + b"G"):
            with self.subTest(begun=begun):
                visitor = self.visitor()
                visitor.send(begun)
                if begun.endswith(b"G"):
                    self.assertEqual(read_answer(visitor).status, 200)
                self.assertEqual(read_answer(visitor).status, 408)
                visitor.expect_end()

    def test_WB1_6_nothing_asked_is_nothing_answered(self):
        self.visitor().expect_end()
        visitor = self.visitor()
        visitor.send(request("/healthz"))
        read_answer(visitor)
        visitor.expect_end()


class Files(WebTest):
    def test_WB1_2_each_file_as_it_is(self):
        for file in files_of_the_page():
            name = file.name
            with self.subTest(file=name):
                answer = self.ask(request("/" + name if name != "index.html" else "/"))
                self.assertEqual(answer.body, file.read_bytes())
                self.assertEqual(answer.fields["content-type"].partition(";")[0],
                                 {".html": "text/html", ".css": "text/css", ".js": "text/javascript",
                                  ".svg": "image/svg+xml"}[file.suffix])
                self.assertNotIn("content-encoding", answer.fields)
                self.assertEqual(answer.fields["cache-control"], "no-cache")

    def test_WB1_2_compressed_for_those_who_take_it(self):
        plain = self.ask(request("/")).body
        for accepted, is_packed in (("gzip", True), ("br, GZIP;q=0.1", True), ("gzip;q=0", False), ("br", False), ("", False)):
            answer = self.ask(request("/", f"Accept-Encoding: {accepted}"))
            self.assertEqual("gzip" == answer.fields.get("content-encoding"), is_packed, accepted)
            self.assertEqual(gzip.decompress(answer.body) if is_packed else answer.body, plain)
            self.assertEqual(answer.fields["vary"], "Accept-Encoding")

    def test_WB1_2_what_one_has_is_not_sent_again(self):
        tag = self.ask(request("/")).fields["etag"]
        for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
            answer = self.ask(request("/", f"If-None-Match: {known}"))
            self.assertEqual((answer.status, answer.fields["etag"], answer.body), (304, tag, b""), known)
        self.assertEqual(self.ask(request("/", 'If-None-Match: "x"')).status, 200)

    def test_WB1_7_what_the_page_may_do(self):
        answer = self.ask(request("/"))
        policy = dict(rule.partition(" ")[::2] for rule in answer.fields["content-security-policy"].split("; "))
        self.assertEqual(policy["default-src"], "'none'")
        for name in ("script-src", "style-src", "img-src", "connect-src"):
            self.assertEqual(policy[name], "'self'")
        for name in ("base-uri", "form-action", "frame-ancestors"):
            self.assertEqual(policy[name], "'none'")
        for path in ("/", "/healthz", "/nothing"):
            fields = self.ask(request(path)).fields
            self.assertEqual((fields["x-content-type-options"], fields["referrer-policy"]), ("nosniff", "no-referrer"))

    def test_WB1_7_nothing_of_the_page_is_elsewhere(self):
        for file in files_of_the_page():
            text = file.read_text(encoding="utf-8")
            for address in re.findall(r"(?:src|href|url|import|from)\s*[=(]?\s*[\"']?(https?:|//)[^\"'\s]*", text):
                self.fail(f"{file.name} names {address}")
            self.assertNotRegex(text, r"(?i)\son[a-z]+\s*=\s*[\"']|<script>|<style|\sstyle\s*=\s*[\"']", file.name)


class Hosts(WebTest):
    options = ("--web-origin", "Chat.Example,other.example", "--web-origin", "third.example.")

    def test_WB2_1_by_what_names_it_is_known(self):
        for host in ("localhost", "LOCALHOST:8080", "localhost.", "localhost.:1", "127.0.0.1", "127.0.0.1:8080", "192.0.2.7",
                     "localhost:", "127.0.0.1:", "[::1]:", "[::1]", "[::1]:8080", "[2001:DB8::1]:65535", socket.gethostname(), "chat.example", "CHAT.example:80",
                     "other.example", "third.example", "third.example.:9"):
            self.assertEqual(self.ask(request("/", host=host)).status, 200, host)
            self.assertEqual(self.ask(upgrade(host=host)).status, 101, host)

    def test_WB2_1_all_others_are_somebody_elses(self):
        for host in ("evil.example", "xchat.example", "chat.example.evil", "localhost.evil.example", "127.0.0.1.evil.example",
                     "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.01", "[::1", "::1", "[::1]x", "[::1%25lo]", "[::ffff]x:1",
                     "127.0.0.1.", "local%68ost", "[v1.a]", "localhost::", "localhost:x", "localhost:80:80", "localhost:65536", "localhost:-1", "localhost..", ".",
                     "user@localhost", "localhost/", "local host", "localhost,evil.example", ""):
            self.assertEqual(self.ask(request("/", host=host)).status, 403, host)
            self.assertEqual(self.ask(upgrade(host=host)).status, 403, host)
        self.assertEqual(self.ask(request("/healthz", host="evil.example")).body, b"ok\n")

    def test_WB2_1_one_host(self):
        for asked in (request("/", "Host: localhost"), request("/", host=None), upgrade("host: evil.example")):
            self.assertEqual(self.ask(asked).status, 400)
        self.assertEqual(self.ask(request("/", host=None, version="1.0")).status, 403)
        self.assertEqual(self.ask(request("http://evil.example/")).status, 400)

    def test_WB2_2_origins_of_this_server(self):
        for origin, host in (("http://localhost", "localhost"), ("http://localhost:8080", "localhost:8080"),
                             ("https://localhost:8080", "localhost:8080"), ("http://localhost", "localhost:80"),
                             ("https://localhost", "localhost:443"), ("http://[::1]:8080", "[0:0:0:0:0:0:0:1]:8080"),
                             ("http://127.0.0.1:1", "127.0.0.1:1"), ("http://LOCALHOST", "localhost"),
                             ("https://chat.example", "localhost:8080"), ("https://chat.example", "127.0.0.1:8080")):
            self.assertEqual(self.ask(upgrade(f"Origin: {origin}", host=host)).status, 101, origin)

    def test_WB2_2_origins_of_others(self):
        for origin, host in (("null", "localhost"), ("", "localhost"), ("http://evil.example", "localhost"),
                             ("http://localhost.evil.example", "localhost"), ("http://localhost:8081", "localhost:8080"),
                             ("http://localhost:8080", "localhost"), ("https://localhost", "localhost:80"),
                             ("http://127.0.0.1", "localhost"), ("http://localhost", "127.0.0.1"), ("file://", "localhost"),
                             ("ftp://localhost", "localhost"), ("localhost", "localhost"), ("http://localhost/", "localhost"),
                             ("http://localhost, http://localhost", "localhost"), ("http://u@localhost", "localhost")):
            self.assertEqual(self.ask(upgrade(f"Origin: {origin}", host=host)).status, 403, origin)
        self.assertEqual(self.ask(upgrade("Origin: http://localhost", "Origin: http://localhost")).status, 403)

    def test_WB2_2_a_page_may_be_read_from_anywhere(self):
        self.assertEqual(self.ask(request("/", "Origin: http://evil.example")).status, 200)


class Opening(WebTest):
    def test_WB3_1_what_is_no_opening(self):
        for asked, status in ((request("/ws"), 426), (upgrade(version=8), 426), (upgrade(version=None), 426),
                              (upgrade(version="13, 8"), 426), (upgrade(version=12), 426), (upgrade(key=None), 400),
                              (upgrade(key="x"), 400), (upgrade(key=KEY[:-1]), 400), (upgrade(f"Sec-WebSocket-Key: {KEY}"), 400),
                              (upgrade().replace(b"HTTP/1.1", b"HTTP/1.0"), 426),
                              (request("/ws", "Upgrade: websocket"), 426), (request("/ws", "Connection: upgrade"), 426),
                              (request("/ws", "Connection: upgrade", "Upgrade: h2c"), 426),
                              (upgrade("Content-Length: 1"), 413), (upgrade().replace(b"GET", b"POST"), 405),
                              (upgrade(path="/"), 200), (upgrade(path="/ws/x"), 404)):
            with self.subTest(asked=asked):
                visitor = self.visitor()
                visitor.send(asked)
                answer = read_answer(visitor)
                self.assertEqual(answer.status, status)
                if status == 426:
                    self.assertEqual(answer.fields["sec-websocket-version"], "13")
                    self.assertEqual(answer.fields["upgrade"], "websocket")
                if status not in (200, 404, 405):
                    visitor.expect_end()

    def test_WB3_1_cut_anywhere_and_behind_other_requests(self):
        visitor = self.visitor()
        visitor.send_byte_by_byte(request("/healthz") + upgrade())
        self.assertEqual(read_answer(visitor).status, 200)
        visitor.expect(SWITCHING)

    def test_WB3_2_nothing_that_is_offered_is_taken(self):
        visitor = self.visitor()
        visitor.ask(upgrade("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
                            "Sec-WebSocket-Protocol: chat, superchat"), SWITCHING)


if __name__ == "__main__":
    main()
