"""Records out of the text formats that lists of hotspots come in.

CSV with commas or semicolons in any of two encodings, JSON arrays, a JavaScript module that exports
an array, JSON lines.  Everything becomes a dict a record, with its place in the file.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from proso.errors import BadFile

MAX_BYTES: Final = 512 * 1024 * 1024
"""Uncompressed.  The largest list known, Mexico City's, is 4 MB; a country of a million is 200."""

_OPENERS: Final[dict[str, Callable[..., Any]]] = {
    ".xz": lzma.open,
    ".gz": gzip.open,
    ".bz2": bz2.open,
}
_COMMA_BEFORE_END: Final = re.compile(r",(\s*[}\]])")
_EXPORT: Final = re.compile(r"\s*(module\.exports\s*=|export\s+default\b)")


def records(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yields (place in the file from 1, record).

    Raises:
        BadFile: it cannot be read, is too large, or is in none of the formats.
    """
    text = _text(path)
    start = text.lstrip("\ufeff \r\n\t")[:1]
    exported = _EXPORT.match(text)
    if exported:
        yield from _array(path, _COMMA_BEFORE_END.sub(r"\1", text[exported.end() :].rstrip(" ;\n")))
    elif start == "[":
        yield from _array(path, text)
    elif start == "{":
        yield from _lines(path, text)
    else:
        yield from _table(path, text)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as raw:
            opener = _OPENERS.get(path.suffix)
            data: bytes = (opener(raw) if opener else raw).read(MAX_BYTES + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise _bad(path, f"which cannot be read ({error})", "a whole, readable file") from error
    if len(data) > MAX_BYTES:
        raise _bad(path, f"of more than {MAX_BYTES // 1024**2} MiB", "a list of hotspots")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Kerala's list has dashes of Windows in it; every byte means something there.
        return data.decode("cp1252", "replace")


def _array(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(path, f"which is no JSON ({error})", "an array of objects") from error
    if not isinstance(values, list):
        raise _bad(path, "which holds no array", "an array of objects")
    for place, value in enumerate(values, start=1):
        yield place, value if isinstance(value, dict) else {}


def _lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    for place, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _bad(path, f"whose line {place} is no JSON", "an object a line") from error
        yield place, value if isinstance(value, dict) else {}


def _table(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for place, row in enumerate(reader, start=2):
            yield place, {(name or "").strip(): value for name, value in row.items()}
    except csv.Error as error:
        raise _bad(path, f"broken at line {reader.line_num} ({error})", "a CSV file") from error


def _bad(path: Path, found: str, expected: str) -> BadFile:
    return BadFile(found=f"{path.name}, {found}", expected=expected, remedy="fetch it again")
