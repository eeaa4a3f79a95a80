"""Only the owner's word, said about a number and with consent, becomes a report."""

import pytest

from proso.outcomes import Came, Outcome, report_of
from proso.reports.report import Assertion, Report
from proso.values.call import Call
from proso.values.listing import Category
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen


@pytest.fixture
def make_outcome(now, line, pack):
    def make(text="+12025550101", **more) -> Outcome:
        call = Call.receive(text, at=now, line=line)
        verdict = screen(call, pack, OwnerRules(), now)
        fields = {"came": Came.DECLINED, "said": Assertion.SPAM, "at": now}
        return Outcome(call=call, verdict=verdict, **(fields | more))

    return make


def _report(outcome, *, reporter="ana", consent=True):
    return report_of(outcome, reporter=reporter, origin="202", consent=consent)


def test_what_the_owner_said_becomes_a_report(make_outcome, now):
    report = _report(make_outcome(category=Category.LOAN))
    assert (report.assertion, report.category, report.at) == (Assertion.SPAM, Category.LOAN, now)
    assert Report.parse(report.as_fields(), now=now) == report


def test_without_consent_there_is_no_report(make_outcome):
    assert _report(make_outcome(), consent=False) is None


@pytest.mark.parametrize("came", list(Came))
def test_a_call_the_owner_said_nothing_of_proves_nothing(make_outcome, came):
    assert _report(make_outcome(came=came, said=None)) is None


@pytest.mark.parametrize("text", ["", "anonymous", "4711", "bob"])
def test_a_caller_without_a_number_cannot_be_reported(make_outcome, text):
    assert _report(make_outcome(text)) is None


def test_saying_it_twice_is_one_report_and_changing_ones_mind_another(make_outcome):
    once, again = _report(make_outcome()), _report(make_outcome(category=Category.LOAN))
    other = _report(make_outcome(said=Assertion.NOT_SPAM))
    assert once.report_id == again.report_id != other.report_id
    assert _report(make_outcome(), reporter="ben").report_id != once.report_id


def test_the_id_of_a_report_does_not_hold_the_number(make_outcome):
    assert "2025550101" not in _report(make_outcome()).report_id
