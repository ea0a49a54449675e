#!/usr/bin/env python3
"""The kill matrix: the reference passes everything, and each mutant fails exactly the clauses that it breaks.

    kill_matrix.py CONFORM [--only NAME,...] [--program server|client] [--jobs N] [--sample] [--table FILE]

CONFORM is the program parley-conform. A mutant is killed when a case of every clause in its `breaks` fails, and no
case of any other clause does but of those in its `follows`. A survivor or an over-kill makes this script fail.
With --sample one mutant in three is tried, and most of these on the cases of those clauses only, unless PARLEY_LONG=1 is in
the environment.
"""

import argparse
import concurrent.futures
import json
import os
import py_compile
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ZOO = Path(__file__).resolve().parents[1] / "zoo"
sys.path.insert(0, str(ZOO))
from make_mutant import INTERPRETER, PROGRAMS, load_mutants, mutated, reference  # noqa: E402
from support import run_until_judged  # noqa: E402

TIMEOUT_S = 1  # more while a program wants the processor, so that the machine's load does not count
RECEIPT_TIME_S = 3  # much longer than the suite takes for a RECEIVED on a busy machine
ANSWER_TIME_S = 20  # longer than the suite looks for what a client says: on a busy machine it looks for many seconds
TRIES = 3  # of each case, when one has given a wrong verdict
DIED = "It has died of this: "  # the exception itself says more than any comparison
UNNAMED_SHARE = 0.05  # of the mutants may have another cause named first
TRIED_EVERY = 3  # with --sample one mutant in so many is tried,
SAMPLED_EVERY = 24  # and one in so many on all cases all the same
SPINNING = {"spins-when-gone", "spins-when-one-has-gone"}  # not with --sample: each wants a processor for many seconds
JOBS = 8 * (os.cpu_count() or 1)  # they wait more than they work


def command_for(program, compiled):
    start = shlex.join([*INTERPRETER, str(compiled)])
    if program == "server":
        start += f" {{port}} --receipt-time {RECEIPT_TIME_S}"
        return ["server", "--exec", start, "--receipt-time", str(2 * RECEIPT_TIME_S)]
    start += f" {{user}} {{host}} {{port}} --answer-time {ANSWER_TIME_S}"
    return ["client", "--exec", start, "--jobs", "2"]  # each case has a client of its own in any case


def failed_cases(conform, mutant, compiled, tries, order):
    """Runs the suite; the ids of the cases that failed, or a sentence on why there is no report."""
    command = [conform, *command_for(mutant["program"], compiled), "--timeout", str(TIMEOUT_S),
               "--ready-time", str(mutant["ready_time_s"]), "--tries", str(tries), "--tap", "-",
               "--json", str(compiled) + ".json"]
    if mutant["program"] == "server" and (mutant["ready_time_s"] or "*" in mutant["follows"]):
        command += ["--jobs", "8"]  # it waits in every case
    if mutant["only"]:
        command += ["--only", ",".join(mutant["only"])]
    if order is not None:
        command += ["--shuffle", str(order)]
    try:
        run = run_until_judged(command, capture_output=True)
    except subprocess.TimeoutExpired as problem:
        return None, f"no report: {problem}"
    results = re.findall(r"^(ok|not ok) \d+ - ([^:\s]+)", run.stdout, re.MULTILINE)
    if not results or f"\n1..{len(results)}\n" not in run.stdout:
        return None, f"no report: {run.stderr}"
    if '\n  verdict: "not run"\n' in run.stdout:
        return None, "not everything was run"
    return [case for outcome, case in results if outcome == "not ok"], ""


def choose_cases(subjects, sample):
    """Each is tried on all cases, or only on those of the clauses that may fail."""
    for number, mutant in enumerate(subjects.values()):
        is_whole = not sample or number % SAMPLED_EVERY == 0 or not mutant_of(mutant) or "*" in mutant["follows"]
        mutant["only"] = [] if is_whole else mutant["breaks"] + mutant["follows"]


def mutant_of(subject):
    return bool(subject["replacements"])


def clause_of(case):
    return case.split("-")[0]


def compiled_program(folder, name, mutant):
    source = Path(folder) / f"{name}.py"
    source.write_text(mutated(mutant) if mutant_of(mutant) else reference(mutant["program"], mutant["service"]))
    return py_compile.compile(str(source), cfile=str(source.with_suffix(".pyc")), doraise=True)


