import io
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import click
import pytest

from proso.cli.main import cli, run

KEYS = {
    "number",
    "action",
    "reason",
    "rating",
    "confidence",
    "sample_size",
    "matched",
    "evidence",
    "pack_serial",
}
SPAMMER = "+12024181000"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def pack(tmp_path, capsys):
    (tmp_path / "spam.csv").write_text(
        f"number_or_prefix,category,rating\n{SPAMMER},loan,0.97\n+1900*,scam,0.9\nbanana,loan,1\n"
    )
    assert run(["pack", "build", "--listings", "spam.csv", "--serial", "7"]) == 0
    capsys.readouterr()
    return tmp_path / "US.pack"


def commands(group=cli, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


ALL = list(commands())


def typed(text):
    return io.TextIOWrapper(io.BytesIO(text.encode()))


def asked(capsys, *arguments, code=0):
    assert run(list(arguments)) == code
    return capsys.readouterr()


def fails(capsys, *arguments, code):
    out, err = asked(capsys, *arguments, code=code)
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("proso: ")
    assert lines[0].endswith(".")
    assert out == ""
    return lines[0]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help_with_an_example(capsys, path):
    out, _ = asked(capsys, *path, "--help")
    assert f"Example: proso {' '.join(path)}" in " ".join(out.split())


def test_the_commands_are_those_of_the_reference():
    assert {path[0] for path in ALL} >= {"backtest", "call", "demo", "hub", "pack", "report"}


def test_a_screened_number_is_one_json_object_with_the_documented_keys(capsys, pack):
    out, err = asked(capsys, "call", "screen", SPAMMER, "--pack", str(pack), "--json")
    assert err == ""
    answer = json.loads(out)
    assert answer.keys() >= KEYS
    assert answer["number"] == SPAMMER
    assert answer["action"] == "reject"
    assert (answer["rating"], answer["pack_serial"]) == (0.97, 7)
    assert answer["evidence"][0]["subject"] is None  # the number itself, not a range


def test_an_unknown_number_is_allowed_without_a_pack(capsys):
    answer = json.loads(asked(capsys, "call", "screen", "+12024181009", "--json").out)
    assert (answer["action"], answer["pack_serial"], answer["evidence"]) == ("allow", None, [])


def test_a_verdict_for_people_names_action_and_reason(capsys, pack):
    out = asked(capsys, "call", "screen", SPAMMER, "--pack", str(pack)).out
    assert out.startswith(f"reject {SPAMMER}: ")


@pytest.mark.parametrize("as_json", [True, False])
def test_several_numbers_come_from_stdin(capsys, pack, monkeypatch, as_json):
    monkeypatch.setattr("sys.stdin", typed(f'{SPAMMER}\n(202) 418-1009\n\nban"ana\n911\n'))
    options = ["--json"] if as_json else []
    out = asked(capsys, "call", "screen", "-", "--pack", str(pack), *options).out
    lines = out.splitlines()
    assert len(lines) == 5
    if as_json:
        rows = [json.loads(line) for line in lines]
        assert [r["number"] for r in rows] == [SPAMMER, "+12024181009", "", 'ban"ana', "911"]
        assert [r["action"] for r in rows][:2] == ["reject", "allow"]
        assert all(row.keys() >= KEYS for row in rows)
    else:
        assert lines[0].split("\t")[:2] == [SPAMMER, "reject"]


def test_numbers_from_stdin_get_the_verdicts_they_get_alone(capsys, pack, monkeypatch):
    numbers = [SPAMMER, "+19005550100", "+12024181009", "+1200", ""]
    monkeypatch.setattr("sys.stdin", typed("\n".join(numbers) + "\n"))
    together = asked(capsys, "call", "screen", "-", "--pack", str(pack), "--json").out.splitlines()
    for number, line in zip(numbers, together, strict=True):
        alone = asked(capsys, "call", "screen", number, "--pack", str(pack), "--json").out
        assert json.loads(alone) == json.loads(line)


def test_an_explanation_lists_every_rule_and_the_one_that_decided(capsys, pack):
    out = asked(capsys, "call", "explain", SPAMMER, "--pack", str(pack), "--json").out
    answer = json.loads(out)
    assert sum(row["decided"] for row in answer["asked"]) == 1
    assert answer["action"] == "reject"
    text = asked(capsys, "call", "explain", SPAMMER, "--pack", str(pack)).out
    assert "→" in text
    assert "no opinion" in text


def test_a_withheld_number_at_a_given_time_is_explained(capsys):
    out = asked(
        capsys, "call", "explain", "", "--withheld", "--at", "2026-11-24T03:00:00", "--json"
    ).out
    assert json.loads(out)["action"] != "allow"


def test_the_owners_rules_and_contacts_come_first(capsys, pack, tmp_path):
    (tmp_path / "c.vcf").write_text(
        f"BEGIN:VCARD\nVERSION:3.0\nFN:A\nN:A;;;;\nTEL:{SPAMMER}\nEND:VCARD\n"
    )
    (tmp_path / "r.toml").write_text('block = ["+12024181009"]\n')
    options = ["--pack", str(pack), "--contacts", "c.vcf", "--rules", "r.toml", "--json"]
    assert json.loads(asked(capsys, "call", "screen", SPAMMER, *options).out)["action"] == "allow"
    blocked = asked(capsys, "call", "screen", "+12024181009", *options).out
    assert json.loads(blocked)["action"] == "reject"


def test_a_pack_is_built_shown_and_verified(capsys, pack):
    shown = json.loads(asked(capsys, "pack", "show", str(pack), "--json").out)
    assert (shown["region"], shown["serial"], shown["numbers"], shown["ranges"]) == ("US", 7, 1, 1)
    assert "sound pack of US" in asked(capsys, "pack", "verify", str(pack), "--region", "US").out
    assert "numbers" in asked(capsys, "pack", "show", str(pack)).out


def test_building_says_what_was_left_out(capsys, pack):
    out, err = asked(
        capsys, "pack", "build", "--listings", "spam.csv", "--output", "x.pack", "--json"
    )
    assert (json.loads(out)["entries"], json.loads(out)["refused"]) == (2, 1)
    assert "line 4" in err


def test_building_for_the_same_moment_twice_gives_the_same_bytes(capsys, pack, tmp_path):
    for name in ("a", "b"):
        options = ["--as-of", "2026-11-24", "--output", name]
        asked(capsys, "pack", "build", "--listings", "spam.csv", *options)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_errors_are_one_sentence_and_a_code_of_their_own(capsys, pack, tmp_path):
    (tmp_path / "cut.pack").write_bytes(pack.read_bytes()[:100])
    (tmp_path / "empty.pack").touch()
    (tmp_path / "bad.toml").write_text("allow = ")
    (tmp_path / "bad.vcf").write_text("hello")
    screen = ("call", "screen", SPAMMER)
    fails(capsys, *screen, "--pack", "cut.pack", code=14)
    fails(capsys, *screen, "--pack", "empty.pack", code=14)
    fails(capsys, *screen, "--pack", "missing.pack", code=14)
    fails(capsys, "pack", "show", "cut.pack", code=14)
    fails(capsys, *screen, "--pack", str(pack), "--region", "TR", code=16)
    fails(capsys, "pack", "verify", str(pack), "--region", "DE", code=16)
    fails(capsys, *screen, "--rules", "bad.toml", code=17)
    fails(capsys, *screen, "--contacts", "bad.vcf", code=18)
    fails(capsys, *screen, "--contacts", "missing.vcf", code=18)
    fails(capsys, *screen, "--to", "banana", code=11)
    fails(capsys, "report", "spam", "banana", code=11)
    fails(capsys, "pack", "build", "--listings", "missing.csv", code=13)
    fails(capsys, "hub", "status", code=21)
    fails(capsys, "hub", "publish", code=21)
    fails(capsys, "demo", "--reports", str(tmp_path), code=13)


@pytest.mark.parametrize(
    "arguments",
    [
        ["call", "screen", SPAMMER, "--region", "XX"],
        ["pack", "build", "--listings", "x.csv", "--region", "us"],
        ["pack", "build", "--listings", "x.csv", "--as-of", "1969-12-31"],
        ["hub", "publish", "--as-of", "0001-01-01"],
        ["call", "explain", "911", "--at", "0001-01-01"],
        ["call", "explain", "911", "--at", "9999-12-31T23:59:59"],
        ["call", "nothing"],
        ["call", "screen"],
    ],
)
def test_wrong_usage_ends_with_two(capsys, arguments):
    assert "Error" in asked(capsys, *arguments, code=2).err


@pytest.mark.parametrize("command", [["report", "spam", SPAMMER], ["hub", "publish"]])
def test_an_unknown_region_is_refused_by_every_command(capsys, command):
    if command[0] == "hub":
        asked(capsys, "hub", "init")
    code = run([*command, "--region", "XX"])
    assert code != 0
    assert "XX" in capsys.readouterr().err


def test_reports_wait_until_the_owner_sends_them(capsys):
    asked(capsys, "report", "spam", SPAMMER, "--category", "loan")
    asked(capsys, "report", "ok", "+12024181009")
    waiting = json.loads(asked(capsys, "report", "list", "--json").out)
    assert [(r["subject"], r["assertion"], r["category"]) for r in waiting] == [
        (SPAMMER, "spam", "loan"),
        ("+12024181009", "not-spam", "other"),
    ]
    assert len({r["reporter"] for r in waiting}) == 1
    assert "2 waiting" in asked(capsys, "report", "list").out


def test_a_hub_that_does_not_answer_keeps_the_reports(capsys):
    asked(capsys, "report", "spam", SPAMMER)
    fails(capsys, "report", "send", "--hub", "http://127.0.0.1:9", code=43)
    assert "1 waiting" in asked(capsys, "report", "list").out


@pytest.fixture
def answering():
    """A hub that answers reports with whatever the test wants; it keeps what it was sent."""
    batches = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            batches.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(server.answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.answer, server.batches = {"accepted": 0, "refused": []}, batches
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_what_the_hub_refuses_stays_and_is_not_counted_as_sent(capsys, answering):
    asked(capsys, "report", "spam", SPAMMER)
    asked(capsys, "report", "ok", "+12024181009")
    answering.answer = {"accepted": 1, "refused": [{"row": 1, "why": "\x1b[31mno\nspam"}]}
    out = asked(capsys, "report", "send", "--hub", answering.url).out
    assert out == "refused: \ufffd[31mno\ufffdspam\nsent 1; 1 refused, which stay here\n"
    (waiting,) = json.loads(asked(capsys, "report", "list", "--json").out)
    assert waiting["subject"] == SPAMMER


@pytest.mark.parametrize(
    "answer",
    [[], None, {}, {"accepted": 1}, {"accepted": 1, "refused": ["no"]}]
    + [{"accepted": 1, "refused": [{"row": row, "why": why}]} for row, why in ((1, 2), ("1", ""))],
)
def test_an_answer_that_is_no_hubs_keeps_the_reports(capsys, answering, answer):
    asked(capsys, "report", "spam", SPAMMER)
    answering.answer = answer
    fails(capsys, "report", "send", "--hub", answering.url, code=43)
    assert "1 waiting" in asked(capsys, "report", "list").out


def test_reports_of_years_go_out_in_requests_a_hub_takes(capsys, answering, monkeypatch):
    monkeypatch.setattr("proso.cli.report._AT_ONCE", 2)
    for last in range(3):
        asked(capsys, "report", "spam", f"+1202418100{last}")
    assert asked(capsys, "report", "send", "--hub", answering.url).out == "sent 3\n"
    assert [len(batch) for batch in answering.batches] == [2, 1]


def test_a_home_that_cannot_be_written_is_one_sentence(capsys, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    fails(capsys, "report", "spam", SPAMMER, code=40)
    fails(capsys, "report", "list", code=40)


def test_a_pseudonym_cut_off_by_a_power_cut_is_made_anew(capsys, home):
    asked(capsys, "report", "spam", SPAMMER)
    (home / "state" / "proso" / "pseudonym").write_text("")
    asked(capsys, "report", "ok", SPAMMER)
    waiting = json.loads(asked(capsys, "report", "list", "--json").out)
    assert [len(report["reporter"]) for report in waiting] == [32, 32]
    assert (home / "state" / "proso" / "pseudonym").stat().st_mode & 0o077 == 0


def test_a_hub_is_made_filled_published_and_counted(capsys, tmp_path):
    (tmp_path / "list.csv").write_text("phone\n2024181000\n2024181000\nbanana\n")
    asked(capsys, "hub", "init")
    arguments = ["hub", "import", "csv", "list.csv", "--number-column", "phone"]
    done = json.loads(asked(capsys, *arguments, "--json").out)
    assert (done["read"], done["added"], done["refused"]) == (3, 2, 1)
    assert "0 new, 2 known" in asked(capsys, *arguments).out
    published = json.loads(asked(capsys, "hub", "publish", "--json").out)
    assert (published["serial"], published["listed"]) == (1, 1)
    again = asked(capsys, "hub", "publish", "--as-of", published["as_of"][:19]).out
    assert "serial 1" in again
    assert "still to come" in asked(capsys, "hub", "publish", "--as-of", "2999-01-01", code=2).err
    assert published["signed"] == ["snapshot", "timestamp"]
    counts = json.loads(asked(capsys, "hub", "status", "--json").out)
    assert counts == {"reports": 0, "imported": 2, "segments": 1, "releases": 1}
    assert "imported" in asked(capsys, "hub", "status").out
    err = fails_with_talk(capsys, *arguments[:-1], "name", code=13)
    assert "'name'" in err


def test_the_name_of_a_file_is_no_markup(capsys, tmp_path):
    (tmp_path / "[bold]a.csv").write_text("phone\n2024181000\n")
    asked(capsys, "hub", "init")
    done = asked(capsys, "hub", "import", "csv", "[bold]a.csv", "--number-column", "phone")
    assert done.err.count("[bold]a.csv") > 1  # in the sentence, and beside the bar


def fails_with_talk(capsys, *arguments, code):
    lines = asked(capsys, *arguments, code=code).err.strip().splitlines()
    (said,) = (line for line in lines if line.startswith("proso: "))
    return said


def test_what_strangers_wrote_cannot_command_the_terminal(capsys, home):
    (home / "evil.csv").write_text("\x1b[2J\u202eevil,b\n")
    assert run(["pack", "build", "--listings", "evil.csv"]) == 13
    said = capsys.readouterr().err.rstrip("\n")
    assert "evil" in said
    assert said.isprintable()


def test_ctrl_c_is_one_sentence_and_130(capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("proso.cli.call._load", stop)
    fails(capsys, "call", "screen", SPAMMER, code=130)


@pytest.mark.parametrize("arguments", [["call", "screen", "911"], ["call", "screen", "-"]])
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_an_answer_that_does_not_fit_on_the_disk_is_one_sentence(arguments, more):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "proso", *arguments, *more],
            input=SPAMMER,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 41
    assert done.stderr.startswith("proso: no room left")
    assert done.stderr.count("\n") == 1


def test_a_terminal_of_another_encoding_is_shown_codes_for_what_it_lacks():
    done = subprocess.run(
        [sys.executable, "-m", "proso", "call", "explain", "\udcff"],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u2192 16 impossible-number" in done.stdout


@pytest.mark.parametrize("caller", ["\x1b[31mred\x1b]0;title\a", "\x9b31m", "\u202e101"])
def test_a_callers_text_does_not_steer_the_terminal(capsys, caller):
    for command in ("screen", "explain"):
        out, _ = asked(capsys, "call", command, caller)
        assert all(char.isprintable() for line in out.splitlines() for char in line)
        assert "silence" in out


def test_without_the_hubs_parts_its_commands_say_what_to_install(capsys, monkeypatch):
    def missing(_):
        raise ModuleNotFoundError(name="sqlalchemy")

    monkeypatch.setattr("proso.cli.output.importlib.import_module", missing)
    assert "proso[hub]" in fails(capsys, "hub", "init", code=22)


@pytest.mark.slow
def test_the_demo_runs_the_whole_loop_with_a_real_hub(capsys):
    started = time.perf_counter()
    out = asked(capsys, "demo").out
    assert "The hub is real" in out
    assert "The loop is closed" in out
    assert time.perf_counter() - started < 10


def test_the_demo_runs_on_the_phone_alone(capsys, monkeypatch):
    monkeypatch.setattr("proso.cli.demo.is_hub_installed", lambda: False)
    out = asked(capsys, "demo").out
    assert "phone alone" in out
    assert "The loop is closed" in out
