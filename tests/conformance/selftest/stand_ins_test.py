#!/usr/bin/env python3
"""The suite on programs as students write them: few of the cases are left untried, and the habit is named.

    stand_ins_test.py CONFORM [NAME ...]

Each program in zoo/stand_ins says which clause it BREAKS; one that breaks none has a habit that the protocol allows.
With PARLEY_LONG=1 in the environment all of them are tried, else those that take the least and show the most.
"""

import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "zoo" / "stand_ins"
QUICK = ("lines_of_a_file", "tells_and_ends")
MOST_UNTRIED = 0.10  # of all cases
NAMED = 3  # causes among which the habit's own clause must be
RECEIPT_TIME_S = 6  # twice the programs' own
RUN_LIMIT_S = 300
JOBS = 4 * (os.cpu_count() or 1)  # they wait more than they work


def constant(source, name):
    line = next(line for line in source.splitlines() if line.startswith(f"{name} = "))
    return json.loads(line.partition(" = ")[2])


def judge(conform, path):
    """The report of the whole suite."""
    is_client = "student_client" in path.read_text()
    start = f"{sys.executable} -S {shlex.quote(path.name)}"
    command = [conform, "client", "--exec", start + " {user} {host} {port}"] if is_client else [
        conform, "server", "--exec", start + " {port}", "--receipt-time", str(RECEIPT_TIME_S)]
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        subprocess.run([*command, "--timeout", "1", "--jobs", "8", "--json", report.name], cwd=path.parent, check=False,
                       stdout=subprocess.DEVNULL, timeout=RUN_LIMIT_S, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
        return json.load(report)


def problems_of(report, breaks):
    results = report["results"]
    untried = [result["id"] for result in results if result["status"] in ("skipped", "not run")]
    problems = []
    if len(untried) > MOST_UNTRIED * len(results):
        problems.append(f"{len(untried)} of {len(results)} cases were not tried: " + ", ".join(untried))
    failed = [result for result in results if result["status"] == "fail"]
    if breaks:
        causes = report["causes"][:NAMED]
        if not any(result["clause"]["id"] == breaks for result in failed):
            problems.append(f"{breaks} did not fail, but " + ", ".join(result["id"] for result in failed))
        elif not any(case.startswith(breaks + "-") for cause in causes for case in cause["cases"]):
            problems.append(f"{breaks} is not among the first causes: " + "; ".join(cause["sentence"] for cause in causes))
    elif unfair := [result["id"] for result in failed if result["clause"]["level"] == "MUST"]:
        problems.append("it keeps every MUST, but these failed: " + ", ".join(unfair))
    return problems


def main():
    conform, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    paths = [path for path in sorted(FOLDER.glob("*.py")) if not path.stem.startswith("student_")]
    if names or os.environ.get("PARLEY_LONG") != "1":
        paths = [path for path in paths if path.stem in (names or QUICK)]
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        runs = {path: pool.submit(judge, conform, path) for path in paths}
        for path, run in runs.items():
            report = run.result()
            problems = problems_of(report, constant(path.read_text(), "BREAKS"))
            wrong += bool(problems)
            totals = report["totals"]
            print(f"{'WRONG' if problems else 'ok   '} {path.stem}: {totals['passed']} passed, {totals['failed']} failed, "
                  f"{totals['skipped'] + totals['not_run']} not tried", *problems, sep="\n        ", flush=True)
    print(f"{len(paths)} programs, {wrong} of them wrong")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
