"""What the phone remembers of its calls: for the owner, and for the rules that know the owner.

SQLite of the standard library.  Whom the owner calls and talks to makes a number known
(`dialled`, `answered`), and calls of the last hours let a caller who keeps trying break through.
"""

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Self

from proso.device.private_db import open_private, translated
from proso.errors import NoSuchCall
from proso.outcomes import Came, Outcome
from proso.values.call import Call, Line, Presentation
from proso.values.number import PhoneNumber
from proso.verdicts.rules import EMERGENCY_CALLBACK, OwnerRules
from proso.verdicts.verdict import Action, Reason, Verdict

KEPT: Final = timedelta(days=400)
"""A year and a month: who calls every year at the same time is known."""

MAX_CALLS: Final = 20_000
"""About 4 MB; fifty calls a day for the time above.  A flood pushes out nothing but floods, because
the calls an owner took part in are counted apart."""

RECENT: Final = timedelta(hours=2)
"""How far back calls count for a break-through: longer than any setting of it makes sense."""

LONG_TALK: Final = timedelta(seconds=10)
"""From how long on a call that was taken makes its caller known: who hangs up sooner has heard
enough."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, number INTEGER, shown TEXT NOT NULL,
    presentation TEXT NOT NULL, region TEXT NOT NULL, line TEXT NOT NULL,
    action TEXT NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL,
    came TEXT NOT NULL, ended TEXT NOT NULL, lasted REAL
);
CREATE INDEX IF NOT EXISTS calls_at ON calls (at);
CREATE TABLE IF NOT EXISTS dialled (number INTEGER PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS emergency (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL);
"""

_translated: Final = partial(
    translated, "log of calls", remedy_when_full="free some; calls are judged all the same"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A call of the log.

    Attributes:
        place: its number in the log.
        outcome: what came of it.
    """

    place: int
    outcome: Outcome


class CallLog:
    """The log in one file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def open(cls, path: Path) -> Self:
        """The log of a file, made if it is not there, readable by its owner alone.

        Raises:
            Unavailable: the file cannot be used.
        """
        with _translated():
            return cls(open_private(path, _SCHEMA, survives_power_cut=False))

    def keep(self, outcome: Outcome) -> None:
        """Remembers a call, and forgets what is older or more than is kept.

        Raises:
            Unavailable: the file cannot be used; the call went its way all the same.
        """
        call, verdict = outcome.call, outcome.verdict
        number = call.calling_number
        row = (
            _text(call.at),
            None if number is None else number.value,
            call.calling_text,
            call.presentation.value,
            call.line.region,
            call.line.name,
            verdict.action.value,
            verdict.reason.value,
            verdict.text,
            outcome.came.value,
            _text(outcome.at),
            None if outcome.lasted is None else outcome.lasted.total_seconds(),
        )
        with _translated():
            self._connection.execute(
                "INSERT INTO calls VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row
            )
            self._connection.execute("DELETE FROM calls WHERE at < ?", (_text(call.at - KEPT),))
            self._connection.execute(
                "DELETE FROM calls WHERE came != 'answered' AND id <= ("
                " SELECT id FROM calls WHERE came != 'answered' ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (MAX_CALLS,),
            )

    def keep_dialled(self, number: PhoneNumber | None, at: datetime, *, is_emergency: bool) -> None:
        """Remembers whom the owner called.

        Raises:
            Unavailable: the file cannot be used.
        """
        with _translated():
            if is_emergency:
                self._connection.execute(
                    "INSERT OR REPLACE INTO emergency VALUES (1, ?)", (_text(at),)
                )
            elif number is not None:
                self._connection.execute(
                    "INSERT OR REPLACE INTO dialled VALUES (?, ?)", (number.value, _text(at))
                )
                self._connection.execute("DELETE FROM dialled WHERE at < ?", (_text(at - KEPT),))

    def known_to(self, rules: OwnerRules, now: datetime) -> OwnerRules:
        """The owner's rules, and beside them what the log knows of the owner at this moment.

        Raises:
            Unavailable: the file cannot be used.
        """
        with _translated():
            ask = self._connection.execute
            dialled = ask("SELECT number FROM dialled").fetchall()
            answered = ask(
                "SELECT DISTINCT number FROM calls WHERE number IS NOT NULL AND came = ?"
                " AND lasted >= ? AND action != ?",
                (Came.ANSWERED.value, LONG_TALK.total_seconds(), Action.REJECT.value),
            ).fetchall()
            recent = ask(
                "SELECT number, at FROM calls WHERE number IS NOT NULL AND at BETWEEN ? AND ?",
                (_text(now - RECENT), _text(now)),
            ).fetchall()
            emergency = ask("SELECT at FROM emergency").fetchone()
        last = rules.last_emergency_call
        if emergency is not None:
            at = datetime.fromisoformat(emergency[0])
            last = at if last is None else max(last, at)
        if last is not None and now - last > EMERGENCY_CALLBACK:
            last = None
        return replace(
            rules,
            dialled=rules.dialled | {PhoneNumber(one) for (one,) in dialled},
            answered=rules.answered | {PhoneNumber(one) for (one,) in answered},
            recent_calls=tuple(
                (PhoneNumber(one), datetime.fromisoformat(at)) for one, at in recent
            ),
            last_emergency_call=last,
        )

    def last(self, count: int) -> list[Kept]:
        """The last calls, the newest first.

        Raises:
            Unavailable: the file cannot be used.
        """
        with _translated():
            rows = self._connection.execute(
                "SELECT * FROM calls ORDER BY id DESC LIMIT ?", (count,)
            ).fetchall()
        return [_kept(row) for row in rows]

    def call(self, place: int) -> Kept:
        """One call by its number in the log.

        Raises:
            NoSuchCall: the log has none.
            Unavailable: the file cannot be used.
        """
        with _translated():
            row = self._connection.execute("SELECT * FROM calls WHERE id = ?", (place,)).fetchone()
        if row is None:
            raise NoSuchCall(
                found=f"no call {place} in the log",
                expected="the number of a call",
                remedy="see them with: proso device calls",
            )
        return _kept(row)

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()


def _text(moment: datetime) -> str:
    # In one zone, so that texts sort as moments do.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _kept(row: tuple[object, ...]) -> Kept:
    (place, at, number, shown, presentation, region, line, action, reason, text, *rest) = row
    came, ended, lasted = rest
    call = Call(
        None if number is None else PhoneNumber(int(str(number))),
        str(shown),
        datetime.fromisoformat(str(at)),
        Line(str(region), str(line)),
        presentation=Presentation(str(presentation)),
    )
    outcome = Outcome(
        call=call,
        verdict=Verdict(Action(str(action)), Reason(str(reason)), str(text)),
        came=Came(str(came)),
        at=datetime.fromisoformat(str(ended)),
        lasted=None if lasted is None else timedelta(seconds=float(str(lasted))),
    )
    return Kept(int(str(place)), outcome)
