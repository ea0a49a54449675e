#!/usr/bin/env python3
"""The zoo is what it claims to be: the references keep the clauses and chat with each other, and each mutant starts,
breaks the clauses that its table names, and chats all the same unless that is what it breaks. One mutant in four is tried,
and all with PARLEY_LONG=1 in the environment."""

import os
import py_compile
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ZOO = Path(__file__).resolve().parent
sys.path.insert(0, str(ZOO))
sys.dont_write_bytecode = True

import client_checks  # noqa: E402
import make_mutant  # noqa: E402
import server_checks  # noqa: E402
from programs import Process, Server  # noqa: E402
from room import RECEIPT_TIME, Chat  # noqa: E402

IS_LONG = os.environ.get("PARLEY_LONG") == "1"
SAMPLED_EVERY = 4
PATIENCE = 10  # seconds that the right thing may take
IMPATIENCE = 3  # seconds after which silence counts: longer than both of the times below
WORKERS = 8 * (os.cpu_count() or 1)  # they wait more than they work
SERVER_OPTIONS = ("--receipt-time", RECEIPT_TIME)
FOLDER = tempfile.TemporaryDirectory()
CHATLESS = {"receipt-on-wrong-socket", "report-without-line-end", "other-delivery-word", "delivery-not-shown", "never-received",
            "never-reports", "registered-another-word", "registers-two-names", "sends-nothing"}
TOO_EARLY = {"second-answer-not-awaited", "enters-late"}  # say that one is there before others can reach it


def compiled(source, name):
    """A file to run again and again: Python would compile the source at each start, which takes a third of it."""
    return py_compile.compile(str(source), cfile=f"{FOLDER.name}/{name}.pyc", doraise=True)


SERVER, CLIENT = (compiled(ZOO / make_mutant.PROGRAMS[program], program) for program in ("server", "client"))


def check_server(source, clause, patience):
    with Server(source, *SERVER_OPTIONS) as server:
        server_checks.check(clause, server, patience)


def check_client(source, clause, patience):
    client_checks.check(clause, source, patience)


def chat(server_source, client_source, patience):
    """Two clients tell each other something."""
    with Server(server_source, *SERVER_OPTIONS) as server:
        chat_at(server, client_source, patience)


def chat_at(server, client_source, patience, names=("alice", "bob")):
    users = [Process(client_source, name, "127.0.0.1", server.port) for name in names]
    with users[0] as alice, users[1] as bob:
        for user in users:
            user.wait_for(b"You are", PATIENCE)
            user.wait_for(b"\n", PATIENCE)
        for sender, recipient, name in ((alice, bob, names[1]), (bob, alice, names[0])):
            sender.type(f"@{name} hello\n".encode())
            recipient.wait_for(b"hello\n", patience)
            sender.wait_for(f"delivered to {name}\n".encode(), patience)


def outcomes(jobs):
    """Runs (name, function, arguments) side by side; name -> what went wrong, or None."""

    def run(function, arguments):
        try:
            function(*arguments)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            return repr(problem)
        return None

    with ThreadPoolExecutor(WORKERS) as pool:
        running = [(name, pool.submit(run, function, arguments)) for name, function, arguments in jobs]
        return {name: future.result() for name, future in running}


