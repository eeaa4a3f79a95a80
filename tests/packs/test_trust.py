"""What follows from a genuine statement: which files to fetch, and what may never be installed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.errors import RolledBack, UpdateRefused
from proso.packs.layout import Kind
from proso.packs.trust import (
    REQUEST_BYTES,
    Delta,
    Held,
    Offer,
    WayKind,
    custom_of,
    parse_offer,
    reference_time,
    useful_deltas,
    ways_to,
)

AT = datetime(2026, 11, 24, tzinfo=UTC)
deltas = st.lists(
    st.builds(
        lambda base, step, size: Delta(base, base + step, size),
        st.integers(1, 30),
        st.integers(1, 8),
        st.integers(1, 50_000),
    ),
    max_size=60,
    unique_by=lambda one: (one.base, one.serial),
)


def offer(serial=40, *, travel=100_000, size=300_000, steps=()):
    return Offer(
        region="US",
        kind=Kind.NUMBERS,
        serial=serial,
        size_bytes=size,
        sha256="a" * 64,
        travel_bytes=travel,
        deltas=tuple(steps),
    )


def held(serial, sha256="b" * 64):
    return Held(serial=serial, sha256=sha256, as_of=AT)


def test_who_has_it_already_fetches_nothing():
    assert ways_to(offer(), held(40, "a" * 64)) == ()


def test_who_has_nothing_takes_the_travel_file():
    (first, last) = ways_to(offer(), None)
    assert (first.kind, last.kind) == (WayKind.TRAVEL, WayKind.WHOLE)
    assert first.files == ("packs/US/numbers-40.travel",)


def test_the_cheapest_chain_is_taken_and_not_the_shortest():
    steps = [Delta(37, 40, 9_000), Delta(37, 38, 1_000), Delta(38, 40, 1_000)]
    way = ways_to(offer(steps=steps), held(37))[0]
    assert way.files == ("packs/US/numbers-37-38.delta", "packs/US/numbers-38-40.delta")
    assert (way.size_bytes, way.cost_bytes) == (2_000, 2_000 + 2 * REQUEST_BYTES)


def test_many_tiny_deltas_cost_their_requests():
    steps = [Delta(n, n + 1, 10) for n in range(1, 40)]
    assert ways_to(offer(travel=5_000, steps=steps), held(1))[0].kind is WayKind.TRAVEL


def test_a_chain_dearer_than_the_whole_is_only_the_second_choice():
    ways = ways_to(offer(steps=[Delta(39, 40, 150_000)]), held(39))
    assert [way.kind for way in ways] == [WayKind.TRAVEL, WayKind.DELTAS, WayKind.WHOLE]


@pytest.mark.parametrize("have", [41, 1_000])
def test_a_later_serial_is_never_given_up(have):
    with pytest.raises(RolledBack, match="serial 40"):
        ways_to(offer(), held(have))


def test_the_same_serial_with_other_contents_is_no_update():
    with pytest.raises(RolledBack, match="other contents"):
        ways_to(offer(), held(40))


@given(deltas, st.integers(1, 38), st.integers(39, 60))
def test_a_chain_leads_from_what_is_installed_to_what_is_offered(steps, have, serial):
    fits = [one for one in steps if one.serial <= serial]
    for way in ways_to(offer(serial, steps=fits), held(have)):
        if way.kind is WayKind.DELTAS:
            at = have
            for path in way.files:
                base, _, to = path.removeprefix("packs/US/numbers-")[:-6].partition("-")
                assert int(base) == at
                at = int(to)
            assert at == serial


@given(deltas, st.integers(20, 38))
def test_the_useful_deltas_lead_as_cheaply_as_all_of_them(steps, serial):
    fits = [one for one in steps if one.serial <= serial]
    few = useful_deltas(fits, serial=serial, oldest=1)
    assert len({one.base for one in few}) == len(few)
    for have in range(1, serial):
        cost = [
            {way.kind: way.cost_bytes for way in ways_to(offer(serial, steps=some), held(have))}
            for some in (fits, few)
        ]
        assert cost[0] == cost[1]


@given(deltas)
def test_a_statement_comes_back_as_it_was_made(steps):
    made = offer(60, steps=sorted(steps))
    again = parse_offer(
        "US",
        Kind.NUMBERS,
        size_bytes=made.size_bytes,
        sha256=made.sha256,
        custom=custom_of(made) | {"later": "addition"},
    )
    assert again == made


@given(
    st.dictionaries(
        st.sampled_from(["serial", "travel", "deltas", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
            lambda inner: st.lists(inner, max_size=4),
            max_leaves=8,
        ),
    ),
    st.integers(-1, 300_000_000),
    st.none() | st.text(max_size=70),
)
def test_any_signed_nonsense_is_a_statement_or_a_refusal(custom, size, digest):
    try:
        made = parse_offer("US", Kind.NUMBERS, size_bytes=size, sha256=digest, custom=custom)
    except UpdateRefused:
        return
    assert made.serial >= 1
    assert 1 <= made.size_bytes <= 200_000_000


def test_time_never_falls_behind_what_is_known_to_have_passed():
    later = AT + timedelta(days=3)
    assert reference_time(AT, None) == AT
    assert reference_time(AT, later, None) == later
    assert reference_time(later, AT) == later
