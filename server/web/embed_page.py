"""Writes the files of the page as C++: embed_page.py FOLDER OUTPUT. The same files give the same bytes."""

import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
BYTES_IN_A_LINE = 32


def literal(data):
    """A string literal over lines; three octal digits a byte, so that no digit behind one is taken for its own."""
    lines = [data[i:i + BYTES_IN_A_LINE] for i in range(0, len(data), BYTES_IN_A_LINE)] or [b""]
    return "\n".join('    "' + "".join(f"\\{byte:03o}" for byte in line) + '"' for line in lines)


def main(folder, output):
    files = sorted(file for file in pathlib.Path(folder).rglob("*") if file.is_file())
    data, rows = [], []
    for number, file in enumerate(files):
        if file.suffix not in TYPES:
            sys.exit(f"{file}: embed_page.py knows no Content-Type for it")
        path = "/" + file.relative_to(folder).as_posix()
        content = file.read_bytes()
        packed = gzip.compress(content, 9, mtime=0)
        packed = packed if len(packed) < len(content) else b""
        tag = hashlib.sha256(content).hexdigest()[:20]
        data.append(f"constexpr char bytes_{number}[] =\n{literal(content)};\n"
                    f"constexpr char gzip_{number}[] =\n{literal(packed)};\n")
        rows.append(f'    PageFile{{"{"/" if path == "/index.html" else path}", "{TYPES[file.suffix]}", "W/\\"{tag}\\"",\n'
                    f"             {{bytes_{number}, {len(content)}}}, {{gzip_{number}, {len(packed)}}}}},")
    text = ('#include "server/web/page_file.hpp"\n\nnamespace parley::web {\nnamespace {\n\n' + "\n".join(data) +
            "\nconstexpr PageFile files[] = {\n" + "\n".join(rows) + "\n};\n\n}  // namespace\n\n"
            "std::span<const PageFile> page_files() {\n  return files;\n}\n\n}  // namespace parley::web\n")
    pathlib.Path(output).write_text(text)


main(*sys.argv[1:])
