"""The heating plan: when each school's heat and ventilation run, hour by hour, and why. A function of the snapshot.

Advice only: every line is a plan that a caretaker can refuse, and the hot-water loop is never planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from city.catalogue.stored import in_all_languages
from city.plan import (
    HeatHour,
    Intervention,
    Plan,
    VentilationHour,
    intervention_id,
    intervention_key,
)
from city.serviceday import bounds
from city.totals import HeatingTotals
from planner.assemble import assemble
from planner.heating.need import HOUR, BuildingDay, lead_h, night_c, open_hours
from planner.heating.snapshot import HeatingSnapshot
from planner.heating.words import degradations, flip_of, reasons_of, verdict
from planner.snapshot import next_run
from planner.thresholds.limits import Limits, limits


def plan_heating(snapshot: HeatingSnapshot, days: Sequence[BuildingDay]) -> Plan:
    """The heating plan of the days of a snapshot's buildings."""
    rules = limits(snapshot.thresholds)
    held = {item.target: item for item in snapshot.running}
    fresh = [_intervention(snapshot, rules, day) for day in days if day.building.id not in held]
    items = sorted([*held.values(), *fresh], key=lambda item: (item.priority, str(item.starts_at), item.target))
    weaknesses = list(degradations(snapshot, days))
    return assemble(snapshot, verdict(snapshot, items, weaknesses), weaknesses, items, _totals(items))


def _intervention(snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay) -> Intervention:
    building = day.building
    key = intervention_key("heating", building.id, snapshot.service_day, next_run(snapshot, building.id))
    opens, closes = open_hours(snapshot, building, day.kind)
    start = None if opens is None else opens - timedelta(hours=lead_h(snapshot, rules, day, opens))
    heat = tuple(_heat(snapshot, rules, day, start, closes))
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="heat",
        target=building.id,
        title=building.name or building.id,
        priority=1 if opens is not None else 2,
        score=lead_h(snapshot, rules, day, opens) if opens is not None else 0.0,
        reasons=tuple(reasons_of(snapshot, rules, day, opens, start)),
        **in_all_languages(flip=flip_of(rules, day, opens)),
        starts_at=start,
        ready_by=opens,
        geometry={"type": "Point", "coordinates": (building.lon, building.lat)},
        simulated=snapshot.simulated,
        heat=heat,
        ventilation=tuple(_ventilation(snapshot, opens, closes)),
    )


def _heat(
    snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, start: datetime | None, closes: datetime | None
) -> Iterable[HeatHour]:
    """A set-point for each hour of the service day; an hour in which the heat starts is warm from its beginning."""
    for hour in _each_hour(snapshot):
        warm = start is not None and closes is not None and start < hour + HOUR and hour < closes
        yield HeatHour(starts_at=hour, set_point_c=rules.value("heating.day_c") if warm else night_c(rules, day))


def _ventilation(
    snapshot: HeatingSnapshot, opens: datetime | None, closes: datetime | None, *, before: timedelta = HOUR
) -> Iterable[VentilationHour]:
    """Ventilation runs from an hour before opening until closing, and not for empty rooms."""
    for hour in _each_hour(snapshot):
        used = opens is not None and closes is not None and opens - before < hour + HOUR and hour < closes
        yield VentilationHour(starts_at=hour, on=used)


def _each_hour(snapshot: HeatingSnapshot) -> Iterable[datetime]:
    """The hours of the service day: 24, or 23 and 25 when the clocks change."""
    begins, ends = bounds(snapshot.service_day, "heating", snapshot.zone)
    hour = begins
    while hour < ends:
        yield hour
        hour += HOUR


def _totals(items: Sequence[Intervention]) -> HeatingTotals:
    return HeatingTotals(
        buildings=len(items),
        heated=sum(item.starts_at is not None for item in items),
        heating_hours=sum(
            sum(hour.set_point_c > 19.0 for hour in item.heat) for item in items if isinstance(item.heat, tuple)
        ),
        ventilation_hours=sum(
            sum(hour.on for hour in item.ventilation) for item in items if isinstance(item.ventilation, tuple)
        ),
    )
