"""SpamBlocker (Android): number rules and the spam database, as CSV.

Its reader cuts lines at commas and knows no quotes, compares the whole number without "+" and
leading zeros with a regular expression, and among rules that match the highest priority wins.
Source: util/Csv.kt, db/RegexTable.kt (RegexRule.fromMap) and service/bot (ParseCSV,
ImportAsRegexRule, ImportToSpamDB) of the app.
"""

from collections.abc import Iterator
from typing import Final

from proso.exports.source import Source, Tally
from proso.verdicts.verdict import Action

_FOR_CALLS: Final = 1
_BLOCK_TYPES: Final = {Action.REJECT: 0, Action.SILENCE: 1, Action.ALLOW: 0, Action.LABEL: 0}


def write_rules(source: Source, tally: Tally) -> Iterator[str]:
    """Rules: what is stopped, and with a higher priority what rings inside of that."""
    yield "pattern,description,priority,isBlacklist,flags,blockType\n"
    for entry in source.stopped_and_holes(tally):
        rest = r"\d" * (entry.digits - len(entry.prefix)) if entry.digits else r"\d*"
        # The longer prefix goes first, and of one prefix the range of a length.
        priority = 2 * len(entry.prefix) + bool(entry.digits)
        blocks = "false" if entry.is_hole else "true"
        kind = _BLOCK_TYPES[entry.action]
        yield f"{entry.prefix}{rest},proso {entry.said},{priority},{blocks},{_FOR_CALLS},{kind}\n"


def write_numbers(source: Source, tally: Tally) -> Iterator[str]:
    """Numbers for the spam database, where a look-up is fast however many there are."""
    yield "pattern\n"
    for entry in source.stopped_numbers(tally):
        yield f"{entry.prefix}\n"
