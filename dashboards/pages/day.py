"""``/idag``: the dispatcher's page. One answer first, then who waits for whom, then why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.plan import Plan
from city.vocabulary import DOMAINS, DeclineCause, Domain
from dashboards.pages.asof import moment_lines, orders_at
from dashboards.pages.daystrip import day_strip
from dashboards.pages.draft import draft_box
from dashboards.pages.freshness import freshness
from dashboards.pages.observations import noted_stamp, observation_line
from dashboards.pages.rows import Known, PlanRow, rows
from dashboards.pages.status import status_of
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of, page
from planner.due import next_due
from planner.watch.answer import open_draft
from store import facts, judgements, orders, pages, plans
from store.connect import Connection
from store.orders import OrderNow

router = APIRouter(include_in_schema=False)
ORDERS_BACK = timedelta(hours=36)
EARLIEST, LATEST_YEAR = datetime(2000, 1, 1, tzinfo=UTC), 2200
SENTENCE_END = re.compile(r"(?<!\bkl)\. (?=[A-ZÅÄÖ0-9])")


@dataclass(frozen=True)
class Figure:
    """A figure beside the verdict: label, value, and what it is compared with."""

    label: str
    value: str
    second: str


@dataclass(frozen=True)
class Earlier:
    """An order of an intervention that is not in the plan any more."""

    title: str
    vehicle: str
    word: str
    look: str
    icon: str


@router.get("/")
def home(request: Request) -> Response:
    """The day page is the first page."""
    return RedirectResponse(f"{context_of(request).base}/idag", 307)


@router.get("/idag")
def today(
    request: Request,
    domain: Domain = "snow",
    on: Annotated[date | None, Query(alias="day")] = None,
    opened: Annotated[str, Query(alias="open")] = "",
    at: datetime | None = None,
) -> Response:
    """The newest plan of a domain, or that of an earlier service day; ``at``: the page as it was at that time."""
    context = context_of(request)
    if at is not None:
        at = at if at.tzinfo else at.replace(tzinfo=context.settings.municipality.zone)
        if not EARLIEST <= at <= context.clock.now():
            raise HttpProblem(422, message("error.request.no_past"))
    if on is not None and not EARLIEST.year <= on.year < LATEST_YEAR:
        raise HttpProblem(422, message("error.request.no_day"))
    return show(request, domain, on=on, opened=opened, at=at)


def show(
    request: Request,
    domain: Domain,
    *,
    on: date | None = None,
    opened: str = "",
    notice: str = "",
    chosen: frozenset[str] | None = None,
    status: int = 200,
    at: datetime | None = None,
) -> Response:
    """The day page. ``notice`` names one to put above the answer, ``chosen`` the rows that are ticked."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        parts = _parts(context, connection, domain, on, locale, at)
    plan, table = parts["plan"], parts["rows"]
    assert isinstance(table, list)
    ticked = {row.key for row in table if row.choose} if chosen is None else chosen
    waiting = [row for row in table if row.choose]
    return page(
        request,
        "idag.html",
        status,
        nav="idag",
        domain=domain,
        notice=notice,
        opened=opened,
        ticked=ticked,
        n_ticked=sum(row.key in ticked for row in waiting),
        waiting=waiting,
        headline=_headline(plan, locale) if isinstance(plan, Plan) else ("", ""),
        **parts,
    )


