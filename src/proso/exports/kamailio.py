"""Kamailio: rows of `mtrees` for a look-up that loses nothing, and of `globalblocklist`.

Both modules find the longest prefix.  A prefix does not say how long the number is, so that a
listed +4930123 would stop +49301234 as well.  In the mtree rows the length stands before the
digits (``11`` + ``12025550101``), and whoever asks puts it there too; then a match is exact.
"""

from collections.abc import Iterator
from typing import Final

from proso.exports.source import Entry, Source, Tally
from proso.values.notation import possible_lengths

_STOPS_WIDELY: Final = (
    "listed for one length, but stopped at any length; only prefixes are possible"
)
_RINGS_WIDELY: Final = (
    "cleared for one length, but ringing at any length; only prefixes are possible"
)
_RINGS: Final = "stopped at one length, but ringing at another; only prefixes are possible"
_INTO_MTREES: Final = "INSERT INTO mtrees (tname, tprefix, tvalue)"
_INTO_BLOCKLIST: Final = "INSERT INTO globalblocklist (prefix, allowlist, description)"

_MTREE: Final = """\
-- proso: pack {region}, serial {serial}, as of {as_of:%Y-%m-%d}
-- modparam("mtree", "mtree", "name=proso;dbtable=mtrees;multi=1"), and ask with E.164 digits:
--   $var(key) = $(var(digits){{s.len}}) + $var(digits);
--   if (mt_match("proso", "$var(key)", "0")) {{ ... $avp(s:tvalue) ... }}
-- The value is action:category:rating, for example reject:scam:97; no match means nothing is known.
BEGIN;
DELETE FROM mtrees WHERE tname = 'proso';
"""

_BLOCKLIST: Final = """\
-- proso: pack {region}, serial {serial}, as of {as_of:%Y-%m-%d}
-- check_blocklist() looks at the user of the request URI: put the caller's E.164 digits there
-- first ($rU = $fU), and back again afterwards.  Then: kamcmd userblocklist.reload_blocklist
BEGIN;
DELETE FROM globalblocklist WHERE description LIKE 'proso %';
"""


def write_mtree(source: Source, tally: Tally) -> Iterator[str]:
    """SQL for the table mtrees, tree proso: length and digits to action, category and rating."""
    yield _head(_MTREE, source)
    for entry in source.said_entries(tally):
        for length in _lengths(source, entry):
            key = f"{length}{entry.prefix}"
            yield f"{_INTO_MTREES} VALUES ('proso', '{key}', '{entry.said}');\n"
    yield "COMMIT;\n"


def write_blocklist(source: Source, tally: Tally) -> Iterator[str]:
    """SQL for the table globalblocklist: what is stopped, and as allowlist what rings in it."""
    yield _head(_BLOCKLIST, source)
    rings: set[str] = set()
    stops: dict[str, Entry] = {}
    for entry in source.stopped_and_holes(tally):
        if entry.is_hole:
            rings.add(entry.prefix)
        else:
            stops[entry.prefix] = entry
        if _is_longer_possible(entry):
            tally.lost[_RINGS_WIDELY if entry.is_hole else _STOPS_WIDELY] += 1
    for prefix in sorted(rings):
        yield _blocklist_row(prefix, is_allowed=True, said="cleared")
    for prefix, entry in sorted(stops.items()):
        if prefix in rings:
            tally.lost[_RINGS] += 1
        else:
            yield _blocklist_row(prefix, is_allowed=False, said=entry.said)
    yield "COMMIT;\n"


def _head(text: str, source: Source) -> str:
    header = source.pack.header
    return text.format(region=header.region, serial=header.serial, as_of=header.as_of)


def _blocklist_row(prefix: str, *, is_allowed: bool, said: str) -> str:
    return f"{_INTO_BLOCKLIST} VALUES ('{prefix}', {int(is_allowed)}, 'proso {said}');\n"


def _lengths(source: Source, entry: Entry) -> list[int]:
    """The lengths of number an entry speaks of, less those that something narrower speaks of."""
    if entry.digits:
        return [entry.digits]
    size = len(entry.prefix)
    lengths = [n for n in possible_lengths(entry.prefix) if n >= size]
    if size in lengths and source.is_listed_itself(int(entry.prefix)):
        lengths.remove(size)
    return [length for length in lengths if not source.has_range(entry.prefix, length)]


def _is_longer_possible(entry: Entry) -> bool:
    lengths = [n for n in possible_lengths(entry.prefix) if n >= len(entry.prefix)]
    return bool(entry.digits) and lengths != [entry.digits]
