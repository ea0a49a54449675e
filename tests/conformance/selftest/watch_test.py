#!/usr/bin/env python3
"""--watch: a student breaks a server and mends it again, and looks at the screen.

    watch_test.py CONFORM       CONFORM is the program parley-conform
"""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time

import support
from support import SAMPLES, ConformTest

WAIT_LIMIT_S = 60


class Screen:
    """The program at a terminal; what it has drawn last."""

    def __init__(self, folder, *options, columns=80, rows=24):
        self.master, inside = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(inside)
        self.inside = inside
        self.drawn = ""
        self.process = subprocess.Popen(
            [support.conform, "server", "--exec", "python3 server.py {port}", "--watch", "--only", "D1.1,D1.5", "--jobs", "2", *options],
            cwd=folder, stdin=inside, stdout=inside, stderr=subprocess.PIPE, start_new_session=True,
            env=os.environ | {"TERM": "xterm", "NO_COLOR": "1"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        os.close(self.master)
        os.close(self.inside)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def fill(self, until):
        rest = until - time.monotonic()
        assert rest > 0 and select.select([self.master], [], [], rest)[0], f"only {self.lines()}"
        self.drawn += os.read(self.master, 65536).decode("utf-8", "replace")

    def lines(self):
        """Of the last screen that was drawn in full."""
        last = self.drawn.rpartition("\x1b[J")[0].rpartition("\x1b[H")[2]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", last).split("\r\n")

    def wait_for(self, pattern):
        until = time.monotonic() + WAIT_LIMIT_S
        while not re.search(pattern, "\n".join(self.lines())):
            self.fill(until)
        return self.lines()

    def type(self, keys):
        os.write(self.master, keys)

    def leave(self, keys=b"q"):
        self.type(keys)
        code = self.process.wait(WAIT_LIMIT_S)
        assert termios.tcgetattr(self.inside) == self.before, "the modes of the terminal are as before"
        until = time.monotonic() + WAIT_LIMIT_S
        while not self.drawn.endswith("\x1b[?1049l"):
            self.fill(until)
        return code


class Watch(ConformTest):
    def setUp(self):
        super().setUp()
        self.source = self.folder / "server.py"
        shutil.copy(SAMPLES / "python-server" / "server.py", self.source)

    def save(self, old, new):
        """As sed and editors do: a new file that takes the place of the other."""
        beside = self.folder / "sedAbCdEf"
        text = self.source.read_bytes()
        assert old in text
        beside.write_bytes(text.replace(old, new))
        beside.rename(self.source)

    def test_who_leaves_before_anything_is_known(self):
        self.source.write_text("import time\ntime.sleep(100)\n", encoding="utf-8")
        with Screen(self.folder) as screen:
            screen.wait_for("trying everything")
            self.assertEqual(screen.leave(), 130)

    def test_breaking_and_mending(self):
        with Screen(self.folder) as screen:
            screen.wait_for("✓ Everything passes")
            self.save(b"is_there else 102", b"is_there else 101")
            lines = screen.wait_for("✗ 1 case fails")
            text = "\n".join(lines)
            self.assertIn("Fix this first", text)
            self.assertRegex(text, "FAIL +D1.5-unknown")
            self.assertIn("What went over the wire", text)
            self.assertRegex(text, r"<- ERROR 101")
            self.assertEqual(len(lines), 24)
            self.assertLessEqual(max(map(len, lines)), 80)
            screen.resize(120, 40)
            screen.process.send_signal(28)  # SIGWINCH: it is not the terminal's session that has begun it
            while len(screen.lines()) != 40:
                screen.fill(time.monotonic() + WAIT_LIMIT_S)
            self.save(b"is_there else 101", b"is_there else 102")
            screen.wait_for("✓ Everything passes")
            self.assertEqual(screen.leave(), 0)

    def test_a_build_that_fails(self):
        with Screen(self.folder, "--build", "python3 -m py_compile server.py") as screen:
            screen.wait_for("✓ Everything passes")
            self.save(b"import socket", b"import socket (")
            text = "\n".join(screen.wait_for("SyntaxError"))
            self.assertIn("exited with code 1", text)
            self.save(b"import socket (", b"import socket")
            screen.wait_for("✓ Everything passes")
            self.assertEqual(screen.leave(b"\x03"), 0)

    def test_a_change_begins_a_run_anew(self):
        with Screen(self.folder, "--build", "test ! -e slow.py || sleep 100", "--build-time", "100") as screen:
            screen.wait_for("✓ Everything passes")
            (self.folder / "slow.py").touch()
            screen.wait_for("building, since these have changed: slow.py")
            (self.folder / "slow.py").unlink()
            screen.wait_for("Run 3 took")
            self.assertEqual(screen.leave(), 0)

    def test_without_a_terminal(self):
        run = self.assert_refused("--watch draws on a terminal, and standard output is none", "server", "--exec", "true", "--watch",
                                  cwd=self.folder)
        self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    support.main()
