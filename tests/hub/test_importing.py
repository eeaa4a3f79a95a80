import csv
import gzip
import lzma
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proso.errors import BadFile, Refused, StoreBusy, Unavailable
from proso.hub import store as store_module
from proso.hub.engine import Engine
from proso.hub.feeds import ftc, listfile
from proso.hub.feeds.lines import Lines
from proso.hub.feeds.subjects import read_subjects
from proso.hub.importing import import_files
from proso.hub.store import Store

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OFFICIAL = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,"
    "Consumer_Area_Code,Subject,Recorded_Message_Or_Robocall"
)
REDUCED = "created_date,company_number,consumer_area_code,batch"
ODD = ["207area missing", "__________", "0000000000", "+442079460123", "", " 2024181000", "911"]


def official(*rows: tuple[str, str, str], subject: str = "Other") -> str:
    lines = [f"{n},{d} 10:11:12,{d} 09:00:00,Tempe,Arizona,{a},{subject},N" for n, d, a in rows]
    return "\n".join([OFFICIAL, *lines]) + "\n"


def reduced(*rows: tuple[str, str, str]) -> str:
    return "\n".join([REDUCED, *(f"{d},{n},{a},0" for n, d, a in rows)]) + "\n"


THREE = (
    ("2024181000", "2020-06-01", "202"),
    ("2024181001", "2020-06-01", "480"),
    ("2024181002", "2020-06-02", "480"),
)


def take(store, *paths: Path, feed=ftc.tables, source="ftc"):
    return list(
        import_files(
            store, paths, feed, source=source, region="US", now=NOW, progress=lambda *_: None
        )
    )


def stored(store):
    with Engine() as engine:
        return engine.run(engine.reports(store, "US")).to_pylist()


def put(path: Path, text: str | bytes) -> Path:
    data = text.encode() if isinstance(text, str) else text
    packed = {".xz": lzma.compress, ".gz": gzip.compress}.get(path.suffix, bytes)(data)
    path.write_bytes(packed)
    return path


@pytest.mark.parametrize("ending", [".csv", ".csv.xz", ".csv.gz"])
@pytest.mark.parametrize("form", [official, reduced])
def test_both_forms_are_read_plain_and_compressed(store, tmp_path, form, ending):
    (summary,) = take(store, put(tmp_path / f"2020-06{ending}", form(*THREE)))
    assert (summary.read, summary.added, summary.known, summary.refused) == (3, 3, 0, 0)
    rows = stored(store)
    assert sorted(r["subject"] for r in rows) == [12024181000, 12024181001, 12024181002]
    assert {r["assertion"] for r in rows} == {"spam"}
    assert {r["at"] for r in rows} == {
        datetime(2020, 6, 1, tzinfo=UTC),
        datetime(2020, 6, 2, tzinfo=UTC),
    }
    assert {r["origin"] for r in rows} == {"202", "480"}


def test_windows_line_ends_and_a_byte_order_mark_are_no_matter(store, tmp_path):
    text = "\ufeff" + reduced(*THREE).replace("\n", "\r\n")
    (summary,) = take(store, put(tmp_path / "a.csv", text))
    assert (summary.added, summary.refused) == (3, 0)


def test_the_subject_of_an_official_complaint_becomes_its_category(store, tmp_path):
    text = official(THREE[0], subject='"Energy,  solar, & utilities"')
    take(store, put(tmp_path / "a.csv", text))
    assert [r["category"] for r in stored(store)] == ["telemarketing"]


def test_importing_twice_adds_nothing(store, tmp_path):
    path = put(tmp_path / "a.csv", reduced(*THREE))
    take(store, path)
    (again,) = take(store, path)
    assert (again.added, again.known) == (0, 3)
    assert len(store.segments()) == 1


def test_a_longer_version_of_a_file_adds_only_what_is_new(store, tmp_path):
    take(store, put(tmp_path / "a.csv", reduced(*THREE[:2])))
    (longer,) = take(store, put(tmp_path / "a.csv", reduced(*THREE)))
    assert (longer.added, longer.known) == (1, 2)
    assert len(stored(store)) == 3


