"""A device's word about one attempt to get online, and how it is read.

It says what came of the attempt and nothing of who made it: the place is the listed hotspot's own,
the time is the hour, the signal a quarter of its range, the radio a tag that thousands of address
families share.  Networks that nobody lists are not reported: they may be somebody's home.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Self

from proso.reports.fields import (
    MAX_ID_LENGTH,
    MAX_ORIGIN_LENGTH,
    MAX_PSEUDONYM_LENGTH,
    bad_report,
    choice,
    moment,
    optional_field,
    text_field,
)
from proso.values.hotspot import SignIn
from proso.values.numbering import is_region

SUBJECT_PREFIX: Final = "hotspot:"
"""Before the 16 hexadecimal digits of an identity, so that one batch can carry both kinds."""

MAX_SECONDS: Final = 600
"""An attempt that takes longer was left alone by its owner: it says nothing of the network."""

_SUBJECT: Final = re.compile(SUBJECT_PREFIX + "([0-7][0-9a-f]{15})")
_RECIPE: Final = re.compile(r"[a-z0-9-]{1,40}(@[0-9]{1,6})?")


class JoinAssertion(StrEnum):
    """What came of an attempt."""

    ONLINE = "online"
    FAILED = "failed"
    TWIN = "twin"


class Step(StrEnum):
    """Where an attempt ended, in the order in which steps are taken."""

    ASSOCIATE = "associate"
    ADDRESS = "address"
    PROBE = "probe"
    PORTAL = "portal"
    CONSENT = "consent"
    PROOF = "proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class HotspotReport:
    """One attempt to get online at a listed hotspot.

    Attributes:
        subject: identity of the hotspot.
        assertion: ONLINE, FAILED, or TWIN where the radio was not who it said.
        step: where it ended; PROOF for ONLINE.
        seconds: click to proven internet in half seconds, 0 to 600; None unless ONLINE.
        hour: local hour of day, 0 to 23.
        band: 2, 5 or 6 GHz, 0 where not known.
        signal: quarter of the usual range: 0 (below -80 dBm) to 3 (above -60).
        sign_in: what stood before the internet.
        recipe: id and version of the recipe used, such as ``unifi@3``; "" for none.
        radio: tag of the radio's family, 0 to 65,535; None where not told.
        at: the hour, aware, UTC.
        reporter: pseudonym of who says so; "" where each counts alone.
        region: ISO 3166-1 alpha-2.
        origin: coarse origin of the reporter; usually "".
        report_id: the sender's own id; sending it twice counts once.
    """

    subject: int
    assertion: JoinAssertion
    step: Step
    seconds: float | None
    hour: int
    band: int
    signal: int
    sign_in: SignIn
    recipe: str
    radio: int | None
    at: datetime
    reporter: str
    region: str
    origin: str
    report_id: str

    @classmethod
    def parse(cls, fields: Mapping[str, object], *, now: datetime) -> Self:
        """Read a report as it arrives over the wire.

        Args:
            fields: what `as_fields` makes, all text.
            now: the moment of reading, aware.

        Raises:
            BadReport: a field is missing, unknown, too long, or out of bounds.
        """
        matched = _SUBJECT.fullmatch(text_field(fields, "subject", 24))
        region = text_field(fields, "region", 2)
        recipe = optional_field(fields, "recipe", 48)
        if not matched:
            raise bad_report("a subject that is no hotspot", "hotspot: and 16 hexadecimal digits")
        if not is_region(region):
            raise bad_report(f"the region {region!r}", "an ISO 3166-1 alpha-2 code such as US")
        if recipe and not _RECIPE.fullmatch(recipe):
            raise bad_report("a recipe that is no id", "letters, digits and -, then @ and a number")
        assertion = choice(JoinAssertion, text_field(fields, "assertion", 16), "assertion")
        return cls(
            subject=int(matched[1], 16),
            assertion=assertion,
            step=choice(Step, text_field(fields, "step", 16), "step"),
            seconds=_seconds(fields, assertion),
            hour=_number(fields, "hour", 23),
            band=_number(fields, "band", 6),
            signal=_number(fields, "signal", 3),
            sign_in=choice(SignIn, text_field(fields, "sign_in", 16), "sign_in"),
            recipe=recipe,
            radio=_radio(fields),
            at=moment(text_field(fields, "at", 40), now).replace(minute=0, second=0, microsecond=0),
            reporter=optional_field(fields, "reporter", MAX_PSEUDONYM_LENGTH),
            region=region,
            origin=optional_field(fields, "origin", MAX_ORIGIN_LENGTH),
            report_id=text_field(fields, "report_id", MAX_ID_LENGTH),
        )

    def as_fields(self) -> dict[str, str]:
        """The report as it travels: what `parse` reads back."""
        return {
            "subject": f"{SUBJECT_PREFIX}{self.subject:016x}",
            "assertion": self.assertion.value,
            "step": self.step.value,
            "seconds": "" if self.seconds is None else f"{self.seconds:.1f}",
            "hour": str(self.hour),
            "band": str(self.band),
            "signal": str(self.signal),
            "sign_in": self.sign_in.value,
            "recipe": self.recipe,
            "radio": "" if self.radio is None else f"{self.radio:04x}",
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "reporter": self.reporter,
            "region": self.region,
            "origin": self.origin,
            "report_id": self.report_id,
        }


def signal_quarter(dbm: float) -> int:
    """0 to 3: below -80, -70, -60 dBm and above."""
    return sum(dbm >= step for step in (-80, -70, -60))


def _number(fields: Mapping[str, object], name: str, largest: int) -> int:
    text = text_field(fields, name, 4)
    if not (text.isascii() and text.isdigit() and int(text) <= largest):
        raise bad_report(f"the {name} {text!r}", f"a number from 0 to {largest}")
    return int(text)


def _seconds(fields: Mapping[str, object], assertion: JoinAssertion) -> float | None:
    text = optional_field(fields, "seconds", 8)
    if not text:
        if assertion is JoinAssertion.ONLINE:
            raise bad_report("a success without seconds", f"a number from 0 to {MAX_SECONDS}")
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d)?", text) or float(text) > MAX_SECONDS:
        raise bad_report(f"the seconds {text!r}", f"a number from 0 to {MAX_SECONDS}")
    return round(float(text) * 2) / 2


def _radio(fields: Mapping[str, object]) -> int | None:
    text = optional_field(fields, "radio", 4)
    if text and not re.fullmatch("[0-9a-f]{4}", text):
        raise bad_report(f"the radio tag {text!r}", "four hexadecimal digits")
    return int(text, 16) if text else None
