import pytest

from proso.errors import BadFile, BadPlan
from proso.market.assumptions import defaults, load


def test_every_assumption_has_a_range_a_unit_and_a_reason():
    for one in defaults():
        assert one.low <= one.middle <= one.high
        assert one.unit
        assert len(one.why) > 10


def test_an_assumption_is_overridden_by_name(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[plan]\nduty = 0.1\nchurn = { low = 0.1, high = 0.2 }\n")
    made = load(path)
    assert made["plan.duty"].low == made["plan.duty"].high == 0.1
    assert made["plan.churn"].high == 0.2
    assert made["plan.warranty"] == defaults()["plan.warranty"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[plan]\ndutty = 1\n", "plan.dutty that nothing uses"),
        ("[plan]\nduty = { low = 2, high = 1 }\n", "plan.duty from 2 to 1"),
        ("[plan]\nduty = 'much'\n", "plan.duty"),
    ],
)
def test_a_wrong_assumption_is_named(tmp_path, text, says):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(BadPlan, match=says):
        load(path)


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("= =")
    with pytest.raises(BadFile):
        load(path)
