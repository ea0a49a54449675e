#!/usr/bin/env python3
"""A case needs another one only where it can show nothing without it: for each such pair there is a mutant that breaks
nothing but what the other one tries, and on which the case, when no need excuses it, does not pass.

    needs_test.py CONFORM CAUSES [PAIRS]

CAUSES is the table that kill_matrix.py writes. With PARLEY_LONG=1 in the environment every pair is tried, else
one of every third case that is needed. PAIRS: a file for what was seen of each.
"""

import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

sys.path[:0] = map(str, Path(__file__).resolve().parents[:2])
from kill_matrix import JOBS, TIMEOUT_S, clause_of, command_for, compiled_program  # noqa: E402
from support import run_until_judged  # noqa: E402
from zoo.make_mutant import PROGRAMS, load_mutants  # noqa: E402

# Where two requests meet in one segment by chance, only some runs show what the broken one does to the other case.
TRIES = 8
SAMPLED_EVERY = 3  # one need in so many is tried, always the same ones
IS_LONG = os.environ.get("PARLEY_LONG") == "1"


def needs(conform, program):
    """(case, the one that it needs), in the order of the page."""
    lines = subprocess.run([conform, program, "--list-needs"], capture_output=True, check=True, text=True).stdout.splitlines()
    return [(line.split()[0], need) for line in lines for need in line.split()[1:]]


def failing_of(causes, mutants):
    """By case, the mutants on which it fails, and whose mistake is its clause's."""
    found = {}
    for program, name, _, cases in (json.loads(f"[{line.strip().strip('{},')}]") for line in Path(causes).read_text().splitlines()):
        for case in cases.split():
            found.setdefault((program, case), []).append(name)
    return found


def is_only(mutant, case, need):
    """What the case itself is about is not broken, but where both cases are about one clause."""
    broken = set(mutant["breaks"])
    return clause_of(case) not in broken or broken == {clause_of(need)}


def verdicts(conform, folder, name, mutant, cases):
    """Of these cases, each as if nothing else were tried."""
    compiled = compiled_program(tempfile.mkdtemp(dir=folder), name, mutant)
    command = [conform, *command_for(mutant["program"], compiled), "--only", ",".join(sorted(cases)), "--ignore-needs",
               "--timeout", str(TIMEOUT_S), "--ready-time", str(mutant["ready_time_s"]), "--tries", "1", "--json", "-"]
    if mutant["program"] == "server":
        command += ["--jobs", "2"]
    run = run_until_judged(command, capture_output=True)
    if not run.stdout:
        raise AssertionError(f"no report on {name}: {shlex.join(command)}: {run.stderr}")
    report = json.loads(run.stdout)
    return {result["id"]: result["status"] for result in report["results"] + report["not_offered"]}


def shown_on(seen, name, pair):
    case, need = pair
    return seen[need] == "fail" and seen[case] != "pass" and name


def try_all(conform, folder, mutants, candidates, pool):
    """Each mutant once, with all the cases that it may justify; pair -> the mutants that do."""
    wanted = {}
    for pair, names in candidates.items():
        for name in names:
            wanted.setdefault(name, set()).update(pair)
    runs = {name: pool.submit(verdicts, conform, folder, name, mutants[name], cases) for name, cases in wanted.items()}
    shown = {pair: [name for name in names if shown_on(runs[name].result(), name, pair)] for pair, names in candidates.items()}
    bare = {pair: candidates[pair] for pair, names in shown.items() if not names}
    return shown | try_each(conform, folder, mutants, bare, pool)


def try_some(conform, folder, mutants, candidates, pool):
    """One pair of some needs."""
    sample = {need: (case, need) for case, need in sorted(candidates, reverse=True)
              if zlib.crc32(need.encode()) % SAMPLED_EVERY == 0}.values()
    return try_each(conform, folder, mutants, {pair: candidates[pair] for pair in sample}, pool)


def try_each(conform, folder, mutants, candidates, pool):
    """Each pair by itself, until a mutant justifies it."""
    def first(pair):
        tries = (shown_on(verdicts(conform, folder, name, mutants[name], pair), name, pair)
                 for name in candidates[pair] * TRIES)
        return [name for name in (next(filter(None, tries), None),) if name]

    return dict(zip(candidates, pool.map(first, candidates)))


def try_pairs(conform, program, causes, pool, folder):
    mutants = load_mutants()
    breakers = failing_of(causes, mutants)
    candidates = {pair: [name for name in breakers.get((program, pair[1]), []) if is_only(mutants[name], *pair)]
                  for pair in needs(conform, program)}
    return (try_all if IS_LONG else try_some)(conform, folder, mutants, candidates, pool)


def main():
    conform, causes, *pairs_file = sys.argv[1:]
    bare, lines = [], []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for program in PROGRAMS:
            for (case, need), names in try_pairs(conform, program, causes, pool, folder).items():
                lines.append(f"{program} {case} needs {need}: {', '.join(names) or 'no mutant'}")
                bare += [] if names else [f"{program}: {case} needs {need}, but passes wherever only that one fails (or nothing breaks it)"]
    if pairs_file:
        Path(pairs_file[0]).write_text("\n".join(lines) + "\n")
    print(*bare, sep="\n")
    print(f"{len(lines)} pairs, {len(bare)} of them wrong")
    return 1 if bare else 0


if __name__ == "__main__":
    sys.exit(main())
