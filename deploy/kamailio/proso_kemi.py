"""The script Kamailio loads: proso's routing.  See docs/how-to/sip-server.md.

PROSO_PYTHON: folders to import from, such as a virtual environment's site-packages, before all
others (Kamailio embeds the system's Python).  PROSO_SIP: the settings file.
"""

import os
import sys

sys.path[:0] = [place for place in os.environ.get("PROSO_PYTHON", "").split(":") if place]

import KSR  # noqa: E402  Kamailio's own module

from proso.adapters.kamailio import Proxy, open_proxy  # noqa: E402


def mod_init() -> Proxy:
    """Called once, before Kamailio forks."""
    return open_proxy(KSR, os.environ.get("PROSO_SIP", "/etc/proso/sip.toml"))
