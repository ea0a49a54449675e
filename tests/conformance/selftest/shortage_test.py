#!/usr/bin/env python3
"""What this machine lacks costs nobody a grade, and what one submission takes is not taken from the others.

    shortage_test.py CONFORM       CONFORM is the program parley-conform
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import time

import support
from support import IS_ROOT, SAMPLES, ClassTest, class_rows

SERVER = (SAMPLES / "python-server/server.py").read_text(encoding="utf-8")
FEW = ["--only", "R4.1-two-sockets"]
OTHER_USER = ["--sandbox", "off", "--user", "61236"]

# Says FAILURE when it is called for the FIRSTth to the LASTth time, and is bwrap for the others.
FAKE_BWRAP = """#!/bin/sh
echo >> SHARED/calls
number=$(wc -l < SHARED/calls)
if [ $number -ge FIRST ] && [ $number -le LAST ]; then
  echo "bwrap: Creating new namespace failed: FAILURE" >&2
  exit 1
fi
exec BWRAP "$@"
"""
SHORTAGE = "Resource temporarily unavailable"
DEEP = """
import os
for i in range(1200):
    os.mkdir("d")
    os.chdir("d")
os.chmod(".", 0)
"""
HUNGRY = """
import os, time
for i in range(4):
    if os.fork() == 0:
        food = b"x" * (40 << 20)
        time.sleep(100)
time.sleep(100)
"""
# Hangs in its first life.
SLOW_AT_FIRST = """
import os, time
if not os.path.exists("SHARED/slow"):
    open("SHARED/slow", "w").close()
    time.sleep(100)