def test_the_two_forms_of_a_complaint_count_once(store, tmp_path):
    take(store, put(tmp_path / "daily.csv", official(*THREE)))
    (again,) = take(store, put(tmp_path / "monthly.csv", reduced(*THREE)))
    assert (again.added, again.known) == (0, 3)


def test_the_two_forms_count_once_also_without_a_number(store, tmp_path):
    rows = (("", "2020-06-01", "202"), ("", "2020-06-01", ""))
    take(store, put(tmp_path / "monthly.csv", reduced(*rows)))
    (again,) = take(store, put(tmp_path / "daily.csv", official(*rows)))
    assert (again.added, again.known) == (0, 2)


def test_duplicates_inside_a_file_are_so_many_complaints(store, tmp_path):
    take(store, put(tmp_path / "a.csv", reduced(THREE[0], THREE[0])))
    (more,) = take(store, put(tmp_path / "b.csv", reduced(*[THREE[0]] * 3)))
    assert (more.added, more.known) == (1, 2)
    assert len(stored(store)) == 3


def test_several_files_in_one_command_know_of_each_other(store, tmp_path):
    first = put(tmp_path / "a.csv", reduced(*THREE[:2]))
    second = put(tmp_path / "b.csv", reduced(*THREE[1:]))
    assert [s.added for s in take(store, first, second)] == [2, 1]


def test_rows_without_a_number_are_kept_without_a_subject(store, tmp_path):
    (summary,) = take(store, put(tmp_path / "a.csv", reduced(("", "2020-06-01", "202"), THREE[0])))
    assert (summary.added, summary.without_number) == (2, 1)
    assert Counter(r["subject"] for r in stored(store)) == {None: 1, 12024181000: 1}


BAD_LINES = {
    "half a line": (b"2020-06-01,20241", "2 fields"),
    "a bad date": (b"June 1st,2024181009,202,0", "YYYY-MM-DD"),
    "another encoding": (b"2020-06-01,2024181009,\xe4\xf6,0", "UTF-8"),
    "a NUL": (b"2020-06-01,2024\x00181009,202,0", "NUL"),
    "an unclosed quote": (b'2020-06-01,"2024181009,202,0', "never closed"),
    "a long line": (b"2020-06-01," + b"9" * 70_000 + b",202,0", "64 KiB"),
    "a month that is none": (b"2020-13-01,2024181009,202,0", "YYYY-MM-DD"),
}


@pytest.mark.parametrize("bad", BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_costs_only_itself_and_is_listed_with_its_number(store, tmp_path, bad):
    line, why = bad
    good = reduced(*THREE).encode().splitlines()
    text = b"\n".join([*good[:3], line, good[3]]) + b"\n"
    (summary,) = take(store, put(tmp_path / "a.csv", text))
    assert (summary.added, summary.refused) == (3, 1)
    assert summary.refused_file == store.directory / "refused" / "a.csv.refused.csv"
    with summary.refused_file.open(newline="") as file:
        ((number, said),) = list(csv.reader(file))[1:]
    assert number == "4"
    assert why in said


CUNNING_LINES = {
    "two marks, one open": b'2020-06-01,x"y,"202,0',
    "an open mark in the last field": b'2020-06-01,2024181009,x"y,"0',
    "text after a closed mark": b'2020-06-01,"2024181009"x,202,0',
    "a carriage return inside": b"2020-06-01,2024181009,202,0\r2020-06-01,2024181009,202,0",
    "30 February": b"2020-02-30,2024181009,202,0",
    "a date with more behind": b"2020-06-01ish,2024181009,202,0",
    "a date before telephones": b"0001-01-01,2024181009,202,0",
}


@pytest.mark.parametrize("line", CUNNING_LINES.values(), ids=CUNNING_LINES)
def test_a_line_that_looks_whole_costs_no_other_row(store, tmp_path, line):
    good = reduced(*THREE).encode().splitlines()
    (summary,) = take(store, put(tmp_path / "a.csv", b"\n".join([*good[:3], line, good[3], b""])))
    assert (summary.read, summary.added, summary.refused) == (4, 3, 1)
    assert summary.refused_file.read_text().splitlines()[1].startswith("4,")
    assert len(stored(store)) == 3


LINES = st.one_of(
    st.binary(max_size=40),
    st.lists(st.sampled_from([b'"', b",", b"\r", b"\0", b"2020-06-01", b"x", b" ", b"\xff"])).map(
        b"".join
    ),
).map(lambda line: line.replace(b"\n", b""))
GOOD = b"2020-06-02,2024181000,202,0"


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=8), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_no_bytes_between_good_rows_lose_one_of_them(tmp_path_factory, lines, ending, closed):
    body = [REDUCED.encode(), GOOD]
    for line in lines:
        body += [line, GOOD]
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(ending.join(body) + (ending if closed else b""))
    source = Lines(path, lambda _: None, latest=NOW)
    texts = [text for table in ftc.tables(source) for text in table["text"].to_pylist()]
    assert texts.count("2024181000") >= len(lines) + 1
    assert len(texts) + source.refusals.count <= source.read
    assert {r.row for r in source.refusals.listed} <= set(range(3, len(body), 2))


