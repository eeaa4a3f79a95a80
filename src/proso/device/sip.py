"""A call on a SIP server: what its INVITE says, and what verdicts lead to there, as settings.

No SIP is spoken here: `proso.adapters` read headers and carry answers out.
"""

import re
import tomllib
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from proso.device.owner import load_rules
from proso.device.packshelf import PackShelf
from proso.errors import BadRules
from proso.values.call import Call, Line, Verification
from proso.values.numbering import is_region
from proso.verdicts.rules import OwnerRules
from proso.verdicts.screening import screen
from proso.verdicts.verdict import Action, Reason, Verdict

MAX_URI: Final = 512
"""Characters of a URI that are looked at; a number and its parameters take a tenth of it."""

OWN_LIST: Final = frozenset({Reason.BLOCKLIST, Reason.BLOCKLIST_PATTERN, Reason.SCHEDULE})
"""Reasons that are the called party's own word, not an analysis."""

ANALYTICS_OF: Final = {"US": "603+"}
"""How a call that analysis stopped is answered, by region; elsewhere as `ANALYTICS_ELSEWHERE`.
Source: FCC Eighth Report and Order, FR 2025-04811: from 2026-03-25 only 603+ (ATIS-1000099)."""

ANALYTICS_ELSEWHERE: Final = "608"
_CODES: Final = frozenset({"403", "433", "480", "486", "603", "603+", "607", "608"})
_PHRASES: Final = {
    "403": "Forbidden",
    "433": "Anonymity Disallowed",
    "480": "Temporarily Unavailable",
    "486": "Busy Here",
    "603": "Decline",
    "603+": "Network Blocked",
    "607": "Unwanted",
    "608": "Rejected",
}
_VERSTAT: Final = {
    "tn-validation-passed": Verification.PASSED,
    "tn-validation-failed": Verification.FAILED,
}
_PLAIN: Final = re.compile(r"sip:(\+[1-9][0-9]{6,14})@")  # nearly every call there is
_MAX_KEPT: Final = 4096  # refusals; as many as verdicts are kept with a pack
_URL: Final = re.compile(r"https://[A-Za-z0-9./_~%-]{1,200}")


@dataclass(frozen=True, slots=True)
class Invite:
    """What a server reads from an INVITE; personal, so that no text of it shows anything.

    Attributes:
        from_uri: of From.
        asserted_uri: of the first P-Asserted-Identity, "" where there is none.
        called: user part of the request.
        peer: address it came from.
        offers_608: whether `Feature-Caps: *;+sip.608` is there (RFC 8688 section 3.4).
    """

    from_uri: str
    asserted_uri: str = ""
    called: str = ""
    peer: str = ""
    offers_608: bool = False

    def __repr__(self) -> str:
        return "Invite(…)"


