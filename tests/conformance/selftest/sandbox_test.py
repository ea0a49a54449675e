#!/usr/bin/env python3
"""Submissions with a port in their source, and hostile ones: what a sandbox gives them, and what it keeps from them.

    sandbox_test.py CONFORM [Ports|Inside|Costs]      CONFORM is the program parley-conform; exits with 77 where it can make
                                                      no sandbox
"""

import ast
import csv
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import support

CONFORM = "parley-conform"
RUN_LIMIT_S = 150
EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "grading"
FEW = ["--only", "R4.1,D1.1", "--jobs", "4"]
FEW_OF_A_CLIENT = ["--only", "C1.1,C2.1", "--jobs", "4"]

# Says what it can do, and leaves: what it prints is in class.csv. {…} is filled in by probe().
PROBE = """
import glob, os, socket
def can_write(path):
    try:
        open(path, "w").close()
        return True
    except OSError:
        return False
def can_connect(address):
    try:
        socket.create_connection(address, timeout=2).close()
        return True
    except OSError:
        return False
print({
    "writes": [name for name, path in WRITES.items() if can_write(os.path.expanduser(path))],
    "reads": [name for name, path in READS.items() if glob.glob(path)],
    "reaches": [port for port in PORTS if can_connect(("127.0.0.1", port))],
    "interfaces": [name for _, name in socket.if_nameindex()],
    "processes": len(glob.glob("/proc/[0-9]*")),
    "secret": os.environ.get("SECRET_OF_THE_GRADER"),
})
"""
BOMB = """
import os, time
count = 0
try:
    while count < 200:
        if os.fork() == 0:
            time.sleep(100)
        count += 1
except OSError:
    pass
print(f"({count})", flush=True)
os._exit(1)
"""
# Forks for as long as it is let, with all its children, and leaves some of the processor to the other tests.
ENDLESS_BOMB = """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.05)
"""


def pid_of(*command):
    """The process with this command line, if there is one."""
    wanted = "\0".join(command).encode() + b"\0"
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if file.read_bytes() == wanted:
                return int(file.parent.name)
        except OSError:
            pass  # it has ended
    return None


def free_port():
    """Below those that the system gives away, which may be somebody's a moment later."""
    while True:
        try:
            with socket.create_server(("", 10_000 + secrets.randbelow(20_000))) as listener:
                return listener.getsockname()[1]
        except OSError:
            pass  # somebody has it


def sample(name, port=None):
    """The source of one, with a port in it instead of the one that it is told."""
    text = (EXAMPLES / "submissions" / name).read_text(encoding="utf-8")
    if port is None:
        return text
    text = text.replace("name, host, port = sys.argv[1:]", f"name, host, port = *sys.argv[1:], {port}")
    return text.replace("int(sys.argv[1])", str(port))


class Sandboxed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.submissions = self.folder / "submissions"
        self.submissions.mkdir()

    def taken_port(self):
        """Somebody listens on it for the whole test, out here."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def add(self, name, source, settings):
        (self.submissions / name).mkdir()
        (self.submissions / name / "program.py").write_text(source, encoding="utf-8")
        (self.submissions / name / "grade.toml").write_text(settings, encoding="utf-8")

    def add_server(self, name, source, more=""):
        self.add(name, source, f'[server]\nstart = "python3 program.py {{port}}"\n{more}')

    def begin(self, *options, output="reports", conform=None, **more):
        return subprocess.Popen([conform or CONFORM, "grade", self.submissions, "--output", self.folder / output, *options],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def end(self, run, output="reports"):
        """What it said on stderr, and class.csv by the submission's name."""
        printed, errors = run.communicate(timeout=RUN_LIMIT_S)
        self.assertIn(run.returncode, (0, 1), printed + errors)
        with open(self.folder / output / "class.csv", newline="", encoding="utf-8") as file:
            return errors, {row["folder"]: row for row in csv.DictReader(file, strict=True)}

    def grade(self, *options, **more):
        return self.end(self.begin(*options, **more))

    def assert_all_points(self, row):
        self.assertEqual(row["problem"], "")
        self.assertEqual(row["score"], row["max_score"])
        self.assertNotEqual(row["score"], "0")

    def survivor(self):
        """The command line of a process that hides from whoever looks for it, and the source of a server that starts it."""
        number = f"1000.{secrets.randbelow(10**9)}"
        hidden = f'import subprocess\nsubprocess.Popen(["env", "-i", "setsid", "sleep", "{number}"])\n'
        return ["sleep", number], hidden + sample("python-server/server.py").replace("from __future__ import annotations\n", "")


