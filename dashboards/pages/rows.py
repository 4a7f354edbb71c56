"""A plan's interventions as rows of a table: every cell is a text that a template can print as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from city.entities import OrderEvent
from city.manning import Absence
from city.observation import Observation
from city.plan import Intervention, Plan
from city.stopsaid import StopSaid
from city.vocabulary import CallState
from dashboards.pages.charts import HeatStrip, SpanPlot, heat_strip, span_plot
from dashboards.pages.facts import facts_of, length_of
from dashboards.pages.heatchart import HeatChart, heat_chart
from dashboards.pages.history import StepLine, history_of, undo_of
from dashboards.pages.opened import NOTHING, Opened, opened_row
from dashboards.pages.services.known import VIEWS
from dashboards.pages.sources import Source, sources_of
from dashboards.pages.status import Standpoint, Status, acts_of, behind, may_choose, status_of
from dashboards.pages.stops import StopLine, capital, said_of, stops_of
from dashboards.pages.who import crew_said
from dashboards.pages.why import deciding, why_line
from dashboards.web.locale import Locale
from planner.night.choice import absent_during
from planner.night.progress import Progress
from store.daypage import Background
from store.orders import OrderNow

Planned = tuple[Plan, Intervention]


@dataclass(frozen=True)
class Known:
    """What rows are made with beside the plan: orders by key, their histories, names by id, the time.

    ``read_at`` is the time for which the ages of sources are told, None for the plan's own. ``calls`` are the states
    of the newest calls by order id, ``absences`` when vehicles are out of service. ``outside`` is what is under way and
    not in the plan any more, each with the plan that it was called out from. ``background`` and what was ``seen`` are
    told in opened rows; the streets only of the one that is asked for, ``opened``. ``stops`` is what crews said of
    stops, by order id.
    """

    now: datetime
    orders: Mapping[str, OrderNow]
    histories: Mapping[str, Sequence[OrderEvent]]
    devices: Mapping[str, str] = field(default_factory=dict)
    contractors: Mapping[str, str] | None = None
    litres: Mapping[str, float] | None = None
    live: bool = True
    progress: Mapping[str, Progress] = field(default_factory=dict)
    read_at: datetime | None = None
    calls: Mapping[str, CallState] = field(default_factory=dict)
    outside: Sequence[Planned] = ()
    absences: Sequence[Absence] = ()
    background: Background | None = None
    seen: Sequence[Observation] = ()
    opened: str = ""
    stops: Mapping[str, Sequence[StopSaid]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanRow:
    """One tur, round or building. ``name`` is its whole name, with the run where it is not the first; ``outside`` where
    it is not in the plan any more; ``acts`` are what a dispatcher may note of its order, ``undo`` the last such
    step."""

    anchor: str
    key: str
    target: str
    title: str
    code: str
    run: str
    name: str
    under: str
    prio: int
    figure: str
    beside: str
    range_line: str
    limit: str
    plot: SpanPlot | None
    sources: tuple[Source, ...]
    action: str
    vehicle: str
    contractor: str
    times: str
    length: str
    late: str
    reasons: tuple[str, ...]
    flip: str
    facts: tuple[tuple[str, str], ...]
    status: Status
    order_id: str
    acts: tuple[str, ...]
    undo: str
    choose: bool
    needs: bool
    outside: bool
    history: tuple[StepLine, ...]
    stops: tuple[StopLine, ...]
    more: Opened
    n_streets: int
    heat: HeatStrip | None
    warmth: HeatChart | None
    air: str


def rows(plan: Plan, known: Known, locale: Locale) -> list[PlanRow]:
    """The rows of a plan, and of what is still under way though it holds it no more: what needs a hand first, then as
    the plan ordered them."""
    made = [_row(plan, item, known, locale) for item in plan.interventions]
    made += [_row(of, item, known, locale, outside=True) for of, item in known.outside]
    return sorted(made, key=lambda row: row.status.rank)


def anchor(key: str) -> str:
    """A key as the id of an element."""
    return "r-" + re.sub(r"[^A-Za-z0-9_-]+", "-", key)


def _row(plan: Plan, item: Intervention, known: Known, locale: Locale, *, outside: bool = False) -> PlanRow:
    order = known.orders.get(item.key)
    at = _standpoint(plan, item, order, known, outside=outside)
    first, why, status = deciding(item), why_line(item, locale), status_of(at, locale)
    events = at.history
    live, view = known.live, VIEWS[plan.domain]
    code, title, run = view.code(item), view.title(item, locale), run_of(item, locale)
    return PlanRow(
        anchor=anchor(item.key),
        key=item.key,
        target=item.target,
        title=title,
        code=code,
        run=run,
        name=" ".join(part for part in (code, title, run) if part),
        under=view.under(item, locale),
        prio=item.priority,
        figure=why.figure,
        beside=why.beside,
        range_line=why.under,
        limit=why.limit,
        plot=span_plot(first) if first else None,
        sources=sources_of(plan, item, known.devices, known.read_at, _held_since(plan, order, outside), locale),
        action=locale.words(f"action.{item.kind}"),
        vehicle=(order.vehicle if order else item.vehicle) or "",
        contractor=_contractor(order.contractor if order else item.contractor, known, locale),
        times=_times(item, locale),
        length=length_of(item, locale),
        late=behind(at, locale) if live or known.read_at else "",
        reasons=tuple(capital(locale.kept(reason, "text")) for reason in item.reasons),
        flip=locale.kept(item, "flip"),
        facts=facts_of(plan, item, known.now, locale),
        status=status,
        order_id=order.id if order else "",
        acts=acts_of(order, advice=view.advice) if live else (),
        undo=undo_of(events, known.now, locale) if live else "",
        choose=may_choose(at) and live and not outside,
        needs=status.needs,
        outside=outside,
        history=history_of(events, item.vehicle, known.now, locale) if order else (),
        stops=stops_of(item, known.litres or {}, said_of(order, known.stops, live=live), known.now, locale),
        more=_more(plan, item, known, locale),
        n_streets=len(item.segments) if isinstance(item.segments, tuple) else 0,
        heat=heat_strip(item, known.now, locale) if isinstance(item.heat, tuple) else None,
        warmth=heat_chart(item, known.now, locale),
        air=_air(item, locale),
    )


def _standpoint(plan: Plan, item: Intervention, order: OrderNow | None, known: Known, *, outside: bool) -> Standpoint:
    """``outside``: the plan asks for it no more, and nobody needs another vehicle for it."""
    order_id = order.id if order else ""
    return Standpoint(
        item=item,
        order=order,
        now=known.now,
        advice=VIEWS[plan.domain].advice,
        far=known.progress.get(order_id),
        history=known.histories.get(order_id, ()),
        call=known.calls.get(order_id),
        out=absent_during(known.absences, order.vehicle, item) if order and order.vehicle and not outside else None,
    )


def _more(plan: Plan, item: Intervention, known: Known, locale: Locale) -> Opened:
    """What its opened row says beyond the reasons, where that was read."""
    if known.background is None:
        return NOTHING
    return opened_row(plan, item, known.background, known.seen, known.now, known.opened, locale)


def run_of(item: Intervention, locale: Locale) -> str:
    """'omg 2'; empty for a first run and for what has no runs."""
    run = item.key.rsplit(":", 1)[-1]
    return locale.words("row.run", n=int(run)) if run.isdigit() and int(run) > 1 else ""


def _held_since(plan: Plan, order: OrderNow | None, outside: bool) -> datetime | None:
    """When an intervention was decided that the plan only took over; None for one that it made itself."""
    if outside or order is None or order.plan_id == plan.id:
        return None
    return order.created_at


def _contractor(contractor: str | None, known: Known, locale: Locale) -> str:
    return crew_said((known.contractors or {}).get(contractor or "", contractor or ""), locale)


def _times(item: Intervention, locale: Locale) -> str:
    if item.starts_at is None:
        return locale.words("row.not_started") if item.kind == "heat" else ""
    return locale.stretch(item.starts_at, item.ready_by) if item.ready_by else locale.clock(item.starts_at)


def _air(item: Intervention, locale: Locale) -> str:
    """When ventilation runs: from the first hour on to the end of the last."""
    hours = [hour.starts_at for hour in item.ventilation if hour.on] if isinstance(item.ventilation, tuple) else []
    if not isinstance(item.ventilation, tuple):
        return ""
    if not hours:
        return locale.words("row.air_off")
    ends = [hour.starts_at for hour in item.ventilation if hour.starts_at > hours[-1]]
    return locale.stretch(hours[0], ends[0]) if ends else locale.words("row.air_from", clock=locale.clock(hours[0]))
