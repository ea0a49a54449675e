"""A real browser for the tests of the page: Debian's chromium, driven by python3-selenium. One process for a file of tests.

A test file ends with `browser.main()` and is run as `X_test.py PARLEYD`. Without the browser it says so and is skipped (77).
"""

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))

import support  # noqa: E402
from support import Deadline, DialectTest  # noqa: E402

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
SKIPPED = 77
# Nothing is asked of the network: what Chromium does of itself is switched off, and the sandbox where there is no user for it.
# One process shows all windows, as all are of one machine: each of its own costs more than what is done in it.
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
           "--disable-component-extensions-with-background-pages", "--disable-default-apps", "--disable-breakpad",
           "--renderer-process-limit=1", "--disable-site-isolation-trials",
           "--disable-features=IsolateOrigins,site-per-process,SpareRendererForSitePerProcess,BackForwardCache", "--lang=en-GB")
CHECKS = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8")
WIDE, PHONE = (1280, 800), (390, 844)

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    print("there is no python3-selenium here", file=sys.stderr)
    sys.exit(SKIPPED)

driver = None  # of the file's tests, from main() on


def start_browser(folder):
    """Its files, of which it leaves some behind, are in the folder."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in OPTIONS:
        options.add_argument(option)
    options.accept_insecure_certs = True
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER, env=os.environ | {"TMPDIR": folder}), options=options)


class Page:
    """One window of the browser, on the page of a server. Whatever it is asked brings it to the front first."""

    idle = []  # windows that no page needs any more: a new one costs more than the page in it
    in_front = None

    def __init__(self, port, place="", size=WIDE, scheme="http"):
        self.errors = []
        self.handle = Page.idle.pop() if Page.idle else self._new_window()
        self.resize(*size)
        self.media = {}
        self.prefer(reduced_motion="reduce")
        self.tell_browser("Emulation.setFocusEmulationEnabled", enabled=True)  # as if it were in front
        self.front().get(f"{scheme}://127.0.0.1:{port}/{place}")
        self.wait(lambda: self.is_shown("sign-on"), "the dialog of the page")

    @staticmethod
    def _new_window():
        driver.switch_to.new_window("window")
        Page.in_front = driver.current_window_handle
        return Page.in_front

    def front(self):
        if Page.in_front != self.handle:
            driver.switch_to.window(self.handle)
            Page.in_front = self.handle
        return driver

    def close(self):
        """The last look at its console: self.errors."""
        self.front()
        # One by one, for the log is the window's.
        self.errors = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        driver.get("about:blank")
        Page.idle.append(self.handle)

    def tell_browser(self, command, **settings):
        return self.front().execute_cdp_cmd(command, settings)

    def resize(self, width, height):
        self.tell_browser("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def prefer(self, **features):
        """prefer(color_scheme="dark"): the rest stays."""
        self.media |= features
        named = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in self.media.items()]
        self.tell_browser("Emulation.setEmulatedMedia", features=named)

    def run(self, script, *arguments):
        return self.front().execute_script(script, *arguments)

    def wait_for_picture(self):
        """What was to be done before the next picture is done, and what its scrolling brings."""
        self.front().execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def check(self, name):
        """A list of complaints: checks.js."""
        return self.run(f"{CHECKS}; return checks.{name}()")

    def find(self, id_):
        return self.front().find_element(By.ID, id_)

    def find_all(self, selector):
        return self.front().find_elements(By.CSS_SELECTOR, selector)

    def text(self, id_):
        return self.run("return document.getElementById(arguments[0]).textContent", id_)

    def is_shown(self, id_):
        """As WebDriver's own is_displayed(), of which one look costs as much as five of these."""
        return self.run("return document.getElementById(arguments[0]).checkVisibility({opacityProperty: true, visibilityProperty: true})", id_)

    def wait(self, condition, what):
        """What the condition gives once that is something. The looks become rarer, since each costs the browser time."""
        deadline, pause_s = Deadline(), 0.01
        while True:
            with contextlib.suppress(StaleElementReferenceException):
                if value := condition():
                    return value
            if not deadline.left_s():
                shown = self.run("return document.body.innerText")
                raise AssertionError(f"no {what} in {deadline.wait_s} s; the page shows:\n{shown[-1500:]}")
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, 0.1)

    # What a user does.

    def sign_on(self, name, room=None):
        self.fill("name", name)
        if room is not None:
            self.fill("in-room", room)
        self.press(Keys.ENTER)
        self.wait_until_on()
        return self

    def wait_until_on(self):
        self.wait(lambda: not self.is_shown("sign-on"), "end of signing on")
        return self

    def press(self, *keys):
        """Wherever the focus is."""
        ActionChains(self.front()).send_keys(*keys).perform()

    def press_shifted(self, key):
        ActionChains(self.front()).key_down(Keys.SHIFT).send_keys(key).key_up(Keys.SHIFT).perform()

    def type(self, text):
        """Into the draft, as it is: keys are for what is short."""
        self.run("const draft = document.getElementById('draft'); draft.focus(); draft.setRangeText(arguments[0]);"
                 "draft.selectionStart = draft.value.length; draft.dispatchEvent(new InputEvent('input', {bubbles: true}))", text)

    def fill(self, id_, text):
        """This field has that text, and the focus."""
        self.run("const field = document.getElementById(arguments[0]); field.focus(); field.value = arguments[1];"
                 "field.dispatchEvent(new InputEvent('input', {bubbles: true}))", id_, text)

    def say(self, text):
        self.type(text)
        self.press(Keys.ENTER)

    # What a user sees.

    def lines(self):
        """Of each line: sender, text, label of its mark, what is said below it, its classes."""
        return self.run("""return [...document.querySelectorAll("#lines > .line")].map((line) => ({
            sender: line.querySelector(".sender").textContent, text: line.querySelector(".text").textContent,
            mark: line.querySelector(".mark")?.getAttribute("aria-label"), outcome: line.querySelector(".outcome")?.textContent,
            is_private: line.classList.contains("private")}))""")

    def line(self, text, **expected):
        """The newest line with this text, once it is as expected: line("hello", sender="bob")."""
        def found():
            same = [line for line in self.lines() if line["text"] == text]
            return same and all(same[-1][key] == value for key, value in expected.items()) and same[-1]
        return self.wait(found, f"line {text[:60]!r} with {expected}")

    def sees_note(self, text):
        self.wait(lambda: any(text in note.text for note in self.find_all(".note")), f"note {text!r}")

    def people(self):
        """In this room: name and dialect of each."""
        return self.run("""return Object.fromEntries([...document.querySelectorAll("#here-list .person")].map((person) =>
            [person.querySelector("bdi").textContent, person.querySelector("small").textContent]))""")


class BrowserTest(DialectTest):
    """Windows of one browser, on a server of each test's own; the console of none has an error in the end."""

    # A browser keeps connections for later requests, and does not notice at once that a server that stops has ended them.
    options = ("--linger-timeout", "0.1")
    expected_errors = ()  # parts of those that a test causes

    def open(self, name=None, room=None, port=None, **settings):
        page = Page(port or self.server.ports["web"], **settings)
        self.addCleanup(self._close, page)
        return page.sign_on(name, room) if name else page

    def _close(self, page):
        page.close()
        unexpected = [error for error in page.errors if not any(part in error for part in self.expected_errors)]
        self.assertEqual(unexpected, [], "the console has errors")


@contextlib.contextmanager
def started():
    """The browser for what is done in the block. Without one the program ends, and says so."""
    global driver
    for program in (CHROMIUM, DRIVER):
        if not os.access(program, os.X_OK):
            print(f"there is no {program} here", file=sys.stderr)
            sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # what is ending may still write there
        driver = start_browser(folder)
        Page.in_front = driver.current_window_handle
        Page.idle = [Page.in_front]
        try:
            yield
        finally:
            driver.quit()


def main():
    with started():
        support.main()
