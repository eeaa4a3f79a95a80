"""`proso backtest calls` and `proso demo --reports`, from files to what a person reads."""

import json
import lzma
from datetime import date, timedelta

import pytest

from proso.cli.main import run


@pytest.fixture
def folder(tmp_path):
    """Forty days on which one number is complained of daily and another only once."""
    rows = {}
    for place in range(40):
        day = date(2026, 1, 1) + timedelta(days=place)
        lines = rows.setdefault(f"{day:%Y-%m}", [])
        lines.append(f"{day},2025550101,214,0")
        lines.append(f"{day},20255502{place:02},214,0")
        lines.append(f"{day},,214,0")
    (tmp_path / "months").mkdir()
    for month, lines in rows.items():
        text = "created_date,company_number,consumer_area_code,batch\n" + "\n".join(lines) + "\n"
        (tmp_path / "months" / f"{month}.csv.xz").write_bytes(lzma.compress(text.encode()))
    (tmp_path / "honest.csv").write_text("number,kind\n3105550144,hospital\n", "utf-8")
    return tmp_path


def _backtest(folder, *more: str) -> int:
    return run(
        [
            *("backtest", "calls", "--reports", str(folder / "months")),
            *("--legitimate", str(folder / "honest.csv"), "--from", "2026-02-01"),
            *("--to", "2026-02-09", *more),
        ]
    )


@pytest.mark.slow
def test_the_json_has_the_documented_shape(folder, capsys):
    assert _backtest(folder, "--json", "--plot", str(folder / "plot.png")) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["days"], result["complaints"], result["legitimate"]) == (9, 27, 1)
    names = [method["name"] for method in result["methods"]]
    assert names == ["proso", "exact-k1-w90", "exact-k2-w90", "phoneblock", "opencaller"]
    keys = {"budget", "recall", "recall_valid", "false_positives", "entries", "number_space"}
    assert all(keys <= point.keys() for m in result["methods"] for point in m["points"])
    by_name = {method["name"]: method["points"][-1] for method in result["methods"]}
    assert by_name["exact-k1-w90"]["recall"] == pytest.approx(1 / 3)
    assert by_name["proso"]["recall"] == pytest.approx(2 / 3)  # the empty rows are labelled
    assert by_name["proso"]["recall_valid"] == pytest.approx(1 / 2)
    assert (folder / "plot.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.slow
def test_the_table_names_every_method(folder, capsys):
    assert _backtest(folder) == 0
    printed = capsys.readouterr().out
    for name in ("proso (held out)", "exact-k2-w90", "phoneblock", "opencaller", "as is"):
        assert name in printed


@pytest.mark.slow
def test_a_plot_that_cannot_be_written_costs_no_figure(folder, capsys):
    assert _backtest(folder, "--json", "--plot", str(folder / "nowhere" / "plot.png")) == 40
    printed = capsys.readouterr()
    assert json.loads(printed.out)["days"] == 9
    assert printed.err.strip().splitlines()[-1].startswith("proso: a file")


def test_days_without_complaints_are_refused_in_one_sentence(folder, capsys):
    arguments = ["backtest", "calls", "--reports", str(folder / "months"), "--legitimate"]
    arguments += [str(folder / "honest.csv"), "--from", "2027-01-01", "--to", "2027-01-02"]
    assert run(arguments) == 13
    assert "no complaints from 2027-01-01" in capsys.readouterr().err


def test_the_demo_runs_on_complaints_of_real_people(folder, capsys):
    assert run(["demo", "--reports", str(folder / "months")]) == 0
    printed = capsys.readouterr().out
    assert "120 complaints" in printed
    assert "The loop is closed" in printed
