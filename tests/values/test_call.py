"""A call is made of whatever the network sends."""

import pytest

from proso.values.call import Call, Line, Presentation, Verification
from proso.values.number import MAX_TEXT_LENGTH, PhoneNumber


def test_a_call_reads_its_number_as_its_line_dials(now):
    assert Call.receive("030 1234567", at=now, line=Line("DE")).calling_number == PhoneNumber(
        49301234567
    )


def test_a_received_call_equals_one_made_by_hand(now, line):
    made = Call(PhoneNumber(12025550101), "+12025550101", now, line)
    assert Call.receive("+12025550101", at=now, line=line) == made
    assert made.verification is Verification.NONE


@pytest.mark.parametrize("text", ["", "  ", "Anonymous", "UNKNOWN", " restricted\t"])
def test_words_for_no_number_are_a_withheld_number(now, line, text):
    call = Call.receive(text, at=now, line=line)
    assert call.is_withheld
    assert call.calling_number is None


@pytest.mark.parametrize("text", ["bob", "4711", "+1200"])
def test_a_text_that_is_no_number_is_not_withheld(now, line, text):
    call = Call.receive(text, at=now, line=line)
    assert (call.is_withheld, call.calling_number, call.calling_text) == (False, None, text)


@pytest.mark.parametrize("presentation", [Presentation.RESTRICTED, Presentation.UNAVAILABLE])
def test_a_hidden_number_is_not_read_though_it_was_sent(now, line, presentation):
    call = Call.receive("+12025550101", at=now, line=line, presentation=presentation)
    assert call.is_withheld
    assert call.calling_number is None


@pytest.mark.parametrize("presentation", list(Presentation))
def test_no_more_than_64_characters_of_a_text_are_kept(now, line, presentation):
    call = Call.receive("x" * 5000, at=now, line=line, presentation=presentation)
    assert len(call.calling_text) == MAX_TEXT_LENGTH


def test_a_call_prints_its_number_masked(now, line):
    text = repr(Call.receive("+12025550101", at=now, line=line))
    assert text.startswith("Call(+1202•••••01, 2026-01-01 00:00")


def test_a_call_without_a_number_prints_none_of_its_text(now, line):
    assert "secret" not in repr(Call.receive("secret", at=now, line=line))
