import http.server
import json
import threading

import pytest

from proso.cli.main import run
from proso.errors import HubUnreachable
from proso.market.worldbank import fetcher


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def answer(capsys, *arguments):
    code = run(["market", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_rank_answers_at_once_on_a_fresh_machine(capsys):
    code, out, err = answer(capsys, "rank", "--draws", "50")
    assert code == 0
    assert "India" in out
    assert "population alone" in out
    assert "GDP alone" in out
    assert "social: not scored" in out
    assert "old: the newest internet_users_pct is of" in err


def test_rank_in_json_is_one_object(capsys):
    code, out, _ = answer(capsys, "rank", "--as-of", "2013-12-31", "--draws", "50", "--json")
    assert code == 0
    assert json.loads(out)["as_of"] == "2013-12-31"


def test_a_day_before_any_data_has_its_own_exit_code(capsys):
    code, _, err = answer(capsys, "rank", "--as-of", "1950-01-01")
    assert code == 51
    assert "earliest figure" in err


def test_an_unknown_country_is_refused(capsys):
    code, _, err = answer(capsys, "rank", "--exclude", "Atlantis")
    assert code == 2
    assert "Atlantis" in err


def test_explain_names_rows(capsys):
    code, out, _ = answer(
        capsys, "rank", "--as-of", "2013-12-31", "--draws", "50", "--explain", "India"
    )
    assert code == 0
    assert "published 2013-07-01" in out


def test_an_import_changes_what_rank_knows(capsys, tmp_path):
    path = tmp_path / "social.csv"
    path.write_text("iso3,year,indicator,value\nIND,2013,sns_pct_of_internet_users,90\n")
    assert answer(capsys, "import", "csv", str(path), "--mapping", "pew")[0] == 0
    _, out, _ = answer(capsys, "rank", "--as-of", "2014-04-23", "--draws", "50", "--json")
    assert json.loads(out)["not_scored"] == []
    _, out, _ = answer(capsys, "rank", "--as-of", "2013-12-31", "--draws", "50", "--json")
    assert json.loads(out)["not_scored"] == ["social"]


def test_a_bad_import_names_row_and_column(capsys, tmp_path):
    path = tmp_path / "social.csv"
    path.write_text("iso3,year,indicator,value\nIND,2013,sns_pct_of_internet_users,900\n")
    code, _, err = answer(capsys, "import", "csv", str(path), "--mapping", "pew")
    assert code == 50
    assert "row 2, column value" in err


def test_import_list_tells_licences(capsys):
    code, out, _ = answer(capsys, "import", "list")
    assert code == 0
    assert "CC BY-SA 3.0" in out


@pytest.mark.parametrize("service", ["calls", "wifi"])
def test_rank_for_a_service_tells_what_is_not_scored(capsys, service):
    code, out, _ = answer(capsys, "rank", "--for", service, "--draws", "50", "--top", "3")
    assert code == 0
    assert "not scored" in out


def test_a_launch_file_initialises_a_hub(capsys, tmp_path):
    launch, hub = tmp_path / "launch.json", tmp_path / "hub"
    code, out, _ = answer(capsys, "launch", "--draws", "50", "--top", "3", "--out", str(launch))
    assert code == 0
    assert "numbering plan: +91" in out
    assert run(["hub", "init", "--hub", str(hub), "--launch", str(launch)]) == 0
    assert "IN India" in capsys.readouterr().out
    assert run(["hub", "regions", "--hub", str(hub)]) == 0
    assert "IN India: nothing published yet" in capsys.readouterr().out


@pytest.mark.slow
def test_a_plan_is_told_in_json_and_in_words(capsys):
    options = ("--as-of", "2014-01-31", "--draws", "50", "--paths", "200", "--years", "4")
    code, out, _ = answer(capsys, "plan", *options)
    assert code == 0
    assert "one product more than the limit" in out
    assert "Global 500" in out
    code, out, _ = answer(capsys, "plan", *options, "--json")
    assert code == 0
    assert json.loads(out)["portfolio"]["ninth"] <= 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["market.html", "market.md"])
def test_a_report_is_one_file(capsys, tmp_path, name):
    path = tmp_path / name
    code, _, _ = answer(
        capsys,
        "report",
        "--as-of",
        "2014-01-31",
        "--draws",
        "50",
        "--paths",
        "200",
        "--out",
        str(path),
    )
    assert code == 0
    assert "India" in path.read_text("utf-8")


def test_a_report_of_another_kind_is_refused(capsys, tmp_path):
    code, _, err = answer(capsys, "report", "--out", str(tmp_path / "market.pdf"))
    assert code == 2
    assert "market.pdf" in err


@pytest.mark.slow
def test_the_backtest_says_that_it_is_a_consistency_check(capsys):
    code, out, _ = answer(capsys, "backtest", "--draws", "100", "--paths", "200")
    assert code == 0
    assert "consistency check, not accuracy" in out
    assert "not graded; import surveys first" in out


HEADER = {"page": 1, "pages": 1, "per_page": 1000, "total": 1}
CONCEPTS = [{"id": name, "value": name} for name in ("Country", "Series", "Time")]
ROW = {
    "variable": [
        {"concept": "Country", "id": "IND", "value": "India"},
        {"concept": "Series", "id": "SP.POP.TOTL", "value": "Population, total"},
        {"concept": "Time", "id": "YR2024", "value": "2024"},
    ],
    "value": 1.45e9,
}
PLACE = {"capitalCity": "", "longitude": "", "latitude": ""}
KINDS = {kind: {"id": "", "value": ""} for kind in ("adminregion", "lendingType", "incomeLevel")}
WORLD = {**PLACE, **KINDS, "id": "WLD", "region": {"id": "NA"}, "iso2Code": "1W"}
USA = {**PLACE, **KINDS, "id": "USA", "region": {"id": "NAC"}, "iso2Code": "US"}


class Bank(http.server.BaseHTTPRequestHandler):
    """What wbgapi asks of the World Bank's API, answered for one country."""

    def do_GET(self):
        if "/concepts" in self.path:
            body = {**HEADER, "total": 3, "source": [{"id": "2", "concept": CONCEPTS}]}
        elif "/sources/2/time" in self.path:
            years = [{"id": "YR2024", "value": "2024"}]
            body = {
                **HEADER,
                "source": [{"id": "2", "concept": [{"id": "Time", "variable": years}]}],
            }
        elif "/country/all?" in self.path:
            body = [{**HEADER, "total": 2}, [WORLD, USA]]
        elif "/sources/" not in self.path:
            body = [HEADER, [{"id": "1", "code": "X", "name": "X", "iso2code": "XX"}]]
        else:
            body = {**HEADER, "source": {"id": "2", "name": "WDI", "data": [ROW]}}
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def bank():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v2"
    server.shutdown()
    server.server_close()


def test_a_bank_that_does_not_answer_is_a_sentence():
    with pytest.raises(HubUnreachable, match=r"did not give SP\.POP\.TOTL"):
        list(fetcher("http://127.0.0.1:1/v2")("SP.POP.TOTL", 1))


def test_the_worlds_figures_come_through_wbgapi(bank):
    rows = list(fetcher(bank)("SP.POP.TOTL", 1))
    assert [(row["economy"], row["time"], row["value"]) for row in rows] == [
        ("IND", "YR2024", 1.45e9)
    ]
