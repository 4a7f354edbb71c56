"""A plan as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from city.plan import Intervention, Plan
from city.said import clock_sv, figure_sv, money_sv

NAMES = {"snow": "SNÖ OCH HALKA", "waste": "AVFALL", "heating": "VÄRME"}
CERTAINTY = {"high": "hög", "medium": "medel", "low": "låg"}


def readable(plan: Plan, zone: ZoneInfo | None = None, most: int = 40) -> str:
    """The plan in Swedish: verdict, one block an intervention with its reasons, and what was weak."""
    zone = zone or ZoneInfo("Europe/Stockholm")
    return "\n".join([*_head(plan), *_items(plan, zone, most), *_weak(plan)])


def _head(plan: Plan) -> Iterator[str]:
    marks = " · SIMULERADE DATA" if plan.simulated else ""
    yield f"{NAMES[plan.domain]} · tjänstedygn {plan.service_day} · plan {plan.version}{marks}"
    cost = plan.verdict.cost
    price = f" · ca {money_sv(cost)} kr" if cost else ""
    yield f"  {plan.verdict.text} Säkerhet: {CERTAINTY[plan.verdict.certainty]}{price}"


def _items(plan: Plan, zone: ZoneInfo, most: int) -> Iterator[str]:
    for item in plan.interventions[:most]:
        yield f"  {_when(item, zone)}  {item.title}{_work(item)}"
        for reason in item.reasons:
            yield f"      · {reason.text}"
        yield f"      ↯ {item.flip}"
        yield from _parts(item, zone)
    if len(plan.interventions) > most:
        yield f"  … och {len(plan.interventions) - most} till"


def _when(item: Intervention, zone: ZoneInfo) -> str:
    if item.starts_at is None:
        return "–          "
    end = "" if item.ready_by is None else f"–{clock_sv(item.ready_by, zone)}"
    return f"{clock_sv(item.starts_at, zone)}{end}"


def _work(item: Intervention) -> str:
    vehicle = f" · {item.vehicle}" if item.vehicle else ""
    if item.distance_m:
        return f"{vehicle} · {figure_sv(item.minutes, 0)} min · {figure_sv(item.distance_m / 1000)} km"
    return vehicle


def _parts(item: Intervention, zone: ZoneInfo) -> Iterator[str]:
    """What the intervention holds, in order: the streets, the first stops, or the hours of heat."""
    if isinstance(item.segments, tuple):
        yield f"      {len(item.segments)} sträckor i körordning"
    if isinstance(item.places, tuple):
        yield f"      {len(item.places)} platser: " + ", ".join(place.name or place.kind for place in item.places[:6])
    if isinstance(item.stops, tuple):
        for stop in item.stops[:6]:
            yield f"      {clock_sv(stop.arrives_at, zone)}  {stop.name}: {stop.reason}"
        if len(item.stops) > 6:
            yield f"      … och {len(item.stops) - 6} stopp till"
    if isinstance(item.heat, tuple):
        yield "      " + " ".join(f"{hour.set_point_c:.0f}" for hour in item.heat) + " °C timme för timme"


def _weak(plan: Plan) -> Iterator[str]:
    for item in plan.degradations:
        yield f"  ! {item.effect}"