@dataclass(frozen=True, slots=True)
class SipAnswer:
    """What the server is to do.

    Attributes:
        verdict: what it rests on.
        code: of the final answer, 0 to let the call go on.
        phrase: of the final answer.
        headers: of the answer, or of the INVITE that goes on, each with its line end.
        display: display name for the INVITE that goes on, "" to leave it.
        to_voicemail: whether the call goes on to the voicemail instead.
    """

    verdict: Verdict
    code: int = 0
    phrase: str = ""
    headers: tuple[str, ...] = ()
    display: str = ""
    to_voicemail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """How one server answers; a TOML file of the same keys.

    Attributes:
        pack: file of the pack.
        region: of the lines behind the server.
        rules: file of the rules of the server's owner; "" for the defaults.
        contacts: vCard file; "" for none.
        next_hop: SIP URI calls go on to; "" for wherever the request says.
        voicemail: SIP URI for silenced calls; "" lets them ring, with the header.
        mode: "proxy" forwards calls, "redirect" answers 302, and "tag" stops none.
        trusted: addresses of peers whose P-Asserted-Identity and verstat count (RFC 3325).
        redress_url: where a stopped caller finds help; https.
        card_url: prefix of the address that serves the signed card of RFC 8688; "" for none,
            then 608 is answered as 603.
        analytics: code for a call stopped by the pack; "" for the region's.
        owner: code for a call on the called party's own list.
        anonymous: code for a caller who hides the number.
        label_name: display name of a labelled call, "" to leave it as it is.
    """

    pack: str
    region: str = "US"
    rules: str = ""
    contacts: str = ""
    next_hop: str = ""
    voicemail: str = ""
    mode: str = "proxy"
    trusted: tuple[str, ...] = ()
    redress_url: str = ""
    card_url: str = ""
    analytics: str = ""
    owner: str = "607"
    anonymous: str = "433"
    label_name: str = "Suspected spam"

    @classmethod
    def load(cls, path: Path) -> "SipSettings":
        """The settings of a file.

        Raises:
            BadRules: the file cannot be read or understood.
        """
        try:
            document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise _bad(f"{path.name}, which is no TOML file ({error})", "settings") from error
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(document) - known)
        if unknown:
            raise _bad(f"the unknown key {unknown[0]!r}", ", ".join(sorted(known)))
        if "trusted" in document:
            document["trusted"] = tuple(document["trusted"])
        try:
            return cls(**document).checked()
        except TypeError as error:
            raise _bad(f"settings without a pack ({error})", "pack = FILE") from error

    def checked(self) -> "SipSettings":
        """These settings.

        Raises:
            BadRules: a value that cannot be.
        """
        for name in ("analytics", "owner", "anonymous"):
            code = getattr(self, name)
            if code not in _CODES and not (code == "" and name == "analytics"):
                raise _bad(f"{name} = {code!r}", "one of " + ", ".join(sorted(_CODES)))
        for name in ("redress_url", "card_url"):
            if getattr(self, name) and not _URL.fullmatch(getattr(self, name)):
                raise _bad(f"a {name} that is no plain https address", "https://…")
        if self.mode not in ("proxy", "redirect", "tag") or not is_region(self.region):
            raise _bad(f"mode {self.mode!r} in {self.region!r}", "proxy, redirect or tag; a region")
        if not re.fullmatch(r"[\w ?!.()-]{0,40}", self.label_name):
            raise _bad("a label_name of other characters", "letters, digits and spaces")
        return self


