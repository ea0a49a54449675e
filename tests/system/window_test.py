"""parley in tmux, which wraps the rows of a window anew when its width changes, as most terminals do."""

import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from programs import WAIT_S, ProgramTest, path_of, support

TEXT = "@bob " + "x" * 120 + "yz"


def in_rows(text, columns):
    return [text[i:i + columns] for i in range(0, len(text), columns)]


@unittest.skipUnless(shutil.which("tmux"), "there is no tmux here")
class WindowTest(ProgramTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.socket = Path(folder.name) / "tmux"
        self.addCleanup(self.tmux, "kill-server", check=False)

    def tmux(self, *arguments, check=True):
        return subprocess.run(["tmux", "-u", "-f", "/dev/null", "-S", self.socket, *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, encoding="utf-8", timeout=WAIT_S, check=check).stdout

    def wait_for_rows(self, *wanted):
        """These are the last rows that are not empty, and there is one prompt."""
        deadline = time.monotonic() + WAIT_S
        while True:
            rows = self.tmux("capture-pane", "-p").rstrip("\n").split("\n")
            if rows[-len(wanted):] == list(wanted) and sum(row.startswith("alice>") for row in rows) == 1:
                return
            self.assertLess(time.monotonic(), deadline, "\n".join(rows))
            time.sleep(0.02)

    def test_no_row_is_left_over_or_lost(self):
        process = self.start()
        port = str(self.port_of(process))
        parley = path_of("parley").resolve()
        self.tmux("new-session", "-d", "-x", "100", "-y", "20", f"LC_ALL=C.UTF-8 exec {parley} alice --no-history --port {port}")
        self.wait_for_rows("You are alice. Write @name message; /help says more.", "alice>")
        bob = subprocess.run([parley, "bob", "--port", port], input="@alice " + "m" * 50 + "\n", text=True,
                             capture_output=True, timeout=WAIT_S, check=True)
        self.assertIn("sent alice", bob.stdout)
        self.tmux("send-keys", "-l", TEXT)
        for columns in (100, 40, 20, 40, 100, 20, 60):
            with self.subTest(columns=columns):
                self.tmux("resize-window", "-x", str(columns), "-y", "20")
                self.wait_for_rows(*in_rows("alice> " + TEXT, columns))
        self.tmux("send-keys", "C-u", "@bob short")
        for columns in (40, 100, 20, 60):
            with self.subTest(columns=columns, line="short"):
                self.tmux("resize-window", "-x", str(columns), "-y", "20")
                self.wait_for_rows("alice> @bob short")
        self.stop(process)


if __name__ == "__main__":
    support.main()
