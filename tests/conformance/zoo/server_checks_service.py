"""Checks of SERVER (SV of the page), for servers that have it."""

import re

NAME = b"SERVER"
VERSION = b"reference_service 1.0"


def ask(user, question, to=NAME):
    """The answer, acknowledged."""
    user.send(to, question)
    user.sent()
    body = take(user)
    acknowledge(user)
    return body


def take(user):
    user.receiving.skip_empty_lines()
    head = user.receiving.read_block()
    assert head.startswith(b"FORWARD SERVER\n"), f"{head!r} came, not a FORWARD from SERVER"
    length = int(re.search(rb"Content-length: (\d+)", head)[1])
    while len(user.receiving.buffer) < length:
        assert user.receiving.fill(), "the stream ended in a body"
    body, user.receiving.buffer = user.receiving.buffer[:length], user.receiving.buffer[length:]
    return body


def acknowledge(user):
    user.receiving.send(b"RECEIVED SERVER\n\n")


def equal(came, wanted):
    assert came == wanted, f"{came!r} came, not {wanted!r}"


def sv1_1(chat):
    (alice,) = chat.users(b"alice", one_socket=True)
    for name in (NAME, b"server"):
        equal(ask(alice, b"version", name), VERSION)
    stranger = chat.connect()
    stranger.send(b"REGISTER TOSEND Server\n\n")
    stranger.expect_error(100)


def sv1_2(chat):
    zoe, alice = chat.users(b"zoe", b"alice")
    equal(ask(alice, b" VERSION\n"), VERSION)
    equal([line.split()[0] for line in ask(alice, b"who").split(b"\n")], [b"who", b"alice", b"zoe"])
    equal(ask(alice, b"frobnicate"), b"unknown command: frobnicate; help lists them")


def sv1_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    taken = 0
    for _ in range(20):
        alice.send(NAME, b"version")
        taken += alice.sending.read_block().startswith(b"SENT ")
    for _ in range(taken):
        equal(take(alice), VERSION)
        acknowledge(alice)
    chat.exchange(bob, alice)


def sv2_1(chat):
    alice, *_ = chat.users(*(b"user%d" % number for number in range(60)))
    parts = []
    alice.send(NAME, b"who")
    alice.sent()
    for _ in range(2):
        parts.append(take(alice))
        chat.fence()
        alice.receiving.expect_nothing_yet()
        acknowledge(alice)
    assert parts[0].startswith(b"who 1/2, ") and parts[1].startswith(b"who 2/2, "), parts


def sv2_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(NAME, b"version")
    alice.sent()
    take(alice)
    chat.exchange(bob, alice)


def sv2_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(NAME, b"version")
    alice.sent()
    take(alice)
    bob.send(b"alice")
    alice.gets_and_answers(b"bob")
    bob.sent()
    acknowledge(alice)
    equal(ask(alice, b"version"), VERSION)


def sv2_4(chat):
    (alice,) = chat.users(b"alice")
    alice.send(NAME, b"version")
    alice.sent()
    take(alice)
    alice.refuses()
    equal(ask(alice, b"version"), VERSION)


def sv3_1(chat):
    alice, carol = chat.users(b"alice", b"carol")
    ask(alice, b"notices on")
    (bob,) = chat.users(b"bob")
    equal(take(alice), b"bob came")
    acknowledge(alice)
    bob.leave()
    equal(take(alice), b"bob left")
    acknowledge(alice)
    chat.exchange(alice, carol)


def sv4_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    equal(ask(alice, b"features audience"), b"features on: audience")
    for recipient in (b"ALL", b"alice"):
        bob.send(recipient)
        alice.receiving.skip_empty_lines()
        alice.receiving.expect(b"FORWARD bob\nAudience: %s\nContent-length: 2\n\nhi" % recipient)
        alice.receiving.send(b"RECEIVED bob\n\n")
        bob.sent()
    chat.exchange(alice, bob)
