"""parleyd --metrics: the page at /status, what it shows, and to whom."""

import http.client
import json
import re
import socket
import sys
import unittest
from pathlib import Path

from programs import ProgramTest, support, wait_until
from scraping import get
from support import TIME_FACTOR, WAIT_S, Socket
from users import TelnetUser

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))
try:
    from selenium.webdriver.common.by import By
    import browser
except ImportError:
    browser = None
HAS_BROWSER = browser and Path(browser.CHROMIUM).exists() and Path(browser.DRIVER).exists()
ASSETS = {"/status": "text/html; charset=utf-8", "/status.css": "text/css; charset=utf-8",
          "/status.js": "text/javascript; charset=utf-8", "/element.js": "text/javascript; charset=utf-8"}
MOST_REFUSALS = 30
ODD_NAME = "<b&\"';${}"


class StatusTest(ProgramTest):
    def start_status(self, *options):
        process = self.start("--metrics", "0", "--telnet", "0", *options)
        self.ports = {name: int(port) for name, port in map(str.split, self.port_lines(process))}
        self.port = self.ports["metrics"]
        return process

    def status(self):
        answer, text = get(self.port, "/status.json")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/json"))
        return json.loads(text)

    def sees(self, what, condition):
        """The status for which that is so, once one has come."""
        def look():
            status = self.status()
            return status if condition(status) else None
        return wait_until(look, what)

    def enter(self, name):
        user = TelnetUser(self.ports["telnet"], name)
        self.addCleanup(user.close)
        return user.sign_on()


class ShownTest(StatusTest):
    def test_the_figures(self):
        process = self.start_status()
        ann, _ = self.talk(self.ports["two-socket"])
        self.enter("eve")
        status = self.sees("three users", lambda status: sum(status["users"].values()) == 3)
        self.assertEqual((status["users"]["two-socket"], status["users"]["telnet"], status["users"]["rooms"]), (2, 1, 0))
        self.assertEqual((status["sign_ons"], status["rooms"], status["connections"], status["delivered"]), (3, 1, 5, 1))
        self.assertEqual(len(status["answer_times"]), len(status["answer_bounds_ms"]) + 1)
        self.assertEqual(sum(status["answer_times"]), 1)  # one in 64 of each sender's, the first among them
        self.assertLess(abs(status["now_s"] - status["started_s"]), 2 * WAIT_S)
        ann.send("SEND nobody\nContent-length: 2\n\nhi")
        self.sees("the refusal", lambda status: status["refused"] == 1)
        self.assertEqual(status["refusals"], [])
        self.stop(process)

    def test_the_last_refusals(self):
        process = self.start_status("--max-connections", "1", "--sign-on-timeout", "0.2", "--frame-timeout", "0.2")
        with Socket(self.ports["telnet"]) as one:
            one.receive_rest()
        self.sees("one is dropped", lambda status: status["dropped"]["sign_on_time"] == 1)
        self.sees("there is room again", lambda status: status["connections"] == 0)
        self.enter(ODD_NAME)
        with Socket(self.ports["two-socket"]) as second:
            second.receive_rest()
            address = "{}:{}".format(*second.socket.getsockname())
        status = self.sees("one is refused", lambda status: status["turned_away"]["server_full"] == 1)
        for refusal in status["refusals"]:
            self.assertLess(abs(status["now_s"] - refusal.pop("at_s")), 2 * WAIT_S)
        first, last = status["refusals"][1], status["refusals"][0]
        self.assertEqual(last, {"what": "refused", "why": "server_full", "dialect": "two-socket", "peer": address, "name": ""})
        self.assertEqual((first["what"], first["why"], first["dialect"], first["name"]), ("dropped", "sign_on_time", "telnet", ""))
        self.stop(process)

    def test_no_more_than_so_many(self):
        process = self.start_status("--max-connections", "1")
        self.enter(ODD_NAME)
        for _ in range(MOST_REFUSALS + 5):
            with Socket(self.ports["telnet"]) as one:
                one.receive_rest()
                last = "{}:{}".format(*one.socket.getsockname())
        status = self.sees("all of them", lambda status: status["turned_away"]["server_full"] == MOST_REFUSALS + 5)
        self.assertEqual(len(status["refusals"]), MOST_REFUSALS)
        self.assertEqual(status["refusals"][0]["peer"], last)
        self.stop(process)

    def test_the_name_of_a_user_whom_the_server_has_ended(self):
        process = self.start_status("--receipt-timeout", "0.2")
        ann, bob = self.talk(self.ports["two-socket"])
        ann.tell("bob", "hello")
        bob.expect(bob.private_line("ann", "hello"))
        status = self.sees("bob is ended", lambda status: status["dropped"]["receipt_time"] == 1)
        self.assertEqual([(refusal["why"], refusal["name"]) for refusal in status["refusals"]], [("receipt_time", "bob")])
        self.stop(process)

    def test_the_page_runs_nothing_but_its_own_script(self):
        process = self.start_status()
        for path, kind in ASSETS.items():
            answer, text = get(self.port, path)
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, kind))
            policy = answer.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
            self.assertNotRegex(text, r"https?://(?!www\.w3\.org/2000/svg)|innerHTML|insertAdjacentHTML")
        _, page = get(self.port, "/status")
        self.assertNotRegex(page, r"<script>|<style|\sstyle=|\son\w+=")
        for path in re.findall(r'(?:src|href)="(/[^"]*)"', page):
            self.assertEqual(get(self.port, path)[0].status, 200)
        self.assertEqual(get(self.port, "/status", "HEAD")[1], "")
        self.assertEqual(get(self.port, "/status.html")[0].status, 404)
        self.stop(process)


