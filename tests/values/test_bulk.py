"""Many texts at once are read as one by one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy", reason="numpy comes with the hub's extra")

from proso.values.bulk import are_in_use, clean_values  # noqa: E402  after the skip
from proso.values.numbering import clean_value, row_of  # noqa: E402

lines = st.lists(
    st.text("+0123456789 _-x\r\0٢", max_size=18)
    | st.builds("+{}{}".format, st.sampled_from([1, 49, 91, 54, 999]), st.integers(0, 10**13))
    | st.integers(10**9, 10**10 - 1).map("+1{}".format)
)


@given(lines)
def test_lines_are_read_as_one_by_one(texts):
    block = "".join(f"{text}\n" for text in texts).encode()
    expected = [clean_value(line.decode()) for line in block.split(b"\n")[:-1]]
    # A digit of another script is left to the slow road, which reads it as well.
    alone = [0 if "٢" in text else value for text, value in zip(texts, expected, strict=True)]
    assert clean_values(block).tolist() == alone


def test_a_hundred_thousand_numbers_are_in_use_as_one_by_one():
    chance = random.Random(4)
    values = [chance.randrange(1, 10 ** chance.randint(1, 15)) for _ in range(100_000)]
    for value, is_in_use in zip(values, are_in_use(np.array(values, np.uint64)), strict=True):
        text = f"+{value}"
        assert bool(row_of(text[:6])[1] >> len(text) & 1) == is_in_use, value
