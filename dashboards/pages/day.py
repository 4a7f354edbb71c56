"""``/idag``: the dispatcher's page. One answer first, then who waits for whom, then why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.entities import OrderEvent
from city.plan import Plan
from city.vocabulary import DOMAINS, DeclineCause, Domain
from dashboards.pages.asof import moment_lines, orders_at
from dashboards.pages.choice import row_choices, with_choices
from dashboards.pages.daystrip import day_strip
from dashboards.pages.declines import declined_lines, declined_of, split_rows
from dashboards.pages.draft import draft_box
from dashboards.pages.freshness import freshness
from dashboards.pages.observations import noted_stamp, observation_line
from dashboards.pages.rows import Known, PlanRow, rows
from dashboards.pages.services.known import VIEWS
from dashboards.pages.services.view import KeyFigure
from dashboards.pages.status import LOOKS, status_of
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of, page
from planner.due import next_due
from planner.watch.answer import open_draft
from store import daypage, judgements
from store.connect import Connection
from store.orders import OrderNow
from store.town import begun

router = APIRouter(include_in_schema=False)
ORDERS_BACK = timedelta(hours=36)
EARLIEST, LATEST_YEAR = datetime(2000, 1, 1, tzinfo=UTC), 2200


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
    """The day page is the first page; of a town that has nothing yet it is the one that says what is missing."""
    context = context_of(request)
    with context.connection() as connection:
        place = "idag" if begun(connection) else "start"
    return RedirectResponse(f"{context.base}/{place}", 307)


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
    now, view = context.clock.now() if at is None else at, VIEWS[domain]
    frame = daypage.day_frame(connection, context.mode, domain, on, at)
    live, head = (next((h for h in found if h.domain == domain), None) for found in (frame.live, frame.shown))
    plan = None if head is None else context.shelf.get(connection, head.id)
    is_live = head is not None and live is not None and head.id == live.id and at is None
    known, streets = _known(context, connection, domain, plan, now, is_live, at)
    draft = open_draft(connection, plan.id, at) if plan and view.watched and (is_live or at) else None
    seen = judgements.observations(connection, now) if view.watched and (is_live or at) else ()
    declined = declined_of(connection, plan, now) if is_live or at else {}
    table, turned_down = split_rows(rows(plan, known, locale) if plan else [], declined)
    choices = row_choices(connection, plan, table, now, locale) if is_live else {}
    day = plan.service_day if plan else on
    due = next_due(context.settings, domain, now)
    counts = {name: next((h.interventions for h in frame.live if h.domain == name), None) for name in DOMAINS}
    return {
        "view": view,
        "plan": plan,
        "on": on,
        "is_live": (is_live or plan is None) and at is None,
        "at": at,
        "at_text": locale.moment(at, context.clock.now()) if at else "",
        "draft": draft_box(draft, locale, context.settings.planner.currency) if draft else None,
        "observations": [observation_line(observation, locale) for observation in seen],
        "moments": moment_lines(context, connection, day, locale) if day and view.watched else [],
        "streets": streets,
        "causes": [(cause, locale.words(f"cause.{cause}")) for cause in get_args(DeclineCause) if view.watched],
        "rows": with_choices(table, choices),
        "choices": choices,
        "declined": declined_lines(turned_down, declined, now, locale),
        "figures": _figures(context, plan, locale, now if is_live or at else None) if plan else [],
        "weak": [locale.kept(weak, "effect") for weak in plan.degradations] if plan else [],
        "rest": view.rest(plan, locale) if plan else "",
        "flip": locale.kept(plan.verdict, "flip") if plan else "",
        "strip": day_strip(plan, now, locale) if plan and is_live else None,
        "counts": counts,
        "fresh": freshness(context, connection, domain, plan if is_live else None, locale),
        "problem": frame.problem if not on else None,
        "days": [(known_day.isoformat(), locale.date(known_day)) for known_day in frame.days],
        "day_text": locale.date(plan.service_day) if plan else (locale.date(on) if on else ""),
        "next_run": locale.moment(due, now) if due else "",
        "earlier": _earlier(plan, known, now, locale),
        "stamp": f"{head.id if head else ''}",
        "noted": noted_stamp(draft.id if draft else "", [*(seen_one.id for seen_one in seen), *declined]),
    }


def _known(
    context: AppContext,
    connection: Connection,
    domain: Domain,
    plan: Plan | None,
    now: datetime,
    live: bool,
    at: datetime | None,
) -> tuple[Known, tuple[str, ...]]:
    """What rows are made with, and the names of all streets where somebody may say something of them.

    With ``at``: the newest order of each key that there was then, with its events until then.
    """
    since = at - ORDERS_BACK if at else (min(now, plan.valid_from) if plan else now) - ORDERS_BACK
    found = daypage.orders_with_events(connection, domain, since, until=at)
    newest: dict[str, OrderNow] = {}
    for order in found:
        newest.setdefault(order.key, order)
    histories: dict[str, Sequence[OrderEvent]] = {order.id: order.events for order in found}
    if at is not None:
        newest, events = orders_at(found, histories, at)
        histories = dict(events)
    started = [order for order in newest.values() if order.state == "started"]
    names = daypage.names(connection, streets=live and VIEWS[domain].watched)
    known = Known(
        now=at or (now if live else (plan.valid_to if plan else now)),
        orders=newest,
        histories=histories,
        devices=names.devices,
        contractors=names.contractors,
        litres=names.litres,
        live=live,
        progress=context.progress(connection, started, histories) if live else {},
    )
    return known, names.streets


def _headline(plan: Plan, locale: Locale) -> tuple[str, str]:
    """The answer itself and what else is said of it; all at once of a plan that was kept before it had clauses."""
    answer = plan.verdict
    first, *rest = (locale.kept(sentence, "text") for sentence in answer.clauses or (answer,))
    return first, " ".join(rest)


def _figures(context: AppContext, plan: Plan, locale: Locale, now: datetime | None) -> list[KeyFigure]:
    t, view, verdict = locale.words, VIEWS[plan.domain], plan.verdict
    price = []
    if verdict.cost is not None and verdict.full_cost is not None:
        price = [_price(verdict.cost, verdict.full_cost, context.settings.planner.currency, locale)]
    certainty = KeyFigure(t("figure.certainty"), t(f"certainty.{verdict.certainty}"), _weakness(plan, locale))
    return [*view.lead(plan, locale), *price, certainty, *view.more(plan, locale, now)]


def _weakness(plan: Plan, locale: Locale) -> str:
    n, span = len(plan.degradations), plan.verdict.turer_range
    if span is not None and span[0] != span[1]:
        return locale.words("figure.range", low=span[0], high=span[1])
    return locale.words.count("figure.weak", n) if n else locale.words("figure.nothing.weak")


def _price(cost: float, full: float, currency: str, locale: Locale) -> KeyFigure:
    t = locale.words
    saved = full - cost
    second = t("figure.saved", amount=locale.money(saved, currency)) if saved >= 50 else t("figure.full")
    return KeyFigure(t("figure.cost"), t("figure.about", amount=locale.money(cost, currency)), second)


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
    look, icon = LOOKS[order.state]
    return f"{locale.words(f'state.{order.state}')} {locale.moment(order.state_at, now)}", look, icon


__all__ = ["PlanRow", "router", "show", "status_of", "today"]
