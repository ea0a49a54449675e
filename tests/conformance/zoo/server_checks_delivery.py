"""Checks of the sections M and D of the page, for servers."""

import contextlib
import time

from room import ANY_ERROR, RECEIPT_TIME, basic

EVERY_BYTE = bytes(range(256))


def m2_1(chat):
    basic(chat)


def m2_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets_and_answers(b"alice")
    alice.sending.expect(b"SENT bob\n\n")
    alice.send(b"ALL")
    bob.gets_and_answers(b"alice")
    alice.sending.expect(b"SENT ALL\n\n")


def d1_1(chat):
    alice, bob, carol, dora = chat.users(b"alice", b"bob", b"carol", b"dora")
    dora.send(b"bob", b"first")
    bob.gets(b"dora", b"first")
    for sender in (alice, carol):
        sender.send(b"bob", sender.name)
        chat.fence()
    for _ in range(2):
        bob.answers()
        bob.receiving.fill()
        name = b"alice" if b"alice" in bob.receiving.buffer else b"carol"
        bob.gets(name, name)


def d1_2(chat):
    basic(chat)


def refusal(chat, said, handed_on):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets(b"alice")
    bob.refuses(said)
    alice.failed(handed_on)
    chat.exchange(alice, bob)


def d1_3(chat):
    refusal(chat, 103, 103)


def d1_4(chat):
    refusal(chat, 100, 102)


def d1_5(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"1")
    alice.send(b"nobody")
    alice.failed()
    chat.exchange(alice, bob, b"2")


def d1_6(chat):
    alice, bob = chat.users(b"alice", b"bob")
    for name in (b"a b", b"", b"a-b"):
        alice.send(name)
        alice.failed()
    chat.exchange(alice, bob)


def d1_7(chat):
    alice, bob = chat.users(b"alice", b"bob")
    begin = time.monotonic()
    alice.send(b"bob")
    bob.gets(b"alice")
    bob.leave()
    alice.failed()
    assert time.monotonic() - begin < RECEIPT_TIME, "it came only when the time for an answer was up"


def d1_8(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets(b"alice")
    alice.failed()


def d1_9(chat):
    bob, *senders = chat.users(b"bob", b"alice", b"carol", b"dave", b"erin")
    begin = time.monotonic()
    for sender in senders:
        sender.send(b"bob", b"")
    for _ in range(2):  # he takes half of his time for each, and then says nothing more
        time.sleep(RECEIPT_TIME / 2)
        bob.receiving.skip_empty_lines()
        bob.last_sender = bob.receiving.read_block().splitlines()[0].split()[-1]
        bob.answers()
    for sender in senders:
        sender.sending.read_block()
    assert time.monotonic() - begin < 1.75 * RECEIPT_TIME, "the last of them was answered too late"


def d2_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets(b"alice")
    chat.fence()
    alice.sending.expect_nothing_yet()
    bob.answers()
    alice.sent()


def d2_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets(b"alice")
    bob.refuses()
    alice.failed(*ANY_ERROR)
    chat.exchange(alice, bob)


def d2_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    two = b"SEND bob\nContent-length: 2\n\nhiSEND nobody\nContent-length: 2\n\nhi"
    alice.sending.send(two)  # in one piece, so that the server has both of them
    alice.send(b"bob")
    bob.gets(b"alice")
    chat.fence()
    bob.answers()
    alice.sent()
    alice.failed(*ANY_ERROR)
    bob.gets_and_answers(b"alice")
    alice.sent()


def d2_4(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"nobody", b"SEND bob\nContent-length: 2\n\nhi")
    alice.failed(*ANY_ERROR)
    chat.exchange(alice, bob)


def d3_1(chat):
    alice, bob, carol = chat.users(b"alice", b"bob", b"carol")
    alice.send(b"bob", b"1")
    bob.gets(b"alice", b"1")
    carol.send(b"bob", b"2")
    chat.fence()
    bob.receiving.expect_nothing_yet()
    bob.answers()
    bob.gets(b"carol", b"2")


def d3_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob")
    bob.gets(b"alice")
    chat.fence()
    bob.answers()
    alice.sent()  # not given up: the others did not wait for the receipt time


def d3_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    bodies = [b"%d" % number for number in range(20)]
    for body in bodies:
        alice.send(b"bob", body)
    for body in bodies:
        bob.gets_and_answers(b"alice", body)
        alice.sent()


def d3_4(chat):
    alice, bob, carol = chat.users(b"alice", b"bob", b"carol")
    alice.send(b"bob")
    bob.gets(b"alice")
    carol.send(b"bob")
    chat.fence()
    bob.refuses()
    alice.failed(*ANY_ERROR)
    bob.gets(b"carol")
    chat.fence()
    carol.sending.expect_nothing_yet()
    bob.answers()
    carol.sent()


def d3_5(chat):
    alice, bob, carol = chat.users(b"alice", b"bob", b"carol")
    alice.send(b"bob")
    bob.gets(b"alice")
    alice.leave()
    bob.answers()
    chat.fence()
    chat.exchange(carol, bob)


def d4_1(chat):
    users = chat.users(b"alice", b"bob", b"carol", b"dora")
    users[0].send(b"ALL")
    for user in users[1:]:
        user.gets_and_answers(b"alice")
    users[0].sent()
    users[1].leave()
    chat.exchange(users[0], users[2])
    chat.server.finish()  # it has seen the end of the one who left
    users[0].send(b"ALL")
    for user in users[2:]:
        user.gets_and_answers(b"alice")


def d4_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"ALL")
    bob.gets_and_answers(b"alice")
    alice.sent()
    chat.fence()
    alice.receiving.expect_nothing_yet()


