#!/usr/bin/env python3
"""What examples/grading says is so: the samples, the class's reports, broken submissions, GitHub Actions and
Classroom 50.

    grading_test.py CONFORM [Samples|Grading]      CONFORM is the program parley-conform
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import support
from support import EXAMPLES, IS_ROOT, RUN_LIMIT_S, SAMPLES, ConformTest, class_rows, processes

QUICK = ["--jobs", "8", "--receipt-time", "5", "--memory", "4096"]
VOID_TAGS = {"meta", "br"}
NAMES = {"python-server": "Python server", "java-server": "Java server", "python-client": "Python client",
         "python-mistakes": "Python server with three mistakes"}

# Each hostile in its own way; what it starts writes its number into `pids`.
LISTENS = """
import os, signal, socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
"""
STAYS = LISTENS + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("pids", "a").write(f"{os.getpid()} ")
        time.sleep(100)
    os._exit(0)
open("pids", "a").write(f"{os.getpid()} ")
while True:
    listener.accept()[0].close()
"""
PRINTS = LISTENS + """
while True:
    peer, _ = listener.accept()
    sys.stdout.write("\\x1b[31m<b>&\\0" * 50_000)
    peer.close()
"""
START = '[server]\nstart = "python3 server.py {port}"\n'
BROKEN = {  # folder: (grade.toml, server.py, what is said of it)
    "does-not-build": ('build = "echo no such header; exit 7"\n' + START, "", "exited with code 7, having printed: no such header"),
    "builds-for-ever": ('build = "sleep 100"\n' + START, "", "was not done in time"),
    "exits": (START, "import sys\nsys.exit('no module named chat')", "exited with code 1, having printed: no module named chat"),
    "not-toml": ("[server\n", "", "grade.toml can not be read, line 1"),
    "says-nothing": (None, "", "Nothing says how to start it"),
    "stays": (START, STAYS, ""),
    "prints": (START, PRINTS, ""),
    "profile-elsewhere": ('[client]\nstart = "true"\nprofile = "../exits/server.py"\n', "", "is no file of its folder"),
    "many-ports": (f'[server]\nstart = "true"\nports = {list(range(1, 18))}\n', "", "more than 16 ports"),
    "unknown-key": ("starts = 'x'\n", "", "it has no use for 'starts'"),
}


def marked_processes():
    """The arguments of those that a run of the suite has started."""
    words = processes()
    return [words.get(pid, b"") for pid, environment in processes("environ").items() if b"PARLEY_CONFORM_" in environment]


class Page(HTMLParser):
    """Checks that tags close in order, and keeps the links and the rows."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.rows, self.tags = [], [], 0, set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in VOID_TAGS:
            self.open.append(tag)
        self.rows += tag == "tr" and "tbody" in self.open
        self.links += [value for key, value in attrs if key == "href"]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> while {self.open} are open"
        self.open.pop()


class Graded(ConformTest):
    def told_of_failures(self):
        """For who reads that this test has failed: all that the reports have of each case that has not passed."""
        told = []
        for report in sorted((self.folder / "reports").glob("*.json")):
            if report.name.endswith(".gradescope.json"):
                continue
            for result in json.loads(report.read_text(encoding="utf-8"))["results"]:
                if result["status"] != "pass":
                    entries = [f"{entry['at_us']} lane {entry['lane']} {entry['happening']} {entry.get('bytes', {}).get('text', '')!r}"
                               for entry in result.pop("transcript")["entries"]]
                    told.append("\n  ".join([f"{report.name}: {result}", *entries]))
        return "\n".join(["", *told])

    def grade(self, submissions, *options):
        """The run, class.csv by the submission's name, and class.html."""
        output = self.folder / "reports"
        run = self.run_conform("grade", str(submissions), "--output", str(output), *options)
        self.assertIn(run.returncode, (0, 1), run.stdout + run.stderr)
        rows = class_rows(output, "name")
        page = Page((output / "class.html").read_text(encoding="utf-8"))
        self.assertEqual(page.open, [])
        self.assertEqual(page.rows, len(rows))
        for link in page.links:
            self.assertTrue((output / unquote(link)).is_file(), link)
            self.assertNotRegex(link, r"[^-A-Za-z0-9._~%]")
        self.assertEqual(Page((output / "lecture.html").read_text(encoding="utf-8")).open, [])
        for file in output.iterdir():
            if file.is_file():
                self.assertNotIn(str(self.folder), file.read_text(encoding="utf-8"), f"{file.name} names a place of this machine")
                self.assertNotIn("parley-conform.", re.sub(r"parley-conform\.(?=</| |\n)", "", file.read_text(encoding="utf-8")), file.name)
        return run, rows, page


