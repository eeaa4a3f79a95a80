"""The owner's rules and contacts from files.

Rules are TOML; every key may be left away:

    allow = ["+12025550123", "+1800*"]      # numbers and patterns
    block = ["+12025550188", "0190*"]
    dialled = ["+12025550111"]
    answered = []
    expecting_until = 2026-11-24T18:00:00+01:00
    last_emergency_call = 2026-11-24T09:00:00+01:00
    withheld = "label"                      # allow, label, silence or reject
    impossible = "silence"
    unallocated = "label"
    failed_verification = "label"
    [break_through]                         # calls = 0 turns it off
    calls = 3
    within_minutes = 15
    minimum_gap_seconds = 60
    [pack]
    reject_from = 0.95
    silence_from = 0.8
    label_from = 0.0
    careful_after_days = 7                  # an older pack silences what it would reject
    label_after_days = 45                   # and from then on only labels
    [[schedule]]
    begins = 22:00:00
    ends = 07:00:00
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    action = "silence"
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import vobject

from proso.errors import BadContacts, BadNumber, BadRules
from proso.values.listing import BLOCKED_GROUP
from proso.values.number import PhoneNumber
from proso.values.numbering import calling_code_of
from proso.verdicts.rules import BreakThrough, NumberPattern, OwnerRules, PackPolicy, Schedule
from proso.verdicts.verdict import Action

MAX_CONTACTS_BYTES: Final = 100_000_000
"""A vCard with a photo is about 50 kB: two thousand such contacts."""

MAX_RULES_BYTES: Final = 10_000_000
"""Half a million numbers; whoever has more builds a pack of them."""

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BREAK_THROUGH_KEYS: Final = ("calls", "within_minutes", "minimum_gap_seconds")
_SCHEDULE_KEYS: Final = ("begins", "ends", "days", "action")
_ACTIONS: Final = ("withheld", "impossible", "unallocated", "failed_verification")
_MOMENTS: Final = ("expecting_until", "last_emergency_call")
_PACK_KEYS: Final = (
    "reject_from",
    "silence_from",
    "label_from",
    "careful_after_days",
    "label_after_days",
)
_KNOWN: Final = frozenset(
    {"allow", "block", "dialled", "answered", "break_through", "pack", "schedule"}
    | set(_ACTIONS)
    | set(_MOMENTS)
)


def load_rules(path: Path | None, *, contacts: Path | None, region: str) -> OwnerRules:
    """The owner's rules.

    Args:
        path: a TOML file; None for the defaults.
        contacts: a vCard file; None for no contacts.
        region: how numbers in national notation are read.

    Raises:
        BadRules: the file cannot be read or understood.
        BadContacts: the contacts cannot be read.
    """
    known = load_contacts(contacts, region) if contacts else frozenset()
    if path is None:
        return OwnerRules(contacts=known)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_RULES_BYTES + 1)
        if len(data) > MAX_RULES_BYTES:
            raise _bad(
                f"{path.name} of more than {MAX_RULES_BYTES // 10**6} MB", "an owner's rules"
            )
        document = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise _bad(f"{path.name}, which cannot be read ({what})", "rules in TOML") from error
    except RecursionError as error:
        raise _bad(f"{path.name}, which nests without end", "rules in TOML") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(f"{path.name}, which is no TOML file ({error})", "rules in TOML") from error
    return parse_rules(document, region=region, contacts=known)


def parse_rules(
    document: Mapping[str, Any], *, region: str, contacts: frozenset[PhoneNumber] = frozenset()
) -> OwnerRules:
    """The rules a TOML document says; the module docstring shows every key.

    Raises:
        BadRules: an unknown key or a value of the wrong kind.
    """
    unknown = sorted(set(document) - _KNOWN)
    if unknown:
        raise _bad(f"the unknown key {unknown[0]!r}", ", ".join(sorted(_KNOWN)))
    default = OwnerRules()
    try:
        allowed, allowed_patterns = _numbers(document, "allow", region)
        blocked, blocked_patterns = _numbers(document, "block", region)
        return OwnerRules(
            allowed=allowed,
            allowed_patterns=allowed_patterns,
            blocked=blocked,
            blocked_patterns=blocked_patterns,
            contacts=contacts,
            dialled=_numbers(document, "dialled", region)[0],
            answered=_numbers(document, "answered", region)[0],
            break_through=_break_through(document.get("break_through", {})),
            schedules=tuple(_schedule(one) for one in document.get("schedule", [])),
            pack=_pack_policy(document.get("pack", {})),
            expecting_until=_moment(document, "expecting_until"),
            last_emergency_call=_moment(document, "last_emergency_call"),
            withheld=_action(document, "withheld", default.withheld),
            impossible=_action(document, "impossible", default.impossible),
            unallocated=_action(document, "unallocated", default.unallocated),
            failed_verification=_action(
                document, "failed_verification", default.failed_verification
            ),
        )
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError) as error:
        raise _bad(f"a value of the wrong kind ({error})", "what the reference shows") from error


def load_contacts(path: Path, region: str) -> frozenset[PhoneNumber]:
    """Every number of a vCard file (2.1 to 4.0); what cannot be read is left out.

    Raises:
        BadContacts: the file cannot be read, or no card in it can.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CONTACTS_BYTES + 1)
        if len(data) > MAX_CONTACTS_BYTES:
            raise BadContacts(
                found=f"{path.name} of more than {MAX_CONTACTS_BYTES // 10**6} MB",
                expected="contacts",
                remedy="export them without photos",
            )
        text = data.decode("utf-8", "replace")
    except OSError as error:
        raise BadContacts(
            found=f"{path.name}, which cannot be read ({error.strerror or error})",
            expected="a vCard file",
            remedy="export your contacts again",
        ) from error
    cards = _cards(text)
    if not cards:
        raise BadContacts(
            found=f"no card in {path.name} that can be read",
            expected="BEGIN:VCARD and END:VCARD around each contact",
            remedy="export your contacts as vCard",
        )
    numbers = set()
    for card in cards:
        if any(BLOCKED_GROUP in line.value for line in card.contents.get("categories", [])):
            continue  # a list of spammers that somebody put into the address book is no contact
        for line in card.contents.get("tel", []):
            try:
                numbers.add(PhoneNumber.parse(str(line.value).removeprefix("tel:"), region))
            except BadNumber:
                continue  # a short code or a name in the number field is no reason to stop
    return frozenset(numbers)


