"""A scraper of metrics: one HTTP request at a time, what Prometheus' text format says, and what the board asks for."""

import http.client
import json
import re

from support import ROOT, WAIT_S

BOARD = ROOT / "examples" / "operating" / "grafana.json"
SAMPLE = re.compile(r"(?P<name>[a-z_]+)(?:\{(?P<labels>[^{}]*)\})? (?P<value>\S+)")
LABEL = re.compile(r'([a-z_]+)="([^"\\\n]*)"')
SUFFIXES = ("_bucket", "_sum", "_count")


def get(port, path="/metrics", method="GET"):
    """The answer, and its text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer, answer.read().decode()
    finally:
        connection.close()


class Metrics:
    """What one scrape has shown: the types of the metrics by their names, and their values by name and labels."""

    def __init__(self, text):
        self.text, self.types, self.helps, self.values = text, {}, {}, {}
        if not text.endswith("\n"):
            raise AssertionError(f"the last line has no end: {text[-100:]!r}")
        for line in text.splitlines():
            if line.startswith("# HELP "):
                _, _, name, help_text = line.split(" ", 3)
                self.helps[name] = help_text
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.types[name] = kind
            else:
                self._add(line)

    def _add(self, line):
        match = SAMPLE.fullmatch(line)
        if not match or self.family(match["name"]) not in self.types:
            raise AssertionError(f"no sample of a metric: {line!r}")
        labels = LABEL.findall(match["labels"] or "")
        if ",".join(f'{name}="{value}"' for name, value in labels) != (match["labels"] or ""):
            raise AssertionError(f"odd labels: {line!r}")
        key = (match["name"], *sorted(labels))
        if key in self.values:
            raise AssertionError(f"twice: {line!r}")
        self.values[key] = float(match["value"])

    def family(self, name):
        """The metric that a sample of that name is of."""
        base = next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)
        return base if self.types.get(base) == "histogram" else name

    def value(self, name, **labels):
        return self.values[(name, *sorted(labels.items()))]


def scrape(port):
    answer, text = get(port)
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {text!r}")
    return Metrics(text)


def board_queries():
    """What the panels of the board for Grafana ask for, by the title of their row."""
    rows = {}
    for panel in json.loads(BOARD.read_text(encoding="utf-8"))["panels"]:
        if panel["type"] == "row":
            queries = rows[panel["title"]] = []
        queries += (target["expr"] for target in panel.get("targets", ()))
    return rows


def check_queries(test, queries, metrics):
    """They ask for metrics and labels that there are."""
    test.assertTrue(queries)
    names = {key[0] for key in metrics.values}
    labels = {label for key in metrics.values for label, _ in key[1:]} | {"instance", "job", "le"}
    for query in queries:
        with test.subTest(query=query):
            asked = set(re.findall(r"\b(?:parley|process)_[a-z_]+", query))
            test.assertTrue(asked and asked <= names, asked - names)
            for group in re.findall(r"\{([^}]*)\}|\bby \(([^)]*)\)", query):
                used = re.findall(r"([a-z_]+)(?:=|,|$| )", "".join(re.sub(r'"[^"]*"', "", part) for part in group))
                test.assertLessEqual(set(used), labels)
