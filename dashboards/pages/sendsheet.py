"""``/idag/utkallning``: the sheet before a call-out, a page of its own and the sheet over the day page. The second tap
sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.plan import Plan
from dashboards.pages import day
from dashboards.pages.choice import OptionLine, option_line
from dashboards.pages.sendlines import SheetWords, send_sheet, tur_said
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, pairs_of, sent
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
Keys = Annotated[list[str] | None, Query(max_length=ENOUGH)]


@router.get("/idag/utkallning")
def sheet_page(request: Request, plan_id: str, keys: Keys = None, vehicles: Keys = None) -> Response:
    """Who would get what, where and when; ``vehicles`` are KEY=VEHICLE, chosen on the sheet. Nothing is written."""
    context, chosen = context_of(request), list(dict.fromkeys(keys or ()))
    with context.connection() as connection:
        plan = _plan(context, connection, plan_id)
        if not chosen:
            return day.show(request, plan.domain, notice="nothing_chosen", chosen=frozenset(), status=422)
        return _shown(request, context, connection, plan, chosen, pairs_of(vehicles or []))


@router.post("/idag/utkallning")
def send(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """Calls out what is ticked on the sheet, all or none, and goes back to the day page. Where the plan was superseded
    or somebody was quicker, nothing is sent and the page says so; where another vehicle would drive than the sheet
    showed, the sheet is shown anew."""
    context, keys, vehicles = context_of(request), got.texts("keys"), pairs_of(got.texts("vehicles"))
    with context.connection() as connection:
        plan = _plan(context, connection, got.text("plan_id"))
        try:
            found = _sheet(context, connection, plan, keys, vehicles)
            shown = pairs_of(got.texts("shown"))
            wanted = ticked(found, set(got.texts("lines")), shown)
            problem = _problem(found, wanted, shown | vehicles)
            if problem:
                return _shown(request, context, connection, plan, keys, vehicles, problem)
            call_out(connection, context.settings, context.clock, plan.id, list(wanted), WHO, wanted)
        except Conflict:
            refused = True
        else:
            refused = False
    if refused:
        return day.show(request, plan.domain, notice="conflict", chosen=frozenset(keys), status=409)
    going = [line for line in found.lines if line.vehicle in wanted.values()]
    machine = sum(line.machine for line in going)
    query = urlencode({"domain": plan.domain, "said": f"called_out.{machine}.{len(going) - machine}"})
    return RedirectResponse(f"{context.base}/idag?{query}#board", 303)


def ticked(found: CallSheet, lines: set[str], shown: Mapping[str, str]) -> dict[str, str]:
    """The turer of the vehicles that are ticked, by key, with the vehicle that drives each now. ``shown`` is with which
    vehicle each stood on the sheet that was sent; where that is not told, with the one of now."""
    return {
        tur.key: line.vehicle
        for line in found.lines
        if line.vehicle is not None
        for tur in line.turer
        if shown.get(tur.key, line.vehicle if line.callable else "") in lines
    }


def _problem(found: CallSheet, wanted: Mapping[str, str], seen: Mapping[str, str]) -> str:
    """Why nothing is sent: nobody is ticked, or one who cannot be called or was not on the sheet that was seen."""
    if not wanted:
        return "none_chosen"
    cannot = {line.vehicle for line in found.lines if not line.callable}
    changed = any(seen.get(key, vehicle) != vehicle or vehicle in cannot for key, vehicle in wanted.items())
    return "changed" if changed else ""


def _plan(context: AppContext, connection: Connection, plan_id: str) -> Plan:
    plan = context.shelf.get(connection, plan_id) if plan_id.count("-") == 4 else None
    if plan is None:
        raise NotFound(message("error.request.no_plan", id=plan_id[:60]))
    return plan


def _sheet(
    context: AppContext, connection: Connection, plan: Plan, keys: Sequence[str], vehicles: Mapping[str, str]
) -> CallSheet:
    now = context.clock.now()
    kept = manning.choices(connection, keys, now)

    def plan_of(name: str) -> Plan | None:
        return context.shelf.get(connection, name)

    return sheet_of(connection, context.settings, now, plan.id, keys, vehicles=vehicles, kept=kept, plan_of=plan_of)


def _shown(
    request: Request,
    context: AppContext,
    connection: Connection,
    plan: Plan,
    keys: Sequence[str],
    vehicles: Mapping[str, str],
    problem: str = "",
) -> Response:
    """The sheet, with the ``problem`` for which nothing was sent."""
    locale, now = locale_of(request), context.clock.now()
    found = _sheet(context, connection, plan, keys, vehicles)
    contractors = {contractor.id: contractor.name for contractor in facts.contractors(connection)}
    view = VIEWS[plan.domain]
    turer = {i.key: " ".join(p for p in (view.code(i), view.title(i, locale)) if p) for i in plan.interventions}
    said = SheetWords(
        plan.domain,
        contractors,
        turer,
        _beside(connection, plan, found, turer, now, locale),
        _options(found, contractors, now, locale),
    )
    status = {"": 200, "none_chosen": 422, "changed": 409}[problem]
    return page(
        request,
        "utkallning.html",
        status,
        nav="idag",
        domain=plan.domain,
        sheet=send_sheet(found, locale, now, said),
        keys=list(keys),
        problem=locale.words(f"sheet.{problem}") if problem else "",
        back=f"{context.base}/idag?{urlencode({'domain': plan.domain})}",
    )


def _options(found: CallSheet, names: Mapping[str, str], now: datetime, locale: Locale) -> dict[str, list[OptionLine]]:
    """The vehicles to choose from, of each tur whose own cannot: those that its line was chosen from."""
    return {
        tur.key: [option_line(one, names, now, locale) for one in tur.instead.options]
        for line in found.lines
        for tur in line.turer
        if tur.instead is not None
    }


def _beside(
    connection: Connection, plan: Plan, found: CallSheet, names: Mapping[str, str], now: datetime, locale: Locale
) -> list[str]:
    """What is not called out, in words: turer without a vehicle, and those that were declined."""
    target = {item.key: item.target for item in plan.interventions}
    missing = [key for key in found.missing if key in target]
    turned_down = judgements.declined(connection, now, list(target))
    said = [("sheet.missing", missing), ("sheet.declined", list(turned_down))]
    told = [(key, tuple(dict.fromkeys(tur_said(k, target[k], names, locale) for k in keys))) for key, keys in said]
    return [locale.words(key, parts=turer) for key, turer in told if turer]
