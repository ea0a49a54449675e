#!/usr/bin/env python3
"""Who understands whom: the matrix of a small class, its first differences, and what is left of a run that is ended.

    interop_test.py CONFORM       CONFORM is the program parley-conform
"""

import csv
import fcntl
import os
import signal
import time
from html.parser import HTMLParser

import support
from support import SAMPLES, ConformTest

PYTHON = "python3 -I -S"
BOTH = '[server]\nstart = "{0} server.py {{port}}"\n[client]\nstart = "{0} client.py {{user}} {{host}} {{port}}"\n'.format(PYTHON)
HOSTILE_NAME = '=HYPERLINK("x") <b>Bob</b>'


def mutated(text, old, new):
    assert old in text, old
    return text.replace(old, new)


class Ids(HTMLParser):
    """The ids of a page, the places that its links lead to, and its tags."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.tags = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        values = dict(attrs)
        self.ids.add(values.get("id"))
        self.links.add(values.get("href"))


def processes_of(folder):
    """The command lines of those that have something to do with it."""
    found = []
    for pid, words in support.processes().items():
        try:
            place = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue  # it has ended
        if os.fsencode(folder) in words + os.fsencode(place):
            found.append(words)
    return found


class Interop(ConformTest):
    def setUp(self):
        super().setUp()
        self.server, self.client = support.reference("server"), support.reference("client")

    def add(self, folder, server, client, settings=BOTH):
        (self.folder / folder).mkdir()
        for name, text in (("server.py", server), ("client.py", client), ("grade.toml", settings)):
            (self.folder / folder / name).write_text(text, encoding="utf-8")

    def begin(self, *options):
        return self.start_conform("interop", self.folder, *options, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})

    def matrix(self):
        """By the client's folder, by the server's: yes, or why not."""
        with open(self.folder / "reports" / "interop.csv", newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file, strict=True)
        # A column is called "name (folder)", or by both when they are the same.
        servers = [name.rsplit("(", 1)[-1].rstrip(")") for name in head[4:]]
        self.assertEqual(rows[-1][1], "the server understands")
        return {row[0]: dict(zip(servers, row[4:])) | {"understands": row[2]} for row in rows[:-1]}, dict(zip(servers, rows[-1][4:]))

    def test_matrix(self):
        self.add("exact", self.server, self.client)
        # Neither understands anybody, each other neither.
        self.add("foreign", mutated(self.server, 'b"REGISTERED ', 'b"WELCOME '), mutated(self.client, 'b"REGISTER ', 'b"LOGIN '),
                 f"name = '{HOSTILE_NAME}'\n" + BOTH)
        self.add("deaf", self.server, mutated(self.client, 'show(f"{visible(rest)}: {visible(body)}")', "visible(body)"))
        self.add("absent", "import sys\nsys.exit('no chat today')", "import sys\nsys.exit('nor here')")
        printed, _ = self.end(self.begin("--sandbox", "off", "--timeout", "0.5"), 1)
        pairs, of_servers = self.matrix()
        yes = {(client, server) for client, row in pairs.items() for server, said in row.items() if said == "yes"}
        self.assertEqual(yes, {("exact", "exact"), ("exact", "deaf")})
        self.assertEqual(list(pairs)[0], "exact", "who understands most comes first")
        self.assertEqual(pairs["exact"]["understands"], "2")
        self.assertEqual(of_servers, {"exact": "1", "deaf": "1", "foreign": "0", "absent": "0"})
        for client, server, said in (
                ("foreign", "exact", r'''alice's client: no sign-on: the server answers "ERROR 10'''),
                ("foreign", "exact", r'''to "LOGIN TO'''),
                ("exact", "foreign", 'answers "WELCOME TO'),
                ("deaf", "exact", "message 1 from alice to bob: bob's client, which was sent \"FORWARD alice\\nContent-length: 16"),
                ("deaf", "exact", "does not show the text"),
                ("absent", "exact", "client not tried"), ("absent", "exact", "nor here"),
                ("exact", "absent", "having printed: no chat today")):
            with self.subTest(client=client, server=server):
                self.assertIn(said, pairs[client][server])
        page = (self.folder / "reports" / "interop.html").read_text(encoding="utf-8")
        ids = Ids(page)
        self.assertNotIn("b>Bob", page.replace("&lt;b&gt;Bob", ""))
        self.assertEqual({link for link in ids.links - {None} if link.lstrip("#") not in ids.ids}, set())
        self.assertIn("SEND bob\\nContent-length: 16", page, "what went over the wire is there")
        self.assertIn("'=HYPERLINK", (self.folder / "reports" / "interop.csv").read_text(encoding="utf-8"))
        self.assertIn("exact at exact: they understand each other", printed)
        self.assertEqual(processes_of(self.folder), [])

    def test_the_same_port_in_every_source(self):
        port = 5050
        server = mutated((SAMPLES / "python-server/server.py").read_text(encoding="utf-8"), "int(sys.argv[1])", str(port))
        client = mutated((SAMPLES / "python-client/client.py").read_text(encoding="utf-8"),
                         "name, host, port = sys.argv[1:]", f"name, host, port = *sys.argv[1:], {port}")
        settings = ('[server]\nstart = "python3 server.py"\nport = 5050\n'
                    '[client]\nstart = "python3 client.py {user} {host}"\nport = 5050\n')
        self.add("ada", server, client, settings)
        printed, errors = self.end(self.begin(), 0, 1, 2)
        if "no sandbox" in errors:
            self.assertIn("it can only be tried in a sandbox", printed)
            self.skipTest(errors.strip())
        self.assertEqual(self.matrix()[0]["ada"]["ada"], "yes")

    def test_ended_by_a_signal(self):
        begun = self.folder / "begun"
        os.mkfifo(begun)
        # Its client says that it is there, and then nothing any more.
        self.add("ada", self.server, f"import time\nopen({str(begun)!r}, 'w').write('x')\ntime.sleep(99)")
        run = self.begin("--sandbox", "off", "--timeout", "60", "--pair-time", "60")
        begun.read_text(encoding="utf-8")  # the look at the client alone
        time_begun = time.monotonic()
        run.send_signal(signal.SIGTERM)
        printed, errors = self.end(run, 128 + signal.SIGTERM)
        self.assertIn("the run was ended by SIGTERM", errors)
        self.assertLess(time.monotonic() - time_begun, 30)
        self.assertIn("not", self.matrix()[0]["ada"]["ada"])
        self.assertEqual(processes_of(self.folder), [])

    def test_mistakes_of_the_grader(self):
        for arguments, said in ((["/nowhere"], "/nowhere is no folder that can be read"), ([], "FOLDER is required"),
                                ([str(SAMPLES), "--jobs", "0"], "--jobs")):
            self.assert_refused(said, "interop", *arguments)

    def test_a_class_without_clients(self):
        self.add("ada", "", "", '[server]\nstart = "true"\n')
        self.add("bob", "", "", "[server\n")
        printed, errors = self.end(self.begin(), 2)
        self.assertIn("the class has no client", errors)
        self.assertIn("bob: Its grade.toml can not be read", printed)
        self.assertFalse((self.folder / "reports").exists())

    def test_another_run_writes_to_the_same_folder(self):
        for command in ("interop", "grade"):
            with self.subTest(command=command), open(self.folder / ".lock", "w", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                run = self.assert_refused(f"another run writes to {self.folder}", command, SAMPLES, "--output", self.folder)
                self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    support.main()
