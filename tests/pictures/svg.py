"""Screens as SVG, and the text of such a picture. Every piece of text has its place and length, so columns hold in any font."""

import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

CELL = 8  # pixels; six tenths of the font's size, as in most monospaced fonts
ROW = 18
EDGE = 2  # cells on each side of the text
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
#          light      dark
COLOURS = {
    "text": ("#1f2328", "#e6edf3"),
    "dim": ("#59636e", "#9198a1"),
    "red": ("#c21c28", "#ff7b72"),
    "green": ("#116329", "#56d364"),
    "yellow": ("#7d4e00", "#e3b341"),
    "blue": ("#0550ae", "#79c0ff"),
    "magenta": ("#8250df", "#d2a8ff"),
    "cyan": ("#0b6a75", "#56d4dd"),
    "paper": ("#ffffff", "#0d1117"),
    "bar": ("#eaeef2", "#21262d"),
    "line": ("#c3cad2", "#3d444d"),
}


def _style():
    def rules(theme):
        return "".join(f".{name}{{fill:{pair[theme]}}}" for name, pair in COLOURS.items())

    return (f"text{{font:{CELL / 0.6:.3f}px {FONT}}}{rules(0)}.line{{stroke:{COLOURS['line'][0]};fill:none}}.bold{{font-weight:bold}}"
            f"@media(prefers-color-scheme:dark){{{rules(1)}.line{{stroke:{COLOURS['line'][1]};fill:none}}}}")


def _pieces(cells):
    """(column, text, style): of one style each, without two blanks in a row; what is not ASCII stands alone, since it may come
    from another font."""
    text = "".join(character for character, _ in cells)
    assert not any(unicodedata.east_asian_width(character) in "WF" or unicodedata.combining(character) for character in text), text
    begin = 0
    for end in range(1, len(cells) + 1):
        if end == len(cells) or cells[end][1] != cells[begin][1] or not (text[end] + text[end - 1]).isascii() or \
                text[end - 1:end + 1] == "  ":
            piece = text[begin:end]
            if piece.strip():
                yield begin + len(piece) - len(piece.lstrip()), piece.strip(), cells[begin][1]
            begin = end


def _text(column, y, piece, style):
    classes = " ".join(sorted({"text", *style} & {*COLOURS, "bold"} - ({"text"} if style & {*COLOURS} else set())))
    return (f'<text class="{classes}" x="{column * CELL}" y="{y}" textLength="{len(piece) * CELL}" '
            f'lengthAdjust="spacingAndGlyphs">{escape(piece)}</text>')


def draw(title, columns, panes):
    """The panes below each other. Each is (name, rows of cells, None or the column of the cursor in the last row)."""
    width, y = (columns + 2 * EDGE) * CELL, 0
    shapes = []
    for name, rows, cursor in panes:
        top, y = y, y + ROW + 4
        shapes.append(f'<rect class="bar" x="0" y="{top}" width="{width}" height="{ROW + 4}"/>')
        shapes.append(_text(EDGE, y - 7, name, {"bold"}))
        y += 4
        for row in rows:
            y += ROW
            shapes += [_text(column + EDGE, y - 5, piece, style) for column, piece, style in _pieces(row)]
        if cursor is not None:
            shapes.append(f'<rect class="text" x="{(cursor + EDGE) * CELL}" y="{y - ROW + 1}" width="{CELL}" height="{ROW - 2}"/>')
        y += 8
        shapes.append(f'<line class="line" x1="0" x2="{width}" y1="{y + .5}" y2="{y + .5}"/>')
    shapes.append(f'<rect class="line" x=".5" y=".5" width="{width - 1}" height="{y}"/>')
    y += 1
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" role="img">',
                      f"<title>{escape(title)}</title>", f"<style>{_style()}</style>",
                      f'<rect class="paper" width="{width}" height="{y}"/>', *shapes, "</svg>", ""])


def text_of(svg):
    """The rows of such a picture, without the empty ones."""
    rows = {}
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        column, y = (int(element.get(name)) for name in "xy")
        rows[y] = rows.get(y, "").ljust(column // CELL - EDGE) + element.text
    return [rows[y] for y in sorted(rows)]


def wrap(cells, columns):
    """As a terminal does."""
    text = re.sub(r"\s+$", "", "".join(character for character, _ in cells))
    return [cells[begin:begin + columns] for begin in range(0, len(text), columns)] or [[]]
