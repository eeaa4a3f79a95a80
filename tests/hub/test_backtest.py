import json
from datetime import date

import numpy as np
import pytest

from proso.errors import BadFile
from proso.hub import backtest
from proso.hub.baselines import History, exact, opencaller, phoneblock

OFTEN, ONCE, FRESH, HONEST, HIT = 2124181000, 2124181001, 2124181002, 2124181003, 2124181004


def month(folder, name, rows):
    lines = ["created_date,company_number,consumer_area_code,batch"]
    lines += [f"{day},{number},212,0" for day, number in rows]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def reports(tmp_path):
    folder = tmp_path / "complaints"
    folder.mkdir()
    month(folder, "2020-01", [("2020-01-15", ONCE)])
    month(folder, "2020-02", [("2020-02-27", OFTEN), ("2020-02-28", OFTEN), ("2020-02-28", HIT)])
    month(
        folder,
        "2020-03",
        [
            # Lists of the evening of 29 February: OFTEN twice, ONCE once, HIT once.
            ("2020-03-01", OFTEN),
            ("2020-03-01", ONCE),
            ("2020-03-01", FRESH),
            ("2020-03-01", FRESH),
            ("2020-03-01", ""),
            # Of 1 March: OFTEN thrice, ONCE twice (one old), FRESH twice, HIT once.
            ("2020-03-02", FRESH),
            ("2020-03-02", OFTEN),
            ("2020-03-02", HIT),
        ],
    )
    return folder


@pytest.fixture
def legitimate(tmp_path):
    path = tmp_path / "honest.csv"
    path.write_text(f"number,kind\n{HONEST},shop\n{HIT},hospital\n")
    return path


@pytest.fixture
def result(reports, legitimate):
    return replay(reports, legitimate)


def replay(reports, legitimate, begins=date(2020, 3, 1), ends=date(2020, 3, 2)):
    return backtest.run(
        reports=reports,
        legitimate=legitimate,
        begins=begins,
        ends=ends,
        progress=lambda *_: None,
    )


def published(result, name):
    return next(p for m in result.methods if m.name == name for p in m.points if p.budget is None)


@pytest.mark.slow
def test_the_recall_of_every_method_is_that_counted_by_hand(result):
    assert (result.days, result.complaints, result.without_number) == (2, 8, 1)
    assert result.legitimate == 2
    # k1: day 1 OFTEN, ONCE; day 2 FRESH, OFTEN, HIT.  k2: day 1 OFTEN; day 2 FRESH, OFTEN.
    assert published(result, "exact-k1-w90").recall == 5 / 8
    assert published(result, "exact-k2-w90").recall == 3 / 8
    assert published(result, "opencaller").recall == 5 / 8
    # proso lists as k2 does here, and the row without a number is labelled as withheld.
    assert published(result, "proso").recall == 4 / 8
    assert published(result, "proso").recall_valid == 3 / 7
    # HIT is reported once before both days: one of two honest numbers for k1, none for k2.
    assert published(result, "exact-k1-w90").false_positives == 1 / 2
    assert published(result, "exact-k2-w90").false_positives == 0
    assert published(result, "proso").false_positives == 0


@pytest.mark.slow
def test_a_number_reported_only_on_the_test_day_is_not_caught(reports, legitimate):
    month(reports, "2020-03", [("2020-03-01", FRESH)] * 50)
    result = replay(reports, legitimate)
    assert all(point.recall == 0 for _, point in backtest.methods_of(result))


@pytest.mark.slow
def test_thresholds_keep_within_their_budget(result):
    (proso,) = (m for m in result.methods if m.name == "proso")
    assert len(proso.held_out) == len(backtest.BUDGETS)
    for point in proso.points[:-1]:
        assert point.false_positives <= point.budget
    recalls = [point.recall for point in proso.points[:-1]]
    assert recalls == sorted(recalls)


