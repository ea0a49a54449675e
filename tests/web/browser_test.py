#!/usr/bin/env python3
"""The page in a real browser: its users and those of other dialects in one conversation, what it makes of hostile texts.

    browser_test.py PARLEYD
"""

import signal
import subprocess
import tempfile
from pathlib import Path

import browser
import support
from browser import BrowserTest, Keys
from users import TelnetUser, TwoSocketUser

MOST_LINES = 500  # transcript.js


class Conversation(BrowserTest):
    def test_two_browsers_a_telnet_and_a_two_socket_user(self):
        tom = self.add_user(TelnetUser, "tom")
        tess = self.add_user(TwoSocketUser, "tess")
        tom.sees_arrival("tess")
        ann = self.open("ann")
        tom.sees_arrival("ann")
        ben = self.open("ben")
        tom.sees_arrival("ben")
        ann.sees_note("ben came")
        ann.wait(lambda: ann.people() == {"tom": "telnet", "tess": "two sockets", "ann": "you", "ben": "browser"}, "list of all")

        ann.say("Gr\u00fc\u00dfe \u2713")
        tom.hears("ann", "Gr\u00fc\u00dfe \u2713")
        ann.line("Gr\u00fc\u00dfe \u2713", mark="the server has it")
        tess.hears("ann", "Gr\u00fc\u00dfe \u2713")
        ann.line("Gr\u00fc\u00dfe \u2713", sender="ann", mark="delivered to 3 people", outcome=None)
        ben.line("Gr\u00fc\u00dfe \u2713", sender="ann", mark=None)
        tom.say("from a terminal")
        tess.hears("tom", "from a terminal")
        for page in (ann, ben):
            page.line("from a terminal", sender="tom", is_private=False)
        self.assertEqual(len(ann.lines()), 2, "an own line stands there once")

        ben.say("@ANN psst")
        ben.line("psst", mark="delivered to 1 person", is_private=True)
        ann.line("psst", sender="ben", is_private=True)
        ben.press(Keys.ESCAPE)
        tess.tell("ann", "from two sockets")
        ann.line("from two sockets", sender="tess", is_private=True)
        tess.sees_told("ann", "")
        ben.say("@nobody psst")
        ben.line("psst", outcome="Nobody is called nobody.")
        for user in (tom, tess):
            user.hears_nothing()
        ben.find("leave").click()
        ann.sees_note("ben left")
        tom.sees_departure("ben")

    def test_a_line_that_not_everybody_has_says_so(self):
        self.server = self.start_server("--receipt-timeout", "0.2", *self.options)
        silent = self.add_user(TwoSocketUser, "silent")
        ann = self.open("ann")
        ann.say("hello?")
        ann.line("hello?", outcome="Not everybody has it.")
        silent.close()
        ann.sees_note("silent left")
        ann.say("anybody?")
        ann.line("anybody?", outcome="Nobody else is in this room.")

    def test_rooms(self):
        tom = self.add_user(TelnetUser, "tom")
        tom.enter("The Den")
        ann = self.open("ann")
        ann.wait(lambda: ann.find_all(".room"), "other room")
        self.assertEqual(ann.find_all(".room")[0].get_attribute("aria-label"), "Enter The Den, where 1 person is")
        ann.find_all(".room")[0].click()
        ann.wait(lambda: ann.text("room") == "The Den", "room")
        tom.sees_arrival("ann")
        self.assertTrue(ann.run("return location.href").endswith("/#The%20Den"))
        ben = self.open("ben", place="#The%20Den")
        tom.sees_arrival("ben")
        ben.say("here by a link")
        tom.hears("ben", "here by a link")
        ann.line("here by a link", sender="ben")

    def test_it_keeps_a_bounded_number_of_lines_and_the_place_of_the_reader(self):
        tess = self.add_user(TwoSocketUser, "tess")
        ann = self.open("ann")
        for number in range(MOST_LINES + 50):
            tess.say(f"line {number}")
            tess.sees_said("")
        ann.line(f"line {MOST_LINES + 49}")
        self.assertLessEqual(len(ann.find_all("#lines > li")), MOST_LINES)
        ann.wait(lambda: ann.run("const log = document.getElementById('log'); return log.scrollHeight - log.scrollTop - log.clientHeight < 2"),
                 "newest line in sight")
        ann.wait_for_picture()  # which it scrolls to the end for, perhaps once more
        ann.run("document.getElementById('log').scrollTop = 0")
        ann.wait_for_picture()
        self.assertFalse(ann.is_shown("newer"))
        self.assertEqual(ann.run("return document.getElementById('log').scrollTop"), 0)
        tess.say("one more")
        tess.sees_said("")
        ann.wait(lambda: ann.text("newer") == "1 new line \u2193", "word of a new line")
        ann.find("newer").click()
        ann.wait(lambda: not ann.is_shown("newer"), "end of the lines")

    def test_what_is_unread_is_in_the_title_and_told_if_wanted(self):
        tom = self.add_user(TelnetUser, "tom")
        ann = self.open("ann")
        tom.sees_arrival("ann")
        ann.tell_browser("Browser.grantPermissions", permissions=["notifications"])
        ann.run("window.told = []; window.Notification = class { static requestPermission() { return Promise.resolve('granted'); }"
                "constructor(title, { body }) { window.told.push(`${title}: ${body}`); } }")
        ann.find("notify").click()
        ann.wait(lambda: ann.find("notify").get_attribute("aria-pressed") == "true", "pressed button")
        self.assertEqual(ann.front().title, "General \u00b7 Parley")
        ann.run("document.hasFocus = () => false")  # whether another window has it is the window manager's
        tom.say("good morning")
        tom.say("is Ann here? not Annette")
        tom.tell("ann", "psst")
        ann.wait(lambda: ann.front().title == "(3) General \u00b7 Parley", "title with a count")
        self.assertEqual(ann.run("return window.told"), ["tom: is Ann here? not Annette", "tom, privately: psst"])
        ann.run("delete document.hasFocus; window.dispatchEvent(new Event('focus'))")
        self.assertEqual(ann.front().title, "General \u00b7 Parley")


