"""Changes of who may sign what: proposed here, signed by the holders, and then in force.

The holders' keys sign two documents: the root (which keys there are, and for what) and the targets
(which region's key may sign that region's packs).  Both are values here; files and network are
elsewhere.  A change is a new version of one or both, and counts once enough holders have signed it:
of the holders before, and of those after.

Source: The Update Framework 1.0.31, sections 5.3 and 6.1.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from securesystemslib.signer import Key, Signer
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, Root, Targets

from proso.errors import BadKey, Refused, ThresholdNotMet
from proso.hub.keys import holder_of

ROOT_DAYS: Final = 365
"""The holders meet once a year."""

MAX_HOLDERS: Final = 32

HOLDERS: Final = (Root.type, Targets.type)
ONLINE: Final = ("timestamp", "snapshot")


@dataclass(frozen=True, slots=True)
class Change:
    """A proposed change.

    Attributes:
        root: the next root, None where it stays.
        targets: the next targets, None where they stay.
    """

    root: Metadata[Root] | None
    targets: Metadata[Targets] | None


@dataclass(frozen=True, slots=True)
class InForce:
    """What counts now; both None before the first ceremony."""

    root: Metadata[Root] | None
    targets: Metadata[Targets] | None


def found(
    holders: Sequence[Key], threshold: int, online: dict[str, Key], *, now: datetime
) -> Change:
    """The first root and targets of a hub.

    Args:
        holders: public keys of the people who decide.
        threshold: how many of them it takes, at least 1.
        online: the hub's own: timestamp, snapshot and one a region.
        now: the present moment, aware.
    """
    root = Root(expires=_later(now))
    for name in ONLINE:
        root.add_key(online[name], name)
    targets = Targets(expires=_later(now), delegations=Delegations({}, {}))
    for name, key in online.items():
        if name not in ONLINE:
            _delegate(targets, name, key)
    change = Change(Metadata(root), Metadata(targets))
    _set_holders(root, holders, threshold)
    return change


def next_root(current: InForce, *, now: datetime) -> Metadata[Root]:
    """A copy of the root that counts, one version on, valid for another year, not signed."""
    if current.root is None:
        raise _no_root()
    root = deepcopy(current.root)
    root.signatures.clear()
    root.signed.version += 1
    root.signed.expires = _later(now)
    return root


def next_targets(current: InForce, *, now: datetime) -> Metadata[Targets]:
    """The same for the targets."""
    if current.targets is None:
        raise _no_root()
    targets = deepcopy(current.targets)
    targets.signatures.clear()
    targets.signed.version += 1
    targets.signed.expires = _later(now)
    return targets


def check_role(current: InForce, role: str) -> None:
    """Whether a role can have another key: to be asked before one is made.

    Raises:
        BadKey: no such role.
    """
    if current.targets is None:
        raise _no_root()
    if role not in (*ONLINE, *regions_of(current.targets.signed)):
        raise _no_role(role, current.targets.signed)


def check_new_region(current: InForce, region: str) -> None:
    """Whether a region can be added: to be asked before a key is made.

    Raises:
        Refused: it has one.
    """
    if current.targets is None:
        raise _no_root()
    if region in regions_of(current.targets.signed):
        raise Refused(
            found=f"the region {region}, which this hub has",
            expected="another",
            remedy=f"to change its key run: proso hub key rotate {region}",
        )


def renew(current: InForce, *, now: datetime) -> Change:
    """The same keys for another year."""
    return Change(next_root(current, now=now), next_targets(current, now=now))


def rotate_online(current: InForce, role: str, key: Key, *, now: datetime) -> Change:
    """Another key for the timestamp, the snapshot or a region; the old one no longer counts.

    Raises:
        BadKey: no such role.
    """
    check_role(current, role)
    if role in ONLINE:
        root = next_root(current, now=now)
        for keyid in list(root.signed.roles[role].keyids):
            root.signed.revoke_key(keyid, role)
        root.signed.add_key(key, role)
        return Change(root, None)
    targets = next_targets(current, now=now)
    for keyid in list(_role(targets.signed, role).keyids):
        targets.signed.revoke_key(keyid, role)
    targets.signed.add_key(key, role)
    return Change(None, targets)


def add_region(current: InForce, region: str, key: Key, *, now: datetime) -> Change:
    """A key for the packs of one more region."""
    check_new_region(current, region)
    targets = next_targets(current, now=now)
    _delegate(targets.signed, region, key)
    return Change(None, targets)


def replace_holder(
    current: InForce, leaves: str | None, comes: Key | None, threshold: int | None, *, now: datetime
) -> Change:
    """Another holder, one more, or one less.

    Args:
        current: what counts.
        leaves: name or key id (its first 8 digits at least) of one; None where nobody leaves.
        comes: public key of another; None where nobody comes.
        threshold: how many it takes from now on; None for as many as before.
        now: the present moment, aware.

    Raises:
        BadKey: nobody of that name, or more than one.
    """
    root, targets = next_root(current, now=now), next_targets(current, now=now)
    holders = {keyid: root.signed.keys[keyid] for keyid in root.signed.roles[Root.type].keyids}
    if leaves is not None:
        del holders[_holder_id(holders, leaves)]
    if comes is not None:
        holders[comes.keyid] = comes
    needed = root.signed.roles[Root.type].threshold if threshold is None else threshold
    _set_holders(root.signed, list(holders.values()), needed)
    return Change(root, targets)


def regions_of(targets: Targets) -> tuple[str, ...]:
    """The regions that have a key."""
    delegations = targets.delegations
    return tuple(sorted(delegations.roles or {})) if delegations is not None else ()


def sign(change: Change, signer: Signer, current: InForce) -> list[str]:
    """Adds a holder's signatures to a change.

    Returns:
        The names of the documents signed.

    Raises:
        BadKey: a key that has no say in it.
    """
    signed = []
    keyid = signer.public_key.keyid
    for name, document in (("root", change.root), ("targets", change.targets)):
        if document is not None and keyid in _who_may(name, change, current):
            document.sign(signer, append=True)
            signed.append(name)
    if not signed:
        raise BadKey(
            found=f"the key of {holder_of(signer.public_key)}",
            expected="one of the holders' keys, before or after the change",
            remedy="sign with another, or ask who holds one: proso hub key show",
        )
    return signed


def merge(change: Change, copy: Change) -> int:
    """Takes over signatures from a copy that was signed elsewhere; returns how many were new.

    Raises:
        BadKey: a copy of another change.
    """
    new = 0
    for mine, other in ((change.root, copy.root), (change.targets, copy.targets)):
        if other is None:
            continue
        if mine is None or mine.signed_bytes != other.signed_bytes:
            raise BadKey(
                found="signatures on another change than the one that is proposed",
                expected="a signed copy of this one",
                remedy="send the holders the files of ceremony/ again",
            )
        for keyid, signature in other.signatures.items():
            new += keyid not in mine.signatures
            mine.signatures[keyid] = signature
    return new


def check_signed(change: Change, current: InForce) -> None:
    """Whether enough holders have signed a change.

    Raises:
        ThresholdNotMet: too few; says who did and how many are missing.
    """
    before = current.root.signed if current.root is not None else None
    root = change.root or current.root
    if root is None:
        raise _no_root()
    if change.root is not None:
        document = change.root
        result = document.signed.get_root_verification_result(
            before, document.signed_bytes, document.signatures
        )
        for part in (result.first, result.second):
            if not part.verified:
                raise _too_few("root", part.signed.values(), part.threshold)
    targets = change.targets or current.targets
    if targets is None:
        raise _no_root()
    part = root.signed.get_verification_result(
        Targets.type, targets.signed_bytes, targets.signatures
    )
    if not part.verified:
        raise _too_few("targets", part.signed.values(), part.threshold)


def in_words(change: Change, current: InForce) -> list[str]:
    """What a change does, a line each, for whoever is to sign it."""
    lines = []
    if change.root is not None:
        old = current.root.signed if current.root is not None else None
        new = change.root.signed
        lines.append(f"root version {new.version}, valid until {new.expires:%Y-%m-%d}")
        for role in (Root.type, *ONLINE):
            lines += _role_in_words(role, old, new)
    if change.targets is not None:
        signed = change.targets.signed
        lines.append(f"targets version {signed.version}, valid until {signed.expires:%Y-%m-%d}")
        before = current.targets.signed if current.targets is not None else None
        for region in regions_of(signed):
            is_new = before is None or region not in regions_of(before)
            keyids = _role(signed, region).keyids
            changed = not is_new and before and _role(before, region).keyids != keyids
            mark = "  new" if is_new else "  another key" if changed else "  as before"
            lines.append(f"  {region}: {', '.join(one[:8] for one in keyids)}{mark}")
    return lines


def _role_in_words(role: str, old: Root | None, new: Root) -> list[str]:
    before = set(old.roles[role].keyids) if old is not None else set()
    now = set(new.roles[role].keyids)
    name = "holders" if role == Root.type else role
    head = f"  {name}: {new.roles[role].threshold} of {len(now)}"
    if old is not None and old.roles[role].threshold != new.roles[role].threshold:
        head += f" (was {old.roles[role].threshold} of {len(before)})"
    lines = [head]
    lines += [
        f"    {holder_of(new.keys[one])} {one[:8]}" + ("" if one in before else "  new")
        for one in new.roles[role].keyids
    ]
    if old is not None:
        gone = sorted(before - now)
        lines += [f"    {holder_of(old.keys[one])} {one[:8]}  no longer counts" for one in gone]
    return lines


def _set_holders(root: Root, holders: Sequence[Key], threshold: int) -> None:
    if not 1 <= threshold <= len(holders) <= MAX_HOLDERS:
        raise BadKey(
            found=f"{threshold} of {len(holders)} holders",
            expected=f"at least one, and no more than there are, of at most {MAX_HOLDERS}",
            remedy="name more holders, or a lower --threshold",
        )
    if len({holder.keyid for holder in holders}) < len(holders):
        raise BadKey(found="a key twice", expected="a key a person", remedy="leave one away")
    for role in HOLDERS:
        for keyid in list(root.roles[role].keyids):
            root.revoke_key(keyid, role)
        root.roles[role].threshold = 1
        for holder in holders:
            root.add_key(holder, role)
        root.roles[role].threshold = threshold


def _delegate(targets: Targets, region: str, key: Key) -> None:
    if targets.delegations is None or targets.delegations.roles is None:
        raise _no_root()
    targets.delegations.roles[region] = DelegatedRole(
        region, [], 1, terminating=True, paths=[f"packs/{region}/*"]
    )
    targets.add_key(key, region)


def _role(targets: Targets, region: str) -> DelegatedRole:
    if targets.delegations is None or targets.delegations.roles is None:
        raise _no_root()
    return targets.delegations.roles[region]


def _who_may(name: str, change: Change, current: InForce) -> set[str]:
    roots = [one.signed for one in (change.root, current.root) if one is not None]
    if name == "targets":
        roots = roots[:1]  # only the holders after the change
    return {keyid for root in roots for keyid in root.roles[name].keyids}


def _holder_id(holders: dict[str, Key], name: str) -> str:
    fits = [
        keyid
        for keyid, key in holders.items()
        if holder_of(key) == name or (len(name) >= 8 and keyid.startswith(name))  # noqa: PLR2004
    ]
    if len(fits) != 1:
        raise BadKey(
            found=f"{len(fits)} holders called {name[:64]!r}",
            expected="one of: " + ", ".join(f"{holder_of(k)} {i[:8]}" for i, k in holders.items()),
            remedy="give the name or the first eight digits of the key",
        )
    return fits[0]


def _too_few(name: str, signed: Iterable[Key], threshold: int) -> ThresholdNotMet:
    who = ", ".join(sorted(holder_of(key) for key in signed)) or "nobody"
    return ThresholdNotMet(
        found=f"a {name} signed by {who}",
        expected=f"{threshold} of the holders",
        remedy="let another sign the files of ceremony/: proso hub key sign",
    )


def _no_root() -> Refused:
    return Refused(
        found="a hub whose keys are not in force",
        expected="a first ceremony",
        remedy="run: proso hub key apply",
    )


def _no_role(role: str, targets: Targets) -> BadKey:
    return BadKey(
        found=f"the role {role[:40]!r}",
        expected="one of " + ", ".join((*ONLINE, *regions_of(targets))),
        remedy="name one of these; a holder's key is changed with `proso hub key replace`",
    )


def _later(now: datetime) -> datetime:
    return now.replace(microsecond=0) + timedelta(days=ROOT_DAYS)
