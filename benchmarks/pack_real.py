"""Packs of real numbers, and of hotspots real and drawn: what they weigh, how fast they answer."""

import csv
import gzip
import hashlib
import json
import lzma
import math
import random
import statistics
import time
from array import array
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import zstandard
from mixture import choices

from proso.packs.codec import Listings, encode_listings
from proso.packs.hotspots import HotspotRecord, attach_hotspots, encode_hotspots
from proso.packs.labels import pack_label, pack_labels
from proso.packs.travel import compress, expand
from proso.values.listing import Category, Label

AS_OF = datetime(2020, 12, 1, tzinfo=UTC)
NATIONAL_DIGITS = 10
PLAN = 800 * 800 * 10_000  # area codes and exchanges begin with 2 to 9


def ftc(folder: Path) -> dict[str, Any]:
    """Every number of the series, with the labels that the data bear out: how often, how lately."""
    count, latest = _complaints(folder)
    values = sorted(count)
    bound = choices(PLAN, len(values)) / 8 / len(values)
    result: dict[str, Any] = {"distinct": len(values), "uniform_bound_bytes": bound}
    kinds = {
        "numbers_alone": lambda _: {},
        "with_sample_size": lambda v: {"sample_size": count[v]},
        "with_sample_and_freshness": lambda v: {
            "sample_size": count[v],
            "age_days": (AS_OF.date() - latest[v]).days,
        },
    }
    for name, more in kinds.items():
        labels = {
            value: Label.rounded(category=Category.OTHER, rating=0.8, **more(value))
            for value in values
        }
        data = _numbers(values, labels)
        packed = compress(data)
        assert expand(packed, limit=len(data)) == data  # noqa: S101
        result[f"{name}_bytes"] = len(packed) / len(values)
        result[f"{name}_installed_bytes"] = len(data) / len(values)
    result["numbers_alone_of_uniform"] = result["numbers_alone_bytes"] / bound
    text = array("Q", values).tobytes()
    result["sorted_list_xz_bytes"] = len(lzma.compress(text)) / len(values)
    return result


def _complaints(folder: Path) -> tuple[Counter[int], dict[int, date]]:
    count: Counter[int] = Counter()
    latest: dict[int, date] = {}
    for path in sorted(folder.glob("*.csv.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                number = row["company_number"]
                if (
                    len(number) == NATIONAL_DIGITS
                    and number.isdigit()
                    and number[0] > "1" < number[3]
                ):
                    value = int(f"1{number}")
                    count[value] += 1
                    latest[value] = date.fromisoformat(row["created_date"][:10])
    return count, latest


def _numbers(values: list[int], labels: dict[int, Label]) -> bytes:
    table = sorted(set(labels.values()), key=pack_label)
    code = {label: place for place, label in enumerate(table)}
    return encode_listings(
        Listings(
            region="US",
            serial=1,
            as_of=AS_OF,
            rule_version="benchmark",
            labels=pack_labels(table),
            values=array("Q", values),
            codes=bytes(code[labels[value]] for value in values),
            ranges=(),
        )
    )


def hotspots_of_a_country(count: int) -> dict[str, Any]:
    """Cities whose sizes fall as one over their rank, denser the larger."""
    chance = random.Random(1)  # noqa: S311  the same every time
    cities = [(chance.uniform(42, 51), chance.uniform(-4, 8), 1 / (i + 1)) for i in range(3000)]
    whole = sum(weight for _, _, weight in cities)
    records = []
    for lat, lon, weight in cities:
        here = round(count * weight / whole)
        spread = 0.01 * math.sqrt(here / 1000) + 0.002
        for _ in range(here):
            y, x = chance.gauss(lat, spread * 0.65), chance.gauss(lon, spread)
            klass = chance.choices(range(5), (50, 20, 15, 10, 5))[0]
            records.append(
                HotspotRecord(round(y * 1e5), round(x * 1e5), chance.getrandbits(63), klass)
            )
    return _hotspots("drawn", records, chance)


def hotspots_of_cities(path: Path) -> dict[str, Any]:
    """Real hotspots, whatever is not place and identity as detail."""
    records = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            lat, lon = row.pop("lat", None), row.pop("lon", None)
            if lat is None or lon is None:
                continue
            key = f"{row.pop('src', '')}:{row.pop('id', '')}:{row.get('name', '')}".encode()
            identity = int.from_bytes(hashlib.sha256(key).digest()[:8], "big") >> 1
            klass = ("free", "limited", "customers").index(row.pop("free", None) or "free")
            told = {name: value for name, value in row.items() if value not in (None, "", [])}
            detail = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
            y, x = round(float(lat) * 1e5), round(float(lon) * 1e5)
            records.append(HotspotRecord(y, x, identity, klass, detail))
    return _hotspots("real", records, random.Random(1))  # noqa: S311


def _hotspots(name: str, records: list[HotspotRecord], chance: random.Random) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "region": "FR", "serial": 1, "as_of": AS_OF, "rule_version": "b", "records": records,
    }  # fmt: skip
    data, core = encode_hotspots(**fields), encode_hotspots(**fields, with_details=False)
    packed = compress(data)
    assert expand(packed, limit=len(data)) == data  # noqa: S101
    plain = "".join(map(_json_line, sorted(records))).encode()
    peer = len(zstandard.compress(plain, 19))
    pack, times, found = attach_hotspots(data), [], 0
    for _ in range(5000):
        near = chance.choice(records)
        lat = near.lat_e5 / 1e5 + chance.uniform(-0.001, 0.001)
        lon = near.lon_e5 / 1e5 + chance.uniform(-0.001, 0.001)
        begun = time.perf_counter_ns()
        found += len(pack.near(lat, lon, 150))
        times.append(time.perf_counter_ns() - begun)
    return {
        "name": name,
        "hotspots": len(pack),
        "installed_bytes_each": len(data) / len(pack),
        "travel_bytes_each": len(packed) / len(pack),
        "core_travel_bytes_each": len(compress(core)) / len(pack),
        "zstd19_json_bytes_each": peer / len(pack),
        "of_zstd19_json": len(packed) / peer,
        "circle_150m_median_us": statistics.median(times) / 1000,
        "circle_150m_p99_us": sorted(times)[4950] / 1000,
        "found_in_circle": found / 5000,
    }


def _json_line(record: HotspotRecord) -> str:
    row: dict[str, Any] = {
        "lat": record.lat_e5 / 1e5,
        "lon": record.lon_e5 / 1e5,
        "id": f"{record.identity:016x}",
        "class": record.klass,
    }
    detail = json.loads(record.detail) if record.detail else {}
    return json.dumps(row | detail, ensure_ascii=False, separators=(",", ":")) + "\n"