def test_blank_windows_lines_do_not_shift_the_numbers_of_the_others(store, tmp_path):
    text = f"{REDUCED}\n\n\n2020-06-01,2024181000,202,0\n\nnever,2024181000,202,0\n"
    (summary,) = take(store, put(tmp_path / "a.csv", text.replace("\n", "\r\n")))
    assert summary.added == 1
    assert summary.refused_file.read_text().splitlines()[1].startswith("6,")


def test_of_very_many_refused_rows_the_first_are_listed_and_all_are_counted(
    store, tmp_path, monkeypatch
):
    monkeypatch.setattr("proso.hub.feeds.lines.MAX_LISTED_REFUSALS", 3)
    (summary,) = take(store, put(tmp_path / "a.csv", reduced(*THREE) + "x\n" * 10))
    assert (summary.added, summary.refused) == (3, 10)
    listed = summary.refused_file.read_text().splitlines()
    assert [line.split(",")[0] for line in listed] == ["line", "5", "6", "7", ""]
    assert listed[-1].endswith("and 7 more")


def test_every_bad_line_of_a_file_is_listed_in_order(store, tmp_path):
    lines = [REDUCED.encode(), *(line for line, _ in BAD_LINES.values())]
    (summary,) = take(store, put(tmp_path / "a.csv", b"\n".join(lines)))
    assert (summary.added, summary.refused) == (0, len(BAD_LINES))
    with summary.refused_file.open(newline="") as file:
        assert [int(row["line"]) for row in csv.DictReader(file)] == list(range(2, 9))


def test_blank_lines_do_not_shift_the_numbers_of_the_others(store, tmp_path):
    text = f"{REDUCED}\n\n\n2020-06-01,2024181000,202,0\n\nnever,2024181000,202,0\n"
    (summary,) = take(store, put(tmp_path / "a.csv", text))
    assert summary.added == 1
    assert summary.refused_file.read_text().splitlines()[1].startswith("6,")


def test_a_corrected_file_takes_its_list_of_refusals_away(store, tmp_path):
    (bad,) = take(store, put(tmp_path / "a.csv", reduced(("1", "never", "2"))))
    assert bad.refused_file.exists()
    take(store, put(tmp_path / "a.csv", reduced(*THREE)))
    assert not bad.refused_file.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a,b,c\n1,2,3\n",
        "a,a\n1,2\n",
        "\x00\x00\n",
        "x" * 200_000,
        '"',
        b"\xff\xfe\n",
        "\x1b[31m",
    ],
)
def test_a_file_of_other_columns_is_refused(store, tmp_path, text):
    with pytest.raises(BadFile) as caught:
        take(store, put(tmp_path / "a.csv", text))
    assert caught.value.exit_code == 13
    assert store.segments() == []


@pytest.mark.parametrize("name", ["missing.csv", "folder.csv"])
def test_what_cannot_be_read_is_refused(store, tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(BadFile, match="cannot be read"):
        take(store, tmp_path / name)


@pytest.mark.parametrize("ending", [".xz", ".gz"])
def test_a_cut_off_file_is_refused_whole_and_imports_when_it_is_whole(store, tmp_path, ending):
    numbers = [(f"2024{181000 + i}", "2020-06-01", "202") for i in range(5_000)]
    path = put(tmp_path / f"a.csv{ending}", reduced(*numbers))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadFile, match="damaged"):
        take(store, path)
    assert store.segments() == []
    assert list((store.directory / "log").glob("*/*")) == []
    path.write_bytes(whole)
    (summary,) = take(store, path)
    assert summary.added == len(stored(store)) == 5_000


