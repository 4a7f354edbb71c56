"""The checkers of a snow night are walls: what they find fault with stays out of the plan, and the rest is planned."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

import planner.snow.beside.rounds as place_rounds
import planner.snow.drives as drives
from city.catalogue.words import words
from city.entities import TurnBan, Vehicle
from city.network import StreetNetwork, build
from city.plan import Intervention, Plan
from city.upkeep import Place, SeasonWork, WorkRequest
from planner.publish import check_schema
from planner.routes.check import shut
from planner.routes.profiles import profile
from planner.routes.tur import Drive, Job, Traversal, drive_turer
from planner.routes.visits import Roundtrips, Visit
from planner.services import make_plan
from planner.snapshot import PlannerParams, Snapshot
from planner.snow.cache import Streets
from planner.snow.check import round_violations
from tests.unit.planner.snapshots import AT, HOUR, SOUTH, WEST, depth, snow_snapshot, street

PLACES = tuple(
    Place(f"p{i}", "bus_stop", f"Plats {i}", WEST + 0.002 * column, SOUTH + 0.00005)
    for i, column in enumerate((0.0, 1.0, 2.0, 3.0))
)

SMALL = PlannerParams(tur_minutes=4.0)
"""Several turer of the main streets."""


def plan_of(snapshot: Snapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def checked(plan: Plan) -> list[tuple[str, str]]:
    """What the plan says of the checker, in Swedish and English."""
    return [(weak.effect, weak.effect_en) for weak in plan.degradations if weak.source == "checker"]


def what(plan: Plan) -> dict[str, tuple[Any, ...]]:
    """What is done by each target, whoever does it when."""
    return {item.key: (item.kind, item.segments, item.places, item.geometry) for item in plan.interventions}


def spoil(
    monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot, item: Intervention, fault: Callable[[Drive], Drive]
) -> None:
    """From now on the search of this one tur gives a faulty drive."""
    row = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    asked = {row[part.id] for part in item.segments}  # type: ignore[union-attr]

    def searched(network: StreetNetwork, jobs: Sequence[Job], *rest: Any, **more: Any) -> list[Drive]:
        found = drive_turer(network, jobs, *rest, **more)
        return [fault(one) if set(job.needs) == asked else one for job, one in zip(jobs, found, strict=True)]

    monkeypatch.setattr(drives, "drive_turer", searched)


def unserved(drive: Drive) -> Drive:
    """The first street is driven over, and not worked on."""
    steps = list(drive.traversals)
    at = next(i for i, step in enumerate(steps) if step.serve)
    steps[at] = Traversal(steps[at].arc, serve=False)
    return replace(drive, traversals=tuple(steps))


def elsewhere(drive: Drive) -> Drive:
    """It begins and ends at another node than the vehicle's home, and says so itself."""
    return replace(drive, traversals=drive.traversals[1:-1], start_node=drive.start_node + 1)


def longer(drive: Drive) -> Drive:
    return replace(drive, score=replace(drive.score, metres=drive.metres + 50.0))


