"""Checks of the sections F and L of the page, for servers."""

import contextlib
import time

from programs import rests_mostly
from room import User, basic

EVERY_BYTE = bytes(range(256))


def f1_4(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"hi", b"\n\n\nSEND bob\nContent-length: 2\n\nhi")


def f1_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets_and_answers(b"alice")
    assert alice.sending.read_block().split()[0] in (b"SENT", b"SEND")


def f1_5(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets_and_answers(b"alice")
    alice.sending.expect(b"SENT bob\n\n")


def f2_8(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob)
    chat.fence()
    bob.receiving.expect_nothing_yet()


def f2_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, "caf\u00e9".encode())


def bad_headers(chat, *headers):
    for number, header in enumerate(headers):
        user = User(chat, b"user%d" % number)
        user.sending.send(b"SEND user0\n%s\n" % header)
        user.failed(103)


def f2_2(chat):
    bad_headers(chat, b"", b"X-Length: 0\n")


def f2_3(chat):
    bad_headers(chat, *(b"Content-length: %s\n" % value for value in (b"abc", b"-5", b"+5", b"0x1", b"")))


def f2_4(chat):
    bad_headers(chat, b"Content-length: 0\nContent-length: 5\n")


def f2_5(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"hi", b"SEND bob\ncONTENT-Length:  2 \n\nhi")


def f2_6(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"hi", b"SEND bob\nDate: 1\nContent-length: 2\n\nhi")


def f2_7(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"a\n\nSEND bob\n\n")


def f3_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    for byte in b"SEND bob\nContent-length: 5\n\nhello":
        alice.sending.send(bytes([byte]))
        chat.fence()
    bob.gets_and_answers(b"alice", b"hello")
    alice.sent()


def f3_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.sending.send(b"SEND bob\nContent-length: 1\n\n1SEND bob\nContent-length: 1\n\n2")
    for body in (b"1", b"2"):
        bob.gets(b"alice", body)
        bob.answers()
        alice.sent()


def f3_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"1", b"SEND bob\nContent-length: 1\n\n1SEND b")
    chat.exchange(alice, bob, b"2", b"ob\nContent-length: 1\n\n2")


def l1_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    head, tail = b"SEND bob\nContent-length:", b"2\n\n"
    chat.exchange(alice, bob, b"hi", head + b" " * (4096 - len(head + tail)) + tail + b"hi")


def l2_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"0123456789abcdef" * 4096)


def l2_2(chat):
    bad_headers(chat, b"Content-length: 99999999999999999999\n", b"Content-length: 1000000000\n")


def l4_1(chat):
    for garbage in (EVERY_BYTE[1:] * 8, b"\xff\xfe\n" * 20, b"\0" * 100000, b"\n" * 10000, b"x" * 200000):
        peer = chat.connect()
        with contextlib.suppress(OSError):
            peer.send(garbage)
        peer.close()
    basic(chat)


def l4_2(chat):
    for _ in range(20):
        chat.connect()
    basic(chat)


def l4_3(chat):
    for number in range(200):
        peer = chat.connect()
        if number % 8 == 7:
            peer.send(b"REGISTER TOSEND stray%d\n\nSEND" % number)
        peer.close()
    basic(chat)


def l4_4(chat):
    peer = chat.connect()
    peer.send(b"REGISTER TOS")
    peer.close()
    basic(chat)
    chat.server.finish(0.5)
    until = time.monotonic() + 1.5  # the mutant works for 3 s
    while not rests_mostly(chat.server.process.pid):
        assert time.monotonic() < until, "it works on, with nothing to do"
