"""Which include is against the order of the layers: a part includes its own files and those of lower layers, nothing else."""

import pathlib
import re
import sys

# From the lowest up. A file is of the part whose name is the longest beginning of its path; parts of one layer do not
# know each other.
LAYERS = [
    ["base/secret."],
    ["base/", "protocol/"],
    ["base/command_line", "server/address_range", "server/budget", "server/counters", "server/limits", "server/log", "server/recent_refusals"],
    ["server/bans/", "server/figures", "server/frame", "server/peer_log", "server/sentence"],
    ["server/accounts/", "server/directory/", "server/net/"],
    ["server/context", "server/password_check"],
    ["server/control/request"],
    ["server/chat/", "server/cluster/", "server/metrics/", "server/two_socket/"],
    ["server/web/"],
    ["server/control/", "server/control/parleyctl"],
    ["server/", "client/"],
    ["tests/support/"],
    ["tests/conformance/model/"],
    ["tests/conformance/process/", "tests/conformance/report/"],
    ["tests/conformance/bench/"],
    ["tests/conformance/cases/", "tests/conformance/probe/"],
    ["tests/conformance/command/"],
    ["tests/conformance/grade/", "tests/conformance/interop/", "tests/conformance/watch/"],
    ["tests/conformance/"],
]
LAYER_OF = {part: layer for layer, parts in enumerate(LAYERS) for part in parts}

# What a part must not know of the system.
FORBIDDEN = {
    "protocol/": r"asio.*|atomic|chrono|condition_variable|mutex|thread|poll\.h|pthread\.h|unistd\.h|sys/.*",
    "server/": r"termios\.h|term\.h|sys/ioctl\.h",
}
# What some parts alone know.
OWNED = {("server/accounts/",): r"sodium.*", ("server/cluster/",): r"nats.*", ("server/metrics/",): r"prometheus.*",
         ("base/", "client/", "server/net/"): r"openssl/.*"}


def part_of(path):
    return max((part for part in LAYER_OF if path.startswith(part)), key=len, default=None)


def complaints(path, text):
    part = part_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
        if not match:
            continue
        quote, name = match.groups()
        if quote == "<":
            if any(path.startswith(top) and re.fullmatch(names, name) for top, names in FORBIDDEN.items()):
                yield f"{path}:{number}: {part} must not know <{name}>"
            if any(part not in owners and re.fullmatch(names, name) for owners, names in OWNED.items()):
                yield f"{path}:{number}: {part} must not know <{name}>"
            continue
        if name == "clauses.inc":  # made from PROTOCOL.md while the project is built
            continue
        other = part_of(name)
        if other is None:
            yield f'{path}:{number}: "{name}" is of no layer'
        elif other != part and LAYER_OF[other] >= LAYER_OF[part]:
            yield f'{path}:{number}: {part} is not above {other} ("{name}")'


def main(root):
    found, files = [], 0
    for top in ("base", "protocol", "server", "client", "tests/conformance"):
        for file in sorted(root.joinpath(top).rglob("*.[ch]pp")):
            files += 1
            found += complaints(file.relative_to(root).as_posix(), file.read_text())
    assert list(complaints("server/net/x.hpp", '#include "server/chat/outbox.hpp"\n')), "the check sees nothing"
    assert list(complaints("server/net/x.hpp", "#include <nats/nats.h>\n")), "the check sees no library"
    assert files > 250, f"only {files} files"
    print("\n".join(found) or f"{files} files, every include in order")
    return 1 if found else 0


sys.exit(main(pathlib.Path(__file__).resolve().parent.parent))
