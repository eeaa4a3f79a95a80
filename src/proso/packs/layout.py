"""What every pack file shares: the header, sections padded to 8 bytes, and the digest at the end.

The layout is in docs/reference/pack-format.md.  The digest finds damage, not forgery: what a phone
may install is decided by signatures over the whole file.
"""

import hashlib
import struct
import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Final, TypeAlias

from proso.errors import BadPack, PackTooNew
from proso.values.numbering import is_region

FORMAT_VERSION: Final = 1
MAGIC: Final = b"PROSOPK\n"
MAX_RULE_VERSION_BYTES: Final = 32
DIGEST_BYTES: Final = 32

_HEADER: Final = struct.Struct("<8sHH2sHQq40s32s")
HEADER_BYTES: Final = _HEADER.size
_ALIGNMENT: Final = 8
_LATEST: Final = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second a datetime can hold

Buffer: TypeAlias = bytes | bytearray | memoryview


class Kind(IntEnum):
    """What a pack's entries are."""

    NUMBERS = 1
    HOTSPOTS = 2

    @property
    def word(self) -> str:
        """As it is written in names of files."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackHeader:
    """What a pack says of itself.

    Attributes:
        region: ISO 3166-1 alpha-2.
        serial: 1 and up; a later release of the region has a larger one.
        as_of: the moment up to which reports were weighed, aware, whole seconds.
        rule_version: version of the rule that decided what is listed.
        kind: what the entries are.
        numbers: how many exact numbers.
        ranges: how many ranges and series.
        hotspots: how many hotspots.
    """

    region: str
    serial: int
    as_of: datetime
    rule_version: str
    kind: Kind = Kind.NUMBERS
    numbers: int = 0
    ranges: int = 0
    hotspots: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """The start of a file: what is common to all kinds, and the kind's own counts unread.

    Attributes:
        kind: what the entries are.
        region: ISO 3166-1 alpha-2.
        serial: 1 and up.
        as_of: aware, whole seconds.
        rule_version: of the rule that listed.
        counts: 40 bytes whose meaning depends on the kind.
    """

    kind: Kind
    region: str
    serial: int
    as_of: datetime
    rule_version: str
    counts: bytes


def seal(opening: Opening, sections: Iterable[bytes]) -> bytes:
    """A whole file: header, padded sections, digest."""
    header = _HEADER.pack(
        MAGIC,
        FORMAT_VERSION,
        opening.kind,
        opening.region.encode("ascii"),
        0,
        opening.serial,
        int(opening.as_of.timestamp()),
        opening.counts,
        opening.rule_version.encode("utf-8")[:MAX_RULE_VERSION_BYTES],
    )
    body = b"".join([header, *(part for section in sections for part in _padded(section))])
    return body + hashlib.sha256(body).digest()


def read_opening(view: memoryview) -> Opening:
    """The header of a file, each field checked.

    Raises:
        PackTooNew: a format this version does not know.
        BadPack: no header, or an impossible one.
    """
    if len(view) < HEADER_BYTES + DIGEST_BYTES or bytes(view[:8]) != MAGIC:
        raise bad_pack(f"{len(view)} bytes that do not begin like a pack")
    _, version, kind, region, pad, serial, as_of, counts, rule = _HEADER.unpack_from(view)
    if version != FORMAT_VERSION:
        raise PackTooNew(
            found=f"a pack of format {version}",
            expected=f"format {FORMAT_VERSION}",
            remedy="update proso, or fetch the pack this version reads",
        )
    try:
        text, rule_version = region.decode("ascii"), rule.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad_pack("a pack whose header is no text") from error
    sound = is_region(text) and not pad and serial and 0 <= as_of <= _LATEST
    if not sound or "\0" in rule_version or kind not in Kind.__members__.values():
        raise bad_pack("a pack with an impossible header")
    return Opening(
        Kind(kind), text, serial, datetime.fromtimestamp(as_of, UTC), rule_version, counts
    )


def check_digest(view: memoryview) -> None:
    """Raises BadPack unless the digest at the end is that of everything before."""
    if hashlib.sha256(view[:-DIGEST_BYTES]).digest() != bytes(view[-DIGEST_BYTES:]):
        raise bad_pack("a pack whose digest does not fit its content: truncated or altered")


class Cursor:
    """Cuts sections off a file, refusing one that is not there."""

    def __init__(self, view: memoryview, *, checked: bool) -> None:
        # Padding is looked at only on request: each look would have the system map what is around.
        self._checked = checked
        self._body = view[:-DIGEST_BYTES]
        self._place = HEADER_BYTES

    def take(self, size: int) -> memoryview:
        """The next `size` bytes; O(1), their content is not looked at."""
        end = self._place + size
        padded = end + -end % _ALIGNMENT
        if padded > len(self._body) or (self._checked and any(self._body[end:padded])):
            raise bad_pack("a pack shorter than its header says")
        section = self._body[self._place : end]
        self._place = padded
        return section

    def take_integers(self, form: str, count: int) -> memoryview:
        """The next `count` little-endian integers of an `array` type code."""
        return _native(self.take(_SIZES[form] * count), form)

    def finish(self) -> None:
        """Raises BadPack if anything is left."""
        if self._place != len(self._body):
            raise bad_pack("a pack longer than its header says")


_SIZES: Final = {"B": 1, "H": 2, "I": 4, "Q": 8}


def little_endian(values: "array[int]") -> bytes:
    """The bytes of an array as files hold them."""
    if sys.byteorder == "big":
        values = values[:]
        values.byteswap()
    return values.tobytes()


def from_little_endian(raw: bytes, form: str) -> "array[int]":
    """An array from its bytes in a file."""
    values = array(form, raw)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def low_words(values: "array[int]") -> "array[int]":
    """The lower 16 bits of 64-bit values, without a loop in Python."""
    words = memoryview(values).cast("B").cast("H")
    return array("H", words[0 if sys.byteorder == "little" else 3 :: 4].tobytes())


def bad_pack(found: str) -> BadPack:
    """The one complaint about bytes that are no pack."""
    return BadPack(
        found=found,
        expected="a sound proso pack",
        remedy="fetch it again; the pack installed before stays in use",
    )


def _padded(section: bytes) -> tuple[bytes, bytes]:
    return section, bytes(-len(section) % _ALIGNMENT)


def _native(section: memoryview, form: str) -> memoryview:
    if sys.byteorder == "little":
        whole: Any = section
        return whole.cast(form)  # type: ignore[no-any-return]  # the form is a variable
    return memoryview(from_little_endian(section.tobytes(), form))
