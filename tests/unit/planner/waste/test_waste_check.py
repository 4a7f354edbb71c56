"""The checker of waste rounds: each broken rule is seen, a faulty round stays out, and no made snapshot is blamed."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest

import planner.waste.plan as waste
import planner.waste.rounds as rounds
from city.catalogue.words import words
from city.entities import Depot, Room, Vehicle, Vessel
from city.network import StreetNetwork, build
from city.plan import Plan
from planner.publish import check_schema
from planner.services import make_plan
from planner.snapshot import PlannerParams, Snapshot
from planner.thresholds.limits import limits
from planner.waste.check import violations
from planner.waste.need import assess
from planner.waste.rounds import TIP_S, Pickup, Round, Truck, plan_rounds
from planner.waste.site import Site, site_of
from planner.waste.walk import WalkedRound, walked
from tests.unit.planner.snapshots import levels, limits_with, place, street, threshold, waste_snapshot

VESSEL_S = 120.0
FULL = tuple(reading for i in (1, 2, 3) for reading in levels(f"lev-{i}", 100.0))


def plan_of(snapshot: Snapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def checked(plan: Plan) -> list[tuple[str, str]]:
    """What the plan says of the checker, in Swedish and English."""
    return [(weak.effect, weak.effect_en) for weak in plan.degradations if weak.source == "checker"]


# ---- each rule ----------------------------------------------------------------------------------------------------


def made(**parts: Any) -> tuple[Snapshot, StreetNetwork, Site, WalkedRound]:
    """A sound round of three full rooms of 660 l, with a truck that tips in between."""
    base = waste_snapshot(readings=FULL, vehicles=(Vehicle("A01", "waste", "dep", capacity_l=1400.0),))
    snapshot = replace(base, **parts)
    network = build(snapshot.segments)
    site = site_of(snapshot, network, "residual", assess(snapshot, limits(snapshot.thresholds)), set())
    assert site is not None
    wishes = [Pickup(need.litres, VESSEL_S * len(need.vessels), None) for need in site.needs]
    trucks = [Truck(truck.id, truck.capacity_l) for truck in site.trucks]
    (found,) = plan_rounds(wishes, trucks, site.metres, site.seconds, iterations=60, seed=1) or []
    return snapshot, network, site, walked(network, site, found)


def said(found: WalkedRound, site: Site | None = None, network: StreetNetwork | None = None) -> list[str]:
    snapshot, usual, its, _ = made()
    wrong = violations(snapshot.depots, network or usual, site or its, found, VESSEL_S, TIP_S)
    return [words("en").say(fault) for fault in wrong]


def again(site: Site, found: WalkedRound, *stops: int | None) -> WalkedRound:
    """A round to other stops by the streets, counted as the tables have it."""
    _, network, _, _ = made()
    rows = [0, *(site.row(stop) for stop in stops), 0]
    way = list(pairwise(rows))
    vessels = sum(len(site.needs[stop].vessels) for stop in stops if stop is not None)
    seconds = sum(site.seconds[leg] for leg in way) + VESSEL_S * vessels + TIP_S * stops.count(None)
    one = Round(found.truck.id, stops, float(sum(site.metres[leg] for leg in way)), float(seconds))
    return walked(network, site, one)


def test_a_sound_round_is_not_blamed() -> None:
    *_, site, found = made()
    assert found.stops.count(None) == 2  # it tips in between
    assert said(found) == []
    assert said(again(site, found, *found.stops)) == []


def test_it_begins_and_ends_at_its_depot() -> None:
    *_, found = made()
    assert "the drive does not begin at its start" in said(replace(found, legs=((), *found.legs[1:])))
    assert "the drive does not come home to its start" in said(replace(found, legs=(*found.legs[:-1], ())))


def test_it_tips_before_it_drives_home() -> None:
    *_, site, found = made()
    assert said(again(site, found, *found.stops[:-1])) == ["the truck does not tip before it drives home"]


def test_each_stop_is_a_room_that_was_asked_for() -> None:
    *_, found = made()
    for unknown in (3, -1):
        stops = (unknown, *found.stops[1:])
        assert said(replace(found, stops=stops)) == ["a stop is no room that was asked for"]


def test_no_room_is_visited_twice() -> None:
    """Neither as the same stop again nor as another stop of the same room."""
    *_, site, found = made()
    assert said(again(site, found, 0, None, 0, None)) == ["room r1 is visited 2 times"]
    twin = replace(site, needs=(site.needs[0], replace(site.needs[1], room=site.needs[0].room), site.needs[2]))
    assert "room r1 is visited 2 times" in said(found, twin)


def test_no_load_is_over_the_capacity_between_tippings() -> None:
    *_, site, found = made()
    assert said(again(site, found, 0, 1, None, 2, None)) == []
    over = said(again(site, found, 0, 1, 2, None))
    assert over == ["1,980 l are loaded on a truck that holds 1,400 l"]
    endless = replace(found.truck, capacity_l=None)
    assert said(replace(again(site, found, 0, 1, 2, None), truck=endless), replace(site, trucks=(endless,))) == []


def test_no_load_is_heavier_than_the_truck_carries() -> None:
    """Three rooms of 660 l at 0.3 kg a litre on a truck of 300 kg: it tips after each; a round that does not is blamed,
    one whose waste weighs nothing is not."""
    truck = Vehicle("A01", "waste", "dep", capacity_l=8000.0, capacity_kg=300.0)
    snapshot, network, site, found = made(vehicles=(truck,))
    heavy = violations(snapshot.depots, network, site, found, VESSEL_S, TIP_S, 0.3)
    assert [fault.key for fault in heavy] == ["plan.check.round.weight"]
    assert violations(snapshot.depots, network, site, found, VESSEL_S, TIP_S) == []
    rows = limits_with(threshold("waste.kg_per_litre", "*", 0.3, 2))
    plan = plan_of(waste_snapshot(readings=FULL, vehicles=(truck,), thresholds=rows))
    assert len(plan.interventions[0].stops) == 3  # type: ignore[arg-type]
    assert checked(plan) == []
    light = plan_of(waste_snapshot(readings=FULL, vehicles=(replace(truck, capacity_kg=None),)))
    assert plan.interventions[0].minutes > light.interventions[0].minutes + 15.0


def test_metres_and_seconds_are_those_of_the_tables() -> None:
    *_, found = made()
    for metres in (found.metres - 50.0, found.metres + 50.0, float("nan")):
        assert any("m are said" in text for text in said(replace(found, metres=metres)))
    for seconds in (found.seconds - TIP_S, found.seconds + VESSEL_S, float("nan")):
        assert any("s are said" in text for text in said(replace(found, seconds=seconds)))


def test_the_way_joins_up_from_place_to_place() -> None:
    *_, found = made()
    at = next(i for i, leg in enumerate(found.legs) if len(leg) > 2)
    torn = (*found.legs[:at], (found.legs[at][0], *found.legs[at][2:]), *found.legs[at + 1 :])
    assert any("does not join on to" in text for text in said(replace(found, legs=torn)))
    moved = (found.legs[0] + found.legs[1], (), *found.legs[2:])
    assert any("does not lead there from the stop before" in text for text in said(replace(found, legs=moved)))
    assert "the way has not one leg for each stop" in said(replace(found, legs=found.legs[:-1]))


def test_the_way_is_the_one_that_is_counted() -> None:
    """There and back again over the first street is joined up, and takes longer than the table says."""
    _, network, _, found = made()
    first = found.legs[0][0]
    back = next(a for a in range(network.n_arcs) if network.arc_segment[a] == network.arc_segment[first] and a != first)
    longer = ((first, back, *found.legs[0]), *found.legs[1:])
    assert said(replace(found, legs=longer)) == ["the way does not take the time that is counted for it"]


def test_each_place_is_visited_where_the_way_comes_nearest() -> None:
    """A room that lies elsewhere than its row of the tables; a depot and a disposal site too."""
    snapshot, network, site, found = made()
    far = replace(site.needs[0], room=replace(site.needs[0].room, lon=place(24)[0], lat=place(24)[1]))
    assert "Rum 1 is not visited where the way comes nearest to it" in said(
        found, replace(site, needs=(far, *site.needs[1:]))
    )
    for i, name in enumerate(("Förrådet", "Tippen")):
        depots = list(snapshot.depots)
        depots[i] = replace(depots[i], lon=place(12)[0], lat=place(12)[1])
        wrong = violations(depots, network, site, found, VESSEL_S, TIP_S)
        assert f"{name} is not visited where the way comes nearest to it" in [words("en").say(fault) for fault in wrong]


def test_every_street_is_open_to_the_truck() -> None:
    _, network, site, found = made()
    heavy = replace(found.truck, weight_t=26.0)
    weak = build([replace(segment, max_weight_t=18.0) for segment in network.segments])
    wrong = said(replace(found, truck=heavy), replace(site, trucks=(heavy,)), weak)
    assert any(text.endswith("is closed to vehicle A01") for text in wrong)
    cycle = build([replace(segment, network="cycle") for segment in network.segments])
    assert any(text.endswith("is closed to vehicle A01") for text in said(found, network=cycle))


def test_the_truck_is_one_of_those_asked_for() -> None:
    *_, found = made()
    assert said(replace(found, truck=replace(found.truck, id="A09"))) == ["truck A09 is none of those asked for"]


# ---- a faulty round stays out -------------------------------------------------------------------------------------


def two_fractions() -> Snapshot:
    """Three full rooms with two fractions each, and one truck."""
    truck = Vehicle("A01", "waste", "dep", capacity_l=1400.0)
    food = tuple(Vessel(f"f{i}", f"r{i}", "food", 140.0, f"lev-{i}") for i in (1, 2, 3))
    return waste_snapshot(readings=FULL, vehicles=(truck,), vessels=(*waste_snapshot().vessels, *food))


def test_a_faulty_round_stays_out_and_the_others_go(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The round of food says less than it drives: it is named and logged; the round of the residual fraction stays, and
    has the truck at once."""
    snapshot = two_fractions()
    sound = plan_of(snapshot)
    assert checked(sound) == []
    assert [item.target for item in sound.interventions] == ["food-1", "residual-1"]

    def spoiled(wishes: Any, *rest: Any, **more: Any) -> list[Round] | None:
        found = plan_rounds(wishes, *rest, **more)
        small = max(wish.litres for wish in wishes) < 200.0
        return [replace(item, metres=item.metres - 100.0) for item in found or []] if small else found

    monkeypatch.setattr(waste, "plan_rounds", spoiled)
    with caplog.at_level(logging.ERROR, logger="dagsplan.checker"):
        plan = plan_of(snapshot)
    (left,) = plan.interventions
    food, residual = sound.interventions
    assert (left.target, left.geometry, left.minutes) == ("residual-1", residual.geometry, residual.minutes)
    assert left.starts_at == food.starts_at != residual.starts_at
    ((sv, en),) = checked(plan)
    assert sv.startswith("Rond food-1 lämnas utanför planen: ronden är ")
    assert en.startswith("Round food-1 is left out of the plan: the round is ")
    assert [(record.levelname, record.__dict__["target"]) for record in caplog.records] == [("ERROR", "food-1")]
    assert not any("ryms inte" in weak.effect for weak in plan.degradations)
    assert plan.verdict.go