def d4_3(chat):
    alice, bob, carol = chat.users(b"alice", b"bob", b"carol")
    alice.send(b"ALL")
    bob.gets_and_answers(b"alice")
    carol.gets(b"alice")
    bob.send(b"bob")
    bob.gets_and_answers(b"bob")
    bob.sent()
    alice.sending.expect_nothing_yet()
    carol.answers()
    alice.sent()
    chat.exchange(alice, bob)
    chat.fence()
    alice.sending.expect_nothing_yet()


def d4_4(chat):
    alice, bob, carol = chat.users(b"alice", b"bob", b"carol")
    alice.send(b"ALL")
    bob.gets_and_answers(b"alice")
    carol.gets(b"alice")
    carol.refuses()
    alice.failed()


def d4_5(chat):
    alice, bob, carol, dora = chat.users(b"alice", b"bob", b"carol", b"dora")
    alice.send(b"ALL")
    bob.gets(b"alice")
    bob.refuses()
    carol.gets(b"alice")
    carol.leave()
    dora.gets(b"alice")


def d4_6(chat):
    alice, bob, carol = chat.users(b"alice", b"bob", b"carol")
    alice.send(b"ALL")
    for user in (bob, carol):
        user.gets(b"alice")
    for user in (bob, carol):
        user.answers()
    alice.sent()  # the second FORWARD did not wait for the first one's receipt time


def d4_7(chat):
    (alice,) = chat.users(b"alice")
    alice.send(b"ALL")
    alice.failed()


def d5_1(chat):
    alice, bob = chat.users(b"alice", b"bob")
    for answer in (b"RECEIVED bob\n\n", b"RECEIVED\n\n"):
        alice.send(b"bob")
        bob.gets(b"alice")
        bob.receiving.send(answer)
        alice.sent()


def d5_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    bob.receiving.send(b"RECEIVED alice\n\n")
    chat.fence()
    chat.exchange(alice, bob)


def d5_4(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.send(b"bob", b"1")
    bob.gets(b"alice", b"1")
    alice.failed(*ANY_ERROR)
    alice.send(b"bob", b"2")
    with contextlib.suppress(AssertionError, OSError):  # the server may have disconnected bob
        bob.gets_and_answers(b"alice", b"2")
    alice.failed(*ANY_ERROR)


def d6_1(chat):
    (alice,) = chat.users(b"alice")
    chat.exchange(alice, alice)


def d6_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, b"")


def d6_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob, EVERY_BYTE)
    chat.exchange(alice, bob, "a  b\n \u00e9\u4e2d ".encode())


def d7_1(chat):
    (alice,) = chat.users(b"alice")
    alice.sending.send(b"SEND alice\n\n")
    alice.failed(103)
    alice.sending.expect_end()


def d7_2(chat):
    (alice,) = chat.users(b"alice")
    alice.sending.send(b"SEND bob\n\n" + b"more" * 5000)
    alice.failed(103)
    alice.sending.expect_end()


def d7_3(chat):
    (alice,) = chat.users(b"alice")
    alice.sending.send(b"HELLO\n\n")
    alice.failed(103)
    alice.sending.expect_end()
