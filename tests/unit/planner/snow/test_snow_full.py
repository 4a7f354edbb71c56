"""The full call-out is one figure of the town: at any hour, whatever runs, is done, is absent or is added."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from city.entities import Contractor, GivenOrder, Treatment, Vehicle
from city.manning import RosterTurn
from city.plan import Plan
from city.totals import SnowTotals, as_json, saving
from planner.services import make_plan
from planner.snow.cache import PlanCache
from planner.snow.full import Empty, full_minutes, inside_minutes, stem_minutes
from planner.snow.plan import assess_streets, work_speeds
from planner.snow.snapshot import SnowSnapshot
from tests.unit.planner.snapshots import AT, HOUR, ahead, depth, snow_snapshot, street, streets

STORM = snow_snapshot(readings=(depth(30.0),))


def full(snapshot: SnowSnapshot) -> float | None:
    return make_plan(snapshot).verdict.full_cost


def running() -> dict[str, Any]:
    """Everything of the storm is out but one tur."""
    out = make_plan(STORM).interventions[1:]
    orders = tuple(
        GivenOrder(item.key, "p", "snow", item.key, item.target, "started", item.vehicle, AT, item.ready_by, AT)
        for item in out
    )
    return {"running": out, "orders": orders}


NIGHT: dict[str, dict[str, Any]] = {
    "hours later": {"at": AT + 3 * HOUR, "readings": (depth(30.0, age=-3 * HOUR),)},
    "no snow": {"readings": (depth(0.0),)},
    "a little snow": {"readings": (depth(3.5),)},
    "snow to come": {"readings": (depth(0.0),), "forecasts": (ahead(-4.0, [3.0] * 8),)},
    "all but one street done": {"treatments": tuple(Treatment(s.id, "plough", AT) for s in streets()[1:])},
    "all out but one tur": running(),
    "nobody manned": {"roster": (RosterTurn("P01", AT + 20 * HOUR, AT + 21 * HOUR),)},
}


@pytest.mark.parametrize("hour", NIGHT)
def test_the_full_call_out_is_the_same_all_night(hour: str) -> None:
    assert full(replace(STORM, **NIGHT[hour])) == full(STORM)


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({"contractors": (Contractor("ent", "Entreprenören", 2000.0),)}, True),
        ({"vehicles": tuple(replace(v, work_kmh=v.work_kmh / 2) for v in STORM.vehicles)}, True),
        ({"vehicles": tuple(replace(v, drive_kmh=4.0) for v in STORM.vehicles)}, True),
        ({"segments": streets()[:-4]}, False),
    ],
    ids=["dearer hours", "slower ploughs", "slower ways there", "no cycle ways"],
)
def test_it_follows_the_town(change: dict[str, Any], more: bool) -> None:
    """What it is made of moves it, and to the right side."""
    other, before = full(replace(STORM, **change)), full(STORM)
    assert other is not None
    assert before is not None
    assert (other > before) if more else (other < before)


def test_the_way_there_and_home_is_driven_along_the_streets() -> None:
    """One street 200 m from the depot by the streets, one way alone: 200 m there, and 500 m round the block home."""
    ring = [street(0, 1, "P3"), street(1, 2, "P3"), street(2, 3, "P1", oneway=True), street(3, 8, "P3", oneway=True)]
    home = [street(8, 7, "P3", oneway=True), street(7, 6, "P3", oneway=True), street(6, 1, "P3", oneway=True)]
    snapshot = replace(STORM, segments=(*ring, *home))
    assessed = assess_streets(snapshot)
    tur = next(tur for tur in assessed.turer if tur.route_class == "P1")
    near, far = 200.0 + 200.0, 300.0 + 500.0  # there and back, to either end of it
    assert stem_minutes(snapshot, assessed.streets, tur) == pytest.approx(min(near, far) / (40.0 / 3.6) / 60.0)


def test_no_way_there_costs_none() -> None:
    """Without a depot, and where no way leads from it, the work itself is counted."""
    snapshot = replace(STORM, depots=(), vehicles=())
    assessed = assess_streets(snapshot)
    nothing = {"street": Empty(0.0), "cycle": Empty(0.0)}
    minutes = full_minutes(snapshot, assessed.streets, assessed.turer, work_speeds(snapshot), empty=nothing)  # type: ignore[arg-type]
    assert minutes["cycle"] == pytest.approx(4 * 100.0 / (work_speeds(snapshot)["cycle"] / 3.6) / 60.0)


def test_a_tur_in_parts_is_driven_between_them() -> None:
    """Two cycle ways side by side as the crow flies, and a third that hangs on the second: one gap."""
    ways = [street(a, b, "C1", network="cycle") for a, b in ((0, 5), (1, 6), (6, 11))]
    snapshot = replace(STORM, segments=(*streets()[:-4], *ways))
    assessed = assess_streets(snapshot)
    tur = next(tur for tur in assessed.turer if tur.network == "cycle")
    gap = assessed.streets.gaps_m(tur)
    assert gap == pytest.approx(0.002 * 111_195.0 * math.cos(math.radians(56.87)), rel=0.01)
    crew = next(v for v in snapshot.vehicles if v.network == "cycle")
    inside = inside_minutes(snapshot, assessed.streets, tur, 10.0, Empty(0.5, street_min=0.2, gaps=2.0))
    assert inside == pytest.approx(0.5 * 10.0 + 0.2 * 3 + 2.0 * gap / (crew.drive_kmh / 3.6) / 60.0)


def test_ways_from_the_depots_are_searched_once_for_the_same_streets() -> None:
    cache = PlanCache()
    streets = cache.streets(STORM.segments, STORM.turns)
    first = streets.there_and_back_s("street", (0,), 50.0)
    assert cache.streets(STORM.segments, STORM.turns).there_and_back_s("street", (0,), 50.0) is first
    assert streets.there_and_back_s("street", (1,), 50.0) is not first


def priced(cost: float | None, full_cost: float | None, turer: int, needed: int) -> Plan:
    plan = make_plan(STORM)
    verdict = msgspec.structs.replace(plan.verdict, cost=cost, full_cost=full_cost)
    totals = as_json(SnowTotals(turer=turer, turer_needed=needed))
    return msgspec.structs.replace(plan, verdict=verdict, totals=totals)


@pytest.mark.parametrize(
    ("cost", "full_cost", "needed", "saved"),
    [
        (400.0, 1000.0, 5, 600.0),
        (1000.0, 1000.0, 5, 0.0),
        (1200.0, 1000.0, 5, 0.0),
        (400.0, 1000.0, 8, 0.0),
        (None, 1000.0, 5, None),
        (400.0, None, 5, None),
    ],
)
def test_what_is_saved(cost: float | None, full_cost: float | None, needed: int, saved: float | None) -> None:
    """Nothing where the cost reaches the full call-out or all eight turer go; not known where a price is not."""
    assert saving(priced(cost, full_cost, 8, needed)) == saved


def test_a_vehicle_of_no_depot_leaves_the_figure_to_all_depots() -> None:
    assert full(replace(STORM, vehicles=(Vehicle("P01", "snow", "gone"),)))
