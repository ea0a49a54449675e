"""A class of submissions with a port in their source, and of hostile ones, for the tests of what a sandbox does."""

import secrets
import socket

from support import SAMPLES, ClassTest, class_rows

FEW = ["--only", "R4.1,D1.1", "--jobs", "4"]


def sample(name, port=None):
    """The source of one, with a port in it instead of the one that it is told."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    if port is None:
        return text
    text = text.replace("name, host, port = sys.argv[1:]", f"name, host, port = *sys.argv[1:], {port}")
    return text.replace("int(sys.argv[1])", str(port))


class Sandboxed(ClassTest):
    def taken_port(self):
        """Somebody listens on it for the whole test, out here."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def add_server(self, name, source, more=""):
        self.hand_in(name, source, f'[server]\nstart = "python3 program.py {{port}}"\n{more}')

    def begin(self, *options, output="reports", **more):
        return self.start_conform("grade", self.submissions, "--output", self.folder / output, *options, **more)

    def rows_of(self, run, output="reports"):
        """When it has ended."""
        self.end(run, 0, 1)
        return class_rows(self.folder / output)

    def grade(self, *options, **more):
        """What it said on stderr, and class.csv by the submission's folder."""
        _, errors = self.end(self.begin(*options, **more), 0, 1)
        return errors, class_rows(self.output)

    def assert_all_points(self, row):
        self.assertEqual(row["problem"], "")
        self.assertEqual(row["score"], row["max_score"])
        self.assertNotEqual(row["score"], "0")

    def survivor(self):
        """The command line of a process that hides from whoever looks for it, and the source of a server that starts it."""
        number = f"1000.{secrets.randbelow(10**9)}"
        hidden = f'import subprocess\nsubprocess.Popen(["env", "-i", "setsid", "sleep", "{number}"])\n'
        return ["sleep", number], hidden + sample("python-server/server.py").replace("from __future__ import annotations\n", "")
