"""What the tests of parley-conform stand on.

A test file ends with `support.main()` and is run as `X_test.py CONFORM [names of tests]`; CONFORM is the program
parley-conform.
"""

import csv
import json
import os
import py_compile
import shlex
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

RUN_LIMIT_S = 300
ROOT = Path(__file__).resolve().parents[3]
ZOO = ROOT / "tests" / "conformance" / "zoo"
EXAMPLES = ROOT / "examples" / "grading"
SAMPLES = EXAMPLES / "submissions"
IS_ROOT = os.geteuid() == 0
sys.path[:0] = [str(ZOO), str(ROOT / "tests" / "support")]

from free_port import free_port  # noqa: E402,F401

# Whoever runs the tests may have site packages that take longer than all else of a start; few programs need any.
PYTHON = shlex.join([sys.executable, "-I", "-S"])

conform = "parley-conform"  # main() knows where

IS_AT_FAULT = 4  # what parley-conform exits with when it, or the machine, is
MOST_RUNS = 6


def run_until_judged(command, **settings):
    """Runs parley-conform to its end: again, as it asks for, where the machine was too busy to judge a program by."""
    for _ in range(MOST_RUNS):
        run = subprocess.run(command, timeout=RUN_LIMIT_S, check=False, text=True, errors="replace", **settings)
        if run.returncode != IS_AT_FAULT or "the machine was too busy" not in (run.stderr or ""):
            break
    return run


class ConformTest(unittest.TestCase):
    """With a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_conform(self, *arguments, **settings):
        """Runs it to its end."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return run_until_judged([conform, *map(str, arguments)], **streams | settings)

    def start_conform(self, *arguments, **settings):
        """Runs it beside the test; end() waits for it."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        run = subprocess.Popen([conform, *map(str, arguments)], text=True, **pipes | settings)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        for stream in filter(None, (run.stdout, run.stderr)):
            self.addCleanup(stream.close)
        return run

    def end(self, run, *codes):
        """What it has printed, and what it has said on stderr; it has ended with one of these codes."""
        printed, errors = run.communicate(timeout=RUN_LIMIT_S)
        self.assertIn(run.returncode, codes, f"{printed}{errors}")
        return printed, errors

    def assert_ended(self, pids):
        """Each was killed; on a busy machine one may lack the processor that it takes to end. None ends by itself so soon."""
        until = time.monotonic() + 20
        while (alive := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < until:
            time.sleep(0.01)
        self.assertEqual(alive, [])

    def assert_refused(self, said, *arguments, **settings):
        """It is told what is wrong with its command line, or its files."""
        run = self.run_conform(*arguments, **settings)
        self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
        self.assertIn(said, run.stderr)
        return run

    def report_of(self, *arguments, **settings):
        """What it says of a program that came up, in JSON."""
        run = self.run_conform(*arguments, "--json", "-", **settings)
        self.assertIn(run.returncode, (0, 1), run.stdout + run.stderr)
        return json.loads(run.stdout)

    def results_of(self, *arguments, **settings):
        """By case."""
        return {result["id"]: result for result in self.report_of(*arguments, **settings)["results"]}

    def write_program(self, source, name="program"):
        """The command that starts it, compiled, which a start would do each time; what it is to be told comes behind."""
        file = self.folder / f"{name}.py"
        file.write_text(source, encoding="utf-8")
        compiled = py_compile.compile(str(file), cfile=str(file.with_suffix(".pyc")), doraise=True)
        return f"{PYTHON} {shlex.quote(compiled)}"


class ClassTest(ConformTest):
    """With a class, a folder for its reports, one that its programs share, and one for temporary files."""

    def setUp(self):
        super().setUp()
        self.submissions, self.output = self.folder / "class", self.folder / "reports"
        self.shared, self.temporary = self.folder / "shared", self.folder / "temporary"
        for made in (self.submissions, self.shared, self.temporary):
            made.mkdir()

    def hand_in(self, name, program, settings):
        """The folder of a submission with one program."""
        place = self.submissions / name
        place.mkdir()
        (place / "program.py").write_text(program, encoding="utf-8")
        (place / "grade.toml").write_text(settings, encoding="utf-8")
        return place


def class_rows(reports, key="folder"):
    """class.csv by a column, in its order."""
    with open(reports / "class.csv", newline="", encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file, strict=True)}


def reference(program="server"):
    return (ZOO / f"reference_{program}.py").read_text(encoding="utf-8")


def wait_until(condition, what):
    until = time.monotonic() + RUN_LIMIT_S
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"it never came: {what}")
        time.sleep(0.01)


def is_alive(pid):
    """Whether the process with this number, a text, has not ended."""
    try:
        return "Z" not in Path("/proc", pid, "stat").read_text(encoding="utf-8").rsplit(")", 1)[1]
    except OSError:
        return False


def processes(what="cmdline"):
    """What /proc has of each process under that name, by its number."""
    found = {}
    for file in Path("/proc").glob(f"[0-9]*/{what}"):
        try:
            found[int(file.parent.name)] = file.read_bytes()
        except OSError:
            pass  # it has ended
    return found


def pid_of(*command):
    """The process with this command line, if there is one."""
    wanted = "\0".join(command).encode() + b"\0"
    return next((pid for pid, words in processes().items() if words == wanted), None)


def why_no_sandbox():
    """What parley-conform says where it can make none; else nothing."""
    run = subprocess.run([conform, "server", "--exec", "true", "--sandbox", "on", "--only", "R4.1"], cwd=EXAMPLES,
                         capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
    return run.stderr.strip() if "no sandbox can be made" in run.stderr else ""


def main(needs_sandbox=False):
    """Where a sandbox is needed and cannot be made, the test ends as one that is skipped."""
    global conform
    conform = os.path.abspath(sys.argv.pop(1))
    if needs_sandbox and (reason := why_no_sandbox()):
        print("skipped:", reason, file=sys.stderr)
        sys.exit(77)
    unittest.main(module="__main__")
