"""The sheet of a depot: the turer of a day to tick off, no vehicle first, then by their start, left out last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from city.manning import CallOut
from city.plan import Intervention, Plan
from city.serviceday import bounds
from city.vocabulary import CallState
from dashboards.pages.nightnow import calls_now
from dashboards.pages.paper.code import SquareCode, code_of
from dashboards.pages.paper.frame import PaperFrame, frame_of
from dashboards.pages.paper.why import action_of, why_of
from dashboards.pages.record import tur_of
from dashboards.pages.services.known import VIEWS
from dashboards.pages.status import OF_CALL
from dashboards.pages.who import note_said
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from planner.night.manned import manned
from store import calls, manning, orders, record
from store.connect import Connection
from store.orders import OrderNow
from store.record import Happening

ROWS = 20
"""Rows of a lying A4."""
RANK = {"need": 0, "go": 1, "off": 2}


@dataclass(frozen=True)
class PaperRow:
    """A line to tick off; ``kind`` says whether it goes, needs a vehicle (``said`` why), or is left out."""

    kind: Literal["need", "go", "off"]
    start: str
    code: str
    title: str
    prio: str
    action: str
    vehicle: str
    ring: str
    why: str
    ready: str
    late: bool
    note: str
    said: str = ""
    key: str = ""


@dataclass(frozen=True)
class DepotSheet:
    """All sheets of a depot: the same head, so many rows on each."""

    title: str
    lead: str
    heads: tuple[str, ...]
    sheets: tuple[tuple[PaperRow, ...], ...]
    numbers: tuple[str, ...]
    frame: PaperFrame
    code: SquareCode | None
    no_code: str
    late: str


@dataclass(frozen=True)
class _Known:
    """What rows are made with beside the plan."""

    orders: Mapping[str, OrderNow]
    declined: Mapping[str, Happening]
    lists: Sequence[CallOut]
    now: datetime
    locale: Locale
    calls: Mapping[str, CallState]


def depot_sheet(context: AppContext, connection: Connection, plan: Plan, locale: Locale) -> DepotSheet:
    """The sheets of a plan as it stands now."""
    known = _known(context, connection, plan, locale)
    made = [(_row(plan, item, known), item) for item in plan.interventions]
    latest = max((item.starts_at for _, item in made if item.starts_at), default=known.now)
    made.sort(key=lambda pair: (RANK[pair[0].kind], pair[1].starts_at or latest, pair[1].priority, pair[1].key))
    table = [*_nameless(plan, locale, sum(row.kind == "need" for row, _ in made)), *(row for row, _ in made)]
    table += _not_needed(plan, locale)
    sheets = tuple(tuple(table[i : i + ROWS]) for i in range(0, max(1, len(table)), ROWS))
    t, frame = locale.words, frame_of(context, connection, plan, known.now, locale)
    query = {"domain": plan.domain, "day": plan.service_day.isoformat()}
    return DepotSheet(
        title=t(f"paper.title_{plan.domain}"),
        lead=_lead(context, plan, made, known),
        heads=tuple(t(f"paper.head.{name}") for name in HEADS),
        sheets=sheets,
        numbers=tuple(t("paper.sheet", plan=plan.version, n=n, m=len(sheets)) for n in range(1, len(sheets) + 1)),
        frame=frame,
        code=code_of(context.settings.web, f"{context.base}/idag", **query),
        no_code=t("paper.no_code"),
        late=t("paper.late"),
    )


HEADS = ("start", "tur", "prio", "action", "vehicle", "ring", "why", "ready", "out", "done", "note")


def _known(context: AppContext, connection: Connection, plan: Plan, locale: Locale) -> _Known:
    begins, ends = bounds(plan.service_day, plan.domain, locale.zone)
    happened = record.happenings(connection, plan.domain, context.mode, plan.service_day, begins, ends)
    now = context.clock.now()
    return _Known(
        orders={order.key: order for order in orders.orders_of_day(connection, plan.domain, plan.service_day)},
        declined={one.key: one for one in happened if one.kind == "decline" and one.undone_at is None},
        lists=manned(calls.call_out_lists(connection), manning.changes(connection, now), now),
        now=now,
        locale=locale,
        calls=calls_now(connection, now),
    )


def _row(plan: Plan, item: Intervention, known: _Known) -> PaperRow:
    view, locale, order = VIEWS[plan.domain], known.locale, known.orders.get(item.key)
    t = locale.words
    vehicle = (order.vehicle if order else item.vehicle) or ""
    kind, said = _kind(item, order, vehicle, known)
    return PaperRow(
        kind=kind,
        start=locale.clock(item.starts_at) if item.starts_at and kind == "go" else t("count.none"),
        code=tur_of(item.key, locale) if view.code(item) else "",
        title=view.title(item, locale),
        prio=str(item.priority),
        action=action_of(item, locale),
        vehicle=vehicle,
        ring=_ring(vehicle, known),
        why=why_of(item, locale),
        ready=locale.clock(item.ready_by) if item.ready_by else "",
        late=bool(item.deadline and item.ready_by and item.ready_by > item.deadline),
        note="" if order is None else t(f"state.{_state(order, known)}"),
        said=said,
        key=item.key,
    )


def _state(order: OrderNow, known: _Known) -> str:
    """Where an order stands; of one that was only decided its call says more."""
    call = known.calls.get(order.id) if order.state == "decided" else None
    return order.state if call is None else OF_CALL.get(call, order.state)


def _kind(
    item: Intervention, order: OrderNow | None, vehicle: str, known: _Known
) -> tuple[Literal["need", "go", "off"], str]:
    t, locale = known.locale.words, known.locale
    if order is not None and order.state in {"aborted", "refused"}:
        word = t(f"state.{order.state}")
        note = note_said(order.state_note, locale)
        return "off", f"{word} {locale.clock(order.state_at)}" + (f": {note}." if note else ".")
    if order is None and (turned := known.declined.get(item.key)):
        return "off", t("paper.declined", clock=locale.clock(turned.at), cause=t(f"cause.{turned.step}"))
    if not vehicle and item.kind not in {"heat"}:
        return "need", t("paper.no_vehicle")
    return "go", ""


def _ring(vehicle: str, known: _Known) -> str:
    """The first place of the vehicle on a list: a role and a number, never a name."""
    first = next((line for line in known.lists if line.vehicle == vehicle), None)
    return "" if first is None else ", ".join(part for part in (first.who, first.address) if part)


def _nameless(plan: Plan, locale: Locale, named: int) -> list[PaperRow]:
    """Turer that are needed without a vehicle, with the cause; of an older plan how many there are."""
    known = [one for one in plan.not_cared if one.kind == "no_vehicle"]
    if known:
        return [_told("need", f"{one.title}: {locale.kept(one, 'why')}", locale) for one in known]
    n = int(plan.totals.get("without_vehicle") or 0) - named
    return [_told("need", locale.words.count("night.without_vehicle", n), locale)] if n > 0 else []


def _not_needed(plan: Plan, locale: Locale) -> list[PaperRow]:
    rest = VIEWS[plan.domain].rest(plan, locale)
    return [_told("off", rest, locale)] if rest else []


def _told(kind: Literal["need", "off"], said: str, locale: Locale) -> PaperRow:
    return PaperRow(kind, locale.words("count.none"), "", "", "", "", "", "", "", "", False, "", said)


def _lead(context: AppContext, plan: Plan, made: Sequence[tuple[PaperRow, Intervention]], known: _Known) -> str:
    """'Exempelstad, natten mot tis 24 nov. 25 turer i 40 körningar med 14 fordon. Klart ca 05.40.'"""
    t, locale = known.locale.words, known.locale
    goes = [(row, item) for row, item in made if row.kind == "go"]
    day = plan.service_day + timedelta(days=1 if VIEWS[plan.domain].watched else 0)
    said = [
        t(
            "paper.of_night" if VIEWS[plan.domain].watched else "paper.of_day",
            town=context.settings.municipality.name,
            day=locale.date(day),
        )
    ]
    what = t.count(f"night.of_{plan.domain}", len({item.target for _, item in goes}))
    if len({item.target for _, item in goes}) < len(goes):
        what = t("night.in_runs", what=what, runs=t.count("night.runs", len(goes)))
    vehicles = len({row.vehicle for row, _ in goes if row.vehicle})
    said.append(f"{what}, {t.count('night.vehicles', vehicles)}." if vehicles else f"{what}.")
    if ends := [item.ready_by for _, item in goes if item.ready_by]:
        said.append(t("paper.ready", clock=locale.moment(max(ends), known.now)))
    return " ".join(said)
