"""Who signed an installed pack, as far as this device knows."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from proso.device.trusted import fingerprint_of, verified_until
from proso.device.updater import followed_in


@dataclass(frozen=True, slots=True)
class Signer:
    """A hub that packs were installed from.

    Attributes:
        hub: its address.
        fingerprint: of the root that is trusted here, as people compare it.
        verified_until: when what was last verified of it runs out, aware; None for never verified.
    """

    hub: str
    fingerprint: str
    verified_until: datetime | None


def signer_of(pack: Path, region: str) -> Signer | None:
    """The signer of a pack in a store of installed packs; None for any other file.

    A pack comes into a store only when the hub's metadata named its digest, so that where it lies
    says who signed it.

    Args:
        pack: the file.
        region: of the pack.
    """
    store = pack.resolve().parent.parent
    if pack.resolve().parent.name != region:
        return None
    for folder, hub in followed_in(store):
        if region in hub.regions:
            root = (folder / "root.json").read_bytes()
            return Signer(hub.url, fingerprint_of(root), verified_until(folder))
    return None
