"""A person with a phone in front of a portal: drives a session over an emulated link."""

from dataclasses import dataclass, field

from tests.simulators.portals import INTERNET, PROBE_BODY

from proso.values.weburl import WebUrl
from proso.verdicts.portal import PortalSession
from proso.verdicts.portal_talk import (
    Answer,
    Answered,
    Arrived,
    Ask,
    Failed,
    Fetch,
    Finished,
    LinkFacts,
    Pause,
    Verified,
    Verify,
    Waited,
)
from proso.verdicts.probing import ProbeResult, classify_probes

PROBE = WebUrl.parse(f"http://{INTERNET}/check")
MAX_REQUESTS = 200


@dataclass
class Visit:
    """What came of a visit.

    Attributes:
        finished: how the session ended; None where it asked for more than 200 things.
        asked: what was put to the person.
        unasked: submissions that the portal got before the person was asked.
        requests: how many the session made.
    """

    finished: Finished | None = None
    asked: list = field(default_factory=list)
    unasked: int = 0
    requests: int = 0


def visit(link, recipes=(), *, answer=Answer.ONCE, typed=None, standing=frozenset()):
    """Probes the link, signs in, and tells what happened."""
    found = link.fetch(Fetch(PROBE))
    plain = ProbeResult(found, PROBE_BODY)
    state = classify_probes((plain,), ProbeResult(None, failure="timeout"))
    session = PortalSession(
        recipes, LinkFacts(link.gateway, frozenset({INTERNET})), standing=standing
    )
    request = session.begin(state.portal, state.page)
    done, clock = Visit(), 0.0
    while done.requests < MAX_REQUESTS:
        done.requests += 1
        clock += 0.05
        before = len(link.submissions)
        if isinstance(request, Finished):
            done.finished = request
            return done
        if isinstance(request, Fetch):
            try:
                event = Arrived(link.fetch(request))
            except ConnectionError:
                event = Failed("refused")
        elif isinstance(request, Ask):
            done.asked.append(request)
            event = Answered(answer, typed or {})
        elif isinstance(request, Pause):
            clock += request.seconds
            event = Waited()
        else:
            assert isinstance(request, Verify)
            event = Verified(link.is_open)
        if len(link.submissions) > before and not done.asked:
            done.unasked += 1
        request = session.on(event, now=clock)
    return done
