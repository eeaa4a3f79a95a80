"""Each export says what the pack says, to a reader that reads it as its consumer does."""

import csv
import io
import re
import sqlite3
import struct

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.exports.conftest import AS_OF, CLEARED, PROBES, SURE, a_pack, block, number

from proso.exports.formats import FORMATS
from proso.exports.source import Source, Tally
from proso.packs.build import Listed, build, parse_listings
from proso.packs.codec import decode
from proso.values.listing import Category, Label, Listing
from proso.values.notation import possible_lengths
from proso.values.number import NumberRange, PhoneNumber
from proso.verdicts.listed import action_of
from proso.verdicts.rules import PackPolicy

POLICY = PackPolicy()
labels = st.builds(
    Label.rounded,
    category=st.sampled_from(Category),
    rating=st.sampled_from([0.1, 0.5, 0.8, 0.85, 0.95, 0.99]),
    sample_size=st.sampled_from([0, 3, 50]),
    age_days=st.none() | st.sampled_from([1, 20]),
    listing=st.sampled_from(Listing),
)
near = st.integers(12_025_550_000, 12_025_550_099).map(str) | st.sampled_from(
    ["12025551234", "493012345", "4930123456", "911401234567"]
)
subjects = near.map(lambda text: PhoneNumber(int(text))) | st.builds(
    lambda text, cut, series: NumberRange(int(text[: len(text) - cut]), 0 if series else len(text)),
    near,
    st.integers(0, 4),
    st.booleans(),
)
rows = st.lists(st.builds(Listed, subjects, labels), max_size=12)
packs = rows.map(a_pack)


def exported(name, pack, *, limit=None, policy=POLICY):
    tally = Tally()
    form = FORMATS[name]
    pieces = list(form.write(Source(pack, policy, limit=limit or form.limit), tally))
    joined = b"" if name == "ios" else ""
    return joined.join(pieces), tally


def asked(pack, value):
    match = pack.find(value)
    action = action_of(match.label, POLICY) if match else None
    return str(action or "allow")


def is_stopped(pack, value):
    return asked(pack, value) in ("reject", "silence")


def beside(pack):
    """Numbers in and around what the pack lists."""
    values = {number.value for number, _ in pack.numbers()}
    for subject, _ in pack.ranges():
        digits = str(subject.prefix).ljust(subject.digits or 11, "5")
        values |= {int(digits), int(digits) + 1, int(digits + "0")}
    return {v for v in values | {v + 1 for v in values} | set(PROBES) if v < 10**15}


def as_csv(pack):
    text, _ = exported("csv", pack)
    again = list(parse_listings(io.StringIO(text), region="US"))
    header = pack.header
    return build(
        again,
        region=header.region,
        serial=header.serial,
        as_of=header.as_of,
        rule_version=header.rule_version,
    )


@given(rows.filter(lambda rows: all(getattr(row.subject, "size", 0) != 1 for row in rows)))
def test_a_csv_builds_the_very_pack_it_came_from(listings):  # a range of one is read as a number
    data = build(listings, region="US", serial=7, as_of=AS_OF, rule_version="r")
    assert as_csv(decode(data)) == data


@given(packs)
def test_what_is_written_and_what_is_lost_are_all_entries(pack):
    for name in ("csv", "asterisk-db", "asterisk-dialplan", "kamailio-mtree", "ios-labels"):
        _, tally = exported(name, pack)
        assert tally.numbers + tally.ranges + tally.lost.total() == len(pack), name


@given(packs, st.integers(1, 200))
def test_ios_gets_each_stopped_number_once_ascending_and_no_other(pack, limit):
    data, tally = exported("ios", pack, limit=limit)
    values = list(struct.unpack(f"<{len(data) // 8}q", data))
    assert values == sorted(set(values))
    assert all(is_stopped(pack, value) for value in values)
    assert tally.numbers == len(values) <= limit
    if not tally.lost:
        assert all(value in values for value in beside(pack) if is_stopped(pack, value))


def test_the_surest_numbers_stay_where_there_is_room_for_few():
    weaker = Label.rounded(category=Category.SCAM, rating=0.85, sample_size=1000)
    pack = a_pack([number(12025550101, weaker), number(12025550102, SURE)])
    data, tally = exported("ios", pack, limit=1)
    assert struct.unpack("<q", data) == (12025550102,)
    assert tally.lost.total() == 1


