from datetime import date

import pytest

from proso.errors import BadFact, BadFile
from proso.market.importing import imported, mapping, presets, read, world_bank, write

TODAY = date(2026, 11, 24)
HEAD = "iso3,year,indicator,value\n"


def facts(tmp_path, text, name="pew"):
    path = tmp_path / "file.csv"
    path.write_text(text, "utf-8")
    return read(path, mapping(name), TODAY)


@pytest.mark.parametrize("name", presets())
def test_every_mapping_that_comes_along_is_sound(name):
    how = mapping(name)
    assert how.source.licence
    assert how.checked


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("IND,2013,smartphone_pct_pew,112", "row 2, column value: '112'"),
        ("IND,2013,smartphone_pct_pew,much", "row 2, column value: 'much'"),
        ("QQQ,2013,smartphone_pct_pew,12", "row 2, column iso3: 'QQQ'"),
        ("IND,203,smartphone_pct_pew,12", "row 2, column year: '203'"),
        ("IND,,smartphone_pct_pew,12", "row 2, column year: ''"),
        ("IND,2090,smartphone_pct_pew,12", "row 2, column year: '2090'"),
        ("IND,2013,fridges,12", "row 2, column indicator: 'fridges'"),
        ("IND,2013,smartphone_pct_pew,nan2", "row 2, column value"),
    ],
)
def test_a_bad_row_gets_one_sentence_with_row_and_column(tmp_path, row, says):
    with pytest.raises(BadFact) as caught:
        facts(tmp_path, HEAD + row + "\n")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_country_twice_is_refused_with_both_rows(tmp_path):
    row = "IND,2013,smartphone_pct_pew,12\n"
    with pytest.raises(BadFact, match=r"row 3.*second time, first in row 2"):
        facts(tmp_path, HEAD + row + row)


def test_mixed_units_are_seen_and_refused(tmp_path):
    rows = "IND,2013,smartphone_pct_pew,0.4\nIND,2014,smartphone_pct_pew,42\n"
    with pytest.raises(BadFact, match="units are mixed"):
        facts(tmp_path, HEAD + rows)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(BadFile, match="without a column value"):
        facts(tmp_path, "iso3,year,indicator\n")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"\xff\xfe\x00garbage\n" * 3)
    with pytest.raises(BadFile):
        read(path, mapping("pew"), TODAY)


def test_missing_cells_are_left_out(tmp_path):
    assert len(facts(tmp_path, HEAD + "IND,2013,smartphone_pct_pew,..\n")) == 0


def test_a_survey_has_the_day_it_was_published(tmp_path):
    one = facts(tmp_path, HEAD + "IND,2013,smartphone_pct_pew,12\n")[0]
    assert one.published == date(2014, 2, 13)
    assert one.vintage == TODAY


def test_a_wide_file_with_names_of_countries_is_read_by_a_mapping_of_ones_own(tmp_path):
    (tmp_path / "my.toml").write_text(
        'title = "mine"\nlicence = "mine"\nlag_days = 30\ncountry = "Economy"\nperiod = "Y"\n'
        '[columns]\nShare = { indicator = "account_pct", factor = 100 }\n'
    )
    (tmp_path / "my.csv").write_text(
        "Economy,Y,Share\nViet Nam,2011,0.21\nRussian Federation,2011,0.48\n"
    )
    made = read(tmp_path / "my.csv", mapping(str(tmp_path / "my.toml")), TODAY)
    assert [(one.country, one.value) for one in made] == [("VNM", 21.0), ("RUS", 48.0)]
    assert made[0].published == date(2012, 1, 30)


def test_a_mapping_nobody_knows_is_refused_with_the_known_ones():
    with pytest.raises(BadFile, match=r"expected one of .*pew"):
        mapping("nothing")


def test_what_was_imported_is_found_again(tmp_path):
    made = facts(tmp_path, HEAD + "IND,2013,smartphone_pct_pew,12\n")
    write(tmp_path / "kept", "pew", made)
    assert imported(tmp_path / "kept").facts == tuple(made)
    assert len(imported(tmp_path / "nothing")) == 0


def test_a_damaged_import_is_named_with_its_row(tmp_path):
    path = write(tmp_path, "pew", facts(tmp_path, HEAD + "IND,2013,smartphone_pct_pew,12\n"))
    (tmp_path / "file.csv").unlink()
    path.write_text(path.read_text().replace("2014-02-13", "yesterday"))
    with pytest.raises(BadFile, match="row 2"):
        imported(tmp_path)


def test_the_world_banks_groups_are_left_out_and_its_days_are_declared():
    def fetch(series, years):
        if series != "SP.POP.TOTL":
            return []
        return [
            {"economy": "IND", "time": "YR2024", "value": 1.45e9},
            {"economy": "WLD", "time": "YR2024", "value": 8e9},
            {"economy": "BRA", "time": "YR2024", "value": None},
        ]

    made = world_bank(fetch, 1, TODAY)
    assert [(f.country, f.period, f.published) for f in made] == [("IND", 2024, date(2025, 7, 1))]


@pytest.mark.integration
def test_every_shared_file_is_read_by_its_mapping(data):
    files = {
        "panel_open.csv": "panel",
        "payments_gpss_2010_2015.csv": "gpss",
        "smartphone_pew_2013_2015.csv": "pew",
        "social_pew_2013.csv": "pew",
        "smartphone_omp2013_wiki.csv": "omp",
        "facebook_sea_2012.csv": "facebook-sea",
    }
    counts = {name: len(read(data / name, mapping(how), TODAY)) for name, how in files.items()}
    assert min(counts.values()) >= 9
    assert counts["panel_open.csv"] > 37_000
