"""What is not cared for is said: every needed street is in an intervention or in ``not_cared``, with the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.catalogue.words import words
from city.entities import GivenOrder, Treatment, Vehicle
from city.manning import Absence, RosterTurn
from city.plan import NotCared, Plan
from city.totals import SnowTotals, totals_of
from planner.publish import check_schema
from planner.routes.check import Refusal
from planner.services import make_plan
from planner.snapshot import PlannerParams
from planner.snow.drives import Drives
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from planner.snow.uncared import uncared
from planner.snow.words.verdict import VerdictBasis, verdict
from planner.snow.work import LostWork, NightWork
from planner.words.terminal import readable
from tests.unit.planner.snapshots import AT, HOUR, depth, place, snow_snapshot, street, streets

DEEP = {"readings": (depth(30.0),), "params": PlannerParams(tur_minutes=4.0, tur_iterations=2)}


def of(plan: Plan, kind: str) -> list[NotCared]:
    return [one for one in plan.not_cared if one.kind == kind]


def driven(plan: Plan) -> set[str]:
    return {part.id for item in plan.interventions if isinstance(item.segments, tuple) for part in item.segments}


def said(plan: Plan) -> list[str]:
    return [name for one in plan.not_cared for name in one.segments]


def needed(snapshot: SnowSnapshot) -> set[str]:
    """What the rule asks for, and what of ours no way leads to where deep snow lies."""
    asked = assess_streets(snapshot).needs.needed
    done = {treatment.segment for treatment in snapshot.treatments}
    lost = {s.id for s in snapshot.segments if not s.reachable and s.keeper in {"municipal", "unknown"}} - done
    return {s.id for s, yes in zip(snapshot.segments, asked, strict=True) if yes} | lost


STREET = st.sampled_from(streets())
SOME = st.sets(STREET.map(lambda one: one.id), max_size=4)


@st.composite
def towns(draw: st.DrawFn) -> SnowSnapshot:
    """The grid under deep snow: streets that hang together with nothing, are the state's, are narrow or are done;
    vehicles that are wide, without depot, unmanned or gone."""
    lost, state, narrow, done = (draw(SOME) for _ in range(4))
    segments = tuple(
        replace(
            one,
            reachable=one.id not in lost,
            keeper="state" if one.id in state else "municipal",
            max_width_m=2.0 if one.id in narrow else None,
        )
        for one in streets()
    )
    vehicles = tuple(
        Vehicle(name, "snow", draw(st.sampled_from(["dep", "dep", "gone"])), network=network, width_m=width)
        for name, network, width in (("P01", "street", 2.5), ("P02", "street", 1.8), ("G01", "cycle", 1.5))
        if draw(st.integers(0, 3))
    )
    manned = [v.id for v in vehicles if draw(st.booleans())]
    roster = tuple(RosterTurn(name, AT - HOUR, AT + 6 * HOUR) for name in manned)
    over = tuple(RosterTurn(v.id, AT - 9 * HOUR, AT - HOUR) for v in vehicles if v.id not in manned)
    treated = tuple(Treatment(name, "plough", AT - 0.1 * HOUR) for name in sorted(done))
    return snow_snapshot(**DEEP, segments=segments, vehicles=vehicles, roster=(*over, *roster), treatments=treated)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_every_needed_street_is_driven_or_said(data: st.DataObject) -> None:
    """Once with nothing out, once with one of its turer out on half of its streets."""
    snapshot = data.draw(towns())
    plan = make_plan(snapshot)
    agrees(snapshot, plan)
    turer = [item for item in plan.interventions if isinstance(item.segments, tuple)]
    if turer:
        item = data.draw(st.sampled_from(turer))
        assert isinstance(item.segments, tuple)
        half = msgspec.structs.replace(item, segments=item.segments[: len(item.segments) // 2])
        order = GivenOrder("o", "p", "snow", item.key, item.target, "started", item.vehicle, AT, item.ready_by, AT)
        out = replace(snapshot, running=(half,), orders=(order,))
        agrees(out, make_plan(out))


def agrees(snapshot: SnowSnapshot, plan: Plan) -> None:
    check_schema(plan)
    assert needed(snapshot) <= driven(plan) | set(said(plan))
    assert len(said(plan)) == len(set(said(plan)))
    assert not set(said(plan)) & driven(plan)
    totals = totals_of(plan, SnowTotals)
    whole = [one for one in plan.not_cared if one.whole]
    assert totals.without_vehicle == len(whole)
    assert not {one.target for one in whole} & {item.target for item in plan.interventions}
    assert totals.unreachable_needed_segments == sum(
        len(one.segments) for one in plan.not_cared if one.kind == "unreachable" and not one.whole
    )
    if plan.interventions and whole:
        n = "1 tur behövs" if len(whole) == 1 else f"{len(whole)} turer behövs"
        assert f"{n} men kan inte köras." in plan.verdict.text
    assert all(one.why and one.why_en and one.needed_by for one in plan.not_cared)


def test_without_a_vehicle_the_tur_has_its_row() -> None:
    """Nobody clears cycle ways here."""
    snapshot = snow_snapshot(**DEEP)
    plan = make_plan(replace(snapshot, vehicles=tuple(v for v in snapshot.vehicles if v.network == "street")))
    (one, *_) = of(plan, "no_vehicle")
    assert one.whole
    assert one.why == "Inget fordon för GC-vägarna är inlagt."
    assert one.limit_cm == 3.0
    assert one.depth_cm == pytest.approx(30.0, abs=0.5)
    assert one.ways == ()
    assert f"✗ {one.title}" in readable(plan, snapshot.zone, words("sv"))


def roster(*names: str, begins: float = -9.0, ends: float = -1.0) -> tuple[RosterTurn, ...]:
    return tuple(RosterTurn(name, AT + begins * HOUR, AT + ends * HOUR, "c") for name in names)


def test_an_unmanned_vehicle_is_named_with_what_it_could_do() -> None:
    plan = make_plan(snow_snapshot(**DEEP, roster=roster("G01")))
    one = of(plan, "no_vehicle")[0]
    assert one.why == "G01 är inte bemannat den tid som krävs."
    assert [way.text.split(",")[0] for way in one.ways] == ["Med en förare kan G01 börja tis 24 nov 03.00"]


def test_a_crew_that_rests_can_drive_when_it_has_rested() -> None:
    """Worked from 13.00 to 02.00: rested at 13.00, and its turn is over then."""
    day = GivenOrder("o", "p", "snow", "k", "C9-9", "done", "G01", AT - HOUR, None, AT - 14 * HOUR, AT - HOUR, "c")
    turns = roster("G01", begins=-1.0, ends=2.0)
    plan = make_plan(snow_snapshot(**DEEP, roster=turns, orders=(day,)))
    one = of(plan, "no_vehicle")[0]
    assert one.why == "G01 vilar."
    assert [way.text for way in one.ways] == ["Med en förare kan G01 börja tis 24 nov 13.00, klart ca 13.04."]


def test_streets_that_hang_together_with_nothing_are_told_by_class() -> None:
    island = (street(90, 91, "P3", reachable=False, name="Holmgatan"), street(91, 92, "P3", reachable=False))
    apart = tuple(replace(one, geometry=(place(6), place(7))) for one in island)
    plan = make_plan(snow_snapshot(**DEEP, segments=(*streets(), *apart)))
    (one,) = of(plan, "unreachable")
    assert (one.target, one.segments, one.whole, one.priority) == ("P3", tuple(s.id for s in apart), False, 3)
    assert "Holmgatan" in one.title
    assert one.needed_by == AT + 24 * HOUR
    dry = make_plan(snow_snapshot(readings=(depth(1.0),), segments=(*streets(), *apart)))
    assert dry.not_cared == ()


def test_a_street_that_no_vehicle_fits_into_is_left_out_of_its_tur() -> None:
    tight = tuple(replace(s, max_width_m=2.0) if s.id == "s/0-1" else s for s in streets())
    wide = tuple(replace(v, width_m=2.5) for v in snow_snapshot().vehicles)
    plan = make_plan(snow_snapshot(readings=(depth(30.0),), segments=tight, vehicles=wide))
    (one,) = of(plan, "left_out")
    assert one.segments == ("s/0-1",)
    assert not one.whole
    assert "kommer inte dit från depån" in one.why


def out(names: Sequence[str]) -> SnowSnapshot:
    """The cycle ways are out on these streets alone."""
    base = snow_snapshot(readings=(depth(30.0),))
    item = next(i for i in make_plan(base).interventions if i.network == "cycle")
    assert isinstance(item.segments, tuple)
    held = msgspec.structs.replace(item, segments=tuple(part for part in item.segments if part.id in names))
    order = GivenOrder("o", "p", "snow", item.key, item.target, "started", item.vehicle, AT, item.ready_by, AT)
    return replace(base, running=(held,), orders=(order,))


def test_what_came_over_its_limit_after_its_tur_left_is_not_covered() -> None:
    snapshot = out(["c/20-21", "c/21-22"])
    (one,) = of(make_plan(snapshot), "not_covered")
    assert one.segments == ("c/22-23", "c/23-24")
    assert "redan utkallad på turen" in one.why
    assert one.ways[0].text.startswith("G01 kan köra dem efter sin tur, från kl. ")
    assert make_plan(out([f"c/{i}-{i + 1}" for i in range(20, 24)])).not_cared == ()


def test_what_the_checker_refused_is_said_with_its_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from city.catalogue.message import message

    def refuse(self: Drives, target: str, *_: Any, **__: Any) -> Refusal:
        return Refusal(target, message("plan.check.way.start"), 0)

    monkeypatch.setattr(Drives, "checked", refuse)
    plan = make_plan(snow_snapshot(**DEEP))
    assert {one.kind for one in plan.not_cared} == {"left_out"}
    assert all(one.whole for one in plan.not_cared)
    assert plan.not_cared[0].why == "Ingen körväg klarade kontrollen: körvägen börjar inte vid sin start."


def test_a_plan_of_before_has_none() -> None:
    raw = msgspec.to_builtins(make_plan(snow_snapshot()))
    del raw["not_cared"]
    assert msgspec.convert(raw, Plan).not_cared == ()


def test_a_vehicle_that_is_out_of_service_is_the_cause_and_no_way() -> None:
    """It is named as what it is, and nobody is told to man it."""
    town = snow_snapshot(**DEEP)
    out = tuple(Absence(v.id, AT - HOUR, AT + 90 * HOUR) for v in town.vehicles if v.network == "street")
    plan = make_plan(replace(town, absences=out))
    lacking = [one for one in of(plan, "no_vehicle") if one.network == "street"]
    assert lacking
    assert all("ur drift" in one.why and not one.ways for one in lacking)


def test_no_work_that_is_lost_is_dropped_whatever_its_cause() -> None:
    """A further run that would begin after the service day is over: said as such, and not as one that is short."""
    snapshot = snow_snapshot(readings=(depth(9.0),))
    assessed = assess_streets(snapshot)
    tur = assessed.turer[0]
    for why in ("no_vehicle", "refused", "gone"):
        for again, later in ((False, False), (True, False), (False, True), (True, True)):
            lost = LostWork(tur, assessed.needs.of(tur), why, AT if why == "gone" else None, again=again, later=later)
            left = uncared(snapshot, assessed.turer, assessed.needs, {}, NightWork(lost=[lost]))
            mine = [one for one in left if one.target == tur.id]
            assert [(one.needs, one.again, one.later) for one in mine] == [(lost.needs, again, later)]
            said = verdict(snapshot, VerdictBasis(assessed.turer, (), assessed.needs, 0.0, 0.0, mine), ())
            assert ("kommer över gränsen igen" in said.text) is (again and not later)
