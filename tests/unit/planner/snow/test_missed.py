"""A morning's clock that has just passed over snow is said: the deadline slides to the hours that are allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from city.entities import Treatment
from city.plan import Intervention
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, depth, forecast, snow_snapshot, streets


def at(hours: float, **parts: object) -> SnowSnapshot:
    """The town with 9 cm so many hours after 03.00."""
    now = AT + hours * HOUR
    seen = replace(depth(9.0), time=now - timedelta(minutes=6))
    town = snow_snapshot(at=now, readings=(seen,), **parts)
    return replace(town, devices=tuple(replace(one, last_time=now) for one in town.devices))


def cycle(snapshot: SnowSnapshot) -> Intervention:
    return next(item for item in make_plan(snapshot).interventions if item.network == "cycle")


@pytest.mark.parametrize(("hours", "said"), [(2.5, False), (3.0, True), (4.0, True), (7.5, False)])
def test_a_clock_that_is_over_is_said_with_the_hours_that_are_left(hours: float, said: bool) -> None:
    """06.00 is three hours away, and four hours are allowed."""
    item = cycle(at(hours))
    texts = [reason.text for reason in item.reasons if "skulle ha varit klart" in reason.text]
    assert bool(texts) is said
    if said:
        assert texts == ["GC-väg prio 1: skulle ha varit klart kl. 06.00; nu gäller timmarna från nu"]
        assert item.deadline == AT + (hours + 4) * HOUR


def test_what_was_done_in_time_and_snowed_over_since_missed_nothing() -> None:
    done = tuple(Treatment(s.id, "plough", AT + 2 * HOUR) for s in streets())
    item = cycle(at(4.0, treatments=done, forecasts=(forecast(-4.0, 3.0),)))
    assert not any("skulle ha varit klart" in reason.text for reason in item.reasons)
