"""Made schools heated for a month by one plan a day, made at midnight, beside the best clock in hindsight."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Building, CalendarDay, Forecast, ForecastStep, Reading
from city.heatpoint import HeatPoint
from city.plan import Intervention, heat_of
from planner.heating.need import days_of
from planner.heating.plan import plan_heating
from planner.heating.snapshot import HeatingSnapshot
from planner.services import make_plan
from planner.thresholds.limits import limits
from planner.thresholds.seed import seed
from tests.benchmarks.madeschools import HEAVY, LIGHT, MadeSchool, start_of, weather
from tests.benchmarks.measure import Row
from tests.benchmarks.schoolclock import best_clock, run_month, short_kh

Floats = npt.NDArray[np.floating[Any]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = date(2025, 12, 8)
"""A Monday; plans are made in winter time."""
POINTS = (
    HeatPoint("s", "zone_temperature", "z0", "south"),
    HeatPoint("s", "zone_temperature", "z1", "north"),
    HeatPoint("s", "heat_meter", "meter"),
    HeatPoint("s", "set_point", "clock"),
    HeatPoint("s", "ventilation", "fan"),
)


@dataclass
class Month:
    """A school's weeks hour by hour from ``FIRST`` on (n,), of which ``known_days`` have passed when the plans begin:
    weather, use, and what was told and came; ``gone`` are devices that are not heard, from an hour to another."""

    school: MadeSchool
    seed: int
    known_days: int = 21
    days: int = 30
    gone: dict[str, tuple[int, int]] = field(default_factory=dict)
    points: tuple[HeatPoint, ...] = POINTS
    no_forecast: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        n = (self.known_days + self.days + 3) * 24
        self.rng = np.random.default_rng(self.seed + 1000)
        self.outdoor, self.sun = weather(n // 24, self.seed)
        day, hour = np.arange(n) // 24, np.arange(n) % 24
        free = (day % 7 >= 5) | np.isin(day, self.known_days + np.array([9, 10, 11]))
        self.used = ((hour >= 8) & (hour < 16) & ~free).astype(float)
        self.set_c = np.where((hour >= 5) & (hour < 16) & ~free, 21.0, 17.0)
        self.air, self.heat = np.full((2, n + 1), np.nan), np.full(n, np.nan)
        self.state = start_of(self.school)
        self.advance(0, self.known_days * 24)
        self.begun = self.state.copy()
        self.noise = self.rng.normal(0.0, 0.05, self.air.shape)

    def advance(self, first: int, last: int) -> None:
        """Runs the building from one hour to another with its set-points."""
        if last > first:
            part = slice(first, last)
            fan = (self.used[part] > 0).astype(float)
            self.air[:, first : last + 1], self.heat[part] = run_month(
                self.school, self.state, self.outdoor[part], self.sun[part], self.used[part], self.set_c[part], fan
            )

    def snapshot(self, day: int, *, look_back: int = 28 * 24) -> HeatingSnapshot:
        """What is known at midnight of a day."""
        now = day * 24
        begin = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) - HOUR
        calendar = tuple(
            CalendarDay("school", FIRST + DAY * n, "school" if self.used[n * 24 : n * 24 + 24].any() else "closed")
            for n in range(max(0, day - 28), day + 3)
        )
        return HeatingSnapshot(
            at=begin + HOUR * now,
            service_day=FIRST + DAY * day,
            slot="00:00",
            thresholds=tuple(seed()),
            forecasts=() if day - self.known_days in self.no_forecast else (self._forecast(begin, now),),
            readings=tuple(self._readings(begin, max(0, now - look_back), now)),
            buildings=(Building("s", self.school.name, 14.8, 56.9),),
            points=self.points,
            calendar=calendar,
        )

    def _readings(self, begin: datetime, first: int, now: int) -> Iterator[Reading]:
        for hour in range(first, now + 1):
            at = begin + HOUR * hour
            for zone, made in enumerate(self.school.zones):
                value = round(float(self.air[zone, hour]) + made.reads_k + float(self.noise[zone, hour]), 1)
                if self._heard(f"z{zone}", hour):
                    yield Reading(f"z{zone}", "indoor_temperature", "°C", at, value)
            if hour < now:
                yield Reading("meter", "heat_power", "kW", at, round(float(self.heat[hour]), 1))
                yield Reading("clock", "set_point", "°C", at, float(self.set_c[hour]))
                yield Reading("fan", "ventilation", "1", at, float(self.used[hour] > 0))
                yield Reading("out", "air_temperature", "°C", at, round(float(self.outdoor[hour]), 1))

    def _heard(self, device: str, hour: int) -> bool:
        first, last = self.gone.get(device, (0, 0))
        return not first <= hour - self.known_days * 24 < last

    def _forecast(self, begin: datetime, now: int, hours: int = 48) -> Forecast:
        """What came, with an error that hangs together over six hours and grows from 0.4 to 1.6 K."""
        off = np.convolve(self.rng.normal(0.0, 1.0, hours + 5), np.ones(6) / np.sqrt(6.0), "valid")
        told = self.outdoor[now : now + hours] + off * (0.4 + 0.025 * np.arange(hours))
        steps = tuple(
            ForecastStep(begin + HOUR * (now + k), begin + HOUR * (now + k + 1), float(told[k])) for k in range(hours)
        )
        return Forecast("made", 14.8, 56.9, begin + HOUR * now, steps)

    def planned(self) -> tuple[float, float, float]:
        """Heat [kWh] and degree hours short [K h] of the month by one plan a day; CPU of a plan [s]."""
        first, spent = self.known_days * 24, 0.0
        for day in range(self.known_days, self.known_days + self.days):
            snapshot, begun = self.snapshot(day), time.process_time()
            (item,) = make_plan(snapshot).interventions
            spent += time.process_time() - begun
            self.set_c[day * 24 : day * 24 + 24] = set_points(item)
            self.advance(day * 24, day * 24 + 24)
        last = first + self.days * 24
        short = short_kh(self.air[:, first : last + 1], self.used[first:last])
        return float(self.heat[first:last].sum()), short, spent / self.days

    def hindsight(self) -> Row:
        """The same month by the best clock that knew it, and by the clock of before."""
        part = slice(self.known_days * 24, (self.known_days + self.days) * 24)
        past = self.outdoor[part], self.sun[part], self.used[part]
        found = best_clock(self.school, self.begun, *past)
        if found is None:
            return {"clock": "none keeps it warm"}
        says = f"{found.start}/{found.restart} to {found.stop}, {found.level}"
        return {"clock kWh": round(found.kwh), "clock K h": round(found.short_kh, 2), "clock": says}


def set_points(item: Intervention) -> list[float]:
    """Of the 24 hours of the service day."""
    return [hour.set_point_c for hour in heat_of(item)[:24]]


def run(seeds: tuple[int, ...] = (21, 22, 23)) -> list[Row]:
    """Heat against the best clock, and degree hours short of the worst zone; then what fails, on the first seed."""
    rows: list[Row] = []
    for school in (HEAVY, LIGHT):
        for number in seeds:
            rows.append(_row(f"{school.name}, winter {number}", Month(school, number), beside=True))
        odd = {
            "no record when it begins": Month(school, seeds[0], known_days=0, days=21),
            "a sensor silent for four days": Month(school, seeds[0], gone={"z1": (5 * 24, 9 * 24)}),
            "no forecast on three days": Month(school, seeds[0], no_forecast=(2, 3, 15)),
            "meter, no set-points": Month(school, seeds[0], points=POINTS[:3]),
            "indoor temperature alone": Month(school, seeds[0], points=POINTS[:2]),
        }
        rows += [_row(f"{school.name}, {what}", month, beside=False) for what, month in odd.items()]
    return [*rows, _many()]


def _many(n: int = 40) -> Row:
    """The CPU of fits and of hours for many buildings at once [s]."""
    months = [Month(school, seed, days=1) for school in (HEAVY, LIGHT) for seed in (201, 202)]
    told = [month.snapshot(month.known_days) for month in months]
    of = {number: told[number % len(told)] for number in range(n)}
    outdoors = [row for row in told[0].readings if row.device == "out"]
    own = [
        replace(row, device=f"{row.device}-{number}")
        for number, one in of.items()
        for row in one.readings
        if row.device != "out"
    ]
    points = [replace(row, building=f"s{i}", device=f"{row.device}-{i}") for i, one in of.items() for row in one.points]
    buildings = tuple(replace(one.buildings[0], id=f"s{number}") for number, one in of.items())
    snapshot = replace(told[0], buildings=buildings, points=tuple(points), readings=(*own, *outdoors))
    rules = limits(snapshot.thresholds)
    begun = time.process_time()
    days = days_of(snapshot, rules)
    fitted = time.process_time()
    plan_heating(snapshot, days)
    return {
        "what": f"{n} buildings at once",
        "CPU of fits s": round(fitted - begun, 1),
        "CPU of hours s": round(time.process_time() - fitted, 1),
    }


def _row(what: str, month: Month, *, beside: bool) -> Row:
    kwh, short, cpu = month.planned()
    row: Row = {"what": what, "kWh": round(kwh), "K h a month": round(short * 30 / month.days, 2)}
    if beside:
        row |= month.hindsight()
        if "clock kWh" in row:
            row["of the clock's"] = round(kwh / float(row["clock kWh"]), 4)  # type: ignore[arg-type]
    return row | {"CPU a plan s": round(cpu, 2)}