def test_a_bad_file_leaves_those_before_it_imported(store, tmp_path):
    with pytest.raises(BadFile):
        take(store, put(tmp_path / "a.csv", reduced(*THREE)), put(tmp_path / "b.csv", ""))
    assert len(stored(store)) == 3


def test_a_file_cut_into_blocks_is_read_as_one(store, tmp_path, monkeypatch):
    monkeypatch.setattr("proso.hub.feeds.lines._BLOCK_BYTES", 50)
    text = reduced(*THREE) + "never,2024181000,202,0\n"
    (summary,) = take(store, put(tmp_path / "a.csv", text))
    assert (summary.read, summary.added) == (4, 3)
    assert summary.refused_file.read_text().splitlines()[1].startswith("5,")


def _list(tmp_path, text, **columns):
    known = {"number": "phone", "region": "US", "as_of": NOW}
    path = put(tmp_path / "list.csv", text)
    return path, partial(listfile.tables, columns=listfile.ListColumns(**(known | columns)))


def test_any_list_imports_by_the_names_of_its_columns(store, tmp_path):
    text = (
        "who,Phone,seen,kind\n"
        "x,+12024181000,2026-01-02,loan\n"
        "y,(202) 418-1001,2026-01-02T23:00:00-05:00,LOAN \n"
        "z,2024181002,2026-01-03,nonsense\n"
        "z,banana,2026-01-03,loan\n"
        "z,2024181003,soon,loan\n"
    )
    path, feed = _list(tmp_path, text, number="Phone", date="seen", category="kind")
    (summary,) = take(store, path, feed=feed, source="list")
    assert (summary.read, summary.added, summary.refused) == (5, 3, 2)
    rows = {r["subject"]: r for r in stored(store)}
    assert rows[12024181000]["category"] == rows[12024181001]["category"] == "loan"
    assert rows[12024181002]["category"] == "other"
    assert rows[12024181001]["at"] == datetime(2026, 1, 3, 4, tzinfo=UTC)


def test_a_list_without_dates_is_of_one_moment_and_imports_once(store, tmp_path):
    path, feed = _list(tmp_path, "phone\n2024181000\n2024181001\n")
    take(store, path, feed=feed, source="list")
    (again,) = take(store, path, feed=feed, source="list")
    assert (again.added, again.known) == (0, 2)
    assert {r["at"] for r in stored(store)} == {NOW}


def test_a_list_of_two_days_is_two_reports_and_neither_takes_the_place_of_the_other(
    store, tmp_path
):
    later = NOW + timedelta(days=1)
    for moment in (NOW, later, NOW):
        path, feed = _list(tmp_path, "phone\n2024181000\n2024181001\n", as_of=moment)
        take(store, path, feed=feed, source="list")
    assert Counter(r["at"] for r in stored(store)) == {NOW: 2, later: 2}
    assert [s.rows for s in store.segments()] == [2, 2]


def test_two_columns_of_one_file_are_two_lists(store, tmp_path):
    for column in ("home", "mobile"):
        path, feed = _list(tmp_path, "home,mobile\n2024181000,2024181005\n", number=column)
        take(store, path, feed=feed, source="list")
    assert sorted(r["subject"] for r in stored(store)) == [12024181000, 12024181005]


def test_a_header_may_quote_its_names_and_leave_some_out(store, tmp_path):
    path, feed = _list(tmp_path, '"Name, first","Phone",,\nA,2024181000,,\n')
    (summary,) = take(store, path, feed=feed, source="list")
    assert (summary.added, summary.refused) == (1, 0)


@pytest.mark.parametrize("text", ["", "name\nx\n", "name\n"])
def test_a_list_without_the_column_named_is_refused(store, tmp_path, text):
    path, feed = _list(tmp_path, text)
    with pytest.raises(BadFile, match="'phone'"):
        take(store, path, feed=feed, source="list")


def test_a_list_of_only_bad_rows_adds_nothing(store, tmp_path):
    path, feed = _list(tmp_path, "phone\nbanana\n\n911\n")
    (summary,) = take(store, path, feed=feed, source="list")
    assert (summary.added, summary.refused) == (0, 2)


