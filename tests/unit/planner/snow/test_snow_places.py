"""Bus stops, crossings, car parks and school yards: by their own limits, each once, in the same pieces every night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from city.entities import CalendarDay, Treatment, Vehicle
from city.observation import Observation
from city.plan import treatments_of
from city.upkeep import Place
from city.vocabulary import PlaceKind
from planner.publish import check_schema
from planner.services import make_plan
from planner.snapshot import PlannerParams
from planner.snow.beside.places import cut_places, nearest_streets
from tests.unit.planner.snapshots import AT, HOUR, SOUTH, WEST, ahead, depth, limits_with, snow_snapshot, threshold

SCHOOL_DAY = (CalendarDay("school", date(2026, 11, 24), "school"),)


def stop(number: int, kind: PlaceKind = "bus_stop", *, column: float = 0.5, row: float = 0.0) -> Place:
    """A place beside the streets of the grid, on its first row unless it is said."""
    return Place(f"p{number}", kind, f"Plats {number}", WEST + 0.002 * column, SOUTH + 0.001 * row + 0.00005)


KINDS = (stop(1), stop(2, "crossing"), stop(3, "parking"), stop(4, "school_yard"))


def rounds(**parts: Any) -> list[Any]:
    """The rounds of places of a plan, held against the schema."""
    plan = make_plan(snow_snapshot(**parts))
    check_schema(plan)
    return [item for item in plan.interventions if item.kind == "places"]


def kinds(cm: float, **parts: Any) -> set[str]:
    """The kinds of places that are cleared at a depth."""
    return {place.kind for item in rounds(readings=(depth(cm),), places=KINDS, **parts) for place in item.places}


def test_each_kind_has_its_own_limit() -> None:
    """At 2.9 cm nothing, at 3.1 all but the car park, which waits for 8; a school yard only where there is school."""
    assert kinds(2.9, calendar=SCHOOL_DAY) == set()
    assert kinds(3.1, calendar=SCHOOL_DAY) == {"bus_stop", "crossing", "school_yard"}
    assert kinds(8.2, calendar=SCHOOL_DAY) == {"bus_stop", "crossing", "school_yard", "parking"}
    assert kinds(8.2) == {"bus_stop", "crossing", "parking"}


def test_a_threshold_of_a_kind_decides_and_is_named() -> None:
    limits = limits_with(threshold("snow.place_start_cm", "crossing", 5.0, version=7))
    (item,) = rounds(places=(stop(1, "crossing"),), thresholds=limits, readings=(depth(5.2),))
    first = item.reasons[0]
    assert (round(first.value, 1), first.threshold, first.threshold_version) == (5.1, 5.0, 7)
    assert first.range is not None
    assert "Övergång Plats 1" in first.text
    assert "0,1 cm" in item.flip or "0,2 cm" in item.flip
    assert not rounds(places=(stop(1, "crossing"),), thresholds=limits, readings=(depth(4.9),))


def test_a_folder_without_the_limits_is_planned_with_those_of_the_seed() -> None:
    old = tuple(row for row in limits_with() if not row.key.startswith("snow.place_"))
    assert len(rounds(places=KINDS, thresholds=old)) == 1


def test_the_pieces_are_the_same_every_night_and_hold_each_place_once() -> None:
    """Whatever the weather and the day: a piece is a part of the town."""
    places = tuple(stop(i, "parking", column=0.1 * i, row=2.0 * (i % 2)) for i in range(40))
    snowy = snow_snapshot(places=places)
    bare = replace(snowy, readings=(depth(0.0),), at=AT + 30 * HOUR, calendar=SCHOOL_DAY)
    pieces = cut_places(snowy, nearest_streets(snowy))
    assert pieces == cut_places(bare, nearest_streets(bare))
    assert len(pieces) > 10
    assert sorted(i for piece in pieces for i in piece.places) == list(range(40))


def test_the_order_of_places_is_the_same_every_night_and_no_detour() -> None:
    """Places in one row are visited there and back, however they are numbered and however deep the snow."""
    columns = (3.2, 0.2, 2.2, 1.2)
    places = tuple(stop(i, column=column) for i, column in enumerate(columns))
    params = PlannerParams(tur_minutes=60.0)
    (item,) = rounds(places=places, params=params)
    (again,) = rounds(places=places[::-1], params=params, readings=(depth(4.0),))
    assert [p.id for p in item.places] == [p.id for p in again.places]
    xs = [p.lon for p in item.places]
    peak = xs.index(max(xs))
    assert xs[: peak + 1] == sorted(xs[: peak + 1])
    assert xs[peak:] == sorted(xs[peak:], reverse=True)
    assert item.distance_m <= 601.0  # 300 m there and 300 m back


def test_no_vehicle_is_booked_twice() -> None:
    """One cycle plough drives its way first and then round after round."""
    places = tuple(stop(i, "parking", column=0.1 * i) for i in range(40))
    plan = make_plan(snow_snapshot(places=places))
    mine = sorted((i for i in plan.interventions if i.vehicle == "G01"), key=lambda i: i.starts_at)
    assert mine[0].target.startswith("C")
    assert len(mine) > 10
    for before, after in pairwise(mine):
        assert before.ready_by <= after.starts_at  # type: ignore[operator]
    assert {item.network for item in mine} == {"cycle"}
    for item in mine:
        in_time = max(item.deadline, item.ready_by)  # type: ignore[type-var]
        assert item.latest_start + (item.ready_by - item.starts_at) <= in_time  # type: ignore[operator]
        assert item.latest_start >= item.starts_at  # type: ignore[operator]


def test_without_a_vehicle_it_is_said() -> None:
    plan = make_plan(snow_snapshot(places=KINDS, vehicles=(Vehicle("P01", "snow", "dep"),)))
    assert not [item for item in plan.interventions if item.kind == "places"]
    assert any("utan bemannat fordon: 1" in weak.effect for weak in plan.degradations)


def test_a_place_far_from_every_street_is_said() -> None:
    far = Place("far", "bus_stop", "Långt bort", WEST + 0.1, SOUTH)
    plan = make_plan(snow_snapshot(places=(far,)))
    assert any(weak.source == "places" and weak.effect.startswith("1 plats ligger") for weak in plan.degradations)


def test_a_plough_on_the_street_does_not_clear_the_stop_beside_it() -> None:
    """What was done on the street alone leaves the place as it was; what was done at the place does not."""
    at = AT - HOUR
    street = tuple(Treatment(s.id, "plough", at) for s in snow_snapshot().segments)
    assert len(rounds(places=(stop(1),), treatments=street)) == 1
    assert rounds(places=(stop(1),), treatments=(Treatment("p1", "clear", at),)) == []


def test_what_falls_after_it_was_cleared_counts() -> None:
    """4 cm later the place is over its limit of 3 cm again."""
    cleared = (Treatment("p1", "clear", AT - timedelta(minutes=10)),)
    snowing = ahead(-4.0, [1.0] * 6)
    (item,) = rounds(places=(stop(1),), treatments=cleared, forecasts=(snowing,))
    assert item.asked_from > AT + HOUR
    assert rounds(places=(stop(1),), treatments=cleared) == []


def test_what_a_person_saw_on_the_nearest_street_decides() -> None:
    """An observation of 1 cm takes the round out, one of 6 cm calls it, also after the place was cleared."""
    seen = Observation("t", ("s/0-1",), "snow_depth", 1.0, AT - HOUR, AT + 6 * HOUR, "jour", "mätt")
    assert rounds(places=(stop(1),), observations=(seen,)) == []
    deep = replace(seen, value=6.0)
    (item,) = rounds(places=(stop(1),), observations=(deep,), readings=(depth(0.5),))
    assert 5.8 < item.reasons[0].value <= 6.0
    assert any("Sett kl." in reason.text for reason in item.reasons)
    before = (Treatment("p1", "clear", AT - 2 * HOUR),)
    assert len(rounds(places=(stop(1),), observations=(deep,), readings=(depth(0.5),), treatments=before)) == 1


def test_done_is_noted_for_each_place() -> None:
    (item,) = rounds(places=KINDS)
    assert sorted(treatments_of(item)) == [("p1", "clear"), ("p2", "clear"), ("p3", "clear")]


def test_the_verdict_counts_turer_and_rounds_apart() -> None:
    plan = make_plan(snow_snapshot(places=(stop(1),), readings=(depth(3.2),), segments=snow_snapshot().segments[:8]))
    assert plan.verdict.go
    assert "0 av" in plan.verdict.text
    assert "1 runda till hållplatser" in plan.verdict.text
    assert plan.totals["turer_needed"] == 0
    assert plan.verdict.cost is not None
    assert plan.verdict.cost > 0
