"""What the system may lack when the server starts: it says in one line what, and what to do; and what it says at its end."""

import os
import resource
import shutil
import socket
import unittest

from programs import IS_SANITIZED, ProgramTest, complaint, path_of, run, support
from support import Socket

NOBODY = 65534
MIB = 1024 * 1024


def limited(kind, value):
    """In the child: this limit."""
    return lambda: resource.setrlimit(kind, (value, value))


class StartTest(ProgramTest):
    def refusal(self, *options, program="parleyd", **settings):
        """Why it does not start; no port file is left."""
        text = complaint(run(program, "--port-file", self.port_file, *options, **settings))
        self.assertFalse(self.port_file.exists())
        return text

    def taken_port(self, host="127.0.0.1", family=socket.AF_INET):
        owner = socket.socket(family)
        self.addCleanup(owner.close)
        owner.bind((host, 0))
        owner.listen()
        return owner.getsockname()[1]

    def test_a_port_that_another_program_has(self):
        port = self.taken_port()
        text = self.refusal("--port", port)
        self.assertRegex(text, f"127.0.0.1:{port}: Address already in use; .* another --port, or 0")
        for dialect in support.DIALECTS[1:]:
            text = self.refusal("--port", "0", f"--{dialect}", port)
            self.assertRegex(text, f"127.0.0.1:{port}: .* another --{dialect}, or 0")

    def test_an_address_that_is_not_of_this_machine(self):
        for host in ("192.0.2.1", "2001:db8::1", "no.such.host.invalid", "127.0.0.1:80", "256.1.1.1"):
            with self.subTest(host=host):
                text = self.refusal("--port", "0", "--host", host)
                self.assertIn(host, text)
                self.assertRegex(text, "--host takes an address of this machine")

    def as_nobody(self, *then):
        """In the child: without root's rights. Skips the test where that cannot be; the path of a program for nobody."""
        if os.getuid() != 0:
            self.skipTest("only root can become nobody")
        program = shutil.copy(path_of("parleyd"), self.folder)
        os.chmod(self.folder, 0o777)

        def become():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            for action in then:
                action()
        return {"program": program, "preexec_fn": become}

    def test_a_port_of_root(self):
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
            if int(file.read()) <= 7:
                self.skipTest("here everybody may have such ports")
        self.assertRegex(self.refusal("--port", "7", **self.as_nobody()), "Permission denied; .* another --port, or 0")

    @unittest.skipIf(IS_SANITIZED, "a sanitizer needs threads of its own")
    def test_too_few_threads(self):
        become = self.as_nobody(limited(resource.RLIMIT_NPROC, 1))
        self.assertRegex(self.refusal("--port", "0", **become), r"no thread .*\(ulimit -u\).*\(ulimit -v\)")

    def test_too_few_files(self):
        for files, refusals in ((100, 100), (30, 16), (12, 1)):
            text = self.refusal("--port", "0", "--max-refusals", refusals,
                                preexec_fn=limited(resource.RLIMIT_NOFILE, files))
            self.assertRegex(text, rf"^{files} files may be open.* {refusals} for .*\(ulimit -n\).*\(--max-refusals\)")

    def start_within(self, kib):
        """Whether it starts in an address space of this size, and what it says when it does not."""
        ports = [word for dialect in support.DIALECTS[1:] for word in (f"--{dialect}", "0")]
        process = self.start(*ports, preexec_fn=limited(resource.RLIMIT_AS, kib * 1024))
        if process.stdout.readline():
            self.stop(process)
            return True, ""
        error = process.communicate()[1].decode()
        self.assertFalse(self.port_file.exists())
        return False, f"{process.returncode} {error}"

    @unittest.skipIf(IS_SANITIZED, "a sanitizer takes terabytes of addresses")
    def test_too_little_memory(self):
        too_little, enough, step = 1024, 1024 * 1024, 64
        while enough - too_little > step:
            middle = (too_little + enough) // 2
            too_little, enough = (too_little, middle) if self.start_within(middle)[0] else (middle, enough)
        for kib in range(too_little, too_little - 12 * step, -step):  # far less, and main() is not reached
            self.assertRegex(self.start_within(kib)[1], r"^2 parleyd: .*\(ulimit -v\).*\n$")

    def test_the_last_line_counts_those_turned_away(self):
        process = self.start("--max-connections", "2")
        port = self.port_of(process)
        ann = self.sign_on(port, "ann")
        for _ in range(3):
            with Socket(port) as refused:
                refused.receive_rest()
        ann.hears_nothing()
        self.assertRegex(self.stop(process), rb"served 1 users, .*, turned away 3 connections\n$")


if __name__ == "__main__":
    support.main()
