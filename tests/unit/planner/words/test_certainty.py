"""How certain a plan says it is: never high while an input of now is weak, never more for knowing less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.catalogue.message import message
from city.entities import Device, GivenOrder
from city.manning import RosterTurn
from city.plan import Degradation, Plan
from city.vocabulary import Certainty
from planner.heating.snapshot import HeatingSnapshot
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from planner.words.sentences import certain, degradation
from tests.unit.planner.snapshots import AT, HOUR, depth, heating_snapshot, place, relief, snow_snapshot

RANK = {"low": 0, "medium": 1, "high": 2}
WEAK = st.builds(
    lambda standing: degradation("x", message("plan.missing.thresholds"), standing=standing), st.booleans()
)


@given(st.sampled_from(get_args(Certainty)), st.lists(WEAK, max_size=6))
def test_a_weak_input_more_never_raises_the_word(of_inputs: Certainty, weak: list[Degradation]) -> None:
    said = [RANK[certain(of_inputs, weak[:n])] for n in range(len(weak) + 1)]
    assert all(after <= before for before, after in pairwise(said))
    assert (said[-1] == RANK["high"]) == (of_inputs == "high" and all(not one.of_now for one in weak))


def sure() -> SnowSnapshot:
    """All that a snow plan asks for: sensors that speak, a fresh forecast, manning, shapes of the land."""
    base = snow_snapshot()
    turns = tuple(RosterTurn(v.id, AT - HOUR, AT + 12 * HOUR) for v in base.vehicles)
    air = tuple(
        replace(f, steps=tuple(replace(step, wind_m_s=2.0, cloud=0.9) for step in f.steps)) for f in base.forecasts
    )
    base = replace(base, forecasts=air)
    return replace(base, roster=turns, relief=tuple(relief(s.id) for s in base.segments), readings=(depth(20.0),))


def tired(snapshot: SnowSnapshot) -> SnowSnapshot:
    """The crew of a plough has worked all day."""
    day = GivenOrder("o", "p", "snow", "k", "P9-9", "done", "P02", AT - HOUR, None, AT - 12 * HOUR, AT - HOUR)
    return replace(snapshot, orders=(*snapshot.orders, day))


def silent(snapshot: SnowSnapshot) -> SnowSnapshot:
    other = Device("sno-2", "Snödjup 2", "snow", *place(6), interval_s=600.0, last_time=AT - 5 * HOUR)
    return replace(snapshot, devices=(*snapshot.devices, other))


def nobody(snapshot: SnowSnapshot) -> SnowSnapshot:
    """No plough for the streets."""
    return replace(snapshot, vehicles=tuple(v for v in snapshot.vehicles if v.network == "cycle"))


def wrong(snapshot: SnowSnapshot) -> SnowSnapshot:
    """A second sensor that says what cannot be."""
    other = Device("sno-3", "Snödjup 3", "snow", *place(7), interval_s=600.0, last_time=AT)
    return replace(
        snapshot, devices=(*snapshot.devices, other), readings=(*snapshot.readings, depth(9000.0, device="sno-3"))
    )


def old(snapshot: SnowSnapshot) -> SnowSnapshot:
    aged = tuple(replace(f, issued_at=f.issued_at - 9 * HOUR) for f in snapshot.forecasts)
    return replace(snapshot, forecasts=aged)


WEAKER: dict[str, Callable[[SnowSnapshot], SnowSnapshot]] = {
    "silent": silent,
    "tired": tired,
    "wrong": wrong,
    "nobody": nobody,
    "no sensor": lambda snapshot: replace(snapshot, readings=()),
    "old": old,
    "no forecast": lambda snapshot: replace(snapshot, forecasts=()),
}
STANDING: dict[str, Callable[[SnowSnapshot], SnowSnapshot]] = {
    "flat": lambda s: replace(s, segments=tuple(replace(one, elevation_m=None) for one in s.segments)),
    "keeper": lambda s: replace(s, segments=tuple(replace(one, keeper="unknown") for one in s.segments)),
    "open": lambda s: replace(s, relief=()),
    "roster": lambda s: replace(s, roster=()),
}


def of_now(plan: Plan) -> list[str]:
    return [weak.source for weak in plan.degradations if weak.of_now]


def test_with_everything_known_it_is_high() -> None:
    plan = make_plan(sure())
    assert of_now(plan) == []
    assert plan.verdict.certainty == "high"


@pytest.mark.parametrize("what", STANDING)
def test_what_is_always_unknown_is_counted_apart(what: str) -> None:
    plan = make_plan(STANDING[what](sure()))
    assert plan.degradations
    assert of_now(plan) == []
    assert plan.verdict.certainty == "high"


@pytest.mark.parametrize("what", [name for name in WEAKER if name != "no sensor"])
def test_one_weak_input_of_now_and_it_is_high_no_more(what: str) -> None:
    plan = make_plan(WEAKER[what](sure()))
    assert plan.verdict.certainty != "high"


@settings(deadline=None, max_examples=25)
@given(st.permutations(sorted(WEAKER)))
def test_it_never_rises_as_one_input_fails_after_the_other(order: list[str]) -> None:
    snapshot, said = sure(), [RANK["high"]]
    for name in order[:4]:
        snapshot = WEAKER[name](snapshot)
        said.append(RANK[make_plan(snapshot).verdict.certainty])
    assert all(after <= before for before, after in pairwise(said))


def test_what_is_weak_now_stands_before_what_is_always_so() -> None:
    plan = make_plan(STANDING["flat"](silent(sure())))
    standing = [weak.standing for weak in plan.degradations]
    assert standing == sorted(standing, key=bool)
    assert len(set(standing)) == 2


def test_a_heating_plan_on_an_old_forecast_is_not_certain() -> None:
    fresh: HeatingSnapshot = heating_snapshot()
    aged = tuple(replace(f, issued_at=f.issued_at - timedelta(hours=9)) for f in fresh.forecasts)
    assert make_plan(replace(fresh, forecasts=aged)).verdict.certainty == "medium"
