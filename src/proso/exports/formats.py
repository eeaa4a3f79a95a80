"""The formats there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from proso.exports import asterisk, fritzbox, ios, kamailio, listing_csv, spamblocker, vcard
from proso.exports.source import Source, Tally

_ALL: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        says: what it is for, in half a sentence.
        write: gives the file piece by piece and fills the tally; the tally is whole at the end.
        limit: how many single numbers it holds unless the person says otherwise, and why.
    """

    says: str
    write: Callable[[Source, Tally], Iterator[str] | Iterator[bytes]]
    limit: int = _ALL


FORMATS: Final = {
    "csv": Format("everything, for people, sheets and `proso pack build`", listing_csv.write),
    # Address books are searched on every call; thousands of strangers make them useless.
    "vcard": Format("cards of numbers, for blocking a group of contacts", vcard.write, 2_000),
    # Boxes are small computers, and users of block lists report long phone books as slow.
    "fritzbox": Format("a FRITZ!Box phone book, to block as a whole", fritzbox.write, 1_000),
    "asterisk-db": Format("Asterisk's database, family proso, as SQL", asterisk.write_database),
    "asterisk-dialplan": Format("Asterisk dialplan: look-up and ranges", asterisk.write_dialplan),
    "asterisk-blacklist": Format(
        "Asterisk's database, family blacklist (FreePBX)", asterisk.write_blacklist, 100_000
    ),
    "kamailio-mtree": Format("Kamailio's table mtrees, as SQL", kamailio.write_mtree),
    "kamailio-blocklist": Format("Kamailio's table globalblocklist", kamailio.write_blocklist),
    "spamblocker": Format("SpamBlocker (Android): number rules, CSV", spamblocker.write_rules),
    "spamblocker-numbers": Format(
        "SpamBlocker (Android): spam database, CSV", spamblocker.write_numbers, 1_000_000
    ),
    # An extension runs in about 12 MB, and the system takes some seconds for a million.
    "ios": Format("iOS CallDirectory: int64 numbers to block", ios.write_blocking, 1_000_000),
    "ios-labels": Format("iOS CallDirectory: numbers and names to show", ios.write_labels),
}
