#!/usr/bin/env python3
"""The pictures of the pages, made from the real programs.

    pictures.py FOLDER             draws them anew; FOLDER has the programs
    pictures.py --check FOLDER     says whether the programs still show what the pictures show (exit code 1: no)

Only what differs from run to run is made the same before it is drawn, in equal_in_all_runs(): clocks, durations and ports.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

import svg
from terminal import NotShown, Terminal, Tmux, to_cells

ROOT = Path(__file__).resolve().parents[2]
SHOWN_HERE = Path(__file__).resolve().parent
TRIES = 3  # a machine that is busy makes programs say that they wait
SHELL = r"^\$ ?$"
SEARCHED = "/usr/local/bin:/usr/bin:/bin:/usr/sbin"
# In the pictures ./dev is what it is in a checkout that is built: it starts the program. Ports are the system's choice.
DEV = """#!/bin/sh
task=$1
shift
case $task in
  serve) exec parleyd --port 0 --port-file "$PORT_FILE" "$@" ;;
  chat) exec parley --port "$(cat "$PORT_FILE")" "$@" ;;
  demo) exec python3 "$ROOT/examples/demo.py" "$PROGRAMS" ;;
esac
"""


def equal_in_all_runs(rows, own_port=""):
    """The same text with another clock, other durations and other ports."""
    ports = {own_port: "5050"}
    stamps = iter(range(1, 1000))

    def replace(match):
        text, kind = match[0], match.lastgroup
        if kind == "port":
            return ports.setdefault(text, str(50000 + len(ports)))
        if kind == "stamp":
            return f"{next(stamps)}.000".rjust(len(text))
        return {"date": "2026-11-26 12:03:00.000", "clock": "12:03", "duration": "0.500 s"}[kind]

    pattern = re.compile(r"(?P<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})|(?P<clock>(?<!\d)\d\d:\d\d(?!\d))|(?<=127\.0\.0\.1:)(?P<port>\d+)"
                         r"|(?P<duration>\b\d+\.\d{3} s\b)|(?P<stamp>(?<=\x1b\[2m) +\d+\.\d{3}(?=\x1b))")
    return [pattern.sub(replace, row) for row in rows]


def to_pane(terminal, rows, has_cursor=True):
    cells = [part for row in to_cells(rows) for part in svg.wrap(row, terminal.columns)]
    last = "".join(character for character, _ in cells[-1]).rstrip()
    return terminal.name, cells, len(last) + 1 if has_cursor else None


def draw_conversation(tmux, folder):
    columns = 64
    server, alice, bob = (Terminal(tmux, name, columns, folder) for name in ("server", "alice", "bob"))
    server.type("./dev serve")
    port = server.see(r"listening on 127\.0\.0\.1:(\d+)")[1]
    for user in (alice, bob):
        user.type(f"./dev chat {user.name}")
        user.see("You are")
        server.see(f"{user.name} arrived")

    def say(sender, line, *seen):
        """Everybody has seen it before anything else is said."""
        sender.type(line)
        for recipient, text in seen:
            recipient.see(text)

    say(alice, "@bob Hello Bob, how are you doing?", (bob, "Hello Bob"), (alice, "✓"))
    say(bob, "@alice fine", (alice, "fine"), (bob, "✓"))
    say(alice, "lunch?", (bob, "lunch"), (alice, "✓"))
    say(alice, "/who", (alice, r"^\s+bob .*since"))
    say(alice, "/msg carol hi", (alice, "carol is not here"))
    say(bob, "/r at noon", (alice, "at noon"), (bob, "✓"))
    say(bob, "@ALL who else?", (alice, "who else"), (bob, "✓"))
    panes = [to_pane(user, equal_in_all_runs(user.rest(f"^{user.name}.*> ?$"), port)) for user in (alice, bob)]
    return svg.draw("A server, and alice and bob, who chat on it", columns,
                    [to_pane(server, equal_in_all_runs(server.rest("bob arrived"), port), has_cursor=False), *panes])


def play_demo(tmux, folder):
    terminal = Terminal(tmux, "demo", 92, folder)
    terminal.type("./dev demo")
    terminal.see("Servers and clients have left")
    return terminal, equal_in_all_runs(terminal.rest(SHELL))


def draw_part(terminal, rows, title, first, last):
    """From the row that begins with `first` to before the next one that begins with `last`."""
    begin = next(number for number, row in enumerate(rows) if row.startswith(first))
    end = next(number for number, row in enumerate(rows) if number > begin and row.startswith(last))
    return svg.draw(title, terminal.columns, [to_pane(terminal, [rows[0], "...", *rows[begin:end]], has_cursor=False)])


def draw_demo(tmux, folder):
    """Its second part: the first is like the conversation."""
    return draw_part(*play_demo(tmux, folder), "One user of each of five protocols, in one conversation",
                     "One user of each dialect", "A user with a browser")


def draw_cluster(tmux, folder):
    """The demo's third part."""
    return draw_part(*play_demo(tmux, folder), "Three users on three servers, one of which is killed",
                     "Three users on three servers", "All delivered")


