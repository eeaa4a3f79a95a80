"""The report an attempt makes, and the attempts that make none."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from proso.outcomes import join_report_of
from proso.reports.hotspot_report import HotspotReport, JoinAssertion, Step
from proso.values.hotspot import AccessPoint, Hotspot, SignIn, radio_tag
from proso.values.place import Position
from proso.verdicts.join import Attempt
from proso.verdicts.ranking import Candidate
from proso.verdicts.twins import Level, TwinReason, TwinVerdict

AT = datetime(2026, 11, 24, 17, 42, tzinfo=UTC)
POINT = AccessPoint(b"Cafe", 0x00AABBCC0001, -63, 5180)
CANDIDATE = Candidate(
    POINT,
    Hotspot(identity=0x77, position=Position(48.85, 2.35), ssids=(b"Cafe",)),
    TwinVerdict(Level.KNOWN, TwinReason.KNOWN_RADIO),
    0.9,
    0.8,
    10,
    2,
    3,
)
ONLINE = Attempt(CANDIDATE, JoinAssertion.ONLINE, Step.PROOF, 3.26, SignIn.CONSENT, "unifi@1")


def _report(attempt=ONLINE, *, consent=True):
    return join_report_of(attempt, at=AT, reporter="me", region="FR", consent=consent)


def test_a_success_is_reported_by_the_hour_and_the_family():
    report = _report()
    assert (report.subject, report.hour, report.at.minute) == (0x77, 17, 0)
    assert (report.seconds, report.band, report.signal) == (3.5, 5, 2)
    assert report.radio == radio_tag(b"Cafe", POINT.bssid)
    assert HotspotReport.parse(report.as_fields(), now=AT) == report


def test_nothing_in_it_names_the_network_its_address_or_the_place():
    text = str(_report().as_fields())
    for secret in ("Cafe", "00aabbcc", "48.85", "2.35", ":42"):
        assert secret not in text


def test_without_consent_there_is_no_report():
    assert _report(consent=False) is None


@pytest.mark.parametrize(
    "attempt",
    [
        replace(ONLINE, candidate=replace(CANDIDATE, hotspot=None)),
        replace(ONLINE, assertion=JoinAssertion.FAILED, step=Step.CONSENT),
        replace(ONLINE, candidate=replace(CANDIDATE, point=replace(POINT, ssid=b"home_nomap"))),
    ],
    ids=["unlisted", "no to the terms", "opted out"],
)
def test_what_is_not_the_networks_doing_or_not_ours_to_tell_is_not_reported(attempt):
    assert _report(attempt) is None


def test_a_failure_names_the_step_and_no_time():
    report = _report(replace(ONLINE, assertion=JoinAssertion.FAILED, step=Step.ADDRESS))
    assert (report.step, report.seconds) == (Step.ADDRESS, None)
