"""A plan's interventions as rows of a table: every cell is a text that a template can print as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from city.entities import OrderEvent
from city.plan import Intervention, PlaceStop, Plan, Reason, RoundStop
from dashboards.pages.charts import HeatStrip, SpanPlot, heat_strip, span_plot
from dashboards.pages.status import NextStep, Status, may_abort, may_order, status_of, steps_of
from dashboards.web.locale import Locale
from planner.night.handover import passed_on
from planner.night.progress import Progress
from store.orders import OrderNow


@dataclass(frozen=True)
class Known:
    """What rows are made with beside the plan: orders by key, their histories, names by id, the time."""

    now: datetime
    orders: Mapping[str, OrderNow]
    histories: Mapping[str, Sequence[OrderEvent]]
    devices: frozenset[str] = frozenset()
    contractors: Mapping[str, str] | None = None
    litres: Mapping[str, float] | None = None
    live: bool = True
    progress: Mapping[str, Progress] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where a figure came from and how old it was when the plan was made."""

    icon: str
    word: str
    age: str


@dataclass(frozen=True)
class StopLine:
    """One stop of a round."""

    arrives: str
    name: str
    room: str
    vessels: str
    litres: str
    reason: str


@dataclass(frozen=True)
class Step0:
    """One line of an order's history."""

    clock: str
    word: str
    who: str
    note: str


@dataclass(frozen=True)
class PlanRow:
    """One tur, round or building."""

    anchor: str
    key: str
    title: str
    code: str
    under: str
    prio: int
    figure: str
    beside: str
    range_line: str
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
    steps: tuple[NextStep, ...]
    order_id: str
    abort: bool
    choose: bool
    history: tuple[Step0, ...]
    stops: tuple[StopLine, ...]
    heat: HeatStrip | None
    air: str


def rows(plan: Plan, known: Known, locale: Locale) -> list[PlanRow]:
    """The rows of a plan: what needs a hand first, then as the plan ordered them."""
    made = [_row(plan, item, known, locale) for item in plan.interventions]
    return sorted(made, key=lambda row: row.status.rank)


def anchor(key: str) -> str:
    """A key as the id of an element."""
    return "r-" + re.sub(r"[^A-Za-z0-9_-]+", "-", key)


def _row(plan: Plan, item: Intervention, known: Known, locale: Locale) -> PlanRow:
    order = known.orders.get(item.key)
    first = _deciding(item)
    live = known.live
    return PlanRow(
        anchor=anchor(item.key),
        key=item.key,
        title=_title(plan, item, locale),
        code=item.target if plan.domain == "snow" else "",
        under=_under(plan, item, locale),
        prio=item.priority,
        figure=_figure(first, locale),
        beside=_beside(first, locale),
        range_line=_range_line(first, locale),
        plot=span_plot(first) if first else None,
        sources=tuple(_sources(plan, item, known, locale)),
        action=locale.words(f"action.{item.kind}"),
        vehicle=(order.vehicle if order else item.vehicle) or "",
        contractor=_contractor(order.contractor if order else item.contractor, known),
        times=_times(item, locale),
        length=_length(item, locale),
        late=_late(item, locale),
        reasons=tuple(_sentence(locale.kept(reason, "text")) for reason in item.reasons),
        flip=locale.kept(item, "flip"),
        facts=tuple(_facts(plan, item, known, locale)),
        status=_status(item, order, known, locale),
        steps=steps_of(order, locale) if live else (),
        order_id=order.id if order else "",
        abort=may_abort(order) and live,
        choose=may_order(order) and live,
        history=_history(item, order, known, locale),
        stops=_stops(item, known, locale),
        heat=heat_strip(item, known.now, locale) if isinstance(item.heat, tuple) else None,
        air=_air(item, locale),
    )


def _title(plan: Plan, item: Intervention, locale: Locale) -> str:
    if plan.domain == "snow":
        return item.title.removeprefix(item.target).strip() or locale.words("row.no_name")
    if plan.domain == "waste":
        fraction, _, number = item.target.rpartition("-")
        return locale.words("row.round", fraction=locale.words.known(f"fraction.{fraction}", fraction), number=number)
    return item.title