"""


class Shortage(ClassTest):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.shared.chmod(0o777)

    def add(self, name, begin="", settings=""):
        return self.hand_in(name, begin.replace("SHARED", str(self.shared)) + SERVER,
                            settings + '[server]\nstart = "python3 -I -S program.py {port}"\n')

    def grade(self, *options, code=0, before=(), environment=None, **more):
        """What it said on stderr, and the rows by folder."""
        run = subprocess.run([*before, support.conform, "grade", self.submissions, "--output", self.output, *FEW, *options], capture_output=True,
                             text=True, env=os.environ | {"TMPDIR": str(self.temporary)} | (environment or {}), timeout=support.RUN_LIMIT_S,
                             check=False, **more)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        if self.temporary.is_dir():
            self.assertEqual(list(self.temporary.iterdir()), [], "something is left")
        if not (self.output / "class.csv").exists():
            return run.stderr, {}
        return run.stderr, class_rows(self.output)

    def assert_all_points(self, row):
        self.assertEqual((row["problem"], row["score"]), ("", "1"))

    def assert_not_judged(self, row):
        self.assertRegex(row["problem"], "^Not judged: .*That is this machine's fault")
        self.assertEqual((row["score"], row["max_score"], row["failed"]), ("", "", ""))
        self.assertEqual(list(self.output.glob(row["folder"] + "-server.*")), [], "an older verdict")

    def remark(self, name):
        return json.loads((self.output / f"{name}-server.json").read_text(encoding="utf-8"))["totals"]["verdict"]

    def fake_bwrap(self, first, last, failure=SHORTAGE):
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        text = FAKE_BWRAP
        for key, value in {"SHARED": self.shared, "FIRST": first, "LAST": last, "FAILURE": failure, "BWRAP": shutil.which("bwrap")}.items():
            text = text.replace(key, str(value))
        (programs / "bwrap").write_text(text, encoding="utf-8")
        (programs / "bwrap").chmod(0o755)
        return {"PATH": f"{programs}:{os.environ['PATH']}"}

    def test_a_sandbox_that_cannot_be_tried_now_is_tried_again(self):
        self.add("ada", begin="import os, sys\nif os.getcwd() != '/submission':\n    sys.exit('there is no sandbox')\n")
        errors, rows = self.grade(environment=self.fake_bwrap(1, 2))
        self.assertEqual(errors, "")
        self.assert_all_points(rows["ada"])

    def test_without_one_nobody_is_judged_unless_it_is_forbidden(self):
        self.add("ada")
        for failure in (SHORTAGE, "Nobody knows why"):
            with self.subTest(failure=failure):
                (self.shared / "calls").unlink(missing_ok=True)
                errors, rows = self.grade(code=4, environment=self.fake_bwrap(1, 999, failure))
                self.assertIn(f"no sandbox can be made now: 'bwrap: Creating new namespace failed: {failure}'", errors)
                self.assertEqual(rows, {})

    def test_a_sandbox_that_fails_later_costs_no_points(self):
        self.add("ada")
        errors, rows = self.grade("--jobs", "1", environment=self.fake_bwrap(2, 2))
        self.assertEqual(errors, "")
        self.assert_all_points(rows["ada"])
        self.assertIn("Judged again alone, since beside others there was no verdict.", self.remark("ada"))

    def test_who_could_not_be_judged_is_judged_when_the_run_is_resumed(self):
        for name in ("ada", "bob"):
            self.add(name)
        self.grade()
        errors, rows = self.grade(code=4, environment=self.fake_bwrap(2, 999))
        self.assertIn("2 programs were not judged, and class.csv says why", errors)
        for row in rows.values():
            self.assert_not_judged(row)
        _, rows = self.grade("--resume")
        for row in rows.values():
            self.assert_all_points(row)

    def test_whose_time_was_used_up_beside_others_is_judged_again_alone(self):
        self.add("ada")
        self.add("bob", SLOW_AT_FIRST)
        _, rows = self.grade("--sandbox", "off", "--jobs", "2", "--budget", "2")
        for row in rows.values():
            self.assert_all_points(row)
        self.assertIn("Judged again alone, since its time was used up beside others.", self.remark("bob"))
        self.assertNotIn("alone", self.remark("ada"))

    def test_a_folder_for_temporary_files_that_is_no_use(self):
        self.add("ada")
        nowhere = self.folder / "nowhere"
        errors, _ = self.grade(code=2, environment={"TMPDIR": str(nowhere)})
        self.assertIn(f"there is no folder for temporary files: {nowhere}; set TMPDIR", errors)
        if not IS_ROOT:
            return
        closed = self.folder / "closed"
        (closed / "temporary").mkdir(parents=True)
        closed.chmod(0o700)
        for options in ([], OTHER_USER):
            errors, _ = self.grade(*options, code=2, environment={"TMPDIR": str(closed / "temporary")})
            self.assertIn(f"cannot enter the folder for temporary files {closed / 'temporary'}; ", errors)
            self.assertEqual(list((closed / "temporary").iterdir()), [])

    def test_a_disk_that_is_full(self):
        if not IS_ROOT:
            self.skipTest("only root can mount a small one")
        place = self.add("ada")
        (place / "data").write_bytes(b"x" * 100_000)
        mount = f"mount -t tmpfs -o size=64k,mode=755 none {self.temporary} && exec \"$@\""
        _, rows = self.grade(*OTHER_USER, code=4, before=["unshare", "-m", "sh", "-c", mount, "sh"])
        self.assert_not_judged(rows["ada"])
        self.assertIn("No space left on device", rows["ada"]["problem"])
        # In a sandbox nothing is copied there.
        _, rows = self.grade(before=["unshare", "-m", "sh", "-c", mount, "sh"])
        self.assert_all_points(rows["ada"])

    def test_folders_in_each_other_without_end_are_removed(self):
        for options in ([], OTHER_USER if IS_ROOT else []):
            shutil.rmtree(self.submissions)
            self.submissions.mkdir()
            (self.add("ada", settings='build = "python3 deep.py"\n') / "deep.py").write_text(DEEP, encoding="utf-8")
            few = 300
            _, rows = self.grade(*options, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few)))
            self.assert_all_points(rows["ada"])

    def test_nobody_fails_on_a_machine_that_is_never_quiet(self):
        place = self.add("ada")
        (place / "program.py").write_text(SERVER.replace("REGISTERED", "REGISTRED"), encoding="utf-8")
        run = self.start_conform("grade", self.submissions, "--output", self.output, *FEW, "--sandbox", "off")
        until = time.monotonic() + support.RUN_LIMIT_S
        while run.poll() is None and time.monotonic() < until:
            for number, pause in ((signal.SIGSTOP, 0.6), (signal.SIGCONT, 0.05)):
                run.send_signal(number)
                time.sleep(pause)
        self.assertIn("1 program was not judged", self.end(run, 4)[1])
        row, = class_rows(self.output).values()
        self.assert_not_judged(row)
        self.assertRegex(row["problem"], "the machine was too busy: in R4.1-two-sockets the suite was [0-9]+ ms late")

    def test_what_processes_have_together_is_bounded(self):
        self.add("ada", HUNGRY)
        self.add("bob")
        _, rows = self.grade("--memory", "100", code=1)
        self.assertIn("was ended: all that this submission ran had more than 100 MiB of memory together", rows["ada"]["problem"])
        self.assert_all_points(rows["bob"])


if __name__ == "__main__":
    support.main(needs_sandbox=True)
