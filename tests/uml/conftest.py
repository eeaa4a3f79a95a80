"""The guest's tests are run in the guest (`tests/integration/test_wifi_in_uml.py`), not here."""

import os

collect_ignore = [] if "PROSO_GUEST" in os.environ else ["guest"]
