"""The files that the server writes, --port-file and --log-file, whatever stands at their paths."""

import os
import re
import resource
import signal
import stat
import subprocess
import unittest

from programs import IS_SANITIZED, WAIT_S, ProgramTest, complaint, exchange, run, support, text_of, wait_until


def no_room():
    """In the child: every regular file is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def little_room():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def read_to_end(path):
    """A FIFO, as `cat` reads it; it must not take longer than any wait."""
    return subprocess.run(["cat", path], stdout=subprocess.PIPE, timeout=WAIT_S, check=True).stdout.decode()


class FilesTest(ProgramTest):
    def names(self):
        return sorted(os.listdir(self.folder))

    def refusal(self, *options, **settings):
        """Why it does not start. It must not have said that it listens, nor leave anything behind."""
        before = self.names()
        text = complaint(run("parleyd", "--port", "0", *options, **settings))
        self.assertEqual(self.names(), before)
        return text


class PortFileTest(FilesTest):
    def check(self, process):
        """The port in the file is the server's, and the file is gone when it has ended."""
        self.talk(self.port_of(process))
        output = self.stop(process)
        self.assertRegex(output, rb"^parleyd: listening on 127\.0\.0\.1:\d+\nparleyd: served 2 users")

    def test_a_new_one_is_for_all_to_read_as_the_umask_has_it(self):
        before = os.umask(0o027)
        try:
            process = self.start()
        finally:
            os.umask(before)
        self.port_of(process)
        self.assertEqual(stat.S_IMODE(self.port_file.stat().st_mode), 0o640)
        self.assertEqual(self.names(), ["port"])
        self.check(process)
        self.assertEqual(self.names(), [])

    def test_a_stale_one_is_replaced_whole_and_only_by_a_server_that_runs(self):
        self.port_file.write_text("1\n")
        with open(self.port_file) as stale:
            process = self.start()
            wait_until(lambda: text_of(self.port_file) != "1\n", "the new port")
            self.assertEqual(stale.read(), "1\n")  # the file itself was not written to
            self.check(process)
        self.port_file.write_text("1\n")
        taken = self.start(port_file=self.folder / "other")
        port = wait_until(lambda: text_of(self.folder / "other"), "the port").strip()
        complaint(run("parleyd", "--port", port, "--port-file", self.port_file))
        self.assertEqual(text_of(self.port_file), "1\n")
        self.stop(taken)

    def test_links_are_followed(self):
        os.mkdir(self.folder / "run")
        for target in ("there", "run/absent", str(self.folder / "run" / "absolute")):
            with self.subTest(target=target):
                if target == "there":
                    (self.folder / target).write_text("1\n")
                (self.folder / "link").symlink_to(target)
                self.port_file.symlink_to("link")
                process = self.start()
                wait_until(lambda: text_of(self.folder / target) not in ("", "1\n"), "the port behind the link")
                self.check(process)
                self.assertTrue(self.port_file.is_symlink())
                self.assertFalse((self.folder / target).exists())
                self.port_file.unlink()
                (self.folder / "link").unlink()

    def test_links_in_a_circle_are_refused(self):
        self.port_file.symlink_to(self.port_file)
        self.assertIn(str(self.port_file), self.refusal("--port-file", self.port_file))

    def test_what_is_no_longer_its_own_is_left(self):
        first = self.start()
        self.port_of(first)
        second = self.start(port_file=self.folder / "new")
        port = wait_until(lambda: text_of(self.folder / "new"), "the port")
        os.rename(self.folder / "new", self.port_file)
        self.stop(first)
        self.assertEqual(text_of(self.port_file), port)
        self.stop(second)

    def test_a_fifo_has_it_once_somebody_reads(self):
        os.mkfifo(self.port_file)
        process = self.start()
        self.assertRegex(process.stdout.readline(), b"listening on")  # it has not waited for a reader
        port = int(read_to_end(self.port_file))
        self.talk(port)
        self.stop(process)
        self.assertTrue(stat.S_ISFIFO(self.port_file.stat().st_mode))

    def test_a_fifo_that_nobody_reads_disturbs_nothing(self):
        os.mkfifo(self.port_file)
        process = self.start()
        port = int(process.stdout.readline().rpartition(b":")[2])
        self.talk(port)
        self.stop(process)

    def test_a_descriptor_is_written_into(self):
        reading, writing = self.pipe()
        for path in (f"/dev/fd/{writing}", f"/proc/self/fd/{writing}"):
            with self.subTest(path=path):
                process = self.start(port_file=path, pass_fds=[writing])
                self.talk(int(os.read(reading, 100)))
                self.stop(process)

    # /dev/stdout is a link as this one; a server that is wrong would put a file in its place.
    def link_to_stdout(self):
        link = self.folder / "stdout"
        link.symlink_to("/proc/self/fd/1")
        return link

    def test_standard_output_is_written_into(self):
        process = self.start(port_file=self.link_to_stdout())
        self.talk(int(process.stdout.readline()))
        self.assertRegex(self.stop(process), rb"^parleyd: listening on .*\nparleyd: served 2 .*\n$")
        self.assertTrue((self.folder / "stdout").is_symlink())

    def test_standard_output_that_is_a_file_keeps_all(self):
        out = self.folder / "out"
        out.write_text("before\n")
        with open(out, "r+b") as stdout:
            stdout.seek(0, os.SEEK_END)
            process = self.start(port_file=self.link_to_stdout(), stdout=stdout)
            wait_until(lambda: "listening" in text_of(out), "the announcement")
            self.stop(process)
        self.assertRegex(text_of(out), r"^before\n\d+\nparleyd: listening on .*\nparleyd: served 0 .*\n$")

    def test_a_full_pipe_has_it_once_there_is_room(self):
        reading, writing = self.full_pipe()
        process = self.start(port_file=f"/dev/fd/{writing}", pass_fds=[writing])
        self.assertRegex(process.stdout.readline(), b"listening on")
        port = b""
        while not (match := re.search(rb"\.(\d+)\n$", port)):
            port = (port + os.read(reading, 65536))[-100:]
        self.talk(int(match.group(1)))
        self.stop(process)

    def test_what_cannot_be_written_is_refused(self):
        os.mkdir(self.folder / "dir")
        for path in (self.folder / "dir", self.folder / "absent" / "port", "/proc/port", f"{self.folder}/{'x' * 300}"):
            with self.subTest(path=path):
                self.assertIn(str(path), self.refusal("--port-file", path))

    def test_a_descriptor_that_is_closed_or_only_read_is_refused(self):
        reading, writing = self.pipe()
        self.refusal("--port-file", f"/dev/fd/{reading}", pass_fds=[reading])
        for number in (3, 5, 6, 7, 8, 9, 10, 200):  # those that the server will use itself, too
            self.refusal("--port-file", f"/dev/fd/{number}")
        self.close(reading)
        self.refusal("--port-file", f"/dev/fd/{writing}", pass_fds=[writing])

    @unittest.skipIf(IS_SANITIZED, "the limit ends a sanitizer's program before the server's first line")
    def test_a_full_disk_is_told_and_the_stale_one_stays(self):
        self.port_file.write_text("1\n")
        self.assertRegex(self.refusal("--port-file", self.port_file, preexec_fn=no_room), "port.*too large")
        self.assertEqual(text_of(self.port_file), "1\n")


