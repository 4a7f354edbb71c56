"""``/idag``: the dispatcher's page. One answer first, then who waits for whom, then why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.observation import Observation
from city.plan import Plan
from city.serviceday import service_day
from city.totals import saving
from city.vocabulary import DOMAINS, UNDER_WAY, DeclineCause, Domain
from dashboards.pages.asof import moment_lines
from dashboards.pages.callout import BoardBox, board_box, without_undo
from dashboards.pages.calm import Beside, beside
from dashboards.pages.choice import row_choices, with_choices
from dashboards.pages.dayread import DayAsked, DayShown, read_day
from dashboards.pages.daystrip import day_strip
from dashboards.pages.declines import (
    DeclineForm,
    decline_button,
    declined_lines,
    declined_of,
    flip_after,
    lead_after,
    left_of,
    split_rows,
    targets_left,
)
from dashboards.pages.draft import DraftBox
from dashboards.pages.emptyday import empty_day
from dashboards.pages.freshness import freshness
from dashboards.pages.headline import Headline, headline, standing_sums, status_figures
from dashboards.pages.heard import heard_lines
from dashboards.pages.observations import FieldNow, ObservationLine, SeenForm, noted_stamp, observation_line
from dashboards.pages.rows import Known, PlanRow, rows
from dashboards.pages.said import first_use, said
from dashboards.pages.services.known import VIEWS
from dashboards.pages.services.view import KeyFigure
from dashboards.pages.status import LOOKS
from dashboards.pages.uncared import uncared_box
from dashboards.pages.watchrow import watch_row
from dashboards.web.context import AppContext, context_of
from dashboards.web.locale import Locale
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of, page
from planner.calls.reading import board_of
from planner.due import due_runs, next_due
from planner.night.standing import Standing
from store import judgements
from store.connect import Connection
from store.orders import OrderNow
from store.town import begun

router = APIRouter(include_in_schema=False)
EARLIEST, LATEST_YEAR = datetime(2000, 1, 1, tzinfo=UTC), 2200
STREET_LENGTH = 100
"""No street that is noted has a longer name."""


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
    done: Annotated[str, Query(alias="said", max_length=80)] = "",
    draft: str = "",
    need: bool = False,
    sett: Annotated[str, Query(max_length=STREET_LENGTH)] = "",
) -> Response:
    """The newest plan of a domain, or that of an earlier service day; ``at``: the page as it was at that time,
    ``need``: only the rows that need a hand, ``sett``: the street of which somebody means to note what they saw."""
    context = context_of(request)
    if at is not None:
        at = at if at.tzinfo else at.replace(tzinfo=context.settings.municipality.zone)
        if not EARLIEST <= at <= context.clock.now():
            raise HttpProblem(422, message("error.request.no_past"))
    if on is not None and not EARLIEST.year <= on.year < LATEST_YEAR:
        raise HttpProblem(422, message("error.request.no_day"))
    seen = SeenForm(FieldNow(sett)) if sett else None
    is_open = draft == "open"
    return show(request, domain, on=on, opened=opened, at=at, done=done, draft_open=is_open, need=need, seen=seen)


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
    done: str = "",
    draft_open: bool = False,
    seen: SeenForm | None = None,
    notice_more: str = "",
    need: bool = False,
    declining: DeclineForm | None = None,
) -> Response:
    """The day page. ``notice`` names one to put above the answer (``notice_more`` in place of what it says else),
    ``chosen`` the rows that are ticked, ``done`` what a form has done, ``seen`` and ``declining`` forms as they were
    typed; ``need`` leaves out the rows that need no hand."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        day = read_day(context, connection, DayAsked(domain, on, at, opened), locale)
        parts = _parts(context, connection, day, done, locale)
    table = parts["rows"]
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
        notice_more=notice_more,
        draft_open=draft_open,
        seen=seen or SeenForm(),
        declining=declining or DeclineForm(),
        opened=opened,
        ticked=ticked,
        n_ticked=len({row.target for row in waiting if row.key in ticked}),
        waiting=waiting,
        decline_said=decline_button([row for row in waiting if row.key in ticked], locale),
        need=need,
        n_needs=sum(row.needs for row in table),
        shown=[row for row in table if row.needs or not need],
        **parts,
    )


