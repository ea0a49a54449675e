"""Which server parleyctl talks to when it is not told: one's own, or else the package's, which it says before it changes anything."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

from control import ControlTest, support
from support import WAIT_S

BWRAP = shutil.which("bwrap")


def can_wrap():
    command = [BWRAP, "--dev-bind", "/", "/", "--tmpfs", "/run", "true"]
    return BWRAP is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0


@unittest.skipUnless(can_wrap(), "bwrap makes no /run of its own here")
class UsualPlaceTest(ControlTest):
    """The folder of the test is /run/parley, as parleyctl sees it."""
    own = "/run/user/7/parleyd.sock"
    said = f"parleyctl: nothing is at {own}, so this is for the server at /run/parley/control\n"

    def ctl_there(self, *words, mounts=(), runtime="/run/user/7"):
        command = [BWRAP, "--dev-bind", "/", "/", "--tmpfs", "/run", "--bind", self.folder, "/run/parley", "--dir", "/run/user/7",
                   *mounts, Path(support.Parleyd.command).parent / "parleyctl", *words]
        env = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
        if runtime is not None:
            env["XDG_RUNTIME_DIR"] = runtime
        ended = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, env=env,
                               timeout=WAIT_S, check=False)
        return ended.returncode, ended.stdout.decode(), ended.stderr.decode()

    def test_what_changes_something_says_whom_it_is_for(self):
        for words in (("say", "hello"), ("ban", "192.0.2.7"), ("unban", "192.0.2.7"), ("reload",)):
            code, _, told = self.ctl_there(*words)
            self.assertEqual((code, told), (0, self.said), words)
        self.assertEqual(self.ctl_there("kick", "ann"), (1, "", self.said + "parleyctl: nobody is called ann\n"))
        code, _, told = self.ctl_there("say", "hello", runtime=None)
        self.assertEqual((code, told), (0, self.said.replace(self.own, "/run/parleyd.sock")))
        code, _, told = self.ctl_there("stop")
        self.assertEqual((code, told), (0, self.said))
        self.server.program.wait_for_end()

    def test_what_only_looks_does_not(self):
        for word in ("who", "bans", "stats"):
            self.assertEqual(self.ctl_there(word)[::2], (0, ""), word)

    def test_a_server_that_was_named_needs_no_word(self):
        self.assertEqual(self.ctl_there("--control", "/run/parley/control", "say", "hello")[::2], (0, ""))

    def test_ones_own_comes_first(self):
        mounts = ("--bind", self.path, self.own)
        self.assertEqual(self.ctl_there("say", "hello", mounts=mounts)[::2], (0, ""))

    def test_where_nothing_is_ones_own_is_named(self):
        self.server.stop()
        code, _, told = self.ctl_there("stop")
        self.assertEqual(code, 2)
        self.assertIn(f"no server listens at {self.own}", told)


if __name__ == "__main__":
    support.main()
