"""One turn of the loop, as the README tells it."""

from datetime import UTC, datetime, timedelta

from proso.hub.publish import publish
from proso.hub.store import Store
from proso.outcomes import Came, Outcome, report_of
from proso.packs.codec import decode
from proso.reports.report import Assertion, parse_batch
from proso.values.call import Call, Line
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action, Reason

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPTICIAN = "+14155550177"


def _said(name: str, assertion: str, days_ago: int) -> dict[str, object]:
    return {
        "subject": OPTICIAN,
        "assertion": assertion,
        "at": (NOW - timedelta(days=days_ago)).isoformat(),
        "reporter": name,
        "region": "US",
        "report_id": f"{name}-{assertion}",
    }


def _pack(store: Store, as_of: datetime):
    published = publish(store, region="US", as_of=as_of)
    return decode((store.directory / "packs" / published.release.file).read_bytes())


def test_a_wrong_verdict_becomes_a_report_that_mends_the_next_pack(tmp_path):
    store = Store.create(tmp_path / "hub")
    reports, refusals = parse_batch(
        [_said("ana", "spam", 3), _said("ben", "spam", 1), {"subject": "banana"}], now=NOW
    )
    assert [refusal.row for refusal in refusals] == [3]
    assert store.append(reports, received_at=NOW) == 2

    pack = _pack(store, NOW)
    call = Call.receive(OPTICIAN, at=NOW, line=Line("US"))
    verdict = screen(call, pack, OwnerRules(), NOW)
    assert (verdict.action, verdict.reason) == (Action.LABEL, Reason.PACK)

    for owner in ("you", "tom", "una"):
        outcome = Outcome(
            call=call, verdict=verdict, came=Came.OVERRULED, said=Assertion.NOT_SPAM, at=NOW
        )
        assert report_of(outcome, reporter=owner, origin="", consent=False) is None
        report = report_of(outcome, reporter=owner, origin="", consent=True)
        assert report is not None
        store.append([report], received_at=NOW)

    pack = _pack(store, NOW + timedelta(seconds=1))
    assert pack.header.serial == 2
    assert screen(call, pack, OwnerRules(), NOW).action is Action.ALLOW
    store.close()
