#!/usr/bin/env python3
"""A case that fails is tried again: what becomes of its verdict, and what the report says of it.

    tries_test.py CONFORM
"""

import json
import signal
import subprocess
import time
from pathlib import Path

import support
from make_mutant import load_mutants, mutated
from support import PYTHON, ConformTest

CASE, BEFORE, NEEDS_IT = "R2.1-taken", "R4.1-two-sockets", "R2.2-code"
# The program number N, from 0, is the mutant if the Nth letter is an F; the last letter stands for all that follow.
START = """n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) >count
case $(echo "{letters}" | cut -c $((n < {last} ? n + 1 : {last} + 1))) in F) p=mutant;; *) p=reference;; esac
exec {python} $p.pyc {{port}}"""

# Written in front of what forwards a message: the suite stands still for longer than a recipient is given.
STOP = """
        if os.path.exists("stops") and os.path.getsize("stops") > 0:
            os.truncate("stops", os.path.getsize("stops") - 1)
            os.kill(os.getppid(), signal.SIGSTOP)
"""
STANDSTILL_S = 1.5

# The program stands still, as on a machine that has no time for it; its child wakes it.
STAND_STILL = """
import os, signal, subprocess
def stand_still(seconds):
    subprocess.Popen(["sh", "-c", f"sleep {seconds}; kill -CONT $PPID"])
    os.kill(os.getpid(), signal.SIGSTOP)
"""


class Tries(ConformTest):
    def results(self, letters, *cases, options=()):
        """By case, with a server whose programs are such."""
        self.write_program(mutated(load_mutants()["name-stolen"]), "mutant")
        self.write_program(support.reference(), "reference")
        start = START.format(letters=letters, last=len(letters) - 1, python=PYTHON)
        return self.results_of("server", "--exec", start, "--only", ",".join(cases), "--ready-time", "0", *options, cwd=self.folder)

    def check(self, letters, status, tries, cases=(CASE,), options=()):
        result = self.results(letters, *cases, options=options)[CASE]
        self.assertEqual((result["status"], result["tries"]), (status, tries))
        return result

    def test_always(self):
        result = self.check("F", "fail", "also alone")
        self.assertIn("Nobody looks", result["hint"])

    def test_once(self):
        self.assertIsNone(self.check("FR", "pass", "failed 1 of 3 tries: a race")["failure"])

    def test_twice(self):
        self.check("FRF", "fail", "failed 2 of 3 tries: a race")

    def test_only_behind_others(self):
        self.check("FR", "fail", f"failed only after others had come and gone: since {BEFORE}", (BEFORE, CASE))

    def test_never(self):
        self.check("R", "pass", "")

    def test_one_try(self):
        self.check("FR", "fail", "", options=("--tries", "1"))

    def test_what_fails_in_every_try_blocks(self):
        results = self.results("F", CASE, NEEDS_IT)
        self.assertEqual(results[NEEDS_IT]["blocked_by"], CASE)

    def test_what_passes_in_one_does_not(self):
        results = self.results("FFR", CASE, NEEDS_IT)
        self.assertEqual((results[CASE]["status"], results[CASE]["tries"]), ("fail", "failed 2 of 3 tries: a race"))
        self.assertEqual(results[NEEDS_IT]["status"], "pass")

    def test_while_the_suite_stands_still_nothing_counts(self):
        line = "            self.forwarded.append((sending, time.monotonic() + options.receipt_time))\n"
        source = support.reference()
        self.assertIn(line, source)
        server = self.write_program("import os, signal\n" + source.replace(line, STOP.replace("\n    ", "\n        ")[1:] + line))
        (self.folder / "stops").write_text("xx", encoding="utf-8")
        with subprocess.Popen([support.conform, "server", "--exec", f"exec {server} {{port}} --receipt-time 1", "--only", "D1.2-unicast",
                               "--json", "-"], cwd=self.folder, stdout=subprocess.PIPE, text=True) as run:
            while run.poll() is None:
                if "T" in Path(f"/proc/{run.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1]:
                    time.sleep(STANDSTILL_S)
                    run.send_signal(signal.SIGCONT)
                time.sleep(0.02)
            result, = json.loads(run.stdout.read())["results"]
        self.assertEqual((self.folder / "stops").stat().st_size, 0, "it did stand still")
        self.assertEqual((result["status"], result["tries"]), ("pass", ""))

    def results_of_changed(self, old, new, *options):
        """By case, with the reference in which the server under test stands still."""
        source = support.reference()
        self.assertEqual(source.count(old), 1, old)
        server = self.write_program(STAND_STILL + source.replace(old, new))
        return self.results_of("server", "--exec", f"exec {server} {{port}} --receipt-time 1", *options, cwd=self.folder)

    def test_a_program_that_stands_still_is_waited_for(self):
        """In each try, and for longer than anything is waited for."""
        line = "    def handle(self, word, rest, body):\n"
        results = self.results_of_changed(line, line + '        if word == b"REGISTER":\n            stand_still(0.7)\n',
                                          "--only", "R4.1", "--timeout", "0.3")
        for case in ("R4.1-lone", BEFORE):
            self.assertEqual((results[case]["status"], results[case]["tries"]), ("pass", ""), case)

    def test_a_server_that_gives_up_a_recipient_of_a_slow_exchange_is_not_at_fault(self):
        """What the suite does before it says RECEIVED takes longer than the server gives it, in two tries."""
        (self.folder / "slow").write_text("xx", encoding="utf-8")
        line = "    def forward_frame(self, sender, _recipient, body):\n"
        slow = """        if sender.startswith(b"peggy") and os.path.getsize("slow") > 0:
            stand_still(0.8)
        if body == b"Hello":
            open("begun", "a").write("x")
        if body == b"Hello" and os.path.getsize("begun") > 2:
            os.truncate("slow", 0)
"""
        results = self.results_of_changed(line, line + slow, "--only", "D2.1")
        case = "D2.1-no-early-report"
        self.assertEqual((results[case]["status"], results[case]["tries"]), ("pass", ""))
        self.assertEqual((self.folder / "begun").stat().st_size, 3, "the server did give up twice")


if __name__ == "__main__":
    support.main()
