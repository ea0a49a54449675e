#!/usr/bin/env python3
"""A class is judged in parallel, its results come one by one, a run can be ended and resumed.

    class_run_test.py CONFORM       CONFORM is the program parley-conform
"""

import json
import os
import pty
import secrets
import signal
import socket
from pathlib import Path

import support
from support import PYTHON, RUN_LIMIT_S, SAMPLES, ClassTest, class_rows, free_port, pid_of, processes, wait_until, why_no_sandbox

SERVER = (SAMPLES / "python-server/server.py").read_text(encoding="utf-8")
FEW = ["--only", "R4.1-two-sockets"]

# Each counts its starts in its file in the shared folder.
COUNTS = """
import os, sys, time
with open("SHARED/" + os.path.basename(os.getcwd()), "a") as file:
    file.write("x")
"""
# Listens when all the others have come, too.
WAITS_FOR_OTHERS = COUNTS + """
while len(os.listdir("SHARED")) < OTHERS:
    time.sleep(0.01)
"""
WAITS_TO_GO = COUNTS + """
while not os.path.exists("SHARED/go"):
    time.sleep(0.01)
"""
# Tells when another submission has begun, and its row is not there yet.
IS_ALONE = COUNTS + """
others = set(os.listdir("SHARED")) - {os.path.basename(os.getcwd())}
rows = open("SHARED/../reports/class.csv").readlines()
if any("Not judged yet." in row and other in row for row in rows for other in others):
    open("SHARED/met", "w").close()
"""
# Ignores all that can be ignored, with a child that has left its session.
HANGS = COUNTS + """
import signal
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
open("SHARED/pids", "a").write(f"{os.getpid()} ")
time.sleep(100)
"""


def has_child(run):
    return any(file.read_text(encoding="utf-8") for file in Path(f"/proc/{run.pid}/task").glob("*/children"))


