"""The signed files of a hub: static, for any web server or CDN.

    keys/NAME.key         the hub's own keys: timestamp, snapshot, one a region
    ceremony/             a change of keys that waits for signatures
    public/metadata/      what phones verify
    public/targets/       what they fetch

Every publish, renewal and change of keys ends in `Repository.settle`, which compares what is there
with what should be and writes what is missing, the timestamp last: until that moment phones see the
state before.  Cut short, it is finished by the next run.

Source: The Update Framework 1.0.31, section 6; consistent snapshots.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from securesystemslib.signer import CryptoSigner, Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from proso.errors import BadFile, BadKey, Refused, StoreBusy
from proso.hub import ceremony
from proso.hub.ceremony import Change, InForce
from proso.hub.keys import PRIVATE, PUBLIC, load_folder, make_key, read_public
from proso.hub.store import translated, write_durably
from proso.packs.layout import Kind
from proso.packs.trust import target_path

TIMESTAMP_DAYS: Final = 3
"""How long a phone may be kept from what is new before it notices; a hub asleep over a weekend."""

ONLINE_DAYS: Final = 30
"""For snapshot and regions: signed again in passing whenever half of it is over."""

KEPT_VERSIONS: Final = 10
"""Old versions of snapshot and regions, for phones in the middle of an update."""

FINGERPRINT_DIGITS: Final = 32
"""Hexadecimal digits of a root's SHA-256: 128 bits."""

_NAME: Final = re.compile(r"(\d{1,9})\.(.+)\.json")
_T = TypeVar("_T", Root, Targets, Snapshot, Timestamp)


