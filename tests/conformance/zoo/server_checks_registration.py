"""Checks of the section R of the page."""

from room import ANY_ERROR, User


def refused(chat, name, *codes):
    peer = chat.connect()
    peer.send(b"REGISTER TOSEND %s\n\n" % name)
    peer.expect_error(*(codes or (100,)))
    return peer


def r1_1(chat):
    chat.users(b"a", b"Z9" * 16)


def r1_2(chat):
    for name in (b"", b"al ice", b"a_b", "\u00e9".encode()):
        refused(chat, name)


def r1_3(chat):
    refused(chat, b"ALL")


def r2_1(chat):
    for name in (b"alice", b"bob", b"carol", b"dave"):  # a busy machine can keep them apart, but not every time
        peers = [chat.connect() for _ in range(8)]
        for peer in peers:
            peer.send(b"REGISTER TOSEND %s\n\n" % name)
        answers = 0
        for peer in peers:
            peer.fill()
            answers += peer.buffer.startswith(b"REGISTERED")
        assert answers == 1, f"{answers} got the name"
        refused(chat, name, *ANY_ERROR)


def r2_2(chat):
    chat.users(b"alice")
    refused(chat, b"alice")


def r2_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    newcomer = chat.connect()
    for channel in (b"TOSEND", b"TORECV"):
        newcomer.send(b"REGISTER %s alice\n\n" % channel)
        newcomer.fill()
    chat.exchange(alice, bob)
    chat.exchange(bob, alice)


def r3_1(chat):
    peer = refused(chat, b"al-ice")
    peer.send(b"REGISTER TOSEND alice\n\n")
    peer.expect(b"REGISTERED TOSEND alice\n\n")


def r3_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    for name in (b"alice", b"carol"):
        alice.sending.send(b"REGISTER TOSEND %s\n\n" % name)
        alice.failed(100)
    chat.exchange(alice, bob)


def r4_1(chat):
    peer = chat.connect()
    peer.send(b"REGISTER TOSEND alice\n\n")
    peer.expect(b"REGISTERED TOSEND alice\n\n")


def r4_2(chat):
    for first, second in ((b"TOSEND", b"TORECV"), (b"TORECV", b"TOSEND")):
        for channel in (first, second):
            peer = chat.connect()
            peer.send(b"REGISTER %s %s\n\n" % (channel, first))
            peer.expect(b"REGISTERED %s %s\n\n" % (channel, first))


def r4_3(chat):
    (alice,) = chat.users(b"alice")
    for channel in (b"TOSEND", b"TORECV"):
        half = chat.connect()
        half.send(b"REGISTER %s half%s\n\n" % (channel, channel))
        half.expect(b"REGISTERED %s half%s\n\n" % (channel, channel))
        alice.send(b"half" + channel)
        alice.failed()
        half.expect_nothing_yet()


def r4_7(chat):
    (alice,) = chat.users(b"alice")
    for name in (b"bob", b"carol", b"dave"):
        (newcomer,) = chat.users(name)
        chat.exchange(newcomer, alice)
        (other,) = chat.users(b"x" + name)
        chat.exchange(alice, other)


def r5_2(chat):
    alice, bob = chat.users(b"alice", b"bob", one_socket=True)
    alice.send(b"bob")
    bob.send(b"alice")
    alice.gets(b"bob")
    bob.gets(b"alice")
    alice.answers()
    bob.answers()
    alice.sent()
    bob.sent()


def r6_1(chat):
    (bob,) = chat.users(b"bob")
    for request in (b"SEND bob\nContent-length: 2\n\nhi", b"RECEIVED bob\n\n", b"HELLO\n\n"):
        peer = chat.connect()
        peer.send(request)
        peer.expect_error(101)
    chat.fence()
    bob.receiving.expect_nothing_yet()


def r6_2(chat):
    (bob,) = chat.users(b"bob")
    peer = chat.connect()
    peer.send(b"REGISTER TOSEND half\n\n")
    peer.expect(b"REGISTERED TOSEND half\n\n")
    peer.send(b"SEND bob\nContent-length: 2\n\nhi")
    peer.expect_error(101)
    bob.receiving.expect_nothing_yet()


def r6_3(chat):
    peer = chat.connect()
    peer.send(b"HELLO\n\n")
    peer.expect_error(101)
    peer.send(b"REGISTER TOSEND alice\n\n")
    peer.expect(b"REGISTERED TOSEND alice\n\n")


def r6_4(chat):
    peer = chat.connect()
    peer.send(b"SEND bob\nContent-length: 3\n\nhi\n")
    peer.expect_error(101)
    peer.send(b"REGISTER TOSEND alice\n\n")
    peer.expect(b"REGISTERED TOSEND alice\n\n")


def r7_1(chat):
    alice, bob, carol = chat.users(b"alice", b"bob", b"carol")
    alice.sending.close()
    carol.send(b"alice")  # the answer comes when alice has left
    carol.failed()
    bob.sending.send(b"SEND bob\nContent-length: x\n\n")
    bob.failed(103)
    bob.sending.expect_end()
    for name in (b"alice", b"bob"):
        for channel in (b"TOSEND", b"TORECV"):
            peer = chat.connect()
            peer.send(b"REGISTER %s %s\n\n" % (channel, name))
            peer.expect(b"REGISTERED %s %s\n\n" % (channel, name))


def r7_2(chat):
    alice, bob = chat.users(b"alice", b"bob")
    alice.receiving.close()
    alice.sending.expect_end()
    bob.sending.close()
    bob.receiving.expect_end()


def r7_3(chat):
    alice, bob = chat.users(b"alice", b"bob")
    chat.exchange(alice, bob)
    bob.leave()
    alice.send(b"bob")  # the answer comes when bob has left
    alice.failed()
    chat.exchange(alice, User(chat, b"bob"))
