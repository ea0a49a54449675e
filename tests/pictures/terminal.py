"""Programs in tmux: what is typed, what is awaited, and what the screen shows then, as rows of coloured text."""

import os
import re
import subprocess
import time

WAIT_S = 20
ROWS = 150  # more than any of them fills


class NotShown(Exception):
    """What was awaited, and what was on the screen instead."""


class Tmux:
    """A tmux of its own, with a folder for its socket. Leaving the `with` block ends it and all that runs in it."""

    def __init__(self, folder, environment):
        self._socket = folder / "tmux"
        self._environment = os.environ | environment | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A server goes on when its terminal has gone; Ctrl-C ends it.
        for name in self("list-sessions", "-F", "#S", check=False).split():
            self("send-keys", "-t", name, "C-c", check=False)
        self("kill-server", check=False)

    def __call__(self, *arguments, check=True):
        return subprocess.run(["tmux", "-u", "-f", "/dev/null", "-S", self._socket, *map(str, arguments)], env=self._environment,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8", timeout=WAIT_S,
                              check=check).stdout


class Terminal:
    """A window with a shell in it."""

    def __init__(self, tmux, name, columns, folder):
        self._tmux, self.name, self.columns = tmux, name, columns
        self._seen = 0  # rows that were awaited
        tmux("new-session", "-d", "-s", name, "-x", columns, "-y", ROWS, "-c", folder, "PS1='$ ' exec sh -i")
        self.see(r"^\$ ?$")

    def _capture(self, *options):
        """Without empty rows at the end; a row that the terminal had to wrap is one."""
        rows = self._tmux("capture-pane", "-p", "-J", "-t", self.name, *options).split("\n")
        while rows and not rows[-1].strip():
            rows.pop()
        return rows

    def type(self, line):
        self._tmux("send-keys", "-t", self.name, "-l", line)
        self._tmux("send-keys", "-t", self.name, "Enter")

    def see(self, pattern):
        """Waits for a row below all that were awaited before."""
        return self._wait(pattern, lambda rows: range(self._seen, len(rows)))

    def rest(self, prompt):
        """Waits until this prompt is the last row; what the screen shows then, with its colours."""
        self._wait(prompt, lambda rows: range(max(0, len(rows) - 1), len(rows)))
        return self._capture("-e")

    def _wait(self, pattern, choose):
        deadline = time.monotonic() + WAIT_S
        while True:
            rows = self._capture()
            for number in choose(rows):
                if match := re.search(pattern, rows[number]):
                    self._seen = number + 1
                    return match
            if time.monotonic() > deadline:
                raise NotShown("\n".join([f"{self.name}: no row with {pattern!r} in {WAIT_S} s; there is:", *rows]))
            time.sleep(0.05)


def to_cells(rows):
    """Of rows with SGR sequences: for each a list of (character, style); style is a set such as {"bold", "red"}."""
    colours = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
    bold = dim = False
    colour = None
    result = []
    for row in rows:
        cells = []
        for sequence, character in re.findall(r"\x1b\[([\d;]*)m|(.)", row):
            if character:
                style = frozenset(word for word, is_on in (("bold", bold), ("dim", dim), (colour, colour)) if is_on)
                cells.append((character, style))
                continue
            for code in map(int, (sequence or "0").split(";")):
                if code in (0, 22):
                    bold = dim = False
                if code in (0, 39):
                    colour = None
                if code in (1, 2):
                    bold, dim = bold or code == 1, dim or code == 2
                if code // 10 in (3, 9) and code % 10 < 8:
                    colour = colours[code % 10]
        result.append(cells)
    return result
