#!/usr/bin/env python3
"""Reports as files: who reads them, paths that cannot be written, a standard output that takes nothing; the run's budget.

    reports_test.py CONFORM       CONFORM is the program parley-conform
"""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import support
from support import ROOT, RUN_LIMIT_S, SAMPLES, ConformTest

NOBODY = ["server", "127.0.0.1:1"]  # where nobody listens: the shortest run
FORMATS = ["tap", "junit", "markdown", "gradescope", "autolab", "prairielearn", "vpl", "json", "html"]
NOT_WRITTEN = 5


class Reports(ConformTest):
    def judge_sample(self, sample, *options):
        report = self.folder / f"{sample}.tap"
        run = self.run_conform("server", "--exec", f"exec python3 {SAMPLES / sample / 'server.py'} {{port}}", "--receipt-time", "5", "--only",
                          "R4.1,D2.1,D1.4", "--tap", report, *options)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        return report

    def prove(self, report):
        if not shutil.which("prove"):
            self.skipTest("no prove here, which is in Debian's perl")
        run = subprocess.run(["prove", "-v", "-e", "cat", report], capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
        self.assertNotIn("Parse errors", run.stdout)
        return run

    def test_prove_reads_tap(self):
        good = self.prove(self.judge_sample("python-server"))
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        self.assertIn("All tests successful", good.stdout)
        bad = self.prove(self.judge_sample("python-mistakes"))
        self.assertNotEqual(bad.returncode, 0)
        self.assertRegex(bad.stdout, r"Failed 1/\d+ subtests\s+\(less \d+ skipped subtest")
        known = self.folder / "known"
        known.write_text("D2.1\n", encoding="utf-8")
        self.assertEqual(self.prove(self.judge_sample("python-mistakes", "--expect-fail", known)).returncode, 0)

    def test_every_format(self):
        options = [word for name in FORMATS for word in (f"--{name}", self.folder / name)]
        run = self.run_conform(*NOBODY, *options, env=os.environ | {"VPL_GRADEMAX": "10"})
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertIn("0 passed", run.stdout, "the console has its report, too")
        for name in FORMATS:
            self.assertTrue((self.folder / name).read_text(encoding="utf-8"), name)
        for name in ("gradescope", "prairielearn", "json"):
            json.loads((self.folder / name).read_text(encoding="utf-8"))

    def test_a_path_is_tried_before_the_run(self):
        old = self.folder / "old.json"
        old.write_text("old", encoding="utf-8")
        closed = self.folder / "file" / "x.html"
        (self.folder / "file").write_text("", encoding="utf-8")
        taken = self.folder / "socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(taken))
        for path in (self.folder / "nowhere" / "x.html", self.folder, closed, taken, "/dev/full"):
            with self.subTest(path=path):
                run = self.run_conform(*NOBODY, "--json", old, "--tap", self.folder / "new.tap", "--html", path)
                self.assertEqual(run.returncode, 2)
                self.assertIn(f"cannot write {path}: ", run.stderr)
                self.assertEqual(old.read_text(encoding="utf-8"), "old")
                self.assertFalse((self.folder / "new.tap").exists())
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for arguments in (NOBODY, ["server", "--exec", "true", "--watch"]):
            run = self.run_conform(*arguments, "--tap", fifo)
            self.assertEqual((run.returncode, run.stderr), (2, f"parley-conform: cannot write {fifo}: nobody reads this FIFO\n"))
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.assertEqual(self.run_conform(*NOBODY, "--html", closed, "--tap", fifo).returncode, 2)
        self.assertEqual(self.run_conform(*NOBODY, "--tap", fifo).returncode, 3)
        self.assertTrue(os.read(reader, 1000).startswith(b"TAP version 13\n"))
        os.close(reader)
        for path in ("/dev/stdout", "/dev/fd/1", "-"):
            self.assertTrue(self.run_conform(*NOBODY, "--tap", path).stdout.startswith("TAP version 13\n"), path)
        self.assertEqual(self.run_conform(*NOBODY, "--tap", "/dev/null").returncode, 3)
        link = self.folder / "link"
        link.symlink_to(self.folder / "target")
        self.assertEqual(self.run_conform(*NOBODY, "--json", link).returncode, 3)
        self.assertTrue(link.is_symlink() and (self.folder / "target").is_file())

    def test_two_reports_want_one_file(self):
        for one, other in (("x", "./x"), ("-", "-")):
            run = self.run_conform(*NOBODY, "--json", one, "--tap", other, cwd=self.folder)
            self.assertEqual(run.returncode, 2)
            self.assertIn("give each its own file", run.stderr)

    def test_the_others_are_written_when_one_cannot_be(self):
        (self.folder / "gone").mkdir()
        lost = self.folder / "gone" / "a.json"
        run = self.run_conform("server", "--exec", f"rmdir {lost.parent}", "--only", "R4.1", "--tap", self.folder / "a.tap", "--gradescope", lost,
                          "--html", self.folder / "a.html")
        self.assertEqual(run.returncode, NOT_WRITTEN)
        self.assertEqual(run.stderr, f"parley-conform: cannot write {lost}: No such file or directory\n")
        self.assertIn("0 passed", run.stdout)
        self.assertIn("</html>", (self.folder / "a.html").read_text(encoding="utf-8"))
        self.assertIn("1..", (self.folder / "a.tap").read_text(encoding="utf-8"))

    def test_a_class_is_judged_to_its_end(self):
        for name in ("one", "two"):
            (self.folder / "class" / name).mkdir(parents=True)
            (self.folder / "class" / name / "grade.toml").write_text('[server]\nstart = "false"\n', encoding="utf-8")
        grade = ["grade", self.folder / "class", "--only", "R4.1", "--sandbox", "off"]
        reports = self.folder / "class" / "reports"
        (reports / "one-server.json").mkdir(parents=True)
        # What was handed in as a folder of that name leads nowhere, and holds nobody up.
        victim = self.folder / "victim"
        victim.write_text("untouched", encoding="utf-8")
        for name in ("lecture.html", "two-server.md"):
            (reports / name).symlink_to(victim)
        os.mkfifo(reports / "one-server.html")
        run = self.run_conform(*grade)
        self.assertEqual(victim.read_text(encoding="utf-8"), "untouched")
        self.assertEqual(run.returncode, NOT_WRITTEN, run.stderr)
        self.assertEqual(run.stderr, f"parley-conform: cannot write {reports}/one-server.json: Is a directory\n")
        for name in ("one-server.html", "two-server.json", "two-server.md", "class.csv"):
            self.assertTrue((reports / name).is_file(), name)
        (reports / "class.csv").unlink()
        (reports / "class.csv").mkdir()
        run = self.run_conform(*grade)
        self.assertEqual((run.returncode, run.stdout), (2, ""), "before anything is judged")
        self.assertIn(f"cannot write {reports}/class.csv: Is a directory", run.stderr)

    def test_a_full_standard_output_is_an_error(self):
        (self.folder / "class" / "one").mkdir(parents=True)
        (self.folder / "class" / "one" / "grade.toml").write_text("", encoding="utf-8")
        for arguments in (NOBODY, [*NOBODY, "--tap", "-"], ["server", "--list"], ["--help"], ["client", "--help"], ["--version"],
                          ["grade", self.folder / "class"]):
            with self.subTest(arguments=arguments), open("/dev/full", "w", encoding="utf-8") as full:
                run = self.run_conform(*arguments, stdout=full)
                self.assertEqual(run.returncode, NOT_WRITTEN, run.stderr)
                self.assertEqual(run.stderr.splitlines()[-1], "parley-conform: standard output does not take what is to be printed")

    def test_the_budget_bounds_the_start(self):
        for half, command in (("server", "sleep 50"), ("client", "sleep 50; echo {port}")):
            with self.subTest(half=half):
                began = time.monotonic()
                run = self.run_conform(half, "--exec", command, "--budget", "0.3", "--timeout", "20", "--only", "R4.1" if half == "server" else "C1.1")
                self.assertEqual(run.returncode, 3, run.stdout + run.stderr)
                self.assertIn("The time for the whole run was used up.", " ".join(run.stdout.split()))
                self.assertLess(time.monotonic() - began, 15)

    def test_visibility(self):
        report = self.folder / "results.json"
        self.run_conform(*NOBODY, "--only", "R4.1,D2.1", "--visibility", "after_published,D2=hidden", "--gradescope", report)
        results = json.loads(report.read_text(encoding="utf-8"))
        self.assertEqual(results["visibility"], "after_published")
        self.assertEqual([test["visibility"] for test in results["tests"] if test["name"].startswith("D2.1")], ["hidden"])
        self.assertEqual({test["visibility"] for test in results["tests"]}, {"after_published", "hidden"})
        for word, said in (("sometimes", "is not visible, after_due_date"), ("Z=hidden", "'Z' names no case"), ("=hidden", "names no case")):
            run = self.run_conform(*NOBODY, "--visibility", word)
            self.assertEqual(run.returncode, 2)
            self.assertIn(said, run.stderr)

    def test_the_suite_alone_needs_little(self):
        """What setup.sh installs, and nothing else: the packages of the other programs are not looked for."""
        if not shutil.which("cmake") or not shutil.which("ninja"):
            self.skipTest("no cmake or ninja here")
        hidden = ["spdlog", "doctest"]
        lacking = ["ASIO_INCLUDE_DIR", "CURSES_INCLUDE_DIR", "TINFO_LIBRARY"]
        build = ["-S", ROOT, "-B", self.folder, "-G", "Ninja", *(f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in hidden),
                 *(f"-D{name}={name}-NOTFOUND" for name in lacking)]
        run = subprocess.run(["cmake", *build, "-DPARLEY_CONFORMANCE=ONLY"], capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        commands = json.loads((self.folder / "compile_commands.json").read_text(encoding="utf-8"))
        folders = {Path(command["file"]).relative_to(ROOT).parts[0] for command in commands if Path(command["file"]).is_relative_to(ROOT)}
        self.assertLessEqual(folders, {"base", "protocol", "tests"} | {self.folder.name})
        for command in commands:
            with self.subTest(file=command["file"]):
                self.assertNotRegex(command["command"], "spdlog|doctest")
        run = subprocess.run(["cmake", *build, "-DPARLEY_CONFORMANCE=maybe"], capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
        self.assertIn("it can be ON or ONLY", " ".join(run.stderr.split()))


if __name__ == "__main__":
    support.main()
