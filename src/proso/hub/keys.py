"""Keys as files: Ed25519 in OpenSSH's own formats, so that the tools everybody has can mind them.

A private key is ``NAME.key`` (mode 0600, with a passphrase where one is given: bcrypt, 64 rounds)
and beside it lies the public half, ``NAME.pub``, one line that can be sent by any road.
``ssh-keygen -p -f NAME.key`` changes the passphrase.  Nothing of a private key is ever printed.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from proso.errors import BadKey
from proso.hub.store import settle, translated

PRIVATE: Final = ".key"
PUBLIC: Final = ".pub"
HOLDER: Final = "x-proso-holder"
"""The field of a key in the signed metadata that says whose it is."""

KDF_ROUNDS: Final = 64
"""Half a second a guess; 16 is OpenSSH's own default."""

MAX_KEY_BYTES: Final = 16_384

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")

Passphrase = Callable[[], bytes | None]


def make_key(path: Path, *, holder: str, passphrase: bytes | None = None) -> SSlibKey:
    """A new key in ``path`` and its public half beside it.

    Args:
        path: ends in ``.key``; a file that is there is never replaced.
        holder: whose it is: letters, digits, - _ and .
        passphrase: to encrypt it with, None for none.

    Raises:
        BadKey: a name that is none, or a file that is there already.
        Unavailable: the folder cannot be written.
    """
    if path.suffix != PRIVATE or not _NAME.fullmatch(holder):
        raise BadKey(
            found=f"the file {path.name} for {holder[:40]!r}",
            expected="a name ending in .key and a holder of up to 40 letters, digits, - _ .",
            remedy="choose others",
        )
    private = Ed25519PrivateKey.generate()
    encryption: KeySerializationEncryption = NoEncryption()
    if passphrase:
        builder = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(KDF_ROUNDS)
        encryption = builder.build(passphrase)
    data = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption)
    line = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    with translated(path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(path, data, 0o600)
        _write_new(path.with_suffix(PUBLIC), line + f" {holder}\n".encode(), 0o644)
    return _named(private.public_key(), holder)


def read_public(path: Path) -> SSlibKey:
    """The public key of a ``.pub`` file, named after its comment.

    Raises:
        BadKey: no such file, or no Ed25519 key in it.
    """
    data = _read(path)
    try:
        key = load_ssh_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _bad(path, "no public key of OpenSSH") from error
    if not isinstance(key, Ed25519PublicKey):
        raise _bad(path, "a key of another kind than Ed25519")
    words = data.decode("ascii", "replace").split()
    holder = words[2] if len(words) > 2 and _NAME.fullmatch(words[2]) else path.stem  # noqa: PLR2004
    return _named(key, holder)


def load_signer(path: Path, passphrase: Passphrase = lambda: None) -> CryptoSigner:
    """What signs with a private key.

    Args:
        path: of the key.
        passphrase: asked only where the key is encrypted.

    Raises:
        BadKey: no such file, no key, or another passphrase.
    """
    data = _read(path)
    try:
        try:
            private = load_ssh_private_key(data, None)
        except TypeError:  # it is encrypted
            private = load_ssh_private_key(data, passphrase() or b"")
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _bad(path, "no private key, or another passphrase") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _bad(path, "a key of another kind than Ed25519")
    public = path.with_suffix(PUBLIC)
    holder = read_public(public) if public.is_file() else None
    name = str(holder.unrecognized_fields[HOLDER]) if holder is not None else path.stem
    return CryptoSigner(private, _named(private.public_key(), name))


def load_folder(folder: Path) -> Iterator[tuple[Path, CryptoSigner]]:
    """What signs with each of the keys of a folder; the hub's own have no passphrase."""
    for path in sorted(folder.glob(f"*{PRIVATE}")):
        yield path, load_signer(path)


def holder_of(key: object) -> str:
    """Whose a key of the metadata is, in a word."""
    fields = getattr(key, "unrecognized_fields", {})
    return str(fields.get(HOLDER) or getattr(key, "keyid", "")[:8])


def _named(key: Ed25519PublicKey, holder: str) -> SSlibKey:
    named = SSlibKey.from_crypto(key)
    named.unrecognized_fields[HOLDER] = holder
    return named


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_KEY_BYTES)
    except OSError as error:
        raise _bad(path, error.strerror or "not readable") from error


def _bad(path: Path, why: str) -> BadKey:
    return BadKey(
        found=f"{path.name}: {why}",
        expected="an Ed25519 key as `proso hub key make` or `ssh-keygen -t ed25519` makes it",
        remedy="check the file and the passphrase",
    )


def _write_new(path: Path, data: bytes, mode: int) -> None:
    if path.exists():
        raise BadKey(
            found=f"a key in {path.name} already",
            expected="a file that is not there",
            remedy="name another; keys are never overwritten",
        )
    temporary = path.with_name(path.name + ".tmp")
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(opened, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    settle(temporary, path)
