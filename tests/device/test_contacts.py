"""Address books as phones really export them."""

import pytest

from proso.device.owner import load_contacts, parse_rules
from proso.errors import BadContacts, BadRules
from proso.values.number import PhoneNumber

CARDS = {
    "2.1 quoted-printable over lines": (
        "VERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=84=\n=C3=96;B;;;\n"
        "TEL;CELL:2025550101"
    ),
    "3.0 with a photo": (
        "VERSION:3.0\nFN:x\nTEL:+12025550101\nPHOTO;ENCODING=b;TYPE=JPEG:AAAA\n BBBB"
    ),
    "3.0 grouped": "VERSION:3.0\nFN:x\nitem1.TEL;type=pref:+12025550101\nitem1.X-ABLabel:home",
    "4.0 uri": 'VERSION:4.0\nFN:x\nTEL;TYPE="voice,home";VALUE=uri:tel:+1-202-555-0101;ext=5',
    "4.0 text": "VERSION:4.0\nFN:x\nTEL:+1 202 555 0101",
}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_number_is_read_from_every_kind_of_card(tmp_path, card, newline):
    text = f"BEGIN:VCARD\n{card}\nEND:VCARD\n"
    (tmp_path / "c.vcf").write_text(text, "utf-8", newline=newline)
    assert load_contacts(tmp_path / "c.vcf", "US") == {PhoneNumber(12025550101)}


def test_names_in_a_card_have_no_case(tmp_path):
    text = "begin:vcard\nversion:3.0\nfn:x\ntel:+12025550101\nend:vcard\n"
    (tmp_path / "c.vcf").write_text(text, "utf-8")
    assert load_contacts(tmp_path / "c.vcf", "US") == {PhoneNumber(12025550101)}


def test_contacts_without_a_number_are_no_error(tmp_path):
    (tmp_path / "c.vcf").write_text("BEGIN:VCARD\nVERSION:3.0\nFN:x\nEND:VCARD\n", "utf-8")
    assert load_contacts(tmp_path / "c.vcf", "US") == frozenset()


def test_a_missing_file_is_refused_in_our_words(tmp_path):
    with pytest.raises(BadContacts):
        load_contacts(tmp_path / "c.vcf", "US")


@pytest.mark.parametrize("value", [1e300, float("inf"), float("nan"), "soon", []])
@pytest.mark.parametrize("key", ["within_minutes", "minimum_gap_seconds", "calls"])
def test_a_break_through_of_no_sensible_size_is_refused(key, value):
    if (key, value) == ("calls", 1e300):
        return  # so many calls is never, which is understood
    with pytest.raises(BadRules):
        parse_rules({"break_through": {key: value}}, region="US")


def test_an_exported_list_of_spammers_in_the_address_book_is_no_contact(tmp_path):
    cards = "".join(
        f"BEGIN:VCARD\nVERSION:3.0\nFN:x\n{more}TEL:{number}\nEND:VCARD\n"
        for number, more in (
            ("+12025550101", "CATEGORIES:friends,proso blocked\n"),
            ("+12025550102", "CATEGORIES:friends\n"),
        )
    )
    (tmp_path / "c.vcf").write_text(cards)
    assert load_contacts(tmp_path / "c.vcf", "US") == {PhoneNumber(12025550102)}
