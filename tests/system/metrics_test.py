"""parleyd --metrics: what Prometheus sees, and that nobody who asks there disturbs anybody."""

import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import time
import unittest

from programs import ProgramTest, complaint, run, support, wait_until
from scraping import Metrics, board_queries, check_queries, get, scrape
from support import WAIT_S, Deadline, Socket
from tls_clients import TlsSocket
from users import TelnetUser

PROMTOOL = shutil.which("promtool")


class MetricsTest(ProgramTest):
    def start_metrics(self, *options):
        process = self.start("--metrics", "0", *options)
        lines = self.port_lines(process)
        self.ports = {name: int(port) for name, port in map(str.split, lines)}
        self.port = self.ports["metrics"]
        return process

    def see(self, name, value, **labels):
        """The metric comes to have that value."""
        found = {}

        def has_come():
            found["value"] = scrape(self.port).value(name, **labels)
            return found["value"] == value
        with contextlib.suppress(AssertionError):
            wait_until(has_come, name)
        self.assertEqual(found["value"], value, name)

    def check_alive(self):
        ann, bob = self.talk(self.ports["two-socket"])
        ann.close()
        bob.close()


class ShownTest(MetricsTest):
    def test_where_it_is(self):
        process = self.start_metrics("--telnet", "0")
        self.assertEqual(list(self.ports), ["two-socket", "telnet", "metrics"])
        self.assertIn(f"parleyd: metrics at http://127.0.0.1:{self.port}/metrics\n", self.stop(process).decode())
        self.assertRaises(ConnectionRefusedError, Socket, self.port)

    def test_nothing_listens_without_it(self):
        process = self.start()
        self.assertEqual(len(self.port_lines(process)), 1)
        self.assertNotIn(b"metrics", self.stop(process))

    def test_users_and_messages(self):
        process = self.start_metrics("--telnet", "0")
        two = scrape(self.port)
        self.assertEqual(two.value("parley_users", dialect="telnet"), 0)
        self.assertEqual(two.value("process_threads"), int(re.search(r"Threads:\s+(\d+)", self.status(process))[1]))
        ann, bob = self.talk(self.ports["two-socket"])
        eve = TelnetUser(self.ports["telnet"], "eve")
        self.addCleanup(eve.close)
        eve.sign_on()
        self.see("parley_users", 2, dialect="two-socket")
        self.see("parley_users", 1, dialect="telnet")
        self.see("parley_users", 0, dialect="rooms")
        self.see("parley_sign_ons_total", 3)
        self.see("parley_rooms", 1)
        self.see("parley_connections", 5)
        self.see("parley_connections_accepted_total", 4, dialect="two-socket")
        self.see("parley_messages_total", 1, outcome="delivered")
        self.see("parley_message_bytes_total", len("hello"))
        self.see("parley_messages_total", 0, outcome="refused")
        ann.send("SEND nobody\nContent-length: 2\n\nhi")
        self.see("parley_messages_total", 1, outcome="refused")
        for user in (ann, bob, eve):
            user.close()
        self.see("parley_users", 0, dialect="two-socket")
        self.see("parley_connections", 0)
        self.see("parley_rooms", 0)
        self.stop(process)

    @staticmethod
    def status(process):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            return file.read()

    def test_who_was_refused_and_who_was_dropped(self):
        process = self.start_metrics("--max-connections", "2", "--frame-timeout", "0.2", "--sign-on-timeout", "0.2",
                                     "--registration-timeout", "0.2", "--telnet", "0")
        two_socket = self.ports["two-socket"]
        with Socket(two_socket) as one:
            one.receive_rest()
        self.see("parley_connections_dropped_total", 1, reason="sign_on_time")
        with Socket(two_socket) as one:
            one.send("GET / HTTP/1.1\r\n\r\n")
            one.receive_rest()
        self.see("parley_connections_dropped_total", 1, reason="foreign")
        self.see("parley_connections", 0)
        ann = self.sign_on(two_socket, "ann")
        with Socket(self.ports["telnet"]) as third:
            third.receive_rest()
        self.see("parley_connections_refused_total", 1, reason="server_full")
        self.see("parley_connections_refused_total", 0, reason="address_full")
        ann.send("SEND bob\nContent-")
        self.see("parley_connections_dropped_total", 1, reason="frame_time")
        self.stop(process)

    def see_drop(self, reason):
        self.see("parley_connections_dropped_total", 1, reason=reason)

    def send_to_who_reads_nothing(self):
        ann = self.sign_on(self.ports["two-socket"], "ann")
        slow = Socket(self.ports["telnet"], receive_buffer_bytes=4096)
        self.addCleanup(slow.close)
        slow.receive_until("name")
        slow.send("slow\r\n")
        self.see("parley_users", 1, dialect="telnet")
        text = "x" * 60_000
        for _ in range(100):
            ann.send(f"SEND slow\nContent-length: {len(text)}\n\n{text}")

    def test_who_reads_or_acknowledges_too_little_is_counted(self):
        process = self.start_metrics("--telnet", "0", "--flood-rate", "0", "--max-queue-bytes", "300000", "--receipt-timeout", "0.3")
        self.send_to_who_reads_nothing()
        self.see_drop("does_not_read")
        lazy = self.sign_on(self.ports["two-socket"], "lazy")
        lazy.send("SEND lazy\nContent-length: 2\n\nhi")
        self.see_drop("receipt_time")
        self.stop(process)

    def test_who_holds_most_of_too_much_is_counted(self):
        process = self.start_metrics("--telnet", "0", "--flood-rate", "0", "--max-queue-bytes", "100000000",
                                     "--max-waiting-bytes", "1000000")
        self.send_to_who_reads_nothing()
        self.see_drop("memory_share")
        self.stop(process)

    def test_who_is_refused_again_and_again_is_counted(self):
        process = self.start_metrics("--max-refusals-in-a-row", "3")
        with Socket(self.ports["two-socket"]) as early:
            early.send("SEND bob\nContent-length: 2\n\nhi" * 3)
            early.receive_rest()
        self.see_drop("refused_often")
        self.stop(process)

    def test_handshakes_of_tls_that_failed(self):
        name = "parley_tls_handshakes_failed_total"
        process = self.start_metrics("--tls-port", "0", "--tls-self-signed", self.folder / "own",
                                     "--registration-timeout", "0.5")
        port = self.ports["two-socket-tls"]
        with Socket(port) as plain:
            plain.send("REGISTER TOSEND ann\n\n")
            plain.receive_rest()
        self.see(name, 1, reason="in_clear")
        with Socket(port) as silent:
            silent.receive_rest()
        self.see(name, 1, reason="time")
        Socket(port).close()
        self.see(name, 1, reason="cut_off")
        self.assertRaises(ssl.SSLError, TlsSocket, port, context=ssl.create_default_context())
        self.see(name, 1, reason="declined")
        with Socket(port) as garbage:
            garbage.send(b"\x16\x03\x01\x00\x05hello")
            garbage.receive_rest()
        self.see(name, 1, reason="protocol")
        TlsSocket(port).close()
        self.assertEqual(sum(scrape(self.port).value(name, reason=reason)
                             for reason in ("in_clear", "time", "cut_off", "declined", "protocol")), 5)
        self.stop(process)

    def test_what_waits(self):
        process = self.start_metrics("--telnet", "0", "--flood-rate", "0", "--max-queue-bytes", "10000000")
        self.see("parley_queued_bytes", 0)
        slow = Socket(self.ports["telnet"], receive_buffer_bytes=4096)
        self.addCleanup(slow.close)
        slow.receive_until("name")
        slow.send("slow\r\n")
        slow.receive_until("slow")
        self.see("parley_users", 1, dialect="telnet")
        ann = self.sign_on(self.ports["two-socket"], "ann")
        text = "x" * 60_000
        for _ in range(40):
            ann.send(f"SEND slow\nContent-length: {len(text)}\n\n{text}")
        self.see("parley_queued_connections", 1)
        waits = scrape(self.port)
        self.assertGreater(waits.value("parley_queued_bytes"), 0)
        self.assertGreater(waits.value("parley_queued_frames"), 0)
        self.assertEqual(waits.value("parley_longest_queue_bytes"), waits.value("parley_queued_bytes"))
        self.assertGreaterEqual(waits.value("parley_waiting_bytes"), waits.value("parley_queued_bytes"))
        slow.close()
        self.see("parley_queued_bytes", 0)
        self.stop(process)

    def test_the_format(self):
        process = self.start_metrics()
        answer, text = get(self.port)
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertEqual(int(answer.headers["Content-Length"]), len(text))
        self.assertEqual(answer.headers["Connection"], "close")
        metrics = Metrics(text)
        for name, kind in metrics.types.items():
            with self.subTest(name=name):
                self.assertEqual(name.endswith("_total"), kind == "counter")
                self.assertTrue(metrics.helps[name].endswith("."))
                self.assertTrue(any(metrics.family(key[0]) == name for key in metrics.values))
        self.assertEqual(metrics.value("parley_build_info", version=self.version()), 1)
        self.assertAlmostEqual(metrics.value("process_start_time_seconds"), time.time(), delta=2 * WAIT_S)
        self.stop(process)

    @staticmethod
    def version():
        return run("parleyd", "--version").stdout.decode().split()[1]

    @unittest.skipUnless(PROMTOOL, "there is no promtool (Debian's package prometheus)")
    def test_promtool_has_nothing_to_say(self):
        process = self.start_metrics()
        _, text = get(self.port)
        checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text.encode(), capture_output=True, timeout=WAIT_S,
                                 check=False)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))
        self.stop(process)

    def test_the_board_asks_for_what_there_is(self):
        process = self.start_metrics()
        rows = board_queries()
        del rows["Cluster"]  # which a server alone has no metrics of: cluster/metrics_test.py
        check_queries(self, [query for queries in rows.values() for query in queries], scrape(self.port))
        self.stop(process)


