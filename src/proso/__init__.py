"""proso: the services layer of a phone, in the open.

One loop:

    reports → reputation → packs → verdicts → outcomes → reports

People report numbers (`proso.reports`); a hub weighs the reports (`proso.reputation`) and
publishes what it believes as a pack per country (`proso.packs`); a phone, a PBX or a SIP server
carries the pack and decides each call offline (`proso.verdicts`); what came of the call
(`proso.outcomes`) may become the next report, if the owner agreed.
"""

from proso.packs.pack import Pack
from proso.values.call import Attestation, Call, Line, Presentation, Verification
from proso.values.number import NumberRange, PhoneNumber
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action, Verdict

__all__ = [
    "Action",
    "Attestation",
    "Call",
    "Line",
    "NumberRange",
    "OwnerRules",
    "Pack",
    "PhoneNumber",
    "Presentation",
    "Verdict",
    "Verification",
    "screen",
]
