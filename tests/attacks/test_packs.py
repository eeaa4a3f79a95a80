"""What a stranger's mirror may do to a pack, and what comes of it."""

import hashlib
import os
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proso.device.packfile import open_pack
from proso.errors import BadPack, PackOfOtherRegion, PackTooNew
from proso.packs.build import Listed, build
from proso.packs.codec import decode, encode
from proso.values.listing import Category, Label, Listing
from proso.values.number import NumberRange, PhoneNumber

EXAMPLES = 5000 if os.environ.get("PROSO_SOAK") else 200
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
SPAM = Label.rounded(category=Category.SCAM, rating=0.96, sample_size=12, age_days=2)
CLEAR = Label.rounded(category=Category.OTHER, rating=0.1, listing=Listing.CLEARED)


def _pack() -> bytes:
    rows = [
        Listed(PhoneNumber(12025550101), SPAM),
        Listed(PhoneNumber(12025550102), CLEAR),
        Listed(PhoneNumber(12025650000), SPAM),
        Listed(NumberRange.parse("+1310555####"), SPAM),
        Listed(NumberRange.parse("+1310*"), CLEAR),
    ]
    return build(rows, region="US", serial=7, as_of=AS_OF, rule_version="t")


def _sealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def _again(data: bytes) -> bytes:
    pack = decode(data)
    header = pack.header
    return encode(
        region=header.region,
        serial=header.serial,
        as_of=header.as_of,
        rule_version=header.rule_version,
        numbers=[(number.value, label) for number, label in pack.numbers()],
        ranges=list(pack.ranges()),
    )


def test_a_pack_decodes_to_the_bytes_it_came_from():
    assert _again(_pack()) == _pack()


def test_every_flipped_byte_is_noticed():
    data = _pack()
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 0x41
        with pytest.raises(BadPack):
            decode(bytes(broken))


def test_every_truncation_is_noticed():
    data = _pack()
    for size in range(len(data)):
        with pytest.raises(BadPack):
            decode(data[:size])


@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_a_forger_who_seals_what_was_flipped_gets_a_refusal_or_a_canonical_pack(flip):
    body = _pack()[:-32]
    for place in range(len(body)):
        broken = bytearray(body)
        broken[place] ^= flip
        data = _sealed(bytes(broken))
        try:
            pack = decode(data)
        except BadPack:
            continue
        for value in (12025550101, 12025650000, 13105550144, 1_000, 10**15 - 1):
            pack.find(value)
            pack.find_all(value)
        assert _again(data) == data


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_of_no_pack_are_refused(data):
    with pytest.raises(BadPack):
        decode(data)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=300))
def test_a_sealed_body_of_noise_is_refused(noise):
    with pytest.raises(BadPack):
        decode(_sealed(_pack()[:104] + noise))


def test_a_pack_of_a_newer_format_says_so():
    body = bytearray(_pack()[:-32])
    struct.pack_into("<H", body, 8, 2)
    with pytest.raises(PackTooNew):
        decode(_sealed(bytes(body)))


def test_counts_of_billions_are_refused_without_taking_memory():
    for offset, form in ((32, "<Q"), (40, "<Q"), (48, "<I"), (52, "<I"), (56, "<I")):
        body = bytearray(_pack()[:-32])
        struct.pack_into(form, body, offset, 2**32 - 1)
        with pytest.raises(BadPack):
            decode(_sealed(bytes(body)))


def test_an_empty_file_is_no_pack(tmp_path):
    (tmp_path / "US.pack").write_bytes(b"")
    with pytest.raises(BadPack):
        open_pack(tmp_path / "US.pack")


def test_a_pack_of_another_region_is_refused(tmp_path):
    (tmp_path / "DE.pack").write_bytes(_pack())
    with pytest.raises(PackOfOtherRegion):
        open_pack(tmp_path / "DE.pack", region="DE")


def test_a_pack_without_entries_finds_nothing():
    pack = decode(build([], region="US", serial=1, as_of=AS_OF, rule_version=""))
    assert pack.find(12025550101) is None
    assert not list(pack.numbers())
