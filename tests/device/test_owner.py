"""Rules and contacts from files."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from proso.device.outbox import Outbox
from proso.device.owner import load_contacts, load_rules, parse_rules
from proso.errors import BadContacts, BadRules
from proso.reports.report import parse_batch
from proso.values.number import PhoneNumber
from proso.verdicts.verdict import Action

CARDS = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=41=6E=61;;;;\r
TEL;CELL:202-555-0101\r
END:VCARD\r
BEGIN:VCARD
VERSION:3.0
FN:Ben
TEL;TYPE=HOME:+1 202 555 0102
TEL;TYPE=WORK:4711
END:VCARD
BEGIN:VCARD
this is no card at all
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Chi
TEL;VALUE=uri:tel:+12025550103
END:VCARD
"""


def test_contacts_of_every_vcard_version_are_read_and_a_broken_card_costs_only_itself(tmp_path):
    (tmp_path / "c.vcf").write_text(CARDS, "utf-8", newline="")
    expected = {PhoneNumber(12025550100 + i) for i in (1, 2, 3)}
    assert load_contacts(tmp_path / "c.vcf", "US") == expected


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"no cards here"])
def test_a_file_without_contacts_is_refused(tmp_path, content):
    (tmp_path / "c.vcf").write_bytes(content)
    with pytest.raises(BadContacts):
        load_contacts(tmp_path / "c.vcf", "US")


def test_rules_are_read_from_toml(tmp_path):
    (tmp_path / "r.toml").write_text(
        'allow = ["(202) 555-0101", "+1800*"]\nwithheld = "silence"\n'
        "[break_through]\ncalls = 2\nwithin_minutes = 5\n"
        "[pack]\nreject_from = 0.99\n[[schedule]]\nbegins = 22:00:00\nends = 07:00:00\n"
        'days = ["mon", "Friday"]\n',
        "utf-8",
    )
    rules = load_rules(tmp_path / "r.toml", contacts=None, region="US")
    assert rules.allowed == {PhoneNumber(12025550101)}
    assert [pattern.text for pattern in rules.allowed_patterns] == ["+1800*"]
    assert (rules.withheld, rules.pack.reject_from) == (Action.SILENCE, 0.99)
    assert rules.break_through is not None
    assert rules.break_through.within == timedelta(minutes=5)
    assert (rules.schedules[0].begins, rules.schedules[0].days) == (time(22), {0, 4})


@pytest.mark.parametrize(
    "document",
    [
        {"alow": []},
        {"allow": ["banana"]},
        {"allow": 7},
        {"block": ["+*1"]},
        {"withheld": "explode"},
        {"expecting_until": "soon"},
        {"schedule": [{"begins": "22:00", "ends": "07:00"}]},
        {"pack": {"reject_from": 0.1, "silence_from": 0.5}},
        {"pack": {"reject": 0.1}},
        {"allow": "+12025550101"},
        {"allow": [12025550101]},
        {"break_through": {"cals": 0}},
        {"break_through": 3},
        {"schedule": [{"begin": time(22), "ends": time(7)}]},
        {"schedule": [{"begins": time(22), "ends": time(7), "dayz": ["mon"]}]},
        {"schedule": [{"begins": time(22), "ends": time(7), "days": ["someday"]}]},
        {"schedule": [{"begins": time(22), "ends": time(7), "days": "mon"}]},
        {"schedule": [{"begins": time(22), "ends": time(7), "action": "explode"}]},
        {"schedule": ["night"]},
    ],
)
def test_rules_that_cannot_be_understood_are_refused(document):
    with pytest.raises(BadRules):
        parse_rules(document, region="US")


def test_a_pattern_as_it_is_dialled_means_the_owners_country():
    rules = parse_rules({"block": ["900*"]}, region="US")
    (pattern,) = rules.blocked_patterns
    assert pattern.matches(PhoneNumber(19005550123))
    assert not pattern.matches(PhoneNumber(919001234567))


@pytest.mark.parametrize(
    "load", [load_contacts, lambda p, r: load_rules(p, contacts=None, region=r)]
)
def test_a_file_without_end_is_refused(load):
    with pytest.raises((BadContacts, BadRules), match="MB"):
        load(Path("/dev/zero"), "US")


@pytest.mark.parametrize("text", ["not toml [", "\x00", "a = " + "[" * 5000])
def test_a_file_that_is_no_toml_is_refused(tmp_path, text):
    (tmp_path / "r.toml").write_text(text, "utf-8")
    with pytest.raises(BadRules):
        load_rules(tmp_path / "r.toml", contacts=None, region="US")


def test_the_outbox_keeps_reports_until_they_are_removed(tmp_path):
    from datetime import UTC, datetime

    fields = {
        "subject": "+12025550101",
        "assertion": "spam",
        "at": "2026-01-01",
        "region": "US",
        "report_id": "one",
    }
    (report,), _ = parse_batch([fields], now=datetime(2026, 1, 2, tzinfo=UTC))
    outbox = Outbox.open(tmp_path / "box.sqlite")
    outbox.add(report)
    outbox.add(report)
    outbox.close()
    outbox = Outbox.open(tmp_path / "box.sqlite")
    assert outbox.waiting() == [report.as_fields()]
    outbox.remove(["one"])
    assert outbox.waiting() == []
    outbox.close()
