"""The hub over HTTP: take reports, hand out packs.

POST /reports          one report or a list, of calls and hotspots alike; answers when they are on
                       the disk
GET  /packs/{file}     packs as static files
GET  /metadata/{file}  what phones verify, and
GET  /targets/{file}   what they fetch: any web server or CDN can hand out the same files
GET  /healthz          whether the hub lives
"""

import json
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from proso.errors import BadReport, ProsoError
from proso.hub.hotspot_reports import HotspotReports, is_about_hotspot, parse_hotspot_batch
from proso.hub.store import Store
from proso.reports.hotspot_report import HotspotReport
from proso.reports.report import Refusal, parse_batch

MAX_BODY_BYTES: Final = 1_000_000
"""About 4,000 reports: a device that was offline for years."""

MAX_REPORTS: Final = 5_000
"""A megabyte of empty reports would be a third of a million, each with its refusal to answer."""


def create_app(store: Store) -> Starlette:
    """The hub's web application over an open store."""

    async def take_reports(request: Request) -> Response:
        now = datetime.now(UTC)
        numbered = list(enumerate(await _rows(request), start=1))
        calls = [(place, row) for place, row in numbered if not is_about_hotspot(row)]
        reports, refusals = parse_batch([row for _, row in calls], now=now)
        attempts, refused = parse_hotspot_batch(
            [(place, row) for place, row in numbered if is_about_hotspot(row)], now=now
        )
        refused += [Refusal(calls[one.row - 1][0], one.why) for one in refusals]
        added = await run_in_threadpool(store.append, reports, received_at=now)
        if attempts:
            added += await run_in_threadpool(_keep, store, attempts)
        return JSONResponse(
            {
                "accepted": len(reports) + len(attempts),
                "new": added,
                "refused": [
                    {"row": one.row, "why": one.why} for one in sorted(refused, key=_row_of)
                ],
            }
        )

    public = store.directory / "public"

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/reports", take_reports, methods=["POST"]),
            Route("/healthz", healthz),
            Mount("/packs", StaticFiles(directory=store.directory / "packs")),
            Mount("/metadata", StaticFiles(directory=public / "metadata", check_dir=False)),
            Mount("/targets", StaticFiles(directory=public / "targets", check_dir=False)),
        ],
        exception_handlers={ProsoError: _problem},
    )


def _keep(store: Store, attempts: list[HotspotReport]) -> int:
    with HotspotReports.open(store.directory) as reports:
        return reports.append(attempts)


def _row_of(refusal: Refusal) -> int:
    return refusal.row


async def _rows(request: Request) -> list[dict[str, object]]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _bad("a body of more than a megabyte", "at most one megabyte")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _bad("a body that is no JSON", "a report, or a list of them") from error
    rows = value if isinstance(value, list) else [value]
    if len(rows) > MAX_REPORTS:
        raise _bad(f"a list of {len(rows):,} reports", f"at most {MAX_REPORTS:,} at once")
    if not all(isinstance(row, dict) for row in rows):
        raise _bad("JSON that is no report", "an object, or a list of objects")
    return rows


def _bad(found: str, expected: str) -> BadReport:
    return BadReport(found=found, expected=expected, remedy="correct it and send it again")


async def _problem(_: Request, error: Exception) -> Response:
    """Our errors as problem details.  Source: RFC 9457."""
    status = error.http_status if isinstance(error, ProsoError) else 500
    return JSONResponse(
        {"type": "about:blank", "title": type(error).__name__, "status": status}
        | {"detail": str(error)},
        status_code=status,
        media_type="application/problem+json",
    )
