"""Every emulated portal: signed in to where that is free, named rightly where it is not."""

import pytest
from tests.simulators.portal_families_first import FIRST
from tests.simulators.portal_families_later import LATER
from tests.simulators.portals import PortalLink
from tests.simulators.visitor import visit

from proso.device.recipes import built_in_recipes
from proso.verdicts.portal_talk import Answer

PORTALS = [*FIRST, *LATER]
FREE = [spec for spec in PORTALS if spec.is_free]
OTHERS = [spec for spec in PORTALS if not spec.is_free]
RECIPES = built_in_recipes()


def _named(specs):
    return pytest.mark.parametrize("spec", specs, ids=lambda spec: spec.name)


def test_the_corpus_is_as_large_as_it_is_said_to_be():
    assert len(PORTALS) >= 40
    assert len({spec.family for spec in PORTALS}) >= 12
    assert len({spec.name for spec in PORTALS}) == len(PORTALS)


@_named(FREE)
def test_a_free_portal_is_signed_in_to_and_the_internet_is_proven(spec):
    link = PortalLink(spec)
    done = visit(link, RECIPES)
    assert done.finished.is_online, done.finished.why
    assert link.is_open


@_named(PORTALS)
def test_nothing_is_submitted_before_the_person_is_asked(spec):
    link = PortalLink(spec)
    assert visit(link, RECIPES).unasked == 0


@_named(PORTALS)
def test_nothing_is_submitted_when_the_person_does_not_agree(spec):
    link = PortalLink(spec)
    done = visit(link, RECIPES, answer=Answer.NEVER)
    assert not link.submissions
    assert not done.finished.is_online


@_named(PORTALS)
def test_no_personal_data_is_sent(spec):
    link = PortalLink(spec)
    visit(link, RECIPES)
    assert not link.personal


@_named(OTHERS)
def test_what_cannot_be_done_is_named(spec):
    done = visit(PortalLink(spec), RECIPES)
    assert not done.finished.is_online
    assert done.finished.sign_in is spec.expect
    assert done.finished.why


@_named(FREE)
def test_what_was_agreed_to_for_always_is_not_asked_again(spec):
    asked = visit(PortalLink(spec), RECIPES).asked
    standing = frozenset(one.digest for one in asked)
    again = visit(PortalLink(spec), RECIPES, standing=standing, answer=Answer.NEVER)
    assert again.finished.is_online
    assert not again.asked


def test_changed_terms_are_asked_about_again():
    from dataclasses import replace

    spec = FREE[0]
    standing = frozenset(one.digest for one in visit(PortalLink(spec), RECIPES).asked)
    pages = {path: body.replace("be kind", "sell your data") for path, body in spec.pages.items()}
    again = visit(PortalLink(replace(spec, pages=pages)), RECIPES, standing=standing)
    assert len(again.asked) == 1
    assert "sell your data" in again.asked[0].terms


def test_a_box_for_advertising_is_left_alone():
    spec = next(one for one in FREE if "newsletter" in "".join(one.pages.values()))
    link = PortalLink(spec)
    sent = []
    fetch = link.fetch
    link.fetch = lambda request: (sent.extend(request.fields), fetch(request))[1]
    visit(link, RECIPES)
    names = [name for name, _ in sent]
    assert "rules" in names
    assert "newsletter" not in names
