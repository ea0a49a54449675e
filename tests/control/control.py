"""What the tests of the operator's way into the server stand on: parleyd with a control socket, parleyctl, raw clients."""

import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))

import support  # noqa: E402
from support import WAIT_S, DialectTest  # noqa: E402


class ControlTest(DialectTest):
    """A server of its own for every test, with all dialects, and a folder for its files."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = self.folder / "control"
        self.options = ("--control", self.path, "--linger-timeout", "0.2", *self.options)
        super().setUp()

    def ctl(self, *words, code=0, path=None):
        """Runs parleyctl to its end; what it has printed: on stdout when it is done, the complaint otherwise."""
        command = [Path(support.Parleyd.command).parent / "parleyctl", "--control", path or self.path, *words]
        ended = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=WAIT_S, check=False)
        output, error = ended.stdout.decode(), ended.stderr.decode()
        self.assertEqual(ended.returncode, code, f"{words}: {output!r}, {error!r}")
        self.assertFalse(error if code == 0 else output)
        return output if code == 0 else error

    def ctl_json(self, *words, code=0):
        """The objects of the answer; its last one says whether it is done."""
        command = [Path(support.Parleyd.command).parent / "parleyctl", "--control", self.path, "--json", *words]
        ended = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=WAIT_S, check=False)
        self.assertEqual((ended.returncode, ended.stderr), (code, b""))
        answer = [json.loads(line) for line in ended.stdout.decode().splitlines()]
        self.assertEqual(answer[-1]["ok"], code == 0)
        return answer

    def open_control(self):
        """A client of the socket that writes whatever it likes."""
        return self.enterContext(RawClient(self.path))


class RawClient:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(WAIT_S)
        self.socket.connect(str(path))
        self.came = b""

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, data):
        self.send(data)
        return self.answer()

    def answer(self):
        """The next line, as an object."""
        while b"\n" not in self.came:
            piece = self.socket.recv(65536)
            assert piece, f"the stream ended after {self.came!r}"
            self.came += piece
        line, self.came = self.came.split(b"\n", 1)
        return json.loads(line)

    def expect_end(self):
        """Nothing more comes; a reset is an end, too, where our bytes were not read."""
        try:
            came = self.socket.recv(65536)
        except ConnectionError:
            came = b""
        assert not came and not self.came, f"{self.came + came!r} came"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
