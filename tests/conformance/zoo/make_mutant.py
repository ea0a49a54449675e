#!/usr/bin/env python3
"""Writes a mutant: a reference program with one plausible mistake of a student (the tables in mutants/).

    make_mutant.py NAME DESTINATION     writes the mutated program to the file DESTINATION
    make_mutant.py --list               name, program, the clauses that it breaks, and the mistake, tab separated
"""

import sys
from pathlib import Path

try:
    import tomllib
except ImportError:
    print("skipped: the tables of the mutants are TOML, which Python reads from 3.11 on", file=sys.stderr)
    sys.exit(77)  # CTest's SKIP_RETURN_CODE

ZOO = Path(__file__).resolve().parent
PROGRAMS = {"server": "reference_server.py", "client": "reference_client.py"}
SERVICE = "reference_service.py"  # the server with SERVER: what a mutant with `service = true` is made of
IMPORT = "import reference_server as server\n"
ALIAS = "from types import SimpleNamespace\n\nserver = SimpleNamespace(**globals())\n"
# Whoever runs the tests may have site packages that take longer than all else of a start; the zoo needs none.
INTERPRETER = (sys.executable, "-I", "-S")
KEYS = {"name", "program", "mistakes", "sentence", "breaks", "follows", "ready_time_s", "replacements", "service"}


class MutantError(Exception):
    pass


def load_mutants():
    """name -> mutant, in the order of the tables."""
    mutants = {}
    for table in sorted((ZOO / "mutants").glob("*.toml")):
        for mutant in tomllib.loads(table.read_text())["mutant"]:
            mutant.setdefault("follows", [])
            mutant.setdefault("ready_time_s", 0)
            mutant.setdefault("service", False)
            if set(mutant) != KEYS or not mutant["breaks"] or mutant["name"] in mutants:
                raise MutantError(f"{table.name}: {mutant.get('name')}: a key is missing, unknown or used twice")
            mutants[mutant["name"]] = mutant
    return mutants


def reference(program, service=False):
    """The source of a reference program, in one file: with SERVER the server's text stands before the service's."""
    source = (ZOO / PROGRAMS[program]).read_text()
    if not service:
        return source
    # The service's classes take the place of those that they are made from.
    source = source.partition('\n\nif __name__ == "__main__":\n')[0]
    return source + "\n\n" + (ZOO / SERVICE).read_text().replace(IMPORT, ALIAS)


def mutated(mutant):
    """The source of the mutant."""
    source = reference(mutant["program"], mutant.get("service", False))
    for replacement in mutant["replacements"]:
        count = source.count(replacement["old"])
        if count != 1:
            raise MutantError(f"{mutant['name']}: found {count} times instead of once:\n{replacement['old']}")
        source = source.replace(replacement["old"], replacement["new"])
    return source


def main(arguments):
    try:
        mutants = load_mutants()
        if arguments == ["--list"]:
            for mutant in mutants.values():
                print(mutant["name"], mutant["program"], ",".join(mutant["breaks"]), mutant["sentence"], sep="\t")
        elif len(arguments) == 2 and arguments[0] in mutants:
            Path(arguments[1]).write_text(mutated(mutants[arguments[0]]))
        elif len(arguments) == 2:
            raise MutantError(f"no mutant is called '{arguments[0]}'; --list names them all")
        else:
            raise MutantError(__doc__)
    except (MutantError, OSError) as problem:
        print(f"make_mutant: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