def judge(conform, mutant, compiled, tries, order):
    """What is wrong with the kill, or nothing; the cases that failed; whether the report names this mistake first."""
    failed, problem = failed_cases(conform, mutant, compiled, tries, order)
    if failed is None:
        return problem, [], False
    clauses = {clause_of(case) for case in failed}
    survived = set(mutant["breaks"]) - clauses
    overkill = set() if "*" in mutant["follows"] else clauses - set(mutant["breaks"]) - set(mutant["follows"])
    problems = [f"survives {', '.join(sorted(survived))}"] if survived else []
    if overkill:
        problems.append("over-kill: " + ", ".join(case for case in failed if clause_of(case) in overkill))
    causes = json.loads(Path(str(compiled) + ".json").read_text())["causes"]
    first = causes[0]["sentence"] if causes else ""
    return "; ".join(problems), failed, mutant["sentence"] in first or first.startswith(DIED)


def judge_patiently(conform, folder, name, mutant, order):
    """One try a case, which is quick; with the suite's own tries where that is not enough: on a busy machine."""
    compiled = compiled_program(folder, name, mutant)
    once = judge(conform, mutant, compiled, 1, order)
    return judge(conform, mutant, compiled, TRIES, order) if once[0] else once


def check_causes(file, subjects, failures, write):
    """How many of the table's lines are not what was seen: of each mistake, the cases of the clauses that it breaks."""
    seen = {}
    for name, mutant in subjects.items():
        cases = [case for case in failures[name] if clause_of(case) in mutant["breaks"]]
        if cases:
            text = ", ".join(json.dumps(part) for part in (mutant["program"], name, mutant["sentence"], " ".join(sorted(cases))))
            seen[name] = "{" + text + "},\n"
    if write:
        Path(file).write_text("".join(seen.values()))
        return 0
    known = Path(file).read_text().splitlines(keepends=True)
    wrong = [name for name, line in seen.items() if line not in known]
    for name in wrong:
        print(f"WRONG {name}: not in {file}, which --write-causes makes: {seen[name]}", end="")
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("conform")
    parser.add_argument("--only", default="")
    parser.add_argument("--program", choices=PROGRAMS)
    parser.add_argument("--jobs", type=int, default=JOBS, help="programs at the same time")
    parser.add_argument("--sample", action="store_true", help="one mutant in three, and of most only the cases of their own clauses")
    parser.add_argument("--shuffle", help="seed: run the cases in another order, a different one for each program")
    parser.add_argument("--causes", help="the table of what fails of each mistake: told when it is not true")
    parser.add_argument("--write-causes", action="store_true", help="write it instead")
    parser.add_argument("--table", help="file for the whole matrix, in Markdown")
    options = parser.parse_args()

    nothing = {"breaks": [], "follows": [], "ready_time_s": 0, "replacements": [], "sentence": "The reference itself.", "service": False}
    subjects = {f"reference-{program}": {**nothing, "program": program} for program in PROGRAMS}
    subjects["reference-service"] = {**nothing, "program": "server", "service": True}
    subjects |= load_mutants()
    wanted = set(options.only.split(",")) if options.only else set(subjects)
    subjects = {name: mutant for name, mutant in subjects.items()
                if name in wanted and options.program in (None, mutant["program"])}

    is_sample = options.sample and os.environ.get("PARLEY_LONG") != "1"
    choose_cases(subjects, is_sample)
    if is_sample:
        subjects = {name: mutant for number, (name, mutant) in enumerate(subjects.items())
                    if number % TRIED_EVERY == 0 and name not in SPINNING or not mutant_of(mutant)}
    wrong = 0
    rows, failures, unnamed = [], {}, []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        orders = {name: options.shuffle and int(options.shuffle) + number for number, name in enumerate(subjects)}
        # Whatever waits long begins first.
        slow_first = sorted(subjects, key=lambda name: not (subjects[name]["follows"] or subjects[name]["ready_time_s"]))
        runs = {name: pool.submit(judge_patiently, options.conform, folder, name, mutant, orders[name])
                for name in slow_first for mutant in [subjects[name]]}
        for name, run in runs.items():
            problem, failed, is_named = run.result()
            unnamed += [] if is_named or not mutant_of(subjects[name]) else [name]
            wrong += bool(problem)
            failures[name] = failed
            kills = ", ".join(failed) or "passes everything"
            print(f"WRONG {name}: {problem} (fails: {kills})" if problem else f"ok    {name}: {kills}", flush=True)
            rows.append(f"| {name} | {subjects[name]['sentence']} | {', '.join(failed) or '-'} |")
    if options.table:
        Path(options.table).write_text("| Mutant | What its author did | Cases that fail |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    if options.causes:
        wrong += check_causes(options.causes, subjects, failures, options.write_causes)
    mutants = [name for name, mutant in subjects.items() if mutant_of(mutant)]
    print(f"not the first cause that the report names: {', '.join(unnamed) or 'none'}")
    if len(unnamed) > len(mutants) * UNNAMED_SHARE and not options.write_causes:
        print("WRONG: these are too many")
        wrong += 1
    print(f"{len(subjects)} programs, {len(mutants)} of them mutants: {len(subjects) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
