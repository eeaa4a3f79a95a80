"""The tree of errors is what its docstring draws, and every exit code is one error's own."""

import re

import pytest

from proso import errors


def _kinds(kind):
    return [kind, *(one for child in kind.__subclasses__() for one in _kinds(child))]


KINDS = _kinds(errors.ProsoError)


def test_the_docstring_draws_every_class():
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__)) | {"ProsoError"}
    assert drawn == {kind.__name__ for kind in KINDS}


def test_every_error_has_an_exit_code_of_its_own():
    codes = [kind.exit_code for kind in KINDS]
    assert len(codes) == len(set(codes))
    assert not {0, 2} & set(codes)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_says_what_was_found_expected_and_what_to_do(kind):
    error = kind(found="a", expected="b", remedy="c")
    assert str(error) == "a; expected b; c."
    assert kind.__doc__
