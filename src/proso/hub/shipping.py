"""A release into the files phones fetch: the pack, its travel file, the deltas, the statement.

Of deltas there are, to each serial, one from the serial before and one from each power of two
before that divides it: two a release on average, and from any of the last 60 serials to the newest
a chain of at most ten.  The statement names, for each old serial, the first step of the cheapest
chain.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tuf.api.metadata import TargetFile

from proso.errors import Refused, Unavailable
from proso.hub.repository import Repository
from proso.hub.store import Release, Store, translated, write_durably
from proso.packs import delta, travel
from proso.packs.layout import Kind
from proso.packs.trust import (
    MAX_PACK_BYTES,
    Delta,
    Offer,
    custom_of,
    delta_path,
    pack_path,
    target_path,
    travel_path,
    useful_deltas,
)

WINDOW: Final = 60
"""Serials a delta may start from: two months of days.  Older phones take the travel file."""

LONGEST_STEP: Final = 32
KEPT_WHOLE: Final = 3
"""Serials whose pack and travel file stay, for phones that read the statement before."""

LATEST: Final = timedelta(hours=1)
"""How far a pack may be ahead of the clock."""

_DELTA: Final = re.compile(r"(\d{1,19})-(\d{1,19})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """What was written for phones.

    Attributes:
        offer: the statement.
        signed: names of the metadata that were signed, none where nothing changed.
        made_bytes: of the travel file and deltas that were new.
    """

    offer: Offer
    signed: tuple[str, ...]
    made_bytes: int


def ship(  # noqa: PLR0913  what is shipped, and when
    store: Store,
    repository: Repository,
    *,
    region: str,
    now: datetime,
    kind: Kind = Kind.NUMBERS,
    releases: Sequence[Release] | None = None,
) -> Shipped:
    """Makes the newest release of a region what phones are offered; harmless if it is already.

    Args:
        store: of the hub; holds the packs.
        repository: its signed files.
        region: one that has a key.
        now: the present moment, aware.
        kind: numbers or hotspots.
        releases: of that kind, oldest first; the store's own where not given.

    Raises:
        Refused: no key for the region, an earlier serial than phones have, or one of the future.
        Unavailable: a pack's file is gone or was altered.
        StoreFull: no room; phones see what was before.
    """
    repository.check_ready(region)
    known = list(store.releases(region) if releases is None else releases)
    if not known:
        raise Refused(
            found=f"no release of {region}",
            expected="one",
            remedy=f"run: proso hub publish --region {region}",
        )
    newest = known[-1]
    _check(repository, newest, kind, now)
    packs = store.directory / "packs"
    data = _read(packs, newest)
    made = _write_once(repository.targets / travel_path(region, kind, newest.serial), data)
    made += _write_deltas(repository, packs, known, data, kind)
    offer = _offer(repository, newest, kind, len(data))
    write_durably(repository.targets / pack_path(offer), data)
    path = target_path(region, kind)
    stated = TargetFile(len(data), {"sha256": newest.digest}, path, {"custom": custom_of(offer)})
    with repository.locked():
        repository.set_targets(region, {path: stated}, now=now)
    signed = repository.settle(now=now)
    _prune(_folder(repository, region), kind, newest.serial, known)
    return Shipped(offer=offer, signed=tuple(signed), made_bytes=made)


def bases_of(serial: int) -> tuple[int, ...]:
    """The serials from which a delta to this one is made."""
    steps = {1} | {1 << bit for bit in range(6) if serial % (1 << bit) == 0}
    return tuple(serial - step for step in sorted(steps) if step <= LONGEST_STEP and serial > step)


def _offer(repository: Repository, newest: Release, kind: Kind, size_bytes: int) -> Offer:
    """What phones are told of a release whose travel file and deltas are written."""
    region, serial = newest.region, newest.serial
    return Offer(
        region=region,
        kind=kind,
        serial=serial,
        size_bytes=size_bytes,
        sha256=newest.digest,
        travel_bytes=_size(repository, travel_path(region, kind, serial)),
        deltas=useful_deltas(
            _deltas(_folder(repository, region), kind), serial=serial, oldest=serial - WINDOW
        ),
    )


def _folder(repository: Repository, region: str) -> Path:
    return repository.targets / "packs" / region


def _check(repository: Repository, newest: Release, kind: Kind, now: datetime) -> None:
    stated = repository.target(newest.region, target_path(newest.region, kind))
    before = stated.custom["serial"] if stated is not None else 0
    if newest.serial < before:
        raise Refused(
            found=f"serial {newest.serial} of {newest.region}, where phones have {before}",
            expected="a later one",
            remedy="publish again: serials go on from what phones have",
        )
    if stated is not None and newest.serial == before and stated.hashes["sha256"] != newest.digest:
        raise Refused(
            found=f"another pack under serial {newest.serial} than the one phones have",
            expected="a serial that means one pack for ever",
            remedy="publish again for a later moment",
        )
    check_moment(datetime.fromtimestamp(newest.as_of, UTC), now)


def check_moment(as_of: datetime, now: datetime) -> None:
    """Whether phones may be given a pack of this moment: better asked before it is made.

    Raises:
        Refused: a moment still to come.  Phones would take it for passed, and everything signed
            until then for run out.
    """
    if as_of > now + LATEST:
        raise Refused(
            found=f"a release as of {as_of:%Y-%m-%d %H:%M}, which is still to come",
            expected="a moment that has passed",
            remedy="publish without --as-of",
        )


def _write_once(path: Path, data: bytes) -> int:
    if path.is_file():
        return 0
    small = travel.compress(data)
    write_durably(path, small)
    return len(small)


def _write_deltas(
    repository: Repository, packs: Path, known: Sequence[Release], data: bytes, kind: Kind
) -> int:
    newest = known[-1]
    by_serial = {release.serial: release for release in known}
    made = 0
    for base in bases_of(newest.serial):
        path = repository.targets / delta_path(newest.region, kind, base, newest.serial)
        if base in by_serial and not path.is_file():
            change = delta.diff(_read(packs, by_serial[base]), data)
            write_durably(path, change)
            made += len(change)
    return made


def _deltas(folder: Path, kind: Kind) -> list[Delta]:
    found = []
    for path in folder.glob(f"{kind.word}-*.delta"):
        name = _DELTA.fullmatch(path.stem.removeprefix(f"{kind.word}-"))
        if name is not None:
            found.append(Delta(int(name[1]), int(name[2]), path.stat().st_size))
    return found


def _read(packs: Path, release: Release) -> bytes:
    path = packs / release.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unavailable(
            found=f"a release without its file {release.file}",
            expected="every pack of the last serials",
            remedy="put it back from a backup",
        ) from error
    if hashlib.sha256(data).hexdigest() != release.digest:
        raise Unavailable(
            found=f"{release.file}, which is not what was published",
            expected=f"SHA-256 {release.digest[:16]}...",
            remedy="put it back from a backup; nothing was signed",
        )
    if len(data) > MAX_PACK_BYTES:
        raise Refused(
            found=f"a pack of {len(data):,} bytes",
            expected=f"at most {MAX_PACK_BYTES:,}",
            remedy="list fewer: phones take no larger ones",
        )
    return data


def _size(repository: Repository, path: str) -> int:
    return (repository.targets / path).stat().st_size


def _prune(folder: Path, kind: Kind, serial: int, known: Sequence[Release]) -> None:
    """Removes what no phone is offered any more, nor was by the statements before."""
    with translated(folder):
        for one in _deltas(folder, kind):
            if one.base < serial - WINDOW - KEPT_WHOLE:
                (folder / f"{kind.word}-{one.base}-{one.serial}.delta").unlink()
        for path in folder.glob(f"{kind.word}-*.travel"):
            number = path.stem.removeprefix(f"{kind.word}-")
            if number.isdigit() and int(number) <= serial - KEPT_WHOLE:
                path.unlink()
        whole = {f"{release.digest}.{kind.word}.pack" for release in known[-KEPT_WHOLE:]}
        for path in folder.glob(f"*.{kind.word}.pack"):
            if path.name not in whole:
                path.unlink()
