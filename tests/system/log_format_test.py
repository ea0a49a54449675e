"""parleyd --log-format, and what it writes when stderr is systemd's journal."""

import json
import os
import re

from programs import ProgramTest, complaint, run, support, wait_until
from support import Socket

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
LOGFMT = re.compile(rf'time={TIME} level=(debug|info|warning|error) msg="((?:[^"\\\n]|\\.)*)"')


class LogFormatTest(ProgramTest):
    def lines_of(self, *options, journal=False, log_file=False):
        """What a conversation and some odd peers leave in the log."""
        path = self.folder / "stderr"
        with open(path, "wb") as error:
            status = os.fstat(error.fileno())
            here = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}" if journal is True else str(journal)} if journal else {}
            if log_file:
                path = self.folder / "log"
                options += ("--log-file", path)
            process = self.start("--telnet", "0", *options, stderr=error, env={**os.environ, **here})
        ports = dict(line.split() for line in self.port_lines(process))
        two_socket = int(ports["two-socket"])
        self.talk(two_socket)
        for odd in (b"REGISTER TOSEND \"a\\\x01\x1b[2J\xff\n\n", b"REGISTER TORECV J\xc3\xbcrgen\xe2\x80\xa8\n\n",
                    b"REGISTER TOSEND " + b"\"\xf0\x9f\x90\xa6" * 700 + b"\n\n"):
            with Socket(two_socket) as one:
                one.send(odd)
                one.half_close()
                one.receive_rest()
        self.stop(process)
        text = path.read_text(encoding="utf-8")
        self.assertTrue(text.endswith("\n"))
        return text.splitlines()

    def check_told(self, messages):
        self.assertTrue(any(message.startswith("ann arrived (two-socket") for message in messages), messages)
        self.assertTrue(any("refused the name" in message for message in messages), messages)

    def test_json(self):
        lines = [json.loads(line) for line in self.lines_of("--log-format", "json", "--log-level", "debug")]
        for line in lines:
            self.assertEqual(list(line), ["time", "level", "message"])
            self.assertRegex(line["time"], f"^{TIME}$")
        self.assertLessEqual({line["level"] for line in lines}, {"debug", "info"})
        self.check_told([line["message"] for line in lines])

    def test_logfmt(self):
        matches = [LOGFMT.fullmatch(line) for line in self.lines_of("--log-format", "logfmt", "--log-level", "debug")]
        self.assertNotIn(None, matches)
        self.check_told([match[2] for match in matches])

    def test_text_as_ever(self):
        for options in ((), ("--log-format", "text")):
            for line in (lines := self.lines_of(*options)):
                self.assertRegex(line, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} info ")
            self.check_told([line.split(" ", 3)[3] for line in lines])
            self.port_file.unlink(missing_ok=True)

    def test_a_journal_has_priorities_and_its_own_time(self):
        lines = self.lines_of("--log-level", "debug", journal=True)
        for line in lines:
            self.assertRegex(line, r"^<[67]>(?!\d{4}-)")
        self.check_told([line[3:] for line in lines])
        self.port_file.unlink(missing_ok=True)
        lines = self.lines_of("--log-format", "json", journal=True)
        for line in lines:
            self.assertTrue(line.startswith("<6>"))
            self.assertEqual(list(json.loads(line[3:])), ["level", "message"])

    def test_what_is_no_journal(self):
        for settings in ({"journal": "1:2"}, {"journal": "x"}, {"journal": True, "log_file": True}):
            with self.subTest(settings=settings):
                self.assertRegex(self.lines_of(**settings)[0], r"^\d{4}-")
                self.port_file.unlink(missing_ok=True)

    def test_the_lines_that_were_dropped_are_told_in_the_same_format(self):
        reading, writing = self.full_pipe()
        process = self.start("--log-format", "json", stderr=writing)
        port = self.port_of(process)
        self.sign_on(port, "ann")
        os.read(reading, 1 << 20)
        self.sign_on(port, "bob")
        line = wait_until(lambda: os.read(reading, 1 << 16).lstrip(b"."), "a line").splitlines()[0]
        self.assertRegex(json.loads(line)["message"], r"^\(\d+ log lines were dropped: there was no room\)$")
        self.assertEqual(json.loads(line)["level"], "warning")
        self.stop(process)

    def test_a_format_that_is_none(self):
        self.assertIn("--log-format", complaint(run("parleyd", "--port", "0", "--log-format", "xml")))


if __name__ == "__main__":
    support.main()