def _parts(context: AppContext, connection: Connection, day: DayShown, done: str, locale: Locale) -> dict[str, object]:
    """Everything the template prints, read from one connection."""
    return {
        **_frame_parts(context, connection, day, locale),
        **_answer_parts(context, connection, day, locale),
        **_watch_parts(context, connection, day, done, locale),
        **_table_parts(connection, day, locale),
    }


def _frame_parts(context: AppContext, connection: Connection, day: DayShown, locale: Locale) -> dict[str, object]:
    """Which day and time is shown, of what data, and when there is another plan."""
    plan, frame, settings = day.plan, day.frame, context.settings
    today, due = service_day(day.now, day.domain, settings.municipality.zone), next_due(settings, day.domain, day.now)
    shown = plan.service_day if plan else day.on
    return {
        "view": day.view,
        "plan": plan,
        "on": day.on,
        "is_live": day.at is None and (day.is_live or (plan is None and (day.on is None or day.on == today))),
        "empty": None if plan else empty_day(settings, day.domain, day.on, frame.days, day.now, locale),
        "at": day.at,
        "at_text": locale.moment(day.at, context.clock.now()) if day.at else "",
        "shown_at": locale.clock(day.now),
        "counts": {name: _left(context, connection, day, name) for name in DOMAINS},
        "fresh": freshness(context, connection, day.domain, plan if day.is_live else None, locale),
        "problem": frame.problem if not day.on else None,
        "days": [(known_day.isoformat(), locale.date(known_day)) for known_day in frame.days],
        "day_text": locale.date(shown) if shown else "",
        "next_run": locale.moment(due, day.now) if due else "",
        "stamp": day.stamp,
    }


def _left(context: AppContext, connection: Connection, day: DayShown, domain: Domain) -> int | None:
    """How many turer a service's live plan holds without those that were declined; None without a plan."""
    head = next((head for head in day.frame.live if head.domain == domain), None)
    plan = context.shelf.get(connection, head.id) if head is not None and VIEWS[domain].watched else None
    if plan is None:
        return None if head is None else head.targets
    shown = day.is_live and day.plan is not None and day.plan.id == plan.id
    return targets_left(plan, day.declined if shown else declined_of(connection, plan, context.clock.now()))


def _answer_parts(context: AppContext, connection: Connection, day: DayShown, locale: Locale) -> dict[str, object]:
    """The answer and what stands beside it: figures, sums, the board, what is weak and what is not cared for."""
    plan, found = day.plan, day.standing
    if plan is None or found is None:
        empty: dict[str, object] = {
            "standing": None,
            "sums": "",
            "board": None,
            "figures": [],
            "weak": [],
            "weak_n": 0,
            "uncared": None,
        }
        return {**empty, "headline": Headline("", "", ""), "beside": Beside("", ""), "rest": "", "flip": ""}
    calls = not day.view.advice
    told = day.is_live or day.at is not None
    left = left_of(context, connection, plan, day.declined)
    return {
        "standing": found,
        "headline": _headline(plan, left, found, day.box, told, locale),
        "beside": beside(context, connection, day, locale) if day.is_live else Beside("", ""),
        "sums": standing_sums(found, locale, _in_table(plan, day)) if told and calls and day.view.watched else "",
        "board": _board(context, connection, plan, day, locale) if day.is_live and calls else None,
        "figures": _figures(context, left, found, locale, day.now if told else None),
        "weak": _weak(plan, locale),
        "weak_n": len(plan.degradations),
        "uncared": uncared_box(plan, locale) if told else None,
        "rest": _rest(plan, found, told, locale),
        "flip": flip_after(locale.kept(plan.verdict, "flip"), plan, day.declined),
    }


def _in_table(plan: Plan, day: DayShown) -> set[str]:
    """What has a row: turer of the plan, and those under way that it does not hold any more."""
    return {item.target for item in (*plan.interventions, *(item for _, item in day.known.outside))}


