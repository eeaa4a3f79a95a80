"""What an entry of a pack leads to, under the owner's policy, in words.

Two numbers of which a pack says the same get the same verdict, the very object: it is made once
and kept with the pack.
"""

from typing import Final, TypeAlias, cast

from proso.packs.pack import Match, Pack
from proso.values.drafts import draft_of
from proso.values.listing import Label, Listing
from proso.verdicts.rules import PackPolicy
from proso.verdicts.verdict import Action, Evidence, Matched, Reason, Verdict

_MAX_KEPT: Final = 16_384
"""Verdicts kept for a pack and policy: as many as a pack keeps matches, about a kilobyte each."""

_MAX_DERIVED: Final = 256
"""Policies and owners for whom verdicts are kept with a pack; a phone has one."""

NO_PACK: Final = Verdict(Action.ALLOW, Reason.NO_PACK, "no pack is installed for this region")

_SAID: Final = "said"
# Members of an enumeration are looked up through two classes each time they are named.
_ALLOW, _LABEL, _SILENCE, _REJECT = Action
_LISTED, _WATCHED, _CLEARED = Listing
_NUMBER, _RANGE, _SERIES, _ = Matched
_PACK: Final = Reason.PACK
_VerdictDraft: Final = draft_of(Verdict)
_EvidenceDraft: Final = draft_of(Evidence)

Kept: TypeAlias = dict[Match, Verdict | None]


def kept_verdicts(pack: Pack, policy: PackPolicy) -> Kept:
    """The verdicts made so far from a pack for a policy; `verdict_on` fills it."""
    known = pack.derived.get(policy)
    if known is None:
        known = keep(pack.derived, policy, {})
    return cast("Kept", known)


def keep(derived: dict[object, object], key: object, value: object) -> object:
    """Put what was derived where it is found again, and give it back; what is kept is bounded."""
    if len(derived) >= _MAX_DERIVED:
        derived.clear()
    derived[key] = value
    return value


def verdict_on(match: Match, pack: Pack, policy: PackPolicy, kept: Kept) -> Verdict | None:
    """What the pack leads to for a number; None where that is too little to act on.

    Args:
        match: what `Pack.find` found; numbers of which the pack says the same share it, so one
            verdict serves them all.
        pack: the pack.
        policy: what its ratings lead to.
        kept: `kept_verdicts` of the pack and policy.
    """
    if match not in kept:
        if len(kept) >= _MAX_KEPT:
            kept.clear()
        kept[match] = _verdict(match.chain, pack, policy)
    return kept[match]


def unlisted(pack: Pack | None) -> Verdict:
    """The verdict on a number nothing is known against."""
    if pack is None:
        return NO_PACK
    known = pack.derived.get(Reason.NOT_LISTED)
    if known is None:
        made = Verdict(
            Action.ALLOW,
            Reason.NOT_LISTED,
            "nothing is known against it",
            pack_serial=pack.header.serial,
            rule_version=pack.header.rule_version,
        )
        known = keep(pack.derived, Reason.NOT_LISTED, made)
    return cast("Verdict", known)


def action_of(label: Label, policy: PackPolicy) -> Action | None:
    """What an entry of this label leads to; None where its rating is too low to act on."""
    if label.listing is _CLEARED:
        return _ALLOW
    if label.rating < policy.label_from:
        return None
    if label.listing is _WATCHED or label.rating < policy.silence_from:
        return _LABEL  # watched: shown, never stopped, because the hub is not sure
    return _SILENCE if label.rating < policy.reject_from else _REJECT


def _verdict(matches: tuple[Match, ...], pack: Pack, policy: PackPolicy) -> Verdict | None:
    label, header = matches[0].label, pack.header
    action = action_of(label, policy)
    if action is None:
        return None
    evidence = tuple(_evidence(match, pack) for match in matches)
    first = evidence[0]
    verdict = _VerdictDraft(
        action,
        _PACK,
        first.text + policy.note,
        first.matched,
        label.rating,
        label.confidence,
        label.sample_size,
        evidence,
        header.serial,
        header.rule_version,
    )
    verdict.__class__ = Verdict
    return cast("Verdict", verdict)


def _evidence(match: Match, pack: Pack) -> Evidence:
    label, subject = match.label, match.subject
    if subject is None:
        matched, who = _NUMBER, "this number"
    elif subject.digits:
        matched, who = _RANGE, f"the numbers {subject}"
    else:
        matched, who = _SERIES, f"the series {subject}"
    evidence = _EvidenceDraft(
        matched,
        who + _said_of(label, pack),
        subject,
        label.category,
        label.rating,
        label.sample_size,
        pack.header.as_of,
        label.freshness_days,
    )
    evidence.__class__ = Evidence
    return cast("Evidence", evidence)


def _said_of(label: Label, pack: Pack) -> str:
    """What a label says, without whom it says it of; kept, because a pack has few labels."""
    known = pack.derived.get(_SAID)
    said = cast("dict[int, str]", keep(pack.derived, _SAID, {}) if known is None else known)
    # By identity: the pack holds the label, and to hash one takes as long as to judge a call.
    text = said.get(id(label))
    if text is None:
        if label.listing is _CLEARED:
            text = ": cleared after reports"
        else:
            text = f": {label.category}, {label.rating:.0%} likely unwanted"
        if label.sample_size:
            text += f", at least {label.sample_size} report" + "s" * (label.sample_size > 1)
        if label.freshness_days is not None:
            day = f"{pack.header.as_of:%Y-%m-%d}"
            days = label.freshness_days
            text += f", the last in the {'day' if days == 1 else f'{days} days'} before {day}"
        said[id(label)] = text
    return text