class AskedTest(MetricsTest):
    """Who asks badly, or not at all."""

    def raw(self, data):
        with Socket(self.port) as one:
            one.send(data)
            return one.receive_rest()

    def test_other_requests(self):
        process = self.start_metrics()
        whole = self.raw("GET /metrics?time=1 HTTP/1.0\r\n\r\nGET /again HTTP/1.1\r\n\r\n")
        self.assertEqual(whole.count(b"HTTP/1.1 "), 1)
        head, _, _ = self.raw("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n").partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertEqual(self.raw("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n").partition(b"\r\n\r\n")[2], b"")
        for request, status in {
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n": 404,
            "GET /metrics/ HTTP/1.0\r\n\r\n": 404,
            "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello": 405,
            "GET /metrics HTTP/3.0\r\n\r\n": 505,
            "GET /metrics HTTP/11\r\nHost: x\r\n\r\n": 400,
            "GET /metrics HTTP/1.1\r\r\nHost: x\r\n\r\n": 400,
            "GET /metrics HTTP/1.1\r\n\r\n": 400,
            "GET /metrics HTTP/1.0\n\n": 400,
            "REGISTER TOSEND ann\n\n": 400,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n": 400,
            b"\n": 400,
            b"x" * 100_000: 414,
            "GET /metrics HTTP/1.1\r\nX: " + "x" * 100_000: 431,
            "\r\n" * 50_000: 431,
        }.items():
            with self.subTest(request=request[:40]):
                self.assertTrue(self.raw(request).startswith(b"HTTP/1.1 %d " % status))
        self.assertEqual(get(self.port)[0].status, 200)
        self.stop(process)

    def test_a_peer_that_is_slow_is_given_up(self):
        """A byte at a time, nothing at all, and one who does not read."""
        process = self.start_metrics()
        silent, slow = Socket(self.port), Socket(self.port)
        for one in (silent, slow):
            self.addCleanup(one.close)
        deadline = Deadline()
        with contextlib.suppress(ConnectionError):
            while deadline.left_s() > 0:
                slow.send("G")
                time.sleep(0.05)
        self.assertGreater(deadline.left_s(), 0, "a byte at a time is enough")
        silent.expect_end()
        self.assertEqual(get(self.port)[0].status, 200)
        self.stop(process)

    def test_a_peer_that_goes_on_behind_its_answer_is_reset(self):
        process = self.start_metrics()
        with Socket(self.port) as one:
            one.send("GET / HTTP/1.0\r\n\r\n")
            self.assertTrue(one.receive_rest().startswith(b"HTTP/1.1 404 "))
            with self.assertRaises(ConnectionError):
                one.send(b"x" * 256 * 1024 * 1024)
        self.stop(process)

    def test_a_thousand_connections(self):
        """They take sixteen descriptors, one thread and no time from anybody."""
        process = self.start_metrics()
        before = scrape(self.port)
        self.check_alive()
        held = [socket.create_connection(("127.0.0.1", self.port), WAIT_S) for _ in range(1000)]
        for one in held:
            self.addCleanup(one.close)
        for one in held[::2]:
            with contextlib.suppress(ConnectionError):
                one.send(b"GET /metrics HTTP/1.1\r\n")
        during = scrape(self.port)
        self.assertLess(during.value("process_open_fds"), before.value("process_open_fds") + 20)
        self.assertLessEqual(during.value("process_threads"), before.value("process_threads"))
        self.assertEqual(during.value("parley_connections_refused_total", reason="server_full"), 0)
        self.check_alive()
        self.stop(process)

    def test_it_stops_while_somebody_asks(self):
        process = self.start_metrics()
        with Socket(self.port) as one:
            one.send("GET /metrics HTTP/1.1\r\n")
            self.stop(process)
            with contextlib.suppress(AssertionError):
                one.receive_rest()


class OptionTest(ProgramTest):
    def refusal(self, *options):
        return complaint(run("parleyd", "--port", "0", *options))

    def test_what_is_wrong(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.assertIn(f"cannot listen on 127.0.0.1:{port}: Address already in use; another program has it: give another --metrics",
                          self.refusal("--metrics", port))
        self.assertIn("--metrics-host means nothing without --metrics", self.refusal("--metrics-host", "::1"))
        self.assertIn("--metrics-host takes an address of this machine", self.refusal("--metrics", "0", "--metrics-host", "192.0.2.1"))
        for port in ("-1", "65536", "x", ""):
            self.assertIn("--metrics", self.refusal("--metrics", port))
        self.assertIn("--metrics-host", self.refusal("--metrics", "0", "--metrics-host", ""))

    def test_another_address(self):
        process = self.start("--metrics", "0", "--metrics-host", "127.0.0.2")
        port = int(self.port_lines(process)[-1].split()[1])
        with socket.create_connection(("127.0.0.2", port), WAIT_S):
            # Not at 127.0.0.1, where another test's server may have the same port.
            self.assertRaises(ConnectionRefusedError, socket.create_connection, ("127.0.0.3", port), WAIT_S)
        self.stop(process)


if __name__ == "__main__":
    support.main()