def test_a_range_is_written_out_without_the_cleared_numbers_in_it(full_pack):
    data, tally = exported("ios", full_pack)
    values = set(struct.unpack(f"<{len(data) // 8}q", data))
    assert {13105550000, 13105550299, 12025550101, 12025550102} <= values
    assert not values & {13105550177, 13105550178, 13105550200, 12025550103, 14155550123}
    assert any("any length" in what for what in tally.lost)


@given(packs)
def test_ios_labels_are_ascending_and_name_no_cleared_number(pack):
    text, _ = exported("ios-labels", pack)
    values = [int(line.split("\t")[0]) for line in text.splitlines()]
    assert values == sorted(set(values))
    assert all(asked(pack, value) != "allow" for value in values)


def spamblocker(text, value):
    """As the app reads and asks: lines cut at commas, whole match, highest priority wins."""
    lines = text.splitlines()
    header = lines[0].split(",")
    rules = [dict(zip(header, line.split(","), strict=True)) for line in lines[1:]]
    found = [rule for rule in rules if re.fullmatch(rule["pattern"], str(value))]
    best = max(found, key=lambda rule: int(rule["priority"]), default=None)
    return best is not None and best["isBlacklist"] == "true"


@given(packs)
def test_spamblockers_rules_stop_what_proso_stops(pack):
    text, _ = exported("spamblocker", pack)
    for value in beside(pack):
        assert spamblocker(text, value) == is_stopped(pack, value), value


def test_spamblockers_numbers_are_one_column(full_pack):
    text, _ = exported("spamblocker-numbers", full_pack)
    values = [int(line) for line in text.splitlines()[1:]]
    assert text.startswith("pattern\n")
    assert all(is_stopped(full_pack, value) for value in values)


@given(packs)
def test_a_vcard_reader_finds_the_stopped_numbers_in_a_group_of_their_own(pack):
    text, tally = exported("vcard", pack, limit=150)
    cards = list(vobject.readComponents(text))
    values = [int(tel.value[1:]) for card in cards for tel in card.tel_list]
    assert len(values) == len(set(values)) == tally.numbers
    assert all(is_stopped(pack, value) for value in values)
    assert all(card.categories.value == ["proso blocked"] for card in cards)
    assert len({card.uid.value for card in cards}) == len(cards)


@given(packs)
def test_a_fritzbox_phone_book_has_the_form_of_the_vendors_schema(pack):
    text, tally = exported("fritzbox", pack, limit=150)
    root = etree.fromstring(text.encode())
    assert [child.tag for child in root] == ["phonebook"]
    found = []
    for contact in root.iter("contact"):
        tags = [child.tag for child in contact]
        assert tags == ["category", "person", "telephony", "services", "setup"]
        assert contact.find("person/realName").text
        numbers = contact.findall("telephony/number")
        assert contact.find("telephony").get("nid") == str(len(numbers))
        assert 1 <= len(numbers) <= 9
        assert [n.get("prio") for n in numbers] == ["1"] + ["0"] * (len(numbers) - 1)
        found += [int(n.text.removeprefix("+")) for n in numbers]
    assert len(found) == len(set(found)) == tally.numbers
    assert all(is_stopped(pack, value) for value in found)


def tables(*scripts):
    database = sqlite3.connect(":memory:")
    database.executescript(
        "CREATE TABLE mtrees(tname, tprefix, tvalue, UNIQUE(tname, tprefix, tvalue));"
        "CREATE TABLE globalblocklist(prefix UNIQUE, allowlist, description);"
    )
    for script in scripts:
        database.executescript(script)
    return database


def longest(rows, key):
    return next((rows[key[:n]] for n in range(len(key), 0, -1) if key[:n] in rows), None)


@given(packs)
def test_the_mtree_of_kamailio_gives_prosos_action_for_every_number(pack):
    text, _ = exported("kamailio-mtree", pack)
    database = tables(text, text)  # a second load replaces the first
    rows = dict(database.execute("SELECT tprefix, tvalue FROM mtrees"))
    for value in beside(pack):
        found = longest(rows, f"{len(str(value))}{value}")
        expected = asked(pack, value)
        if found is None:
            assert expected == "allow" or _is_no_length_of_its_plan(pack, value), value
        else:
            assert found.split(":")[0] == expected, value


def _is_no_length_of_its_plan(pack, value):
    """A series is written for the lengths its plan has."""
    subject = pack.find(value).subject
    return subject is not None and not subject.digits