def test_rounds_that_the_solver_calls_infeasible_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the best that the search finds breaks a rule by its own word, the fraction is left out and said."""
    monkeypatch.setattr(rounds, "find_tours", lambda *_, **__: None)
    plan = plan_of(two_fractions())
    assert plan.interventions == ()
    said = checked(plan)
    assert [sv.split(" lämnas")[0] for sv, _ in said] == ["Tömningen av Matavfall", "Tömningen av Restavfall"]
    assert all(en.endswith(": the best that the search found breaks a rule of its own.") for _, en in said)


def test_a_room_that_no_truck_can_hold_is_named_and_the_others_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that holds more than the largest truck: it is left, and the other fraction goes."""

    def small(self: Site, kg_per_l: float) -> float:
        return 50.0 if self.needs[0].fraction == "food" else 9000.0

    monkeypatch.setattr(Site, "most_l", small)
    plan = plan_of(two_fractions())
    assert [item.target for item in plan.interventions] == ["residual-1"]
    assert any("ryms inte" in weak.effect for weak in plan.degradations)


# ---- whatever is asked for ----------------------------------------------------------------------------------------


GRID = tuple(street(5 * r + i, 5 * r + i + 1) for r in range(5) for i in range(4)) + tuple(
    street(5 * r + i, 5 * r + i + 5) for r in range(4) for i in range(5)
)


