#!/usr/bin/env python3
"""What a report says of a failure is true, what hangs on another failure is not held against anybody, and the
verdicts do not depend on the order of the cases.

    verdicts_test.py CONFORM
"""

import concurrent.futures
import tempfile

import support
from make_mutant import load_mutants
from support import ConformTest

REFERENCE = support.reference()
EMPTY_NAME = "R1.2-empty"


def changed(old, new):
    assert REFERENCE.count(old) == 1, old
    return REFERENCE.replace(old, new)


def mutants_of(*names):
    """All these mistakes in one server."""
    source = REFERENCE
    for name in names:
        for replacement in load_mutants()[name]["replacements"]:
            assert source.count(replacement["old"]) == 1, name
            source = source.replace(replacement["old"], replacement["new"])
    return source


class Verdicts(ConformTest):
    def judge(self, source, *options, name="server"):
        command = self.write_program(source, name) + " {port} --receipt-time 1"
        return self.report_of("server", "--exec", command, "--receipt-time", "3", "--ready-time", "0", "--timeout", "1", *options)

    def result(self, source, case, *options):
        report = self.judge(source, "--only", case, *options)
        return next(result for result in report["results"] if result["id"] == case)

    def test_exception_is_the_hint(self):
        """A thread that dies of an empty name: what it died of is said, and no guess of the suite's."""
        dies = changed("    def register(self, channel, name):\n", "    def register(self, channel, name):\n        name[0]\n")
        hint = self.result(dies, EMPTY_NAME)["hint"]
        self.assertIn("IndexError: index out of range (server.py, line ", hint)
        self.assertNotIn("too loosely", hint)

    def test_no_exception_no_such_hint(self):
        self.assertIn("too loosely", self.result(mutants_of("name-empty"), EMPTY_NAME)["hint"])

    def test_report_on_the_other_socket(self):
        elsewhere = changed('self.sockets[b"TOSEND"].write(self.answers.popleft().answer())',
                            'self.sockets[b"TORECV"].write(self.answers.popleft().answer())')
        failure = self.result(elsewhere, "D1.2-unicast")["failure"]
        self.assertIn("it came on alice, receiving instead", failure["came"])

    def test_blank_behind_the_name_is_told_from_the_name(self):
        source = mutants_of("blank-in-report")
        self.assertEqual(self.result(source, "M2.2-sent")["status"], "pass")
        failure = self.result(source, "F1.5-exact")["failure"]
        self.assertRegex(failure["came"], r'^the bytes "SENT alice\d+ \\n"')

    def test_early_report_stands_where_it_came(self):
        """In the transcript, before the RECEIVED that it did not wait for."""
        entries = self.result(mutants_of("sent-at-once"), "D2.1-no-early-report")["transcript"]["entries"]
        texts = [entry["bytes"]["text"] for entry in entries]
        early = next(i for i, text in enumerate(texts) if text.startswith("SENT bob"))
        fence = next(i for i, text in enumerate(texts) if text.startswith("SEND victor"))
        self.assertLess(early, fence)

    def test_what_fails_behind_a_failure_is_skipped_and_what_passes_has_passed(self):
        report = self.judge(mutants_of("missing-length-is-empty"), "--only", "F2.2,D7.2,F2.3-letters,R7.1-half")
        verdicts = {result["id"]: (result["status"], result["blocked_by"]) for result in report["results"]}
        self.assertEqual(verdicts["D7.2-no-reset"], ("skipped", "F2.2-missing"))
        self.assertEqual(verdicts["F2.3-letters"][0], "pass")

    def test_who_reports_nothing_is_judged_on_all_else(self):
        report = self.judge(mutants_of("never-reports", "body-is-one-line"), "--jobs", "4", "--only",
                            "R4.1-two-sockets,D1.1-forward,M2.1,D1.2,D5.1,F1.1,F2.7,D6.3-one-byte,D6.3-newlines")
        verdicts = {result["id"]: (result["status"], result["blocked_by"]) for result in report["results"]}
        self.assertEqual(verdicts["D1.2-unicast"][0], "fail")
        self.assertEqual(verdicts["F2.7-blank-lines"][0], "fail")
        self.assertEqual(verdicts["D6.3-one-byte"][0], "pass")
        self.assertEqual(verdicts["D6.3-newlines"], ("skipped", "F2.7-blank-lines"))
        for case in ("D5.1-any-name", "F1.1-report"):
            self.assertEqual(verdicts[case], ("skipped", "D1.2-unicast"))

    def test_another_word_costs_its_own_cases(self):
        report = self.judge(mutants_of("other-delivery-word", "name-empty"), "--jobs", "4", "--only",
                            "R4.1-two-sockets,R1.2-empty,D1.1-forward,M2,D1.2,D5.1,D6.2")
        verdicts = {result["id"]: (result["status"], result["blocked_by"]) for result in report["results"]}
        self.assertEqual({case for case, (status, _) in verdicts.items() if status == "fail"}, {"M2.1-word", "R1.2-empty"})
        self.assertEqual(verdicts["M2.2-sent"][0], "pass")
        self.assertEqual(verdicts["D5.1-any-name"][0], "pass")

    def test_characters_for_bytes_are_called_that(self):
        result = self.result(mutants_of("forward-length-in-characters"), "F2.1-utf8")
        self.assertEqual((result["status"], "characters" in result["hint"]), ("fail", True))

    def test_two_mistakes_are_both_among_the_first_causes_and_order_does_not_matter(self):
        """Whole runs, beside each other."""
        pairs = (("name-empty", "unknown-name-101"), ("newline-after-forward", "name-stolen"),
                 ("body-as-ascii", "bad-name-closes"), ("sent-at-once", "name-all"))
        mutants = load_mutants()
        with concurrent.futures.ThreadPoolExecutor(len(pairs) + 1) as pool:
            runs = [pool.submit(self.judge, mutants_of(*pair), "--jobs", "2", name="-".join(pair)) for pair in pairs]
            shuffled = pool.submit(self.judge, mutants_of(*pairs[0]), "--jobs", "2", "--shuffle", "1")
        for pair, run in zip(pairs, runs):
            with self.subTest(pair):
                sentences = " ".join(cause["sentence"] for cause in run.result()["causes"][:3])
                for name in pair:
                    self.assertIn(mutants[name]["sentence"], sentences)
        verdicts = [{result["id"]: result["status"] for result in run.result()["results"]} for run in (runs[0], shuffled)]
        self.assertEqual(verdicts[0], verdicts[1])
        self.assertEqual({case for case, status in verdicts[0].items() if status == "fail"}, {EMPTY_NAME, "D1.5-unknown"})

    def test_untried_cases_cost_what_the_course_says(self):
        source = mutants_of("missing-length-is-empty")
        for cost, weight in (("fail", 1), ("skip", 0)):
            with self.subTest(cost):
                self.assertEqual(self.result(source, "D7.2-no-reset", "--only", "F2.2-missing", "--untried", cost)["weight"],
                                 weight)

    def test_optional_cases_cost_nothing_unless_weighted(self):
        case = "D5.2-sending-socket"
        self.assertEqual(self.result(REFERENCE, case)["weight"], 0)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as weights:
            weights.write(f"{case} = 3\n")
            weights.flush()
            self.assertEqual(self.result(REFERENCE, case, "--weights", weights.name)["weight"], 3)


if __name__ == "__main__":
    support.main()
