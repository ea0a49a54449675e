#!/usr/bin/env python3
"""A case that fails is tried again: what becomes of its verdict, and what the report says of it.

    tries_test.py CONFORM
"""

import json
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ZOO = Path(__file__).resolve().parents[1] / "zoo"
sys.path.insert(0, str(ZOO))
from make_mutant import INTERPRETER, load_mutants, mutated  # noqa: E402

CASE, BEFORE, NEEDS_IT = "R2.1-taken", "R4.1-two-sockets", "R2.2-code"
# The program number N, from 0, is the mutant if the Nth letter is an F; the last letter stands for all that follow.
START = """n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) >count
case $(echo "{letters}" | cut -c $((n < {last} ? n + 1 : {last} + 1))) in F) p=mutant;; *) p=reference;; esac
exec {interpreter} $p.py {{port}}"""


class Tries(unittest.TestCase):
    def results(self, letters, *cases, options=()):
        """By case, with a server whose programs are such."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "mutant.py").write_text(mutated(load_mutants()["name-stolen"]))
            (Path(folder) / "reference.py").write_text((ZOO / "reference_server.py").read_text())
            start = START.format(letters=letters, last=len(letters) - 1, interpreter=shlex.join(INTERPRETER))
            command = [Tries.conform, "server", "--exec", start, "--only", ",".join(cases), "--ready-time", "0",
                       *options, "--json", "-"]
            run = subprocess.run(command, capture_output=True, cwd=folder, check=False, text=True, timeout=200)
            return {result["id"]: result for result in json.loads(run.stdout)["results"]}

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


if __name__ == "__main__":
    Tries.conform = sys.argv.pop(1)
    unittest.main()
