"""Waste rounds: what must be fetched is, no truck is overloaded, and the clock counts all of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from planner.waste.rounds import TIP_S, Pickup, Round, Truck, plan_rounds

Table = npt.NDArray[np.float64]


def line(places: list[float]) -> tuple[Table, Table]:
    """Depot, disposal and stops on a straight road [m]; 10 m/s."""
    at = np.array(places, float)
    metres = np.abs(at[:, None] - at[None, :])
    return metres, metres / 10.0


def solve(wishes: list[Pickup], trucks: list[Truck], places: list[float], iterations: int = 150) -> list[Round]:
    found = plan_rounds(wishes, trucks, *line(places), iterations=iterations, seed=3)
    assert found is not None
    return found


def loads(found: Round, wishes: list[Pickup]) -> list[float]:
    """Litres on board at each tipping."""
    out, now = [], 0.0
    for stop in found.stops:
        if stop is None:
            out.append(now)
            now = 0.0
        else:
            now += wishes[stop].litres
    return [*out, now]


def test_every_must_is_visited_and_no_truck_is_overloaded() -> None:
    """Ten rooms of 500 l with a truck of 1,200 l: all once, never more than two on board, empty at the end."""
    wishes = [Pickup(500.0, 60.0, None) for _ in range(10)]
    found = solve(wishes, [Truck("a", 1200.0)], [0.0, 5000.0, *(500.0 * i for i in range(1, 11))])
    visited = [stop for item in found for stop in item.stops if stop is not None]
    assert sorted(visited) == list(range(10))
    assert max(load for item in found for load in loads(item, wishes)) <= 1200.0
    assert all(loads(item, wishes)[-1] == 0.0 for item in found)


def test_a_prize_is_fetched_where_it_pays_and_left_where_it_does_not() -> None:
    """Next door for 50 kr, yes; 40 km away for 50 kr, no."""
    wishes = [Pickup(100.0, 60.0, None), Pickup(100.0, 60.0, 50.0), Pickup(100.0, 60.0, 50.0)]
    found = solve(wishes, [Truck("a", None)], [0.0, 0.0, 1000.0, 1010.0, 41000.0])
    assert {stop for item in found for stop in item.stops} - {None} == {0, 1}


def test_what_overloads_every_truck_is_on_no_round() -> None:
    """A room that must be emptied and fits on no truck: nothing is said to be driven."""
    places = [0.0, 0.0, 1000.0]
    assert plan_rounds([Pickup(600.0, 60.0, None)], [Truck("a", 500.0)], *line(places), iterations=50, seed=3) == []


def test_each_truck_starts_from_its_own_depot_and_comes_home_to_it() -> None:
    """Depots 2 km to the left and to the right of a tip; each truck's round is counted from and to its own."""
    wishes = [Pickup(100.0, 60.0, None), Pickup(100.0, 60.0, None)]
    trucks = [Truck("left", 100.0, 0), Truck("right", 100.0, 1)]
    places = [-2000.0, 2000.0, 0.0, -1000.0, 1000.0]
    found = plan_rounds(wishes, trucks, *line(places), iterations=150, seed=3, kr_per_km=1000.0)
    assert found is not None
    assert {(item.truck, item.stops, item.metres) for item in found} == {
        ("left", (0, None), 4000.0),
        ("right", (1, None), 4000.0),
    }
    assert {item.seconds for item in found} == {400.0 + 60.0 + TIP_S}


def test_the_same_seed_gives_the_same_rounds() -> None:
    """Two runs of the same input are equal."""
    wishes = [Pickup(300.0, 60.0, None if i % 2 else 40.0) for i in range(12)]
    places = [0.0, 3000.0, *(float((i * 7919) % 4000) for i in range(12))]
    trucks = [Truck("a", 1000.0), Truck("b", 900.0)]
    assert solve(wishes, trucks, places) == solve(wishes, trucks, places)


def test_nothing_to_fetch_and_nobody_to_fetch_it() -> None:
    """Without wishes or without trucks there are no rounds."""
    assert solve([], [Truck("a", None)], [0.0, 0.0]) == []
    assert solve([Pickup(1.0, 1.0, None)], [], [0.0, 0.0, 1.0]) == []


def test_time_and_way_count_the_last_tip_and_the_way_home() -> None:
    """1 km out, 1 km to the tip beyond, 2 km home; five minutes of work and one tipping."""
    (found,) = solve([Pickup(100.0, 300.0, None)], [Truck("a", 500.0)], [0.0, 2000.0, 1000.0])
    assert found.stops == (0, None)
    assert found.metres == pytest.approx(4000.0)
    assert found.seconds == pytest.approx(400.0 + 300.0 + TIP_S)


def test_a_must_that_no_truck_can_reach_in_time_holds_up_no_other() -> None:
    """The most urgent lies 400 km off: the near musts go, and so does what pays where there is no other must."""
    near = [Pickup(500.0, 60.0, None, 0.5) for _ in range(5)]
    far = Pickup(500.0, 60.0, None, 1.0)
    truck = Truck("a", 9000.0, 0, 8 * 3600.0)
    places = [0.0, 5000.0, *(500.0 * i for i in range(1, 6)), 400_000.0]
    found = solve([*near, far], [truck], places)
    assert sorted(stop for item in found for stop in item.stops if stop is not None) == [0, 1, 2, 3, 4]
    worth = [Pickup(500.0, 60.0, 4000.0) for _ in range(5)]
    found = solve([*worth, far], [truck], places)
    assert sorted(stop for item in found for stop in item.stops if stop is not None) == [0, 1, 2, 3, 4]
