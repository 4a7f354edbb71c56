"""The sheet of one tur: what is done, the way on a small map, and its streets in driving order to tick off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from city.errors import NotFound
from city.plan import Intervention, Plan, SegmentAction
from city.quantities import solution_g_m2
from dashboards.pages.paper.chart import SmallMap, small_map
from dashboards.pages.paper.code import SquareCode, code_of
from dashboards.pages.paper.frame import PaperFrame, frame_of
from dashboards.pages.paper.why import action_of, why_of, word_of
from dashboards.pages.record import tur_of
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from planner.calls.driver.pair import sheet_secret
from planner.night.progress import Street
from store import calls, orders, roads
from store.connect import Connection

FIRST, NEXT = 15, 28
"""Rows of the first A5, which holds the map, and of those after it."""


@dataclass(frozen=True)
class StreetRow:
    """A stretch of the drive, or a stop: its number, name, what is done and how long it is."""

    n: int
    name: str
    action: str
    metres: str


@dataclass(frozen=True)
class TurSheet:
    """The A5 of a tur; ``sheets`` are its rows by sheet. ``warn`` says what is not to be done, where that is known."""

    title: str
    vehicle: str
    times: str
    act: str
    why: str
    chart: SmallMap | None
    heads: tuple[str, str, str, str, str]
    sheets: tuple[tuple[StreetRow, ...], ...]
    numbers: tuple[str, ...]
    warn: str
    pens: tuple[str, ...]
    frame: PaperFrame
    code: SquareCode | None
    no_code: str


def tur_sheet(
    context: AppContext, connection: Connection, plan: Plan, item: Intervention, locale: Locale, *, lets_in: bool
) -> TurSheet:
    """The sheet of an intervention of a plan as it stands now; its code ``lets_in`` a phone, or leads to its page."""
    t, view, now = locale.words, VIEWS[plan.domain], context.clock.now()
    found = [
        order for order in orders.orders_of_day(connection, plan.domain, plan.service_day) if order.key == item.key
    ]
    vehicle = (found[-1].vehicle if found else item.vehicle) or ""
    table = _rows(connection, item, locale)
    sheets = [tuple(table[:FIRST]), *(tuple(table[i : i + NEXT]) for i in range(FIRST, len(table), NEXT))]
    code = tur_of(item.key, locale) if view.code(item) else ""
    return TurSheet(
        title=f"{code} {view.title(item, locale)}".strip(),
        vehicle=_who(connection, vehicle, locale) if item.kind != "heat" else "",
        times=locale.stretch(item.starts_at, item.ready_by) if item.starts_at and item.ready_by else "",
        act=_act(item, locale),
        why=why_of(item, locale, longest=90),
        chart=small_map(connection, item),
        heads=(
            t("paper.head.n"),
            t("paper.head.street"),
            t("paper.head.action"),
            t("paper.head.metres"),
            t("paper.head.ready"),
        ),
        sheets=tuple(sheets),
        numbers=tuple(t("paper.sheet", plan=plan.version, n=n + 1, m=len(sheets)) for n in range(len(sheets))),
        warn=_warning(connection, item, locale),
        pens=(t("paper.pen_salt"), t("paper.pen_start"), t("paper.pen_done"))
        if view.watched
        else (t("paper.pen_start"), t("paper.pen_done")),
        frame=frame_of(context, connection, plan, now, locale),
        code=_code(context, connection, item, vehicle if lets_in else ""),
        no_code=t("paper.no_code"),
    )


def _code(context: AppContext, connection: Connection, item: Intervention, vehicle: str) -> SquareCode | None:
    """What a phone reads off the sheet: it is let in for the vehicle, and shows what that is to drive; of a tur without
    one the page of the sheet."""
    web = context.settings.web
    if not vehicle or not web.public_url:
        return code_of(web, f"{context.base}/idag/tur", key=item.key)
    try:
        secret = sheet_secret(connection, context.clock, vehicle)
    except NotFound:  # a vehicle that was taken away since
        return code_of(web, f"{context.base}/idag/tur", key=item.key)
    return code_of(web, f"{context.base}/kor", fragment=f"s={secret}")


def _who(connection: Connection, vehicle: str, locale: Locale) -> str:
    if not vehicle:
        return locale.words("paper.no_vehicle")
    first = next((line for line in calls.call_out_lists(connection) if line.vehicle == vehicle), None)
    return f"{vehicle}, {first.who}" if first else vehicle


def _act(item: Intervention, locale: Locale) -> str:
    """'Plog + salt, 15 g/m². Prio 1, 15,4 km.' Each thing that is spread has its doses beside it."""
    doses: dict[str, set[float]] = {}
    for action, _ in Counter(part.action for part in _parts(item)).most_common():
        doses[action] = {part.dose_g_m2 for part in _parts(item) if part.action == action and part.dose_g_m2 > 0}
    said = [_spread(action, own, locale) for n, (action, own) in enumerate(doses.items()) if own or n == 0]
    far = f", {locale.km(item.distance_m)}" if item.distance_m else ""
    return f"{'. '.join(said or [action_of(item, locale)])}. {locale.words('head.prio')} {item.priority}{far}."


def _spread(action: str, doses: set[float], locale: Locale) -> str:
    """'Plog + salt, 15 g/m²'; of brine the salt in it and what the spreader is set to."""
    word = word_of(action, locale)
    if not doses:
        return word
    if action == "brine":
        solution = _from_to({solution_g_m2(dose) for dose in doses}, locale)
        return f"{word}, {locale.words('dose.brine', dry=_from_to(doses, locale), solution=solution)}"
    return f"{word}, {_from_to(doses, locale)}\N{NO-BREAK SPACE}g/m²"


def _from_to(doses: set[float], locale: Locale) -> str:
    """One dose, or from the least to the most."""
    low, high = min(doses), max(doses)
    return locale.figure(low, 0) if round(low) == round(high) else locale.span(low, high, 0)


def _parts(item: Intervention) -> tuple[SegmentAction, ...]:
    return item.segments if isinstance(item.segments, tuple) else ()


def _rows(connection: Connection, item: Intervention, locale: Locale) -> list[StreetRow]:
    """Stops in their order; else streets in the order in which they are driven, neighbours of one name as one."""
    if isinstance(item.stops, tuple):
        return [
            StreetRow(
                n,
                f"{stop.name or stop.room}",
                locale.words.count("row.vessels", len(stop.vessels)),
                locale.clock(stop.arrives_at),
            )
            for n, stop in enumerate(item.stops, start=1)
        ]
    if isinstance(item.places, tuple):
        return [
            StreetRow(n, place.name or place.id, locale.words(f"place.{place.kind}"), locale.minutes(place.minutes))
            for n, place in enumerate(item.places, start=1)
        ]
    streets = _streets(connection, _parts(item))
    runs = groupby(
        _parts(item), key=lambda part: (_name(part, streets, locale), part.action, part.dose_g_m2, part.passes)
    )
    rows = []
    for n, ((name, action, _dose, passes), parts) in enumerate(runs, start=1):
        metres = sum(streets[part.id].length_m for part in parts if part.id in streets)
        times = f" ×{passes}" if passes > 1 else ""
        rows.append(StreetRow(n, name, f"{word_of(action, locale)}{times}", locale.figure(metres, 0)))
    return rows


def _streets(connection: Connection, parts: Sequence[SegmentAction]) -> dict[str, Street]:
    return {street.id: street for street in roads.named(connection, sorted({part.id for part in parts}), Street)}


def _name(part: SegmentAction, streets: dict[str, Street], locale: Locale) -> str:
    return (streets[part.id].name if part.id in streets else "") or locale.words("row.no_name")


def _warning(connection: Connection, item: Intervention, locale: Locale) -> str:
    """The streets of a spreading tur on which nothing is spread."""
    bare = [part for part in _parts(item) if part.dose_g_m2 <= 0]
    if not bare or len(bare) == len(_parts(item)):
        return ""
    streets = _streets(connection, bare)
    names = list(dict.fromkeys(_name(part, streets, locale) for part in bare))
    return locale.words("paper.not_spread", streets=", ".join(names[:6]))
