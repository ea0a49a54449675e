"""Which clause is named in the sources and is not in PROTOCOL.md."""

import pathlib
import re
import sys

NO_CLAUSES = {"C0": "the control characters of that name", "D2.11": "what grading_test.py asks for in vain"}


def main(root):
    page = root.joinpath("protocol/PROTOCOL.md").read_text()
    clauses = set(re.findall(r"^(?:- \*\*|### )([A-Z]+\d+(?:\.\d+)?)\b", page, re.M))
    assert {"F1", "F1.1", "TN6", "OD10.2"} <= clauses, "the page is not understood"
    letters = {clause.rstrip("0123456789.") for clause in clauses}
    # Not what is escaped (\xF3, U+00AD) or a part of a word.
    name = re.compile(rf"(?<![\w\\+.-])(?:{'|'.join(letters)})\d+(?:\.\d+)?(?!\w)")
    named, found = 0, []
    for file in sorted(file for top in ("base", "protocol", "server", "client", "tests", "examples")
                       for file in root.joinpath(top).rglob("*") if file.suffix in (".cpp", ".hpp", ".py", ".toml")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            for clause in name.findall(line.partition("# noqa")[0]):
                named += 1
                if clause not in clauses and clause not in NO_CLAUSES:
                    found.append(f"{file.relative_to(root)}:{number}: PROTOCOL.md has no {clause}")
    assert named > 500, f"only {named} clauses are named"
    print("\n".join(found) or f"{named} times a clause is named, and the page has each")
    return 1 if found else 0


sys.exit(main(pathlib.Path(__file__).resolve().parent.parent))