def _watch_parts(
    context: AppContext, connection: Connection, day: DayShown, done: str, locale: Locale
) -> dict[str, object]:
    """What the watch, the weather and people have said since the plan was made."""
    plan, lines = day.plan, _seen_lines(connection, day.seen, locale)
    shown, watched = plan.service_day if plan else day.on, day.view.watched
    return {
        "draft": day.box,
        "watch": watch_row(plan, day.box, day.stands, context.settings.planner.watch_s, day.now, locale, day.undo)
        if plan and day.is_watched
        else None,
        "said": _said(context, day, done, lines, locale) if done else "",
        "observations": lines,
        "heard": heard_lines(connection, day.domain, day.now, locale) if day.at is None and day.is_live else [],
        "moments": moment_lines(context, connection, shown, locale) if shown and watched else [],
        "streets": day.streets,
        "causes": [(cause, locale.words(f"cause.{cause}")) for cause in get_args(DeclineCause) if watched],
        "strip": day_strip(plan, day.now, locale, day.behind.measured) if plan and day.behind else None,
        "noted": noted_stamp(day.box.id if day.box else "", [*(one.id for one in day.seen), *day.declined]),
    }


def _said(context: AppContext, day: DayShown, done: str, lines: Sequence[ObservationLine], locale: Locale) -> str:
    """What a form has done; of what was noted before the first plan also that this will use it."""
    text = said(done, lines, day.stands.answer, day.now, locale)
    if day.plan is not None:
        return text
    late = any(run.domain == day.domain for run, _ in due_runs(context.settings, day.now))
    due = None if late else next_due(context.settings, day.domain, day.now)
    return " ".join(part for part in (text, first_use(done, day.seen, due, day.now, locale)) if part)


def _table_parts(connection: Connection, day: DayShown, locale: Locale) -> dict[str, object]:
    """The rows, what each may be given to, what was turned down, and what has ended since."""
    plan = day.plan
    table, turned_down = split_rows(rows(plan, day.known, locale) if plan else [], day.declined)
    choices = row_choices(connection, plan, table, day.now, locale) if day.is_live else {}
    return {
        "rows": with_choices(table, choices, locale),
        "choices": choices,
        "declined": declined_lines(turned_down, day.declined, day.now, locale),
        "earlier": _earlier(plan, day.known, day.now, locale),
    }


def _seen_lines(connection: Connection, seen: Sequence[Observation], locale: Locale) -> list[ObservationLine]:
    """What was seen, with the names of its streets."""
    names = judgements.names_of(connection, [segment for row in seen for segment in row.segments]) if seen else {}
    return [observation_line(row, names, locale) for row in seen]


def _headline(
    plan: Plan, left: Plan, found: Standing, box: DraftBox | None, by_status: bool, locale: Locale
) -> Headline:
    """The answer: as it stands now, or of an earlier day as it was when the plan was made. ``left`` is the plan without
    what was declined."""
    answer = plan.verdict
    first, *rest = (locale.kept(sentence, "text") for sentence in answer.clauses or (answer,))
    if not by_status:
        return Headline(first, " ".join(rest), "")
    is_open = box is not None and box.has_choice
    by_call = not VIEWS[plan.domain].advice
    declined = found.count("declined") if by_call else 0
    some = declined and plan.verdict.go and VIEWS[plan.domain].watched
    certain = lead_after(left, declined, rest, locale) if some else " ".join(rest)
    return headline(found, plan, locale, certain=certain, open_draft=is_open, by_call=by_call)


def _board(context: AppContext, connection: Connection, plan: Plan, day: DayShown, locale: Locale) -> BoardBox | None:
    """The board of the night, where anybody was called. What the watch's row takes back whole, the board does not take
    back in part."""
    if VIEWS[plan.domain].advice:
        return None

    def plan_of(name: str) -> Plan | None:
        return context.shelf.get(connection, name)

    found = board_of(connection, context.settings, context.clock, plan_of=plan_of, domain=plan.domain)
    if day.undo is not None:
        found = without_undo(found, day.undo.taken_at)
    keys = {item.key for item in plan.interventions}
    runs = day.standing.runs if day.standing else ()
    out = {(run.key, run.vehicle) for run in runs if run.state == "vehicle_out"}
    return board_box(found, locale, context.clock, day.now, day.known.contractors or {}, plan.domain, keys, out)


