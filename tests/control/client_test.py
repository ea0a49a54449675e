"""parley at a server whose operator acts: it says what was said of its user, and comes again only where that is meant."""

import subprocess
from pathlib import Path

from control import ControlTest, support
from support import WAIT_S


class ClientTest(ControlTest):
    def start_parley(self, name):
        """parley in a pipe that stays open."""
        command = [Path(support.Parleyd.command).parent / "parley", name, "--port", str(self.server.ports["two-socket"])]
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def end():
            client.kill()
            client.communicate()
        self.addCleanup(end)
        return client

    def add_parley(self, name):
        """The same, once it has registered."""
        client = self.start_parley(name)
        self.assertEqual(client.stdout.readline(), f"registered {name}\n".encode())
        return client

    def check_end(self, client, line, code):
        """By itself, while its input is still open."""
        self.assertEqual(client.wait(timeout=WAIT_S), code)
        self.assertEqual((client.stdout.read().decode(), client.stderr.read()), (line + "\n", b""))

    def test_removed(self):
        carol = self.add_parley("carol")
        self.ctl("kick", "carol", "no flooding")
        self.check_end(carol, "lost The operator has removed you: no flooding", 3)

    def test_banned(self):
        carol = self.add_parley("carol")
        self.ctl("ban", "carol")
        self.check_end(carol, "lost The operator has banned you.", 3)
        self.check_end(self.start_parley("carol"), "refused carol 100 The operator has banned this name", 3)
        dave = self.add_parley("dave")
        self.ctl("ban", "127.0.0.1", "--force")
        self.check_end(dave, "lost The operator has banned you.", 3)
        self.check_end(self.start_parley("erin"), "refused erin 102 The operator has banned your address", 3)

    def test_nobody_new(self):
        carol = self.add_parley("carol")
        self.ctl("drain")
        self.check_end(self.start_parley("dave"), "refused dave 102 The server takes nobody new any more", 3)
        self.assertEqual((*carol.communicate(timeout=WAIT_S), carol.returncode), (b"", b"", 0))


if __name__ == "__main__":
    support.main()
