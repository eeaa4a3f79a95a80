"""`proso pack` shows, compares and exports."""

import json
import struct

import pytest

from proso.cli.main import run

OLD = "number_or_prefix,category,rating,listing\n+12025550101,loan,0.97,\n+12025550102,scam,0.5,\n"
NEW = (
    "number_or_prefix,category,rating,listing\n+12025550101,scam,0.99,\n"
    "+13105550177,other,0.1,cleared\n+1310555####,robot,0.96,\n"
)


@pytest.fixture(autouse=True)
def packs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for serial, (name, text) in enumerate((("old", OLD), ("new", NEW)), start=1):
        (tmp_path / f"{name}.csv").write_text(text)
        options = ["--serial", str(serial), "--as-of", "2026-01-01", "--output", f"{name}.pack"]
        assert run(["pack", "build", "--listings", f"{name}.csv", *options]) == 0
    capsys.readouterr()


def asked(capsys, *arguments, code=0):
    assert run(["pack", *arguments]) == code
    return capsys.readouterr()


def test_show_counts_by_listing_action_category_and_size_of_range(capsys):
    shown = json.loads(asked(capsys, "show", "new.pack", "--json").out)
    assert shown["listings"] == {"listed": 2, "cleared": 1}
    assert shown["actions"] == {"reject": 2, "allow": 1}
    assert shown["categories"] == {"scam": 1, "other": 1, "robot": 1}
    assert shown["range_sizes"] == {"10,000 numbers": 1}
    assert (shown["entries"], shown["numbers"], shown["ranges"]) == (3, 2, 1)
    assert shown["age_days"] > 0
    out = asked(capsys, "show", "new.pack").out
    assert "categories" in out
    assert "  robot" in out


def test_verify_answers_in_json_too(capsys):
    answer = json.loads(asked(capsys, "verify", "new.pack", "--json").out)
    assert (answer["is_sound"], answer["region"], answer["serial"]) == (True, "US", 2)


def test_a_difference_is_told_in_words_with_masked_examples(capsys):
    out = asked(capsys, "diff", "old.pack", "new.pack").out
    assert "from serial 1" in out
    assert "2 added: 1 other, 1 robot; 1 of them ranges" in out
    assert "1 removed: 1 scam" in out
    assert "1 relabelled: 1 scam" in out
    assert "category loan → scam; rating 97% → 99%" in out
    assert "+12025550101" not in out
    assert "+1202•••••01" in out
    assert "0 as before" in out


def test_whole_numbers_are_shown_when_asked_for(capsys):
    out = asked(capsys, "diff", "old.pack", "new.pack", "--full").out
    assert "+12025550101" in out


def test_a_difference_as_json_adds_up(capsys):
    answer = json.loads(asked(capsys, "diff", "old.pack", "new.pack", "--json").out)
    assert (answer["old"]["serial"], answer["new"]["serial"]) == (1, 2)
    totals = [answer[kind]["total"] for kind in ("added", "removed", "relabelled")]
    assert (totals, answer["unchanged"]) == ([2, 1, 1], 0)
    assert answer["added"]["ranges"] == 1
    assert answer["relabelled"]["examples"][0]["before"]["category"] == "loan"


def test_a_pack_and_itself_differ_in_nothing(capsys):
    out = asked(capsys, "diff", "new.pack", "new.pack").out
    for kind in ("added", "removed", "relabelled"):
        assert f"nothing {kind}" in out
    assert "3 as before" in out


def test_going_backwards_is_said(capsys):
    assert "backwards" in asked(capsys, "diff", "new.pack", "old.pack").out


def test_packs_of_two_regions_are_not_compared(capsys):
    options = ["--region", "DE", "--output", "de.pack"]
    asked(capsys, "build", "--listings", "old.csv", *options)
    assert "one region" in asked(capsys, "diff", "old.pack", "de.pack", code=14).err


def test_an_export_goes_to_stdout_and_its_losses_to_stderr(capsys):
    out, err = asked(capsys, "export", "new.pack", "--to", "fritzbox")
    assert out.startswith("<?xml")
    assert "+12025550101" in out
    assert "no room" in err
    assert "fritzbox: 1 numbers" in err


def test_an_export_to_a_file_says_in_json_what_it_wrote_and_lost(capsys, tmp_path):
    options = ["--to", "ios", "--output", "b.int64", "--json", "--limit", "20000"]
    answer = json.loads(asked(capsys, "export", "new.pack", *options).out)
    data = (tmp_path / "b.int64").read_bytes()
    assert answer["numbers"] == len(data) // 8 == 1 + 9_999
    assert answer["lost"] == {}
    assert 13105550177 not in struct.unpack(f"<{len(data) // 8}q", data)


def test_the_owners_rules_decide_what_is_exported(capsys, tmp_path):
    (tmp_path / "r.toml").write_text("[pack]\nreject_from = 2\nsilence_from = 2\n")
    options = ["--to", "spamblocker", "--rules", "r.toml"]
    assert len(asked(capsys, "export", "new.pack", *options).out.splitlines()) == 1


def test_json_without_a_file_is_refused(capsys):
    assert "--output" in asked(capsys, "export", "new.pack", "--to", "csv", "--json", code=2).err


def test_a_place_that_cannot_be_written_is_one_sentence(capsys):
    options = ["--to", "csv", "--output", "nowhere/x.csv"]
    err = asked(capsys, "export", "new.pack", *options, code=40).err
    assert err.startswith("proso: ")
    assert err.count("\n") == 1


def test_an_exported_csv_builds_the_same_pack(capsys, tmp_path):
    asked(capsys, "export", "new.pack", "--to", "csv", "--output", "again.csv")
    options = ["--serial", "2", "--as-of", "2026-01-01", "--output", "again.pack"]
    asked(capsys, "build", "--listings", "again.csv", *options)
    assert (tmp_path / "again.pack").read_bytes() == (tmp_path / "new.pack").read_bytes()
