"""The waste plan: who must be emptied, who may, by which truck, and what is not known."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from city.catalogue.words import words
from city.entities import Depot, GivenOrder, Reading, Room, Vehicle, Vessel
from city.plan import Plan
from planner.publish import check_schema
from planner.services import make_plan
from planner.thresholds.limits import limits
from planner.waste.need import assess, days_to_next_visit
from planner.waste.room import RoomNeed
from planner.waste.rounds import TIP_S
from planner.waste.snapshot import WasteSnapshot
from tests.unit.planner.snapshots import AT, HOUR, levels, limits_with, place, streets, threshold, waste_snapshot


def plan_of(snapshot: WasteSnapshot) -> Plan:
    plan = make_plan(snapshot)
    check_schema(plan)
    return plan


def rooms(plan: Plan) -> list[str]:
    return sorted(stop.room for item in plan.interventions for stop in item.stops)  # type: ignore[union-attr]


def needs(snapshot: WasteSnapshot) -> dict[str, RoomNeed]:
    return {need.room.id: need for need in assess(snapshot, limits(snapshot.thresholds))}


def effects(plan: Plan) -> str:
    return " ".join(item.effect for item in plan.degradations)


def limited(snapshot: WasteSnapshot, probability: float, *, version: int = 2) -> WasteSnapshot:
    row = threshold("waste.overflow_probability", "*", probability, version)
    return replace(snapshot, thresholds=limits_with(row))


def set_to(snapshot: WasteSnapshot, *pairs: str | float) -> WasteSnapshot:
    """With limits by name and value."""
    rows = [threshold(str(name), "*", float(value), 2) for name, value in zip(pairs[::2], pairs[1::2], strict=True)]
    return replace(snapshot, thresholds=limits_with(*rows))


def test_the_full_one_must_be_emptied_and_the_others_not() -> None:
    """95 % and ten more a day must go; 50 % and 8 % need not."""
    got = needs(waste_snapshot())
    assert {room for room, need in got.items() if need.must} == {"r1"}
    assert got["r1"].probability > 0.5 > 0.01 > got["r3"].probability


def test_the_limit_decides_and_its_version_is_said() -> None:
    """With the limit over its probability the room drops out; the reason holds figure, limit and version."""
    base = waste_snapshot(readings=levels("lev-1", 88.0))
    p = needs(base)["r1"].probability
    assert 0.1 < p < 0.9
    strict = limited(base, p - 0.001, version=5)
    loose = limited(base, p + 0.001)
    assert needs(strict)["r1"].must
    assert not needs(loose)["r1"].must
    risk = needs(strict)["r1"].reasons[1]
    assert (risk.value, risk.threshold_version) == (pytest.approx(p, abs=1e-4), 5)


def test_the_flip_of_a_stop_is_true() -> None:
    """The limit that the flip names takes the stop out."""
    base = waste_snapshot(readings=levels("lev-1", 88.0))
    flip = words("sv").say(needs(base)["r1"].flip)
    said = int(flip.split("gränsen ")[1].split(" %")[0]) / 100
    assert not needs(replace(base, thresholds=limits_with(threshold("waste.overflow_probability", "*", said))))[
        "r1"
    ].must
    assert needs(replace(base, thresholds=limits_with(threshold("waste.overflow_probability", "*", said - 0.01))))[
        "r1"
    ].must


def test_friday_must_last_until_monday() -> None:
    """The next visit after Friday is three days off, after Saturday two, else one; the same level is riskier then."""
    assert [days_to_next_visit(date(2026, 11, 23) + timedelta(days=i)) for i in range(7)] == [1, 1, 1, 1, 3, 2, 1]
    tuesday = waste_snapshot(readings=levels("lev-1", 70.0))
    friday = replace(tuesday, service_day=date(2026, 11, 27))
    assert needs(friday)["r1"].probability > needs(tuesday)["r1"].probability
    assert needs(friday)["r1"].must
    assert not needs(tuesday)["r1"].must


def test_a_vessel_without_sensor_is_emptied_on_its_calendar_day() -> None:
    """In any fourteen days it is due exactly once, is called blind, and says that a calendar decides."""
    blind = waste_snapshot(readings=(), vessels=(Vessel("v1", "r1", "residual", 660.0),))
    days = [needs(replace(blind, service_day=date(2026, 11, 2) + timedelta(days=i)))["r1"] for i in range(14)]
    assert sum(need.must for need in days) == 1
    assert all(need.blind for need in days)
    assert "fast kalender" in days[0].reasons[0].text


def test_the_hygiene_age_makes_a_must() -> None:
    """Emptied 13.5 days ago with 14 allowed: it cannot wait for tomorrow."""
    old = Vessel("v1", "r1", "residual", 660.0, last_emptied=AT - timedelta(days=13.5))
    young = replace(old, last_emptied=AT - timedelta(days=3))
    assert needs(waste_snapshot(readings=(), vessels=(old,)))["r1"].must
    assert not needs(waste_snapshot(readings=(), vessels=(young,)))["r1"].must
    assert not needs(waste_snapshot(readings=(), vessels=(replace(old, max_age_days=30.0),)))["r1"].must


def test_unknown_levels_are_no_zero_risk() -> None:
    """With nothing due and no level known the verdict says that no levels are known, not '0 % risk'."""
    calm = Vessel("v1", "r1", "residual", 660.0, last_emptied=AT - timedelta(days=1))
    plan = plan_of(waste_snapshot(readings=(), vessels=(calm,)))
    assert plan.verdict.text == "Ingen tömning behövs i dag. Inga nivåer är kända."
    assert [clause.text_en for clause in plan.verdict.clauses] == [
        "No emptying is needed today.",
        "No levels are known.",
    ]
    assert "1 av 1 rum saknar färska nivåer" in effects(plan)
    assert plan.verdict.certainty != "high"


def test_no_rooms_is_not_called_a_day_off() -> None:
    """Without rooms the verdict says so with low certainty."""
    plan = plan_of(waste_snapshot(rooms=(), vessels=()))
    assert "Inga miljörum är inlagda" in plan.verdict.text
    assert plan.verdict.certainty == "low"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"vehicles": ()}, "Ingen ledig bil"),
        ({"depots": ()}, "känd depå"),
        ({"segments": ()}, "Inga gator är inlästa"),
        ({"vehicles": (Vehicle("A01", "waste", "dep", fractions=("food",)),)}, "Restavfall"),
    ],
)
def test_rooms_and_nobody_to_send(parts: dict[str, object], said: str) -> None:
    """Without truck, depot, streets, or a truck for the fraction: a refusal that says why."""
    plan = plan_of(waste_snapshot(**parts))
    assert not plan.verdict.go
    assert "Rum behöver tömmas, men ingen bil kan skickas." in plan.verdict.text
    assert said in effects(plan)


def test_streets_for_cycles_only_are_no_streets_for_a_truck() -> None:
    """A folder with cycle ways alone gives a refusal, not a fault."""
    from tests.unit.planner.snapshots import street

    plan = plan_of(waste_snapshot(segments=(street(0, 1, "C1", network="cycle"),)))
    assert not plan.verdict.go


def test_a_truck_keeps_off_streets_that_are_too_weak_for_it() -> None:
    """The first block is too weak for 26 t: the round goes another way; where every street is, there is none."""
    full = tuple(row for n in (1, 2, 3) for row in levels(f"lev-{n}", 99.0))
    weak = waste_snapshot(
        readings=full, segments=tuple(replace(s, max_weight_t=3.5) if s.id == "s/0-1" else s for s in streets())
    )
    truck = replace(weak.vehicles[0], weight_t=26.0)
    light, heavy = (plan_of(replace(weak, vehicles=(v,))) for v in (weak.vehicles[0], truck))
    assert rooms(light) == rooms(heavy) != []
    assert heavy.totals["distance_m"] > light.totals["distance_m"]
    shut = replace(weak, segments=tuple(replace(s, max_weight_t=3.5) for s in weak.segments), vehicles=(truck,))
    assert plan_of(shut).interventions == ()
    assert plan_of(shut).degradations


def test_a_room_with_two_fractions_is_one_room() -> None:
    """Two rounds to the same room visit one room, and each has its own truck."""
    both = (Vessel("v1", "r1", "residual", 660.0, "lev-1"), Vessel("v2", "r1", "food", 140.0, "lev-1"))
    trucks = (Vehicle("A01", "waste", "dep"), Vehicle("A02", "waste", "dep"))
    plan = plan_of(waste_snapshot(vessels=both, vehicles=trucks))
    assert plan.verdict.text.startswith("Töm 1 av 1 rum")
    assert plan.verdict.text_en == "Empty 1 of 1 room from 06:00 in 2 rounds."
    assert plan.interventions[0].reasons[0].text_en.startswith("1 room, 1 vessel: 1 must be emptied, 0 are on the way.")
    assert {item.vehicle for item in plan.interventions} == {"A01", "A02"}


def test_one_truck_for_two_fractions_drives_them_one_after_the_other() -> None:
    """The second round begins when the first is back."""
    both = (Vessel("v1", "r1", "residual", 660.0, "lev-1"), Vessel("v2", "r1", "food", 140.0, "lev-1"))
    first, second = plan_of(waste_snapshot(vessels=both)).interventions
    assert first.vehicle == second.vehicle == "A01"
    assert second.starts_at == first.ready_by


def test_a_round_that_is_out_is_kept_and_its_rooms_are_not_fetched_twice() -> None:
    """The running round stays; a room that filled meanwhile gets a new round under a name of its own."""
    first = plan_of(waste_snapshot())
    (out,) = first.interventions
    fetched = set(rooms(first))
    fuller = (*levels("lev-1", 95.0), *levels("lev-2", 95.0), *levels("lev-3", 95.0))
    trucks = (*waste_snapshot().vehicles, Vehicle("A02", "waste", "dep"))
    later = plan_of(waste_snapshot(at=AT + HOUR, readings=fuller, running=(out,), vehicles=trucks))
    assert out in later.interventions
    assert rooms(later) == ["r1", "r2", "r3"]
    (new,) = (item for item in later.interventions if item != out)
    assert (new.target, new.vehicle) == ("residual-2", "A02")
    assert fetched.isdisjoint(stop.room for stop in new.stops)  # type: ignore[union-attr]


def test_a_room_too_large_for_any_truck_is_said_and_not_overloaded() -> None:
    """660 l at 95 % do not go into 500 l: the room is named, the truck stays within its capacity."""
    small = (Vehicle("A01", "waste", "dep", capacity_l=500.0),)
    plan = plan_of(waste_snapshot(vehicles=small))
    assert rooms(plan) == []
    assert "1 rum som måste tömmas ryms inte: Rum 1" in effects(plan)


def test_a_stop_holds_the_reasons_of_its_room_in_each_language() -> None:
    """Joined by semicolons, in the field of each."""
    ((stop,),) = [item.stops for item in plan_of(waste_snapshot()).interventions]
    assert re.fullmatch(r"nivå \d+ % \(.*\); risk att bli full före nästa tömning \d+ %, gräns 30 %", stop.reason)
    assert re.fullmatch(r"level \d+ % \(.*\); risk of overflow before the next visit \d+ %, limit 30 %", stop.reason_en)


def test_a_room_that_fits_by_a_part_of_a_litre_alone_is_too_large() -> None:
    """Rounds count whole litres: 627.5 l are not let onto a truck of 627.6 l, and the other rooms are not held up."""
    snapshot = waste_snapshot(vessels=tuple(replace(v, litres=660.5) for v in waste_snapshot().vessels))
    litres = needs(snapshot)["r1"].litres
    assert 0.2 < litres % 1.0 < 0.8
    truck = Vehicle("A01", "waste", "dep", capacity_l=litres + 0.1)
    plan = plan_of(replace(snapshot, vehicles=(truck,)))
    assert "1 rum som måste tömmas ryms inte: Rum 1" in effects(plan)
    assert not any(weak.source == "checker" for weak in plan.degradations)


def test_stops_arrive_in_order_and_before_the_round_ends() -> None:
    """Arrivals rise along the round, tipping in between is counted, and the last is before ``ready_by``."""
    full = tuple(r for i in (1, 2, 3) for r in levels(f"lev-{i}", 100.0))
    plan = plan_of(waste_snapshot(readings=full, vehicles=(Vehicle("A01", "waste", "dep", capacity_l=700.0),)))
    (item,) = plan.interventions
    arrivals = [stop.arrives_at for stop in item.stops]  # type: ignore[union-attr]
    assert arrivals == sorted(arrivals)
    assert all((b - a).total_seconds() > TIP_S for a, b in itertools.pairwise(arrivals))
    assert item.ready_by is not None
    assert arrivals[-1] + timedelta(seconds=180 + TIP_S) <= item.ready_by


def test_a_finished_round_gives_run_two_on_the_same_day_only() -> None:
    """Done this morning: the next of that name is run 2; done yesterday: run 1."""

    def key(day: str) -> str:
        order = GivenOrder("o", "p", "waste", f"waste:residual-1:{day}:1", "residual-1", "done", "A01", AT)
        return plan_of(waste_snapshot(orders=(order,))).interventions[0].key

    assert key("2026-11-24").endswith(":2")
    assert key("2026-11-23").endswith(":1")


def test_the_disposal_site_is_missed_where_there_is_none() -> None:
    """Without a disposal site the trucks tip at the depot, and the plan says so."""
    plan = plan_of(waste_snapshot(depots=(Depot("dep", "Förrådet", *place(0)),)))
    assert plan.verdict.go
    assert "Ingen tipp-plats" in effects(plan)


def test_a_room_without_a_name_is_called_by_its_id() -> None:
    """Texts never hold an empty name."""
    plan = plan_of(waste_snapshot(rooms=(Room("r1", "", *place(2)),), readings=levels("lev-1", 20.0)))
    assert "Närmast: r1," in plan.verdict.text


def test_a_stop_keeps_the_figures_that_ask_for_it() -> None:
    """95 % half an hour ago and about 10 % a day: full within a day, and it is that which asks."""
    ((stop,),) = [item.stops for item in plan_of(waste_snapshot()).interventions]
    assert stop.basis.cause == "fills"
    assert 94.0 < stop.basis.level_pct < 97.0
    assert AT < stop.basis.full_by < AT + timedelta(days=1)
    assert stop.basis.emptied_days is None


def test_what_asks_for_a_room_is_named_for_each_cause() -> None:
    """A level, an age, a calendar day where nothing is known, and the way past it."""
    snapshot = waste_snapshot()
    old = tuple(replace(v, last_emptied=AT - timedelta(days=13.5)) for v in snapshot.vessels)
    found = {room: need.basis for room, need in needs(replace(snapshot, vessels=old)).items()}
    assert [found[room].cause for room in ("r1", "r2", "r3")] == ["fills", "age", "age"]
    assert (found["r2"].emptied_days, found["r2"].most_days) == (13.5, 14.0)
    assert found["r3"].full_by is None or found["r3"].full_by > AT + timedelta(days=14)
    fresh = {room: need.basis for room, need in needs(snapshot).items()}
    assert fresh["r2"].cause == "on_the_way"
    blind = tuple(replace(v, device=None, max_age_days=1.0) for v in snapshot.vessels)
    unknown = needs(replace(snapshot, vessels=blind))["r1"].basis
    assert (unknown.cause, unknown.level_pct, unknown.full_by) == ("calendar", None, None)


def test_no_truck_is_out_for_longer_than_its_shift_and_what_is_left_is_named() -> None:
    """Three full rooms of thirty minutes each and a shift of an hour: two are emptied, the third is named; with eight
    hours all are."""
    full = (*levels("lev-1", 99.0), *levels("lev-2", 98.0), *levels("lev-3", 97.0))
    snapshot = waste_snapshot(readings=full)
    slow = set_to(snapshot, "waste.minutes_per_vessel", 18.0)
    short = set_to(snapshot, "waste.minutes_per_vessel", 18.0, "waste.shift_h", 1.1)
    plan = plan_of(short)
    assert all(item.minutes <= 66.0 for item in plan.interventions)
    assert 0 < len(rooms(plan)) < 3
    assert "ryms inte" in effects(plan)
    assert "En bil till som A01 skulle hinna med dem." in effects(plan)
    assert rooms(plan_of(slow)) == ["r1", "r2", "r3"]
    two = replace(short, vehicles=(*short.vehicles, replace(short.vehicles[0], id="A02")))
    assert rooms(plan_of(two)) == ["r1", "r2", "r3"]
    hopeless = plan_of(set_to(snapshot, "waste.minutes_per_vessel", 70.0, "waste.shift_h", 1.1))
    assert hopeless.interventions == ()
    assert "3 rum som måste tömmas ryms inte" in effects(hopeless)
    assert "bilar till" not in effects(hopeless)


def test_in_a_room_only_what_is_worth_it_is_emptied() -> None:
    """A full vessel beside an empty one of its fraction: the empty one is left."""
    base = waste_snapshot()
    vessels = (*base.vessels, Vessel("v4", "r1", "residual", 660.0, "lev-4"))
    readings = (*base.readings, *levels("lev-4", 6.0, per_day=1.0))
    need = needs(replace(base, vessels=vessels, readings=readings))["r1"]
    assert need.must
    assert [vessel.id for vessel in need.vessels] == ["v1"]


def test_a_sensor_that_is_stuck_is_named_and_its_vessel_goes_by_its_age() -> None:
    """At 0 for three weeks, last emptying unknown: the vessel is due by the time it has been watched, and the plan says
    whose sensor it is."""
    begin = AT - timedelta(days=21)
    still = tuple(Reading("lev-3", "fill_level", "%", begin + i * HOUR, 0.0) for i in range(21 * 24))
    base = waste_snapshot()
    plan = plan_of(replace(base, readings=(*base.readings[: -len(levels("lev-3", 8.0, per_day=1.0))], *still)))
    assert "r3" in rooms(plan)
    assert "lev-3 står stilla" in effects(plan)


def test_a_room_that_may_wait_is_taken_on_the_way_of_one_that_must_not() -> None:
    """A full room, and two at 75 % near its way: one round empties all, and says of the two what it saves."""
    nearly = (*levels("lev-1", 99.0), *levels("lev-2", 75.0), *levels("lev-3", 75.0))
    snapshot = waste_snapshot(readings=nearly)
    assert [need.must for need in assess(snapshot, limits(snapshot.thresholds))] == [True, False, False]
    plan = plan_of(snapshot)
    assert rooms(plan) == ["r1", "r2", "r3"]
    (item,) = plan.interventions
    assert item.reasons[0].text_en.endswith("1 must be emptied, 2 are on the way.")
    reasons = {stop.room: stop.reason for stop in item.stops}  # type: ignore[union-attr]
    assert "sparar omkring" in reasons["r2"]
    assert "sparar" not in reasons["r1"]


def test_what_a_running_round_fetches_is_not_fetched_again_and_its_neighbour_is() -> None:
    """Beside the vessel that is being fetched another of the same room is full: the new round has that one alone."""
    first = plan_of(waste_snapshot())
    trucks = (*waste_snapshot().vehicles, Vehicle("A02", "waste", "dep"))
    vessels = (*waste_snapshot().vessels, Vessel("v1b", "r1", "residual", 660.0, "lev-9"))
    readings = (*waste_snapshot().readings, *levels("lev-9", 97.0))
    later = waste_snapshot(
        at=AT + HOUR, readings=readings, vessels=vessels, vehicles=trucks, running=first.interventions
    )
    (new,) = (item for item in plan_of(later).interventions if item not in first.interventions)
    assert [stop.vessels for stop in new.stops] == [("v1b",)]  # type: ignore[union-attr]


def test_a_round_that_nobody_ended_yesterday_keeps_no_room_today() -> None:
    """Its vessels are full again a day later: they are on a new round."""
    (out,) = plan_of(waste_snapshot()).interventions
    trucks = (*waste_snapshot().vehicles, Vehicle("A02", "waste", "dep"))
    tomorrow = replace(
        waste_snapshot(running=(out,), vehicles=trucks), at=AT + timedelta(days=1), service_day=date(2026, 11, 25)
    )
    assert "r1" in [s.room for item in plan_of(tomorrow).interventions if item != out for s in item.stops]  # type: ignore[union-attr]


def test_a_plan_late_in_the_day_has_what_is_left_of_the_shift() -> None:
    """At half past one local with a shift until two there is no time for rooms of half an hour; in the evening a shift
    of its own is asked for, and said."""
    slow = set_to(waste_snapshot(), "waste.minutes_per_vessel", 30.0)
    late = replace(slow, at=AT + timedelta(hours=10, minutes=30))
    late = replace(late, readings=tuple(replace(r, time=r.time + timedelta(hours=10)) for r in late.readings))
    assert plan_of(slow).interventions
    assert plan_of(late).interventions == ()
    assert "ryms inte" in effects(plan_of(late))
    evening = replace(slow, at=AT + timedelta(hours=18))
    evening = replace(evening, readings=tuple(replace(r, time=r.time + timedelta(hours=18)) for r in slow.readings))
    assert plan_of(evening).interventions
    assert "Dagens skift slutade kl. 14.00" in effects(plan_of(evening))
