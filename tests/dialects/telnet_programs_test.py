#!/usr/bin/env python3
"""The programs that people have, in terminals: GNU telnet, BusyBox's, PuTTY's plink and netcat, as their users use them.

    telnet_programs_test.py PARLEYD
"""

from support import DialectTest, Program, Terminal, main
from users import TelnetUser, TwoSocketUser

HOST = "127.0.0.1"
PROMPT = "Please enter your name: "
ESCAPE, INTERRUPT, END_OF_FILE = "\x1d", "\x03", "\x04"
FOREIGN_HOST = "Connection closed by foreign host."

# From the page of the task (PicoLisp's entry): all that the two see of each other, on one server after the other.
PAGE_BEN = """\
Please enter your name: Ben
+++ Tom arrived +++
Hi Tom
Tom> Hi Ben
Tom> How are you?
Thanks, fine!
Tom> See you!
--- Tom left ---
"""
PAGE_TOM = """\
Please enter your name: Tom
Ben> Hi Tom
Hi Ben
How are you?
Ben> Thanks, fine!
See you!
^]
telnet> quit
Connection closed.
"""
# zkl's entry, but for its prompt and "leaves".
PAGE_SAM = """\
Please enter your name: sam
+++ craig arrived +++
craig> this is a test
sam i am
Connection closed by foreign host.
"""
PAGE_CRAIG = """\
Please enter your name: craig
this is a test
sam> sam i am
--- sam left ---
Connection closed by foreign host.
"""


class ProgramsTest(DialectTest):
    dialects = ("two-socket", "telnet")

    def setUp(self):
        super().setUp()
        port = self.server.ports["telnet"]
        self.gnu_telnet = ("telnet", HOST, port)
        self.plink_telnet = ("plink", "-telnet", "-P", port, HOST)
        self.plink_raw = ("plink", "-raw", "-P", port, HOST)
        self.busybox = ("busybox", "telnet", HOST, port)
        self.netcat = ("nc", HOST, port)

    def start(self, program):
        """In a terminal, and asked for a name."""
        terminal = self.enterContext(Terminal(*program))
        terminal.wait_for(PROMPT)
        return terminal

    def sign_on(self, program, name, *others):
        """In a terminal, after these others, who have seen the arrival."""
        terminal = self.start(program)
        terminal.type(f"{name}\r")
        terminal.wait_for(f"{name}\r")  # the echo
        terminal.wait_for(" user(s) online: ")
        terminal.wait_for(f"{name}\r")
        for other in others:
            other.wait_for(f"+++ {name} arrived +++\r\n")
        return terminal

    def check_screen(self, terminal, page, online):
        """What a page shows, and the one line that its server does not have."""
        shown = terminal.text.replace("\r\n", "\n")
        name_line, rest = page.split("\n", 1)
        self.assertEqual(shown[shown.index(PROMPT):], f"{name_line}\n{len(online)} user(s) online: {', '.join(online)}\n{rest}")


class TwoTerminals(ProgramsTest):
    """The sessions on the page of the task, in GNU telnet."""

    def test_ben_and_tom(self):
        ben = self.sign_on(self.gnu_telnet, "Ben")
        tom = self.sign_on(self.gnu_telnet, "Tom", ben)
        for speaker, name, listener, text in ((ben, "Ben", tom, "Hi Tom"), (tom, "Tom", ben, "Hi Ben"), (tom, "Tom", ben, "How are you?"),
                                              (ben, "Ben", tom, "Thanks, fine!"), (tom, "Tom", ben, "See you!")):
            speaker.type(f"{text}\r")
            listener.wait_for(f"{name}> {text}\r\n")
        tom.type(ESCAPE)
        tom.wait_for("telnet> ")
        tom.type("quit\r")
        tom.wait_for_end()
        ben.wait_for("--- Tom left ---\r\n")
        self.check_screen(ben, PAGE_BEN, ["Ben"])
        self.check_screen(tom, PAGE_TOM, ["Ben", "Tom"])

    def test_sam_and_craig(self):
        sam = self.sign_on(self.gnu_telnet, "sam")
        craig = self.sign_on(self.gnu_telnet, "craig", sam)
        craig.type("this is a test\r")
        sam.wait_for("craig> this is a test\r\n")
        sam.type("sam i am\r")
        craig.wait_for("sam> sam i am\r\n")
        sam.type(END_OF_FILE)
        sam.wait_for_end()
        craig.wait_for("--- sam left ---\r\n")
        self.server.stop()
        craig.wait_for_end()
        self.check_screen(sam, PAGE_SAM, ["sam"])
        self.check_screen(craig, PAGE_CRAIG, ["sam", "craig"])


