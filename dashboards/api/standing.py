"""Where a service stands now: the same count that the pages are made of."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.errors import NotFound
from city.vocabulary import Domain
from dashboards.pages.headline import headline
from dashboards.pages.nightnow import standing_of
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import context_of
from dashboards.web.render import locale_of
from planner.watch.answer import open_draft

router = APIRouter(prefix="/api/v1", tags=["orders"])


@router.get("/standing/{domain}", summary="Where a service stands now: every tur, round or building counted once")
def stands(request: Request, domain: Domain) -> Response:
    """``counts`` by state add up to ``of``; ``waiting`` is what waits for a person. 404 where no plan is live."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        plan = context.live(connection, domain)
        if plan is None:
            raise NotFound(message("error.request.no_live_plan", domain=message(f"domain.{domain}")))
        found = standing_of(context, connection, plan)
        draft = open_draft(connection, plan.id) if VIEWS[domain].watched else None
    is_open = draft is not None and bool(draft.difference.added or draft.difference.dropped)
    said = headline(found, plan, locale, certain="", open_draft=is_open, by_call=not VIEWS[domain].advice)
    counted = {"of": found.of, "counts": found.counts, "out": found.out, "called_out": found.called_out}
    body = {
        "plan": plan.id,
        "at": found.at,
        **counted,
        "to_send": found.to_send,
        "waiting": found.waiting,
        "open_draft": is_open,
        "ready_at": found.ready_at,
        "next_start": found.next_start,
        "late": [{"target": run.target, "ready_at": run.ready_at, "late_s": run.late_s} for run in found.late],
        "turer": list(found.turer.values()),
        "runs": found.runs,
        "title": said.title,
        "waits": said.waits,
    }
    return Response(msgspec.json.encode(body), headers={"Cache-Control": "no-cache"}, media_type="application/json")