def _under(plan: Plan, item: Intervention, locale: Locale) -> str:
    if item.kind == "places":
        return locale.words.count("row.places", len(item.places) if isinstance(item.places, tuple) else 0)
    if item.kind in {"haul", "sweep"}:
        return locale.words.count("row.segments", len(item.segments) if isinstance(item.segments, tuple) else 0)
    if plan.domain == "snow":
        network = item.network if isinstance(item.network, str) else "street"
        run = item.key.rsplit(":", 1)[-1]
        said = [locale.words(f"class.{network}", prio=item.priority)]
        if run.isdigit() and int(run) > 1:
            said.append(locale.words("row.run", n=run))
        return " · ".join(said)
    if plan.domain == "waste":
        stops = item.stops if isinstance(item.stops, tuple) else ()
        return locale.words.count("row.stops", len(stops))
    return ""


def _deciding(item: Intervention) -> Reason | None:
    """The reason that the row shows: the first with a figure."""
    return next((reason for reason in item.reasons if reason.value is not None), None)


def _unit(reason: Reason, locale: Locale) -> str:
    return locale.words.known(f"unit_of.{reason.unit}", reason.unit or "")


def _digits(reason: Reason) -> int:
    return 0 if reason.unit == "%" else 1


def _figure(reason: Reason | None, locale: Locale) -> str:
    if reason is None or reason.value is None:
        return ""
    return f"{locale.figure(reason.value, _digits(reason))}\N{NO-BREAK SPACE}{_unit(reason, locale)}"


def _beside(reason: Reason | None, locale: Locale) -> str:
    """What the figure stands for."""
    if reason is None or reason.value is None:
        return ""
    return locale.kept(reason, "what")


def _range_line(reason: Reason | None, locale: Locale) -> str:
    if reason is None:
        return ""
    parts = [] if reason.range is None else [locale.span(*reason.range, _digits(reason))]
    if reason.threshold is not None:
        parts.append(locale.words("row.limit", limit=locale.short(reason.threshold)))
    return ", ".join(parts)


def _sources(plan: Plan, item: Intervention, known: Known, locale: Locale) -> list[Source]:
    """One icon for each kind of source, with the age of its youngest figure."""
    youngest: dict[str, float] = {}
    for reason in item.reasons:
        if reason.source is None or reason.age_s is None:
            continue
        icon = "sensor" if reason.source in known.devices else "cloud"
        youngest[icon] = min(reason.age_s, youngest.get(icon, reason.age_s))
    return [
        Source(icon, locale.words(f"source.{icon}"), _age(age, locale))
        for icon, age in sorted(youngest.items(), reverse=True)
    ]


def _age(seconds: float, locale: Locale) -> str:
    """Bare minutes, as the column's head says; from 100 minutes on with its unit."""
    return str(round(seconds / 60)) if seconds < 6000 else locale.age(seconds)


def _contractor(contractor: str | None, known: Known) -> str:
    names = known.contractors or {}
    return names.get(contractor or "", contractor or "")


def _times(item: Intervention, locale: Locale) -> str:
    if item.starts_at is None:
        return locale.words("row.not_started") if item.kind == "heat" else ""
    return locale.stretch(item.starts_at, item.ready_by) if item.ready_by else locale.clock(item.starts_at)


def _length(item: Intervention, locale: Locale) -> str:
    parts = [locale.minutes(item.minutes)] if item.minutes else []
    return " · ".join(parts + ([locale.km(item.distance_m)] if item.distance_m else []))


def _late(item: Intervention, locale: Locale) -> str:
    """How much later than its deadline it is planned to be ready."""
    if item.deadline is None or item.ready_by is None or item.ready_by <= item.deadline:
        return ""
    return locale.words("row.planned_late", age=locale.age((item.ready_by - item.deadline).total_seconds()))