def draw_report(tmux, folder):
    """Of a server that lets two users have the same name: to the end of its first failure."""
    source = (ROOT / "examples/grading/submissions/python-server/server.py").read_text(encoding="utf-8")
    mistaken = source.replace("if channel in user.sockets or ", "if ")
    assert mistaken != source, "python-server has no such line any more"
    (folder / "server.py").write_text(mistaken, encoding="utf-8")
    terminal = Terminal(tmux, "report", 96, folder)
    terminal.type("parley-conform server --exec 'python3 server.py {port}' --only R2.1,R2.3")
    terminal.see(r"\d passed, \d failed")
    rows = equal_in_all_runs(terminal.rest(SHELL))
    second = [number for number, row in enumerate(rows) if "FAIL" in row][1]
    return svg.draw("What parley-conform says of a server that lets two users have one name", terminal.columns,
                    [to_pane(terminal, [*rows[:second], "..."], has_cursor=False)])


PICTURES = {"conversation": draw_conversation, "demo": draw_demo, "cluster": draw_cluster, "report": draw_report}


def make(draw, programs):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dev").write_text(DEV)
        (folder / "dev").chmod(0o755)
        environment = {"HOME": name, "XDG_STATE_HOME": name, "PATH": f"{programs}:{SEARCHED}", "PORT_FILE": f"{name}/port",
                       "ROOT": str(ROOT), "PROGRAMS": str(programs), "PYTHONDONTWRITEBYTECODE": "1"}
        with Tmux(folder, environment) as tmux:
            return draw(tmux, folder)


def check(name, draw, programs):
    """What differs, as lines; none when the picture is right."""
    file = SHOWN_HERE / f"{name}.svg"
    shown = svg.text_of(file.read_text(encoding="utf-8")) if file.exists() else []
    for tries_left in reversed(range(TRIES)):
        try:
            now = svg.text_of(make(draw, programs))
        except NotShown:
            if not tries_left:
                raise
            continue
        if now == shown:
            return []
    return [f"{file.relative_to(ROOT)} is out of date; run ./dev pictures. It shows, and the programs show now:",
            *(f"- {row}" for row in shown if row not in now), *(f"+ {row}" for row in now if row not in shown)]


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[:-1] not in ([], ["--check"]):
        sys.exit("usage: pictures.py [--check] FOLDER    the folder with the programs, for example build/bin")
    for program in ("tmux", "nats-server"):
        if not shutil.which(program, path=SEARCHED):
            print(f"pictures: there is no {program} here", file=sys.stderr)
            return 77
    programs = Path(arguments[-1]).resolve()
    try:
        if len(arguments) == 2:
            complaints = [line for name, draw in PICTURES.items() for line in check(name, draw, programs)]
            print("\n".join(complaints) or f"{len(PICTURES)} pictures show what the programs show")
            return 1 if complaints else 0
        for name, draw in PICTURES.items():
            (SHOWN_HERE / f"{name}.svg").write_text(make(draw, programs), encoding="utf-8")
            print(f"tests/pictures/{name}.svg")
        return 0
    except NotShown as wrong:
        sys.exit(f"pictures: {wrong}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
