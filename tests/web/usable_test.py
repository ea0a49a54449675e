#!/usr/bin/env python3
"""The page in a real browser, for everybody: with a keyboard alone, on a phone, in dark and light, read aloud; passwords.

    usable_test.py PARLEYD
"""

import subprocess
import tempfile
from pathlib import Path

import browser
import support
from browser import PHONE, WIDE, BrowserTest, Keys
from support import HASH_WAIT_S, ROOT
from users import TelnetUser, TwoSocketUser

PAGES = (ROOT / "server/web/page", ROOT / "base/page")
MOST_BYTES = 60 * 1024


class Usable(BrowserTest):
    def tab_to(self, page, wanted, is_back=False):
        """Presses Tab until what has the focus is what is wanted; every stop on the way must show that it has it."""
        seen = []
        for _ in range(40):
            (page.press_shifted if is_back else page.press)(Keys.TAB)
            self.assertEqual(page.check("focus"), [])
            seen.append(page.run("const at = document.activeElement; return at.id || at.dataset.name || at.dataset.room || at.className"))
            if seen[-1] == wanted:
                return
        self.fail(f"Tab never comes to {wanted}, but to {seen}")

    def test_with_a_keyboard_alone(self):
        tom = self.add_user(TelnetUser, "tom")
        tom.enter("Den")
        self.add_user(TelnetUser, "zoe")
        ann = self.open()
        ann.press("ann", Keys.TAB, Keys.TAB)
        self.assertEqual(ann.run("return document.activeElement.id"), "join")
        ann.press(Keys.ENTER)
        ann.wait_until_on()
        ann.press("hello")
        ann.press_shifted(Keys.ENTER)
        ann.press("again", Keys.ENTER)
        ann.line("hello\nagain", mark="delivered to 1 person")
        ann.wait(lambda: "zoe" in ann.people() and ann.find_all(".room"), "people and rooms")
        self.tab_to(ann, "zoe")
        ann.press(Keys.ENTER)
        ann.press("psst", Keys.ENTER)
        ann.line("psst", is_private=True, mark="delivered to 1 person")
        self.assertTrue(ann.is_shown("recipient"))
        ann.press(Keys.ESCAPE)
        self.assertFalse(ann.is_shown("recipient"))
        self.tab_to(ann, "Den")
        ann.press(Keys.ENTER)
        tom.sees_arrival("ann")
        ann.wait(lambda: ann.text("room") == "Den", "room")
        ann.press("made it", Keys.ENTER)
        tom.hears("ann", "made it")
        self.tab_to(ann, "log", is_back=True)

    def test_who_a_line_is_for_is_shown_before_it_goes(self):
        ann = self.open("ann")
        ann.press("@tom hello")
        self.assertEqual(ann.text("recipient-name"), "tom")
        self.assertEqual(ann.run("return document.getElementById('draft').value"), "hello")
        ann.press(Keys.HOME, Keys.BACKSPACE)
        self.assertFalse(ann.is_shown("recipient"))
        self.assertEqual(ann.run("return document.getElementById('draft').value"), "@tomhello")
        ann.press(" ", Keys.ENTER)  # it is text now, as the user has said
        ann.line("@tom hello", is_private=False)

    def fill_with_everything(self):
        """A page with each kind of line, in the longest names that there are, and so many people that one can look for a name."""
        for number in range(12):
            self.add_user(TelnetUser, f"p{number}")
        long_name, long_room = "W" * 32, "M" * 64
        watcher = self.add_user(TelnetUser, long_name)
        watcher.enter(long_room)
        watcher.say("/join General")
        watcher.expect("You are in the room General.\r\n")
        tess = self.add_user(TwoSocketUser, "tess")
        other = self.add_user(TelnetUser, "other")
        other.enter(long_room)
        page = self.open("ann")
        for text in ("unbroken" * 40, "photo_\u202egpj.exe https://b\u00fccher.example/" + "x" * 200, "word " * 400):
            tess.say(text)
            tess.sees_said("")
        tess.tell("ann", "in private")
        page.say("@nobody hello")
        page.press(Keys.ESCAPE)
        page.say(f"@{long_name} hello")
        page.line("hello", mark="delivered to 1 person")
        page.wait(lambda: page.find_all(".room"), "other room")
        return page

    def test_in_every_width_and_scheme(self):
        page = self.fill_with_everything()
        for size in (WIDE, PHONE, (320, 568)):
            page.resize(*size)
            for scheme in ("light", "dark"):
                page.prefer(color_scheme=scheme)
                for check in ("names", "contrast", "width"):
                    with self.subTest(size=size, scheme=scheme, check=check):
                        self.assertEqual(page.check(check), [])
        page.find("show-people").click()
        page.wait(lambda: page.run("return document.activeElement.id") == "hide-people", "list of people")
        for check in ("names", "contrast", "width"):
            with self.subTest("the list on a phone", check=check):
                self.assertEqual(page.check(check), [])
        page.find("filter").send_keys("P1")
        page.wait(lambda: list(page.people()) == ["p1", "p10", "p11"], "those whose name has it")
        page.press(Keys.ESCAPE)
        self.assertEqual(page.run("return document.activeElement.id"), "show-people")
        page.wait(lambda: not page.is_shown("people"), "hidden list")

    def test_the_dialog_in_every_width_and_scheme(self):
        self.add_user(TelnetUser, "tom")
        page = self.open()
        page.press("tom", Keys.ENTER)
        page.wait(lambda: page.text("complaint") == "That name is taken. Please connect with another one.", "complaint")
        self.assertEqual(page.find("name").get_attribute("aria-invalid"), "true")
        for size in (WIDE, (320, 568)):
            page.resize(*size)
            for scheme in ("light", "dark"):
                page.prefer(color_scheme=scheme)
                for check in ("names", "contrast", "width", "focus"):
                    with self.subTest(size=size, scheme=scheme, check=check):
                        self.assertEqual(page.check(check), [])
        page.run("document.getElementById('sign-on').addEventListener('close', () => { window.was_closed = true; })")
        page.press(Keys.ESCAPE)
        page.wait(lambda: page.run("return window.was_closed"), "closed dialog")
        self.assertTrue(page.is_shown("sign-on"), "there is nothing behind it yet")
        page.press("ann", Keys.ENTER)
        page.wait_until_on()

    def test_it_is_small(self):
        files = [file for folder in PAGES for file in folder.iterdir()]
        self.assertGreater(len(files), 5)
        self.assertLess(sum(file.stat().st_size for file in files), MOST_BYTES)


class Passwords(BrowserTest):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = Path(folder) / "accounts"
        subprocess.run([support.Parleyd.command, "account", "add", "prof", "--accounts", path], check=True, timeout=HASH_WAIT_S,
                       input=b"open sesame\n", stdout=subprocess.PIPE)
        self.options = (*self.options, "--accounts", str(path))
        super().setUp()

    def test_it_is_asked_for_where_the_name_has_one_and_never_kept(self):
        page = self.open()
        self.assertFalse(page.is_shown("password"))
        page.press("prof", Keys.ENTER)
        page.wait(lambda: page.is_shown("password"), "question for the password")
        self.assertEqual(page.run("return document.activeElement.id"), "password")
        page.press("wrong", Keys.ENTER)
        page.wait(lambda: "rong password" in page.text("complaint"), "complaint")
        self.assertEqual(page.find("password").get_attribute("value"), "")
        page.press("open sesame", Keys.ENTER)
        page.wait_until_on()
        kept = page.run("return JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])"
                        "+ [...document.querySelectorAll('input')].map((input) => input.value).join()")
        self.assertIn("prof", kept)
        self.assertNotIn("sesame", kept)


if __name__ == "__main__":
    browser.main()
