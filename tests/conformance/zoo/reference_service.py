#!/usr/bin/env python3
"""reference_server.py with SERVER, who answers questions (SV of protocol/PROTOCOL.md). The same command line."""

import threading
import time
from collections import deque

import reference_server as server

NAME = b"SERVER"
USERS_IN_PART = 50  # of the list of who is here
QUESTION_LIMIT = 8  # that wait, of one user (SV1.3)
GATHERING_SECONDS = 0.05  # of notices (SV3.2)
NAMES_IN_NOTICE = 3
HELP = b"""help: this list
who: who is here
whois NAME: the same of one user
notices on, notices off: to be told who comes and goes, or not any more
version: which server this is
features: what programs may switch on with features NAME, and off with features none"""
CAME, LEFT = b"came", b"left"


def who():
    """In parts; each is made now, which a list of this size allows."""
    users = sorted((user for user in server.directory.values() if user.complete()), key=lambda user: user.name.lower())
    parts = [users[begin:begin + USERS_IN_PART] for begin in range(0, len(users), USERS_IN_PART)]
    return [b"\n".join([b"who %d/%d, %d here" % (number, len(parts), len(users)),
                        *(b"%s two-socket General %s" % (user.name, user.since) for user in part)])
            for number, part in enumerate(parts, 1)]


def whois(name):
    user = server.directory.get(name.lower())
    if not user or not user.complete():
        return b"whois %s: not here" % name
    return b"whois %s: two-socket, room General, since %s" % (user.name, user.since)


def notice(names, happening):
    """ann came; ann and bob came; ann, bob and eve came; ann, bob and 118 others came."""
    if len(names) > NAMES_IN_NOTICE:
        names = [*names[:2], b"%d others" % (len(names) - 2)]
    return b" and ".join(filter(None, (b", ".join(names[:-1]), names[-1]))) + b" " + happening


class User(server.User):
    def __init__(self, name):
        super().__init__(name)
        self.since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode()
        self.is_announced = False
        self.questions = deque()  # (Sending, question) whose answers have not begun
        self.parts = deque()  # of the answer that has
        self.is_out = False  # a FORWARD from SERVER that I have not answered
        self.hears_notices = False
        self.news = {}  # name -> CAME or LEFT, not yet told
        self.news_due = 0.0
        self.tells_audience = False

    def answer(self, question):
        """All parts of it."""
        words = question.split()
        word = words[0].lower() if words else b""
        rest = [one.lower() for one in words[1:]]
        if word == b"help" and not rest:
            return [HELP]
        if word == b"who" and not rest:
            return who()
        if word == b"whois" and len(rest) == 1:
            return [whois(words[1])]
        if word == b"notices" and rest in ([b"on"], [b"off"]):
            self.hears_notices = rest == [b"on"]
            self.news.clear()
            return [b"notices " + rest[0]]
        if word == b"version" and not rest:
            return [b"reference_service 1.0"]
        if word == b"features":
            return [self.switch_features(rest)]
        return [b"unknown command: %s; help lists them" % b"".join(words[:1])]

    def switch_features(self, words):
        if not words:
            return b"features supported: audience"
        self.tells_audience = b"audience" in words or self.tells_audience and b"none" not in words
        return b"features on:" + b" audience" * self.tells_audience

    def next_body(self):
        """What SERVER says next; None: nothing now."""
        if self.is_out:
            return None
        if self.forwarded:  # so that receipts without a name are SERVER's first
            return None
        if not self.parts and self.questions and self.questions[0][0] not in self.answers:  # its SENT has left
            self.parts.extend(self.answer(self.questions.popleft()[1]))
        if self.parts:
            return self.parts.popleft()
        if not self.news or time.monotonic() < self.news_due:
            return None
        told = [([name for name, what in self.news.items() if what == happening], happening) for happening in (LEFT, CAME)]
        self.news.clear()
        return b"\n".join(notice(names, happening) for names, happening in told if names)

    def speak(self):
        if self.complete() and not self.gone and (body := self.next_body()) is not None:
            self.is_out = True
            self.sockets[b"TORECV"].write(self.forward_frame(NAME, self.name, body))

    def forward_frame(self, sender, recipient, body):
        frame = super().forward_frame(sender, recipient, body)
        if not self.tells_audience:
            return frame
        line = b"Audience: %s\n" % (b"ALL" if recipient == b"ALL" else self.name)
        return frame.replace(b"\n", b"\n" + line, 1)

    def forward_next(self):
        self.speak()
        super().forward_next()

    def flush_answers(self):
        super().flush_answers()
        self.speak()

    def receipt(self, name, code):
        """The message's when it names its sender, or nothing of SERVER's is out; else SERVER's, the older (SV2.3)."""
        senders = [self.forwarded[0][0].sender.name.lower()] if self.forwarded else []
        if not self.is_out or (name and name.lower() in senders):
            super().receipt(name, code)
        else:
            self.is_out = False
            if code:
                self.parts.clear()
        self.speak()

    def note(self, name, happening):
        if not self.hears_notices:
            return
        if not self.news:
            self.news_due = time.monotonic() + GATHERING_SECONDS
        if self.news.pop(name, happening) == happening:  # who has come and gone meanwhile is left out
            self.news[name] = happening

    def announce(self, happening):
        for other in list(server.directory.values()):
            if other is not self:
                other.note(self.name, happening)

    def leave(self, connection):
        if not self.gone and self.is_announced:
            self.announce(LEFT)
        super().leave(connection)


class Connection(server.Connection):
    def register(self, channel, name):
        if name.upper() == NAME:
            return self.write(server.error(100))
        super().register(channel, name)
        if self.user and self.user.complete() and not self.user.is_announced:
            self.user.is_announced = True
            self.user.announce(CAME)

    def send(self, name, body):
        if name.upper() != NAME:
            return super().send(name, body)
        user = self.user
        if len(user.questions) >= QUESTION_LIMIT:
            return super().send(b"", body)  # who has no room is nobody
        question = server.Sending(user, NAME)
        user.answers.append(question)
        user.questions.append((question, body))
        user.flush_answers()


def tell_news():
    while True:
        time.sleep(0.02)
        with server.lock:
            for user in server.directory.values():
                user.speak()


def main():
    server.User, server.Connection = User, Connection
    threading.Thread(target=tell_news, daemon=True).start()
    server.main()


if __name__ == "__main__":
    main()
