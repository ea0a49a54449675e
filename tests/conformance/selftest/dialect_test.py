#!/usr/bin/env python3
"""Programs that speak another dialect of the protocol (zoo/dialects.toml): with the course's word for it they pass,
without it each difference costs one case, and `probe` finds it out. And what programs ask before they are there.

    dialect_test.py CONFORM     with PARLEY_LONG=1 in the environment all of them, else those that are marked as quick
"""

import concurrent.futures
import os

import support
from make_mutant import PROGRAMS, mutated, tomllib
from support import ZOO, ConformTest

VARIANTS = tomllib.loads((ZOO / "dialects.toml").read_text())["variant"]
IS_LONG = os.environ.get("PARLEY_LONG") == "1"
# What the dialects touch; the rest is judged by the same few functions.
CASES = {
    "server": "R4.1-two-sockets,D1.1-forward,M2.1,M2.2,D1.2,F1.1-report,F2.8,F1.5,M3.1,D1.5,D4.1-everyone,F3.2-two-sends",
    "client": "C1.1,C2.1-sends,C2.2,C3.2,M2.3-send,C4.1-shown,C4.2-received,F1.5,F2.2-missing,F2.8",
}


class Dialects(ConformTest):
    def program(self, name, program, source):
        """Options that judge this program."""
        arguments = " {port} --receipt-time 2" if program == "server" else " {user} {host} {port}"
        return ["--exec", self.write_program(source, name) + arguments]

    def course(self, name, text):
        file = self.folder / f"{name}.toml"
        file.write_text(text)
        return ["--course", str(file)]

    def judge(self, program, *options, cases=""):
        return self.results_of(program, *options, "--only", cases or CASES[program], "--ready-time", "0", "--timeout", "1",
                               "--tries", "1", "--jobs", "2")

    def not_passed(self, results):
        return {case: (result["status"], result.get("failure") or result.get("blocked_by"))
                for case, result in results.items() if result["status"] != "pass"}

    def check_variant(self, variant):
        name, program = variant["name"], variant["program"]
        start = self.program(name, program, mutated(variant))
        dialect = "\n".join(["[dialect]", *variant["dialect"]]) + "\n"

        probe = self.run_conform("probe", *start, *(["--client"] if program == "client" else []), "--timeout", "0.5")
        self.assertEqual(probe.returncode, 0, probe.stdout + probe.stderr)
        self.assertTrue(probe.stdout.endswith("\n\n" + dialect), f"{name}: {probe.stdout}")
        self.assertLessEqual(len(probe.stdout.splitlines()), 14, probe.stdout)

        found = self.course(name, probe.stdout[probe.stdout.index("[dialect]"):])
        self.assertEqual(self.not_passed(self.judge(program, *start, *found)), {}, name)

        results = self.judge(program, *start)
        self.assertEqual(sorted(self.not_passed(results)), sorted(variant["costs"]), f"{name}: {self.not_passed(results)}")
        for case in variant["costs"]:
            if case != "F1.5-exact":
                self.assertIn("[dialect]", results[case]["hint"], name)

    def test_each_costs_once_or_nothing_and_is_found(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            tried = [variant for variant in VARIANTS if IS_LONG or variant.get("quick")]
            for variant, run in [(variant["name"], pool.submit(self.check_variant, variant)) for variant in tried]:
                with self.subTest(variant):
                    run.result()

    def test_who_speaks_the_standard_is_told_so(self):
        for program in PROGRAMS:
            start = self.program(program, program, support.reference(program))
            probe = self.run_conform("probe", *start, *(["--client"] if program == "client" else []))
            self.assertTrue(probe.stdout.endswith("It speaks as PROTOCOL.md says: there is nothing to write.\n\n[dialect]\n"),
                            probe.stdout)
            everything = "[dialect]\n" + "\n".join(['register_end = " \\n \\n"', "body_newline = true", 'broadcast_word = "all"'])
            self.assertEqual(self.not_passed(self.judge(program, *start, *self.course("all", everything))), {})

    def test_who_does_not_answer_is_told_what_was_tried(self):
        silent = "import socket, sys, time\nlistener = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n" \
                 "kept = []\nwhile True: kept.append(listener.accept())\n"
        probe = self.run_conform("probe", *self.program("silent", "server", silent), "--timeout", "0.05")
        self.assertEqual(probe.returncode, 3, probe.stdout)
        self.assertIn("20 forms of REGISTER were tried", probe.stdout)
        self.assertIn("nothing for 0.05 s", probe.stdout)

    def test_questions_are_answered(self):
        reference = support.reference("client")
        asks = 'print("Welcome.\\nEnter your name", flush=True)\n    sys.argv[1:] = [input()]\n' \
               '    print("Enter IP of the server\\n> ", end="", flush=True)\n    sys.argv += [input()]\n' \
               '    print("port:", flush=True)\n    sys.argv += [input()]\n' \
               '    while input("1 login, 2 leave\\n") != "1":\n        pass\n'
        source = reference.replace("def main():\n", "def main():\n    " + asks)
        start = ["--exec", self.write_program(source)]
        answers = self.course("answers", '[[answers]]\nquestion = "1 log ?in"\nanswer = "1"\n')
        self.assertEqual(self.not_passed(self.judge("client", *start, *answers, cases="C1.1,C2.1-sends,C4.1-shown")), {})

    def test_a_server_may_ask_for_its_port(self):
        source = support.reference("server").replace(
            "def main():\n", 'def main():\n    sys.argv[1:] = [input("Port to listen on: "), "--receipt-time", input("Patience\\n")]\n')
        answers = self.course("answers", '[[answers]]\nquestion = "patience"\nanswer = "2"\n')
        results = self.judge("server", "--exec", self.write_program(source), *answers, cases="R4.1-two-sockets")
        self.assertEqual(self.not_passed(results), {})

    def test_a_course_weighs_and_excuses(self):
        start = self.program("other", "server", mutated(next(v for v in VARIANTS if v["name"] == "other-code")))
        course = self.course("weights", '[weights]\nM3.1 = 7\nM = 2\n[expected_failures]\ncases = ["M3.1-codes"]\n')
        results = self.judge("server", *start, *course, cases="M")
        self.assertEqual((results["M3.1-codes"]["weight"], results["M2.1-word"]["weight"]), (7, 2))
        self.assertTrue(results["M3.1-codes"]["expected_to_fail"])

    def test_mistakes_in_the_file_are_told(self):
        for text, said in (
                ('[dialect]\nregistre_end = "x"\n', "line 2: [dialect] has no 'registre_end'; there are register_end,"),
                ('[dialect]\nregister_end = "x"\n', "line 2: register_end must be made of blanks and line ends"),
                ('[dialect]\nreports_on = "SEND"\n', 'reports_on must be "TOSEND" or "TORECV"'),
                ('[dialect]\nbody_newline = 1\n', "body_newline must be true or false"),
                ('[dialect]\nerror_codes = { 102 = 4 }\n', "the code for 102 must be a whole number from 100 to 999"),
                ('[dialect]\nerror_codes = { 104 = 404 }\n', "error_codes has no '104'; there are 100, 101, 102 and 103"),
                ('[dialect]\ndelivered_words = ["ERROR"]\n', "ERROR is another message of a server's"),
                ('[weights]\nframing = 1\n', "line 2: no case is called 'framing'; the nearest are"),
                ('[weights]\nD2.1 = -1\n', "the weight of D2.1 must be a whole number from 0"),
                ('[[answers]]\nquestion = "("\nanswer = "1"\n', "line 2: question is not a regular expression"),
                ('[[answers]]\nquestion = "x"\n', '[[answers]] needs question = "..." and answer = "..."'),
                ('[profile]\nsend_lin = "x"\n', "there is no key send_lin; there are send_line"),
                ('[server]\nstart = "x"\n', "the file of a course has no 'server'; there are dialect"),
                ('[dialect\n', "line 1: ")):
            with self.subTest(text):
                run = self.assert_refused(said, "server", "--exec", "true", *self.course("wrong", text))
                self.assertIn("wrong.toml", run.stderr)

    def test_the_class_has_its_file_beside_the_submissions(self):
        submissions = self.folder / "class"
        for name in ("one", "two"):
            (submissions / name).mkdir(parents=True)
            (submissions / name / "grade.toml").write_text('[server]\nstart = "python3 -I -S server.py {port}"\n')
            (submissions / name / "server.py").write_text(mutated(next(v for v in VARIANTS if v["name"] == "other-word")))
        (submissions / "two" / "grade.toml").write_text('[dialect]\ndelivered_words = ["X"]\n')
        (submissions / "grade.toml").write_text('[dialect]\ndelivered_words = ["DELIVERED"]\n')
        run = self.run_conform("grade", str(submissions), "--sandbox", "off", "--only", "M2,D1.2", "--ready-time", "0",
                               "--output", str(self.folder / "out"))
        self.assertRegex(run.stdout, r"one, server: .*3 passed, 0 failed")
        self.assertIn("'dialect', which is for the whole class: in the grade.toml beside the submissions", run.stdout)


if __name__ == "__main__":
    support.main()
