"""Which link of a page leads nowhere: to a file that is not there, or to no heading of that page."""

import re
import sys
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", "build"}  # and whatever a test or a tool leaves there


def without_code(text):
    """The page without what is shown as it is: fenced and indented blocks, and `code`."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    text = re.sub(r"^(?: {4}|\t).*$", "", text, flags=re.M)
    return re.sub(r"`[^`\n]*`", lambda code: code[0].strip("`") if "](" not in code[0] else "", text)


def anchors_of(page):
    """What GitHub calls the headings: small letters, no punctuation, a hyphen for each blank; then -1, -2 for a repetition."""
    anchors, seen = set(), {}
    for heading in re.findall(r"^#{1,6} +(.*?) *#*$", without_code(page.read_text(encoding="utf-8")), re.M):
        name = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = "".join(letter for letter in name if letter in " -_" or unicodedata.category(letter)[0] in "LN").replace(" ", "-")
        count = seen[name] = seen.get(name, -1) + 1
        anchors.add(f"{name}-{count}" if count else name)
    return anchors


def why_wrong(page, target):
    """Nothing when the link leads somewhere. What is elsewhere in the network is not looked at."""
    if re.match(r"[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.is_relative_to(ROOT):
        return "it leaves the repository"
    if not file.exists():
        return "there is no such file"
    if anchor and (file.suffix != ".md" or anchor not in anchors_of(file)):
        return "there is no such heading"
    return None


def main():
    found, count = [], 0
    for page in sorted(ROOT.rglob("*.md")):
        name = page.relative_to(ROOT)
        if NOT_OURS & set(name.parts):
            continue
        text = without_code(page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(<?([^)\s>]+)>?\)", text) + re.findall(r"""(?:src|srcset|href)=["']([^"']+)["']""", text):
            count += 1
            wrong = why_wrong(page, target)
            if wrong:
                found.append(f"{name}: {target}: {wrong}")
    assert count > 40, f"only {count} links were found"
    print("\n".join(found) or f"{count} links, each leads somewhere")
    return 1 if found else 0


sys.exit(main())
