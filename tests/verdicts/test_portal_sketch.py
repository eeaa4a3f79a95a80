"""A sketch helps to write a recipe and tells nothing of anybody."""

import json

import pytest
from tests.simulators.portal_families_first import FIRST
from tests.simulators.portal_families_later import LATER
from tests.simulators.portals import PortalLink
from tests.simulators.visitor import visit

from proso.device.recipes import built_in_recipes
from proso.values.hotspot import SignIn
from proso.values.weburl import WebUrl
from proso.verdicts.pages import read_page
from proso.verdicts.portal_sketch import sketch
from proso.verdicts.portal_talk import Answer, Finished

URL = "http://portal.example/guest/s/7f3a9c21be/login/12?mac=00:11:22&id=anna%40home.example"
BODY = b"""<form action="/auth/7f3a9c21be77" method=post><input type=hidden name=token
value="s3cr3t-7f3a9c21be"><input type=email name=email value="anna@home.example" required>
<input type=submit name=ok value="Connect room 1204"></form><a href=/t>Terms</a>"""


def test_values_tokens_and_words_are_left_out():
    page = read_page(WebUrl.parse(URL), BODY)
    made = sketch(Finished(is_online=False, sign_in=SignIn.ACCOUNT, page=page))
    text = json.dumps(made)
    for secret in ("anna", "s3cr3t", "7f3a9c21be", "00:11:22", "1204"):
        assert secret not in text
    assert made["path"] == "/guest/s/*/login/*"
    assert made["query"] == ["id", "mac"]
    assert [one["name"] for one in made["forms"][0]["fields"]] == ["token", "email"]
    assert made["forms"][0]["buttons"] == [["ok", "Connect room *"]]


def test_without_a_page_there_is_no_sketch():
    assert sketch(Finished(is_online=False, sign_in=SignIn.BROKEN)) is None


@pytest.mark.parametrize("spec", [*FIRST, *LATER], ids=lambda spec: spec.name)
def test_every_portal_that_was_left_gives_a_sketch_that_is_json(spec):
    ended = visit(PortalLink(spec), built_in_recipes(), answer=Answer.NEVER).finished
    made = sketch(ended)
    assert json.loads(json.dumps(made)) == made
    assert made["forms"] or made["links"] or made["outer_script"] or made["inline_script"]
