"""The heating plan: when each school's heat and ventilation run, hour by hour, and why. A function of the snapshot.

Advice only: every line is a plan that a caretaker can refuse, and the hot-water loop is never planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from city.catalogue.stored import in_all_languages
from city.plan import (
    HeatHour,
    Intervention,
    Plan,
    VentilationHour,
    air_of,
    heat_of,
    intervention_id,
    intervention_key,
)
from city.serviceday import bounds
from city.totals import HeatingTotals
from planner.assemble import assemble
from planner.heating.hours import PlannedHours, comfort_of, planned_hours
from planner.heating.need import BuildingDay, hour_of
from planner.heating.search import WarmDay
from planner.heating.snapshot import HeatingSnapshot
from planner.heating.words import degradations, flip_of, reasons_of, verdict
from planner.heating.zones import HOUR
from planner.snapshot import next_run
from planner.thresholds.limits import Limits, limits


def plan_heating(snapshot: HeatingSnapshot, days: Sequence[BuildingDay]) -> Plan:
    """The heating plan of the days of a snapshot's buildings."""
    rules = limits(snapshot.thresholds)
    held = {item.target: item for item in snapshot.running}
    fresh = [_intervention(snapshot, rules, day) for day in days if day.building.id not in held]
    items = sorted([*held.values(), *fresh], key=lambda item: (item.priority, str(item.starts_at), item.target))
    weaknesses = list(degradations(snapshot, days))
    return assemble(snapshot, verdict(snapshot, items, weaknesses), weaknesses, items, _totals(snapshot, items))


def _intervention(snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay) -> Intervention:
    building = day.building
    key = intervention_key("heating", building.id, snapshot.service_day, next_run(snapshot, building.id))
    hours = planned_hours(rules, day)
    warm = warm_today(snapshot, day, hours)
    starts = None if warm is None else max(snapshot.at, hour_of(day, warm.start))
    opens = None if warm is None else _opens(day, warm)
    return Intervention(
        id=intervention_id(snapshot.inputs_hash, key),
        key=key,
        kind="heat",
        target=building.id,
        title=building.name or building.id,
        priority=2 if warm is None else 1,
        score=0.0 if warm is None else float(max(0, warm.opens - warm.start)),
        reasons=tuple(reasons_of(snapshot, rules, day, hours, warm)),
        **in_all_languages(flip=flip_of(rules, warm)),
        starts_at=starts,
        ready_by=opens,
        geometry={"type": "Point", "coordinates": (building.lon, building.lat)},
        simulated=snapshot.simulated,
        heat=tuple(_heat(snapshot, rules, day, hours)),
        ventilation=tuple(_ventilation(snapshot, day, hours)),
    )


def warm_today(snapshot: HeatingSnapshot, day: BuildingDay, hours: PlannedHours) -> WarmDay | None:
    """The first stretch of warmth of which an hour lies in the service day; None where there is none."""
    ends = bounds(snapshot.service_day, "heating", snapshot.zone)[1]
    return next((one for one in hours.days if hour_of(day, one.start) < ends), None)


def _opens(day: BuildingDay, warm: WarmDay) -> datetime:
    """When the use of a stretch begins, to the minute."""
    first = day.record.used[:, day.record.now + warm.opens].max()
    return hour_of(day, warm.opens) + HOUR * (1.0 - float(first))


def _heat(snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, hours: PlannedHours) -> Iterable[HeatHour]:
    """A set-point for each hour of the service day and the day after; of hours that have passed what was told."""
    night, record = comfort_of(rules).night, day.record
    for hour in _each_hour(snapshot):
        ahead = round((hour - hour_of(day, 0)) / HOUR)
        if ahead < 0:
            told = record.set_c[record.now + ahead] if record.now + ahead >= 0 else np.nan
            yield HeatHour(starts_at=hour, set_point_c=float(told) if np.isfinite(told) else night)
            continue
        yield HeatHour(
            starts_at=hour,
            set_point_c=round(float(hours.set_c[ahead]), 1),
            indoor_c=None if hours.indoor is None else round(float(hours.indoor[ahead]), 2),
            kwh=None if hours.kwh is None else round(float(hours.kwh[ahead]), 1),
        )


def _ventilation(snapshot: HeatingSnapshot, day: BuildingDay, hours: PlannedHours) -> Iterable[VentilationHour]:
    """Ventilation runs while a zone is used, and not for empty rooms."""
    for hour in _each_hour(snapshot):
        ahead = round((hour - hour_of(day, 0)) / HOUR)
        row = day.record.now + ahead
        was = bool(row >= 0 and day.record.used[:, row].max() > 0.0)
        yield VentilationHour(starts_at=hour, on=bool(hours.fan[ahead]) if ahead >= 0 else was)


def _each_hour(snapshot: HeatingSnapshot) -> Iterable[datetime]:
    """The hours of the service day and of the day after: 48, or 47 and 49 when the clocks change."""
    begins = bounds(snapshot.service_day, "heating", snapshot.zone)[0]
    hour, last = begins, bounds(snapshot.service_day + timedelta(days=1), "heating", snapshot.zone)[1]
    while hour < last:
        yield hour
        hour += HOUR


def _totals(snapshot: HeatingSnapshot, items: Sequence[Intervention]) -> HeatingTotals:
    """Sums over the service day alone."""
    ends = bounds(snapshot.service_day, "heating", snapshot.zone)[1]
    night = comfort_of(limits(snapshot.thresholds)).night
    heat = [hour for item in items for hour in heat_of(item) if hour.starts_at < ends]
    air = [hour for item in items for hour in air_of(item) if hour.starts_at < ends]
    known = [hour.kwh for hour in heat if hour.kwh is not None]
    return HeatingTotals(
        buildings=len(items),
        heated=sum(item.starts_at is not None for item in items),
        heating_hours=sum(hour.set_point_c > night for hour in heat),
        ventilation_hours=sum(hour.on for hour in air),
        heat_kwh=round(sum(known), 1) if known else None,
    )
