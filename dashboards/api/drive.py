"""What a phone asks for its vehicle: what to drive, news of it as they come, and where it was while it was out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
import psycopg
from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from city.catalogue.message import message
from city.entities import Position
from city.report import Phone
from dashboards.api.orders import body_of
from dashboards.api.reports import SENT_AT, refuse_another
from dashboards.pages.drivenow import drive_now
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.phones import known_phone, phone_of
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of
from ingest.payloads.position import OwnPosition
from ingest.positions import PositionFilter, validate_positions
from ingest.validate import ClockRule
from store import orders

router = APIRouter(prefix="/api/v1/drive", tags=["drive"])
MOST = 600
"""Positions of one batch: at one in five seconds those of fifty minutes."""
CLOCKS = ClockRule(late=timedelta(days=2), ahead=timedelta(minutes=2))
TRACK_BODY = {
    "type": "object",
    "required": ["positions"],
    "properties": {
        "positions": {
            "type": "array",
            "maxItems": MOST,
            "items": {
                "type": "object",
                "required": ["time", "lon", "lat"],
                "properties": {
                    name: {"type": "number"} for name in ("lon", "lat", "heading", "speed_kmh", "accuracy_m")
                }
                | {"time": {"type": "string", "format": "date-time", "description": "by the phone's clock"}},
            },
        }
    },
}


class SentTrack(msgspec.Struct, frozen=True):
    """A batch of positions, each by the phone's clock."""

    positions: Annotated[list[OwnPosition], msgspec.Meta(max_length=MOST)]


@router.get("", summary="What this phone's vehicle is to drive")
def drive(request: Request) -> Response:
    """Its turer with their streets or stops in driving order, the call that waits, and what became of its reports."""
    context, phone = context_of(request), phone_of(request)
    with context.connection() as connection:
        body = drive_now(context, connection, phone, locale_of(request))
    return Response(msgspec.json.encode(body), 200, {"Cache-Control": "no-store"}, "application/json")


@router.get("/events", summary="Server-sent events: that something changed for this phone's vehicle")
async def news(request: Request) -> StreamingResponse:
    """Each event ``drive`` carries a stamp; the phone asks for what it stands for where it has another."""
    context, phone = context_of(request), await run_in_threadpool(phone_of, request)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_lines(request, context, phone), headers=headers, media_type="text/event-stream")


async def _lines(request: Request, context: AppContext, phone: Phone) -> AsyncIterator[str]:
    """Ends where the phone was taken out meanwhile."""
    yield "retry: 3000\n\n"
    told = ""
    async for changed in context.hub.changes():
        if not await run_in_threadpool(_still_in, request):
            return
        stamp = await run_in_threadpool(_stamp, context, phone.vehicle) if changed else told
        if stamp and stamp != told:
            told = stamp
            yield f"event: drive\ndata: {stamp}\n\n"
        else:
            yield ": still here\n\n"


def _still_in(request: Request) -> bool:
    """Whether the phone is still paired; while the database is away none is sent out."""
    try:
        return known_phone(request) is not None
    except psycopg.OperationalError:
        return True


def _stamp(context: AppContext, vehicle: str) -> str:
    try:
        with context.connection() as connection:
            return orders.vehicle_stamp(connection, vehicle, context.clock.now() - timedelta(hours=36))
    except psycopg.OperationalError:
        return ""


@router.post("/positions", summary="Where this phone's vehicle was", openapi_extra=body_of(TRACK_BODY))
def track(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """200 with how many were kept: only those from when an order of the vehicle was acknowledged or started to when it
    ended. The phone's clock may be wrong: what counts is how old each was when it was sent, to the second."""
    context, phone = context_of(request), phone_of(request)
    refuse_another(request, phone)
    now = context.clock.now()
    found = msgspec.convert(got.fields, SentTrack).positions
    rows = [_ours(one, phone, _late(request, one), context, now) for one in found]
    good, faults = validate_positions(rows, now, CLOCKS)
    with context.connection() as connection:
        again, dropped = PositionFilter().store(connection, [(one, now) for one in good]) if good else (0, 0)
    body: dict[str, Any] = {"kept": len(good) - again - dropped, "known": again, "not_out": dropped}
    return Response(msgspec.json.encode(body | {"refused": len(faults)}), media_type="application/json")


def _late(request: Request, one: OwnPosition) -> timedelta:
    """How old a position was when it was sent."""
    try:
        return datetime.fromisoformat(request.headers[SENT_AT]) - one.time
    except (KeyError, ValueError, TypeError) as error:
        raise HttpProblem(422, message("error.request.sent_at", header=SENT_AT)) from error


def _ours(one: OwnPosition, phone: Phone, late: timedelta, context: AppContext, now: datetime) -> Position:
    """A position by our clock, to the second: one that is sent again is the same, or stands a second beside it."""
    at = (now - late / context.clock.real_seconds(1.0)).replace(microsecond=0)
    return Position(phone.vehicle, at, one.lon, one.lat, one.heading, one.speed_kmh, one.accuracy_m)