class ClassRun(ClassTest):
    def add(self, name, begin=COUNTS, more=""):
        return self.hand_in(name, begin.replace("SHARED", str(self.shared)) + SERVER,
                            f'[server]\nstart = "{PYTHON} program.py {{port}}"\n{more}')

    def start(self, *arguments, **more):
        """The run has a folder of its own for temporary files."""
        return self.start_conform(*arguments, cwd=self.folder, env=os.environ | {"TMPDIR": str(self.temporary)}, **more)

    def start_grade(self, *options, **more):
        sandbox = [] if "--sandbox" in options else ["--sandbox", "off"]
        return self.start("grade", self.submissions, "--output", self.output, *sandbox, "--timeout", "1", *FEW, *options, **more)

    def grade(self, *options, codes=(0, 1), **more):
        return self.end(self.start_grade(*options, **more), *codes)

    def rows(self):
        return list(class_rows(self.output).values())

    def problems(self):
        return {row["folder"]: row["problem"] for row in self.rows()}

    def hangs(self):
        """Whether the one that does is there, with its child."""
        pids = self.shared / "pids"
        return pids.exists() and len(pids.read_text(encoding="utf-8").split()) == 2

    def starts(self, name):
        return len((self.shared / name).read_text(encoding="utf-8"))

    def assert_nothing_is_left(self, run):
        mark = f"PARLEY_CONFORM_PROGRAM={run.pid}-".encode()
        if (self.shared / "pids").exists():
            self.assert_ended((self.shared / "pids").read_text(encoding="utf-8").split())
        self.assertEqual([pid for pid, environment in processes("environ").items() if mark in environment], [])
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_submissions_are_judged_at_the_same_time(self):
        names = ["dan", "ada", "eve", "bob"]
        for name in names:
            self.add(name, WAITS_FOR_OTHERS.replace("OTHERS", str(len(names))))
        printed, _ = self.grade("--jobs", len(names))
        self.assertEqual([row["folder"] for row in self.rows()], sorted(names))
        for row in self.rows():
            self.assertEqual((row["problem"], row["score"]), ("", row["max_score"]))
            self.assertEqual(printed.count(f"{row['folder']}, server: "), 1, printed)

    def test_who_has_a_port_of_its_own_is_alone_outside_of_sandboxes(self):
        ports = [free_port(), free_port()]
        for number in (0, 1):
            place = self.add(f"ada{number}", IS_ALONE, f"port = {ports[number]}\n")
            program = place / "program.py"
            program.write_text(program.read_text(encoding="utf-8").replace("int(sys.argv[1])", str(ports[number])), encoding="utf-8")
        self.grade("--jobs", "8")
        self.assertEqual(self.problems(), {"ada0": "", "ada1": ""})
        self.assertFalse((self.shared / "met").exists(), "both were there at the same time")

    def test_results_come_as_they_are_found(self):
        self.add("first", WAITS_TO_GO)
        self.add("second")
        run = self.start_grade("--jobs", "2")
        wait_until(lambda: (self.output / "class.csv").exists() and self.problems()["second"] == "", "the second row")
        self.assertEqual(self.problems()["first"], "Not judged yet.")
        self.assertIn("Not judged yet.", (self.output / "class.html").read_text(encoding="utf-8"))
        self.assertTrue((self.output / "second-server.html").is_file())
        self.assertEqual(run.stdout.readline().split(":")[0], "second, server")
        self.assertIn("another run writes to", self.end(self.start_grade(), 2)[1])
        (self.shared / "go").touch()
        run.communicate(timeout=RUN_LIMIT_S)
        self.assertEqual(self.problems(), {"first": "", "second": ""})

    def test_resume_judges_what_has_changed_and_nothing_else(self):
        ada, _ = self.add("ada"), self.add("bob")

        def starts_since(before):
            return {name: self.starts(name) - before.get(name, 0) for name in ("ada", "bob")}

        self.grade()
        before = starts_since({})
        files = {name: (self.output / name).read_bytes() for name in ("class.csv", "class.html")}
        self.assertTrue(all(before.values()))

        _, errors = self.grade("--resume", "--jobs", "1")
        self.assertEqual(starts_since(before), {"ada": 0, "bob": 0})
        self.assertEqual({name: (self.output / name).read_bytes() for name in files}, files)
        self.assertIn("trusts reports that the submissions could write", errors)

        with open(ada / "program.py", "a", encoding="utf-8") as file:
            file.write("# changed\n")
        os.truncate(self.output / "bob-server.json", 100)
        self.grade("--resume")
        self.assertEqual({name: count > 0 for name, count in starts_since(before).items()}, {"ada": True, "bob": True})

        before = starts_since({})
        self.grade("--resume", "--seed", "2")
        self.assertEqual({name: count > 0 for name, count in starts_since(before).items()}, {"ada": True, "bob": True})
        (self.output / ".judged" / "ada-server.json").write_text("[" * 100_000, encoding="utf-8")
        before = starts_since({})
        self.grade("--resume", "--seed", "2")
        self.assertEqual({name: count > 0 for name, count in starts_since(before).items()}, {"ada": True, "bob": False})

    def end_and_resume(self, number, run, lose=None):
        wait_until(lambda: (self.output / "class.csv").exists() and self.problems()["ada"] == "", "the first row")
        wait_until(self.hangs, "the one that hangs")
        lose() if lose else run.send_signal(number)
        if run.stdout:
            run.communicate(timeout=RUN_LIMIT_S)
        self.assertEqual(run.wait(RUN_LIMIT_S), 128 + number)
        self.assertEqual(self.problems(), {name: "" if name == "ada" else f"Not run: the run was ended by {signal.Signals(number).name}."
                                           for name in ("ada", "bob", "eve")})
        self.assert_nothing_is_left(run)
        if lose:
            return
        started = self.starts("ada")
        (self.submissions / "bob" / "program.py").write_text(SERVER, encoding="utf-8")
        self.grade("--resume")
        self.assertEqual(self.starts("ada"), started)
        self.assertEqual(self.problems(), {"ada": "", "bob": "", "eve": ""})

    def test_a_name_that_is_too_long_for_a_file_has_reports_all_the_same(self):
        names = ["a" * 250, "bob"]
        for name in names:
            self.add(name)
        self.grade()
        self.assertEqual(self.problems(), dict.fromkeys(names, ""))
        starts = [self.starts(name) for name in names]
        self.grade("--resume")
        self.assertEqual([self.starts(name) for name in names], starts)

    def add_three(self):
        self.add("ada")
        self.add("bob", HANGS)
        self.add("eve")

    def test_a_run_that_is_ended_tells_what_it_knows_and_can_go_on(self):
        self.add_three()
        self.end_and_resume(signal.SIGTERM, self.start_grade("--jobs", "1"))

    def test_a_terminal_that_is_lost(self):
        self.add_three()
        ours, terminal = pty.openpty()
        run = self.start_grade("--jobs", "1", stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
                               preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
        os.close(terminal)
        self.end_and_resume(signal.SIGHUP, run, lambda: os.close(ours))

    def test_a_sandbox_that_is_ended_leaves_nothing(self):
        self.add_three()
        self.folder.chmod(0o755)  # another user walks through it
        length = f"60.{secrets.randbelow(10**9)}"
        run = self.start("grade", self.submissions, "--output", self.output, "--sandbox", "auto", "--build", f"sleep {length}")
        wait_until(lambda: pid_of("sleep", length), "the build")
        run.send_signal(signal.SIGINT)
        self.end(run, 128 + signal.SIGINT)
        self.assertEqual(set(self.problems().values()), {"Not run: the run was ended by SIGINT."})
        self.assert_nothing_is_left(run)

    def test_a_signal_at_the_first_moment_leaves_nothing(self):
        if reason := why_no_sandbox():
            self.skipTest(reason)  # there would be no temporary folder
        self.add("a", WAITS_TO_GO)  # it is not over before it is looked at
        self.folder.chmod(0o755)  # a sandbox's user has to get there
        run = self.start_grade("--sandbox", "auto")
        wait_until(lambda: any(self.temporary.iterdir()), "a temporary folder")
        run.send_signal(signal.SIGINT)
        self.end(run, 128 + signal.SIGINT)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_reports_of_another_run_are_no_submission(self):
        self.add("a")
        self.grade()
        self.output.rename(self.submissions / "old")
        self.grade()
        self.assertEqual([row["folder"] for row in self.rows()], ["a"])

    def test_one_program(self):
        hangs = self.add("hangs", HANGS)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            for subject in (["client", "--exec", "sleep 100 {port}"], ["server", "--exec", f"{PYTHON} {hangs}/program.py {{port}}"],
                            ["server", address, "--timeout", "100"]):
                with self.subTest(subject=subject):
                    report = self.folder / "report.json"
                    report.unlink(missing_ok=True)
                    run = self.start(*subject, "--json", report)
                    if subject[1] == address:
                        silent.accept()[0].close()
                    elif subject[0] == "server":
                        wait_until(self.hangs, "the program")
                    else:
                        wait_until(lambda: has_child(run), "the program")
                    run.send_signal(signal.SIGTERM)
                    self.end(run, 128 + signal.SIGTERM)
                    results = json.loads(report.read_text(encoding="utf-8"))["results"]
                    self.assertEqual({result["reason"] for result in results}, {"Not run: the run was ended by SIGTERM."})
                    self.assert_nothing_is_left(run)

    def test_a_reader_that_stands_still_or_goes(self):
        self.add("ada")
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while os.write(writer, b"x" * 4096):
                pass
        except BlockingIOError:
            os.set_blocking(writer, True)
        run = self.start("server", "--exec", "sleep 100 {port}", stdout=writer)
        os.close(writer)
        wait_until(lambda: has_child(run), "the program")
        # The first signal may find it where it cannot stop.
        wait_until(lambda: run.poll() is not None or run.send_signal(signal.SIGTERM), "its end")
        self.assertEqual(run.poll(), 128 + signal.SIGTERM)
        os.close(reader)

        gone, writer = os.pipe()
        os.close(gone)
        self.grade(stdout=writer, codes=[5])
        os.close(writer)
        self.assertEqual(self.problems(), {"ada": ""})


if __name__ == "__main__":
    support.main()