def _parts(
    context: AppContext,
    connection: Connection,
    domain: Domain,
    on: date | None,
    locale: Locale,
    at: datetime | None = None,
) -> dict[str, object]:
    """Everything the template prints, read from one connection."""
    now = context.clock.now() if at is None else at
    heads = {head.domain: head for head in pages.heads(connection, context.mode)}
    shown = {head.domain: head for head in pages.heads(connection, context.mode, on, at)} if on or at else heads
    live = heads.get(domain)
    head = shown.get(domain)
    plan = None if head is None else context.shelf.get(connection, head.id)
    is_live = head is not None and live is not None and head.id == live.id and at is None
    known = _known(context, connection, domain, plan, now, is_live)
    if at is not None:
        known = _known_at(connection, known, domain, at)
    draft = open_draft(connection, plan.id, at) if plan and domain == "snow" and (is_live or at) else None
    seen = judgements.observations(connection, now) if domain == "snow" and (is_live or at) else ()
    day = plan.service_day if plan else on
    due = next_due(context.settings, domain, now)
    return {
        "plan": plan,
        "on": on,
        "is_live": (is_live or plan is None) and at is None,
        "at": at,
        "at_text": locale.moment(at, context.clock.now()) if at else "",
        "draft": draft_box(draft, locale, context.settings.planner.currency) if draft else None,
        "observations": [observation_line(observation, locale) for observation in seen],
        "moments": moment_lines(context, connection, day, locale) if day and domain == "snow" else [],
        "streets": judgements.streets(connection) if domain == "snow" and is_live else (),
        "causes": [(cause, locale.words(f"cause.{cause}")) for cause in get_args(DeclineCause)],
        "rows": rows(plan, known, locale) if plan else [],
        "figures": _figures(context, plan, locale) if plan else [],
        "weak": [locale.kept(weak, "effect") for weak in plan.degradations] if plan else [],
        "rest": _rest(plan, locale) if plan else "",
        "flip": locale.kept(plan.verdict, "flip") if plan else "",
        "strip": day_strip(context, connection, plan, now, locale) if plan and is_live else None,
        "counts": {name: heads[name].interventions if name in heads else None for name in DOMAINS},
        "fresh": freshness(context, connection, domain, plan if is_live else None, locale),
        "problem": plans.problem(connection, domain) if not on else None,
        "days": _days(connection, context, domain, locale),
        "day_text": locale.date(plan.service_day) if plan else (locale.date(on) if on else ""),
        "next_run": locale.moment(due, now) if due else "",
        "earlier": _earlier(plan, known, now, locale),
        "stamp": f"{head.id if head else ''}",
        "noted": noted_stamp(draft.id if draft else "", [observation.id for observation in seen]),
    }


def _known(
    context: AppContext, connection: Connection, domain: Domain, plan: Plan | None, now: datetime, live: bool
) -> Known:
    since = min(now, plan.valid_from) - ORDERS_BACK if plan else now - ORDERS_BACK
    newest: dict[str, OrderNow] = {}
    for order in orders.orders(connection, since, domain=domain, limit=1000):
        newest.setdefault(order.key, order)
    return Known(
        now=now if live else (plan.valid_to if plan else now),
        orders=newest,
        histories=pages.histories(connection, [order.id for order in newest.values()]),
        devices=frozenset(device.id for device in facts.devices(connection)),
        contractors={contractor.id: contractor.name for contractor in facts.contractors(connection)},
        litres=_litres(connection) if domain == "waste" else None,
        live=live,
        progress=context.progress(connection, [o for o in newest.values() if o.state == "started"]) if live else {},
    )


def _known_at(connection: Connection, known: Known, domain: Domain, at: datetime) -> Known:
    """What was known at a time: the newest order of each key that there was, with its events until then."""
    found = orders.orders(connection, at - ORDERS_BACK, domain=domain, limit=1000, until=at)
    then, events = orders_at(found, pages.histories(connection, [order.id for order in found]), at)
    return replace(known, orders=then, histories=events, now=at)


def _litres(connection: Connection) -> Mapping[str, float]:
    return {vessel.id: vessel.litres for vessel in facts.vessels(connection)}


def _headline(plan: Plan, locale: Locale) -> tuple[str, str]:
    """The verdict's first sentence and the rest of it."""
    text = locale.kept(plan.verdict, "text")
    end = SENTENCE_END.search(text)
    return (text[: end.start() + 1], text[end.end() :]) if end else (text, "")


