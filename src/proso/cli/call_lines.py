"""`proso call screen -`: a number a line in, an answer a line out, as fast as may be."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import TYPE_CHECKING, BinaryIO, Final

from proso.cli.call_json import verdict_json
from proso.packs.pack import Pack
from proso.values.call import Call, Line
from proso.values.numbering import clean_value
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import Screener
from proso.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from proso.verdicts.bulk import BulkScreener

_BLOCK_BYTES: Final = 1 << 20
_PIPE_BYTES: Final = 1 << 16  # what a full pipe gives at once: less means the writer is slower
_MAX_LINE_BYTES: Final = 4096
_MAX_TAILS: Final = 20_000  # packs with many ranges have many verdicts


class LineScreener:
    """Judges lines of numbers, many at once where numpy is installed and the rules allow."""

    def __init__(
        self, pack: Pack | None, rules: OwnerRules, line: Line, now: datetime, *, as_json: bool
    ) -> None:
        self._screener = Screener(pack, rules)
        self._line = line
        self._now = now
        self._as_json = as_json
        # Digits need no escaping; anything else that callers send does.
        self._head, self._neck = (b'{"number": "', b'"') if as_json else (b"", b"")
        # A verdict is kept with its text, because its id is its own only as long as it lives.
        self._tails: dict[int, tuple[Verdict, bytes]] = {}
        self._bulk = None if self._screener.asks_more else _bulk_screener(pack, rules)

    def answers(self, lines: Sequence[bytes]) -> bytes:
        """The answers to some lines, a line each."""
        if self._bulk is not None:
            return self._in_bulk(self._bulk, lines)
        if self._screener.asks_more:
            return b"".join(map(self._slowly, lines))
        return b"".join(map(self._one, lines))

    def _in_bulk(self, bulk: "BulkScreener", lines: Sequence[bytes]) -> bytes:
        from proso.values.bulk import clean_values

        values = clean_values(b"\n".join(lines) + b"\n")
        clean = values.nonzero()[0]
        verdicts, places = bulk.screen(values[clean])
        tails = [self._tail(verdict) for verdict in verdicts]
        after = [tails[place] for place in places.tolist()]
        if len(clean) == len(lines):
            return b"".join(chain.from_iterable(zip(repeat(self._head), lines, after)))
        answers = [b""] * len(lines)
        for place, tail in zip(clean.tolist(), after, strict=True):
            answers[place] = self._head + lines[place] + tail
        for place in (values == 0).nonzero()[0].tolist():
            answers[place] = self._slowly(lines[place])
        return b"".join(answers)

    def _one(self, raw: bytes) -> bytes:
        value = clean_value(raw.decode("utf-8", "replace"))
        if not value:
            return self._slowly(raw)
        return self._head + raw + self._tail(self._screener.screen_number(value))

    def _slowly(self, raw: bytes) -> bytes:
        text = raw.decode("utf-8", "replace").strip()
        call = Call.receive(text, at=self._now, line=self._line)
        tail = self._tail(self._screener.screen(call, self._now))
        if call.calling_number is not None:
            return self._head + call.calling_number.e164.encode() + tail
        if self._as_json:
            return self._head + json.dumps(text)[1:-1].encode() + tail
        # A caller's text must not steer the terminal it is shown on.
        shown = "".join(char if char.isprintable() else "\ufffd" for char in text)
        return shown.encode() + tail

    def _tail(self, verdict: Verdict) -> bytes:
        known = self._tails.get(id(verdict))
        if known is not None:
            return known[1]
        if self._as_json:
            text = ", " + json.dumps(verdict_json(verdict), ensure_ascii=False)[1:] + "\n"
        else:
            text = f"\t{verdict.action}\t{verdict.reason}\t{verdict.text}\n"
        tail = self._neck + text.encode()
        if len(self._tails) >= _MAX_TAILS:
            self._tails.clear()
        self._tails[id(verdict)] = (verdict, tail)
        return tail


def _bulk_screener(pack: Pack | None, rules: OwnerRules) -> "BulkScreener | None":
    try:
        from proso.verdicts.bulk import BulkScreener
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        return None
    return BulkScreener(pack, rules)


def blocks_of(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines of a stream as they come, cut where one is longer than any number could be."""
    rest = b""
    while chunk := _read(stream):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()[:_MAX_LINE_BYTES]
        if lines:
            yield [line[:_MAX_LINE_BYTES] for line in lines]
    if rest:
        yield [rest]


def _read(stream: BinaryIO) -> bytes:
    """About a megabyte, or what there is where the writer is slower than we."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    parts = [read(_BLOCK_BYTES)]
    while len(parts[-1]) >= _PIPE_BYTES and len(parts) < _BLOCK_BYTES // _PIPE_BYTES:
        parts.append(read(_BLOCK_BYTES))
    return b"".join(parts)
