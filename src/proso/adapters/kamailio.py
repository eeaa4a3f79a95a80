"""Kamailio 5.6 and later, through KEMI: proso inside the proxy, no network between.

What the real one taught (tests/integration):
* an exception out of the handler drops the request without a word, so none gets out and the call
  goes on unjudged;
* without `kemi.onsend_route_callback="none"` and its sister in the configuration, one call in four
  is lost;
* threads do not run between requests, so a new pack is noticed when a call comes.
"""

import gc
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from proso.device.sip import Invite, SipAnswer, SipScreening, numbered

_HOPS: Final = 10
_SANITY: Final = (17895, 7)  # what sanity_check looks at: the set of Kamailio's own example
_FEATURE_608: Final = "+sip.608"


class Proxy:
    """The routing of one server.  Its methods have the names KEMI calls."""

    def __init__(self, ksr: Any, screening: SipScreening) -> None:  # noqa: ANN401  Kamailio's module
        self._ksr = ksr
        self._screening = screening
        self._settings = screening.settings

    def child_init(self, _rank: int) -> int:
        """Called in each process; nothing to do: the pack was mapped before they forked."""
        return 0

    def ksr_request_route(self, _message: object) -> int:
        """Each request.  Never raises: a bug of ours must never cost a call."""
        try:
            self._route()
        except Exception as error:  # noqa: BLE001  see above
            self._ksr.err(f"proso: {type(error).__name__} while routing; the call goes on\n")
            try:
                self._go_on_regardless()
            except Exception as again:  # noqa: BLE001  nothing more can be done
                self._ksr.err(f"proso: {type(again).__name__} again\n")
        return 1

    def _route(self) -> None:
        ksr = self._ksr
        if ksr.maxfwd.process_maxfwd(_HOPS) < 0:
            ksr.sl.sl_send_reply(483, "Too Many Hops")
        elif ksr.sanity.sanity_check(*_SANITY) < 0:
            return  # it has answered, where an answer is due
        elif ksr.is_CANCEL():
            if ksr.tm.t_check_trans() > 0:
                ksr.tm.t_relay()
        elif ksr.siputils.has_totag() > 0:
            self._within_dialog()
        elif ksr.tm.t_check_trans() == 0:
            return  # a retransmission, absorbed
        elif ksr.is_INVITE():
            self._invite()
        elif ksr.is_OPTIONS():
            ksr.sl.sl_send_reply(200, "OK")
        else:
            ksr.sl.sl_send_reply(405, "Method Not Allowed")

    def _within_dialog(self) -> None:
        ksr = self._ksr
        if ksr.rr.loose_route() > 0:
            ksr.tm.t_relay()
        elif ksr.is_ACK():
            if ksr.tm.t_check_trans() > 0:
                ksr.tm.t_relay()
        else:
            ksr.sl.sl_send_reply(404, "Not Here")

    def _invite(self) -> None:
        answer = None
        try:
            invite = self._read()
            answer = self._screening.answer(invite, datetime.now().astimezone())
        except Exception as error:  # noqa: BLE001  a call that cannot be judged rings
            self._ksr.err(f"proso: {type(error).__name__} while judging; the call rings\n")
        if answer is not None and answer.code:
            for header in answer.headers:
                self._ksr.hdr.append_to_reply(header)
            self._ksr.sl.sl_send_reply(answer.code, answer.phrase)
            return
        self._go_on(answer)

    def _read(self) -> Invite:
        get = self._ksr.pv.get
        features = self._ksr.hdr.get("Feature-Caps") or ""
        return Invite(
            from_uri=get("$fu") or "",
            asserted_uri=get("$ai") or "",
            called=get("$rU") or "",
            peer=get("$si") or "",
            offers_608=_FEATURE_608 in features,
        )

    def _go_on(self, answer: SipAnswer | None) -> None:
        ksr, settings = self._ksr, self._settings
        called = ksr.pv.get("$rU") or ""
        to_voicemail = answer is not None and answer.to_voicemail
        hop = settings.voicemail if to_voicemail else settings.next_hop
        if settings.mode == "redirect":
            target = numbered(hop, called) if hop else ksr.pv.get("$ru")
            ksr.hdr.append_to_reply(f"Contact: <{target}>\r\n")
            ksr.sl.sl_send_reply(302, "Moved Temporarily")
            return
        # What a stranger put there must not pass for our word.
        ksr.hdr.remove("X-Proso-Verdict")
        if answer is not None:
            for header in answer.headers:
                ksr.hdr.append(header)
            if answer.display:
                ksr.uac.uac_replace_from(f'"{answer.display}"', "")
        self._relay(hop, called if to_voicemail else "")

    def _relay(self, hop: str, user: str) -> None:
        ksr = self._ksr
        ksr.rr.record_route()
        if user:
            ksr.pv.sets("$ru", numbered(hop, user))
        elif hop:
            ksr.pv.sets("$du", hop)
        ksr.tm.t_relay()

    def _go_on_regardless(self) -> None:
        ksr = self._ksr
        if ksr.is_INVITE() and ksr.siputils.has_totag() < 0:
            self._relay(self._settings.next_hop, "")
        else:
            ksr.tm.t_relay()


def open_proxy(ksr: Any, settings: str) -> Proxy:  # noqa: ANN401  Kamailio's module
    """The routing for a settings file, for `mod_init` of a KEMI script.

    Raises:
        ProsoError: the settings are wrong; the server does not start, and says why.
    """
    proxy = Proxy(ksr, SipScreening.open(Path(settings)))
    # What is there before the fork is shared; counting through it would copy it in every worker.
    gc.collect()
    gc.freeze()
    return proxy