class Ports(Sandboxed):
    """Whoever has a port in its source may have it."""

    def test_servers_may_have_the_same_port_at_the_same_time(self):
        port = self.taken_port()
        for name in ("ada", "bob"):
            self.add(name, sample("python-server/server.py", port),
                     f'[server]\nstart = "python3 program.py"\nports = [{port}, 1]\n')
        runs = {output: self.begin("--sandbox", "on", *FEW, output=output) for output in ("one", "two")}
        for output, run in runs.items():
            for row in self.end(run, output)[1].values():
                self.assert_all_points(row)

    def test_a_client_may_have_its_port(self):
        port = self.taken_port()
        self.add("ada", sample("python-client/client.py", port),
                 f'[client]\nstart = "python3 program.py {{user}} {{host}}"\nports = [{port - 1}, {port}]\n')
        _, rows = self.grade("--sandbox", "on", *FEW_OF_A_CLIENT)
        self.assert_all_points(rows["ada"])

    def test_a_client_that_needs_another_port_is_told_what_to_write(self):
        self.add("ada", sample("python-client/client.py", self.taken_port()), '[client]\nstart = "python3 program.py {user} {host}"\n')
        _, rows = self.grade("--sandbox", "on", *FEW_OF_A_CLIENT)
        self.assertIn("Its command has no {port}", rows["ada"]["problem"])

    def test_the_port_on_the_command_line(self):
        port = self.taken_port()
        (self.submissions / "program.py").write_text(sample("python-server/server.py", port), encoding="utf-8")
        for arguments, code, said in ((["--sandbox", "on"], 0, "5 passed"), (["--sandbox", "off"], 3, "in use by somebody else")):
            run = subprocess.run([CONFORM, "server", "--exec", "python3 program.py", "--port", str(port), *FEW, *arguments],
                                 cwd=self.submissions, capture_output=True, text=True, timeout=RUN_LIMIT_S, check=False)
            self.assertEqual(run.returncode, code, run.stdout + run.stderr)
            self.assertIn(said, " ".join(run.stdout.split()))

    def test_a_port_that_is_busy_is_named(self):
        port = self.taken_port()
        self.add("server", sample("python-server/server.py", port), f'[server]\nstart = "python3 program.py"\nport = {port}\n')
        self.add("client", sample("python-client/client.py", port),
                 f'[client]\nstart = "python3 program.py {{user}} {{host}}"\nport = {port}\n')
        _, rows = self.grade("--sandbox", "off", "--only", "R4.1,C1.1")
        for row in rows.values():
            self.assertIn(f"its port {port} is in use by somebody else", row["problem"])

    def test_a_server_that_listens_elsewhere_is_told_what_to_write(self):
        port = free_port()
        self.add("ada", sample("python-server/server.py", port), '[server]\nstart = "python3 program.py"\n')
        for choice in ("on", "off"):
            begin = time.monotonic()
            _, rows = self.grade("--sandbox", choice, *FEW)
            self.assertIn(f"it listens on {port}, not on ", rows["ada"]["problem"])
            self.assertIn(f"write port = {port} in its grade.toml", rows["ada"]["problem"])
            self.assertLess(time.monotonic() - begin, 15, "it need not be waited for as long as a server that is slow")

    def test_mistakes_in_a_port(self):
        for number, (line, said) in enumerate({"port = 0": "from 1 to 65535", "port = '5050'": "from 1 to 65535", "ports = 5050": "ports = [",
                                               "ports = []": "ports = [", "port = 1\nports = [1]": "ports = ["}.items()):
            self.add_server(str(number), "", line + f'\n# {said}\n')
        _, rows = self.grade("--only", "R4.1")
        for row in rows.values():
            said = (self.submissions / row["folder"] / "grade.toml").read_text(encoding="utf-8").split("# ")[1].strip()
            self.assertIn(said, row["problem"])


