"""Numbers from stdin: every way of judging them gives the same answers."""

import io
import json
from datetime import UTC, datetime

import pytest

from proso.cli import call_lines
from proso.cli.call_json import verdict_json
from proso.cli.call_lines import LineScreener, blocks_of
from proso.packs.build import Listed, build
from proso.packs.codec import decode
from proso.values.call import Call, Line
from proso.values.listing import Category, Label
from proso.values.number import NumberRange, PhoneNumber
from proso.verdicts.rules import NumberPattern, OwnerRules
from proso.verdicts.screening import screen

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINE = Line("US")
TEXTS = [
    "+12025550101", "+12025550102", "+13105550100", "(202) 555-0101", " +12025550101 ", "",
    "911", "anonymous", 'ban"ana', "+1202", "+12595550123", "+4915112345678", "٢٠٢٥٥٥٠١٠١",
    "+12025550101\r", "x" * 200, "\x1b[2J", "+19005550123",
]  # fmt: skip
SCAM = Label.rounded(category=Category.SCAM, rating=0.97)
OWNERS = {
    "defaults": OwnerRules(),
    "sets": OwnerRules(contacts=frozenset({PhoneNumber(12025550102)})),
    "patterns": OwnerRules(blocked_patterns=(NumberPattern("+1900*"),)),
}


@pytest.fixture(params=[True, False], ids=["pack", "no pack"])
def a_pack(request):
    rows = [Listed(PhoneNumber(12025550101), SCAM), Listed(NumberRange.parse("+1310555####"), SCAM)]
    return (
        decode(build(rows, region="US", serial=1, as_of=NOW, rule_version="r"))
        if request.param
        else None
    )


@pytest.mark.parametrize("rules", OWNERS.values(), ids=OWNERS)
@pytest.mark.parametrize("with_numpy", [True, False])
def test_an_answer_a_line_as_alone(a_pack, rules, with_numpy, monkeypatch):
    if not with_numpy:
        monkeypatch.setattr(call_lines, "_bulk_screener", lambda *_: None)
    lines = LineScreener(a_pack, rules, LINE, NOW, as_json=True)
    out = lines.answers([text.encode() for text in TEXTS]).decode().splitlines()
    assert len(out) == len(TEXTS)
    for text, answer in zip(TEXTS, map(json.loads, out), strict=True):
        call = Call.receive(text.strip(), at=NOW, line=LINE)
        number = call.calling_number
        assert answer.pop("number") == (number.e164 if number else text.strip())
        assert answer == verdict_json(screen(call, a_pack, rules, NOW))


def test_a_callers_text_does_not_steer_the_terminal():
    lines = LineScreener(None, OwnerRules(), LINE, NOW, as_json=False)
    assert b"\x1b" not in lines.answers([b"\x1b[2Jhello", b"a\tb"])


def test_lines_come_whole_whatever_the_pieces_they_are_read_in():
    class Dripping(io.BytesIO):
        def read1(self, size=-1):
            return super().read(min(size, 7))

    text = b"".join(b"+1202555%04d\n" % i for i in range(300)) + b"+12025559999"
    lines = [line for block in blocks_of(Dripping(text)) for line in block]
    assert lines == text.split(b"\n")


def test_a_line_without_end_is_cut_and_costs_no_memory():
    text = b"+12025550101\n" + b"1" * 3_000_000 + b"\n+12025550102\n"
    lines = [line for block in blocks_of(io.BytesIO(text)) for line in block]
    assert [len(line) for line in lines] == [12, 4096, 12]


def test_nothing_in_is_nothing_out():
    assert list(blocks_of(io.BytesIO(b""))) == []
    assert list(blocks_of(io.BytesIO(b"\n\n"))) == [[b"", b""]]
