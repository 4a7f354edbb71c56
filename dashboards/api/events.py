"""``/api/v1/events``: the plan versions now and at every change. Pages then fetch themselves again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from dashboards.pages.declines import declined_of
from dashboards.pages.observations import noted_stamp
from dashboards.web.context import AppContext, context_of
from dashboards.web.door import still_in
from planner.watch.answer import open_draft
from store import judgements, pages, reports
from store.connect import Connection
from store.outlook import outlook_stamp

router = APIRouter(prefix="/api/v1", tags=["events"])
LOOK_BACK = timedelta(days=7)


@router.get("/events", summary="Server-sent events: the live plan of each domain, now and at every change")
async def events(request: Request) -> StreamingResponse:
    """Each event ``plans`` carries the whole state; there is nothing to catch up on after a lost connection."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_lines(request), headers=headers, media_type="text/event-stream")


async def _lines(request: Request) -> AsyncIterator[str]:
    """Ends where its caller may not come in any more: a session or a key that has ended tells nothing."""
    context = context_of(request)
    yield "retry: 3000\n\n"
    async for changed in context.hub.changes():
        if not await run_in_threadpool(still_in, request):
            return
        yield await run_in_threadpool(_state_event, context) if changed else ": still here\n\n"


def _state_event(context: AppContext) -> str:
    try:
        with context.connection() as connection:
            return f"event: plans\ndata: {msgspec.json.encode(state(context, connection)).decode()}\n\n"
    except psycopg.OperationalError:
        return "event: unavailable\ndata: {}\n\n"


def state(context: AppContext, connection: Connection) -> dict[str, dict[str, Any]]:
    """For each domain that has a plan: its id, version and service day, how far its orders have come and until when
    their vehicles are followed, a number that changes with each report of a driver, and for snow the stamp of the
    streets' outlook, which comes some seconds after the plan, and one of drafts and of what people saw."""
    since = context.clock.now() - LOOK_BACK
    steps = {stamp.domain: stamp for stamp in pages.order_stamps(connection, since)}
    live = {head.domain: head for head in pages.heads(connection, context.mode)}
    noted = _noted(context, connection, live["snow"].id, context.clock.now()) if "snow" in live else ""
    heard = reports.heard(connection, since)
    outlook = {"snow": {"outlook": outlook_stamp(connection), "noted": noted}}
    return {
        head.domain: {
            "id": head.id,
            "version": head.version,
            "service_day": head.service_day.isoformat(),
            **_steps(steps.get(head.domain)),
            "heard": heard,
            **outlook.get(head.domain, {}),
        }
        for head in live.values()
    }


def _steps(stamp: pages.OrderStamp | None) -> dict[str, Any]:
    if stamp is None:
        return {"order_events": 0, "followed": None}
    return {"order_events": stamp.events, "followed": stamp.followed}


def _noted(context: AppContext, connection: Connection, plan_id: str, now: datetime) -> str:
    draft = open_draft(connection, plan_id)
    seen = [observation.id for observation in judgements.observations(connection, now)]
    return noted_stamp(
        draft.id if draft else "", [*seen, *declined_of(connection, context.shelf.get(connection, plan_id), now)]
    )
