"""Stage 5: what came of a call or a click, and the report it makes if the owner agreed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from proso.reports.hotspot_report import (
    MAX_SECONDS,
    HotspotReport,
    JoinAssertion,
    Step,
    signal_quarter,
)
from proso.reports.report import Assertion, Report
from proso.values.call import Call
from proso.values.hotspot import radio_tag
from proso.values.listing import Category
from proso.verdicts.join import Attempt
from proso.verdicts.verdict import Verdict


class Came(StrEnum):
    """What the owner did, or STOPPED where the call did not come that far."""

    ANSWERED = "answered"
    DECLINED = "declined"
    MISSED = "missed"
    OVERRULED = "overruled"
    STOPPED = "stopped"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A call, its verdict, and what came of it.

    Attributes:
        call: the call.
        verdict: what was decided.
        came: what the owner did; OVERRULED when they said the verdict was wrong.
        said: SPAM or NOT_SPAM where the owner said so with one tap, else None.
        category: what the caller wanted, where said.
        at: when it was known, aware.
        lasted: how long they talked; None where the call was not taken.
    """

    call: Call
    verdict: Verdict
    came: Came
    at: datetime
    said: Assertion | None = None
    category: Category = Category.OTHER
    lasted: timedelta | None = None


def report_of(outcome: Outcome, *, reporter: str, origin: str, consent: bool) -> Report | None:
    """The report an outcome makes, or None when there is none to make.

    Only the owner's own word becomes a report: a call that was missed proves nothing, and one the
    phone stopped by itself must not confirm the list that stopped it.

    Args:
        outcome: what came of the call.
        reporter: the owner's pseudonym at this hub.
        origin: coarse origin, such as the area code of the line; "" to leave it out.
        consent: whether the owner agreed to send this.
    """
    number = outcome.call.calling_number
    if not consent or outcome.said is None or number is None:
        return None
    identity = f"{reporter}|{number.value}|{outcome.call.at.isoformat()}|{outcome.said}"
    return Report(
        subject=number,
        assertion=outcome.said,
        category=outcome.category,
        at=outcome.call.at,
        reporter=reporter,
        region=outcome.call.line.region,
        origin=origin,
        report_id=hashlib.sha256(identity.encode()).hexdigest(),
    )


def join_report_of(
    attempt: Attempt, *, at: datetime, reporter: str, region: str, consent: bool
) -> HotspotReport | None:
    """The report an attempt to get online makes, or None when there is none to make.

    Only listed hotspots are reported: an unlisted network may be somebody's home.  What the person
    decided (a no to the terms, a cancelled click) says nothing of the network.

    Args:
        attempt: what came of one network.
        at: the local time of the click, aware; its hour of day is kept, its minutes are not.
        reporter: the owner's pseudonym at this hub.
        region: where the device is, ISO 3166-1 alpha-2.
        consent: whether the owner agreed to send this.
    """
    hotspot, point = attempt.candidate.hotspot, attempt.candidate.point
    if not consent or hotspot is None or attempt.step is Step.CONSENT or point.is_opted_out:
        return None
    hour = at.replace(minute=0, second=0, microsecond=0)
    online = attempt.assertion is JoinAssertion.ONLINE
    identity = f"{reporter}|{hotspot.identity}|{at.isoformat()}|{attempt.assertion}"
    return HotspotReport(
        subject=hotspot.identity,
        assertion=attempt.assertion,
        step=attempt.step,
        seconds=min(round(attempt.seconds * 2) / 2, MAX_SECONDS) if online else None,
        hour=hour.hour,
        band=point.band,
        signal=signal_quarter(point.signal_dbm),
        sign_in=attempt.sign_in,
        recipe=attempt.recipe,
        radio=radio_tag(point.ssid, point.bssid),
        at=hour,
        reporter=reporter,
        region=region,
        origin="",
        report_id=hashlib.sha256(identity.encode()).hexdigest(),
    )
