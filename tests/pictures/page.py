#!/usr/bin/env python3
"""The picture of the page, of a real browser on a real server.

    page.py FOLDER             draws it anew; FOLDER has the programs
    page.py --check FOLDER     says whether the page still shows what the picture shows (exit code 1: no)

A picture has the text that it shows in itself: how letters look depends on the machine's fonts, what they say does not.
"""

import base64
import struct
import sys
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/web"))

import browser  # noqa: E402
from browser import Keys, Page  # noqa: E402
from support import Parleyd  # noqa: E402
from users import LiveCodeUser, RoomsUser, TelnetUser, TwoSocketUser  # noqa: E402

FILE = Path(__file__).resolve().parent / "page.png"
SIZE = (1120, 700)
KEY = b"Description\0"  # PNG's own word for it
# The only thing that differs from run to run.
SAME_CLOCK = "document.querySelectorAll('time').forEach((time) => { time.textContent = '12:03'; }); document.activeElement.blur()"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_text(png, text):
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk(b"tEXt", KEY + text.encode("latin-1", "xmlcharrefreplace")) + png[end:]


def text_of(png):
    """Of a picture that with_text() made."""
    begin = png.find(b"tEXt" + KEY)
    if begin < 0:
        return ""
    (length,) = struct.unpack(">I", png[begin - 4:begin])
    return png[begin + 4 + len(KEY):begin + 4 + length].decode("latin-1")


def play(server):
    """A conversation of every kind of user: the page of one of them, and the others, who stay while anybody has them."""
    def join(user_class, name):
        return user_class(server.ports[user_class.dialect], name).sign_on()

    bob, carol, alice = join(TelnetUser, "bob"), join(RoomsUser, "carol"), join(TwoSocketUser, "alice")
    dave = join(LiveCodeUser, "dave")
    dan = join(TelnetUser, "dan")
    dan.enter("Den")
    page = Page(server.ports["web"], size=SIZE).sign_on("ann")

    def hear(user, text):
        user.say(text)
        page.line(text, sender=user.name)
        alice.hears(user.name, text)

    hear(bob, "Morning. Is anybody through with the exercise on two sockets?")
    hear(carol, "Nearly. The sheet is at https://example.org/networks/4, and question 3 is the hard one.")
    hear(carol, "My client answers RECEIVED, and the sender gets ERROR 102 all the same.")
    page.say("On which socket? It belongs on the one that the FORWARD came on.")
    alice.hears("ann", "On which socket? It belongs on the one that the FORWARD came on.")
    page.line("On which socket? It belongs on the one that the FORWARD came on.", mark="delivered to 4 people")
    hear(carol, "Oh. The other one, then.")
    bob.tell("ann", "Between us: I had the same mistake last week.")
    page.line("Between us: I had the same mistake last week.", is_private=True)
    page.say("@bob So had I.")
    page.line("So had I.", mark="delivered to 1 person")
    page.press(Keys.ESCAPE)
    page.wait(lambda: len(page.people()) == 5 and page.find_all(".room"), "list of all")
    page.type("RECEIVED goes back where ")
    return page, (bob, carol, alice, dave, dan)


def draw():
    """The PNG, and the text of the page."""
    with Parleyd() as server:
        page, _others = play(server)
        page.run(SAME_CLOCK)
        text = page.run("return document.body.innerText").encode("ascii", "xmlcharrefreplace").decode()
        png = base64.b64decode(page.front().get_screenshot_as_base64())
        page.close()
    return png, text


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[:-1] not in ([], ["--check"]):
        sys.exit("usage: page.py [--check] FOLDER    the folder with the programs, for example build/bin")
    Parleyd.command = str(Path(arguments[-1]).resolve() / "parleyd")
    with browser.started():
        png, text = draw()
    if len(arguments) == 1:
        FILE.write_bytes(with_text(png, text))
        print(FILE.relative_to(ROOT))
        return 0
    shown = text_of(FILE.read_bytes()) if FILE.exists() else ""
    if shown == text:
        return 0
    print(f"{FILE.relative_to(ROOT)} is out of date; run ./dev pictures. It shows:\n{shown}\nThe page shows now:\n{text}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