def test_trucks_of_two_depots_drive_from_and_to_their_own() -> None:
    """Depots at either end: each round begins and ends at that of its truck."""
    depots = (Depot("dep", "Väst", *place(0)), Depot("öst", "Öst", *place(24)), Depot("tip", "Tippen", *place(4)))
    depots = (*depots[:2], replace(depots[2], kind="disposal"))
    trucks = (Vehicle("A01", "waste", "dep", capacity_l=700.0), Vehicle("A02", "waste", "öst", capacity_l=700.0))
    plan = plan_of(waste_snapshot(readings=FULL, depots=depots, vehicles=trucks[::-1], segments=GRID))
    assert checked(plan) == []
    assert plan.interventions
    home = {"A01": place(0), "A02": place(24)}
    for item in plan.interventions:
        assert item.geometry is not None
        line = item.geometry["coordinates"]
        assert tuple(line[0]) == tuple(line[-1]) == home[item.vehicle or ""]


def test_every_round_of_a_made_town_passes_the_checker() -> None:
    """A hundred towns: streets that are one-way, slow, closed to heavy trucks or missing; rooms, depots and trucks
    anywhere."""
    plans = [plan_of(made_town(Random(seed))) for seed in range(100)]
    assert [checked(plan) for plan in plans] == [[]] * len(plans)
    assert sum(len(plan.interventions) for plan in plans) > 100


