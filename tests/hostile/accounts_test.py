#!/usr/bin/env python3
"""Many connections that guess passwords at once: others' messages go on, and memory has a bound.

    accounts_test.py PARLEYD
"""

import select
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from hostile import IS_LONG, IS_SANITIZED, MIB, HostileTest, NamesUser, TelnetUser, main, support

# Each comparison takes a processor for some 50 ms.
GUESSERS = 200 if IS_LONG and not IS_SANITIZED else 20
MESSAGES = 50
MOST_DELAY_S = 0.1  # in the middle; who waited for a guess would wait for seconds
MOST_MEMORY_BYTES = 2 * 64 * MIB + 64 * MIB  # two comparisons, and what two hundred threads have
HELD_WITHOUT_A_LIMIT = GUESSERS * 64 * MIB


class Accounts(HostileTest):
    dialects = ("two-socket", "names", "telnet")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "accounts"
        subprocess.run([support.Parleyd.command, "account", "add", "first", "--accounts", path], input=b"secret\n", check=True,
                       stdout=subprocess.DEVNULL)
        hashed = path.read_text().split()[1]  # which has nothing of the name
        path.write_text("".join(f"name{i} {hashed}\n" for i in range(GUESSERS)))
        self.options = ("--accounts", str(path))
        super().setUp()

    @staticmethod
    def delays_s(sender, recipient, last_guesser=None):
        """Of private lines, one after the other; until this guesser has its answer, if there is one."""
        delays = []
        while len(delays) < MESSAGES or (last_guesser and not select.select([last_guesser], [], [], 0)[0]):
            began = time.monotonic()
            sender.tell("bob", "hello")
            recipient.hears_private("ann", "hello")
            delays.append(time.monotonic() - began)
            time.sleep(0.001)
        return delays

    def guess(self, count):
        """So many connections with a wrong password, each for another name: none of them pauses."""
        guessers = [self.open_socket("names") for _ in range(count)]
        for i, guesser in enumerate(guessers):
            words = f"NAME name{i} wrong"
            guesser.sendall(f"{len(words):02}{words}".encode())
        return guessers

    def test_guessers_slow_nobody_and_take_little(self):
        ann, bob = self.gather((NamesUser, "ann"), (TelnetUser, "bob"))
        quiet = statistics.median(self.delays_s(ann, bob))
        before = self.used.most_memory_bytes()
        guessers = self.guess(GUESSERS)
        delays = self.delays_s(ann, bob, guessers[-1])
        busy = statistics.median(delays)
        for guesser in guessers:
            guesser.settimeout(support.WAIT_S)
            self.assertEqual(guesser.recv(99), b"15Wrong password.")
        print(f"median delay {quiet * 1000:.2f} ms quiet, {busy * 1000:.2f} ms beside {GUESSERS} guessers, at most "
              f"{max(delays) * 1000:.1f} ms of {len(delays)}, "
              f"{(self.used.most_memory_bytes() - before) / MIB:.0f} MiB more")
        self.assertLess(busy, MOST_DELAY_S)
        if not IS_SANITIZED:
            self.assertLess(self.used.most_memory_bytes() - before, MOST_MEMORY_BYTES)
            self.assertLess(MOST_MEMORY_BYTES, HELD_WITHOUT_A_LIMIT)
        ann.hears_nothing()

    def test_many_for_one_name_are_soon_refused_without_a_comparison(self):
        guessers = [self.open_socket("names") for _ in range(GUESSERS)]
        for guesser in guessers:
            guesser.sendall(b"16NAME name0 wrong")
        answers = [guesser.recv(99) for guesser in guessers]
        wrong = answers.count(b"15Wrong password.")
        self.assertIn(wrong, (5, 6))  # the sixth was being compared when the fifth was wrong
        self.assertEqual(answers.count(b"48Too many wrong passwords; try again in a minute."), GUESSERS - wrong)
        self.assertLess(self.used.cpu_s(), support.WAIT_S)

    def test_a_stop_does_not_wait_for_those_who_wait(self):
        self.check_stop(self.guess(GUESSERS))

    def test_who_goes_leaves_its_place_to_others(self):
        for guesser in self.guess(GUESSERS):
            guesser.close()
        with self.connect("names") as visitor:
            visitor.ask("17NAME name0 secret", "11Hello name0")


if __name__ == "__main__":
    main()
