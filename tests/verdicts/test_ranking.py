"""Which network comes first, and what never does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.values.hotspot import AccessPoint, Fee, History, Hotspot, Security, SignIn
from proso.values.place import Position
from proso.verdicts.ranking import Candidate, Knowledge, pooled, rank
from proso.verdicts.scene import Scene
from proso.verdicts.twins import Level

HERE = Position(48.8566, 2.3522)
UNTRIED, NOTHING = History(), Knowledge()
GOOD, BAD, NEW = b"Good", b"Bad", b"New"


def _spot(name, history=UNTRIED, **more):
    return Hotspot(
        identity=sum(name), position=HERE, ssids=(name,), **({"history": history} | more)
    )


def _point(name, dbm=-60.0, bssid=None, security=Security.OPEN):
    return AccessPoint(name, bssid or sum(name), dbm, 2412, security)


def _ranked(points, spots, knowledge=NOTHING, hour=12):
    names = frozenset(name for spot in spots for name in spot.ssids)
    scene = Scene(
        tuple(points), HERE, near=tuple((10.0, spot) for spot in spots), listed_names=names
    )
    return rank(scene, knowledge, hour=hour)


def _names(candidates):
    return [one.point.ssid for one in candidates]


def test_a_good_record_beats_a_strong_signal():
    spots = [_spot(GOOD, History(95, 5)), _spot(BAD, History(20, 80))]
    assert _names(_ranked([_point(BAD, -40), _point(GOOD, -65)], spots)) == [GOOD, BAD]


def test_two_lucky_attempts_do_not_overtake_two_hundred():
    spots = [_spot(GOOD, History(180, 20)), _spot(NEW, History(2, 0))]
    assert _names(_ranked([_point(NEW), _point(GOOD)], spots)) == [GOOD, NEW]


def test_a_network_of_a_good_programme_beats_one_of_a_bad_one_before_anybody_tried():
    spots = [_spot(GOOD, programme="library"), _spot(BAD, programme="kiosk")]
    known = Knowledge({"library": History(900, 100), "kiosk": History(300, 700)})
    assert _names(_ranked([_point(BAD, -50), _point(GOOD)], spots, known)) == [GOOD, BAD]


def test_the_hour_of_the_day_counts():
    evening = _spot(GOOD, History(90, 10), hourly=((20, History(1, 30)),))
    spots = [evening, _spot(BAD, History(70, 30))]
    points = [_point(GOOD), _point(BAD)]
    assert _names(_ranked(points, spots, hour=12)) == [GOOD, BAD]
    assert _names(_ranked(points, spots, hour=20)) == [BAD, GOOD]


def test_a_signal_too_weak_to_carry_anything_loses():
    spots = [_spot(GOOD, History(95, 5)), _spot(BAD, History(60, 40))]
    assert _names(_ranked([_point(GOOD, -92), _point(BAD, -60)], spots)) == [BAD, GOOD]


def test_what_this_device_met_itself_counts():
    spots = [_spot(GOOD), _spot(BAD)]
    known = Knowledge(own={sum(GOOD): History(3, 0), sum(BAD): History(0, 3)})
    assert _names(_ranked([_point(BAD, -50), _point(GOOD)], spots, known)) == [GOOD, BAD]


def test_the_faster_of_two_equals_comes_first():
    spots = [
        _spot(BAD, History(50, 5, mbit=1.0)),
        _spot(GOOD, History(50, 5, mbit=50.0)),
    ]
    assert _names(_ranked([_point(BAD), _point(GOOD)], spots)) == [GOOD, BAD]


@pytest.mark.parametrize("sign_in", [SignIn.ACCOUNT, SignIn.PAYMENT, SignIn.SMS, SignIn.BROKEN])
def test_what_needs_an_account_or_money_comes_after_what_does_not(sign_in):
    spots = [_spot(BAD, sign_in=sign_in), _spot(GOOD, sign_in=SignIn.CONSENT)]
    assert _names(_ranked([_point(BAD), _point(GOOD)], spots)) == [GOOD, BAD]


def test_a_network_for_customers_comes_after_an_equal_one_for_all():
    spots = [_spot(BAD, fee=Fee.CUSTOMERS), _spot(GOOD, fee=Fee.FREE)]
    assert _names(_ranked([_point(BAD), _point(GOOD)], spots)) == [GOOD, BAD]


def test_a_suspicious_network_comes_after_all_that_need_no_question():
    candidates = _ranked([_point(NEW, -30), _point(GOOD, -80)], [_spot(GOOD)])
    assert _names(candidates) == [GOOD, NEW]
    assert candidates[1].twin.level is Level.SUSPICIOUS


def test_a_refused_network_is_shown_last_and_is_not_worth_joining():
    clones = [_point(GOOD), replace(_point(GOOD), frequency_mhz=2462)]
    candidates = _ranked([*clones, _point(BAD)], [_spot(GOOD, History(99, 1)), _spot(BAD)])
    assert _names(candidates) == [BAD, GOOD]
    assert not candidates[1].is_worth_joining


@pytest.mark.parametrize("security", [Security.PSK, Security.SAE, Security.WEP])
def test_networks_with_a_secret_are_not_offered(security):
    assert not _ranked([_point(GOOD, security=security)], [_spot(GOOD)])


def test_hidden_networks_are_not_offered():
    assert not _ranked([_point(b""), _point(b"\0\0")], [])


def test_one_network_with_many_radios_is_one_entry_by_its_best_radio():
    points = [_point(GOOD, -80, bssid=1), _point(GOOD, -50, bssid=2)]
    (only,) = _ranked(points, [_spot(GOOD)])
    assert only.point.bssid == 2


def test_the_sentence_says_what_it_rests_on():
    (one,) = _ranked([_point(GOOD)], [_spot(GOOD, History(95, 5, 0.7, 0.4))])
    assert one.text == "online in 94% of 100 attempts, usually within 2 s"
    (new,) = _ranked([_point(NEW)], [_spot(NEW)])
    assert new.text == "nobody reported it yet; networks like it work 60% of the time"


histories = st.builds(
    History,
    st.floats(0, 500),
    st.floats(0, 500),
    st.floats(-1, 3),
    st.floats(0, 1.5),
    st.none() | st.floats(0.1, 900),
)
towns = st.lists(
    st.tuples(histories, st.floats(-100, -20), st.sampled_from(SignIn)), min_size=1, max_size=8
)


def _town(rows):
    spots = [
        _spot(b"n%d" % i, history, sign_in=sign_in) for i, (history, _, sign_in) in enumerate(rows)
    ]
    points = [_point(b"n%d" % i, dbm, bssid=i + 1) for i, (_, dbm, _) in enumerate(rows)]
    return points, spots


@given(towns, st.integers(0, 23))
def test_every_network_is_ranked_once_and_chances_are_chances(rows, hour):
    candidates = _ranked(*_town(rows), hour=hour)
    assert len(candidates) == len(rows)
    assert all(isinstance(one, Candidate) and 0 <= one.cautious <= 1 for one in candidates)
    assert all(one.cautious <= one.chance + 1e-9 for one in candidates)
    assert all(one.cost > 0 and one.text for one in candidates)


@given(towns, st.randoms())
def test_the_order_of_the_scan_does_not_matter(rows, shuffler):
    points, spots = _town(rows)
    expected = _names(_ranked(points, spots))
    shuffler.shuffle(points)
    assert _names(_ranked(points, spots)) == expected


@given(towns)
def test_one_more_success_never_worsens_a_network(rows):
    points, spots = _town(rows)
    before = {one.point.bssid: one.cautious for one in _ranked(points, spots)}
    first = spots[0].history
    spots[0] = replace(spots[0], history=replace(first, succeeded=first.succeeded + 1))
    after = {one.point.bssid: one.cautious for one in _ranked(points, spots)}
    assert after[1] >= before[1] - 1e-9


def test_histories_are_pooled_by_their_successes():
    both = pooled([History(9, 1, 1.0, 0.5, 10.0), History(1, 9, 2.0, 0.5)])
    assert (both.succeeded, both.failed, both.mbit) == (10, 10, 10.0)
    assert both.mean_log_seconds == pytest.approx(1.1)
    assert pooled([]) == History()
