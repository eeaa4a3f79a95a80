"""The descriptive part of a hotspot in a pack: everything beside identity, place and class.

A short JSON object, made canonically (sorted keys, defaults left out, fixed rounding), so that the
same hotspot gives the same bytes and a reader in another language needs nothing special.  Keys are
one or two letters because a million of them travel; compression takes the rest.
`docs/reference/hotspot-record.md` is the table.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from proso.errors import BadPack, BadPlace
from proso.values.hotspot import (
    FEES,
    MAX_SSID_BYTES,
    SIGN_INS,
    Fee,
    History,
    Hotspot,
    Security,
    SignIn,
)
from proso.values.place import Position

MAX_DETAIL_BYTES: Final = 4096
"""The longest real record is below 600 bytes; 200 radio tags add 1,400."""

MAX_TAGS: Final = 200
"""Radio tags of a hotspot.  A campus with more access points is listed as several places."""

MAX_TEXT: Final = 200
"""Characters of a name, note or opening hours."""


def encode_detail(hotspot: Hotspot) -> bytes:
    """The canonical bytes of a hotspot's descriptive part."""
    tags = sorted(hotspot.radio_tags)[:MAX_TAGS]
    fields: dict[str, object] = {
        "c": hotspot.cell,
        "n": hotspot.name[:MAX_TEXT],
        "s": [ssid.hex() for ssid in hotspot.ssids],
        "t": "".join(f"{tag:04x}" for tag in tags),
        "k": hotspot.security.value if hotspot.security else "",
        "f": FEES.index(hotspot.fee),
        "i": SIGN_INS.index(hotspot.sign_in),
        "r": hotspot.recipe,
        "p": hotspot.programme,
        "h": hotspot.hours[:MAX_TEXT],
        "x": hotspot.note[:MAX_TEXT],
        "o": _numbers(hotspot.history) if hotspot.history.attempts else [],
        "ho": [[hour, *_numbers(one)] for hour, one in hotspot.hourly],
        "d": hotspot.proven_day or 0,
        "z": hotspot.source,
        "l": hotspot.licence,
    }
    kept = {key: value for key, value in fields.items() if value}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def decode_detail(identity: int, position: Position, data: bytes) -> Hotspot:
    """The hotspot of a record.

    Args:
        identity: of the record.
        position: of the record.
        data: what `encode_detail` made; empty for a record that travels without it.

    Raises:
        BadPack: the bytes are something else.
    """
    if not data:
        return Hotspot(identity=identity, position=position)
    try:
        if len(data) > MAX_DETAIL_BYTES:
            raise ValueError(f"{len(data)} bytes")  # noqa: TRY301  becomes ours below
        fields = json.loads(data)
        return _read(identity, position, _object(fields))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, BadPlace) as error:
        raise BadPack(
            found="a hotspot record whose descriptive part cannot be read",
            expected="the fields of docs/reference/hotspot-record.md",
            remedy="fetch the pack again; the old one stays in use",
        ) from error


def _read(identity: int, position: Position, fields: Mapping[str, Any]) -> Hotspot:
    text: Callable[[str], str] = lambda key: _text(fields.get(key, ""))  # noqa: E731
    tags = text("t")
    history = fields.get("o") or []
    return Hotspot(
        identity=identity,
        position=position,
        cell=text("c"),
        name=text("n"),
        ssids=tuple(_ssid(one) for one in fields.get("s", [])),
        radio_tags=frozenset(int(tags[at : at + 4], 16) for at in range(0, len(tags), 4)),
        security=Security(text("k")) if text("k") else None,
        fee=FEES[_index(fields.get("f", 0))] if fields.get("f") else Fee.UNKNOWN,
        sign_in=SIGN_INS[_index(fields.get("i", 0))] if fields.get("i") else SignIn.UNKNOWN,
        recipe=text("r"),
        programme=text("p"),
        hours=text("h"),
        note=text("x"),
        history=_history(history) if history else History(),
        hourly=tuple((int(one[0]) % 24, _history(one[1:])) for one in fields.get("ho", [])),
        proven_day=int(fields["d"]) if fields.get("d") else None,
        source=text("z"),
        licence=text("l"),
    )


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _index(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value[:MAX_DETAIL_BYTES]


def _ssid(value: str) -> bytes:
    ssid = bytes.fromhex(value)
    if len(ssid) > MAX_SSID_BYTES:
        raise ValueError
    return ssid


def _numbers(history: History) -> list[float | None]:
    return [
        round(history.succeeded, 1),
        round(history.failed, 1),
        round(history.mean_log_seconds, 2),
        round(history.sd_log_seconds, 2),
        None if history.mbit is None else round(history.mbit, 1),
    ]


def _history(numbers: list[Any]) -> History:
    succeeded, failed, mean, deviation, mbit = numbers
    values = [float(one) for one in (succeeded, failed, mean, deviation)]
    if not all(abs(one) < 1e9 for one in values) or min(values[0], values[1], values[3]) < 0:  # noqa: PLR2004
        raise ValueError  # NaN compares false, so it ends here as well
    return History(
        succeeded=values[0],
        failed=values[1],
        mean_log_seconds=values[2],
        sd_log_seconds=values[3],
        mbit=None if mbit is None else float(mbit),
    )