class Inside(Sandboxed):
    """What there is in a sandbox, and without one."""

    def probe(self, choice):
        port = self.taken_port()
        reports = self.folder / "reports"
        other = self.submissions / "other"
        if not other.exists():
            self.add_server("other", "import sys\nsys.exit('I am the other one')")
        writes = {"own": "x", "home": "~/x", "/tmp": "/tmp/" + self.folder.name + ".x", "/etc": "/etc/x", "/usr": "/usr/x",
                  "submission": str(self.submissions / "ada" / "x"), "other": str(other / "x"), "reports": str(reports / "x")}
        reads = {"submissions": str(self.submissions), "reports": str(reports), "suite": CONFORM,
                 "copies": str(Path(tempfile.gettempdir()) / "parley-conform.*"), "home": "/root/.[a-z]*"}
        facts = f"WRITES, READS, PORTS = {writes!r}, {reads!r}, {[port]!r}\n"
        shutil.rmtree(self.submissions / "ada", ignore_errors=True)
        self.add_server("ada", facts + PROBE)
        _, rows = self.grade("--sandbox", choice, *FEW, env=os.environ | {"SECRET_OF_THE_GRADER": "42"})
        printed = re.search(r"having printed: (\{.*\})", rows["ada"]["problem"])
        self.assertTrue(printed, rows["ada"]["problem"])
        self.assertIn("I am the other one", rows["other"]["problem"])
        for path in (Path("/tmp", self.folder.name + ".x"), Path.home() / "x"):
            if choice == "off":
                path.unlink(missing_ok=True)
            self.assertFalse(path.exists())
        return ast.literal_eval(printed.group(1)), port

    def test_what_is_in_a_sandbox(self):
        inside, _ = self.probe("on")
        self.assertEqual(inside["writes"], ["own", "home", "/tmp"])
        self.assertEqual(inside["reads"], [])
        self.assertEqual(inside["reaches"], [], "the network outside")
        self.assertEqual(inside["interfaces"], ["lo"])
        self.assertIsNone(inside["secret"])
        self.assertLess(inside["processes"], 5)
        self.assertFalse((self.submissions / "ada" / "x").exists(), "what was handed in has changed")

    def test_what_is_outside_of_one(self):
        """Otherwise the test before shows nothing."""
        if os.geteuid() == 0:
            self.skipTest("root's programs would write into the system's folders")
        outside, port = self.probe("off")
        for name in ("submission", "other", "reports"):
            self.assertIn(name, outside["writes"])
        for name in ("submissions", "reports", "suite"):
            self.assertIn(name, outside["reads"])
        self.assertEqual(outside["reaches"], [port])
        self.assertEqual(outside["secret"], "42")

    def test_what_may_be_visible_in_a_sandbox(self):
        shown = self.folder / "shown"
        shown.mkdir()
        self.folder.chmod(0o755)
        (shown / "secret").write_text("Hello from outside", encoding="utf-8")
        self.add_server("ada", f"import sys\nsys.exit(open({str(shown / 'secret')!r}).read())")
        for options, said in ([], "FileNotFoundError"), (["--visible", str(shown)], "Hello from outside"):
            _, rows = self.grade("--sandbox", "on", *FEW, *options)
            self.assertIn(said, rows["ada"]["problem"])
        # What holds it may be visible, but not what was handed in.
        self.add_server("bob", f"import glob, sys\nsys.exit(str(glob.glob({str(self.folder)!r} + '/*/*')))")
        _, rows = self.grade("--sandbox", "on", *FEW, "--visible", str(self.folder))
        self.assertIn(str(shown / "secret"), rows["bob"]["problem"])
        self.assertNotIn(str(self.submissions / "ada"), rows["bob"]["problem"])
        self.assertNotIn(str(self.folder / "reports"), rows["bob"]["problem"])

    def test_a_build_is_in_the_sandbox_too(self):
        port = self.taken_port()
        self.add("ada", sample("python-server/server.py"), f"""
build = "cp program.py built.py; ! (echo > /dev/tcp/127.0.0.1/{port}) && ! ls {self.submissions}"
[server]
start = "python3 built.py {{port}}"
""")
        _, rows = self.grade("--sandbox", "on", *FEW)
        self.assert_all_points(rows["ada"])
        self.assertFalse((self.submissions / "ada" / "built.py").exists(), "what was handed in has changed")

    def test_without_bubblewrap(self):
        """It is said, and what has a port in its source is judged all the same, one at a time."""
        port = free_port()
        self.add("ada", sample("python-server/server.py", port), f'[server]\nstart = "python3 program.py"\nport = {port}\n')
        programs = self.folder / "bin"
        programs.mkdir()
        self.folder.chmod(0o755)
        (programs / "python3").symlink_to(sys.executable)
        missing = "bwrap is not installed; apt-get install bubblewrap"
        def bwrap_says(what):
            (programs / "bwrap").write_text(f"#!/bin/sh\necho {what}\nexit 1\n", encoding="utf-8")
            (programs / "bwrap").chmod(0o755)

        environment = os.environ | {"PATH": str(programs)}
        for said in (missing, "No permissions for you"):
            errors, rows = self.grade(*FEW, env=environment)
            self.assert_all_points(rows["ada"])
            self.assertEqual(errors.count("\n"), 1, errors)
            self.assertIn(said, errors)
            bwrap_says("No permissions for you")
        for says, said in (("No permissions for you", "must let users"), ("Unknown option --size", "bwrap is too old")):
            bwrap_says(says)
            run = self.begin("--sandbox", "on", *FEW, env=environment)
            printed, errors = run.communicate(timeout=RUN_LIMIT_S)
            self.assertEqual((run.returncode, printed), (2, ""))
            self.assertIn("no sandbox can be made", errors)
            self.assertIn(said, errors)

    def test_without_root(self):
        if os.geteuid() != 0:
            self.skipTest("the other tests show it")
        port = self.taken_port()
        self.add("ada", sample("python-server/server.py", port), f'[server]\nstart = "python3 program.py"\nport = {port}\n')
        self.add_server("bob", "import os\nos.makedirs('closed', 0, exist_ok=True)\nprint(os.getuid())")
        copy = shutil.copy(CONFORM, self.folder / "parley-conform")
        user = 61235
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, user, user)
        _, rows = self.grade("--sandbox", "on", *FEW, conform=copy, user=user, group=user, extra_groups=[])
        self.assert_all_points(rows["ada"])
        self.assertIn(f"having printed: {user}", rows["bob"]["problem"])
        self.assertEqual(list(Path(tempfile.gettempdir()).glob("parley-conform.*/submission/closed")), [])

    def test_as_another_user_without_a_sandbox(self):
        if os.geteuid() != 0:
            self.skipTest("only root can run a program as somebody else")
        command, source = self.survivor()
        self.add_server("ada", source)
        self.add_server("bob", f"import os\nprint(os.getuid(), os.access({str(self.submissions)!r}, os.R_OK), os.environ['HOME'] == os.getcwd())")
        _, rows = self.grade("--sandbox", "off", "--user", "61235", *FEW)
        self.assert_all_points(rows["ada"])
        self.assertIn("having printed: 61235 False True", rows["bob"]["problem"])
        self.assertIsNone(pid_of(*command))