class AskerTest(StatusTest):
    """Names and addresses are for who asks on the server's machine, by its address."""

    def keys_for(self, host_field, host="127.0.0.1"):
        connection = http.client.HTTPConnection(host, self.port, timeout=WAIT_S)
        if not host_field:  # only HTTP/1.0 has none
            connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
        connection.putrequest("GET", "/status.json", skip_host=True)
        for field in host_field:
            connection.putheader(*field)
        connection.endheaders()
        with connection.getresponse() as answer:
            self.assertEqual(answer.status, 200)
            status = json.load(answer)
        self.assertIn("users", status)
        return "refusals" in status

    def test_by_which_name(self):
        process = self.start_status()
        for host in ("127.0.0.1", f"127.0.0.1:{self.port}", "localhost", f"localhost:{self.port}", f"[::1]:{self.port}"):
            self.assertTrue(self.keys_for([("Host", host)]), host)
        for host in ("example.org", f"evil.example:{self.port}", "127.0.0.1.evil.example", "localhost.evil", "[::1", "1a", "xn--1"):
            self.assertFalse(self.keys_for([("Host", host)]), host)
        self.assertTrue(self.keys_for([]))
        self.assertFalse(self.keys_for([("hOST", "evil.example")]))
        self.stop(process)

    def test_from_which_machine(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            try:
                one.connect(("192.0.2.1", 9))  # sends nothing: only asks which address this machine would have
            except OSError:
                self.skipTest("this machine has no address but the loopback's")
            own = one.getsockname()[0]
        process = self.start_status("--metrics-host", "0.0.0.0")
        self.assertTrue(self.keys_for([("Host", "127.0.0.1")]))
        self.assertFalse(self.keys_for([("Host", own)], own))
        self.stop(process)


@unittest.skipUnless(HAS_BROWSER, "there is no chromium with chromedriver and python3-selenium")
class BrowserTest(StatusTest):
    @classmethod
    def setUpClass(cls):
        running = browser.started()
        running.__enter__()
        cls.addClassCleanup(running.__exit__, None, None, None)
        cls.browser = browser.driver

    def tearDown(self):
        self.browser.get("about:blank")
        self.browser.get_log("browser")  # what the page of this test said of the server's end

    def texts(self, selector):
        """Of all that the selector finds, at one moment: the page makes them anew again and again."""
        return self.browser.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent)", selector)

    def test_what_it_shows(self):
        process = self.start_status("--max-connections", "4", "--frame-timeout", "0.2")
        ann, _ = self.talk(self.ports["two-socket"])
        with Socket(self.ports["telnet"]) as one:
            one.receive_rest()
        self.browser.get(f"http://127.0.0.1:{self.port}/status")
        script = "return document.querySelectorAll('#charts path.series').length"
        wait_until(lambda: self.browser.execute_script(script) >= 7, "the lines of the dialects and of messages")
        self.assertEqual(self.texts("#charts h2"), ["Users by dialect", "Messages a second", "Receipts of the last minute"])
        self.assertIn("two-socket 2", self.texts("#charts .legend li"))
        wait_until(lambda: self.texts("#refusals tbody tr"), "the refusal")
        cells = self.texts("#refusals tbody td")
        self.assertEqual(cells[1:5], ["not let in", "the server was full", "telnet", ""])
        ann.close()
        wait_until(lambda: "two-socket 1" in self.texts("#charts .legend li"), "ann has gone")
        self.assertEqual([entry["message"] for entry in self.browser.get_log("browser")], [])
        for width in (390, 1280):
            self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                         {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600})
            wide = self.browser.execute_script("return document.documentElement.scrollWidth")
            self.assertLessEqual(wide, width)
        self.stop(process)
        wait_until(lambda: self.browser.find_element(By.ID, "trouble").is_displayed(), "it says that nobody answers")

    def test_texts_of_peers_are_texts(self):
        """No name of any dialect could be a tag, but the page does not rely on it."""
        process = self.start_status()
        self.browser.get(f"http://127.0.0.1:{self.port}/status")
        hostile = "<img src=x onerror=document.title='owned'></script><b>"
        show = """
            const [hostile] = arguments;
            const answer = await (await fetch("/status.json")).json();
            answer.users = {[hostile]: 1};
            answer.refusals = [{at_s: 1, what: "refused", why: hostile, dialect: hostile, name: hostile, peer: hostile}];
            window.fetch = async () => ({ok: true, json: async () => answer});"""
        self.browser.execute_script(f"return (async (...arguments) => {{{show}}})(...arguments)", hostile)
        wait_until(lambda: self.texts("#refusals tbody td")[2:] == [hostile] * 4, "the text as it is")
        wait_until(lambda: self.texts("#charts .legend li")[0] == f"{hostile} 1", "the text as it is")
        found = self.browser.execute_script("return document.querySelectorAll('img, body script, td b').length")
        self.assertEqual((self.browser.title, found), ("parleyd", 0))
        self.stop(process)


if __name__ == "__main__":
    support.main()