class Repository:
    """The signed files below a hub's directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.metadata = directory / "public" / "metadata"
        self.targets = directory / "public" / "targets"
        self._keys = directory / "keys"
        self._ceremony = directory / "ceremony"

    @property
    def exists(self) -> bool:
        """Whether this hub has keys of its own."""
        return self._keys.is_dir()

    @property
    def in_force(self) -> InForce:
        """The root and targets that count now."""
        return InForce(self._newest(Root.type, Root), self._newest(Targets.type, Targets))

    @property
    def proposed(self) -> Change | None:
        """The change that waits for signatures."""
        return read_change([self._ceremony]) if self._ceremony.is_dir() else None

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions whose packs this hub may sign."""
        targets = self.in_force.targets
        return ceremony.regions_of(targets.signed) if targets is not None else ()

    def fingerprint(self) -> str:
        """What phones are told once: of the root in force, in groups of four digits."""
        version = self._versions(Root.type)[-1]
        data = (self.metadata / f"{version}.{Root.type}.json").read_bytes()
        digest = hashlib.sha256(data).hexdigest()[:FINGERPRINT_DIGITS]
        return " ".join(digest[place : place + 4] for place in range(0, FINGERPRINT_DIGITS, 4))

    def make_online_key(self, role: str) -> Any:  # noqa: ANN401  a key of securesystemslib
        """A new key of the hub's own for a role; the one before stays until the change counts."""
        path = self._keys / f"{role}{PRIVATE}"
        number = 2
        while path.exists():
            path = self._keys / f"{role}-{number}{PRIVATE}"
            number += 1
        return make_key(path, holder=path.stem)

    def propose(self, change: Change) -> None:
        """Keeps a change until it is signed; it takes the place of one that waits."""
        with translated(self._ceremony):
            self._ceremony.mkdir(parents=True, exist_ok=True)
            for name, document in (("root", change.root), ("targets", change.targets)):
                path = self._ceremony / f"{name}.json"
                if document is not None:
                    write_durably(path, document.to_bytes())
                else:
                    path.unlink(missing_ok=True)

    def apply(self, change: Change, *, now: datetime) -> None:
        """Puts a change in force.

        Raises:
            ThresholdNotMet: too few holders have signed it.
            Refused: it was made from another state than the present one.
        """
        with self.locked():
            current = self.in_force
            for before, after in ((current.root, change.root), (current.targets, change.targets)):
                version = 0 if before is None else before.signed.version
                if after is not None and after.signed.version != version + 1:
                    raise Refused(
                        found=f"a change to version {after.signed.version}",
                        expected=f"version {version + 1}, the next one",
                        remedy="propose it again: another change came between",
                    )
            ceremony.check_signed(change, current)
            # Targets before root: a phone that meets the new root must find what it vouches for.
            for role, document in ((Targets.type, change.targets), (Root.type, change.root)):
                if document is not None:
                    self._write(f"{document.signed.version}.{role}", document)
            self._settle(now, force=change.root is not None)
            for path in self._ceremony.glob("*.json"):
                path.unlink()
            self._remove_idle_keys()

    def settle(self, *, now: datetime, force: bool = False) -> list[str]:
        """Makes the signed files say what is there.

        Args:
            now: the moment expiry is counted from, aware.
            force: sign a new timestamp even where nothing changed.

        Returns:
            The names of the metadata written.
        """
        with self.locked():
            return self._settle(now, force=force)

    def set_targets(self, region: str, files: dict[str, TargetFile], *, now: datetime) -> None:
        """States what is published for a region; `settle` makes phones see it.

        Args:
            region: one that has a key.
            files: by path; the others of the region stay.
            now: the present moment, aware.
        """
        role = self._newest(region, Targets) or _blank(Targets)
        if all(role.signed.targets.get(path) == file for path, file in files.items()):
            return
        role.signed.targets.update(files)
        self._sign_next(region, role, now + timedelta(days=ONLINE_DAYS))

    def target(self, region: str, path: str) -> TargetFile | None:
        """What is stated about a path of a region."""
        role = self._newest(region, Targets)
        return role.signed.targets.get(path) if role is not None else None

    def serial(self, region: str, kind: Kind = Kind.NUMBERS) -> int:
        """The serial phones are offered, 0 for none."""
        stated = self.target(region, target_path(region, kind))
        return int(stated.custom["serial"]) if stated is not None else 0

    def valid_until(self) -> datetime:
        """When phones stop trusting what is signed now."""
        return self._timestamp().signed.expires

    def check_ready(self, region: str) -> None:
        """Whether a region can be published now.

        Raises:
            Refused: no key for it, or no keys in force at all.
        """
        if self.in_force.root is None:
            raise _no_root()
        if region not in self.regions:
            raise Refused(
                found=f"the region {region}, for which this hub has no key",
                expected=f"one of {', '.join(self.regions) or 'none yet'}",
                remedy=f"run: proso hub key add-region {region}",
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other publishers out.

        Raises:
            StoreBusy: one is at work.
        """
        with translated(self.directory):
            opened = os.open(self.directory / "publish.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise StoreBusy(
                    found="another publish that is at work",
                    expected="one at a time",
                    remedy="try again when it has ended",
                ) from error
            yield
        finally:
            os.close(opened)

    def _settle(self, now: datetime, *, force: bool) -> list[str]:
        root, targets = self.in_force.root, self.in_force.targets
        if root is None or targets is None:
            raise _no_root()
        written = []
        meta = {f"{Targets.type}.json": MetaFile(targets.signed.version)}
        for region in ceremony.regions_of(targets.signed):
            role = self._newest(region, Targets) or _blank(Targets)
            if not _holds(targets.signed, region, role, now):
                self._sign_next(region, role, now + timedelta(days=ONLINE_DAYS))
                written.append(region)
            meta[f"{region}.json"] = MetaFile(role.signed.version)
        snapshot = self._newest(Snapshot.type, Snapshot) or _blank(Snapshot)
        # What a snapshot ever named it must go on naming, or phones refuse it.
        meta = snapshot.signed.meta | meta
        if meta != snapshot.signed.meta or not _holds(root.signed, Snapshot.type, snapshot, now):
            snapshot.signed.meta = meta
            self._sign_next(Snapshot.type, snapshot, now + timedelta(days=ONLINE_DAYS))
            written.append(Snapshot.type)
        timestamp = self._timestamp()
        is_current = timestamp.signed.snapshot_meta.version == snapshot.signed.version
        if force or not is_current or not _holds(root.signed, Timestamp.type, timestamp, now):
            timestamp.signed.snapshot_meta = MetaFile(snapshot.signed.version)
            self._sign_next(Timestamp.type, timestamp, now + timedelta(days=TIMESTAMP_DAYS))
            written.append(Timestamp.type)
        self._prune()
        return written

    def _sign_next(self, role: str, document: Metadata[_T], expires: datetime) -> None:
        document.signed.version += 1
        document.signed.expires = expires.replace(microsecond=0)
        document.signatures.clear()
        for signer in self._signers(role):
            document.sign(signer, append=True)
        name = role if role == Timestamp.type else f"{document.signed.version}.{role}"
        self._write(name, document)

    def _signers(self, role: str) -> list[Signer]:
        current = self.in_force
        delegator: Any = current.root if role in ceremony.ONLINE else current.targets
        wanted = set(delegator.signed.get_delegated_role(role).keyids)
        signers = [one for _, one in self._own_keys() if one.public_key.keyid in wanted]
        if not signers:
            raise BadKey(
                found=f"no private key for {role} in keys/",
                expected="the one the root or the targets name",
                remedy=f"put it back, or run: proso hub key rotate {role}",
            )
        return list(signers)

    def _own_keys(self) -> Iterator[tuple[Path, CryptoSigner]]:
        return load_folder(self._keys)

    def _remove_idle_keys(self) -> None:
        """A key that no longer counts is of use only to a thief."""
        current = self.in_force
        named = set(current.root.signed.keys) if current.root is not None else set()
        if current.targets is not None and current.targets.signed.delegations is not None:
            named |= set(current.targets.signed.delegations.keys)
        for path in self._keys.glob(f"*{PRIVATE}"):
            public = path.with_suffix(PUBLIC)
            if read_public(public).keyid not in named:
                path.unlink()
                public.unlink()

    def _newest(self, role: str, kind: type[_T]) -> Metadata[_T] | None:
        versions = self._versions(role)
        if not versions:
            return None
        return _read(self.metadata / f"{versions[-1]}.{role}.json", kind)

    def _timestamp(self) -> Metadata[Timestamp]:
        path = self.metadata / "timestamp.json"
        return _read(path, Timestamp) if path.is_file() else _blank(Timestamp)

    def _versions(self, role: str) -> list[int]:
        names = (_NAME.fullmatch(path.name) for path in self.metadata.glob(f"*.{role}.json"))
        return sorted(int(name[1]) for name in names if name is not None and name[2] == role)

    def _write(self, name: str, document: Metadata[Any]) -> None:
        write_durably(self.metadata / f"{name}.json", document.to_bytes())

    def _prune(self) -> None:
        for role in (Snapshot.type, *self.regions):
            for version in self._versions(role)[:-KEPT_VERSIONS]:
                (self.metadata / f"{version}.{role}.json").unlink(missing_ok=True)


def read_change(paths: list[Path]) -> Change:
    """The documents of files or folders that `propose` wrote.

    Raises:
        BadFile: something else.
    """
    found = _files(paths)
    root, targets = found.get(Root.type), found.get(Targets.type)
    if root is None and targets is None:
        raise BadFile(
            found="no root.json or targets.json that waits for signatures",
            expected="the files of ceremony/",
            remedy="propose a change first, or name the files",
        )
    return Change(
        _read(root, Root) if root is not None else None,
        _read(targets, Targets) if targets is not None else None,
    )


def write_change(paths: list[Path], change: Change) -> None:
    """Puts the documents of a change, signed further, back where `read_change` found them."""
    for name, path in _files(paths).items():
        document = change.root if name == Root.type else change.targets
        if document is not None:
            write_durably(path, document.to_bytes())


def _files(paths: list[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in paths:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        found |= {Targets.type if "targets" in one.name else Root.type: one for one in files}
    return found


def _read(path: Path, kind: type[_T]) -> Metadata[_T]:
    problem: object = f"another kind than {kind.type}"
    try:
        document = Metadata[Any].from_bytes(path.read_bytes())
        if document.signed.type == kind.type:
            return document
    except (OSError, RepositoryError) as error:
        problem = error
    raise BadFile(
        found=f"{path.name}, which cannot be read ({problem})",
        expected="signed metadata",
        remedy="put it back from a backup",
    )


def _no_root() -> Refused:
    return Refused(
        found="a hub whose first root is not signed yet",
        expected="the holders' signatures on the files of ceremony/",
        remedy="run: proso hub key sign, and then: proso hub key apply",
    )


def _blank(kind: type[_T]) -> Metadata[_T]:
    """What the first version is made from."""
    document = Metadata(kind())
    document.signed.version = 0
    return document


def _holds(delegator: Root | Targets, role: str, document: Metadata[Any], now: datetime) -> bool:
    """Whether metadata is signed by the keys that count now, and half of its time is left."""
    signed = delegator.get_verification_result(role, document.signed_bytes, document.signatures)
    days = TIMESTAMP_DAYS if role == Timestamp.type else ONLINE_DAYS
    return signed.verified and document.signed.expires - now > timedelta(days=days) / 2