class References(unittest.TestCase):
    def assert_all_pass(self, jobs):
        failed = {name: problem for name, problem in outcomes(jobs).items() if problem}
        self.assertEqual(failed, {})

    def test_server_keeps_each_clause(self):
        self.assert_all_pass((one, check_server, (SERVER, one, PATIENCE)) for one in server_checks.clauses())

    def test_server_with_service_keeps_each_clause(self):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "service.py")
            source.write_text(make_mutant.reference("server", service=True), encoding="utf-8")
            self.assert_all_pass((one, check_server, (source, one, PATIENCE)) for one in server_checks.CHECKS)

    def test_service_starts_beside_the_server(self):
        started = subprocess.run([sys.executable, ZOO / make_mutant.SERVICE], capture_output=True, text=True, check=False)
        self.assertIn("usage: ", started.stderr)

    def test_client_keeps_each_clause(self):
        self.assert_all_pass((one, check_client, (CLIENT, one, PATIENCE)) for one in client_checks.clauses())

    def test_they_chat_through_pipes(self):
        chat(SERVER, CLIENT, PATIENCE)

    def test_one_server_survives_every_check(self):
        with Server(SERVER, *SERVER_OPTIONS) as server:
            for clause in server_checks.clauses():
                with self.subTest(clause):
                    server_checks.check(clause, server, PATIENCE, see_out=True)

    def test_crossfire_of_one_socket_users(self):
        with Server(SERVER, *SERVER_OPTIONS) as server:
            room = Chat(server, PATIENCE)
            with room.cleanup:
                alice, bob = room.users(b"alice", b"bob", one_socket=True)
                for number in range(200):
                    body = b"%d" % number
                    alice.send(b"bob", body)
                    bob.send(b"alice", body)
                    alice.gets(b"bob", body)
                    bob.gets(b"alice", body)
                    alice.answers()
                    bob.answers()
                    alice.sent()
                    bob.sent()

    def test_flood_of_pipelined_messages(self):
        """More than the server holds: it stops reading (L5.2), and everything arrives in order all the same."""
        with Server(SERVER) as server:
            room = Chat(server, PATIENCE)
            with room.cleanup:
                alice, bob = room.users(b"alice", b"bob")
                writer = threading.Thread(target=lambda: [alice.send(b"bob", b"%d" % number) for number in range(1000)])
                writer.start()
                for number in range(1000):
                    bob.gets(b"alice", b"%d" % number)
                    bob.answers()
                    alice.sent()
                writer.join()

    def test_times_are_options(self):
        with Server(SERVER, "--registration-time", 0.2, "--frame-time", 0.2) as server:
            room = Chat(server, PATIENCE)
            with room.cleanup:
                room.connect().expect_end()
                alice, bob = room.users(b"alice", b"bob")
                alice.sending.send(b"SEND b")
                alice.sending.expect_end()
                room.exchange(bob, bob)

    def test_server_ends_at_sigterm(self):
        with Server(SERVER) as server:
            room = Chat(server, PATIENCE)
            with room.cleanup:
                room.users(b"alice")
                server.process.terminate()
                server.process.wait(PATIENCE)


class Mutants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all_mutants = make_mutant.load_mutants()
        cls.mutants = dict(list(cls.all_mutants.items())[::1 if IS_LONG else SAMPLED_EVERY])
        cls.programs = {}
        for name, mutant in cls.mutants.items():
            source = Path(FOLDER.name) / f"{name}.py"
            source.write_text(make_mutant.mutated(mutant))
            cls.programs[name] = compiled(source, name)

    def test_each_mistake_is_made(self):
        made = {number for mutant in self.all_mutants.values() for number in mutant["mistakes"]}
        listed = re.findall(r"^\| (\d+) \|", (ZOO / "MISTAKES.md").read_text(), re.M)
        self.assertEqual(made, {int(number) for number in listed})

    def test_each_breaks_its_clauses(self):
        checks = {"server": check_server, "client": check_client}
        jobs = [
            (f"{name} breaks {clause}", checks[mutant["program"]], (self.programs[name], clause, IMPATIENCE))
            for name, mutant in self.mutants.items()
            for clause in mutant["breaks"]
        ]
        survivors = [name for name, problem in outcomes(jobs).items() if not problem]
        self.assertEqual(survivors, [])

    def test_each_chats(self):
        """A server with the reference's clients; all clients with one reference."""
        jobs = []
        with Server(SERVER, *SERVER_OPTIONS) as server:
            for number, (name, mutant) in enumerate(self.mutants.items()):
                patience = IMPATIENCE if name in CHATLESS | TOO_EARLY else PATIENCE
                if mutant["program"] == "server":
                    jobs.append((name, chat, (self.programs[name], CLIENT, patience)))
                else:
                    names = (f"alice{number}", f"bob{number}")
                    jobs.append((name, chat_at, (server, self.programs[name], patience, names)))
            silent = {name: problem for name, problem in outcomes(jobs).items() if problem}
        self.assertEqual(set(silent) - TOO_EARLY, CHATLESS & set(self.mutants), silent)

    def test_front_door(self):
        tool = [sys.executable, str(ZOO / "make_mutant.py")]
        listed = subprocess.run([*tool, "--list"], capture_output=True, text=True, check=True).stdout
        self.assertEqual([line.split("\t")[0] for line in listed.splitlines()], list(self.all_mutants))
        name = next(iter(self.all_mutants))
        subprocess.run([*tool, name, os.devnull], check=True)
        wrong = subprocess.run([*tool, "no-such-mutant", os.devnull], capture_output=True, text=True)
        self.assertEqual((wrong.returncode, "no-such-mutant" in wrong.stderr), (2, True))

    def test_a_text_that_is_not_there_once_is_refused(self):
        for old in ("no such text", "self"):
            with self.subTest(old), self.assertRaises(make_mutant.MutantError):
                make_mutant.mutated({"name": "x", "program": "server", "replacements": [{"old": old, "new": ""}]})


if __name__ == "__main__":
    unittest.main()
