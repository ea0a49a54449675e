#!/usr/bin/env python3
"""examples/grading/gradescope: what it says of samples, and that a submission that attacks it changes nothing.

    gradescope_test.py CONFORM       CONFORM is the program parley-conform
"""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import support
from support import EXAMPLES, IS_ROOT, RUN_LIMIT_S, SAMPLES, ConformTest

# A daemon that hides from whoever looks for it, and does what it can for twenty seconds to everything that has to do with
# the folders HOME and TEMP.
ATTACK = """
import ctypes, glob, os, signal, time
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
FAKE = '{"score": 120, "tests": []}'
def spoil(path, text, mode):
    try:
        with open(path, mode) as file:
            file.write(text)
    except OSError:
        pass
def attack():
    spoil(HOME + "/run_autograder", f"\\necho '{FAKE}' >{HOME}/results/results.json\\n", "a")
    spoil(HOME + "/results/results.json", FAKE, "w")
    for path in glob.glob(TEMP + "/*/reports/*"):
        spoil(path, FAKE, "w")
    for folder in glob.glob("/proc/[0-9]*"):
        pid = int(folder[6:])
        try:
            with open(folder + "/cmdline") as file:
                if HOME not in file.read():
                    continue
            if ptrace(16, pid, 0, 0) == 0:  # attached
                ptrace(17, pid, 0, 0)  # detached: who waits for it is to see its end
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    for descriptor in range(3):
        os.close(descriptor)
    end = time.monotonic() + 20
    is_seen = os.path.exists(HOME)
    while time.monotonic() < end and (os.path.exists(HOME) or not is_seen):
        attack()
        time.sleep(0.02)
    os._exit(0)
os.wait()
attack()
"""


class Gradescope(ConformTest):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.home = self.folder / "autograder"
        self.temp = self.folder / "tmp"
        self.addCleanup(self.home.rename, self.folder / "over")  # first: an attack that still runs ends with its HOME
        (self.home / "bin").mkdir(parents=True)
        self.temp.mkdir()
        self.script = shutil.copy(EXAMPLES / "gradescope" / "run_autograder", self.home)
        self.conform = shutil.copy(support.conform, self.home / "bin")

    def hand_in(self, sample):
        shutil.copytree(SAMPLES / sample, self.home / "submission", dirs_exist_ok=True)

    def autograde(self, **settings):
        """results.json, as Gradescope would find it."""
        environment = os.environ | {"AUTOGRADER": str(self.home), "TMPDIR": str(self.temp), "SANDBOX": "auto",
                                    "STUDENT": "61237",  # nobody else's: all that runs as that user is ended
                                    "CONFORM_OPTIONS": "--receipt-time 5 --only R4.1,D2.1"} | settings
        run = subprocess.run([self.script], env=environment, timeout=RUN_LIMIT_S, check=False)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(os.listdir(self.temp), [])
        return json.loads((self.home / "results" / "results.json").read_text(encoding="utf-8"))

    def assert_is_of_mistakes(self, results):
        failed = [test["name"] for test in results["tests"] if test["status"] == "failed"]
        self.assertEqual([name.split(":")[0] for name in failed], ["D2.1-no-early-report"], results)
        self.assertEqual(len(results["tests"]), 3, results)
        self.assertEqual(results["score"], sum(test["score"] for test in results["tests"]))

    def test_samples(self):
        self.hand_in("python-mistakes")
        self.assert_is_of_mistakes(self.autograde())
        weights = self.home / "source" / "weights.txt"
        weights.parent.mkdir()
        weights.write_text("D2.1 = 7\n", encoding="utf-8")
        self.hand_in("python-server")
        heavy = self.autograde()
        self.assertEqual(heavy["score"], sum(test["max_score"] for test in heavy["tests"]), heavy)
        self.assertIn(7, [test["max_score"] for test in heavy["tests"]])

    def test_when_nothing_can_be_tried(self):
        self.hand_in("python-server")
        # It is not for the submission to bring a module to what runs as root, nor to say what is run.
        spoiled = f"open({str(self.home / 'spoiled')!r}, 'w').close()"
        (self.home / "submission" / "json.py").write_text(spoiled, encoding="utf-8")
        (self.home / "submission" / "grade.toml").write_text(f'[server]\nstart = "touch {self.home / "spoiled"}"\n', encoding="utf-8")
        for settings, said in (({"BUILD": "echo no such header; exit 7"}, "no such header"),
                               ({"START": "false"}, "0 passed"),
                               ({"CONFORM_OPTIONS": "--only X"}, "tell the course staff")):
            with self.subTest(settings=settings):
                results = self.autograde(**settings)
                self.assertEqual(results["score"], 0)
                self.assertIn(said, results["output"])
        self.assertFalse((self.home / "spoiled").exists())

    def hand_in_attack(self):
        self.hand_in("python-mistakes")
        server = self.home / "submission" / "server.py"
        facts = f"HOME, TEMP = {str(self.home)!r}, {str(self.temp)!r}\n"
        server.write_text(facts + ATTACK + server.read_text(encoding="utf-8"), encoding="utf-8")
        return Path(self.script).read_bytes()

    def protections(self):
        sandbox = not support.why_no_sandbox()
        if not sandbox and not IS_ROOT:
            self.skipTest("neither a sandbox can be made here, nor can the server run as somebody else")
        return (["on"] if sandbox else []) + (["off"] if IS_ROOT else [])

    def test_an_attack_changes_nothing(self):
        for sandbox in self.protections():
            script = self.hand_in_attack()
            for build in ("", "python3 server.py 0 & sleep 1"):
                with self.subTest(sandbox=sandbox, build=build):
                    self.assert_is_of_mistakes(self.autograde(SANDBOX=sandbox, BUILD=build))
                    self.assertEqual(Path(self.script).read_bytes(), script)

    def test_the_attack_is_one(self):
        """Otherwise the test before shows nothing."""
        script = self.hand_in_attack()
        run = subprocess.run([self.conform, "server", "--exec", "python3 server.py {port}", "--only", "R4.1"],
                             cwd=self.home / "submission", capture_output=True, timeout=RUN_LIMIT_S, check=False)
        self.assertEqual(run.returncode, -signal.SIGKILL)
        self.assertNotEqual(Path(self.script).read_bytes(), script)


if __name__ == "__main__":
    support.main()
