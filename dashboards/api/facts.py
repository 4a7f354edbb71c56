"""Readings and thresholds for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.entities import Reading
from dashboards.web.context import AppContext, context_of
from dashboards.web.problems import HttpProblem
from store import plans, readings, rollups
from store.connect import Connection
from store.readings import HourSummary

router = APIRouter(prefix="/api/v1", tags=["facts"])
SPAN = {None: timedelta(days=1), "hour": timedelta(days=14), "day": timedelta(days=365)}
Page = Callable[[datetime, datetime, int], Sequence[Reading | HourSummary]]


@router.get("/readings", summary="Readings, newest first, a page at a time")
def list_readings(
    request: Request,
    device: str | None = None,
    quantity: str | None = None,
    per: Annotated[Literal["hour", "day"] | None, Query(description="hours or local days in place of readings")] = None,
    begin: Annotated[datetime | None, Query(alias="from", description="earliest time, with offset")] = None,
    end: Annotated[datetime | None, Query(alias="to", description="latest time, with offset")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Response:
    """One day back from ``to`` unless ``from`` is given. ``next`` is the address of the page before in time.

    ``per=hour`` (14 days back) and ``per=day`` (365 days back) give count, mean, extremes and last of each, from the
    hours that are kept for ever. Readings of one instant are never split: a page may be longer than ``limit`` by those
    of its last instant.
    """
    context = context_of(request)
    until = _aware(end) if end else context.clock.now()
    since = _aware(begin) if begin else until - SPAN[per]
    if since > until:
        raise HttpProblem(422, message("error.request.order"))
    with context.connection() as connection:
        if per is not None:
            rollups.refresh(connection, until + timedelta(days=1), since=since)
        page = _page(connection, context, per, device, quantity)
        rows = list(page(since, until, limit))
        if len(rows) == limit:
            rows = [row for row in rows if row.time > rows[-1].time] + list(page(rows[-1].time, rows[-1].time, 100_000))
    asked = {"device": device, "quantity": quantity, "per": per}
    return _json(
        {"readings": rows, "next": _next(context, rows[-1].time, since, asked, limit) if len(rows) >= limit else None}
    )


@router.get("/thresholds", summary="The thresholds that hold now, with version, who, when and why")
def list_thresholds(request: Request, at: datetime | None = None) -> Response:
    """Those that hold at ``at``, which is now unless it is given."""
    context = context_of(request)
    with context.connection() as connection:
        return _json({"thresholds": plans.thresholds(connection, _aware(at) if at else context.clock.now())})


def _page(
    connection: Connection,
    context: AppContext,
    per: Literal["hour", "day"] | None,
    device: str | None,
    quantity: str | None,
) -> Page:
    """How a page is read, between two times and at most so long."""
    if per is None:
        return lambda since, until, limit: readings.device_readings(
            connection, since, until, device=device, quantity=quantity, limit=limit
        )
    zone = context.settings.municipality.zone
    return lambda since, until, limit: readings.summaries(
        connection, per, since, until, zone=zone, device=device, quantity=quantity, limit=limit
    )


def _next(
    context: AppContext, last: datetime, since: datetime, asked: Mapping[str, str | None], limit: int
) -> str | None:
    """The address of the readings before these; None where nothing can be left."""
    before = last - timedelta(microseconds=1)
    if before < since:
        return None
    kept = {name: value for name, value in asked.items() if value is not None}
    times = {"from": since.isoformat(), "to": before.isoformat()}
    return f"{context.base}/api/v1/readings?{urlencode(kept | times | {'limit': limit})}"


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise HttpProblem(422, message("error.request.offset_coded"))
    return instant


def _json(value: Any) -> Response:  # noqa: ANN401 - anything msgspec can write
    return Response(msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-cache"})
