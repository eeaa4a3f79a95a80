"""Packs as bytes and files; what a stranger may do to them is in tests/attacks."""

import hashlib
import struct
from datetime import timedelta

import pytest

from proso.device.packfile import open_pack
from proso.errors import BadPack, Misuse, PackOfOtherRegion, PackTooNew
from proso.packs.codec import decode, encode
from proso.packs.labels import MAX_LABELS
from proso.packs.layout import MAGIC
from proso.values.listing import (
    CATEGORIES,
    FRESHNESS_STEPS,
    LISTINGS,
    RATING_STEPS,
    SAMPLE_STEPS,
    Category,
    Label,
)
from proso.values.number import NumberRange

LABEL = Label.rounded(category=Category.SCAM, rating=0.97)


@pytest.fixture
def make_bytes(now):
    def make(numbers=(), ranges=(), **more) -> bytes:
        fields = {"region": "US", "serial": 1, "as_of": now, "rule_version": "r"}
        return encode(**(fields | more), numbers=numbers, ranges=ranges)

    return make


def _sealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def test_the_header_comes_back_as_it_went_in(make_bytes, now):
    header = decode(make_bytes(serial=2**64 - 1, rule_version="régle-1")).header
    assert (header.region, header.serial, header.as_of) == ("US", 2**64 - 1, now)
    assert (header.rule_version, header.numbers, header.ranges) == ("régle-1", 0, 0)


def test_time_is_cut_to_whole_seconds(make_bytes, now):
    assert decode(make_bytes(as_of=now + timedelta(milliseconds=900))).header.as_of == now


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("listing", LISTINGS)
def test_every_step_of_a_label_comes_back(make_bytes, category, listing):
    fresh = (None, *FRESHNESS_STEPS)
    labels = [
        Label(category, rating / 100, size, fresh[i % len(fresh)], listing)
        for i, (rating, size) in enumerate((r, s) for r in RATING_STEPS for s in SAMPLE_STEPS)
    ]
    numbers = [(12_000_000_000 + i, label) for i, label in enumerate(labels)]
    pack = decode(make_bytes(numbers))
    assert [(number.value, label) for number, label in pack.numbers()] == numbers


def test_numbers_out_of_order_are_a_bug_of_the_caller(make_bytes):
    for values in ((12025550102, 12025550101), (12025550101, 12025550101)):
        with pytest.raises(Misuse):
            make_bytes([(value, LABEL) for value in values])


def test_more_labels_than_a_byte_holds_are_a_bug_of_the_caller(make_bytes):
    labels = [Label(c, r / 100, s, None) for c in CATEGORIES for r in RATING_STEPS for s in (0, 1)]
    numbers = [(12_000_000_000 + i, label) for i, label in enumerate(labels)]
    assert len(decode(make_bytes(numbers[:MAX_LABELS])).labels) == MAX_LABELS
    with pytest.raises(Misuse):
        make_bytes(numbers[: MAX_LABELS + 1])


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_pack_is_read_from_any_buffer(make_bytes, kind):
    assert decode(kind(make_bytes([(12025550101, LABEL)]))).find(12025550101).label == LABEL


def test_a_newer_format_is_said_so_before_its_digest_is_looked_at(make_bytes):
    data = bytearray(make_bytes())
    struct.pack_into("<H", data, 8, 2)
    with pytest.raises(PackTooNew):
        decode(data)


def test_the_magic_alone_is_no_pack():
    with pytest.raises(BadPack):
        decode(_sealed(MAGIC))


def test_surplus_bytes_after_the_last_section_are_refused(make_bytes):
    with pytest.raises(BadPack):
        decode(_sealed(make_bytes()[:-32] + bytes(8)))


def test_a_label_nobody_uses_is_refused(make_bytes):
    two = [(12025550101, LABEL), (12025550102, Label.rounded(category=Category.LOAN, rating=0.9))]
    data = bytearray(make_bytes(two)[:-32])
    place = len(data) - 8  # the codes are the last section: two bytes and padding
    assert sorted(data[place : place + 2]) == [0, 1]
    data[place : place + 2] = b"\0\0"
    with pytest.raises(BadPack):
        decode(_sealed(bytes(data)))


def test_a_series_and_a_block_of_the_same_prefix_are_two_entries(make_bytes):
    ranges = [(NumberRange(1202), LABEL), (NumberRange(1202, 11), LABEL)]
    pack = decode(make_bytes(ranges=ranges))
    assert [subject.digits for subject, _ in pack.ranges()] == [0, 11]


def test_a_pack_is_opened_from_its_file(tmp_path, make_bytes):
    (tmp_path / "US.pack").write_bytes(make_bytes([(12025550101, LABEL)]))
    for region in (None, "US"):
        assert open_pack(tmp_path / "US.pack", region=region).find(12025550101).label == LABEL


def test_a_pack_of_another_region_is_refused(tmp_path, make_bytes):
    (tmp_path / "p.pack").write_bytes(make_bytes(region="DE"))
    with pytest.raises(PackOfOtherRegion):
        open_pack(tmp_path / "p.pack", region="US")


@pytest.mark.parametrize("name", ["missing.pack", ""])
def test_a_file_that_is_not_there_or_a_folder_is_no_pack(tmp_path, name):
    with pytest.raises(BadPack):
        open_pack(tmp_path / name)


def test_an_open_pack_outlives_the_file_that_replaces_it(tmp_path, make_bytes):
    (tmp_path / "US.pack").write_bytes(make_bytes([(12025550101, LABEL)]))
    pack = open_pack(tmp_path / "US.pack")
    (tmp_path / "new").write_bytes(make_bytes())
    (tmp_path / "new").replace(tmp_path / "US.pack")
    assert pack.find(12025550101) is not None
    assert open_pack(tmp_path / "US.pack").find(12025550101) is None