def _facts(plan: Plan, item: Intervention, known: Known, locale: Locale) -> list[tuple[str, str]]:
    """What the decision rests on, as label and value."""
    t = locale.words
    facts = []
    if isinstance(item.segments, tuple):
        facts.append((t("fact.segments"), t.count("row.segments", len(item.segments))))
    if item.deadline is not None:
        facts.append((t("fact.deadline"), locale.moment(item.deadline, known.now)))
    if item.depot:
        facts.append((t("fact.depot"), item.depot))
    versions = sorted({reason.threshold_version for reason in item.reasons if reason.threshold_version is not None})
    if versions:
        facts.append((t("fact.limit"), t("fact.limit_version", n=", ".join(str(n) for n in versions))))
    facts.append(
        (t("fact.plan"), t("fact.plan_version", n=plan.version, clock=locale.moment(plan.created_at, known.now)))
    )
    facts.append((t("fact.inputs"), plan.inputs_hash[:12]))
    return facts


def _status(item: Intervention, order: OrderNow | None, known: Known, locale: Locale) -> Status:
    order_id = order.id if order else ""
    far, history = known.progress.get(order_id), known.histories.get(order_id, ())
    return status_of(item, order, known.now, locale, far, history)


def _history(item: Intervention, order: OrderNow | None, known: Known, locale: Locale) -> tuple[Step0, ...]:
    """The steps of an order, a street that was done by its driver's word not among them: these stand in the share."""
    if order is None:
        return ()
    t, events = locale.words, known.histories.get(order.id, ())
    passed = {one.at: one for one in passed_on(events, item.vehicle)} if events else {}
    made = []
    for event in events:
        if event.kind == "segment_done":
            continue
        word = t(f"event.{event.kind}")
        if event.kind == "overridden" and event.at in passed:
            word = t("event.passed", age=locale.age(passed[event.at].waited_s), vehicle=event.vehicle or "")
        who = t.known(f"who.{event.who}", event.who)
        made.append(Step0(locale.moment(event.at, known.now), word, who, event.note))
    return tuple(made)


def _stops(item: Intervention, known: Known, locale: Locale) -> tuple[StopLine, ...]:
    if isinstance(item.places, tuple):
        return tuple(_place(number, place, locale) for number, place in enumerate(item.places, start=1))
    return tuple(_stop(stop, known, locale) for stop in item.stops) if isinstance(item.stops, tuple) else ()


def _place(number: int, place: PlaceStop, locale: Locale) -> StopLine:
    """A place as a stop: its number in place of a time, which nobody has promised."""
    kind = locale.words(f"place.{place.kind}")
    depth = f"{locale.figure(place.depth_cm, 1)}\N{NO-BREAK SPACE}cm"
    return StopLine(str(number), place.name or kind, place.id, kind, depth, locale.minutes(place.minutes))


def _stop(stop: RoundStop, known: Known, locale: Locale) -> StopLine:
    sizes = [(known.litres or {}).get(vessel) for vessel in stop.vessels]
    litres = sum(size for size in sizes if size is not None)
    return StopLine(
        arrives=locale.clock(stop.arrives_at),
        name=stop.name,
        room=stop.room,
        vessels=locale.words.count("row.vessels", len(stop.vessels)),
        litres=f"{litres:.0f}\N{NO-BREAK SPACE}l" if litres else "",
        reason=_sentence(locale.kept(stop, "reason")),
    )


def _air(item: Intervention, locale: Locale) -> str:
    """When ventilation runs: from the first hour on to the end of the last."""
    hours = [hour.starts_at for hour in item.ventilation if hour.on] if isinstance(item.ventilation, tuple) else []
    if not isinstance(item.ventilation, tuple):
        return ""
    if not hours:
        return locale.words("row.air_off")
    ends = [hour.starts_at for hour in item.ventilation if hour.starts_at > hours[-1]]
    return locale.stretch(hours[0], ends[0]) if ends else locale.words("row.air_from", clock=locale.clock(hours[0]))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
