"""What a building needs on a day: its hours, its warm-up, what is known of its temperature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np

from city.entities import Building, Reading
from city.serviceday import local_instant
from models.heat import WarmUp, cooled, lead_hours, warm_up
from models.weather import hourly
from planner.heating.snapshot import HeatingSnapshot
from planner.thresholds.limits import Limits

INDOOR = "indoor_temperature"
HOUR = timedelta(hours=1)
USUAL_HOURS = (time(8, 0), time(16, 0))
"""Of a building whose own hours cannot be read: one wrong row must not stop the others' plans."""


@dataclass(frozen=True)
class BuildingDay:
    """What is known of one building on the service day."""

    building: Building
    kind: str
    known_day: bool
    indoor: Reading | None
    fresh: bool
    model: WarmUp
    outdoor_c: float | None


def day_of(snapshot: HeatingSnapshot, rules: Limits, building: Building) -> BuildingDay:
    """What a building needs on the service day."""
    rows = sorted(
        (r for r in snapshot.readings if r.quantity == INDOOR and r.device == building.device), key=lambda r: r.time
    )
    outdoor = _outdoor(snapshot)
    kinds = {
        day.kind for day in snapshot.calendar if day.calendar == building.calendar and day.day == snapshot.service_day
    }
    default = "school" if snapshot.service_day.weekday() < 5 else "closed"
    past = [r.value for r in snapshot.readings if r.quantity == "air_temperature"]
    model = warm_up(
        [r.time for r in rows],
        [r.value for r in rows],
        float(np.mean(past)) if past else float("nan") if outdoor is None else outdoor,
        default_k_h=rules.value("heating.default_warm_up_k_h"),
    )
    newest = rows[-1] if rows else None
    stale = timedelta(hours=rules.value("heating.stale_after_h"))
    return BuildingDay(
        building,
        next(iter(sorted(kinds)), default),
        bool(kinds),
        newest,
        newest is not None and snapshot.at - newest.time <= stale,
        model,
        outdoor,
    )


def _outdoor(snapshot: HeatingSnapshot) -> float | None:
    """The coldest forecast hour until noon of the service day [°C]: a start that is too early costs less."""
    start = snapshot.at.replace(minute=0, second=0, microsecond=0)
    noon = local_instant(snapshot.service_day, time(12, 0), snapshot.zone)
    hours = min(48, max(6, round((noon - start) / HOUR)))
    temps = hourly(snapshot.forecasts, start, hours).temp_c
    return float(np.nanmin(temps)) if np.isfinite(temps).any() else None


def hours_of(building: Building) -> tuple[time, time] | None:
    """When a building opens and closes; None where what is stored says no such hours."""
    try:
        opens, closes = time.fromisoformat(building.opens), time.fromisoformat(building.closes)
    except ValueError:
        return None
    return (opens, closes) if opens < closes else None


def open_hours(snapshot: HeatingSnapshot, building: Building, kind: str) -> tuple[datetime | None, datetime | None]:
    """When the building is used on the service day; None, None where it is closed."""
    if kind == "closed":
        return None, None
    opens, closes = hours_of(building) or USUAL_HOURS
    if kind == "evening":
        closes = time(22, 0)
    return (
        local_instant(snapshot.service_day, opens, snapshot.zone),
        local_instant(snapshot.service_day, closes, snapshot.zone),
    )


def lead_h(snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, opens: datetime) -> int:
    """Whole hours before opening at which the heat starts; the slow rate, so that nine mornings in ten are warm."""
    return lead_hours(
        _indoor_c(rules, day),
        assumed_outdoor_c(day),
        rules.value("heating.reach_c"),
        _until_open_h(snapshot, opens),
        night_c(rules, day),
        day.model.slow_k_h,
        day.model.cooling_per_h,
    )


def at_opening_c(snapshot: HeatingSnapshot, rules: Limits, day: BuildingDay, opens: datetime) -> float:
    """The indoor temperature that the slow rate gives at opening [°C]."""
    until, lead = _until_open_h(snapshot, opens), lead_h(snapshot, rules, day, opens)
    start = cooled(
        _indoor_c(rules, day), assumed_outdoor_c(day), until - lead, day.model.cooling_per_h, night_c(rules, day)
    )
    return start + day.model.slow_k_h * lead


def _until_open_h(snapshot: HeatingSnapshot, opens: datetime) -> float:
    return max(0.0, (opens - snapshot.at).total_seconds() / 3600)


def _indoor_c(rules: Limits, day: BuildingDay) -> float:
    return day.indoor.value if day.indoor and day.fresh else rules.value("heating.night_c")


def assumed_outdoor_c(day: BuildingDay, *, without_forecast_c: float = -10.0) -> float:
    """The coldest that it may be outdoors before the building opens [°C]; a cold day where no forecast says."""
    return without_forecast_c if day.outdoor_c is None else day.outdoor_c


def too_cold_to_set_back(rules: Limits, day: BuildingDay) -> bool:
    """Whether it is so cold that the heat is held day and night, empty building or not."""
    return day.outdoor_c is not None and day.outdoor_c < rules.value("heating.no_setback_below_c")


def night_c(rules: Limits, day: BuildingDay) -> float:
    """The set-back temperature; none in severe cold, and never under the floor."""
    if too_cold_to_set_back(rules, day):
        return rules.value("heating.day_c")
    return max(rules.value("heating.night_c"), rules.value("heating.floor_c"))