class LogFileTest(FilesTest):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "log"

    def start_with_log(self, *options, **settings):
        process = self.start("--log-file", self.log, *options, **settings)
        return process, self.port_of(process)

    def arrives(self, port, name, log):
        """A newcomer's line is in this log."""
        user = self.sign_on(port, name)
        wait_until(lambda: name in text_of(log), f"{name} is in {log}")
        return user

    def test_it_is_added_to(self):
        self.log.write_text("before\n")
        process, port = self.start_with_log()
        self.arrives(port, "carol", self.log)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.communicate(timeout=WAIT_S)[1], b"")
        self.assertTrue(text_of(self.log).startswith("before\n"))

    def test_sighup_opens_it_anew(self):
        process, port = self.start_with_log()
        self.arrives(port, "carol", self.log)
        os.rename(self.log, self.folder / "log.1")
        self.arrives(port, "dave", self.folder / "log.1")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "goes on here" in text_of(self.log), "the new log")
        self.arrives(port, "erin", self.log)
        self.assertNotIn("erin", text_of(self.folder / "log.1"))
        self.stop(process)

    def test_sighup_is_told_whatever_the_level(self):
        process, port = self.start_with_log("--log-level", "error")
        os.rename(self.log, self.folder / "log.1")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "goes on here" in text_of(self.log), "the new log")
        self.stop(process)

    def test_sighup_goes_on_with_the_old_one_when_there_can_be_no_new_one(self):
        process, port = self.start_with_log()
        old = self.folder / "log.1"
        os.rename(self.log, old)
        os.mkdir(self.log)
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "goes on" in text_of(old), "the complaint")
        self.arrives(port, "carol", old)
        self.stop(process)

    def test_a_fifo_keeps_what_it_can_until_somebody_reads(self):
        os.mkfifo(self.log)
        process, port = self.start_with_log("--log-level", "debug")
        ann, bob = self.talk(port)
        for _ in range(200):  # many times what a pipe holds
            exchange(ann, bob, "x" * 1000)
        reading = os.open(self.log, os.O_RDONLY)
        self.addCleanup(self.close, reading)
        self.assertIn(b"ann", os.read(reading, 65536))
        self.stop(process)

    def test_a_descriptor_is_written_into(self):
        reading, writing = self.pipe()
        process = self.start("--log-file", f"/dev/fd/{writing}", pass_fds=[writing])
        self.close(writing)
        port = self.port_of(process)
        self.talk(port)
        process.send_signal(signal.SIGHUP)
        self.sign_on(port, "carol")
        self.stop(process)
        with os.fdopen(os.dup(reading), "rb") as log:
            lines = log.read()
        self.assertRegex(lines, b"(?s)ann.*carol")

    def test_a_full_disk_costs_lines_and_nothing_else(self):
        process, port = self.start_with_log("--log-level", "debug", preexec_fn=little_room)
        ann, bob = self.talk(port)
        for _ in range(50):
            exchange(ann, bob)
        full = self.folder / "log.1"
        os.rename(self.log, full)
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "goes on here" in text_of(self.log), "the new log")
        self.assertIn("log lines were dropped", text_of(self.log))
        exchange(ann, bob)
        self.assertLessEqual(full.stat().st_size, 1000)
        self.stop(process)

    def test_what_cannot_be_opened_is_refused(self):
        for path in (self.folder, self.folder / "absent" / "log", "/proc/log", "/dev/fd/200"):
            with self.subTest(path=path):
                self.assertRegex(self.refusal("--log-file", path, "--port-file", self.port_file),
                                 f"{path}|descriptor {str(path)[8:]}")


if __name__ == "__main__":
    support.main()
