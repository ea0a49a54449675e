#!/usr/bin/env python3
"""What a submission does in a sandbox costs nobody else anything.

    sandbox_costs_test.py CONFORM       CONFORM is the program parley-conform; exits with 77 where it can make no sandbox
"""

import os
import re
import shutil
import signal

import support
from sandboxed import FEW, Sandboxed, sample
from support import SAMPLES, pid_of

BOMB = """
import os, time
count = 0
try:
    while count < 200:
        if os.fork() == 0:
            time.sleep(100)
        count += 1
except OSError:
    pass
print(f"({count})", flush=True)
os._exit(1)
"""
# Forks for as long as it is let, with all its children, and leaves some of the processor to the other tests.
ENDLESS_BOMB = """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(2)
"""


class Costs(Sandboxed):
    def test_nothing_outlives_a_sandbox(self):
        command, source = self.survivor()
        self.add_server("ada", source)
        _, rows = self.grade("--sandbox", "on", *FEW)
        self.assert_all_points(rows["ada"])
        self.assertIsNone(pid_of(*command))

    def test_outside_something_may_outlive_it(self):
        """Otherwise the test before shows nothing."""
        command, source = self.survivor()
        self.add_server("ada", source)
        self.grade("--sandbox", "off", *FEW)
        pid = pid_of(*command)
        self.assertIsNotNone(pid)
        os.kill(pid, signal.SIGKILL)

    def test_a_bomb_costs_its_own_row(self):
        self.add_server("counts", BOMB)
        self.add_server("endless", ENDLESS_BOMB)
        self.add_server("good", sample("python-server/server.py"))
        _, rows = self.grade("--sandbox", "on", "--processes", "50", "--budget", "30", *FEW)
        count = int(re.search(r"having printed: \((\d+)\)", rows["counts"]["problem"]).group(1))
        self.assertLess(count, 50)
        self.assertGreater(count, 20)
        self.assertIn("does not listen", rows["endless"]["problem"])
        self.assert_all_points(rows["good"])

    def test_how_it_ended_is_told_alike(self):
        self.hand_in("signal", "", '[server]\nstart = "kill -SEGV $$"\n')
        self.hand_in("code", "", '[server]\nstart = "exit 3"\n')
        for choice in ("on", "off"):
            _, rows = self.grade("--sandbox", choice, *FEW)
            self.assertIn("it was killed by signal 11 (Segmentation fault)", rows["signal"]["problem"])
            self.assertIn("it exited with code 3", rows["code"]["problem"])

    def test_the_verdicts_are_those_without_it(self):
        name = "python-mistakes"
        shutil.copytree(SAMPLES / name, self.submissions / name)
        options = ["--receipt-time", "5", "--jobs", "8", "--only", "F2,R7,D2,D6"]
        runs = {choice: self.begin("--sandbox", choice, *options, output=choice) for choice in ("on", "off")}
        inside, outside = (self.rows_of(run, choice) for choice, run in runs.items())
        self.assertEqual(inside, outside)


if __name__ == "__main__":
    support.main(needs_sandbox=True)