class Samples(Graded):
    def test_samples_end_as_the_page_says(self):
        samples = self.folder / "submissions"
        shutil.copytree(SAMPLES, samples)
        names = dict(NAMES)
        if not shutil.which("javac"):
            print("no javac here: the Java sample is not tried", file=sys.stderr)
            shutil.rmtree(samples / "java-server")
            del names["java-server"]
        run, rows, page = self.grade(samples, *QUICK)
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertEqual(set(rows), set(names.values()), "rows")
        self.assertEqual(len(page.links), len(names) + 2)  # the lecture and the CSV
        for folder, name in names.items():
            got = {}
            for clause, verdict in list(rows[name].items())[11:]:
                got.setdefault(verdict, set()).add(clause)
            said = self.said_of_mistakes() if folder == "python-mistakes" else ({}, {})
            with self.subTest(sample=folder):
                self.assertEqual(rows[name]["problem"], "")
                self.assertEqual(got.get("fail", set()), set(said[0]), self.told_of_failures())
                self.assertEqual(got.get("skipped", set()), set(said[1]), self.told_of_failures())
                self.assertNotIn("not run", got, self.told_of_failures())
                if not said[0]:
                    self.assertEqual(rows[name]["score"], rows[name]["max_score"])
                    size = max(file.stat().st_size for file in (self.folder / "reports").glob(folder + "-*.html"))
                    self.assertLess(size, 300_000)
        mistakes = rows[names["python-mistakes"]]
        self.assertEqual((mistakes["folder"], mistakes["blocking_case"]), ("python-mistakes", "D2.1-no-early-report"))
        self.assertIn("as soon as the FORWARD is written", mistakes["root_cause"])
        report = (self.folder / "reports" / "python-mistakes-server.html").read_text(encoding="utf-8")
        self.assertIn("cd './python-mistakes' &amp;&amp; parley-conform server", report)
        page_text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
        self.assertIn(f"{rows['Python server']['max_score']} for a\nserver, {rows['Python client']['max_score']}", page_text)

    def said_of_mistakes(self):
        """The clauses in the second and third column of the table of mistakes."""
        page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
        table = page.split("| Mistake |", 1)[1].split("\n\n", 1)[0]
        rows = [line.split("|")[2:4] for line in table.split("\n")[2:]]
        return [[clause for row in rows for clause in row[column].split()] for column in (0, 1)]