class Costs(Sandboxed):
    """What a submission does costs nobody else anything."""

    def test_nothing_outlives_a_sandbox(self):
        command, source = self.survivor()
        self.add_server("ada", source)
        _, rows = self.grade("--sandbox", "on", *FEW)
        self.assert_all_points(rows["ada"])
        self.assertIsNone(pid_of(*command))

    def test_outside_something_may_outlive_it(self):
        """Otherwise the test before shows nothing."""
        command, source = self.survivor()
        self.add_server("ada", source)
        self.grade("--sandbox", "off", *FEW)
        pid = pid_of(*command)
        self.assertIsNotNone(pid)
        os.kill(pid, signal.SIGKILL)

    def test_a_bomb_costs_its_own_row(self):
        self.add_server("counts", BOMB)
        self.add_server("endless", ENDLESS_BOMB)
        self.add_server("good", sample("python-server/server.py"))
        _, rows = self.grade("--sandbox", "on", "--processes", "50", "--budget", "10", *FEW)
        count = int(re.search(r"having printed: \((\d+)\)", rows["counts"]["problem"]).group(1))
        self.assertLess(count, 50)
        self.assertGreater(count, 20)
        self.assertIn("does not listen", rows["endless"]["problem"])
        self.assert_all_points(rows["good"])

    def test_how_it_ended_is_told_alike(self):
        self.add("signal", "", '[server]\nstart = "kill -SEGV $$"\n')
        self.add("code", "", '[server]\nstart = "exit 3"\n')
        for choice in ("on", "off"):
            _, rows = self.grade("--sandbox", choice, *FEW)
            self.assertIn("it was killed by signal 11 (Segmentation fault)", rows["signal"]["problem"])
            self.assertIn("it exited with code 3", rows["code"]["problem"])

    def test_the_verdicts_are_those_without_it(self):
        name = "python-mistakes"
        shutil.copytree(EXAMPLES / "submissions" / name, self.submissions / name)
        options = ["--receipt-time", "5", "--jobs", "8", "--only", "F2,R7,D2,D6"]
        runs = {choice: self.begin("--sandbox", choice, *options, output=choice) for choice in ("on", "off")}
        inside, outside = (self.end(run, choice)[1] for choice, run in runs.items())
        self.assertEqual(inside, outside)


if __name__ == "__main__":
    CONFORM = os.path.abspath(sys.argv.pop(1))
    support.skip_without_sandbox(CONFORM)
    unittest.main()
