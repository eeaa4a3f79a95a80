"""What a device says of an attempt to get online, and what is not believed."""

from datetime import UTC, datetime, timedelta

import pytest

from proso.errors import BadReport
from proso.reports.hotspot_report import HotspotReport, JoinAssertion, Step, signal_quarter
from proso.values.hotspot import SignIn

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
GOOD = HotspotReport(
    subject=0x1234567890ABCDEF,
    assertion=JoinAssertion.ONLINE,
    step=Step.PROOF,
    seconds=3.5,
    hour=12,
    band=5,
    signal=2,
    sign_in=SignIn.CLICK_THROUGH,
    recipe="unifi@3",
    radio=0xBEEF,
    at=NOW.replace(minute=0),
    reporter="",
    region="FR",
    origin="",
    report_id="id",
)


def test_a_report_survives_the_wire():
    assert HotspotReport.parse(GOOD.as_fields(), now=NOW) == GOOD


def test_the_time_is_cut_to_the_hour_whatever_the_sender_says():
    fields = GOOD.as_fields() | {"at": (NOW - timedelta(minutes=7)).isoformat()}
    assert HotspotReport.parse(fields, now=NOW).at == NOW.replace(minute=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "+12015550123"),
        ("subject", "hotspot:xyz"),
        ("subject", "hotspot:ffffffffffffffff"),
        ("assertion", "spam"),
        ("step", "elsewhere"),
        ("seconds", ""),
        ("seconds", "-1"),
        ("seconds", "601"),
        ("seconds", "nan"),
        ("hour", "24"),
        ("hour", "x"),
        ("band", "7"),
        ("signal", "4"),
        ("sign_in", "magic"),
        ("recipe", "../../etc"),
        ("radio", "02:00:00:00:00:01"),
        ("at", "yesterday"),
        ("at", "2027-01-01T00:00:00+00:00"),
        ("region", "XX"),
        ("report_id", ""),
        ("reporter", "x" * 65),
        ("hour", 12),
    ],
)
def test_a_report_that_cannot_be_true_is_refused(name, value):
    with pytest.raises(BadReport):
        HotspotReport.parse(GOOD.as_fields() | {name: value}, now=NOW)


def test_a_failure_needs_no_seconds():
    fields = GOOD.as_fields() | {"assertion": "failed", "step": "address", "seconds": ""}
    assert HotspotReport.parse(fields, now=NOW).seconds is None


@pytest.mark.parametrize(("dbm", "quarter"), [(-95, 0), (-80, 1), (-65, 2), (-40, 3)])
def test_the_signal_is_told_in_quarters(dbm, quarter):
    assert signal_quarter(dbm) == quarter


def test_nothing_in_a_report_names_a_network_an_address_or_a_place():
    assert set(GOOD.as_fields()) == {
        "subject", "assertion", "step", "seconds", "hour", "band", "signal", "sign_in", "recipe",
        "radio", "at", "reporter", "region", "origin", "report_id",
    }  # fmt: skip
