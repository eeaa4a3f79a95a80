"""Stage 5: what came of a call, and the report it makes if the owner agreed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from proso.reports.report import Assertion, Report
from proso.values.call import Call
from proso.values.listing import Category
from proso.verdicts.verdict import Verdict


class Came(StrEnum):
    """What the owner did."""

    ANSWERED = "answered"
    DECLINED = "declined"
    MISSED = "missed"
    OVERRULED = "overruled"


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
    """

    call: Call
    verdict: Verdict
    came: Came
    at: datetime
    said: Assertion | None = None
    category: Category = Category.OTHER


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