def _weak(plan: Plan, locale: Locale) -> list[tuple[str, list[str]]]:
    """What the plan does not know: what is so tonight first, then what is so until somebody tells."""
    parts: dict[bool, list[str]] = {False: [], True: []}
    for one in plan.degradations:
        parts[one.standing is True].append(locale.kept(one, "effect"))
    keys = {False: "weak.tonight", True: "weak.standing"}
    return [(locale.words(keys[kind]), lines) for kind, lines in parts.items() if lines]


def _rest(plan: Plan, found: Standing, by_status: bool, locale: Locale) -> str:
    """How many are not needed; of turer those that nobody asks for and nobody has driven."""
    view = VIEWS[plan.domain]
    if not (by_status and view.watched):
        return view.rest(plan, locale)
    return locale.words.count("rest.snow", found.not_needed) if found.not_needed else ""


def _figures(context: AppContext, plan: Plan, found: Standing, locale: Locale, now: datetime | None) -> list[KeyFigure]:
    """What is beside the answer: of the plan, and once somebody was called out of the night."""
    t, view, verdict = locale.words, VIEWS[plan.domain], plan.verdict
    price = []
    saved = saving(plan)
    if verdict.cost is not None and verdict.full_cost is not None and saved is not None:
        price = [_price(verdict.cost, verdict.full_cost, saved, context.settings.planner.currency, locale)]
    elif verdict.cost and verdict.full_cost is None:
        amount = locale.money(verdict.cost, context.settings.planner.currency)
        price = [KeyFigure(t("figure.cost"), t("figure.about", amount=amount), "")]
    if found.begun and not view.advice and now is not None:
        return [*status_figures(found, locale), *price]
    certainty = KeyFigure(t("figure.certainty"), t(f"certainty.{verdict.certainty}"), _weakness(plan, locale))
    return [*view.lead(plan, locale), *price, certainty, *view.more(plan, locale, now)]


def _weakness(plan: Plan, locale: Locale) -> str:
    """What makes the answer uncertain: the forecast's range, else how many inputs are weak now and how many always."""
    t, span = locale.words, plan.verdict.turer_range
    if span is not None and span[0] != span[1]:
        return t("figure.range", low=span[0], high=span[1])
    of_now = sum(weak.of_now for weak in plan.degradations)
    always = len(plan.degradations) - of_now
    said = [t.count("figure.weak", of_now)] if of_now else [t("figure.nothing.weak")]
    return t("figure.also", now=said[0], always=t.count("figure.standing", always)) if always else said[0]


def _price(cost: float, full: float, saved: float, currency: str, locale: Locale) -> KeyFigure:
    t = locale.words
    second = t("figure.saved", amount=locale.money(saved, currency))
    if saved < 50:
        rounds = cost > full + 50
        second = t("figure.full_once" if rounds else "figure.full", amount=locale.money(full, currency))
    return KeyFigure(t("figure.cost"), t("figure.about", amount=locale.money(cost, currency)), second)


def _earlier(plan: Plan | None, known: Known, now: datetime, locale: Locale) -> list[Earlier]:
    """Orders of the last day that have ended and whose interventions the plan does not hold any more."""
    held = {item.key for item in plan.interventions} if plan else set()
    made = []
    for order in known.orders.values():
        if order.key not in held and order.state not in UNDER_WAY and known.live:
            word, look, icon = _as_said(order, now, locale)
            made.append(Earlier(order.target, order.vehicle or "", word, look, icon))
    return made


def _as_said(order: OrderNow, now: datetime, locale: Locale) -> tuple[str, str, str]:
    look, icon = LOOKS[order.state]
    return f"{locale.words(f'state.{order.state}')} {locale.moment(order.state_at, now)}", look, icon


__all__ = ["PlanRow", "router", "show", "today"]
