"""Generated days with whatever may be missing: a plan that says so, whose words, hours and totals are one story."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from city.entities import Building, CalendarDay, Forecast, Reading
from city.heatpoint import HeatPoint
from city.plan import heat_of
from planner.heating.snapshot import HeatingSnapshot
from planner.publish import check_schema
from planner.services import make_plan
from tests.benchmarks.madeschools import HEAVY, LIGHT
from tests.benchmarks.schools import POINTS, Month

KINDS = ("school", "closed", "fritids", "evening")
DEVICES = ("z0", "z1", "meter", "clock", "fan", "out")
HOUR = timedelta(hours=1)


def generated(chance: random.Random, month: Month) -> HeatingSnapshot:
    """A day of the month moved to another time of the year, with parts taken away and spoilt."""
    told = month.snapshot(chance.randint(0, month.known_days))
    days = timedelta(days=chance.choice([0, 0, 99, 110, -60, 200]))
    at = told.at + days + HOUR * chance.choice([0, 0, 1, 3, 3.5, 10, 17])
    return replace(
        told,
        at=at,
        service_day=at.astimezone(told.zone).date(),
        readings=tuple(_readings(chance, told, days)),
        points=tuple(_points(chance)),
        calendar=tuple(_calendar(chance, told, days)),
        forecasts=tuple(_forecasts(chance, told, days)),
        buildings=(_building(chance, told.buildings[0]),),
    )


def _readings(chance: random.Random, told: HeatingSnapshot, days: timedelta) -> Iterator[Reading]:
    gone = {device for device in DEVICES if chance.random() < 0.2}
    silent = {device for device in DEVICES if chance.random() < 0.1}
    holes = chance.choice([0.0, 0.0, 0.1, 0.6])
    for row in told.readings:
        late = row.device in silent and told.at - row.time < timedelta(hours=30)
        if row.device not in gone and not late and chance.random() >= holes:
            yield replace(row, time=row.time + days)


def _points(chance: random.Random) -> Iterator[HeatPoint]:
    for point in POINTS:
        if chance.random() < 0.15:
            continue
        care, long = chance.random() < 0.3, chance.random() < 0.2
        hours = {"after_school_opens": "07:00", "after_school_closes": "17:30"} if care and point.device == "z0" else {}
        hours |= {"opens": "00:00", "closes": "23:30"} if long and point.device == "z1" else {}
        yield replace(point, **hours)


def _calendar(chance: random.Random, told: HeatingSnapshot, days: timedelta) -> Iterator[CalendarDay]:
    for row in told.calendar:
        if chance.random() > 0.1:
            yield replace(row, day=row.day + days, kind=chance.choice([*KINDS, row.kind, row.kind, row.kind]))


def _forecasts(chance: random.Random, told: HeatingSnapshot, days: timedelta) -> Iterator[Forecast]:
    if chance.random() < 0.15:
        return
    colder, hours = chance.choice([0.0, 0.0, -15.0, 10.0]), chance.choice([48, 48, 12, 30])
    for issue in told.forecasts:
        steps = tuple(
            replace(
                step,
                valid_from=step.valid_from + days,
                valid_to=step.valid_to + days,
                temp_c=None if chance.random() < 0.05 else (step.temp_c or 0.0) + colder,
            )
            for step in issue.steps[:hours]
        )
        yield replace(issue, issued_at=issue.issued_at + days, steps=steps)


def _building(chance: random.Random, building: Building) -> Building:
    opens, closes = chance.choice(["08:00", "07:30", "06:15"]), chance.choice(["16:00", "17:45", "22:00"])
    return replace(building, device=chance.choice([None, "z0"]), opens=opens, closes=closes)


@pytest.mark.parametrize("seed", range(4))
def test_words_hours_and_totals_are_one_story(seed: int) -> None:
    """Two whole local days of set-points between floor and highest; warm hours of the day, its start, verdict and
    totals agree; a day called set back has warm hours for tomorrow alone."""
    chance = random.Random(seed)
    month = Month(chance.choice([HEAVY, LIGHT]), seed=50 + seed, known_days=chance.choice([3, 6, 21]), days=1)
    for _ in range(12):
        snapshot = generated(chance, month)
        plan = make_plan(snapshot)
        check_schema(plan)
        (item,) = plan.interventions
        hours, zone = heat_of(item), snapshot.zone
        local = {hour.starts_at.astimezone(zone).date() for hour in hours}
        assert local == {snapshot.service_day, snapshot.service_day + timedelta(days=1)}
        assert all(16.0 <= hour.set_point_c <= 22.5 for hour in hours)
        warm = [
            hour.starts_at
            for hour in hours
            if hour.set_point_c > 16.0
            and hour.starts_at + HOUR > snapshot.at
            and hour.starts_at.astimezone(zone).date() == snapshot.service_day
        ]
        assert item.starts_at == (max(warm[0], snapshot.at) if warm else None)
        assert plan.verdict.go == bool(warm)
        assert plan.totals["heating_hours"] >= len(warm)
        said = "; ".join(reason.text for reason in item.reasons)
        assert not (warm and "sänkt hela dygnet" in said and "För i morgon" not in said)
