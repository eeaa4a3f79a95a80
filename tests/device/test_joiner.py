"""One click: online with proof, or as it was before, whatever fails and whenever."""

import asyncio

import pytest
from tests.simulators.portal_families_first import FIRST
from tests.simulators.portals import INTERNET, PROBE_BODY, PortalLink
from tests.simulators.radio import (
    STEPS,
    OpenPortal,
    SimulatedPerson,
    SimulatedRadio,
    SimulatedWeb,
    chance_of,
)

from proso.device.joiner import Joiner, JoinSettings
from proso.device.prober import Probes
from proso.device.recipes import built_in_recipes
from proso.reports.hotspot_report import JoinAssertion, Step
from proso.values.hotspot import AccessPoint, Hotspot, SignIn
from proso.values.place import Position
from proso.values.weburl import WebUrl
from proso.verdicts.join import TIME_LIMITS, State
from proso.verdicts.portal_talk import Answer
from proso.verdicts.ranking import Candidate
from proso.verdicts.scene import Acquaintance
from proso.verdicts.twins import Level, TwinReason, TwinVerdict

PROBES = Probes(
    ((WebUrl.parse(f"http://{INTERNET}/check"), PROBE_BODY),),
    WebUrl.parse(f"https://{INTERNET}/"),
)
TERMS = FIRST[0]
SETTINGS = JoinSettings(PROBES, built_in_recipes())
KNOWN = TwinVerdict(Level.KNOWN, TwinReason.KNOWN_RADIO)
SUSPICIOUS = TwinVerdict(Level.SUSPICIOUS, TwinReason.UNKNOWN_RADIO)
REFUSED = TwinVerdict(Level.REFUSED, TwinReason.DOWNGRADED)


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch):
    for state in TIME_LIMITS:
        monkeypatch.setitem(TIME_LIMITS, state, 0.05)
    monkeypatch.setattr("proso.device.joiner.FETCH_SECONDS", 0.05)
    monkeypatch.setattr("proso.device.prober.PROBE_SECONDS", 0.05)


def _candidate(bssid=1, twin=KNOWN, cautious=0.8):
    spot = Hotspot(identity=bssid, position=Position(0, 0), ssids=(b"Net",))
    return Candidate(AccessPoint(b"Net", bssid, -50), spot, twin, 0.9, cautious, 10, 2, 3)


def _click(radio, *candidates, portal=None, person=None, settings=SETTINGS):
    portal = portal or OpenPortal()
    person = person or SimulatedPerson()

    async def go():
        joiner = Joiner(radio, lambda link: SimulatedWeb(portal, radio, link), person, settings)
        return await asyncio.wait_for(joiner.join(candidates or (_candidate(),)), 20)

    return asyncio.run(go())


def test_an_open_network_is_kept_once_the_internet_is_proven():
    radio = SimulatedRadio()
    join = _click(radio)
    assert join.is_online
    assert radio.present == 1
    assert radio.orders == ["checkpoint", "activate", "keep"]
    assert join.attempts[0].sign_in is SignIn.OPEN


def test_a_portal_is_signed_in_to_after_the_person_agreed():
    radio, person, portal = SimulatedRadio(), SimulatedPerson(), PortalLink(TERMS)
    join = _click(radio, portal=portal, person=person)
    assert join.is_online
    assert len(person.asked) == 1
    assert join.attempts[0].recipe == "unifi@1"
    assert join.attempts[0].sign_in is SignIn.CONSENT


def test_a_no_to_the_terms_puts_back_what_was_before_and_tries_nothing_else():
    radio, portal = SimulatedRadio(), PortalLink(TERMS)
    person = SimulatedPerson(answer=Answer.NEVER)
    join = _click(radio, _candidate(1), _candidate(2), portal=portal, person=person)
    assert not join.is_online
    assert radio.present == "home"
    assert not portal.submissions
    assert [one.step for one in join.attempts] == [Step.CONSENT]


def test_always_is_remembered_for_exactly_these_terms():
    radio, portal = SimulatedRadio(), PortalLink(TERMS)
    person = SimulatedPerson(answer=Answer.ALWAYS)

    async def go():
        joiner = Joiner(radio, lambda link: SimulatedWeb(portal, radio, link), person, SETTINGS)
        await joiner.join((_candidate(),))
        return joiner.agreed

    assert asyncio.run(go()) == {person.asked[0].digest}


def test_the_checkpoint_waits_for_a_person_who_reads():
    radio, portal = SimulatedRadio(), PortalLink(TERMS)
    _click(radio, portal=portal)
    assert radio.checkpoint_seconds > 600


def test_a_suspicious_network_is_joined_only_when_the_person_says_so():
    radio, person = SimulatedRadio(), SimulatedPerson(permit=False)
    join = _click(radio, _candidate(twin=SUSPICIOUS), person=person)
    assert not join.is_online
    assert radio.orders == []
    assert len(person.permits) == 1
    assert _click(SimulatedRadio(), _candidate(twin=SUSPICIOUS)).is_online


def test_a_refused_network_is_never_joined():
    radio, person = SimulatedRadio(), SimulatedPerson()
    join = _click(radio, _candidate(twin=REFUSED), person=person)
    assert radio.orders == []
    assert not person.permits
    assert join.why == "no network in range is worth joining"


