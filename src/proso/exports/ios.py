"""iOS CallDirectory: what a Call Directory extension hands to the system, in the order it demands.

The system takes 64-bit integers (calling code included) in ascending order, none twice, and drops
the whole list where they are not; it has no ranges.  Source: CallKit, CXCallDirectoryPhoneNumber
and addBlockingEntry(withNextSequentialPhoneNumber:).
"""

import struct
from collections.abc import Iterator
from typing import Final

from proso.exports.source import CLEARED, Source, Tally
from proso.verdicts.verdict import Action

_CHUNK: Final = 8192


def write_blocking(source: Source, tally: Tally) -> Iterator[bytes]:
    """Numbers to block: little-endian 64-bit integers, ascending; nothing else is in the file."""
    values = [int(entry.prefix) for entry in source.stopped_numbers(tally)]
    for begin in range(0, len(values), _CHUNK):
        part = values[begin : begin + _CHUNK]
        yield struct.pack(f"<{len(part)}q", *part)


def write_labels(source: Source, tally: Tally) -> Iterator[str]:
    """Numbers to name, ascending: number, tab, label; single numbers only."""
    named = []
    for entry in source.live_entries(tally):
        if entry.action is Action.ALLOW:
            tally.lost[CLEARED] += 1
        elif not entry.is_number:
            tally.lost["ranges; the system names single numbers only"] += 1
        else:
            tally.wrote(entry)
            named.append(entry)
    for entry in sorted(named, key=lambda entry: int(entry.prefix)):
        yield f"{entry.prefix}\t{entry.label.category} {entry.label.rating:.0%}\n"
