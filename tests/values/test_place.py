"""Positions: what is one, and where another lies from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proso.errors import BadPlace
from proso.values.place import Position

PARIS, LONDON = Position(48.8566, 2.3522), Position(51.5074, -0.1278)
positions = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


def test_paris_to_london_is_344_kilometres_to_the_north_west():
    assert PARIS.distance_m(LONDON) == pytest.approx(343_600, rel=0.002)
    assert PARIS.direction(LONDON) == "NW"
    assert LONDON.direction(PARIS) == "SE"


@pytest.mark.parametrize("text", ["48.8583,2.2945", " 48.8583 ; 2.2945 ", "48.8583 2.2945"])
def test_a_pair_of_degrees_is_read(text):
    assert Position.parse(text) == Position(48.8583, 2.2945)


@pytest.mark.parametrize(
    "text", ["", "Paris", "48.8", "91,0", "0,181", "nan,nan", "1e9,1", "1,2,3"]
)
def test_what_is_no_place_on_the_earth_is_refused_in_a_sentence(text):
    with pytest.raises(BadPlace, match="expected"):
        Position.parse(text)


@given(positions, positions)
def test_distance_is_symmetric_and_within_half_the_earth(one, other):
    assert one.distance_m(other) == pytest.approx(other.distance_m(one), abs=1e-3)
    assert 0 <= one.distance_m(other) <= 20_015_200


@given(positions, positions)
def test_a_bearing_is_a_compass_direction(one, other):
    assert 0 <= one.bearing(other) <= 360


def test_a_position_does_not_print_itself_into_a_log():
    assert "48" not in f"{PARIS!r} {PARIS}"