def made_town(chance: Random) -> Snapshot:
    segments = tuple(
        replace(
            one,
            oneway=chance.random() < 0.2,
            speed_kmh=chance.choice([20.0, 40.0, 70.0]),
            length_m=chance.uniform(80.0, 300.0),
            max_weight_t=3.5 if chance.random() < 0.1 else None,
        )
        for one in GRID
        if chance.random() < 0.9
    )
    rooms = tuple(Room(f"r{i}", f"Rum {i}", *spot(chance)) for i in range(chance.randint(1, 14)))
    vessels = tuple(
        Vessel(f"v-{room.id}-{k}", room.id, chance.choice(["residual", "food"]), litres, f"lev-{room.id}-{k}")
        for room in rooms
        for k, litres in enumerate(chance.choices([140.0, 370.0, 660.0], k=chance.randint(1, 3)))
    )
    depots = [Depot("dep", "Väst", *spot(chance)), Depot("öst", "Öst", *spot(chance))]
    if chance.random() < 0.8:
        depots.append(Depot("tip", "Tippen", *spot(chance), kind="disposal"))
    trucks = tuple(
        Vehicle(
            f"A{i}",
            "waste",
            chance.choice(["dep", "öst"]),
            capacity_l=None if chance.random() < 0.2 else chance.uniform(600.0, 4000.0),
            weight_t=chance.choice([3.0, 26.0]),
        )
        for i in range(chance.randint(1, 3))
    )
    return waste_snapshot(
        segments=segments,
        rooms=rooms,
        vessels=vessels,
        readings=tuple(r for vessel in vessels for r in levels(vessel.device or "", chance.uniform(20.0, 110.0))),
        depots=tuple(depots),
        vehicles=trucks,
        params=PlannerParams(round_iterations=15),
    )


def spot(chance: Random) -> tuple[float, float]:
    """Somewhere about a corner of the grid."""
    lon, lat = place(chance.randrange(25))
    return lon + chance.uniform(-0.001, 0.001), lat + chance.uniform(-0.0005, 0.0005)