def test_dates_beyond_what_can_be_stored_are_refused(store, tmp_path):
    path, feed = _list(
        tmp_path, "phone,d\n2024181000,0001-01-01\n2024181000,9999-12-31\n", date="d"
    )
    (summary,) = take(store, path, feed=feed, source="list")
    assert (summary.added, summary.refused) == (0, 2)


DIGITS = st.text("0123456789", min_size=9, max_size=12)
TEXTS = st.one_of(DIGITS, st.text("0123456789+-() xarea_", max_size=20), st.sampled_from(ODD))


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=30))
def test_the_fast_road_reads_numbers_as_the_parser_does(texts):
    column = pa.chunked_array([pa.array(texts, pa.string())])
    fast = read_subjects(column, "US", ftc.subject_of, {})
    assert fast.to_pylist() == [ftc.subject_of(text) if text else None for text in texts]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024181000", 12024181000),
        ("12024181000", 12024181000),
        ("207area missing", None),
        ("__________", None),
        ("0000000000", None),
        ("+442079460123", 442079460123),
        ("", None),
    ],
)
def test_odd_texts_are_numbers_only_where_they_can_be(text, value):
    assert ftc.subject_of(text) == value
    fast = read_subjects(pa.chunked_array([pa.array([text])]), "US", ftc.subject_of, {})
    assert fast.to_pylist() == [value]


def test_rows_of_days_to_come_are_refused_with_the_last_day_that_may_be(store, tmp_path):
    rows = (("2024181000", "2026-11-25", "202"), ("2024181001", "2026-11-27", "202"))
    (summary,) = take(store, put(tmp_path / "a.csv", reduced(*rows)))
    assert (summary.added, summary.refused) == (1, 1)
    assert "2000 to 2026-11-25" in summary.refused_file.read_text()
    path, feed = _list(
        tmp_path, "phone,d\n2024181000,2026-11-25\n2024181001,2031-01-01\n", date="d"
    )
    (summary,) = take(store, path, feed=feed, source="list")
    assert (summary.added, summary.refused) == (1, 1)


@pytest.mark.parametrize("name", ["ftc", "hub", "a b", "", "x" * 33, "../up"])
def test_a_list_takes_no_name_of_a_feed_and_none_that_is_no_name(name):
    with pytest.raises(Refused, match="--source"):
        listfile.check_source(name)


def test_a_list_of_another_country_is_read_in_its_own_notation(store, tmp_path):
    path, feed = _list(tmp_path, "phone\n030 123456\n+12024181000\n,\n\n1\n", region="DE")
    (summary,) = take(store, path, feed=feed, source="list")
    assert (summary.added, summary.refused) == (2, 2)


def test_xz_in_several_streams_with_padding_is_one_file(store, tmp_path):
    head, *rows = reduced(*THREE).splitlines(keepends=True)
    parts = [lzma.compress(part.encode()) for part in (head + rows[0], rows[1], rows[2])]
    path = tmp_path / "a.csv.xz"
    path.write_bytes(parts[0] + bytes(4) + parts[1] + parts[2] + bytes(8))
    (summary,) = take(store, path)
    assert summary.added == 3


def test_xz_that_asks_for_gigabytes_of_memory_is_refused(store, tmp_path):
    big = [{"id": lzma.FILTER_LZMA2, "dict_size": 256 * 1024 * 1024, "preset": 0}]
    path = tmp_path / "a.csv.xz"
    path.write_bytes(lzma.compress(reduced(*THREE).encode(), filters=big))
    with pytest.raises(BadFile, match="Memory"):
        take(store, path)
    assert store.segments() == []


def test_nothing_is_left_of_a_file_that_added_nothing_or_could_not_be_read(store, tmp_path):
    good = put(tmp_path / "a.csv", reduced(*THREE))
    take(store, good)
    take(store, good)
    with pytest.raises(BadFile):
        take(store, put(tmp_path / "b.csv.xz", b"").with_suffix(".missing"))
    assert len(list((store.directory / "log").glob("*/*"))) == len(store.segments()) == 1


