"""The judge of one owner's calls: the rules, what the log knows, and the pack of the moment."""

import logging
from datetime import datetime

from proso.device.calllog import CallLog
from proso.device.packshelf import PackShelf
from proso.errors import ProsoError
from proso.outcomes import Outcome
from proso.values.call import Call
from proso.values.number import PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Verdict

_log = logging.getLogger(__name__)


class Judge:
    """Judges calls and learns from what came of them.

    A log that cannot be used costs what it knows, never a call.
    """

    def __init__(self, rules: OwnerRules, log: CallLog, shelf: PackShelf) -> None:
        self._rules = rules
        self._log = log
        self._shelf = shelf

    def verdict(self, call: Call, now: datetime) -> Verdict:
        """The verdict on a call.  Total."""
        rules = self._rules
        try:
            rules = self._log.known_to(rules, now)
        except ProsoError as error:
            _log.warning("%s", error)
        except Exception:  # noqa: BLE001  a bug of ours must never cost a call
            _log.exception("a bug in the log of calls; judged without it")
        return screen(call, self._shelf.current(), rules, now)

    def keep(self, outcome: Outcome) -> None:
        """Remembers what came of a call."""
        try:
            self._log.keep(outcome)
        except ProsoError as error:
            _log.warning("%s", error)

    def keep_dialled(self, text: str, region: str, now: datetime, *, is_emergency: bool) -> None:
        """Remembers whom the owner called."""
        try:
            number = PhoneNumber.signalled(text) or _read(text, region)
            self._log.keep_dialled(number, now, is_emergency=is_emergency)
        except ProsoError as error:
            _log.warning("%s", error)


def _read(text: str, region: str) -> PhoneNumber | None:
    try:
        return PhoneNumber.parse(text, region)
    except ProsoError:
        return None  # a service code or short number: nobody calls back from it
