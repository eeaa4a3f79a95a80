"""vCard 3.0: cards of numbers to block, for whatever blocks a group of contacts.

Every card carries the group `BLOCKED_GROUP`, so that all can be found, blocked and thrown away, and
so that proso never takes one for a contact of the owner.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

import vobject

from proso.exports.source import Entry, Source, Tally
from proso.values.listing import BLOCKED_GROUP

_NUMBERS_OF_A_CARD: Final = 50
"""Address books grow slow with cards of hundreds of numbers, and with thousands of cards."""


def write(source: Source, tally: Tally) -> Iterator[str]:
    """Cards of up to 50 numbers of a category each."""
    entries = sorted(source.stopped_numbers(tally), key=lambda e: (e.label.category, int(e.prefix)))
    for category, members in groupby(entries, key=lambda e: e.label.category):
        numbers = list(members)
        for part, begin in enumerate(range(0, len(numbers), _NUMBERS_OF_A_CARD), start=1):
            name = f"Spam {category} {part}"
            yield _card(name, numbers[begin : begin + _NUMBERS_OF_A_CARD], source)


def _card(name: str, numbers: list[Entry], source: Source) -> str:
    header = source.pack.header
    card = vobject.vCard()
    card.add("fn").value = name
    card.add("n").value = vobject.vcard.Name(given=name)
    card.add("categories").value = [BLOCKED_GROUP]
    card.add("note").value = f"To be blocked, not answered. Pack {header.region} {header.serial}"
    card.add("uid").value = f"proso-{header.region}-{name.replace(' ', '-')}"
    for entry in numbers:
        tel = card.add("tel")
        tel.value = f"+{entry.prefix}"
        tel.type_param = "VOICE"
    return str(card.serialize())