def _cards(text: str) -> list[Any]:
    cards = []
    # Names in a vCard have no case.  Source: RFC 6350 section 3.3.
    for part in re.split("(?i)BEGIN:VCARD", text.replace("\r\n", "\n"))[1:]:
        try:
            source = "BEGIN:VCARD" + re.split("(?i)END:VCARD", part)[0] + "END:VCARD\n"
            cards.append(vobject.readOne(source, ignoreUnreadable=True, allowQP=True))
        except Exception:  # noqa: BLE001, S112  vobject raises many kinds; one bad card costs itself
            continue
    return cards


def _numbers(
    document: Mapping[str, Any], key: str, region: str
) -> tuple[frozenset[PhoneNumber], tuple[NumberPattern, ...]]:
    numbers, patterns = set(), []
    given = document.get(key, [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise _bad(f"{key} that is no list of texts", f'{key} = ["+12025550123", "+1800*"]')
    for text in given:
        if any(char in text for char in "*#xX?"):
            patterns.append(NumberPattern(text, calling_code_of(region)))
            continue
        try:
            numbers.add(PhoneNumber.parse(text, region))
        except BadNumber as error:
            raise _bad(f"in {key}: {error.found}", error.expected) from error
    return frozenset(numbers), tuple(patterns)


def _moment(document: Mapping[str, Any], name: str) -> datetime | None:
    value = document.get(name)
    if value is not None and (not isinstance(value, datetime) or value.tzinfo is None):
        raise _bad(f"{name} = {value}", "a time with its zone, such as 2026-11-24T18:00:00+01:00")
    return value


def _action(document: Mapping[str, Any], name: str, default: Action) -> Action:
    value = document.get(name, default)
    if value not in set(Action):
        raise _bad(f"{name} = {value!r}", "one of " + ", ".join(Action))
    return Action(value)


def _break_through(table: Mapping[str, Any]) -> BreakThrough | None:
    _check_keys(table, "break_through", _BREAK_THROUGH_KEYS)
    if table.get("calls", 1) == 0:
        return None
    default = BreakThrough()
    return BreakThrough(
        int(table.get("calls", default.calls)),
        timedelta(minutes=table["within_minutes"]) if "within_minutes" in table else default.within,
        timedelta(seconds=table["minimum_gap_seconds"])
        if "minimum_gap_seconds" in table
        else default.minimum_gap,
    )


def _pack_policy(table: Mapping[str, Any]) -> PackPolicy:
    if unknown := sorted(set(table) - set(_PACK_KEYS)):
        raise _bad(f"the unknown key {unknown[0]!r} in [pack]", ", ".join(_PACK_KEYS))
    default = PackPolicy()
    given = {key: float(table.get(key, getattr(default, key))) for key in _PACK_KEYS}
    return PackPolicy(
        reject_from=given["reject_from"],
        silence_from=given["silence_from"],
        label_from=given["label_from"],
        careful_after_days=given["careful_after_days"],
        label_after_days=given["label_after_days"],
    )


def _schedule(table: Mapping[str, Any]) -> Schedule:
    _check_keys(table, "schedule", _SCHEDULE_KEYS)
    begins, ends = table.get("begins"), table.get("ends")
    if not isinstance(begins, time) or not isinstance(ends, time):
        raise _bad("a schedule without times", "begins = 22:00:00 and ends = 07:00:00")
    names = table.get("days", _DAYS)
    days = [str(day)[:3].lower() for day in names]
    if isinstance(names, str) or not set(days) <= set(_DAYS):
        raise _bad("a schedule of unknown days", 'days = ["mon", "tue"] and so on')
    action = _action(table, "action", Action.SILENCE)
    return Schedule(begins, ends, frozenset(map(_DAYS.index, days)), action)


def _check_keys(table: object, name: str, known: tuple[str, ...]) -> None:
    # A key that is passed over in silence would be a rule the owner only believes to have.
    if not isinstance(table, dict):
        raise _bad(f"{name} that is no section", f"[{name}] and below it " + ", ".join(known))
    if unknown := sorted(set(table) - set(known)):
        raise _bad(f"the unknown key {unknown[0]!r} in [{name}]", ", ".join(known))


def _bad(found: str, expected: str) -> BadRules:
    return BadRules(found=found, expected=expected, remedy="correct the rules file")
