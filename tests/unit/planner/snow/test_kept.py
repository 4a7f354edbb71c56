"""What is kept between plans: it saves the search of what did not change, and never changes a plan."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from city.entities import Depot, Treatment, TurnBan, Vehicle
from city.plan import Plan
from planner.services import Services, make_plan, services
from planner.snapshot import PlannerParams
from planner.snow.cache import PlanCache
from planner.snow.prepare import whole_turer
from planner.snow.service import Snow
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, depth, forecast, place, snow_snapshot, streets


class Counted(Executor):
    """Does what is asked at once, and counts it."""

    def __init__(self) -> None:
        self.asked = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked += 1
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def keeping(cache: PlanCache) -> Services:
    """The services of a process whose snow plans keep this."""
    return {**services(), "snow": Snow(cache)}


def deep(**parts: object) -> SnowSnapshot:
    """Snow over every limit."""
    return snow_snapshot(readings=(depth(30.0),), **parts)


def searched(snapshot: SnowSnapshot, cache: PlanCache) -> int:
    counted = Counted()
    make_plan(snapshot, counted, keeping(cache))
    return counted.asked


def drives(plan: Plan) -> list[object]:
    return [(item.target, item.vehicle, item.geometry, item.minutes, item.distance_m) for item in plan.interventions]


FLEET = deep().vehicles
CHANGES: dict[str, dict[str, object]] = {
    "nothing": {},
    "needs": {"treatments": (Treatment("s/0-1", "plough", AT - 0.1 * HOUR),)},
    "seed": {"seed": 7},
    "iterations": {"params": PlannerParams(tur_minutes=30.0, tur_iterations=1)},
    "cut": {"params": PlannerParams(tur_minutes=2.0)},
    "home": {"depots": (Depot("dep", "Förrådet", *place(12)),)},
    "speed": {"vehicles": tuple(replace(v, work_kmh=v.work_kmh / 2) for v in FLEET)},
    "driving speed": {"vehicles": tuple(replace(v, drive_kmh=7.0) for v in FLEET)},
    "turning place of another": {"depots": (*deep().depots, Depot("d2", "Gården", *place(2))),
                                 "vehicles": (*FLEET, Vehicle("P09", "snow", "d2"))},
    "width": {"vehicles": tuple(replace(v, width_m=3.0) for v in FLEET)},
    "streets": {"segments": tuple(replace(s, length_m=s.length_m + 50.0) for s in streets())},
    "narrow street": {"segments": tuple(replace(s, max_width_m=2.0 if s.id == "s/1-2" else None) for s in streets())},
    "turns": {"turns": (TurnBan("s/0-1", 1, "s/1-2"),)},
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_is_the_same_with_what_was_kept_and_without(change: str) -> None:
    """Whatever a drive depends on changes after the first plan: what is kept must then not be taken."""
    cache = PlanCache()
    make_plan(deep(vehicles=tuple(replace(v, width_m=2.5) for v in FLEET)), known=keeping(cache))
    make_plan(deep(), known=keeping(cache))
    snapshot = deep(**CHANGES[change])
    assert make_plan(snapshot, known=keeping(cache)) == make_plan(snapshot)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_plan_is_the_same_however_many_search(workers: int) -> None:
    with ThreadPoolExecutor(workers) as executor:
        assert make_plan(deep(), executor, keeping(PlanCache())) == make_plan(deep(), Counted())


def test_only_what_changed_is_searched() -> None:
    """A new forecast that asks for the same streets searches nothing, a cleared street its own tur."""
    cache = PlanCache()
    assert searched(deep(), cache) > 2
    assert searched(deep(forecasts=(forecast(-5.0, 0.4),)), cache) == 0
    assert searched(deep(treatments=(Treatment("s/0-1", "plough", AT - 0.1 * HOUR),)), cache) == 1
    assert searched(deep(), cache) == 0


def test_a_change_of_the_streets_searches_all_again() -> None:
    cache = PlanCache()
    first = searched(deep(), cache)
    assert searched(deep(segments=tuple(replace(s, name="Ny") for s in streets())), cache) == first


def test_the_drive_that_was_longest_unused_is_forgotten() -> None:
    drives: Any = PlanCache(most_drives=2).drives
    drives["a"], drives["b"] = 1, 2
    assert drives.get("a") == 1
    drives["c"] = 3
    assert (drives.get("a"), drives.get("b"), drives.get("c")) == (1, None, 3)


def test_a_full_cache_of_drives_costs_a_search_and_not_the_plan() -> None:
    few = PlanCache(most_drives=1)
    assert make_plan(deep(), known=keeping(few)) == make_plan(deep(), known=keeping(few)) == make_plan(deep())
    assert drives(make_plan(deep(), known=keeping(few))) == drives(make_plan(deep()))


def test_prepared_turer_are_not_searched_again() -> None:
    """After the drives of whole turer are kept, a plan that needs them all searches none, and is the same plan."""
    snapshot, cache = deep(), PlanCache()
    bare = replace(snapshot, readings=(depth(0.0),))
    assert set(whole_turer(bare, cache)) == {"P1-1", "P3-1", "C1-1"}
    assert searched(snapshot, cache) == 0
    assert drives(make_plan(snapshot, known=keeping(cache))) == drives(make_plan(snapshot))
