"""How `proso wifi` prints: tables for people, objects for programs."""

from typing import Any

from rich.table import Table

from proso.cli.output import answers, print_json
from proso.device.hotspot_finder import shown_name
from proso.errors import NotOnline
from proso.values.hotspot import Fee, Hotspot, display_name
from proso.values.place import Position
from proso.verdicts.join import Join
from proso.verdicts.ranking import Candidate
from proso.verdicts.twins import Level

_COLOURS = {
    Level.KNOWN: "green",
    Level.PLAUSIBLE: "",
    Level.SUSPICIOUS: "yellow",
    Level.REFUSED: "red",
}


def candidate_json(one: Candidate) -> dict[str, object]:
    """A candidate as an object."""
    hotspot = one.hotspot
    return {
        "network": one.point.name,
        "band": one.point.band or None,
        "signal_dbm": round(one.point.signal_dbm),
        "security": one.point.security.value,
        "listed": hotspot is not None,
        "place": hotspot.name if hotspot else None,
        "fee": hotspot.fee.value if hotspot else Fee.UNKNOWN.value,
        "sign_in": hotspot.sign_in.value if hotspot else None,
        "twin": one.twin.level.word,
        "twin_reason": one.twin.reason.value,
        "twin_text": one.twin.text,
        "chance": round(one.chance, 3),
        "cautious_chance": round(one.cautious, 3),
        "attempts": round(one.attempts, 1),
        "seconds": round(one.seconds, 1),
        "text": one.text,
        "worth_joining": one.is_worth_joining,
    }


def print_candidates(candidates: list[Candidate]) -> None:
    """Networks in range, the best first."""
    if not candidates:
        answers.print("no network in range can be joined without a secret")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("network", "chance", "signal", "who it is", "why"):
        table.add_column(name, justify="right" if name in ("chance", "signal") else "left")
    for one in candidates:
        table.add_row(
            one.point.name,
            f"{one.chance:.0%}",
            f"{one.point.signal_dbm:.0f} dBm",
            one.twin.level.word,
            one.text,
            style=_COLOURS[one.twin.level],
        )
    answers.print(table)


def print_join(join: Join, *, as_json: bool) -> None:
    """How a click ended.

    Raises:
        NotOnline: it did not end online.
    """
    last = join.attempts[-1] if join.attempts else None
    if as_json:
        print_json(
            {
                "online": join.is_online,
                "restored": join.is_restored,
                "why": join.why or (last.why if last else ""),
                "attempts": [
                    {
                        "network": one.candidate.point.name,
                        "assertion": one.assertion.value,
                        "step": one.step.value,
                        "seconds": round(one.seconds, 2),
                        "sign_in": one.sign_in.value,
                        "recipe": one.recipe or None,
                        "why": one.why,
                    }
                    for one in join.attempts
                ],
            }
        )
    if join.is_online and last is not None:
        if not as_json:
            name = last.candidate.point.name
            answers.print(
                f"online through {name} after {last.seconds:.1f} s "
                f"({last.sign_in}); undo it with: proso wifi leave",
                markup=False,
            )
        return
    raise NotOnline(
        found=f"not online: {join.why or 'nothing worked'}",
        expected="proven internet",
        remedy=(
            "what was before is back"
            if join.is_restored
            else "what was before returns by itself within three minutes"
        ),
    )


def print_near(here: Position, found: list[tuple[float, Hotspot]], *, as_json: bool) -> None:
    """Listed hotspots around a place, nearest first."""
    rows: list[dict[str, Any]] = [
        {
            "metres": round(distance),
            "direction": here.direction(one.position),
            "name": one.name,
            "ssids": [display_name(ssid) for ssid in one.ssids],
            "fee": one.fee.value,
            "hours": one.hours or None,
            "note": one.note or None,
            "sign_in": one.sign_in.value,
            "licence": one.licence,
        }
        for distance, one in found
    ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        answers.print("nothing is listed that near; try a larger --radius")
        return
    for row, (_, one) in zip(rows, found, strict=True):
        extra = "; ".join(str(row[key]) for key in ("note", "hours") if row[key])
        fee = "" if one.fee in (Fee.FREE, Fee.UNKNOWN) else f", {one.fee.value}"
        answers.print(
            f"{row['metres']:>6,} m {row['direction']:<2}  {shown_name(one)}{fee}"
            + (f"  [{extra}]" if extra else ""),
            markup=False,
        )


def print_status(found: dict[str, Any], *, as_json: bool) -> None:
    """What the device is connected to."""
    if as_json:
        print_json(found)
        return
    if not found["connected"]:
        answers.print("Wi-Fi is not connected")
        return
    ours = "by a click" if found["ours"] else "not by a click"
    metered = ", metered" if found["metered"] else ""
    answers.print(f"connected {ours}{metered}; {found['reach']}: {found['why']}", markup=False)
    if found["seconds_left"] is not None:
        answers.print(f"{found['seconds_left'] / 60:.0f} minutes left, says the network")
    if found["bytes_left"] is not None:
        answers.print(f"{found['bytes_left'] / 1e6:,.0f} MB left, says the network")