class Grading(Graded):
    @classmethod
    def setUpClass(cls):
        """Giving up a server that never listens takes its time: that runs beside the other tests."""
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.sleeper_folder = Path(folder.name)
        (cls.sleeper_folder / "sleeps").mkdir()
        (cls.sleeper_folder / "sleeps" / "grade.toml").write_text('[server]\nstart = "sleep 99"\n', encoding="utf-8")
        cls.sleeper = subprocess.Popen([support.conform, "grade", folder.name, "--only", "R4.1"], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.sleeper.stdout.close)
        cls.addClassCleanup(cls.sleeper.wait)
        cls.addClassCleanup(cls.sleeper.kill)

    def test_a_broken_submission_costs_nobody_else_anything(self):
        submissions = self.folder / "submissions"
        for name, (settings, server, _) in BROKEN.items():
            (submissions / name).mkdir(parents=True)
            (submissions / name / "server.py").write_text(server, encoding="utf-8")
            if settings is not None:
                (submissions / name / "grade.toml").write_text(settings, encoding="utf-8")
        shutil.copytree(SAMPLES / "python-server", submissions / "zz-good")
        _, rows, _ = self.grade(submissions, "--sandbox", "off", "--timeout", "0.3", "--build-time", "1", "--only",
                                "R4.1,D1.1")
        for name, (_, _, said) in BROKEN.items():
            with self.subTest(submission=name):
                self.assertIn(said, rows[name]["problem"])
                self.assertEqual(rows[name]["score"], "0")
                self.assertNotEqual(rows[name]["max_score"], "0")
                stem = self.folder / "reports" / (rows[name]["folder"] + "-server")
                for ending in (".html", ".json", ".junit.xml", ".gradescope.json") if said else ():
                    self.assertIn(said, unescape(Path(f"{stem}{ending}").read_text(encoding="utf-8")))
                if not said:
                    self.assertEqual(rows[name]["R4.1"], "fail")
        self.assertGreater(int(rows["Python server"]["score"]), 0)
        self.assertEqual(rows["Python server"]["score"], rows["Python server"]["max_score"], self.told_of_failures())
        pids = (submissions / "stays" / "pids").read_text(encoding="utf-8").split()
        self.assertGreaterEqual(len(pids), 2)
        self.assert_ended(pids)
        left = [line for line in marked_processes() if str(self.folder).encode() in line]
        self.assertEqual(left, [])

    def test_folders_may_be_called_anything(self):
        submissions = self.folder / "submissions"
        names = ["C#-smith", "team?1", "50%41", "50A", "two  blanks", "J\u00f6rg", "a\"q'uote", "<b>bold", "=1+1", "-x", "ada", "ADA",
                 "line\nbreak", "x" * 250]
        for name in names:
            (submissions / name).mkdir(parents=True)
            (submissions / name / "grade.toml").write_text('build = "false"\n' + START, encoding="utf-8")
        _, rows, page = self.grade(submissions, "--sandbox", "off", "--only", "R4.1", "--untried", "skip")
        self.assertEqual(len(rows), len(names))
        self.assertEqual({(row["score"], row["max_score"], row["untried"]) for row in rows.values()}, {("0", "2", "2")})
        self.assertEqual(len(set(link.lower() for link in page.links)), len(names) + 2)
        self.assertNotIn("bold", page.tags)
        self.assertEqual([row["folder"] for row in rows.values() if row["folder"][0] in "=+-@"], [])
        results = json.loads((self.folder / "reports" / "C#-smith-server.gradescope.json").read_text(encoding="utf-8"))
        self.assertEqual(results["score"], 0)
        self.assertIn("C#-smith: server 'python3 server.py {port}'\nNothing could be tried.", results["output"])

    def test_z_a_server_that_never_listens_is_given_up(self):
        printed, _ = self.sleeper.communicate(timeout=RUN_LIMIT_S)
        self.assertIn("does not listen on port", printed)
        self.assertTrue((self.sleeper_folder / "reports" / "class.html").is_file())

    def test_a_profile_that_was_handed_in_is_no_program(self):
        """Its patterns are texts: no regular expression of a student's is compiled, or matched without end."""
        for name, pattern in {"deep": "(" * 10_000, "text": "(.*)*(.*)*(.*)*$"}.items():
            folder = self.folder / "submissions" / name
            shutil.copytree(SAMPLES / "python-client", folder)
            (folder / "profile").write_text(f"delivered = {pattern}\nanswer_time_s = 1\n", encoding="utf-8")
            (folder / "grade.toml").write_text('[client]\nstart = "python3 client.py {user} {host} {port}"\nprofile = "profile"\n',
                                               encoding="utf-8")
        _, rows, _ = self.grade(self.folder / "submissions", "--sandbox", "off", "--timeout", "0.3", "--only", "C1.1,C3.2-delivered")
        self.assertIn("a pattern of more than 500 characters", rows["deep"]["problem"])
        self.assertEqual((rows["text"]["problem"], rows["text"]["C1.1"], rows["text"]["C3.2"]), ("", "pass", "fail"))

    def test_mistakes_of_the_grader(self):
        empty = self.folder / "empty"
        empty.mkdir()
        weights = self.folder / "weights"
        weights.write_text("D2.1 = many\n", encoding="utf-8")
        nothing = self.folder / "nothing"
        (nothing / "lib").mkdir(parents=True)
        samples = str(SAMPLES)
        for arguments, said in (([str(empty)], "there are no submissions in"),
                                ([str(nothing)], "none of its folders (lib) has a grade.toml, and neither --server nor --client was given"),
                                (["/"], "nothing in / can be started"),
                                ([samples + "/python-server"], "is one submission, as its grade.toml says; give the folder above it"),
                                ([samples, "--only", "D2.1", "--exclude", "D2.1"], "nothing is left to try"),
                                ([str(self.folder / "nowhere")], "is no folder that can be read"),
                                ([samples, "--only", "D2.11"], "the nearest are"),
                                ([samples, "--weights", str(weights)], "'many' is not a whole number")):
            with self.subTest(arguments=arguments):
                self.assert_refused(said, "grade", *arguments, "--output", self.folder / "out")
                self.assertFalse((self.folder / "out").exists(), "nothing is written")

    def as_root(self):
        """For what runs programs as another user: `sudo` in its way, and what Classroom 50 tells an autograder."""
        if not IS_ROOT:
            self.skipTest("only root can run a program as somebody else")
        self.folder.chmod(0o711)
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "sudo").write_text('#!/bin/sh\nexec "$@"\n', encoding="utf-8")
        (tools / "sudo").chmod(0o755)
        return os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}

    def check_out(self, sample):
        """A student's checkout, with what a hostile one may have in it."""
        checkout = self.folder / "checkout"
        shutil.copytree(SAMPLES / sample, checkout)
        (checkout / "grade.toml").write_text('[server]\nstart = "false"\n', encoding="utf-8")
        (checkout / "result.json").symlink_to(self.folder / "victim")
        return checkout

    def test_github_actions(self):
        environment = self.as_root()
        workflow = (EXAMPLES / "github" / "grade.yml").read_text(encoding="utf-8")
        values = dict(re.findall(r'^  ([A-Z]+): "?(.*?)"?(?:  #.*)?$', workflow, re.MULTILINE))
        step = workflow.split("      - name: Judge\n        run: |\n", 1)[1].split("\n\n", 1)[0]
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "parley-conform").symlink_to(support.conform)
        self.check_out("python-mistakes").rename(self.folder / "submission")
        summary = self.folder / "summary"
        for build, said, exit_code in (("", "## Failed: ", 1), ("echo no such header; exit 7", "no such header", 1)):
            with self.subTest(build=build):
                summary.write_text("before\n", encoding="utf-8")
                environment |= values | {"RUNNER_TEMP": str(self.folder), "GITHUB_STEP_SUMMARY": str(summary), "BUILD": build}
                run = subprocess.run(["bash", "-e", "-c", textwrap.dedent(step).replace("--budget 600", "--budget 600 --only R4.1,D2.1")],
                                     cwd=self.folder, env=environment, capture_output=True, timeout=RUN_LIMIT_S, check=False, text=True)
                self.assertEqual(run.returncode, exit_code, run.stderr + self.told_of_failures())
                self.assertIn(said, summary.read_text(encoding="utf-8"))
                self.assertTrue(summary.read_text(encoding="utf-8").startswith("before\n"))
                if not build:
                    self.assertIn("<code>D2.1-no-early-report</code>", summary.read_text(encoding="utf-8"))
                for left in ("class", "reports"):
                    shutil.rmtree(self.folder / left)

    def test_classroom_50(self):
        environment = self.as_root() | {name: name.lower() for name in (
            "CLASSROOM", "ASSIGNMENT", "OWNER", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")} | {"ASSIGNMENT_TYPE": "individual"}
        script = self.folder / "autograder.py"
        text = (EXAMPLES / "classroom50" / "autograder.py").read_text(encoding="utf-8")
        script.write_text(text.replace('"--budget",', '"--only", "R4.1,D2.1", "--budget",'), encoding="utf-8")
        shutil.copy(support.conform, self.folder / "parley-conform")
        checkout = self.check_out("python-mistakes")
        for build, score, most in (("", 2, 3), ("exit 7", 0, None)):
            script.write_text(re.sub("^BUILD = .*", f"BUILD = {build!r}", script.read_text(encoding="utf-8"), flags=re.MULTILINE),
                              encoding="utf-8")
            run = subprocess.run([sys.executable, script], cwd=checkout, env=environment, capture_output=True, timeout=RUN_LIMIT_S,
                                 check=False, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertFalse((self.folder / "victim").exists())
            result = json.loads((checkout / "result.json").read_text(encoding="utf-8"))
            with self.subTest(build=build, result=result):
                self.assertEqual(result["schema"], "classroom50/result/v1")
                self.assertEqual(result["review"], "commit_url")
                self.assertRegex(result["datetime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
                self.assertEqual(result["score"], score)
                if most:
                    self.assertEqual(result["max-score"], most)
                self.assertEqual(result["max-score"], sum(test["max-score"] for test in result["tests"]))
                for test in result["tests"]:
                    self.assertLessEqual(test["score"], test["max-score"])
                    self.assertIs(type(test["passed"]), bool)


if __name__ == "__main__":
    support.main()
