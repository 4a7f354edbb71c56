"""What is known of a building before its hours are planned: its day, its zones now, what was learned of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np

from city.entities import Building, Reading
from city.serviceday import local_instant
from models.heat import WarmUp, warm_up
from models.weather import hourly
from planner.heating.learned import LearnedBuilding, learned_of
from planner.heating.record import INDOOR, BuildingRecord, Series, record_of, series_of
from planner.heating.snapshot import HeatingSnapshot
from planner.heating.zones import HOUR, HeatZone, kind_of, usual_kind
from planner.thresholds.limits import Limits


@dataclass(frozen=True)
class ZoneNow:
    """A zone with its newest reading; ``fresh`` where that is not too old to plan by."""

    zone: HeatZone
    newest: Reading | None
    fresh: bool


@dataclass(frozen=True)
class BuildingDay:
    """What is known of one building: the ``kind`` of its service day and whether a calendar names it, its zones now,
    its ``record``, what was ``learned`` of it, None where the clock decides, and then how it warms (``model``);
    ``outdoor_c`` is the coldest forecast until noon [°C]."""

    building: Building
    kind: str
    known_day: bool
    zones: tuple[ZoneNow, ...]
    record: BuildingRecord
    learned: LearnedBuilding | None
    model: WarmUp
    outdoor_c: float | None

    @property
    def coldest(self) -> ZoneNow | None:
        """The fresh zone that is coldest now."""
        fresh = [one for one in self.zones if one.fresh]
        return min(fresh, key=lambda one: one.newest.value if one.newest else np.inf) if fresh else None

    @property
    def fresh(self) -> bool:
        """Whether every zone was heard lately."""
        return all(one.fresh for one in self.zones)


def days_of(snapshot: HeatingSnapshot, rules: Limits) -> list[BuildingDay]:
    """What is known of each building."""
    series = series_of(row for row in snapshot.readings if row.time <= snapshot.at)
    outdoor = _coldest_until_noon(snapshot)
    past = [row.value for (_, what), rows in series.items() if what == "air_temperature" for row in rows]
    usual = float(np.mean(past)) if past else float("nan") if outdoor is None else outdoor
    return [_day_of(snapshot, rules, series, building, outdoor, usual) for building in snapshot.buildings]


def _day_of(
    snapshot: HeatingSnapshot, rules: Limits, series: Series, building: Building, outdoor: float | None, usual: float
) -> BuildingDay:
    record = record_of(snapshot, series, building)
    stale = timedelta(hours=rules.value("heating.stale_after_h"))
    zones = tuple(_now(snapshot, series, zone, stale) for zone in record.zones)
    kind = kind_of(snapshot, building, snapshot.service_day)
    rows = series.get((record.zones[0].device or "", INDOOR), ())
    model = warm_up(
        [row.time for row in rows],
        [row.value for row in rows],
        usual,
        default_k_h=rules.value("heating.default_warm_up_k_h"),
    )
    learned = learned_of(record)
    if learned is not None and not _trusted(rules, learned, zones, record):
        learned = None
    return BuildingDay(
        building, kind or usual_kind(snapshot.service_day), kind is not None, zones, record, learned, model, outdoor
    )


def _now(snapshot: HeatingSnapshot, series: Series, zone: HeatZone, stale: timedelta) -> ZoneNow:
    rows = series.get((zone.device or "", INDOOR), ())
    newest = rows[-1] if rows else None
    return ZoneNow(zone, newest, newest is not None and snapshot.at - newest.time <= stale)


def _trusted(rules: Limits, learned: LearnedBuilding, zones: tuple[ZoneNow, ...], record: BuildingRecord) -> bool:
    """Whether what was learned may plan: its errors are bounded, one zone at least was heard, and it is known how cold
    it will be."""
    worst = max(zone.error_k for zone in learned.zones)
    known = bool(np.isfinite(record.outdoor[record.now :]).any())
    return known and worst <= rules.usual("heating.most_error_k") and any(one.fresh for one in zones)


def _coldest_until_noon(snapshot: HeatingSnapshot) -> float | None:
    """The coldest forecast hour until noon of the service day [°C]: a start that is too early costs less."""
    start = snapshot.at.replace(minute=0, second=0, microsecond=0)
    noon = local_instant(snapshot.service_day, time(12, 0), snapshot.zone)
    temps = hourly(snapshot.forecasts, start, min(48, max(6, round((noon - start) / HOUR)))).temp_c
    return float(np.nanmin(temps)) if np.isfinite(temps).any() else None


def indoor_c(rules: Limits, day: BuildingDay) -> float:
    """The coldest zone now; the night's temperature where no zone was heard [°C]."""
    coldest = day.coldest
    return coldest.newest.value if coldest and coldest.newest else rules.value("heating.night_c")


def assumed_outdoor_c(day: BuildingDay, *, without_forecast_c: float = -10.0) -> float:
    """The coldest that it may be outdoors before the building opens [°C]; a cold day where no forecast says."""
    return without_forecast_c if day.outdoor_c is None else day.outdoor_c


def hour_of(day: BuildingDay, hour: int) -> datetime:
    """When an hour from now on begins."""
    return day.record.begin + HOUR * (day.record.now + hour)
