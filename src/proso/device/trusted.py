"""What a hub says now, verified: The Update Framework's client over our own network and disk.

The framework decides: which root follows which, whether enough of the right keys signed, whether
anything is older than what was seen, whether it has run out.  This module lends it the network
(bounded, counted, conditional), a durable disk and the time, and says its refusals in our words.

Source: The Update Framework 1.0.31, section 5; python-tuf 7.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from tuf.api import exceptions as tuf_errors
from tuf.api.metadata import Metadata, Root, Timestamp
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from proso.device.disk import make_folder, translated, write_durably
from proso.device.download import BadStatus, Downloads
from proso.errors import (
    Altered,
    Endless,
    Frozen,
    HubUnreachable,
    MixedUp,
    NotSigned,
    ProsoError,
    RolledBack,
    TooSlow,
    UnknownHub,
)
from proso.packs.layout import Kind
from proso.packs.trust import Offer, parse_offer, target_path

MAX_ROOT_BYTES: Final = 64_000
"""Three holders with a key each take 2.3 kB; twenty take 10."""

MAX_ROOTS: Final = 64
"""Rotations followed in one update: one a year for a lifetime."""

MIN_FINGERPRINT: Final = 32
"""Hexadecimal digits of a root's SHA-256 a person must give: 128 bits."""

_CONFIG: Final = UpdaterConfig(
    max_root_rotations=MAX_ROOTS,
    max_delegations=8,
    root_max_length=MAX_ROOT_BYTES,
    timestamp_max_length=16_384,
    snapshot_max_length=200_000,  # 200 countries take 7.4 kB
    targets_max_length=500_000,  # 200 delegations take 60 kB
)
_STAYS: Final = "the installed pack stays in use"
_TIMESTAMP: Final = "timestamp.json"


class HubMetadata:
    """The signed metadata of one hub, as far as this phone has verified it.

    Args:
        directory: ``root.json`` (given by the owner) and ``metadata/`` (verified) of the hub.
        url: where the hub's ``metadata/`` is served.
        downloads: the network.
        now: the moment expiry dates are held against, aware.
    """

    def __init__(self, directory: Path, url: str, downloads: Downloads, now: datetime) -> None:
        self._fetcher = _Fetcher(directory, downloads)
        self._now = now
        verified = directory / "metadata"
        with translated(verified):
            make_folder(verified)
            bootstrap = (directory / "root.json").read_bytes()
        with self._in_our_words():
            self._client = _Client(verified, f"{url}/metadata", self._fetcher, bootstrap, now)

    def refresh(self) -> None:
        """Fetches and verifies what is newer; two requests where nothing is.

        Raises:
            RolledBack: older than what was seen.
            MixedUp: parts that were not published together.
            NotSigned: too few valid signatures of the keys that count now.
            Frozen: it has run out.
            Altered: anything else the framework refuses.
            HubUnreachable: the hub did not answer.
            TooSlow: it stalls.
            StoreFull: no room for the metadata.
        """
        with self._in_our_words():
            self._client.refresh()
        self._fetcher.remember()

    def offer(self, region: str, kind: Kind) -> Offer | None:
        """The statement about the newest pack of a region; None where the hub has none.

        Raises:
            As `refresh`, of the region's own role.
        """
        with self._in_our_words():
            target = self._client.get_targetinfo(target_path(region, kind))
        if target is None:
            return None
        return parse_offer(
            region,
            kind,
            size_bytes=target.length,
            sha256=target.hashes.get("sha256"),
            custom=target.custom if isinstance(target.custom, dict) else {},
        )

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except tuf_errors.DownloadHTTPError as error:
            raise HubUnreachable(
                found=f"status {error.status_code} for {self._fetcher.last}",
                expected="the hub's signed metadata",
                remedy=f"check the address, or try again later; {_STAYS}",
            ) from error
        except (tuf_errors.RepositoryError, tuf_errors.DownloadError) as error:
            raise _in_our_words(error, self._fetcher.last, self._now) from error
        except OSError as error:
            with translated(Path("metadata")):
                raise error from None


def first_root(
    downloads: Downloads, url: str, *, fingerprint: str | None, data: bytes | None
) -> bytes:
    """The root a phone shall start from, held against what the owner was told.

    Args:
        downloads: the network; not used where the root itself is given.
        url: the hub's.
        fingerprint: at least 32 hexadecimal digits of its SHA-256; blanks and case do not matter.
        data: the root itself.

    Raises:
        UnknownHub: neither was given, or no root of the hub has that fingerprint.
    """
    if data is not None:
        return _checked_root(data)
    asked = "".join((fingerprint or "").split()).lower().replace(":", "")
    seen: list[str] = []
    for version in range(1, MAX_ROOTS + 1):
        try:
            small = downloads.small(f"{url}/metadata/{version}.root.json", max_bytes=MAX_ROOT_BYTES)
        except BadStatus as error:
            if not seen:
                raise error.as_error() from error
            break
        root = small.data or b""
        digest = hashlib.sha256(root).hexdigest()
        seen.append(digest)
        if len(asked) >= MIN_FINGERPRINT and digest.startswith(asked):
            return _checked_root(root)
        if not asked:
            break
    raise UnknownHub(
        found=f"a hub whose root has the fingerprint {spaced(seen[0])}",
        expected=_expected(asked),
        remedy="ask the hub's people for its fingerprint by another road than this network, then "
        "give it with --fingerprint",
    )


