#!/usr/bin/env python3
"""The pages say how many cases, points and mutants there are: as many as the program and the tables have.

    totals_test.py CONFORM        CONFORM is the program parley-conform
"""

import re
import subprocess
import sys

import support
from support import ROOT, RUN_LIMIT_S, ConformTest

SUITE_PAGE = "tests/conformance/README.md"


def words_of(page):
    return " ".join((ROOT / page).read_text(encoding="utf-8").split())


class Pages(ConformTest):
    def totals(self, half):
        """Of the last line of --list: cases and points."""
        last = self.run_conform(half, "--list").stdout.splitlines()[-1]
        return re.fullmatch(r"(\d+) cases: \d+ MUST, \d+ SHOULD, \d+ MAY; (\d+) points", last).groups()

    def test_cases_and_points(self):
        (server_cases, server_points), (client_cases, client_points) = self.totals("server"), self.totals("client")
        self.assertIn(f"({server_cases} for a server, {client_cases} for a client)", words_of(SUITE_PAGE))
        self.assertIn(f"{server_points} for a server, {client_points} for a client", words_of("examples/grading/README.md"))

    def test_mutants(self):
        run = subprocess.run([sys.executable, ROOT / "tests/conformance/zoo/make_mutant.py", "--list"], capture_output=True, text=True,
                             timeout=RUN_LIMIT_S, check=False)
        if run.returncode == 77:
            self.skipTest(run.stderr)
        programs = [line.split("\t")[1] for line in run.stdout.splitlines()]
        servers, clients = programs.count("server"), programs.count("client")
        self.assertIn(f"{len(programs)} mutants of them", words_of(SUITE_PAGE))
        self.assertIn(f"{servers} of {servers} servers and {clients} of {clients} clients", words_of(SUITE_PAGE))


if __name__ == "__main__":
    support.main()
