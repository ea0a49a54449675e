"""Fails unless a page is well formed, fetches nothing, and its links lead to something in it.

    check_report_page.py PAGE [FILE ...]     FILE: what it may link to beside, as the link is written
"""
import sys
from html.parser import HTMLParser

VOID = {"meta", "br"}
ALLOWED = set("html head meta title style body main header section h1 h2 h3 p ul ol li b small a span div details summary "
              "blockquote dl dt dd pre code script svg g text path circle rect table thead tbody tr th td br".split())
ATTRIBUTES = set("lang charset name content http-equiv class href title id open tabindex role aria-label text-anchor "
                 "width height viewbox x y cx cy r d scope rowspan colspan data-value data-sort".split())


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.faults = [], set(), set(), []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        if tag not in ALLOWED:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.faults.append(f"<{tag} {name}>")
            if name == "id":
                if value in self.ids:
                    self.faults.append(f"id {value} twice")
                self.ids.add(value)
            if name == "href":
                if value.startswith("#"):
                    self.links.add(value[1:])
                elif value not in sys.argv[2:]:
                    self.faults.append(f"link to {value}")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


with open(sys.argv[1], "rb") as file:
    text = file.read().decode("utf-8", "strict")
page = Page()
page.feed(text)
page.close()
faults = page.faults + [f"<{tag}> never closed" for tag in page.open]
faults += [f"no #{link}" for link in sorted(page.links - page.ids)]
if "url(" in text.split("</style>")[0] or "@import" in text.split("</style>")[0]:
    faults.append("the style fetches something")
if any(ord(c) < 32 and c != "\n" for c in text):
    faults.append("a control character")
print("\n".join(faults[:20]))
sys.exit(1 if faults else 0)
