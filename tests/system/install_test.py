"""What `cmake --install` puts where, in a folder that stands for the root: programs, manual pages, completions, pages."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from programs import run, support
from support import ROOT, WAIT_S

BUILD = os.environ["PARLEY_BUILD_DIR"]
PROGRAMS = {"parleyd": "server", "parley": "client", "parley-conform": "conform"}
# A completion function as bash calls it: the words, which of them is meant, and then what it offers.
COMPLETE = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_${1//-/_}" 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"'


def command(*words, **settings):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=WAIT_S, check=False,
                          stdin=subprocess.DEVNULL, **settings)


def options(*words):
    """Of each option that --help shows its name, and what stands for its value: ("--port", "PORT")."""
    return set(re.findall(r"^  (?:-\w,)?(--[\w-]+)(?: ([^\s=]+))?", run(*words, "--help").stdout.decode(), re.MULTILINE))


def option_names(*words):
    return {name for name, _ in options(*words)}


def command_names(program):
    _, _, commands = run(program, "--help").stdout.decode().partition("Subcommands:\n")
    return re.findall(r"^  ([a-z]+) ", commands.split("\n\n")[0], re.MULTILINE)


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        ended = command("cmake", "--install", BUILD, "--prefix", "/usr", env={**os.environ, "DESTDIR": str(cls.root)})
        assert ended.returncode == 0, ended.stderr
        cls.usr = cls.root / "usr"

    def completions(self, program):
        return self.usr / "share/bash-completion/completions" / program

    def manual(self, program):
        return self.usr / f"share/man/man1/{program}.1"

    def zsh(self, program):
        return self.usr / f"share/zsh/vendor-completions/_{program}"

    def offered(self, program, *words):
        ended = command("bash", "-c", COMPLETE, "bash", self.completions(program), program, *words, cwd=self.root)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return set(ended.stdout.split("\n")[:-1]) - {""}

    def test_everything_is_there_and_nothing_else(self):
        files = {path.relative_to(self.usr).as_posix() for path in self.usr.rglob("*") if path.is_file()}
        wanted = {"share/doc/parley/LICENSE", "share/doc/parley/PROTOCOL.md"}
        for program in PROGRAMS:
            wanted |= {f"bin/{program}", self.manual(program).relative_to(self.usr).as_posix(),
                       self.completions(program).relative_to(self.usr).as_posix(), self.zsh(program).relative_to(self.usr).as_posix()}
        self.assertLessEqual(wanted, files)
        others = {path for path in files - wanted if "parleyctl" not in path}
        self.assertEqual(others, set())
        self.assertEqual((self.usr / "share/doc/parley/LICENSE").read_text(), (ROOT / "LICENSE").read_text())

    def test_the_programs_run_where_they_are(self):
        for program in PROGRAMS:
            ended = command(self.usr / "bin" / program, "--version")
            self.assertRegex(ended.stdout, rf"^{program} \d+\.\d+\.\d+$")
            self.assertTrue(os.access(self.usr / "bin" / program, os.X_OK))

    def test_each_program_alone(self):
        for program, component in PROGRAMS.items():
            with tempfile.TemporaryDirectory() as folder:
                ended = command("cmake", "--install", BUILD, "--prefix", "/usr", "--component", component,
                                env={**os.environ, "DESTDIR": folder})
                self.assertEqual(ended.returncode, 0, ended.stderr)
                there = set(os.listdir(Path(folder) / "usr/bin"))
                self.assertEqual(there & set(PROGRAMS), {program})

    def test_manual_pages_tell_every_option_with_its_value(self):
        for program in PROGRAMS:
            page = self.manual(program).read_text().replace("\\-", "-")
            self.assertTrue(page.startswith(f".TH {program.upper()} 1 "))
            told = re.findall(r"\\fB(--[\w-]+)\\fR(?: \\fI(.*?)\\fR)?", page)
            self.assertEqual(set(told), options(program).union(*(options(program, name) for name in command_names(program))))

    @unittest.skipUnless(shutil.which("man"), "there is no man")
    def test_manual_pages_are_read_without_a_warning(self):
        for program in PROGRAMS:
            ended = command("man", "--warnings", "-E", "UTF-8", "-l", self.manual(program),
                            env={**os.environ, "MANWIDTH": "90", "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "TERM": "dumb"})
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            for section in ("NAME", "SYNOPSIS", "OPTIONS", "NOTES"):
                self.assertRegex(ended.stdout, rf"(?m)^{section}$")
            self.assertIn("Print this help message and exit", ended.stdout)

    def test_bash_completes(self):
        for program in PROGRAMS:
            self.assertEqual(self.offered(program, "--"), option_names(program))
        self.assertEqual(self.offered("parleyd", "--log-l"), {"--log-level"})
        self.assertEqual(self.offered("parleyd", "--log-level", ""), {"debug", "info", "warning", "error", "off"})
        self.assertEqual(self.offered("parleyd", "--port", "--delivered-word", "S"), {"SENT", "SEND"})
        self.assertEqual(self.offered("parleyd", "--port", ""), set())
        self.assertEqual(self.offered("parleyd", "--config", "us"), {"usr"})
        self.assertEqual(self.offered("parley-conform", "s"), {"server"})
        for name in command_names("parley-conform"):
            self.assertEqual(self.offered("parley-conform", name, "--"), option_names("parley-conform", name))
        self.assertEqual(self.offered("parley-conform", "server", "--sandbox", "o"), {"on", "off"})

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh_reads_its_completions(self):
        # What _arguments is given; it knows a completion only within the line editor.
        heard = 'words=(x "$2"); CURRENT=3; _arguments() { print -rl -- "$@"; }; source "$1"'
        for program in PROGRAMS:
            for name in command_names(program) or [""]:
                ended = command("zsh", "-f", "-c", heard, "zsh", self.zsh(program), name)
                self.assertEqual((ended.returncode, ended.stderr), (0, ""))
                told = set(re.findall(r"^\*?(--[\w-]+)\[", ended.stdout, re.MULTILINE))
                self.assertEqual(told, option_names(*filter(None, (program, name))))


if __name__ == "__main__":
    support.main()
