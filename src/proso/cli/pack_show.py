"""`proso pack show`, `verify` and `diff`: what is in a pack, and what changed."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from proso.cli.output import answers, print_json
from proso.errors import BadPack, PackOfOtherRegion
from proso.packs.changes import Change, Changes, changes_between
from proso.packs.layout import PackHeader
from proso.packs.pack import Pack
from proso.values.listing import Label
from proso.values.number import NumberRange
from proso.values.numbering import is_region
from proso.verdicts.listed import action_of
from proso.verdicts.rules import PackPolicy

_file = click.argument("file", type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.command()
@_file
@_json
def show(file: Path, as_json: bool) -> None:  # noqa: FBT001
    """What a pack holds: sizes, age, signer, and entries by category, listing and action.

    FILE is a pack, or a region whose installed pack is meant.  Actions are those of the default
    policy.

    Example: proso pack show US.pack
    """
    from proso.device.packfile import open_any_pack

    file = _installed(file)
    opened = open_any_pack(file)
    summary = _header(opened.header) | _size(file, len(opened))
    summary |= _signer(file, opened.header.region)
    if isinstance(opened, Pack):
        summary |= _contents(opened)
    if as_json:
        print_json(summary)
        return
    for name, value in summary.items():
        if not isinstance(value, dict):
            answers.print(f"{name.replace('_', ' '):<16} {_shown(name, value)}", markup=False)
    for name in ("listings", "actions", "categories", "range_sizes"):
        _print_counts(name, summary.get(name, {}))


@click.command()
@_file
@click.option("--region", help="The region it must be of.")
@_json
def verify(file: Path, region: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Whether every byte of a file is a sound pack's; says nothing of who made it.

    Example: proso pack verify US.pack --region US
    """
    from proso.device.packfile import open_any_pack

    header = open_any_pack(file).header
    if region is not None and header.region != region:
        raise PackOfOtherRegion(
            found=f"a pack of {header.region}",
            expected=f"one of {region}",
            remedy="name the pack of the region",
        )
    if as_json:
        print_json({"file": str(file), "is_sound": True} | _header(header))
        return
    answers.print(
        f"{file.name}: a sound pack of {header.region}, serial {header.serial}", markup=False
    )


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Show the examples' numbers whole, not masked.")
@_json
def diff(old: Path, new: Path, full: bool, as_json: bool) -> None:  # noqa: FBT001
    """What changed from one release to the next, in words.

    Example: proso pack diff yesterday/US.pack US.pack
    """
    from proso.device.packfile import open_pack

    packs = [open_pack(path) for path in (old, new)]
    before, after = (pack.header for pack in packs)
    if before.region != after.region:
        raise BadPack(
            found=f"packs of {before.region} and {after.region}",
            expected="two releases of one region",
            remedy="compare packs of the same region",
        )
    changes = changes_between(*packs)
    if as_json:
        print_json(_diff_json(before, after, changes, full=full))
        return
    direction = "" if before.serial <= after.serial else ", backwards"
    answers.print(
        f"{before.region}: from serial {before.serial} ({before.as_of:%Y-%m-%d}) "
        f"to {after.serial} ({after.as_of:%Y-%m-%d}){direction}",
        markup=False,
    )
    for line in _diff_words(changes, full=full):
        answers.print(line, markup=False)


def _header(header: PackHeader) -> dict[str, Any]:
    age = datetime.now(UTC) - header.as_of
    return {
        "region": header.region,
        "serial": header.serial,
        "as_of": header.as_of.isoformat(),
        "age_days": max(age.days, 0),
        "rule_version": header.rule_version,
    }


def _installed(file: Path) -> Path:
    """The file, or where the pack of a region is installed when that is what was named."""
    from proso.cli.places import pack_folder
    from proso.device.packstore import PackStore

    if file.exists() or not is_region(str(file)):
        return file
    return PackStore(pack_folder()).path(str(file))


def _signer(file: Path, region: str) -> dict[str, Any]:
    from proso.device.signer import signer_of

    signer = signer_of(file, region)
    if signer is None:
        return {"signer": None}
    until = signer.verified_until
    return {
        "signer": signer.hub,
        "root_fingerprint": signer.fingerprint,
        "verified_until": until.isoformat() if until else None,
    }


