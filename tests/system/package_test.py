"""What the Debian packages start parleyd with: its configuration and unit. `./dev package --try` tries the packages themselves."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from programs import path_of, run, support
from support import ROOT, WAIT_S

PACKAGE = ROOT / "server/package"


def command(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=WAIT_S, check=False,
                          stdin=subprocess.DEVNULL)


def values(unit, key):
    """What the lines of a unit's key say, in order."""
    return re.findall(rf"^{key}=(.*)$", (PACKAGE / unit).read_text(), re.MULTILINE)


class PackageTest(unittest.TestCase):
    def assert_right(self, text):
        """With a folder of the test's own in place of the server's."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "accounts").touch(0o600)
            config = Path(folder) / "parleyd.toml"
            config.write_text(text.replace("/var/lib/parley", folder))
            ended = run("parleyd", "--check-config", "--config", str(config))
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))

    def test_the_configuration_is_right(self):
        self.assert_right((PACKAGE / "parleyd.toml").read_text())

    def test_what_it_offers_in_comments_is_right(self):
        offered = re.sub(r"^# (?=[a-z-]+ = )", "", (PACKAGE / "parleyd.toml").read_text(), flags=re.MULTILINE)
        self.assertIn("\ntls-port = ", offered)
        self.assert_right(offered)

    def test_only_this_machine_can_connect_until_the_operator_says_so(self):
        self.assertRegex((PACKAGE / "parleyd.toml").read_text(), r'(?m)^host = "127\.0\.0\.1"')

    def test_the_unit_starts_it_with_the_conffile(self):
        conffile = (PACKAGE / "conffiles").read_text().strip()
        self.assertEqual(values("parleyd.service", "ExecStart"), [f"/usr/bin/parleyd --config {conffile}"])

    def test_there_may_be_a_thread_for_each_descriptor(self):
        (files,), (tasks,) = values("parleyd.service", "LimitNOFILE"), values("parleyd.service", "TasksMax")
        self.assertGreater(int(tasks), int(files))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze")
    def test_systemd_understands_the_units(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("parleyd.service", "parleyd.socket"):
                text = (PACKAGE / name).read_text().replace("/usr/bin/parleyd", str(path_of("parleyd")))
                (Path(folder) / name).write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE))
            ended = command("systemd-analyze", "verify", *Path(folder).iterdir())
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))

    def test_the_scripts_are_read_by_sh(self):
        for name in ("postinst", "prerm", "postrm"):
            ended = command("sh", "-n", PACKAGE / name)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))


if __name__ == "__main__":
    support.main()