def test_the_next_network_is_tried_when_one_fails_and_at_most_three_are():
    radio = SimulatedRadio(fail_at="associate")
    join = _click(radio, *(_candidate(n) for n in range(1, 6)))
    assert [one.candidate.point.bssid for one in join.attempts] == [1, 2, 3]
    assert radio.present == "home"


def test_a_metered_network_is_left_unless_allowed():
    radio = SimulatedRadio(metered=True)
    join = _click(radio)
    assert (join.is_online, join.why, radio.present) == (False, "it is metered", "home")
    allowed = JoinSettings(PROBES, metered_ok=True)
    assert _click(SimulatedRadio(metered=True), settings=allowed).is_online


def test_without_a_way_back_nothing_is_touched():
    radio = SimulatedRadio(fail_at="checkpoint")
    join = _click(radio)
    assert radio.orders == ["checkpoint"]
    assert radio.present == "home"
    assert "could not be secured" in join.why


@pytest.mark.parametrize("how", ["error", "hang", "lost"])
@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_fails_what_was_before_is_back(step, how):
    radio = SimulatedRadio(fail_at=step, fail_how=how)
    join = _click(radio, portal=PortalLink(TERMS))
    assert not join.is_online
    assert radio.present == "home"
    assert radio.checkpoint is None
    assert join.is_restored


def test_a_way_back_that_fails_is_said():
    radio = SimulatedRadio(fail_at="associate")
    radio.rollback_fails = True
    join = _click(radio, _candidate(1), _candidate(2))
    assert not join.is_restored
    assert len(join.attempts) == 1
    assert radio.checkpoint == "home"  # the system's own timer still has it


def test_a_tampered_link_is_reported_as_a_twin():
    class Imitating(OpenPortal):
        is_open = False

    join = _click(SimulatedRadio(), portal=Imitating())
    assert join.attempts[0].assertion is JoinAssertion.TWIN


def test_a_portal_that_lost_its_encryption_is_not_signed_in_to():
    acquaintances = {b"Net": Acquaintance(portal_host="192.168.7.1", portal_secure=True)}
    settings = JoinSettings(PROBES, built_in_recipes(), acquaintances)
    radio, portal = SimulatedRadio(), PortalLink(TERMS)
    join = _click(radio, portal=portal, settings=settings)
    assert not portal.submissions
    assert radio.present == "home"
    assert not join.is_online


@pytest.mark.parametrize("after", [0.0, 0.001, 0.01, 0.03])
def test_ctrl_c_rolls_back_before_it_ends(after):
    radio = SimulatedRadio(fail_at="proof", fail_how="hang")

    async def go():
        joiner = Joiner(
            radio, lambda link: SimulatedWeb(PortalLink(TERMS), radio, link), SimulatedPerson(),
            SETTINGS,
        )  # fmt: skip
        task = asyncio.create_task(joiner.join((_candidate(),)))
        await asyncio.sleep(after)
        task.cancel()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert radio.present == "home"
    assert radio.checkpoint is None


def test_a_person_who_never_answers_ends_as_a_no(monkeypatch):
    monkeypatch.setattr("proso.device.joiner.PERSON_SECONDS", 0.05)
    radio, portal = SimulatedRadio(), PortalLink(TERMS)
    join = _click(radio, portal=portal, person=SimulatedPerson(delay=60))
    assert not join.is_online
    assert radio.present == "home"


def random_failure(seed):
    """One click with something failing at a random step, in a random way, at a random moment."""
    chance = chance_of(seed)
    specs = [spec for spec in FIRST if spec.is_free]
    radio = SimulatedRadio(
        present=chance.choice(["home", "office", "", "mobile"]),
        fail_at=chance.choice(STEPS),
        fail_how=chance.choice(["error", "hang", "lost"]),
    )
    portal = PortalLink(chance.choice(specs)) if chance.random() < 0.7 else OpenPortal()
    person = SimulatedPerson(answer=chance.choice(list(Answer)), permit=chance.random() < 0.5)
    candidates = tuple(
        _candidate(n, chance.choice([KNOWN, SUSPICIOUS, REFUSED])) for n in range(1, 5)
    )

    async def go():
        joiner = Joiner(radio, lambda link: SimulatedWeb(portal, radio, link), person, SETTINGS)
        task = asyncio.create_task(joiner.join(candidates))
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() * 0.05)
            task.cancel()
        return (await asyncio.gather(task, return_exceptions=True))[0]

    return radio, asyncio.run(go())


@pytest.mark.slow
def test_after_500_random_failures_the_connection_is_as_before_every_time():
    for seed in range(500):
        radio, join = random_failure(seed)
        if isinstance(join, BaseException) or not join.is_online:
            assert radio.present == radio.before, f"seed {seed}"
            assert radio.checkpoint is None, f"seed {seed}"
        else:
            assert join.state is State.ONLINE


def test_a_few_random_failures_leave_the_connection_as_before():
    for seed in range(1000, 1030):
        radio, join = random_failure(seed)
        if isinstance(join, BaseException) or not join.is_online:
            assert radio.present == radio.before, f"seed {seed}"