def _size(file: Path, entries: int) -> dict[str, Any]:
    size = file.stat().st_size
    return {
        "entries": entries,
        "bytes": size,
        "bytes_per_entry": round(size / max(entries, 1), 2),
    }


def _contents(pack: Pack) -> dict[str, Any]:
    policy = PackPolicy()
    labels: Counter[Label] = Counter(label for _, label in pack.numbers())
    sizes: Counter[str] = Counter()
    for subject, label in pack.ranges():
        labels[label] += 1
        sizes["any length" if subject.size is None else f"{subject.size:,} numbers"] += 1
    return {
        "numbers": pack.header.numbers,
        "ranges": pack.header.ranges,
        "labels": len(pack.labels),
        "listings": _sums(labels, lambda label: label.listing.value),
        "actions": _sums(labels, lambda label: str(action_of(label, policy) or "none")),
        "categories": _sums(labels, lambda label: label.category.value),
        "range_sizes": dict(sizes.most_common()),
    }


def _sums(labels: Counter[Label], name_of: Callable[[Label], str]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for label, count in labels.items():
        sums[name_of(label)] += count
    return dict(sums.most_common())


def _shown(name: str, value: object) -> str:
    if value is None:
        return "not known: only an installed pack's is" if name == "signer" else "never"
    if isinstance(value, int | float) and name != "serial":
        return f"{value:,}"
    return str(value)


def _print_counts(name: str, counts: dict[str, int]) -> None:
    if not counts:
        return
    answers.print()
    answers.print(name.replace("_", " "), style="bold", markup=False)
    for what, count in counts.items():
        answers.print(f"  {what:<16} {count:>12,}", markup=False)


def _diff_words(changes: Changes, *, full: bool) -> Iterator[str]:
    for kind in ("added", "removed", "relabelled"):
        counts: Counter[Any] = getattr(changes, kind)
        total = counts.total()
        if not total:
            yield f"nothing {kind}"
            continue
        parts = ", ".join(f"{count:,} {category}" for category, count in counts.most_common())
        ranges = changes.ranges[kind]
        note = f"; {ranges:,} of them ranges" if ranges else ""
        yield f"{total:,} {kind}: {parts}{note}"
        if kind == "relabelled":
            fields = changes.aspects.most_common()
            yield "  changed: " + ", ".join(
                f"{name.replace('_', ' ')} of {count:,}" for name, count in fields
            )
        for change in changes.examples[kind]:
            yield f"  for example {_subject(change, full=full)}: {_change_words(change)}"
    yield f"{changes.unchanged:,} as before"


def _change_words(change: Change) -> str:
    if change.before is None or change.after is None:
        label = change.after or change.before
        assert label is not None  # noqa: S101  a change has a before or an after
        return f"{label.listing} as {label.category}, {label.rating:.0%}"
    return "; ".join(
        f"{name.replace('_', ' ')} {_value(change.before, name)} → {_value(change.after, name)}"
        for name in change.aspects
    )


def _value(label: Label, name: str) -> str:
    value = getattr(label, name)
    if name == "rating":
        return f"{value:.0%}"
    return "not known" if value is None else str(value)


def _subject(change: Change, *, full: bool) -> str:
    subject = change.subject
    if isinstance(subject, NumberRange):
        return str(subject)
    return subject.e164 if full else subject.masked


def _diff_json(
    before: PackHeader, after: PackHeader, changes: Changes, *, full: bool
) -> dict[str, Any]:
    return {
        "region": before.region,
        "old": {"serial": before.serial, "as_of": before.as_of.isoformat()},
        "new": {"serial": after.serial, "as_of": after.as_of.isoformat()},
        "unchanged": changes.unchanged,
        "relabelled_fields": dict(changes.aspects),
    } | {
        kind: {
            "total": getattr(changes, kind).total(),
            "ranges": changes.ranges[kind],
            "categories": dict(getattr(changes, kind)),
            "examples": [
                {
                    "subject": _subject(change, full=full),
                    "before": _label_json(change.before),
                    "after": _label_json(change.after),
                }
                for change in changes.examples.get(kind, [])
            ],
        }
        for kind in ("added", "removed", "relabelled")
    }


def _label_json(label: Label | None) -> dict[str, Any] | None:
    if label is None:
        return None
    return {
        "category": label.category.value,
        "rating": label.rating,
        "sample_size": label.sample_size,
        "freshness_days": label.freshness_days,
        "listing": label.listing.value,
    }
