import json
import warnings
from datetime import UTC, datetime

import pytest

from proso.errors import StoreFull
from proso.hub.app import create_app
from proso.hub.publish import publish

with warnings.catch_warnings():
    # starlette would rather have httpx2; the phone's web client has httpx.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def client(store):
    with TestClient(create_app(store)) as made:
        yield made


@pytest.fixture
def fields(make_report):
    now = datetime.now(UTC).replace(microsecond=0)
    return lambda name, **more: make_report(name, at=now).as_fields() | more


def test_a_report_is_taken_and_a_second_sending_is_nothing_new(client, store, fields):
    answer = client.post("/reports", json=fields("a"))
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "new": 1, "refused": []})
    assert client.post("/reports", json=[fields("a")]).json()["new"] == 0
    assert store.counts()["reports"] == 1


def test_a_bad_row_costs_only_itself(client, store, fields):
    answer = client.post("/reports", json=[fields("a"), fields("b", subject="banana"), fields("c")])
    body = answer.json()
    assert (body["accepted"], body["new"]) == (2, 2)
    assert [one["row"] for one in body["refused"]] == [2]
    assert body["refused"][0]["why"]
    assert store.counts()["reports"] == 2


def test_an_empty_list_is_fine(client):
    assert client.post("/reports", json=[]).json() == {"accepted": 0, "new": 0, "refused": []}


BODIES = [b"", b"banana", b"[" * 100_000, b"\xff\xfe", b"7", b"[7]", b'"text"', b"null", b"[[]]"]


@pytest.mark.parametrize("body", BODIES, ids=[repr(body[:8]) for body in BODIES])
def test_what_is_no_report_is_answered_with_problem_details(client, body):
    answer = client.post("/reports", content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["title"], problem["status"]) == (
        "about:blank",
        "BadReport",
        400,
    )
    assert problem["detail"]


def test_a_body_of_more_than_a_megabyte_is_refused(client, store):
    answer = client.post("/reports", content=b"[" + b" " * 1_000_001 + b"]")
    assert answer.status_code == 400
    assert "megabyte" in answer.json()["detail"]
    assert store.counts()["reports"] == 0


def test_a_megabyte_of_empty_reports_is_refused_at_once(client):
    answer = client.post("/reports", content=b"[" + b"{}," * 300_000 + b"{}]")
    assert answer.status_code == 400
    assert "300,001 reports" in answer.json()["detail"]


@pytest.mark.parametrize(
    "value",
    [None, 5, [], {}, "\x00", "x" * 10_000, "\ud800", "9" * 5_000],
    ids=lambda v: repr(v)[:9],
)
@pytest.mark.parametrize("name", ["subject", "at", "region", "report_id", "reporter", "category"])
def test_no_value_of_a_field_breaks_the_hub(client, fields, name, value):
    answer = client.post("/reports", content=json.dumps([fields("a", **{name: value})]))
    assert answer.status_code == 200
    assert answer.json()["accepted"] + len(answer.json()["refused"]) == 1


def test_a_full_disk_is_said_with_507(client, store, fields, monkeypatch):
    def fail(*_, **__):
        raise StoreFull(found="no room", expected="room", remedy="wait")

    monkeypatch.setattr(store, "append", fail)
    answer = client.post("/reports", json=fields("a"))
    assert (answer.status_code, answer.json()["title"]) == (507, "StoreFull")


def test_a_published_pack_can_be_fetched_and_asked_for_again(client, store):
    assert client.get("/packs/US.pack").status_code == 404
    done = publish(store, region="US", as_of=datetime.now(UTC))
    answer = client.get("/packs/US.pack")
    assert answer.content == (store.directory / "packs" / done.release.file).read_bytes()
    again = client.get("/packs/US.pack", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/packs/../hub.sqlite", "/packs/%2e%2e/hub.sqlite", "/hub.sqlite"]
)
def test_nothing_but_packs_is_handed_out(client, path):
    assert client.get(path).status_code == 404


def test_a_hub_that_lives_says_so(client):
    assert client.get("/healthz").json() == {"status": "ok"}
