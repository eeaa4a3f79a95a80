"""FRITZ!Box: a phone book to restore into the box and to block as a whole.

One contact a category and hundred numbers would be shorter, but a box shows the contact's name in
its call list, so each contact says category and rating.  Source of the form: the vendor's own XML
schema of phone books (phonebooks > phonebook > contact > category, person, telephony, services,
setup, uniqueid) and its help page on call blocks, which lets a phone book be one blocking rule.
"""

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import quoteattr

from proso.exports.source import Source, Tally

_NUMBER: Final = '<number id="{id}" prio="{prio}" type="home">+{digits}</number>'
_NUMBERS_OF_A_CONTACT: Final = 9
"""A contact of a FRITZ!Box has at most so many numbers in its own editor."""


def write(source: Source, tally: Tally) -> Iterator[str]:
    """One phone book; numbers with their "+", as the box dials and compares them."""
    name = quoteattr(f"proso {source.pack.header.region} {source.pack.header.serial}")
    yield '<?xml version="1.0" encoding="utf-8"?>\n<phonebooks>\n'
    yield f"<phonebook name={name}>\n"
    for said, group in _groups(source, tally):
        for part in range(0, len(group), _NUMBERS_OF_A_CONTACT):
            numbers = group[part : part + _NUMBERS_OF_A_CONTACT]
            yield _contact(f"Spam: {said}", numbers)
    yield "</phonebook>\n</phonebooks>\n"


def _groups(source: Source, tally: Tally) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for entry in source.stopped_numbers(tally):
        said = f"{entry.label.category} {entry.label.rating:.0%}"
        groups.setdefault(said, []).append(entry.prefix)
    return sorted(groups.items())


def _contact(name: str, numbers: list[str]) -> str:
    lines = "".join(
        _NUMBER.format(id=i, prio=int(i == 0), digits=digits) for i, digits in enumerate(numbers)
    )
    return (
        f"<contact><category>0</category><person><realName>{name}</realName></person>"
        f'<telephony nid="{len(numbers)}">{lines}</telephony><services/><setup/></contact>\n'
    )
