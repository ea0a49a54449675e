#!/usr/bin/env python3
"""Lays the zoo out as a class: a folder for each submission, with its grade.toml, for `parley-conform grade`.

    lay_out_class.py FOLDER [--size 43]

Half of the submissions are servers, half clients: first both references, then mutants, taken evenly from the tables.
"""

import argparse
import sys
from pathlib import Path

from make_mutant import PROGRAMS, ZOO, load_mutants, mutated

ARGUMENTS = {"server": "{port}", "client": "{user} {host} {port}"}


def spread(items, count):
    """That many of them, evenly spaced."""
    count = min(count, len(items))
    return [items[index * len(items) // count] for index in range(count)]


def add(folder, name, program, source):
    place = folder / name
    place.mkdir(parents=True)
    (place / "program.py").write_text(source, encoding="utf-8")
    (place / "grade.toml").write_text(
        f'name = "{name}"\n[{program}]\nstart = "python3 -I -S program.py {ARGUMENTS[program]}"\n', encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=43, help="how many submissions, at least 2")
    options = parser.parse_args()

    mutants = load_mutants()
    sizes = {"server": (options.size + 1) // 2, "client": options.size // 2}
    for program, size in sizes.items():
        add(options.folder, f"{program}-reference", program, (ZOO / PROGRAMS[program]).read_text(encoding="utf-8"))
        of_program = [name for name, mutant in mutants.items() if mutant["program"] == program]
        for name in spread(of_program, size - 1):
            add(options.folder, f"{program}-{name}", program, mutated(mutants[name]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
