#!/usr/bin/env python3
"""How a wait can end, told in exact words; and what a hostile server does not do to the suite.

    wait_ends_test.py CONFORM       CONFORM is the program parley-conform
"""

import json
import os
import signal
import subprocess
import sys
import unittest

import support
from support import PYTHON, RUN_LIMIT_S, ZOO, ConformTest

CASE = "R4.1-two-sockets"

# A server in the fewest lines: what it does with each connection is a case's own.
SERVER = """
import os, signal, socket, struct, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    peer, _ = listener.accept()
    request = peer.recv(4096)
    {behaviour}
"""


class FakeServer(ConformTest):
    def judge(self, behaviour, case=CASE, source=SERVER, timeout_s=0.5):
        """The result of one case against a server that behaves so. No other dialect is looked for."""
        command = self.write_program(source.replace("{behaviour}", behaviour.replace("\n", "\n    "))) + " {port}"
        return self.results_of("server", "--exec", command, "--only", case, "--ignore-needs", "--timeout", timeout_s)[case]

    def assert_ends(self, behaviour, came, garbage_at=None):
        result = self.judge(behaviour)
        self.assertEqual(result["status"], "fail")
        self.assertEqual(result["failure"]["came"], came)
        self.assertEqual(result["failure"]["garbage_at"], garbage_at)
        self.assertIn("REGISTERED TOSEND alice1", result["failure"]["expected"])
        return result

    def test_another_message(self):
        self.assert_ends('peer.sendall(b"ERROR 101 No user registered\\n\\n")',
                         "the message ERROR 101 No user registered")

    def test_garbage_is_told_at_once(self):
        result = self.judge('peer.sendall(b"REGISTERED FOSEND alice1\\n\\n")', timeout_s=30)
        self.assertLess(result["duration_ms"], 20_000)
        self.assertEqual(result["failure"]["came"], "bytes that begin no message: the byte at 11 can not be right")
        self.assertEqual(result["failure"]["garbage_at"], 11)

    def test_garbage_from_the_first_byte(self):
        self.assert_ends('peer.sendall(b"\\x00\\xff hello")',
                         "bytes that begin no message: the byte at 0 can not be right", garbage_at=0)

    def test_clean_end(self):
        self.assert_ends("peer.close()", "the end of the stream")

    def test_end_inside_a_message(self):
        self.assert_ends('peer.sendall(b"REGISTERED TO")\npeer.close()',
                         "the end of the stream inside a message, after 13 bytes of it")

    def test_reset(self):
        reset = 'peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))\npeer.close()'
        self.assert_ends(reset, "a connection reset after 0 bytes")

    def test_silence(self):
        self.assert_ends("time.sleep(20)", "nothing for 0.5 s")

    def test_silence_inside_a_message(self):
        self.assert_ends('peer.sendall(b"REGISTERED")\ntime.sleep(20)',
                         "nothing more for 0.5 s after 10 bytes of a message")

    def test_exit(self):
        self.assert_ends("peer.close()\nos._exit(3)", "the end of the stream; the program exited with code 3")

    def test_signal(self):
        self.assert_ends("os.kill(os.getpid(), signal.SIGSEGV)",
                         "the end of the stream; the program was killed by signal 11 (Segmentation fault)")

    def test_never_listens(self):
        run = self.run_conform("server", "--exec", "false", "--json", "-")
        self.assertEqual(run.returncode, 3)
        results = json.loads(run.stdout)["results"]
        self.assertEqual({result["status"] for result in results}, {"not run"})
        self.assertIn("The server did not come up: it exited with code 1.", results[0]["reason"])

    def test_somebody_else_listens(self):
        """A free port can be another program's a moment later: that one is not judged."""
        other = self.folder / "other.py"
        other.write_text("""
import os, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(os.getpid(), flush=True)
listener.settimeout(20)
listener.accept()[0].recv(1)
""")
        pids = self.folder / "pids"
        command = self.write_program(f"""
import subprocess, sys, time
command = [sys.executable, {str(other)!r}, sys.argv[1]]
stranger = subprocess.Popen(command, env={{}}, start_new_session=True, stdout=subprocess.PIPE, text=True)
open({str(pids)!r}, "a").write(stranger.stdout.readline())
time.sleep(0.5)
sys.exit("the port is taken")
""")
        run = self.run_conform("server", "--exec", command + " {port}", "--only", CASE, "--json", "-")
        for pid in pids.read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        self.assertEqual(run.returncode, 3)
        self.assertIn("The server did not come up: it exited with code 1, having printed: the port is taken",
                      json.loads(run.stdout)["results"][0]["reason"])

    def test_nobody_at_the_address(self):
        run = self.run_conform("server", "127.0.0.1:1", "--only", CASE)
        self.assertEqual(run.returncode, 3)
        self.assertIn("Nobody takes connections at 127.0.0.1 port 1; is the server running?", " ".join(run.stdout.split()))

    def test_one_fault_fails_one_case(self):
        command = self.write_program(SERVER.replace("{behaviour}", "peer.close()")) + " {port}"
        results = self.report_of("server", "--exec", command, "--timeout", "0.5", "--jobs", "4")["results"]
        failed = {result["id"] for result in results if result["status"] == "fail"}
        needs = self.run_conform("server", "--list-needs").stdout.splitlines()
        self.assertIn(CASE, failed)
        self.assertEqual(failed - {line for line in needs if " " not in line}, set(), "they build on what has failed")
        self.assertLessEqual({result["blocked_by"] for result in results if result["status"] == "skipped"}, failed)

    def test_floods_and_prints_megabytes(self):
        result = self.judge('sys.stdout.write("x" * 5_000_000)\npeer.sendall(b"ERROR 10" * 1_000_000)')
        self.assertEqual(result["status"], "fail")
        self.assertLess(len(json.dumps(result)), 3_000_000)

    def test_ignores_term_and_leaves_children(self):
        pids = self.folder / "pids"
        source = f"""
import os, signal, socket, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open({str(pids)!r}, "a").write(f"{{os.getpid()}}\\n")
    time.sleep(60)
open({str(pids)!r}, "a").write(f"{{os.getpid()}}\\n")
while True:
    listener.accept()[0].close()
"""
        self.judge("", source=source)
        self.assert_ended(pids.read_text().split())

    def test_usage(self):
        for arguments, said in (
                (["server"], "server needs HOST:PORT, or --exec COMMAND"),
                (["client"], "client needs --exec COMMAND"),
                (["server", "nowhere"], "'nowhere' is not HOST:PORT"),
                (["server", "127.0.0.1:1", "--only", "D2.1-no-erly-report"], "the nearest are D2.1-no-early-report"),
                (["server", "127.0.0.1:1", "--level", "most"], "--level"),
                (["server", "127.0.0.1:1", "--weights", "/nowhere"], "cannot read /nowhere"),
                (["server", "127.0.0.1:1", "--jobs", "2"], "--jobs needs --exec")):
            with self.subTest(arguments=arguments):
                run = self.assert_refused(said, *arguments)
                self.assertEqual(run.stderr.count("\n"), 1)

    @unittest.skipIf(sys.version_info < (3, 11), "the tables of the mutants are TOML")
    def test_staff_may_let_another_word_report_a_delivery(self):
        from make_mutant import load_mutants, mutated
        program = self.write_program(mutated(load_mutants()["other-delivery-word"])) + " {port}"
        alternatives = self.folder / "alternatives"
        alternatives.write_text("# our course\ndelivered-word = DELIVERED | SENT\n")
        command = ["server", "--exec", program, "--only", "M2.1,D1.2", "--timeout", "1"]
        self.assertEqual(self.run_conform(*command).returncode, 1)
        self.assertEqual(self.run_conform(*command, "--alternatives", str(alternatives)).returncode, 0)

    def test_replay_is_a_script_that_runs(self):
        server = ZOO / "reference_server.py"
        script = self.folder / "replay.py"
        script.write_text(self.run_conform("server", "--exec", f"{PYTHON} {server} {{port}}", "--replay", CASE).stdout)
        with subprocess.Popen([sys.executable, server, "0"], stdout=subprocess.PIPE, text=True) as listener:
            self.addCleanup(listener.kill)
            port = listener.stdout.readline().split()[-1]
            run = subprocess.run([sys.executable, script, "127.0.0.1", port], capture_output=True, text=True,
                                 timeout=RUN_LIMIT_S, check=True)
            listener.kill()
        self.assertIn("alice, sending: received b'REGISTERED TOSEND alice1\\n\\n'", run.stdout)
        self.assertNotIn("before it was", run.stdout)

    def test_same_seed_same_bytes_and_jobs_do_not_matter(self):
        program = f"{PYTHON} {ZOO / 'reference_server.py'} {{port}} --receipt-time 0.3"
        command = ["server", "--exec", program, "--receipt-time", "2", "--only", "L2.1,R1,D2.3"]

        def run(*more):
            results = self.report_of(*command, *more)["results"]
            sent = [[entry["bytes"]["hex"] for entry in result["transcript"]["entries"] if entry["happening"] == "sent"]
                    for result in results]
            return [(result["id"], result["status"]) for result in results], sent

        verdicts, sent = run("--seed", "7")
        again, sent_again = run("--seed", "7", "--jobs", "4")
        _, sent_otherwise = run("--seed", "8")
        self.assertEqual(verdicts, again)
        self.assertEqual(sent, sent_again)
        self.assertNotEqual(sent, sent_otherwise)


if __name__ == "__main__":
    support.main()
