#!/usr/bin/env python3
"""Submissions with a port in their source: whoever has one may have it, in a sandbox and outside.

    sandbox_ports_test.py CONFORM       CONFORM is the program parley-conform; exits with 77 where it can make no sandbox
"""

import time

import support
from sandboxed import FEW, Sandboxed, sample
from support import free_port

FEW_OF_A_CLIENT = ["--only", "C1.1,C2.1", "--jobs", "4"]


class Ports(Sandboxed):
    """Whoever has a port in its source may have it."""

    def test_servers_may_have_the_same_port_at_the_same_time(self):
        port = self.taken_port()
        for name in ("ada", "bob"):
            self.hand_in(name, sample("python-server/server.py", port),
                         f'[server]\nstart = "python3 program.py"\nports = [{port}, 1]\n')
        runs = {output: self.begin("--sandbox", "on", *FEW, output=output) for output in ("one", "two")}
        for output, run in runs.items():
            for row in self.rows_of(run, output).values():
                self.assert_all_points(row)

    def test_a_client_may_have_its_port(self):
        port = self.taken_port()
        self.hand_in("ada", sample("python-client/client.py", port),
                     f'[client]\nstart = "python3 program.py {{user}} {{host}}"\nports = [{port - 1}, {port}]\n')
        _, rows = self.grade("--sandbox", "on", *FEW_OF_A_CLIENT)
        self.assert_all_points(rows["ada"])

    def test_a_client_that_needs_another_port_is_told_what_to_write(self):
        self.hand_in("ada", sample("python-client/client.py", self.taken_port()), '[client]\nstart = "python3 program.py {user} {host}"\n')
        _, rows = self.grade("--sandbox", "on", *FEW_OF_A_CLIENT)
        self.assertIn("Its command has no {port}", rows["ada"]["problem"])

    def test_the_port_on_the_command_line(self):
        port = self.taken_port()
        (self.submissions / "program.py").write_text(sample("python-server/server.py", port), encoding="utf-8")
        for arguments, code, said in ((["--sandbox", "on"], 0, "5 passed"), (["--sandbox", "off"], 3, "in use by somebody else")):
            run = self.run_conform("server", "--exec", "python3 program.py", "--port", port, *FEW, *arguments, cwd=self.submissions)
            self.assertEqual(run.returncode, code, run.stdout + run.stderr)
            self.assertIn(said, " ".join(run.stdout.split()))

    def test_a_port_that_is_busy_is_named(self):
        port = self.taken_port()
        self.hand_in("server", sample("python-server/server.py", port), f'[server]\nstart = "python3 program.py"\nport = {port}\n')
        self.hand_in("client", sample("python-client/client.py", port),
                     f'[client]\nstart = "python3 program.py {{user}} {{host}}"\nport = {port}\n')
        _, rows = self.grade("--sandbox", "off", "--only", "R4.1,C1.1")
        for row in rows.values():
            self.assertIn(f"its port {port} is in use by somebody else", row["problem"])

    def test_a_server_that_listens_elsewhere_is_told_what_to_write(self):
        port = free_port()
        self.hand_in("ada", sample("python-server/server.py", port), '[server]\nstart = "python3 program.py"\n')
        for choice in ("on", "off"):
            begin = time.monotonic()
            _, rows = self.grade("--sandbox", choice, *FEW)
            self.assertIn(f"it listens on {port}, not on ", rows["ada"]["problem"])
            self.assertIn(f"write port = {port} in its grade.toml", rows["ada"]["problem"])
            self.assertLess(time.monotonic() - begin, 15, "it need not be waited for as long as a server that is slow")

    def test_mistakes_in_a_port(self):
        for number, (line, said) in enumerate({"port = 0": "from 1 to 65535", "port = '5050'": "from 1 to 65535", "ports = 5050": "ports = [",
                                               "ports = []": "ports = [", "port = 1\nports = [1]": "ports = ["}.items()):
            self.add_server(str(number), "", line + f'\n# {said}\n')
        _, rows = self.grade("--only", "R4.1")
        for row in rows.values():
            said = (self.submissions / row["folder"] / "grade.toml").read_text(encoding="utf-8").split("# ")[1].strip()
            self.assertIn(said, row["problem"])


if __name__ == "__main__":
    support.main(needs_sandbox=True)
