"""Positions that trackers send over HTTP: OwnTracks, and what Traccar forwards. The same rule as everywhere: only those
of a vehicle that is out are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from city.catalogue.message import message
from city.errors import RejectedMessage
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import body_within
from dashboards.web.problems import HttpProblem
from ingest.payloads import position
from ingest.positions import PositionFilter, validate_positions
from ingest.validate import ClockRule

router = APIRouter(prefix="/api/v1/positions", tags=["drive"])
LARGEST = 64 * 1024
CLOCKS = ClockRule(late=timedelta(days=7), ahead=timedelta(minutes=5))
"""A phone that found no network sends what it has kept."""
BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.post("/{source}", summary="Positions that OwnTracks or Traccar sends", openapi_extra=BODY)
async def forwarded(request: Request, source: Literal["owntracks", "traccar"], vehicle: str = "") -> Response:
    """200 with an empty list, as OwnTracks wants it. ``vehicle`` names whose phone it is, or OwnTracks' own header
    ``X-Limit-D``; Traccar says it itself. 422 for what is no position, or names no vehicle."""
    body = await body_within(request, LARGEST)
    named = vehicle or request.headers.get("x-limit-d", "")
    topic = "traccar/position" if source == "traccar" else f"owntracks/-/{named}"
    if source == "owntracks" and not named:
        raise HttpProblem(422, message("error.request.no_tracker"))
    try:
        await run_in_threadpool(_keep, context_of(request), topic, body)
    except RejectedMessage as rejected:
        raise HttpProblem(422, rejected.detail) from rejected
    return Response(msgspec.json.encode([]), media_type="application/json")


def _keep(context: AppContext, topic: str, body: bytes) -> None:
    now = context.clock.now()
    good, faults = validate_positions(position.decode(topic, body), now, CLOCKS)
    if faults:
        raise RejectedMessage(faults[0].reason, faults[0].detail)
    if good:
        with context.connection() as connection:
            PositionFilter().store(connection, [(one, now) for one in good])