# ---- turer, haulage, sweeping -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "says"), [(unserved, "served"), (elsewhere, "does not begin at its start"), (longer, "m are said")]
)
def test_a_faulty_drive_stays_out_and_the_town_gets_its_plan(
    fault: Callable[[Drive], Drive], says: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One of the turer is left out, named in both languages and in the log; what the others do is as before."""
    snapshot = snow_snapshot(params=SMALL)
    sound = plan_of(snapshot)
    gone, *others = [item for item in sound.interventions if item.target.startswith("P1")]
    assert checked(sound) == []
    spoil(monkeypatch, snapshot, gone, fault)
    with caplog.at_level(logging.ERROR, logger="dagsplan.checker"):
        plan = plan_of(snapshot)
    assert others
    assert what(plan) == {key: one for key, one in what(sound).items() if key != gone.key}
    ((sv, en),) = checked(plan)
    assert sv.startswith(f"Tur {gone.target} lämnas utanför planen: ")
    assert en.startswith(f"Route {gone.target} is left out of the plan: ")
    assert says in en
    assert says not in sv
    assert [(record.levelname, record.__dict__["target"]) for record in caplog.records] == [("ERROR", gone.target)]
    assert plan.totals["without_vehicle"] == sound.totals["without_vehicle"] + 1
    assert "1 tur behövs men kan inte köras." in plan.verdict.text
    assert not any("saknar bemannat fordon" in weak.effect for weak in plan.degradations)


def test_a_drive_over_a_street_that_is_closed_to_its_vehicle_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """There and back over a street beside its home that is too narrow for it."""
    narrow = replace(street(0, 5, "P3", key="narrow"), max_width_m=2.0)
    base = snow_snapshot(params=SMALL)
    wide = tuple(replace(vehicle, width_m=2.5) for vehicle in base.vehicles)
    snapshot, row = replace(base, segments=(*base.segments, narrow), vehicles=wide), len(base.segments)
    detour = [Traversal(arc, serve=False) for arc in (row, len(base.segments) + 1 + row)]  # all streets are two-way
    gone = next(item for item in plan_of(snapshot).interventions if item.target.startswith("P1"))
    spoil(monkeypatch, snapshot, gone, lambda drive: replace(drive, traversals=(*detour, *drive.traversals)))
    ((_, en),) = checked(plan_of(snapshot))
    assert en.endswith(f": street narrow is closed to vehicle {gone.vehicle}.")


def test_no_vehicle_is_booked_for_what_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one lorry for several turer the next begins when the faulty one would have."""
    one_lorry = [v for v in snow_snapshot().vehicles if v.id != "P02"]
    snapshot = snow_snapshot(vehicles=tuple(one_lorry), params=SMALL)
    first, second, *_ = sorted(
        (item for item in plan_of(snapshot).interventions if item.vehicle == "P01"), key=lambda item: item.starts_at
    )
    spoil(monkeypatch, snapshot, first, unserved)
    now = next(item for item in plan_of(snapshot).interventions if item.key == second.key)
    assert second.starts_at is not None
    assert now.starts_at == first.starts_at < second.starts_at


def test_a_faulty_haulage_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other haulage and all of the snow work stay."""
    request = WorkRequest("a1", "haul", ("s/0-5", "c/20-21"), "dispatcher", "trångt", AT - HOUR, AT + 20 * HOUR)
    snapshot = snow_snapshot(requests=(request,), season=(SeasonWork("s/0-1", 6, 0),))
    sound = plan_of(snapshot)
    gone = next(item for item in sound.interventions if item.target.startswith("B-P1"))
    assert len([item for item in sound.interventions if item.kind == "haul"]) > 1
    spoil(monkeypatch, snapshot, gone, unserved)
    plan = plan_of(snapshot)
    assert what(plan) == {key: one for key, one in what(sound).items() if key != gone.key}
    ((sv, en),) = checked(plan)
    assert sv.startswith(f"Bortforsling eller sandupptagning {gone.target} lämnas utanför planen: ")
    assert en.startswith(f"Haulage or grit sweeping {gone.target} is left out of the plan: ")


# ---- rounds of places ---------------------------------------------------------------------------------------------


class Spoiled(Roundtrips):
    """Gives a round that forgets a place where the round has the first of all."""

    def visit(self, places: Any, **more: Any) -> Visit | None:
        found = super().visit(places, **more)
        if found is None or (PLACES[0].lon, PLACES[0].lat) not in places:
            return found
        return replace(found, order=found.order[1:], after=found.after[1:])


class Infeasible(Roundtrips):
    """Whose solver says of the same round that it breaks a rule."""

    def visit(self, places: Any, **more: Any) -> Visit | None:
        return None if (PLACES[0].lon, PLACES[0].lat) in places else super().visit(places, **more)


@pytest.mark.parametrize(("faulty", "says"), [(Spoiled, "is visited 0 times"), (Infeasible, "breaks a rule")])
def test_a_faulty_round_of_places_stays_out(faulty: Any, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other rounds and the turer stay; the vehicle of the faulty one takes the next at once."""
    snapshot = snow_snapshot(places=PLACES, params=PlannerParams(tur_minutes=12.0), readings=(depth(9.0),))
    sound = plan_of(snapshot)
    rounds = [item for item in sound.interventions if item.kind == "places"]
    assert len(rounds) == 2
    gone = next(item for item in rounds if "p0" in {stop.id for stop in item.places})  # type: ignore[union-attr]
    monkeypatch.setattr(place_rounds, "Roundtrips", faulty)
    plan = plan_of(snapshot)
    assert what(plan) == {key: one for key, one in what(sound).items() if key != gone.key}
    ((sv, en),) = checked(plan)
    assert sv.startswith(f"Runda {gone.target} lämnas utanför planen: ")
    assert says in en
    assert min(i.starts_at for i in plan.interventions if i.kind == "places") == min(i.starts_at for i in rounds)  # type: ignore[type-var]


def made() -> tuple[Snapshot, StreetNetwork, Vehicle, Visit]:
    """A sound round of four places on the grid."""
    snapshot = snow_snapshot(places=PLACES)
    streets, vehicle = Streets("x", snapshot.segments, snapshot.turns), snapshot.vehicles[2]
    reach = streets.reach("cycle", [0])
    cost = profile(streets.network, vehicle).seconds
    trips = Roundtrips(streets.network, reach.graph, cost, reach.of(vehicle, 0), 0)
    visit = trips.visit([(place.lon, place.lat) for place in PLACES], iterations=50, seed=1)
    assert visit is not None
    return snapshot, streets.network, vehicle, visit


def said(visit: Visit, vehicle: Vehicle | None = None, **parts: Any) -> list[str]:
    snapshot, network, usual, _ = made()
    wrong = round_violations(replace(snapshot, **parts), network, 0, vehicle or usual, PLACES, visit)
    return [words("en").say(fault) for fault in wrong]


def test_a_sound_round_of_places_is_not_blamed() -> None:
    assert said(made()[-1]) == []


def test_a_round_begins_and_ends_at_home_and_joins_up() -> None:
    *_, visit = made()
    assert "the drive does not begin at its start" in said(replace(visit, arcs=visit.arcs[1:]))
    assert "the drive does not come home to its start" in said(replace(visit, arcs=visit.arcs[:-1]))
    jumping = replace(visit, arcs=(*visit.arcs[:2], *visit.arcs[3:]))
    assert any("does not join on to" in text for text in said(jumping))


def test_every_place_is_visited_once_and_no_other() -> None:
    *_, visit = made()
    order, after = visit.order, visit.after
    assert "the place Plats 2 is visited 0 times" in said(
        replace(visit, order=tuple(i for i in order if i != 2), after=after[:-1])
    )
    assert f"the place Plats {order[0]} is visited 2 times" in said(
        replace(visit, order=(order[0], *order), after=(after[0], *after))
    )
    assert "a place is visited that nobody asked for" in said(
        replace(visit, order=(*order, 4), after=(*after, after[-1]))
    )


def test_places_are_visited_on_the_way_and_in_its_order() -> None:
    *_, visit = made()
    backwards = replace(visit, order=visit.order[::-1], after=visit.after[::-1])
    assert "the places are not visited in the order of the way" in said(backwards)
    assert "the places are not visited in the order of the way" in said(replace(visit, after=visit.after[1:]))
    assert "the places are not visited in the order of the way" in said(replace(visit, after=(*visit.after[:-1], 99)))
    early = replace(visit, after=(0,) * len(visit.after))
    assert any("is not visited where the way comes nearest to it" in text for text in said(early))


def test_a_round_keeps_off_what_is_closed_to_its_vehicle_and_obeys_bans() -> None:
    snapshot, network, vehicle, visit = made()
    first, second = (network.segments[int(network.arc_segment[arc])] for arc in visit.arcs[:2])
    lorry = replace(vehicle, network="street")
    assert said(visit, lorry) == []  # it drives on streets alone
    narrow = build([replace(segment, max_width_m=2.0, max_weight_t=9.0) for segment in network.segments])
    for parts in ({"width_m": 2.1}, {"weight_t": 9.1}):
        wrong = round_violations(snapshot, narrow, 0, replace(vehicle, **parts), PLACES, visit)
        assert f"street {first.id} is closed to vehicle G01" in [words("en").say(fault) for fault in wrong]
    fast = build([replace(segment, highway="motorway") for segment in network.segments])
    assert round_violations(snapshot, fast, 0, vehicle, PLACES, visit)
    ban = TurnBan(first.id, int(network.node_ids[network.arc_to[visit.arcs[0]]]), second.id)
    assert any("is banned" in text for text in said(visit, turns=(ban,)))
    assert said(visit, turns=(replace(ban, only="street"),)) == []


def test_metres_and_seconds_of_a_round_are_recomputed() -> None:
    *_, visit = made()
    assert any("m are said" in text for text in said(replace(visit, metres=visit.metres - 2.0)))
    assert any("s are said" in text for text in said(replace(visit, seconds=0.5 * visit.seconds)))


def test_a_lorry_on_a_cycle_way_is_seen() -> None:
    """In turer too: the streets of a drive must be open to its vehicle."""
    network = build([street(0, 1, "C1", network="cycle")])
    assert [words("en").say(fault) for fault in shut(network, [0, 1], Vehicle("P01", "snow", "dep"))] == [
        "street c/0-1 is closed to vehicle P01"
    ]
    assert shut(network, [0, 1], Vehicle("G01", "snow", "dep", network="cycle")) == []
