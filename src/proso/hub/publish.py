"""One release: weigh what was reported up to a moment, list, build, write, note.

A release is a function of (log up to the moment, rule): publishing again for the same moment gives
the same serial and the same bytes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec

import pyarrow as pa

from proso.errors import Refused
from proso.hub.engine import Engine
from proso.hub.lock import alone
from proso.hub.store import Release, Store, write_durably
from proso.packs.build import Listed, build
from proso.reputation.rule import RULE_VERSION
from proso.reputation.weighing import weigh
from proso.values.listing import Category, Label, Listing
from proso.values.number import PhoneNumber

LOCK: Final = "release.lock"

_P = ParamSpec("_P")
_COLUMNS: Final = ("subject", "rating", "sample_size", "category", "newest", "listing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a release came to.

    Attributes:
        release: as noted in the store.
        size_bytes: of the pack.
        listed: numbers that act.
        watched: numbers that are shown.
        cleared: numbers that are let through.
    """

    release: Release
    size_bytes: int
    listed: int
    watched: int
    cleared: int


def _one_at_a_time(
    publish: Callable[Concatenate[Store, _P], Published],
) -> Callable[Concatenate[Store, _P], Published]:
    """Two releases at once would take the same serial for different packs."""

    @wraps(publish)
    def alone_in_the_hub(store: Store, /, *args: _P.args, **settings: _P.kwargs) -> Published:
        with alone(store.directory / LOCK, "publishing"):
            return publish(store, *args, **settings)

    return alone_in_the_hub


@_one_at_a_time
def publish(store: Store, *, region: str, as_of: datetime, after: int = 0) -> Published:
    """Publishes the pack of a region.

    Args:
        store: the hub's.
        region: ISO 3166-1 alpha-2.
        as_of: the moment up to which reports are weighed, aware; cut to whole seconds.
        after: a serial that phones have already, which a new release must exceed: the store may be
            a restored one that does not know of it.

    Raises:
        Refused: an `as_of` earlier than the newest release's, which would be a step back.
        StoreFull: no room for the pack; the one before stays.
        StoreBusy: another release is being made.
    """
    as_of = as_of.replace(microsecond=0)
    moment = int(as_of.timestamp())
    earlier = store.releases(region)
    known = next((r for r in earlier if r.as_of == moment), None)
    if known is None and earlier and earlier[-1].as_of > moment:
        raise Refused(
            found=f"a release as of {as_of:%Y-%m-%d %H:%M}, before the newest one",
            expected="a later moment, or exactly that of a release made before",
            remedy="leave --as-of away to publish what is known now",
        )
    last = max(after, earlier[-1].serial if earlier else 0)
    serial = known.serial if known else last + 1
    with Engine() as engine:
        weighed = weigh(engine.reports(store, region), now=as_of)
        rows = engine.run(weighed.filter(weighed.listing.notnull()).select(*_COLUMNS))
    data = build(
        _listings(rows, as_of),
        region=region,
        serial=serial,
        as_of=as_of,
        rule_version=RULE_VERSION,
    )
    release = Release(
        region=region,
        serial=serial,
        as_of=moment,
        digest=hashlib.sha256(data).hexdigest(),
        entries=len(rows),
        rule_version=RULE_VERSION,
        file=f"{region}-{serial}.pack",
    )
    write_durably(store.directory / "packs" / release.file, data)
    store.record(release)
    if known is None or known == earlier[-1]:
        write_durably(store.directory / "packs" / f"{region}.pack", data)
    counts = dict.fromkeys(Listing, 0)
    for listing in rows["listing"].to_pylist():
        counts[Listing(listing)] += 1
    return Published(
        release=release,
        size_bytes=len(data),
        listed=counts[Listing.LISTED],
        watched=counts[Listing.WATCHED],
        cleared=counts[Listing.CLEARED],
    )


def _listings(rows: pa.Table, as_of: datetime) -> list[Listed]:
    columns = (rows[name].to_pylist() for name in _COLUMNS)
    return [
        Listed(
            PhoneNumber(subject),
            Label.rounded(
                category=Category(category),
                rating=rating,
                sample_size=sample_size,
                age_days=(as_of - newest).total_seconds() / 86_400,
                listing=Listing(listing),
            ),
        )
        for subject, rating, sample_size, category, newest, listing in zip(*columns, strict=True)
    ]