class OverTls(BrowserTest):
    def test_the_page_and_its_socket_are_the_port_s(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        server = self.start_server("--web-tls", "0", "--telnet", "0", "--tls-self-signed", Path(folder) / "own", *self.options,
                                   dialects=("telnet", "web-tls"), own_ports=True)
        tom = TelnetUser(server.ports["telnet"], "tom")
        self.addCleanup(tom.close)
        tom.sign_on()
        ann = self.open("ann", port=server.ports["web-tls"], scheme="https")
        tom.sees_arrival("ann")
        ann.say("in private")
        tom.hears("ann", "in private")
        ann.line("in private", mark="delivered to 1 person")


class Operator(BrowserTest):
    def test_who_was_removed_does_not_come_back_by_itself(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server = self.start_server("--control", folder / "control", *self.options)
        tom = self.add_user(TelnetUser, "tom")
        ann = self.open("ann")
        tom.sees_arrival("ann")
        ann.type("half a")
        subprocess.run([Path(support.Parleyd.command).parent / "parleyctl", "--control", folder / "control", "kick", "ann"],
                       check=True, timeout=support.WAIT_S, stdout=subprocess.DEVNULL)
        tom.sees_departure("ann")
        ann.wait(lambda: ann.text("trouble-text").startswith("The operator has removed you"), "word of that")
        ann.sees_note("The operator has removed you")
        self.assertEqual(ann.find("try-now").text, "Join again")
        tom.hears_nothing()
        ann.find("try-now").click()
        ann.press(Keys.ENTER)
        ann.wait_until_on()
        tom.sees_arrival("ann")
        ann.press(" thought", Keys.ENTER)
        tom.hears("ann", "half a thought")


class HostileTexts(BrowserTest):
    def test_a_text_is_shown_as_text(self):
        tess = self.add_user(TwoSocketUser, "tess")
        ann = self.open("ann")
        texts = ["<img src=x onerror=\"document.title='owned'\">", "</script><script>document.title = 'owned'</script>",
                 "</textarea></li></ol><style>*{display:none}</style>", "&lt;b&gt; &amp;", "${document.title = 'owned'}",
                 "javascript:alert(1) data:text/html,x", "a\u0301" + "\u0301" * 300, "\u05e9\u05dc\u05d5\u05dd (abc)"]
        for text in texts:
            tess.say(text)
            tess.sees_said("")
            ann.line(text, sender="tess")
        self.assertEqual(ann.run("return document.querySelectorAll('#lines :is(img, script, style, a, b, iframe)').length"), 0)
        self.assertEqual(ann.front().title, "General \u00b7 Parley")
        self.assertEqual(ann.check("width"), [])

    def test_overrides_of_direction_and_controls_are_named(self):
        tess = self.add_user(TwoSocketUser, "tess")
        ann = self.open("ann")
        for text, shown in (("photo_\u202egpj.exe", "photo_U+202Egpj.exe"), ("a\u202a\u202a\u202bb", "aU+202A\u00d73b"), ("\u202dx", "U+202Dx"),
                            ("\u2066\u2067a\u2069b", "U+2066\u00d72aU+2069b"), ("\u061cc\u200b\u200ed", "U+061CcU+200B\u00d72d"),
                            ("pay\u200cpal\u00ad\ufeff\u3164", "payU+200CpalU+00AD\u00d73"), ("e\U000e0041f", "eU+E0041f"),
                            # Within what is written so they stay.
                            ("\u0645\u06cc\u200c\u062e \u0915\u094d\u200d\u0937", "\u0645\u06cc\u200c\u062e \u0915\u094d\u200d\u0937"),
                            ("\U0001f468\u200d\U0001f469 \u2764\ufe0f\u200d\U0001f525", "\U0001f468\u200d\U0001f469 \u2764\ufe0f\u200d\U0001f525")):
            tess.say(text)
            tess.sees_said("")
            ann.line(shown)
        # Letters stand in the order in which they came.
        self.assertEqual(ann.run("""const text = document.querySelector(".text").lastChild;
            const place = (at) => { const range = new Range(); range.setStart(text, at); range.setEnd(text, at + 1);
                                    return range.getBoundingClientRect().left; };
            return text.data === "gpj.exe" && place(0) < place(6)"""), True)

    def test_links_lead_where_they_say(self):
        tess = self.add_user(TwoSocketUser, "tess")
        ann = self.open("ann")
        tess.say("See https://example.org/a_(b), (http://example.org/c). https://bank.example@elsewhere.example/ "
                 "https://b\u00fccher.example/ https://b\u00fccher.example/?//xn--bcher-kva.example "
                 "https://ok.example/\u202egpj ftp://no.example x://y https://")
        tess.sees_said("")
        links = ann.wait(lambda: ann.run("return [...document.querySelectorAll('.text a')].map((a) => [a.textContent, a.href, a.rel, a.target])"),
                         "links")
        self.assertEqual([[shown, to] for shown, to, _, _ in links],
                         [["https://example.org/a_(b)", "https://example.org/a_(b)"], ["http://example.org/c", "http://example.org/c"],
                          ["https://b\u00fccher.example/", "https://xn--bcher-kva.example/"],
                          ["https://b\u00fccher.example/?//xn--bcher-kva.example", "https://xn--bcher-kva.example/?//xn--bcher-kva.example"],
                          ["https://ok.example/", "https://ok.example/"]])
        self.assertEqual({(rel, target) for _, _, rel, target in links}, {("noopener noreferrer", "_blank")})
        self.assertEqual(ann.run("return [...document.querySelectorAll('.true-host')].map((host) => host.textContent)"),
                         2 * [" [xn--bcher-kva.example]"])

    def test_a_long_text_is_folded_and_whole(self):
        tess = self.add_user(TwoSocketUser, "tess")
        ann = self.open("ann", size=browser.PHONE)
        text = "<b>" + "x" * (60 * 1024) + "end"
        tess.say(text)
        tess.sees_said("")
        button = ann.wait(lambda: ann.find_all(".fold"), "folded text")[0]
        self.assertEqual(button.text, f"Show all {len(text):,} characters")
        self.assertLess(len(ann.lines()[0]["text"]), 1000)
        button.click()
        self.assertEqual(ann.lines()[0]["text"], text)
        self.assertEqual(ann.check("width"), [])
        button.click()
        self.assertLess(len(ann.lines()[0]["text"]), 1000)

    def test_what_is_too_long_to_be_sent_stays(self):
        ann = self.open("ann")
        ann.say("\u20ac" * 22_000)
        ann.wait(lambda: ann.text("advice") == "That is too long: 66,002 bytes, of at most 65,000.", "complaint")
        self.assertEqual(ann.run("return document.getElementById('draft').value.length"), 22_000)
        self.assertEqual(ann.lines(), [])

    def test_nothing_comes_from_elsewhere_and_nothing_runs_inline(self):
        ann = self.open("ann")
        loaded = ann.run("return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin)")
        self.assertGreater(len(loaded), 5)
        self.assertEqual(set(loaded), {ann.run("return location.origin")})
        ann.run("const script = document.createElement('script'); script.textContent = 'window.owned = true'; document.head.append(script);"
                "const image = document.createElement('img'); image.src = 'http://127.0.0.1:1/'; document.body.append(image)")
        self.assertIsNone(ann.run("return window.owned ?? null"))
        self.expected_errors = ("Content Security Policy", "Content-Security-Policy")


class Outages(BrowserTest):
    expected_errors = ("WebSocket connection to", "ERR_CONNECTION_REFUSED")

    def setUp(self):
        super().setUp()
        self.port = self.server.ports["web"]

    def restart(self):
        """Another server where the first one was."""
        self.server = self.start_server("--web", str(self.port), "--telnet", "0", *self.options, dialects=("telnet", "web"), own_ports=True)

    def test_a_half_typed_line_outlives_the_server(self):
        ann = self.open("ann")
        ann.say("before")
        ann.line("before", outcome="Nobody else is in this room.")
        ann.type("half a th")
        self.server.program.kill()
        ann.wait(lambda: ann.is_shown("trouble"), "word of the lost connection")
        ann.press("ought", Keys.ENTER)
        ann.wait(lambda: ann.text("advice") == "Not connected: your line stays here.", "advice")
        self.restart()
        tom = self.add_user(TelnetUser, "tom")
        ann.run("document.getElementById('try-now').click()")
        tom.sees_arrival("ann")
        ann.sees_note("Connected again.")
        self.assertFalse(ann.is_shown("trouble"))
        self.assertEqual(ann.run("return document.activeElement.id + document.activeElement.value"), "drafthalf a thought")
        ann.press(Keys.ENTER)
        tom.hears("ann", "half a thought")
        ann.line("half a thought", mark="delivered to 1 person")

    def test_a_line_that_was_not_confirmed_is_neither_lost_nor_doubled(self):
        ann = self.open("ann")
        self.server.program.process.send_signal(signal.SIGSTOP)
        ann.say("on its way")
        ann.line("on its way", mark="on its way")
        self.server.program.kill()
        ann.line("on its way", outcome="The connection was lost; this line may have arrived or not. Send again")
        self.restart()
        tom = self.add_user(TelnetUser, "tom")
        tom.sees_arrival("ann")  # it comes by itself
        ann.sees_note("Connected again.")
        tom.hears_nothing()
        ann.find_all(".outcome button")[0].click()
        tom.hears("ann", "on its way")
        ann.line("on its way", mark="delivered to 1 person")
        self.assertEqual([line["mark"] for line in ann.lines()], ["sent again below", "delivered to 1 person"])
        tom.hears_nothing()


if __name__ == "__main__":
    browser.main()