def test_a_segment_is_a_parquet_file_anyone_can_read(store, tmp_path):
    take(store, put(tmp_path / "a.csv", reduced(*THREE)))
    (segment,) = store.segments()
    with duckdb.connect() as engine:
        (count,) = engine.execute(
            "SELECT count(*) FROM read_parquet(?)", [str(store.directory / "log" / segment.file)]
        ).fetchone()
    assert count == segment.rows == 3
    assert segment.input_name == "a.csv"


def test_a_second_import_waits_for_the_first_and_then_says_so(store, tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    paths = [put(tmp_path / name, reduced(*THREE)) for name in ("a.csv", "b.csv")]
    first = import_files(
        store, paths, ftc.tables, source="ftc", region="US", now=NOW, progress=lambda *_: None
    )
    next(first)  # it is under way: one file of two
    with pytest.raises(StoreBusy, match="importing"):
        take(store, paths[1])
    assert [s.added for s in first] == [0]
    assert [s.added for s in take(store, paths[1])] == [0]


def test_imports_at_the_same_time_take_every_complaint_once(store, tmp_path):
    rows = [(f"2024{181000 + i}", f"2020-06-{i % 28 + 1:02}", "202") for i in range(20_000)]
    paths = [put(tmp_path / f"{n}.csv", reduced(*rows[: 20_000 - n])) for n in range(4)]

    def one(path):
        with Store.open(store.directory) as own:
            return sum(s.added for s in take(own, path))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, paths)) == 20_000
    assert len(store.files(store.segments())) == len(store.segments())
    assert len(stored(store)) == 20_000


def test_a_lost_segment_is_said_in_one_sentence(store, tmp_path):
    path = put(tmp_path / "a.csv", reduced(*THREE))
    take(store, path)
    Path(store.files(store.segments())[0]).unlink()
    with pytest.raises(Unavailable, match="from a backup"):
        take(store, path)


@pytest.mark.parametrize("damage", ["lost", "cut off"])
def test_weighing_says_a_damaged_log_in_one_sentence(store, tmp_path, damage):
    take(store, put(tmp_path / "a.csv", reduced(*THREE)))
    (part,) = map(Path, store.files(store.segments()))
    if damage == "lost":
        part.unlink()
    else:
        part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(Unavailable, match="from a backup"):
        stored(store)


def test_files_of_one_name_in_two_folders_keep_their_lists_of_refusals(store, tmp_path):
    for folder, bad in (("one", "banana\n"), ("two", "cherry\ncherry\n"), ("three", "")):
        (tmp_path / folder).mkdir()
        put(tmp_path / folder / "a.csv", f"phone\n2024181000\n{bad}")
    paths = [tmp_path / folder / "a.csv" for folder in ("one", "two", "three")]
    done = take(store, *paths, feed=phones(), source="list")
    lists = [one.refused_file for one in done]
    assert [path and path.name for path in lists] == [
        "a.csv.refused.csv",
        "a.csv.2.refused.csv",
        None,
    ]
    assert [path.read_text().count("possible number") for path in lists if path] == [1, 2]


def phones():
    return partial(
        listfile.tables, columns=listfile.ListColumns(number="phone", region="US", as_of=NOW)
    )


@pytest.mark.parametrize("name", ["x" * 251 + ".csv", "\U00020000" * 62 + ".csv"])
def test_the_longest_name_a_file_may_have_is_no_matter(store, tmp_path, name):
    (done,) = take(
        store, put(tmp_path / name, "phone\nbanana\n2024181000\n"), feed=phones(), source="list"
    )
    assert (done.added, done.refused) == (1, 1)
    assert done.refused_file is not None
    assert done.refused_file.is_file()


def test_a_pipe_is_refused_instead_of_read_as_nothing(store, tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(BadFile, match="a pipe"):
        take(store, tmp_path / "a.csv")


@pytest.mark.parametrize("as_of", [datetime(1990, 1, 1, tzinfo=UTC), NOW + timedelta(days=3)])
def test_a_list_of_a_day_no_report_can_be_of_is_refused(store, tmp_path, as_of):
    columns = listfile.ListColumns(number="phone", region="US", as_of=as_of)
    with pytest.raises(Refused, match="--as-of"):
        take(
            store,
            put(tmp_path / "a.csv", "phone\n2024181000\n"),
            feed=partial(listfile.tables, columns=columns),
            source="list",
        )