@given(packs)
def test_kamailios_blocklist_stops_what_it_does_not_say_it_lost(pack):
    text, tally = exported("kamailio-blocklist", pack)
    rows = dict(tables(text).execute("SELECT prefix, 1 - allowlist FROM globalblocklist"))
    exact = not any("length" in what for what in tally.lost)
    for value in beside(pack):
        stops = bool(longest(rows, str(value)))
        if exact and len(str(value)) in possible_lengths(str(value)):
            assert stops == is_stopped(pack, value), value


def test_a_cleared_number_rings_through_kamailios_blocklist(full_pack):
    text, tally = exported("kamailio-blocklist", full_pack)
    rows = dict(tables(text).execute("SELECT prefix, 1 - allowlist FROM globalblocklist"))
    for value in (13105550177, 13105550200, 14155550123, 911401234567):
        assert not longest(rows, str(value)), value
    for value in (13105550176, 13105550299, 14155550124, 911401234568):
        assert longest(rows, str(value)), value
    assert any("only prefixes" in what for what in tally.lost)  # +4930123##


def test_kamailios_own_rows_stay(full_pack):
    text, _ = exported("kamailio-blocklist", full_pack)
    mine = "INSERT INTO globalblocklist VALUES ('999', 0, 'mine');"
    rows = tables(mine, text, text).execute("SELECT prefix FROM globalblocklist").fetchall()
    assert ("999",) in rows
    assert len(rows) > 1


@given(packs)
def test_asterisks_database_has_the_action_of_every_number(pack):
    text, _ = exported("asterisk-db", pack)
    database = sqlite3.connect(":memory:")
    database.executescript(text)
    database.executescript(text)
    for key, value in database.execute("SELECT key, value FROM astdb"):
        assert value.split(":")[0] == asked(pack, int(key.removeprefix("/proso/")))


def test_a_blacklist_kept_by_hand_stays_as_it_is(full_pack):
    text, _ = exported("asterisk-blacklist", full_pack)
    database = sqlite3.connect(":memory:")
    database.executescript(text)
    database.execute("INSERT INTO astdb VALUES ('/blacklist/4930999', '1')")
    database.execute("UPDATE astdb SET value = '1' WHERE key = '/blacklist/12025550101'")
    database.commit()
    database.executescript(text)
    rows = dict(database.execute("SELECT key, value FROM astdb"))
    assert (rows["/blacklist/4930999"], rows["/blacklist/12025550101"]) == ("1", "1")
    assert rows["/blacklist/12025550102"] == "proso silence:robot:85"


def asterisk(text, value):
    """As Asterisk chooses: of the patterns that match, the one literal for longest, then X."""
    patterns = re.findall(r"exten => _(\d+)(X*)(!?),1,Set\(PROSO_LISTED=([^)]*)\)", text)
    found = [
        (len(prefix), not rest, said)
        for prefix, more, rest, said in patterns
        if re.fullmatch(prefix + r"\d" * len(more) + (r"\d*" if rest else ""), str(value))
    ]
    return max(found)[2] if found else None


@given(packs)
def test_asterisks_dialplan_has_the_action_of_every_range(pack):
    text, _ = exported("asterisk-dialplan", pack)
    exact = {number.value for number, _ in pack.numbers()}
    exact |= {subject.prefix for subject, _ in pack.ranges() if subject.size == 1}
    for value in beside(pack) - exact:  # those are in the database
        said = asterisk(text, value)
        assert (said.split(":")[0] if said else "allow") == asked(pack, value), value


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_pack_exports_to_an_empty_list(name):
    _, tally = exported(name, a_pack([]))
    assert (tally.numbers, tally.ranges, tally.lost.total()) == (0, 0, 0)


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_the_same_every_time(full_pack, name):
    assert exported(name, full_pack) == exported(name, full_pack)


def test_the_owners_thresholds_decide_what_is_blocked(full_pack):
    never = PackPolicy(reject_from=2, silence_from=2)
    assert exported("ios", full_pack, policy=never)[0] == b""


def test_a_cleared_number_alone_is_not_exported_as_an_allow_rule():
    text, tally = exported("spamblocker", a_pack([number(12025550101, CLEARED)]))
    assert len(text.splitlines()) == 1
    assert tally.lost.total() == 1


def test_csv_rows_name_subject_and_action(full_pack):
    text, _ = exported("csv", full_pack)
    found = {row["number_or_prefix"]: row["action"] for row in csv.DictReader(io.StringIO(text))}
    assert found["+1310555####"] == "reject"
    assert found["+13105550177"] == "allow"
    assert found["+1415*"] == "silence"
    assert block("+1617*", SURE).subject == NumberRange(1617)
    assert found["+1617*"] == "label"