def _figures(context: AppContext, plan: Plan, locale: Locale) -> list[Figure]:
    t, totals = locale.words, plan.totals
    made = [Figure(t("figure.certainty"), t(f"certainty.{plan.verdict.certainty}"), _weakness(plan, locale))]
    if plan.verdict.cost is not None and plan.verdict.full_cost is not None:
        made.insert(0, _price(plan.verdict.cost, plan.verdict.full_cost, context.settings.planner.currency, locale))
    if plan.domain == "waste":
        made.insert(
            0,
            Figure(
                t("figure.vessels"),
                str(totals.get("vessels_emptied", 0)),
                t("figure.of_rooms", n=totals.get("rooms_visited", 0), m=totals.get("rooms", 0)),
            ),
        )
    if plan.domain == "heating":
        made.insert(
            0,
            Figure(
                t("figure.heat"),
                t("figure.hours", n=totals.get("heating_hours", 0)),
                t("figure.in_buildings", n=totals.get("heated", 0), m=totals.get("buildings", 0)),
            ),
        )
        made.append(
            Figure(t("figure.air"), t("figure.hours", n=totals.get("ventilation_hours", 0)), t("figure.all_buildings"))
        )
    elif totals.get("minutes"):
        made += _latest(plan, locale)
        second = locale.km(float(totals["distance_m"]))
        if totals.get("deadhead_m"):
            second = t("figure.with_empty", km=second, empty=locale.km(float(totals["deadhead_m"])))
        made.append(Figure(t("figure.driving"), locale.minutes(float(totals["minutes"])), second))
    return made


def _latest(plan: Plan, locale: Locale) -> list[Figure]:
    """When the first tur must begin at the latest."""
    latest = plan.verdict.latest_start
    if latest is None:
        return []
    return [Figure(locale.words("figure.latest"), locale.clock(latest), locale.words("figure.latest_of"))]


def _weakness(plan: Plan, locale: Locale) -> str:
    n, span = len(plan.degradations), plan.verdict.turer_range
    if span is not None and span[0] != span[1]:
        return locale.words("figure.range", low=span[0], high=span[1])
    return locale.words.count("figure.weak", n) if n else locale.words("figure.nothing.weak")


def _price(cost: float, full: float, currency: str, locale: Locale) -> Figure:
    t = locale.words
    saved = full - cost
    second = t("figure.saved", amount=locale.money(saved, currency)) if saved >= 50 else t("figure.full")
    return Figure(t("figure.cost"), t("figure.about", amount=locale.money(cost, currency)), second)


def _rest(plan: Plan, locale: Locale) -> str:
    """How much is not needed."""
    totals = plan.totals
    if plan.domain == "snow":
        left = int(totals.get("turer", 0)) - int(totals.get("turer_needed", 0)) - int(totals.get("without_vehicle", 0))
        return locale.words.count("rest.snow", left) if left > 0 else ""
    if plan.domain == "waste":
        left = int(totals.get("rooms", 0)) - int(totals.get("rooms_visited", 0))
        return locale.words.count("rest.waste", left) if left > 0 else ""
    return ""


def _days(connection: Connection, context: AppContext, domain: Domain, locale: Locale) -> list[tuple[str, str]]:
    return [(day.isoformat(), locale.date(day)) for day in plans.days(connection, domain, context.mode)]


def _earlier(plan: Plan | None, known: Known, now: datetime, locale: Locale) -> list[Earlier]:
    """Orders of the last day whose interventions the plan does not hold any more."""
    held = {item.key for item in plan.interventions} if plan else set()
    made = []
    for order in known.orders.values():
        if order.key not in held and known.live:
            word, look, icon = _as_said(order, now, locale)
            made.append(Earlier(order.target, order.vehicle or "", word, look, icon))
    return made


def _as_said(order: OrderNow, now: datetime, locale: Locale) -> tuple[str, str, str]:
    from dashboards.pages.status import LOOKS

    look, icon = LOOKS[order.state]
    return f"{locale.words(f'state.{order.state}')} {locale.moment(order.state_at, now)}", look, icon


__all__ = ["PlanRow", "router", "show", "status_of", "today"]
