#!/usr/bin/env python3
"""SERVER among many who ask: notices of a crowd that comes and goes cost little, questions that nobody reads wait in no number.

    service_test.py PARLEYD
"""

import re
import selectors

from hostile import IS_SANITIZED, MIB, UNABLE, Deadline, HostileTest, NamesUser, TwoSocketUser, main, send_frame

ASKERS = 60 if IS_SANITIZED else 500  # every other one answers nothing any more
VISITORS = 200 if IS_SANITIZED else 2000
VISITORS_AT_ONCE = 20
MOST_MEMORY_BYTES = 8 * MIB  # a hundred bytes for each notice to each asker would be 200 MB
MOST_CPU_S = 30
QUESTIONS = 1000
FORWARD = re.compile(rb"FORWARD SERVER\nContent-length: (\d+)\n\n")


def people(line):
    """How many more are there, by one line of a notice."""
    told, verb = line.rsplit(" ", 1)
    count = sum(int(who.removesuffix(" others")) if who.endswith(" others") else 1 for who in re.split(", | and ", told))
    return {"came": count, "left": -count}[verb]


class Asker:
    """Has asked for notices, and reads them when it is told to."""

    def __init__(self, test, number):
        self.user = test.add_user(TwoSocketUser, f"asker{number}")
        self.sending, self.receiving = self.user.socket, self.user.receiving
        self.buffer, self.forwards, self.present, self.last = b"", 0, 0, ""

    def ask(self):
        self.sending.ask(send_frame("SERVER", "notices on"), b"SENT SERVER\n\n")
        self.receiving.expect(b"FORWARD SERVER\nContent-length: 10\n\nnotices on")
        self.receiving.send(b"RECEIVED SERVER\n\n")

    def read(self):
        self.buffer += self.receiving.receive_once()
        while (begin := FORWARD.match(self.buffer)) and len(self.buffer) >= (end := begin.end() + int(begin[1])):
            lines = self.buffer[begin.end():end].decode().split("\n")
            self.buffer = self.buffer[end:]
            self.forwards += 1
            self.present += sum(map(people, lines))
            self.last = lines[0]
            self.receiving.send(b"RECEIVED SERVER\n\n")


class Service(HostileTest):
    dialects = ("two-socket", "names")
    options = ("--log-level", "off")

    def test_notices_of_a_crowd(self):
        askers = [Asker(self, number) for number in range(ASKERS)]
        for asker in askers:
            asker.ask()
        readers, silent = askers[::2], askers[1::2]
        memory, cpu_s = self.used.most_memory_bytes(), self.used.cpu_s()
        with selectors.DefaultSelector() as selector:
            for asker in readers:
                selector.register(asker.receiving.socket, selectors.EVENT_READ, asker)

            def read(wait_s):
                for key, _ in selector.select(wait_s):
                    key.data.read()

            for first in range(0, VISITORS, VISITORS_AT_ONCE):
                visitors = [self.add_user(NamesUser, f"visitor{first + i}") for i in range(VISITORS_AT_ONCE)]
                read(0)
                for visitor in visitors:
                    visitor.kill()
            # The crowd's ends are seen one after the other; a last one comes behind them.
            last = self.add_user(NamesUser, "last")
            deadline = Deadline()
            while any(asker.present != 1 for asker in readers) and deadline.left_s() > 0:
                read(0.1)
        self.assertEqual({asker.present for asker in readers}, {1}, "the numbers do not add up")
        used_s = self.used.cpu_s() - cpu_s
        forwards = [asker.forwards for asker in readers]
        print(f"{VISITORS} came and went, {min(forwards)} to {max(forwards)} notices to each of {len(readers)}, {used_s:.1f} s of CPU")
        self.assertLess(used_s, MOST_CPU_S)
        if not IS_SANITIZED:
            self.assertLess(self.used.most_memory_bytes() - memory, MOST_MEMORY_BYTES)
        for asker in silent[:20]:  # has one notice and no further one, and messages as ever
            last.tell(asker.user.name, "hello")
            came = asker.receiving.receive_until(b"hello")
            self.assertEqual(len(FORWARD.findall(came)), 1, came)
            self.assertTrue(came.endswith(b"FORWARD last\nContent-length: 5\n\nhello"), came)
        self.check_stop()

    def test_questions_without_end(self):
        """Whoever asks and reads nothing has a few answers, and the rest fail."""
        memory = self.used.most_memory_bytes()
        askers = [self.add_user(TwoSocketUser, f"asker{number}") for number in range(20)]
        for asker in askers:
            asker.hears_nothing()  # both its sockets are known to be registered
            asker.socket.send(send_frame("SERVER", "who") * QUESTIONS)
        for asker in askers:
            answers = b""
            while answers.count(b"\n\n") < QUESTIONS:
                answers += asker.socket.receive_once()
            taken = answers.count(b"SENT SERVER\n\n")
            self.assertEqual(answers.count(UNABLE), QUESTIONS - taken)
            self.assertIn(taken, (8, 9))  # so many wait, and one is out unless its SENT was still on its way
        if not IS_SANITIZED:
            self.assertLess(self.used.most_memory_bytes() - memory, MOST_MEMORY_BYTES)
        self.check_stop()


if __name__ == "__main__":
    main()
