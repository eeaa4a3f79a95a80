"""`proso hub key`: who may sign what, and how that changes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from proso.cli.output import answers, checked_region, hub_module, print_json, talk
from proso.errors import BadFile, ThresholdNotMet

_hub = click.option(
    "--hub",
    "directory",
    type=click.Path(path_type=Path),
    default=Path("hub"),
    show_default=True,
    help="Directory of the hub.",
)
_sign = click.option(
    "--sign",
    "keys",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A holder's key at hand; may be given more than once.",
)
_passphrase = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="The passphrase's file."
)


@click.group()
def key() -> None:
    """Who may sign what: make keys, sign changes, put them in force.

    Example: proso hub key show
    """


@key.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--holder", help="Whose it is; the file's name if not given.")
@click.option("--no-passphrase", is_flag=True, help="Leave it unencrypted.")
@_passphrase
def make(
    file: Path,
    holder: str | None,
    no_passphrase: bool,  # noqa: FBT001
    passphrase_file: Path | None,
) -> None:
    """A new key in FILE, which ends in .key, and its public half in .pub.

    Example: proso hub key make ana.key
    """
    keys = hub_module("keys")
    secret = None
    if passphrase_file is not None:
        secret = _secret(passphrase_file)
    elif not no_passphrase:
        secret = click.prompt(
            "Passphrase", hide_input=True, confirmation_prompt=True, err=True
        ).encode()
    made = keys.make_key(file, holder=holder or file.stem, passphrase=secret)
    answers.print(f"{file}: keep it to yourself, on a stick that lies in a drawer", markup=False)
    answers.print(f"{file.with_suffix('.pub')}: send this one; it is the key {made.keyid[:8]}")


@key.command()
@_hub
@click.option("--json", "as_json", is_flag=True)
def show(directory: Path, as_json: bool) -> None:  # noqa: FBT001
    """Who may sign, how many it takes, and how long that holds.

    Example: proso hub key show
    """
    repository = _repository(directory)
    ceremony, keys = hub_module("ceremony"), hub_module("keys")
    current = repository.in_force
    if current.root is None or current.targets is None:
        answers.print("no keys are in force yet: sign the files of ceremony/, then apply them")
        return
    root, targets = current.root.signed, current.targets.signed
    rows = [
        (name, role.threshold, [(keys.holder_of(root.keys[one]), one[:8]) for one in role.keyids])
        for name, role in (("holders", root.roles["root"]), *root.roles.items())
        if name in ("holders", *ceremony.ONLINE)
    ]
    for region in ceremony.regions_of(targets):
        role = targets.get_delegated_role(region)
        holders = [(keys.holder_of(targets.get_key(one)), one[:8]) for one in role.keyids]
        rows.append((region, role.threshold, holders))
    fingerprint = repository.fingerprint()
    if as_json:
        print_json(
            {
                "fingerprint": fingerprint.replace(" ", ""),
                "root_version": root.version,
                "root_expires": root.expires.isoformat(),
                "targets_expires": targets.expires.isoformat(),
                "roles": [
                    {"role": name, "threshold": threshold, "keys": [one[1] for one in holders]}
                    for name, threshold, holders in rows
                ],
            }
        )
        return
    answers.print(f"fingerprint  {fingerprint}")
    answers.print(f"root         version {root.version}, valid until {root.expires:%Y-%m-%d}")
    for name, threshold, holders in rows:
        listed = ", ".join(f"{holder} {keyid}" for holder, keyid in holders)
        answers.print(f"{name:<12} {threshold} of {len(holders)}: {listed}", markup=False)


@key.command()
@click.argument("role")
@_hub
@_sign
@_passphrase
def rotate(
    role: str, directory: Path, keys: tuple[Path, ...], passphrase_file: Path | None
) -> None:
    """A new key for timestamp, snapshot or a region; the one before no longer counts.

    Example: proso hub key rotate timestamp --sign ana.key --sign ben.key
    """
    ceremony, repository = hub_module("ceremony"), _repository(directory)
    now = datetime.now(UTC)
    current = repository.in_force
    ceremony.check_role(current, role)
    made = repository.make_online_key(role)
    _propose(repository, ceremony.rotate_online(current, role, made, now=now))
    _sign_and_apply(repository, keys, passphrase_file)


@key.command(name="add-region")
@click.argument("region", callback=checked_region)
@_hub
@_sign
@_passphrase
def add_region(
    region: str, directory: Path, keys: tuple[Path, ...], passphrase_file: Path | None
) -> None:
    """A key for the packs of one more region.

    Example: proso hub key add-region TR --sign ana.key --sign ben.key
    """
    ceremony, repository = hub_module("ceremony"), _repository(directory)
    ceremony.check_new_region(repository.in_force, region)
    made = repository.make_online_key(region)
    change = ceremony.add_region(repository.in_force, region, made, now=datetime.now(UTC))
    _propose(repository, change)
    _sign_and_apply(repository, keys, passphrase_file)


@key.command()
@click.option("--leaves", help="Name, or first digits, of a holder whose key is revoked.")
@click.option("--comes", type=click.Path(path_type=Path), help="Public key of a new holder.")
@click.option("--threshold", type=click.IntRange(1, 32), help="How many it takes from now on.")
@_hub
@_sign
@_passphrase
def holder(  # noqa: PLR0913  a command with its options
    leaves: str | None,
    comes: Path | None,
    threshold: int | None,
    directory: Path,
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    """Revoke a holder's key, name another holder, or both.

    Example: proso hub key holder --leaves cem --comes dan.pub --sign ana.key --sign ben.key
    """
    ceremony, repository = hub_module("ceremony"), _repository(directory)
    public = hub_module("keys").read_public(comes) if comes is not None else None
    change = ceremony.replace_holder(
        repository.in_force, leaves, public, threshold, now=datetime.now(UTC)
    )
    _propose(repository, change)
    _sign_and_apply(repository, keys, passphrase_file)


@key.command()
@_hub
@_sign
@_passphrase
def renew(directory: Path, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """The same keys for another year.

    Example: proso hub key renew --sign ana.key --sign ben.key
    """
    repository = _repository(directory)
    change = hub_module("ceremony").renew(repository.in_force, now=datetime.now(UTC))
    _propose(repository, change)
    _sign_and_apply(repository, keys, passphrase_file)


@key.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_hub
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), required=True, help="The holder's key."
)
@_passphrase
def sign(
    files: tuple[Path, ...], directory: Path, key_file: Path, passphrase_file: Path | None
) -> None:
    """Sign a proposed change: FILES, or what waits in the hub's ceremony/.

    The files may have travelled: a holder signs copies at home and sends them back.

    Example: proso hub key sign --key ana.key ceremony/root.json ceremony/targets.json
    """
    repository_module, ceremony = hub_module("repository"), hub_module("ceremony")
    paths = list(files) or [directory / "ceremony"]
    change = repository_module.read_change(paths)
    repository = repository_module.Repository(directory)
    current = repository.in_force
    for line in ceremony.in_words(change, current):
        talk.print(line, markup=False, highlight=False)
    signer = hub_module("keys").load_signer(key_file, _asking(key_file, passphrase_file))
    signed = ceremony.sign(change, signer, current)
    repository_module.write_change(paths, change)
    answers.print(f"{key_file.stem} has signed: {', '.join(signed)}", markup=False)


@key.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_hub
def apply(files: tuple[Path, ...], directory: Path) -> None:
    """Put the proposed change in force, once enough holders have signed.

    FILES are copies that were signed elsewhere; their signatures are taken over.

    Example: proso hub key apply from-ana/root.json from-ben/root.json
    """
    repository_module, ceremony = hub_module("repository"), hub_module("ceremony")
    repository = _repository(directory)
    change = _proposed(repository)
    for path in files:
        ceremony.merge(change, repository_module.read_change([path]))
    repository.propose(change)
    _apply(repository, change)


def start(
    directory: Path,
    *,
    regions: tuple[str, ...],
    holders: tuple[Path, ...],
    threshold: int,
    root_keys: Path,
) -> None:
    """The first keys of a hub: the whole ceremony at once, or its beginning.

    Args:
        directory: of the hub.
        regions: whose packs it will sign.
        holders: public keys of the people who decide; none for three made here.
        threshold: how many of them it takes.
        root_keys: where keys made here go: apart from the hub's own.
    """
    if not holders:
        repository = start_alone(
            directory, regions=regions, threshold=threshold, root_keys=root_keys
        )
        answers.print(f"fingerprint {repository.fingerprint()}: phones are told this once")
        talk.print(
            f"{root_keys}/ holds the keys of three holders, of whom any {threshold} change who may "
            "sign.  Give each to another person and keep none here.",
            markup=False,
            soft_wrap=True,
        )
        return
    publics = [hub_module("keys").read_public(path) for path in holders]
    _found(directory, publics, regions, threshold)
    answers.print(
        f"{directory / 'ceremony'}: let {threshold} of {len(publics)} holders sign what lies "
        "there (proso hub key sign), then run: proso hub key apply",
        markup=False,
    )


def start_alone(
    directory: Path, *, regions: tuple[str, ...], threshold: int, root_keys: Path
) -> Any:  # noqa: ANN401
    """The whole first ceremony on one machine: three holders' keys are made, and sign.

    Returns:
        The hub's `proso.hub.repository.Repository`.
    """
    keys, ceremony = hub_module("keys"), hub_module("ceremony")
    made = [root_keys / f"holder-{number}.key" for number in (1, 2, 3)]
    publics = [keys.make_key(path, holder=path.stem) for path in made]
    repository, change = _found(directory, publics, regions, threshold)
    for path in made[:threshold]:
        ceremony.sign(change, keys.load_signer(path), repository.in_force)
    repository.apply(change, now=datetime.now(UTC))
    return repository


def _found(
    directory: Path,
    publics: list[Any],
    regions: tuple[str, ...],
    threshold: int,
) -> tuple[Any, Any]:
    ceremony, repository = hub_module("ceremony"), hub_module("repository").Repository(directory)
    online = {name: repository.make_online_key(name) for name in (*ceremony.ONLINE, *regions)}
    change = ceremony.found(publics, threshold, online, now=datetime.now(UTC))
    repository.propose(change)
    return repository, change


def _propose(repository: Any, change: Any) -> None:  # noqa: ANN401
    for line in hub_module("ceremony").in_words(change, repository.in_force):
        talk.print(line, markup=False, highlight=False)
    repository.propose(change)


def _sign_and_apply(
    repository: Any,  # noqa: ANN401
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    change = _proposed(repository)
    for path in keys:
        signer = hub_module("keys").load_signer(path, _asking(path, passphrase_file))
        hub_module("ceremony").sign(change, signer, repository.in_force)
    repository.propose(change)
    try:
        _apply(repository, change)
    except ThresholdNotMet as error:
        if keys:
            raise
        answers.print(f"{repository.directory / 'ceremony'}: waits to be signed", markup=False)
        talk.print(str(error), markup=False)


def _apply(repository: Any, change: Any) -> None:  # noqa: ANN401
    repository.apply(change, now=datetime.now(UTC))
    answers.print(f"in force; fingerprint {repository.fingerprint()}")


def _proposed(repository: Any) -> Any:  # noqa: ANN401
    change = repository.proposed
    if change is None:
        raise BadFile(
            found="no change that waits for signatures",
            expected="one in ceremony/",
            remedy="propose one first: proso hub key rotate, add-region, holder or renew",
        )
    return change


def _repository(directory: Path) -> Any:  # noqa: ANN401
    hub_module("store").Store.open(directory).close()
    return hub_module("repository").Repository(directory)


def _asking(path: Path, passphrase_file: Path | None) -> Callable[[], bytes | None]:
    def ask() -> bytes | None:
        if passphrase_file is not None:
            return _secret(passphrase_file)
        text: str = click.prompt(f"Passphrase of {path.name}", hide_input=True, err=True)
        return text.encode()

    return ask


def _secret(path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise BadFile(
            found=f"{path.name}, which cannot be read ({error.strerror or error})",
            expected="a file whose one line is the passphrase",
            remedy="name another",
        ) from error
