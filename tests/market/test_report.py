import json
import re
import struct
from datetime import date

import pytest

from proso.errors import BadFile
from proso.hub import regions as hub_regions
from proso.hub.store import Store
from proso.market import pictures, portfolio, serving
from proso.market.launch import needs, regions
from proso.market.plan import Means, PlanQuestion, plan
from proso.market.report import Report, as_html, as_markdown
from proso.market.revenue import load_company
from proso.market.sequence import entries
from proso.market.waiting import Limits


@pytest.fixture(scope="module")
def report(view, ranking, assumptions):
    means = Means(
        assumptions, serving.load(), portfolio.load(), load_company(None, date(2014, 1, 31))
    )
    order = entries(ranking, assumptions, means.serving, Limits())
    made = plan(view, ranking, order, means, PlanQuestion(paths=200, years=4))
    return Report(view, ranking, order, made, assumptions)


def test_the_html_report_asks_nothing_of_the_network(report):
    text = as_html(report)
    assert not re.search(r"https?://", text)
    assert not re.search(r"(src|href)=['\"](?!data:)", text)
    assert text.count("data:image/png;base64,") == 6


def test_the_report_says_what_was_not_scored_and_what_population_would_choose(report):
    for text in (as_html(report), as_markdown(report)):
        assert "social: not scored" in text
        assert "largest by population" in text
        assert "later revision" in text


def test_every_chosen_country_is_traceable_in_the_report(report):
    text = as_markdown(report)
    assert text.count("<details>") == report.ranking.k
    assert "published 2013-07-01" in text


def test_names_with_angle_brackets_cannot_break_the_page(report):
    assert "<script" not in as_html(report)


def test_every_picture_is_a_png_of_a_readable_size(report):
    made = report.plan
    for data in (
        pictures.world(report.ranking, report.entries),
        pictures.rank_intervals(report.ranking),
        pictures.gates(report.ranking),
        pictures.adoption_fans(made.launch, made.paths),
        pictures.revenue_fan(made.crossing),
        pictures.tornado(made),
    ):
        assert data.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", data[16:24])
        assert 800 <= width <= 1400
        assert 250 <= height <= 1200


def test_a_launch_country_becomes_a_region_with_its_plan_and_series():
    india, thailand = regions(("IND", "THA"), date(2026, 1, 1))
    assert (india.region, india.calling_code) == ("IN", 91)
    assert any(one.startswith("140: telemarketing") for one in india.series)
    assert india.hotspots
    assert "a feed of reports" in india.missing
    assert any("697" in one for one in thailand.series)


def test_a_series_is_known_from_its_day_on_only():
    assert not any("0303" in one for one in regions(("BRA",), date(2021, 1, 1))[0].series)
    assert any("0303" in one for one in regions(("BRA",), date(2023, 1, 1))[0].series)


@pytest.mark.parametrize("service", ["calls", "wifi"])
def test_a_need_says_what_is_not_known(view, ranking, assumptions, service):
    made = needs(view, ranking, assumptions, service)
    assert [one.score for one in made] == sorted((one.score for one in made), reverse=True)
    assert any(one.unscored for one in made)
    assert all(0 <= one.need <= 1 for one in made)


def test_a_hub_is_initialised_with_the_regions_of_a_launch_file(tmp_path):
    path = tmp_path / "launch.json"
    path.write_text(json.dumps({"regions": [{"region": "IN", "name": "India"}]}))
    Store.create(tmp_path / "hub").close()
    hub_regions.keep(tmp_path / "hub", path)
    assert [one.region for one in hub_regions.kept(tmp_path / "hub")] == ["IN"]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"regions": [{"region": "XX"}]}', '{"regions": 5}', "[]"]
)
def test_a_launch_file_that_is_none_is_refused(tmp_path, text):
    path = tmp_path / "launch.json"
    path.write_text(text)
    with pytest.raises(BadFile):
        hub_regions.read(path)
