#!/usr/bin/env python3
"""What there is in a sandbox, and without one.

    sandbox_inside_test.py CONFORM       CONFORM is the program parley-conform; exits with 77 where it can make no sandbox
"""

import ast
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import support
from sandboxed import FEW, Sandboxed, sample
from support import IS_ROOT, free_port, pid_of

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


class Inside(Sandboxed):
    def probe(self, choice):
        port = self.taken_port()
        reports = self.folder / "reports"
        other = self.submissions / "other"
        if not other.exists():
            self.add_server("other", "import sys\nsys.exit('I am the other one')")
        writes = {"own": "x", "home": "~/x", "/tmp": "/tmp/" + self.folder.name + ".x", "/etc": "/etc/x", "/usr": "/usr/x",
                  "submission": str(self.submissions / "ada" / "x"), "other": str(other / "x"), "reports": str(reports / "x")}
        reads = {"submissions": str(self.submissions), "reports": str(reports), "suite": support.conform,
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
        if IS_ROOT:
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
        self.hand_in("ada", sample("python-server/server.py"), f"""
build = "cp program.py built.py; ! (echo > /dev/tcp/127.0.0.1/{port}) && ! ls {self.submissions}"
[server]
start = "python3 built.py {{port}}"
""")
        _, rows = self.grade("--sandbox", "on", *FEW)
        self.assert_all_points(rows["ada"])
        self.assertFalse((self.submissions / "ada" / "built.py").exists(), "what was handed in has changed")

    def test_without_bubblewrap(self):
        """It is said, and what has a port in its source is judged all the same, one at a time."""
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
            # Each has a port of its own: the system may keep one for a minute when a server has left it.
            port = free_port()
            shutil.rmtree(self.submissions / "ada", ignore_errors=True)
            self.hand_in("ada", sample("python-server/server.py", port), f'[server]\nstart = "python3 program.py"\nport = {port}\n')
            errors, rows = self.grade(*FEW, env=environment)
            self.assert_all_points(rows["ada"])
            self.assertEqual(errors.count("\n"), 1, errors)
            self.assertIn(said, errors)
            bwrap_says("No permissions for you")
        for says, said in (("No permissions for you", "must let users"), ("Unknown option --size", "bwrap is too old")):
            bwrap_says(says)
            printed, errors = self.end(self.begin("--sandbox", "on", *FEW, env=environment), 2)
            self.assertEqual(printed, "")
            self.assertIn("no sandbox can be made", errors)
            self.assertIn(said, errors)

    def test_without_root(self):
        if not IS_ROOT:
            self.skipTest("the other tests show it")
        port = self.taken_port()
        self.hand_in("ada", sample("python-server/server.py", port), f'[server]\nstart = "python3 program.py"\nport = {port}\n')
        self.add_server("bob", "import os\nos.makedirs('closed', 0, exist_ok=True)\nprint(os.getuid())")
        shutil.copy(support.conform, self.folder / "parley-conform")
        user = 61235
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, user, user)
        _, rows = self.grade("--sandbox", "on", *FEW, executable=self.folder / "parley-conform", user=user, group=user, extra_groups=[])
        self.assert_all_points(rows["ada"])
        self.assertIn(f"having printed: {user}", rows["bob"]["problem"])
        self.assertEqual(list(Path(tempfile.gettempdir()).glob("parley-conform.*/submission/closed")), [])

    def test_as_another_user_without_a_sandbox(self):
        if not IS_ROOT:
            self.skipTest("only root can run a program as somebody else")
        command, source = self.survivor()
        self.add_server("ada", source)
        self.add_server("bob", f"import os\nprint(os.getuid(), os.access({str(self.submissions)!r}, os.R_OK), os.environ['HOME'] == os.getcwd())")
        _, rows = self.grade("--sandbox", "off", "--user", "61235", *FEW)
        self.assert_all_points(rows["ada"])
        self.assertIn("having printed: 61235 False True", rows["bob"]["problem"])
        self.assertIsNone(pid_of(*command))


if __name__ == "__main__":
    support.main(needs_sandbox=True)
