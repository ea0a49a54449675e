"""Standard streams that are closed, full, or read by nobody."""

import itertools
import os
import pty
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

from programs import WAIT_S, ProgramTest, complaint, exchange, run, support


def closer(streams):
    """In the child: these descriptors are closed, as the shell's `>&-` does."""
    def close():
        for stream in streams:
            os.close(stream)
    return close


SUBSETS = [subset for length in (1, 2, 3) for subset in itertools.combinations((0, 1, 2), length)]


class StreamsTest(ProgramTest):
    def test_closed_ones_are_no_sockets(self):
        for streams in SUBSETS:
            with self.subTest(closed=streams):
                process = self.start("--log-level", "debug", preexec_fn=closer(streams))
                ann, bob = self.talk(self.port_of(process))
                for stream in streams:
                    self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{stream}"), "/dev/null")
                ann.leave()  # to the exact end of the stream
                bob.leave()
                self.stop(process)

    def test_a_closed_one_is_no_port_file_and_no_log(self):
        for option in ("--port-file", "--log-file"):
            complaint(run("parleyd", "--port", "0", option, "/proc/self/fd/1", preexec_fn=closer([1])))

    def test_the_client_and_the_suite_do_without_them_too(self):
        process = self.start()
        port = self.port_of(process)
        for streams in SUBSETS:
            with self.subTest(closed=streams):
                ended = run("parley", "zoe", "--port", port, preexec_fn=closer(streams))
                self.assertEqual(ended.returncode, 0, ended.stderr)
                ended = run("parley-conform", "server", f"127.0.0.1:{port}", "--only", "R1.1", preexec_fn=closer(streams))
                self.assertEqual(ended.returncode, 0, ended.stderr)
        self.stop(process)

    def test_full_ones_hold_nobody(self):
        _, full = self.full_pipe()
        process = self.start("--log-level", "debug", stdout=full, stderr=full)
        self.talk(self.port_of(process))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(WAIT_S), 0)

    def test_a_full_one_does_not_hold_a_complaint(self):
        _, full = self.full_pipe()

        def ended_with(command):
            return run(*command, stdout=full, stderr=full).returncode
        commands = [("parleyd", "--port", "x"), ("parleyd", "--port", "0", "--port-file", self.folder),
                    ("parley", "--port", "x"), ("parley-conform", "server", "--jobs", "x")]
        with ThreadPoolExecutor(len(commands)) as pool:
            self.assertEqual(list(pool.map(ended_with, commands)), [2] * len(commands))

    def test_those_that_nobody_has_any_more_hold_nobody(self):
        reading, writing = self.pipe()
        self.close(reading)
        process = self.start("--log-level", "debug", stdout=writing, stderr=writing)
        self.talk(self.port_of(process))
        self.stop(process)

    def test_a_terminal_that_nobody_reads_holds_nobody(self):
        ours, theirs = pty.openpty()
        self.addCleanup(self.close, ours)
        process = self.start("--log-level", "debug", stdin=theirs, stdout=theirs, stderr=theirs)
        self.close(theirs)
        ann, bob = self.talk(self.port_of(process))
        for _ in range(100):  # many times what a terminal holds
            exchange(ann, bob, "x" * 1000)
        self.stop(process)

    def test_a_socket_that_nobody_reads_holds_nobody(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)  # the system's least
            process = self.start("--log-level", "debug", stdout=theirs, stderr=theirs)
            ann, bob = self.talk(self.port_of(process))
            for _ in range(100):
                exchange(ann, bob, "x" * 1000)
            self.assertIn(b"parleyd: listening on", ours.recv(65536))
            self.assertTrue(theirs.getblocking())
            self.stop(process)

    def test_it_does_not_change_how_others_write_to_them(self):
        reading, writing = self.pipe()
        process = self.start(stdout=writing, stderr=writing)
        self.talk(self.port_of(process))
        self.assertTrue(os.get_blocking(writing))
        self.stop(process)


if __name__ == "__main__":
    support.main()
