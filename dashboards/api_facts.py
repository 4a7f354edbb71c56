"""Readings and thresholds for programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from city.things import Reading
from dashboards.desk import Desk, desk_of
from dashboards.problems import Problem
from store import plans, readings

router = APIRouter(prefix="/api/v1", tags=["facts"])
SPAN = timedelta(days=1)


@router.get("/readings", summary="Readings, newest first, a page at a time")
def list_readings(
    request: Request,
    device: str | None = None,
    quantity: str | None = None,
    begin: Annotated[datetime | None, Query(alias="from", description="earliest time, with offset")] = None,
    end: Annotated[datetime | None, Query(alias="to", description="latest time, with offset")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Response:
    """One day back from ``to`` unless ``from`` is given. ``next`` is the address of the page before in time.

    Readings of one instant are never split: a page may be longer than ``limit`` by those of its last instant.
    """
    desk = desk_of(request)
    until = _aware(end) if end else desk.clock.now()
    since = _aware(begin) if begin else until - SPAN
    if since > until:
        raise Problem(422, "'from' is later than 'to'")
    with desk.connection() as connection:
        rows = list(readings.device_readings(connection, since, until, device=device, quantity=quantity, limit=limit))
        if len(rows) == limit:
            rows = _whole_instant(
                rows,
                list(
                    readings.device_readings(
                        connection, rows[-1].time, rows[-1].time, device=device, quantity=quantity, limit=100_000
                    )
                ),
            )
    more = _next(desk, rows, since, device, quantity, limit) if len(rows) >= limit else None
    return _json({"readings": rows, "next": more})


@router.get("/thresholds", summary="The thresholds that hold now, with version, who, when and why")
def list_thresholds(request: Request, at: datetime | None = None) -> Response:
    """Those that hold at ``at``, which is now unless it is given."""
    desk = desk_of(request)
    with desk.connection() as connection:
        return _json({"thresholds": plans.thresholds(connection, _aware(at) if at else desk.clock.now())})


def _whole_instant(rows: list[Reading], last: list[Reading]) -> list[Reading]:
    """The page with all readings of its last instant."""
    return [row for row in rows if row.time > rows[-1].time] + last


def _next(
    desk: Desk, rows: list[Reading], since: datetime, device: str | None, quantity: str | None, limit: int
) -> str | None:
    """The address of the readings before these; None where nothing can be left."""
    before = rows[-1].time - timedelta(microseconds=1)
    if before < since:
        return None
    asked = {"device": device, "quantity": quantity, "from": since.isoformat(), "to": before.isoformat()}
    kept = {name: value for name, value in asked.items() if value is not None}
    return f"{desk.base}/api/v1/readings?{urlencode(kept | {'limit': limit})}"


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise Problem(422, "a time needs its offset; write it as 2026-11-24T04:30:00+01:00 (+ is %2B in an address)")
    return instant


def _json(value: Any) -> Response:  # noqa: ANN401 - anything msgspec can write
    return Response(msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-cache"})
