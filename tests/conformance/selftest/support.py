"""What the tests of parley-conform stand on.

A test file ends with `support.main()` and is run as `X_test.py CONFORM [names of tests]`; CONFORM is the program
parley-conform.
"""

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
sys.path.insert(0, str(ZOO))
# Whoever runs the tests may have site packages that take longer than all else of a start; few programs need any.
PYTHON = shlex.join([sys.executable, "-I", "-S"])

conform = "parley-conform"  # main() knows where


class ConformTest(unittest.TestCase):
    """With a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_conform(self, *arguments, **settings):
        """Runs it to its end."""
        return subprocess.run([conform, *map(str, arguments)], timeout=RUN_LIMIT_S, check=False, text=True, errors="replace",
                              **{"capture_output": True} | settings)

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


def skip_without_sandbox(program):
    """Ends this test, as one that is skipped, where parley-conform can make no sandbox."""
    run = subprocess.run([program, "server", "--exec", "true", "--sandbox", "on", "--only", "R4.1"], cwd=EXAMPLES,
                         capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
    if "no sandbox can be made" in run.stderr:
        print("skipped:", run.stderr.strip(), file=sys.stderr)
        sys.exit(77)


def main():
    global conform
    conform = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")
