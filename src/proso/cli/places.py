"""Where an owner's files lie.  Source: XDG Base Directory Specification 0.8."""

import os
from pathlib import Path


def pack_folder() -> Path:
    """Where the packs of this owner are installed."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "proso" / "packs"
