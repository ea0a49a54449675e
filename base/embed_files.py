"""Writes the files of folders as C++: embed_files.py FUNCTION OUTPUT FOLDER... FUNCTION, with its namespace, returns them as
base/embedded_file.hpp has them, in order of their names. The same files give the same bytes."""

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


def main(function, output, *folders):
    namespace, _, name = function.rpartition("::")
    data, rows = [], []
    files = {file.relative_to(folder).as_posix(): file for folder in folders for file in pathlib.Path(folder).rglob("*")
             if file.is_file()}
    for number, (name_of_file, file) in enumerate(sorted(files.items())):
        if file.suffix not in TYPES:
            sys.exit(f"{file}: embed_files.py knows no Content-Type for it")
        content = file.read_bytes()
        packed = gzip.compress(content, 9, mtime=0)
        packed = packed if len(packed) < len(content) else b""
        tag = hashlib.sha256(content).hexdigest()[:20]
        data.append(f"constexpr char bytes_{number}[] =\n{literal(content)};\n"
                    f"constexpr char gzip_{number}[] =\n{literal(packed)};\n")
        rows.append(f'    EmbeddedFile{{"{name_of_file}", "{TYPES[file.suffix]}", "W/\\"{tag}\\"",\n'
                    f"                 {{bytes_{number}, {len(content)}}}, {{gzip_{number}, {len(packed)}}}}},")
    text = (f'#include <span>\n\n#include "base/embedded_file.hpp"\n\nnamespace {namespace} {{\n\n'
            f"std::span<const EmbeddedFile> {name}();\n\nnamespace {{\n\n" + "\n".join(data) +
            "\nconstexpr EmbeddedFile files[] = {\n" + "\n".join(rows) + "\n};\n\n}  // namespace\n\n"
            f"std::span<const EmbeddedFile> {name}() {{\n  return files;\n}}\n\n}}  // namespace {namespace}\n")
    pathlib.Path(output).write_text(text)


main(*sys.argv[1:])
