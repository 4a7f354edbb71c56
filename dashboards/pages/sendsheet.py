"""``/idag/utkallning``: the sheet before a call-out, a page of its own and the sheet over the day page. The second tap
sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.plan import Plan
from dashboards.pages import day
from dashboards.pages.callout import send_sheet
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from planner.calls.call_out import call_out
from planner.calls.reading import sheet_of
from planner.calls.sheet import CallSheet
from store import facts, judgements, manning
from store.connect import Connection

router = APIRouter(include_in_schema=False)
WHO = "dispatcher"
ENOUGH = 500
"""No town calls out so many at once."""


@router.get("/idag/utkallning")
def sheet_page(
    request: Request, plan_id: str, keys: Annotated[list[str] | None, Query(max_length=ENOUGH)] = None
) -> Response:
    """Who would get what, where and when. Nothing is written."""
    context, chosen = context_of(request), list(dict.fromkeys(keys or ()))
    with context.connection() as connection:
        plan = _plan(context, connection, plan_id)
        if not chosen:
            return day.show(request, plan.domain, notice="nothing_chosen", chosen=frozenset(), status=422)
        return _shown(request, context, connection, plan, chosen)


@router.post("/idag/utkallning")
def send(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """Calls out what is ticked on the sheet, all or none, and goes back to the day page. Where the plan was superseded
    or somebody was quicker, nothing is sent and the page says so."""
    context, keys = context_of(request), got.texts("keys")
    with context.connection() as connection:
        plan = _plan(context, connection, got.text("plan_id"))
        try:
            found = _sheet(context, connection, plan, keys)
            ticked = set(got.texts("lines"))
            wanted = [tur.key for line in found.lines if line.vehicle in ticked and line.callable for tur in line.turer]
            if not wanted:
                return _shown(request, context, connection, plan, keys, problem=True)
            vehicles = manning.choices(connection, wanted, context.clock.now())
            call_out(connection, context.settings, context.clock, plan.id, wanted, WHO, vehicles)
        except Conflict:
            refused = True
        else:
            refused = False
    if refused:
        return day.show(request, plan.domain, notice="conflict", chosen=frozenset(keys), status=409)
    query = urlencode({"domain": plan.domain, "said": "called_out"})
    return RedirectResponse(f"{context.base}/idag?{query}#board", 303)


def _plan(context: AppContext, connection: Connection, plan_id: str) -> Plan:
    plan = context.shelf.get(connection, plan_id) if plan_id.count("-") == 4 else None
    if plan is None:
        raise NotFound(message("error.request.no_plan", id=plan_id[:60]))
    return plan


def _sheet(context: AppContext, connection: Connection, plan: Plan, keys: Sequence[str]) -> CallSheet:
    now = context.clock.now()
    vehicles = manning.choices(connection, keys, now)

    def plan_of(name: str) -> Plan | None:
        return context.shelf.get(connection, name)

    return sheet_of(connection, context.settings, now, plan.id, keys, vehicles=vehicles, plan_of=plan_of)


def _shown(
    request: Request,
    context: AppContext,
    connection: Connection,
    plan: Plan,
    keys: Sequence[str],
    *,
    problem: bool = False,
) -> Response:
    """The sheet; with a ``problem`` nobody was ticked."""
    locale, now = locale_of(request), context.clock.now()
    found = _sheet(context, connection, plan, keys)
    names = {contractor.id: contractor.name for contractor in facts.contractors(connection)}
    made = send_sheet(found, locale, now, names, _beside(connection, plan, found, now, locale))
    return page(
        request,
        "utkallning.html",
        422 if problem else 200,
        nav="idag",
        domain=plan.domain,
        sheet=made,
        keys=list(keys),
        nobody_ticked=problem,
        back=f"{context.base}/idag?{urlencode({'domain': plan.domain})}",
    )


def _beside(connection: Connection, plan: Plan, found: CallSheet, now: datetime, locale: Locale) -> list[str]:
    """What is not called out, in words: turer without a vehicle, and those that were declined."""
    target = {item.key: item.target for item in plan.interventions}
    missing = dict.fromkeys(target[key] for key in found.missing if key in target)
    declined = judgements.declined(connection, now, list(target))
    turned_down = dict.fromkeys(target[key] for key in declined)
    said = [("sheet.missing", tuple(missing)), ("sheet.declined", tuple(turned_down))]
    return [locale.words(key, parts=names) for key, names in said if names]
