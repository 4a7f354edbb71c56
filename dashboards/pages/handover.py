"""``/overlamning``: what happened in the night and what the next shift must do, on one page to read and to sign."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from city.plan import Plan
from city.serviceday import bounds, local_instant, service_day
from city.vocabulary import DOMAINS, Domain
from dashboards.pages.crew import said_change
from dashboards.pages.freshness import freshness
from dashboards.pages.heard import told_lines
from dashboards.pages.nightlines import late_lines, line_of, numbers
from dashboards.pages.nightnow import standing_of
from dashboards.pages.nighttodo import todo_lines
from dashboards.pages.record import decisions, told
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from planner.night.handover import Handover
from planner.night.manned import out_of_service
from planner.night.report import NightReport, report_of
from store import daypage, facts, manning, plans
from store.connect import Connection

router = APIRouter()
MORNING = time(6, 0)
"""From when on a night is told as over."""
EVENING = time(18, 0)
"""From when on a day is."""


@router.get(
    "/api/v1/handover/{day}", tags=["orders"], summary="What became of a service day's turer, and what is left to do"
)
def as_json(request: Request, day: date, domain: Domain = "snow") -> Response:
    """``left`` is null where nobody can say what is done; ``todo`` is what the next shift must do, null for nothing.
    ``decisions`` are the record of who decided what, oldest first; ``sums`` are hours, cost and what was spread."""
    context = context_of(request)
    with context.connection() as connection:
        found = _report(context, connection, day, domain)
    said = {
        **msgspec.to_builtins(found.night),
        "domain": found.domain,
        "decisions": decisions(found.record),
        "sums": found.sums,
        "draft": found.draft
        and {"id": found.draft.id, "made_at": found.draft.made_at, "change": found.draft.difference},
        "calls": found.calls,
    }
    return Response(msgspec.json.encode(said), media_type="application/json")


@router.get("/overlamning", include_in_schema=False)
def sheet(request: Request, domain: Domain = "snow", on: Annotated[date | None, Query(alias="day")] = None) -> Response:
    """The page of a service day; the present one unless it is asked for another."""
    context, locale = context_of(request), locale_of(request)
    now = context.clock.now()
    day = on or service_day(now, domain, context.settings.municipality.zone)
    with context.connection() as connection:
        report = _report(context, connection, day, domain)
        contractors = daypage.names(connection, streets=False).contractors
        days = plans.days(connection, domain, context.mode)
        plan = plans.latest(connection, domain, context.mode, day)
        stands = standing_of(context, connection, plan) if plan else None
        out = _out(context, connection, domain, locale) if day == service_day(now, domain, locale.zone) else []
        fresh = freshness(context, connection, domain, context.live(connection, domain), locale)
        lost = _lost(context, connection) if report.night.unreachable else []
        drivers = told_lines(connection, domain, *bounds(day, domain, locale.zone), locale)
    night, names = report.night, _names(plan, domain, locale)
    calls = {key: call.state for call in report.calls for key in call.keys}
    return page(
        request,
        "overlamning.html",
        nav="overlamning",
        domain=domain,
        domains=DOMAINS,
        is_night=VIEWS[domain].watched,
        fresh=fresh,
        day=day,
        days=[(one.isoformat(), locale.date(one)) for one in days],
        title=_title(day, domain, now, locale),
        span=_span(day, domain, locale),
        at=locale.moment(night.at, night.at),
        answer=_answer(night, domain, locale),
        todo=todo_lines(report, names, locale, out, stands),
        late=late_lines(report, names, locale, plan.not_cared if plan else (), lost),
        numbers=numbers(report, context.settings.planner.currency, locale),
        decisions=told(decisions(report.record), locale, names),
        lines=[
            line_of(tur, night, contractors, names, locale, calls) for tur in night.turer if tur.state != "proposed"
        ],
        drivers=drivers,
        plan=plan,
    )


def _report(context: AppContext, connection: Connection, day: date, domain: Domain) -> NightReport:
    return report_of(
        connection,
        day,
        context.mode,
        context.clock.now(),
        context.settings.municipality.zone,
        lambda plan_id: context.shelf.get(connection, plan_id),
        domain=domain,
    )


def _lost(context: AppContext, connection: Connection) -> list[str]:
    """The names of the streets that are ours to care for and that no way leads to."""
    town = context.town(connection)
    known = zip(town.given, town.names, strict=True)
    return sorted({name for street, name in known if name and street.ours and not street.reachable})


def _out(context: AppContext, connection: Connection, domain: Domain, locale: Locale) -> list[str]:
    """The vehicles of a service that are out of service now, each with until when and why."""
    now = context.clock.now()
    own = {vehicle.id for vehicle in facts.vehicles(connection, domain)}
    out = out_of_service(manning.changes(connection, now), now)
    return [said_change(change, now, locale) for vehicle, change in out.items() if vehicle in own]


def _names(plan: Plan | None, domain: Domain, locale: Locale) -> dict[str, str]:
    """What interventions are called that have no code."""
    view = VIEWS[domain]
    return {item.key: view.title(item, locale) for item in (plan.interventions if plan else ()) if not view.code(item)}


def _title(day: date, domain: Domain, now: datetime, locale: Locale) -> str:
    """A night is over in its morning, a day in its evening; before that the title says so."""
    ends = (
        local_instant(day + timedelta(days=1), MORNING, locale.zone)
        if VIEWS[domain].watched
        else local_instant(day, EVENING, locale.zone)
    )
    if now < ends:
        return locale.words("night.title_so_far")
    return locale.words("night.title" if VIEWS[domain].watched else "night.title_day")


def _span(day: date, domain: Domain, locale: Locale) -> str:
    """The days of a night, or the day."""
    return f"{locale.date(day)}–{locale.date(day + timedelta(days=1))}" if VIEWS[domain].watched else locale.date(day)


def _answer(night: Handover, domain: Domain, locale: Locale) -> str:
    """The night in a sentence or two: turer as turer, runs as runs."""
    t = locale.words
    if not night.turer:
        return t(f"night.nothing_{domain}")
    what = t.count(f"night.of_{domain}", night.called)
    if night.called_runs > night.called:
        what = t("night.in_runs", what=what, runs=t.count("night.runs", night.called_runs))
    said = [t.count("night.called", night.called, what=what), t("night.done", n=night.done_runs)]
    if waiting := night.states.get("proposed", 0):
        said.append(t.count("night.proposed", waiting))
    if night.left_streets:
        said.append(t.count("night.left", night.left_streets, km=locale.km(night.left_m)))
    if night.unknown and VIEWS[domain].by_street:
        said.append(t.count("night.unknown", night.unknown))
    return " ".join(said)
