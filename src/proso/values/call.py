"""One call as the network presents it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from proso.errors import BadNumber
from proso.values.drafts import draft_of
from proso.values.number import MAX_TEXT_LENGTH, PhoneNumber

_WITHHELD_TEXTS = frozenset(
    {"", "anonymous", "restricted", "private", "withheld", "unknown", "unavailable", "blocked"}
)


class Presentation(StrEnum):
    """Whether the caller lets the number be seen.  Source: 3GPP TS 24.081, RFC 3323."""

    ALLOWED = "allowed"
    RESTRICTED = "restricted"
    UNAVAILABLE = "unavailable"


class Attestation(StrEnum):
    """What the first provider says it knows of the caller.  Source: RFC 8588."""

    FULL = "A"
    PARTIAL = "B"
    GATEWAY = "C"


class Verification(StrEnum):
    """What checking the signature on the number gave.  Source: 3GPP TS 24.229 verstat."""

    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Line:
    """The owner's line that rings.

    Attributes:
        region: where its numbers are national (ISO 3166-1 alpha-2).
        name: which line, for phones with two cards and for PBXs; free text.
    """

    region: str = "US"
    name: str = "main"


@dataclass(frozen=True, slots=True)
class Call:
    """One incoming call at the moment it rings.

    Attributes:
        calling_number: the caller's number; None when there is none or it is no E.164 number.
        calling_text: what the network sent as the caller, at most 64 characters; never logged.
        at: when it rang, aware.
        line: the line called.
        called_number: the number dialled, where the line has several.
        presentation: whether the number may be seen.
        attestation: the originating provider's word, if the call was signed.
        verification: whether that signature held.
    """

    calling_number: PhoneNumber | None
    calling_text: str
    at: datetime
    line: Line
    called_number: PhoneNumber | None = None
    presentation: Presentation = Presentation.ALLOWED
    attestation: Attestation | None = None
    verification: Verification = Verification.NONE

    @classmethod
    def receive(
        cls,
        text: str,
        *,
        at: datetime,
        line: Line,
        called_number: PhoneNumber | None = None,
        presentation: Presentation = Presentation.ALLOWED,
    ) -> Self:
        """A call from what the network sent; total, because a call is never lost to a bad text.

        Args:
            text: the caller as signalled; empty, a word such as "anonymous", or any notation.
            at: when it rang, aware.
            line: the line called; its region decides how national notation is read.
            called_number: the number dialled, where the line has several.
            presentation: RESTRICTED or UNAVAILABLE win over whatever the text says.
        """
        number = PhoneNumber.signalled(text) if presentation is _ALLOWED else None
        if number is None:
            number, text, presentation = _read(text, line.region, presentation)
        call = _Draft(number, text, at, line, called_number, presentation, None, _NOT_VERIFIED)
        call.__class__ = cls
        return call  # type: ignore[no-any-return]  # to cast is a call

    @property
    def is_withheld(self) -> bool:
        """Whether the caller's number is hidden or was never sent."""
        return self.presentation is not Presentation.ALLOWED

    def __repr__(self) -> str:
        return f"Call({self.calling_number or 'no number'}, {self.at:%Y-%m-%d %H:%M}, {self.line})"


_Draft: Final = draft_of(Call)
_ALLOWED: Final = Presentation.ALLOWED
_NOT_VERIFIED: Final = Verification.NONE


def _read(
    text: str, region: str, presentation: Presentation
) -> tuple[PhoneNumber | None, str, Presentation]:
    """The number in a text that is not plainly one, what is kept of the text, what it shows."""
    if presentation is _ALLOWED:
        try:
            return PhoneNumber.parse(text, region), text, presentation
        except BadNumber:
            text = text[:MAX_TEXT_LENGTH].strip()
            if text.lower() in _WITHHELD_TEXTS:
                presentation = Presentation.UNAVAILABLE
    return None, text[:MAX_TEXT_LENGTH], presentation
