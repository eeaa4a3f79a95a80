"""A table from a text file of lines, of which any may be broken.

Files come from strangers: cut off, in another encoding, or without a line end for two gigabytes.
Lines are looked at before the CSV parser sees them, so that memory stays bounded and a bad line
costs only itself.  So a line is a row: a quoted line break is refused, because a quotation mark
that somebody forgot would otherwise swallow every row after it.
"""

import csv as texts
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final, TypeAlias

import pyarrow as pa
from pyarrow import csv

from proso.errors import BadFile
from proso.hub.feeds.packed import DAMAGE, opened
from proso.reports.report import Refusal

MAX_LINE_BYTES: Final = 64 * 1024
"""No complaint or list row comes near a kilobyte; a longer line is not one."""

MAX_LISTED_REFUSALS: Final = 100_000
"""Refused rows listed a file, about 30 MB in memory; more of them are counted only.  A file with as
many is not mended by hand."""

_BLOCK_BYTES: Final = 4 * 1024 * 1024

Progress: TypeAlias = Callable[[int], None]


@dataclass(slots=True)
class Refusals:
    """The rows of a file that were not taken.

    Attributes:
        listed: the first of them, as they were met.
        count: how many there are in all.
    """

    listed: list[Refusal] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, why: str) -> None:
        """Notes one row."""
        self.count += 1
        if self.count <= MAX_LISTED_REFUSALS:
            self.listed.append(Refusal(line, why))


@dataclass(slots=True)
class Lines:
    """A file of comma-separated lines, read block by block.

    Attributes:
        path: the file; .xz, .gz and .bz2 are read through.
        progress: told the bytes read so far.
        latest: no row may speak of a later moment, aware.
        header: names of the first line, lower case.
        refusals: the lines that were not taken, as they are met.
        read: data lines met so far, bad ones included.
    """

    path: Path
    progress: Progress
    latest: datetime
    header: list[str] = field(default_factory=list)
    refusals: Refusals = field(default_factory=Refusals)
    read: int = 0

    def tables(self) -> Iterator[tuple[pa.Table, list[int]]]:
        """Yields (table of text columns, the line number of each row), a block at a time.

        Raises:
            BadFile: it cannot be opened, is damaged, or has no header.
        """
        try:
            with self.path.open("rb") as raw:
                for line_number, lines in self._blocks(opened(raw, self.path.suffix), raw):
                    yield from self._parsed(line_number, lines)
        except DAMAGE as error:
            raise BadFile(
                found=f"{self.path.name}, damaged after {self.read:,} rows"
                + (f" ({error})" if str(error) else ""),
                expected="a whole file",
                remedy="fetch it again; nothing of it was imported",
            ) from error
        except OSError as error:
            raise BadFile(
                found=f"{self.path.name}, which cannot be read ({error.strerror or error})",
                expected="a readable file",
                remedy="check its name and permissions",
            ) from error

    def _blocks(self, stream: IO[bytes], raw: IO[bytes]) -> Iterator[tuple[int, list[bytes]]]:
        """Yields (number of the first line, whole lines); a line too long is cut to one byte."""
        rest, line_number, skipping = b"", 1, False
        while chunk := stream.read(_BLOCK_BYTES):
            self.progress(raw.tell())
            if skipping:
                end = chunk.find(b"\n")
                if end < 0:
                    continue
                chunk, skipping = b"\0" + chunk[end:], False
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                rest, skipping = b"", True
            if lines:
                yield line_number, lines
                line_number += len(lines)
        if skipping:
            rest = b"\0"
        if rest:
            yield line_number, [rest]

    def _parsed(self, first: int, lines: list[bytes]) -> Iterator[tuple[pa.Table, list[int]]]:
        if not self.header:
            self._read_header(lines[0])
            first, lines = first + 1, lines[1:]
        self.read += len(lines)
        numbers = list(range(first, first + len(lines)))
        block = b"\n".join(lines)
        if b"\r" in block:
            lines = [line.removesuffix(b"\r") for line in lines]
            block = b"\n".join(lines)
        if not _is_regular(block):
            kept = [
                (number, line)
                for number, line in zip(numbers, lines, strict=True)
                if self._is_sound(number, line)
            ]
            numbers = [number for number, _ in kept]
            block = b"\n".join(line for _, line in kept)
        elif b"\n\n" in block or block.startswith(b"\n") or block.endswith(b"\n"):
            kept = [(n, line) for n, line in zip(numbers, lines, strict=True) if line.strip()]
            numbers = [number for number, _ in kept]
            block = b"\n".join(line for _, line in kept)
        if block:
            yield self._table(block, numbers)

    def _read_header(self, line: bytes) -> None:
        try:
            text = line.decode("utf-8-sig").strip("\r\n ").replace("\r", " ")
        except UnicodeDecodeError:
            text = ""
        is_text = len(line) <= MAX_LINE_BYTES and text.replace("\t", " ").isprintable()
        names = next(texts.reader([text]), []) if is_text else []
        # Spreadsheets leave columns without a name; nobody asks for those.
        self.header = [name.strip().lower() or f"#{i}" for i, name in enumerate(names, start=1)]
        if not self.header or len(set(self.header)) != len(self.header):
            raise BadFile(
                found=f"{self.path.name}, whose first line names no columns",
                expected="a line of distinct column names in UTF-8",
                remedy="add one, or save the file as CSV in UTF-8",
            )

    def _is_sound(self, number: int, line: bytes) -> bool:
        why = None
        if line == b"\0" or len(line) > MAX_LINE_BYTES:
            why = f"a line longer than {MAX_LINE_BYTES // 1024} KiB"
        elif b"\0" in line:
            why = "a line with NUL bytes"
        elif b"\r" in line:
            why = "a line with a carriage return inside"
        elif not line.strip():
            return False
        else:
            try:
                text = line.decode("utf-8")
                if '"' in text:
                    # Counting marks is not enough: x"y,"z has two and leaves one open.
                    next(texts.reader([text], strict=True))
            except UnicodeDecodeError:
                why = "a line that is not UTF-8"
            except texts.Error:
                why = "a quotation mark that is never closed, or one too many"
        if why:
            self.refusals.add(number, why)
        return why is None

    def _table(self, block: bytes, numbers: list[int]) -> tuple[pa.Table, list[int]]:
        refused: set[int] = set()

        def refuse(row: csv.InvalidRow) -> str:
            place = row.number - 1
            refused.add(place)
            self.refusals.add(
                numbers[place],
                f"{row.actual_columns} fields where the header has {row.expected_columns}",
            )
            return "skip"

        table = csv.read_csv(
            pa.BufferReader(block),
            read_options=csv.ReadOptions(
                column_names=self.header, use_threads=False, block_size=len(block) + 1
            ),
            parse_options=csv.ParseOptions(invalid_row_handler=refuse),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(self.header, pa.string()), strings_can_be_null=False
            ),
        )
        if refused:
            numbers = [n for place, n in enumerate(numbers) if place not in refused]
        return table, numbers


def _is_regular(block: bytes) -> bool:
    """Whether a block surely has no line that needs a closer look."""
    if b"\0" in block or b'"' in block or b"\r" in block:
        return False
    if max(map(len, block.split(b"\n")), default=0) > MAX_LINE_BYTES:
        return False
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