class GnuTelnet(ProgramsTest):
    def setUp(self):
        super().setUp()
        self.tom = self.add_user(TelnetUser, "Tom")
        self.ben = self.sign_on(self.gnu_telnet, "Ben")
        self.tom.sees_arrival("Ben")

    def check_chat(self, text):
        """Both ways; what Ben types comes first, and with it all that his telnet has sent before."""
        self.ben.type(f"{text}\r")
        self.tom.hears("Ben", text)
        self.tom.say(f"{text} yourself")
        self.ben.wait_for(f"Tom> {text} yourself\r\n")

    def at_its_prompt(self, line):
        self.ben.type(ESCAPE)
        self.ben.wait_for("telnet> ")
        self.ben.type(f"{line}\r")

    def test_TN2_3_chat_goes_on_after_an_interrupt(self):
        """Until it has its timing mark, this telnet throws away all that comes."""
        for i in range(3):
            self.ben.type(INTERRUPT)
            self.check_chat(f"hello {i}")
        self.tom.hears_nothing()

    def test_TN2_5_an_interrupt_with_an_urgent_data_mark(self):
        self.at_its_prompt("toggle autosynch")
        self.ben.wait_for("urgent mode")
        for i in range(3):
            self.ben.type(INTERRUPT)
            self.check_chat(f"hello {i}")
        self.tom.hears_nothing()

    def test_TN2_1_whatever_can_be_sent_from_its_prompt(self):
        for what in ("synch", "ip", "ao", "ayt", "brk", "abort", "susp", "ga", "nop", "ec", "el", "escape",
                     "do echo", "will echo", "dont echo", "wont echo"):
            with self.subTest(send=what):
                self.at_its_prompt(f"send {what}")
                self.check_chat(f"hello after {what}")
        self.tom.hears_nothing()

    def test_TN2_1_its_modes(self):
        for mode in ("character", "line"):
            with self.subTest(mode=mode):
                self.at_its_prompt(f"mode {mode}")
                self.check_chat(f"hello in {mode} mode")

    def test_TN5_1_end_of_file_from_its_prompt(self):
        self.at_its_prompt("send eof")
        self.ben.wait_for(FOREIGN_HOST)
        self.ben.wait_for_end()
        self.tom.sees_departure("Ben")

    def test_a_half_typed_line(self):
        self.ben.type("I was ab")
        self.ben.wait_for("I was ab")
        self.tom.say("sorry?")
        self.ben.wait_for("Tom> sorry?\r\n")
        self.ben.type("out to say x\x7fhello\r")
        self.tom.hears("Ben", "I was about to say hello")

    def test_a_line_that_somebody_hides_notices_in(self):
        tim = self.add_user(TwoSocketUser, "tim")
        self.ben.wait_for("+++ tim arrived +++\r\n")
        tim.say("look\n--- Tom left ---\r\n+++ eve arrived +++\x1b[A")
        self.ben.wait_for("tim> look\r\ntim> --- Tom left ---\r\ntim> +++ eve arrived +++\\x1b[A\r\n")


class EachProgram(ProgramsTest):
    def setUp(self):
        super().setUp()
        # How its user leaves. When we end the stream, the last two still wait for the end of their own input.
        self.programs = {self.gnu_telnet: END_OF_FILE, self.plink_telnet: END_OF_FILE, self.busybox: END_OF_FILE,
                         self.plink_raw: f"/quit\r{END_OF_FILE}", self.netcat: f"/quit\r{END_OF_FILE}"}
        self.tom = self.add_user(TelnetUser, "Tom")

    def test_from_the_name_to_the_end(self):
        """No name is garbled by what a program negotiates before it, and nothing of that is shown."""
        for program in self.programs:
            with self.subTest(program=program):
                self.check_conversation(program)

    def check_conversation(self, program):
        zoe = self.start(program)
        zoe.type("Tom\r")
        zoe.wait_for("Name already registered. Please enter your name: ")
        zoe.type("Zoë\r")
        self.tom.sees_arrival("Zoë")
        zoe.wait_for("2 user(s) online: Tom, Zoë\r")
        self.tom.say("Grüße, Zoë")
        zoe.wait_for("Tom> Grüße, Zoë\r")
        zoe.type("Grüße, Tom\r")
        self.tom.hears("Zoë", "Grüße, Tom")
        zoe.type("@tom psst\r")
        self.tom.hears_private("Zoë", "psst")
        zoe.type(self.programs[program])
        self.tom.sees_departure("Zoë")
        zoe.wait_for_end()
        self.tom.hears_nothing()
        self.assertNotIn(b"\xff", zoe.output)

    def test_the_name_of_a_killed_one_is_free_at_once(self):
        for program in self.programs:
            with self.subTest(program=program):
                zoe = self.start(program)
                zoe.type("Zoë\r")
                self.tom.sees_arrival("Zoë")
                zoe.kill()
                self.tom.sees_departure("Zoë")

    def test_each_ends_when_the_server_does(self):
        terminals = {program: self.sign_on(program, f"user{i}") for i, program in enumerate(self.programs)}
        self.server.stop()
        for program, terminal in terminals.items():
            with self.subTest(program=program):
                if program in (self.plink_raw, self.netcat):
                    terminal.type(END_OF_FILE)
                terminal.wait_for_end(code=1 if program == self.busybox else 0)


class Pipes(ProgramsTest):
    def test_TN1_5_netcat_with_a_last_line_without_an_end(self):
        tom = self.add_user(TelnetUser, "Tom")
        with Program(*self.netcat, "-N") as netcat:
            netcat.type("ann\nhello\ngoodbye")
            netcat.end_input()
            tom.sees_arrival("ann")
            tom.hears("ann", "hello")
            tom.hears("ann", "goodbye")
            tom.sees_departure("ann")
            self.assertEqual(netcat.wait_for_end(), f"{PROMPT}2 user(s) online: Tom, ann\r\n".encode())
        tom.hears_nothing()


if __name__ == "__main__":
    main()