def _expected(asked: str) -> str:
    if not asked:
        return "to be told that this is the right one"
    if len(asked) < MIN_FINGERPRINT:
        return f"a fingerprint of at least {MIN_FINGERPRINT} hexadecimal digits"
    return spaced(asked)


def fingerprint_of(root: bytes) -> str:
    """What people compare: the SHA-256 of a root, in groups of four digits."""
    return spaced(hashlib.sha256(root).hexdigest())


def spaced(digits: str) -> str:
    """Half a digest in groups of four, as it is read out over a telephone."""
    return " ".join(digits[place : place + 4] for place in range(0, MIN_FINGERPRINT, 4)).strip()


def verified_until(directory: Path) -> datetime | None:
    """When what was last verified of a hub runs out; None where nothing was."""
    try:
        data = (directory / "metadata" / _TIMESTAMP).read_bytes()
        return Metadata[Timestamp].from_bytes(data).signed.expires
    except (OSError, tuf_errors.RepositoryError):
        return None


class _Client(Updater):
    """The framework's client, told the time, and writing so that a power cut loses nothing.

    Two names of it are private; `pyproject.toml` holds tuf to a major version, and
    `tests/device/test_trusted.py` fails should either go.
    """

    def __init__(
        self, directory: Path, url: str, fetcher: "_Fetcher", bootstrap: bytes, now: datetime
    ) -> None:
        super().__init__(str(directory), url, fetcher=fetcher, config=_CONFIG, bootstrap=bootstrap)
        self._trusted_set.reference_time = now

    def _persist_file(self, filename: str, data: bytes) -> None:
        path = Path(filename)
        # The roots are written again at every start; what is there already need not be.
        if not (path.is_file() and path.read_bytes() == data):
            write_durably(path, data)


class _Fetcher(FetcherInterface):
    """The framework's network: ours, with conditional requests for what changes most often."""

    def __init__(self, directory: Path, downloads: Downloads) -> None:
        self._timestamp = directory / "metadata" / _TIMESTAMP
        self._note = directory / "timestamp.etag"
        self._downloads = downloads
        self._etag: tuple[str, bytes] | None = None
        self.last = ""

    def download_bytes(self, url: str, max_length: int) -> bytes:
        """A metadata file, from the network or, where the server says it is the same, from disk."""
        self.last = url.rpartition("/")[2]
        have, etag = self._known() if self.last == _TIMESTAMP else (b"", None)
        try:
            small = self._downloads.small(url, max_bytes=max_length, etag=etag)
        except BadStatus as error:
            raise tuf_errors.DownloadHTTPError(str(error), error.status) from error
        data = have if small.data is None else small.data
        if self.last == _TIMESTAMP and small.etag is not None:
            self._etag = (small.etag, data)
        return data

    def remember(self) -> None:
        """Keeps the validator of the timestamp that was verified."""
        if self._etag is None or self._known()[1] == self._etag[0]:
            return
        etag, data = self._etag
        note = f"{hashlib.sha256(data).hexdigest()} {etag}"
        write_durably(self._note, note.encode("ascii"))

    def _known(self) -> tuple[bytes, str | None]:
        try:
            data = self._timestamp.read_bytes()
            digest, _, etag = self._note.read_text("ascii").partition(" ")
        except (OSError, ValueError):
            return b"", None
        # The note counts only for the very bytes it was written about.
        return data, etag if digest == hashlib.sha256(data).hexdigest() and etag else None

    def _fetch(self, url: str) -> Iterator[bytes]:
        # The framework's own road to a file; metadata takes `download_bytes` above.
        yield self.download_bytes(url, _CONFIG.targets_max_length)


def _checked_root(data: bytes) -> bytes:
    try:
        root = Metadata[Root].from_bytes(data)
        root.signed.verify_delegate(Root.type, root.signed_bytes, root.signatures)
    except (tuf_errors.RepositoryError, ValueError, KeyError) as error:
        raise NotSigned(
            found=f"a root that does not hold ({error})",
            expected="a root.json signed by enough of its own keys",
            remedy="ask the hub's people for it again",
        ) from error
    return data


def _in_our_words(error: Exception, file: str, now: datetime) -> ProsoError:
    kind: type[ProsoError] = Altered
    found, expected = f"{file} that is not sound ({error})", "what the hub signed"
    remedy = f"try again later, or from another mirror; {_STAYS}"
    match error:
        case tuf_errors.ExpiredMetadataError():
            kind, found = (
                Frozen,
                f"signed metadata that has run out ({error} at {now:%Y-%m-%d %H:%M})",
            )
            expected = "newer metadata: the hub may be asleep, or somebody keeps it away"
            remedy = f"check this device's clock, and try again later; {_STAYS}"
        case tuf_errors.BadVersionNumberError():
            kind = RolledBack if file.endswith((_TIMESTAMP, "root.json")) else MixedUp
            found = f"{file} of another version ({error})"
            expected = "one at least as new as what this phone has seen, made together"
        case tuf_errors.UnsignedMetadataError():
            kind, found = NotSigned, f"{file} without enough valid signatures"
            expected = "the keys the hub's root names now"
        case tuf_errors.DownloadLengthMismatchError():
            kind, found = Endless, f"{file} longer than it may be"
        case tuf_errors.SlowRetrievalError():
            kind, found = TooSlow, f"{file} that does not come"
        case tuf_errors.LengthOrHashMismatchError():
            found = f"{file} with other bytes than those signed for"
        case tuf_errors.RepositoryError():
            pass
        case _:
            kind, found = HubUnreachable, f"{file} that could not be fetched ({error})"
    return kind(found=found.replace("\n", " "), expected=expected, remedy=remedy)