@pytest.mark.slow
def test_a_result_is_json_and_a_plot(result, tmp_path):
    value = json.loads(json.dumps(backtest.as_json(result)))
    assert [m["name"] for m in value["methods"]] == [
        "proso",
        "exact-k1-w90",
        "exact-k2-w90",
        "phoneblock",
        "opencaller",
    ]
    backtest.plot(result, tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_days_without_complaints_are_refused(reports, legitimate):
    with pytest.raises(BadFile, match="no complaints from"):
        replay(reports, legitimate, date(2020, 3, 20), date(2020, 3, 25))


def test_days_the_wrong_way_round_are_refused(reports, legitimate):
    with pytest.raises(BadFile, match="no complaints from"):
        replay(reports, legitimate, date(2020, 3, 2), date(2020, 3, 1))


def test_a_first_day_without_history_is_refused(reports, legitimate):
    with pytest.raises(BadFile, match="before"):
        replay(reports, legitimate, date(2020, 1, 15), date(2020, 3, 1))


def test_a_folder_without_complaints_is_refused(tmp_path, legitimate):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(BadFile, match="YYYY-MM"):
            replay(folder, legitimate)


@pytest.mark.parametrize("text", ["", "name\nx\n", "number\n", "number\nbanana\n"])
def test_honest_numbers_without_any_number_are_refused(reports, tmp_path, text):
    (tmp_path / "h.csv").write_text(text)
    with pytest.raises(BadFile):
        replay(reports, tmp_path / "h.csv")


def test_wilsons_interval_of_nothing_in_a_thousand_is_below_four_thousandths():
    low, high = backtest.wilson(0.0, 1000)
    assert low == 0
    assert high == pytest.approx(0.003827, abs=1e-5)


def history(*rows: tuple[int, int]) -> History:
    ordered = sorted(rows, key=lambda row: -row[0])
    age, subject = (np.array(column, np.int64) for column in zip(*ordered, strict=True))
    return History(age, subject)


def hits(listed, *numbers: int) -> list[bool]:
    return listed.hits(np.array(numbers, np.int64)).tolist()


def test_exact_lists_count_complaints_of_the_last_ninety_days():
    known = history((1, 5_000), (90, 5_000), (90, 6_000), (91, 6_000), (91, 7_000))
    assert hits(exact(known, times=1), 5_000, 6_000, 7_000, 0) == [True, True, False, False]
    twice = exact(known, times=2)
    assert hits(twice, 5_000, 6_000) == [True, False]
    assert (twice.entries, twice.space) == (1, 1)


def test_history_ends_the_evening_before():
    made = History.before(np.array([1, 2, 3, 3]), np.array([10, 0, 20, 30]), 3)
    assert (made.age.tolist(), made.subject.tolist()) == ([2], [10])


def test_phoneblock_lists_a_number_from_two_fresh_complaints():
    listed = phoneblock(history((1, 12124181000), (1, 12124181000), (1, 12124189000)))
    assert hits(listed, 12124181000, 12124189000) == [True, False]


def test_phoneblock_lists_a_ten_with_four_reported_numbers():
    four = phoneblock(history(*[(1, 12124181000 + i) for i in range(4)]))
    assert hits(four, 12124181009, 12124181010, 12124181000) == [True, False, True]
    assert (four.entries, four.space) == (1, 10)
    three = phoneblock(history(*[(1, 12124181000 + i) for i in range(3)]))
    assert hits(three, 12124181009, 12124181000) == [False, False]


def test_phoneblock_lists_a_hundred_with_eight_in_four_tens_of_two():
    rows = [(1, 12124181000 + 10 * ten + i) for ten in range(4) for i in range(2)]
    assert hits(phoneblock(history(*rows)), 12124181099, 12124181100) == [True, False]
    assert hits(phoneblock(history(*rows[:-1])), 12124181099) == [False]


def test_phoneblock_forgets_votes_of_long_ago():
    # Two complaints are four votes; 125 days later they are two.
    old = history((125, 12124181000), (125, 12124181000))
    assert hits(phoneblock(old), 12124181000) == [False]


def test_opencaller_lists_every_number_and_thousands_with_many():
    rows = [(10, 12124181000 + i) for i in range(25)]
    assert hits(opencaller(history(*rows)), 12124181000, 12124181999) == [True, True]
    few = opencaller(history(*rows[:24]))
    assert hits(few, 12124181000, 12124181999) == [True, False]
    assert hits(opencaller(history((181, 12124181000))), 12124181000) == [False]
