"""Which include is against the order of the house: rooms include downwards only, and no room of their own floor."""

import pathlib
import re
import sys

# From the ground up. A file is in the room whose name is the longest beginning of its path.
FLOORS = [
    ["base/", "protocol/"],
    ["server/budget", "server/counters", "server/limits", "server/log"],
    ["server/frame"],
    ["server/directory/", "server/net/"],
    ["server/context"],
    ["server/chat/", "server/two_socket/"],
    ["server/", "client/"],
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# What a room must not know of the system.
FORBIDDEN = {
    "protocol/": r"asio.*|atomic|chrono|condition_variable|mutex|thread|poll\.h|pthread\.h|unistd\.h|sys/.*",
    "server/": r"termios\.h|histedit\.h|sys/ioctl\.h",
}


def room_of(path):
    return max((room for room in FLOOR_OF if path.startswith(room)), key=len, default=None)


def complaints(path, text):
    room = room_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
        if not match:
            continue
        quote, name = match.groups()
        if quote == "<":
            if any(path.startswith(top) and re.fullmatch(names, name) for top, names in FORBIDDEN.items()):
                yield f"{path}:{number}: {room} must not know <{name}>"
            continue
        other = room_of(name)
        if other is None:
            yield f'{path}:{number}: "{name}" is not in a room below'
        elif other != room and FLOOR_OF[other] >= FLOOR_OF[room]:
            yield f'{path}:{number}: {room} is not above {other} ("{name}")'


def main(root):
    found, files = [], 0
    for top in ("base", "protocol", "server", "client"):
        for file in sorted(root.joinpath(top).rglob("*.[ch]pp")):
            files += 1
            found += complaints(file.relative_to(root).as_posix(), file.read_text())
    assert list(complaints("server/net/x.hpp", '#include "server/chat/outbox.hpp"\n')), "the check sees nothing"
    assert files > 80, f"only {files} files"
    print("\n".join(found) or f"{files} files, every include in order")
    return 1 if found else 0


sys.exit(main(pathlib.Path(__file__).resolve().parent.parent))