class SipScreening:
    """Judges INVITEs for one server; made before a server forks, so that all share the pack."""

    def __init__(self, settings: SipSettings, rules: OwnerRules, shelf: PackShelf) -> None:
        self.settings = settings
        self._rules = rules
        self._shelf = shelf
        self._line = Line(settings.region)
        self._trusted = frozenset(settings.trusted)
        # A verdict is kept with its refusal, because its id is its own only as long as it lives.
        self._refusals: dict[tuple[int, bool], SipAnswer] = {}

    @classmethod
    def open(cls, path: Path) -> "SipScreening":
        """As a settings file says.

        Raises:
            BadRules: the settings or the rules cannot be understood.
            BadContacts: the contacts cannot be read.
        """
        settings = SipSettings.load(path)
        rules = load_rules(
            Path(settings.rules) if settings.rules else None,
            contacts=Path(settings.contacts) if settings.contacts else None,
            region=settings.region,
        )
        shelf = PackShelf(Path(settings.pack), settings.region)
        shelf.current()
        return cls(settings, rules, shelf)

    def answer(self, invite: Invite, now: datetime) -> SipAnswer:
        """What to do with a call.

        Args:
            invite: what its INVITE says.
            now: the present moment, aware, in the zone of the lines.
        """
        return self.answer_call(self.call(invite, now), now, offers_608=invite.offers_608)

    def answer_call(self, call: Call, now: datetime, *, offers_608: bool = False) -> SipAnswer:
        """As `answer`, for a call that was read already."""
        verdict = screen(call, self._shelf.current(), self._rules, now)
        return self.answer_to(verdict, call, offers_608=offers_608)

    def call(self, invite: Invite, now: datetime) -> Call:
        """The call of an INVITE: of the asserted number where the peer is trusted, else of From."""
        asserted = invite.asserted_uri if invite.peer in self._trusted else ""
        text, verification = _user(asserted or invite.from_uri)
        call = Call.receive(text, at=now, line=self._line)
        if asserted and verification is not Verification.NONE:
            return replace(call, verification=verification)
        return call

    def answer_to(self, verdict: Verdict, call: Call, *, offers_608: bool = False) -> SipAnswer:
        """What a verdict leads to by these settings."""
        if verdict.action is Action.ALLOW:
            return SipAnswer(verdict)
        if verdict.action is Action.REJECT and self.settings.mode != "tag":
            return self._kept_refusal(verdict, offers_608=offers_608)
        label = (_label(verdict),)
        if verdict.action is Action.SILENCE and self.settings.voicemail:
            return SipAnswer(verdict, headers=label, to_voicemail=True)
        name = self.settings.label_name
        number = call.calling_number
        display = f"{name} {number.e164 if number else ''}".strip() if name else ""
        return SipAnswer(verdict, headers=label, display=display)

    def _kept_refusal(self, verdict: Verdict, *, offers_608: bool) -> SipAnswer:
        kept = self._refusals.get((id(verdict), offers_608))
        if kept is None:
            if len(self._refusals) >= _MAX_KEPT:
                self._refusals.clear()
            kept = self._refusal(verdict, offers_608=offers_608)
            self._refusals[id(verdict), offers_608] = kept
        return kept

    def _refusal(self, verdict: Verdict, *, offers_608: bool) -> SipAnswer:
        settings = self.settings
        if verdict.reason in OWN_LIST:
            code = settings.owner
        elif verdict.reason is Reason.WITHHELD:
            code = settings.anonymous
        else:
            code = settings.analytics or ANALYTICS_OF.get(settings.region, ANALYTICS_ELSEWHERE)
        if code == "608" and not (offers_608 and settings.card_url):
            code = "603"  # the caller could not read the card, or there is none: RFC 8688 3.4
        headers: tuple[str, ...] = ()
        if code == "603+":
            headers = (_reason_of_603(settings.redress_url),)
        elif code == "608":
            headers = (f"Call-Info: <{settings.card_url}>;purpose=jwscard\r\n",)
        return SipAnswer(verdict, int(code.rstrip("+")), _PHRASES[code], headers)


def _user(uri: str) -> tuple[str, Verification]:
    """The number or name in a sip, sips or tel URI, and its verstat (TS 24.229 7.2A.20)."""
    plain = _PLAIN.match(uri)
    if plain is not None:
        return plain[1], Verification.NONE
    scheme, _, rest = uri[:MAX_URI].partition(":")
    if scheme.lower() not in ("sip", "sips", "tel"):
        return "", Verification.NONE
    user, at, _host = rest.partition("@")
    if not at and scheme.lower() != "tel":
        return "", Verification.NONE  # sip:example.com names a host, nobody
    number, *parameters = unquote(user).split(";")
    verification = Verification.NONE
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.lower() == "verstat":
            verification = _VERSTAT.get(value.lower(), Verification.NONE)
    return number, verification


def _label(verdict: Verdict) -> str:
    rating = "" if verdict.rating is None else f";rating={verdict.rating:.2f}"
    return f"X-Proso-Verdict: {verdict.action};reason={verdict.reason}{rating}\r\n"


def _reason_of_603(url: str) -> str:
    """The Reason of 603+.  Source: ATIS-1000099 as quoted in FR 2025-04811 and by carriers."""
    at = f";url={url}" if url else ""
    return f'Reason: SIP;cause=603;text="v=analytics1{at}";location=RLN\r\n'


def numbered(uri: str, user: str) -> str:
    """A URI with this user before its host: where a call to a number goes on."""
    scheme, _, rest = uri.partition(":")
    safe = re.sub(r"[^0-9A-Za-z+*#._-]", "", user)[:64]
    return f"{scheme}:{safe}@{rest.rpartition('@')[2]}"


def _bad(found: str, expected: str) -> BadRules:
    return BadRules(found=found, expected=expected, remedy="correct the server's settings file")
