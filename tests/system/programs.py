"""What the tests of programs against their operating system stand on.

A test file ends with `support.main()` and is run as `X_test.py PARLEYD`; the other programs are beside it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))

import support  # noqa: E402
from support import TIME_FACTOR, WAIT_S, Deadline  # noqa: E402
from users import TwoSocketUser  # noqa: E402

IS_SANITIZED = TIME_FACTOR > 1


def path_of(program):
    """Of a program of ours, or any other one that has a path."""
    return Path(support.Parleyd.command).parent / program


def run(program, *arguments, **settings):
    """Runs it to its end, without input. It must end by itself."""
    settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
    command = [str(path_of(program)), *map(str, arguments)]
    with subprocess.Popen(command, **settings) as process:
        try:
            output, error = process.communicate(timeout=WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError(f"{' '.join(command)!r} did not end") from None
    return subprocess.CompletedProcess(command, process.returncode, output, error)


def complaint(ended, code=2):
    """The one plain line with which a program has refused to start; without its name."""
    command = " ".join(ended.args)
    name = Path(ended.args[0]).name + ": "
    error = ended.stderr.decode()
    assert ended.returncode == code, f"{command!r} ended with {ended.returncode}: {error!r}"
    assert not ended.stdout, f"{command!r} printed {ended.stdout!r}"
    assert error.startswith(name) and error.find("\n") == len(error) - 1, f"{command!r}: no plain line: {error!r}"
    assert error[:-1].isprintable() and len(error) < 400, f"{command!r}: {error!r}"
    return error[len(name):-1]


def wait_until(condition, what):
    """What the condition gives once that is something."""
    deadline = Deadline()
    while not (value := condition()):
        assert deadline.left_s() > 0, f"{what}: not in {deadline.wait_s} s"
        time.sleep(0.005)
    return value


def text_of(path):
    """What is in the file; nothing when there is none."""
    try:
        return Path(path).read_text()
    except FileNotFoundError:
        return ""


class ProgramTest(unittest.TestCase):
    """A folder of its own for every test, and parleyd with any descriptors and limits."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.port_file = self.folder / "port"

    def pipe(self):
        """Its two ends, open until the test ends unless it closes them."""
        ends = os.pipe()
        for end in ends:
            self.addCleanup(self.close, end)
        return ends

    @staticmethod
    def close(descriptor):
        with contextlib.suppress(OSError):
            os.close(descriptor)

    def full_pipe(self):
        """The ends of a pipe that takes nothing more."""
        reading, writing = self.pipe()
        os.set_blocking(writing, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writing, b"." * 4096)
        os.set_blocking(writing, True)
        return reading, writing

    def start(self, *options, port_file=None, launcher=(), **settings):
        """parleyd, running, by a launcher if there is one. The files of its output are closed at the end of the test."""
        settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
        linger = () if "--linger-timeout" in options else ("--linger-timeout", "0.1")
        command = [*launcher, path_of("parleyd"), "--port", "0", *linger, "--port-file", port_file or self.port_file, *options]
        process = subprocess.Popen([str(word) for word in command], bufsize=0, **settings)

        def end():
            process.kill()
            process.communicate()
        self.addCleanup(end)
        return process

    def port_lines(self, process):
        """Of the port file, once they are there."""
        def lines():
            self.assertIsNone(process.poll(), "parleyd has ended")
            return text_of(self.port_file).splitlines()
        return wait_until(lines, "the ports are in their file")

    def port_of(self, process):
        """Once it is in the port file."""
        return int(self.port_lines(process)[0])

    def sign_on(self, port, name):
        user = TwoSocketUser(port, name)
        self.addCleanup(user.close)
        return user.sign_on()

    def talk(self, port):
        """Two users whom it serves, and who get no byte that is not theirs."""
        ann, bob = self.sign_on(port, "ann"), self.sign_on(port, "bob")
        exchange(ann, bob)
        return ann, bob

    def stop(self, process, number=signal.SIGTERM):
        """It ends well; what it has printed and nobody has read."""
        process.send_signal(number)
        output, error = process.communicate(timeout=WAIT_S)
        self.assertEqual(process.returncode, 0, error)
        return output


def exchange(sender, recipient, text="hello"):
    """A message and its receipt, in exact bytes."""
    sender.tell(recipient.name, text)
    recipient.hears_private(sender.name, text)
    sender.sees_told(recipient.name, text)
