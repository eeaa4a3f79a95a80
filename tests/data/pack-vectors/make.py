"""Makes the vectors a reader in another language is tried on.

Run it after a change of the format: ``python tests/data/pack-vectors/make.py``.  The packs are the
same on every machine; travel files and deltas depend on the version of brotli, but expand to them.
"""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.packs.delta import diff
from proso.packs.hotspots import HotspotRecord, decode_hotspots, encode_hotspots
from proso.packs.pack import Pack
from proso.packs.travel import compress
from proso.values.listing import CATEGORIES, LISTINGS, Label
from proso.values.number import NumberRange, PhoneNumber

FOLDER = Path(__file__).parent
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def packs() -> dict[str, bytes]:
    """Each pack by its file's name."""
    chance = random.Random(2026)
    close = {12025550000 + int(chance.expovariate(1 / 40_000)) for _ in range(300)}
    close |= {12029990000 + i for i in range(100) if i % 3}
    apart = {10**power + chance.randrange(9) for power in range(3, 15) for _ in range(3)}
    ranges = [NumberRange(13105551, 11), NumberRange(1310555, 11), NumberRange(1310), NumberRange(91140), NumberRange(911400000), NumberRange(12, 11), NumberRange(120255512, 11)]  # fmt: skip  # noqa: E501
    records = [
        HotspotRecord(
            4_813_700 + round(chance.gauss(0, 900)),
            1_157_500 + round(chance.gauss(0, 900)),
            chance.getrandbits(63) if i % 5 else 0,
            i % 4,
            b"detail %d" % i if i % 3 else b"",
        )
        for i in range(200)
    ]
    later = {value for value in close if value % 11} | {12025560000 + i * 7 for i in range(30)}
    return {
        "numbers.pack": _numbers(1, close, ranges, chance),
        "numbers-2.pack": _numbers(2, later, ranges[1:], random.Random(2026)),
        "apart.pack": _numbers(1, apart, (), chance),
        "empty.pack": _numbers(1, (), (), chance),
        "hotspots.pack": encode_hotspots(
            region="DE", serial=5, as_of=AS_OF, rule_version="vectors", records=records
        ),
    }


def _numbers(serial, values, ranges, chance) -> bytes:
    labels = [
        Label.rounded(category=category, rating=rating, sample_size=size, age_days=age, listing=li)
        for category in CATEGORIES[:4]
        for rating, size, age in ((0.95, 30, 2), (0.7, 4, 40), (0.3, 0, None))
        for li in LISTINGS
    ]
    block = {value // 100: chance.choice(labels) for value in sorted(values)}
    rows = [
        Listed(PhoneNumber(v), block[v // 100] if chance.random() < 0.8 else chance.choice(labels))
        for v in sorted(values)
    ]
    rows += [Listed(subject, chance.choice(labels)) for subject in ranges]
    return build(rows, region="US", serial=serial, as_of=AS_OF, rule_version="vectors")


def told(pack: Pack, value: int) -> list[dict[str, object]]:
    """What is said of a number, as the JSON of the vectors."""
    return [
        say(match.label)
        | (
            {"prefix": match.subject.prefix, "digits": match.subject.digits}
            if match.subject
            else {}
        )
        for match in pack.find_all(value)
    ]


def say(label: Label) -> dict[str, object]:
    return {
        "category": label.category,
        "rating": label.rating,
        "sample": label.sample_size,
        "days": label.freshness_days,
        "listing": label.listing,
    }


def look_ups(made: dict[str, bytes]) -> dict[str, list[list[object]]]:
    """For each pack what is asked and what is found."""
    found: dict[str, list[list[object]]] = {}
    for name in ("numbers.pack", "apart.pack", "empty.pack"):
        pack = decode(made[name])
        asked = {number.value + step for number, _ in pack.numbers() for step in (0, 1, 65_536)}
        asked |= {
            13105551234,
            13105559999,
            1310555123,
            1310,
            91140123456,
            9114000,
            12025551299,
            1_000,
            10**15 - 1,
        }
        some = [value for value in sorted(asked) if value < 10**15][::4]
        found[name] = [[value, told(pack, value)] for value in some]
    hotspots = decode_hotspots(made["hotspots.pack"])
    found["hotspots.pack"] = [
        [
            f"{lat} {lon} {metres}",
            [_spot(d, record) for d, record in hotspots.near(lat, lon, metres)],
        ]
        for lat, lon, metres in ((48.137, 11.575, 150), (48.14, 11.57, 1500), (0, 0, 100))
    ]
    return found


def _spot(distance: float, record: HotspotRecord) -> dict[str, object]:
    return {
        "distance": round(distance, 3),
        "lat": record.lat_e5,
        "lon": record.lon_e5,
        "identity": str(record.identity),
        "class": record.klass,
    }


def main() -> None:
    made = packs()
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)
        (FOLDER / name.replace(".pack", ".travel")).write_bytes(compress(data))
    delta = diff(made["numbers.pack"], made["numbers-2.pack"])
    (FOLDER / "numbers-2.delta").write_bytes(delta)
    lines = json.dumps(look_ups(made), separators=(",", ":")).replace("]],[", "]],\n[")
    (FOLDER / "look-ups.json").write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
