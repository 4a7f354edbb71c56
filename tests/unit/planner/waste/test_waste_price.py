"""What a visit is worth: the share of a way, the days on which a truck comes, and what is taken along."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from city.entities import CalendarDay, Vessel
from city.plan import Plan
from models.fill.chance import ClassInflow
from models.fill.worth import visit_worth
from planner.services import make_plan
from planner.thresholds.limits import limits
from planner.waste.days import days_to_next_visit, open_days
from planner.waste.need import assess
from planner.waste.price import VesselStands, WastePrices, worth_of
from planner.waste.share import Stops, drive_shares
from planner.waste.snapshot import WasteSnapshot
from tests.unit.planner.snapshots import levels, limits_with, threshold, waste_snapshot

SATURDAY = date(2026, 11, 28)


def emptied(plan: Plan) -> set[str]:
    return {vessel for item in plan.interventions for stop in item.stops for vessel in stop.vessels}  # type: ignore[union-attr]


def worded(snapshot: WasteSnapshot, key: str, word: str) -> WasteSnapshot:
    row = replace(threshold(key, "*", 0.0, 2), value=None, text=word, unit="")
    return replace(snapshot, thresholds=limits_with(row))


def must(snapshot: WasteSnapshot) -> set[str]:
    return {need.room.id for need in assess(snapshot, limits(snapshot.thresholds)) if need.must}


# ---- the share of a way --------------------------------------------------------------------------------------------


def line(*at: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The ways between places along a street: depot, disposal site, rooms."""
    x = np.array(at)
    return np.abs(x[:, None] - x[None, :])


def test_shares_of_a_day_are_what_its_round_costs() -> None:
    """Three rooms that are all visited every day: out to the last, on to the tip, tip, home."""
    costs = line(0.0, 10.0, 2.0, 4.0, 6.0)
    shares = drive_shares(costs, Stops(np.full(3, 100.0), np.ones(3)), 1000.0, 5.0, rest=1.0)
    assert shares.sum() == pytest.approx(2.0 + 4.0 + 4.0 + 5.0 + 10.0)


def test_a_room_far_off_bears_its_way_and_a_small_truck_tips_more() -> None:
    """One of ten rooms lies far out; with a truck that must tip twice each room bears more."""
    costs = line(0.0, 1.0, *np.linspace(1.0, 2.0, 9), 30.0)
    stops = Stops(np.full(10, 100.0), np.full(10, 0.5))
    large, small = (drive_shares(costs, stops, capacity, 5.0, rest=1.0) for capacity in (1e6, 300.0))
    assert large[-1] > 3.0 * large[:-1].max()
    assert (small > large).all()


# ---- days ----------------------------------------------------------------------------------------------------------


def test_a_holiday_and_own_days_are_lasted_until() -> None:
    """Thursday before a free Friday lasts until Monday; a vessel of Mondays and Thursdays from Monday to Thursday."""
    thursday = date(2026, 12, 24)
    assert days_to_next_visit(thursday, free={date(2026, 12, 25)}) == 4.0
    vessel = Vessel("v", "r", "residual", 660.0, emptied_on=("mon", "thu"))
    assert open_days(vessel, limits(())) == {0, 3}
    assert days_to_next_visit(date(2026, 11, 23), {0, 3}) == 3.0
    assert open_days(Vessel("v", "r", "litter", 100.0), limits(())) == set(range(7))


def test_nobody_comes_on_a_saturday_or_a_holiday() -> None:
    """A full room waits for the next day on which a truck comes; with rounds on all days it does not."""
    base = waste_snapshot()
    holiday = replace(base, holidays=(CalendarDay("holiday", base.service_day, "holiday"),))
    saturday = replace(base, service_day=SATURDAY)
    assert must(base) == {"r1"}
    assert must(holiday) == must(saturday) == set()
    assert not make_plan(holiday).interventions
    assert "r1" in must(worded(saturday, "waste.days", "all"))


def test_a_vessel_without_sensor_goes_on_its_own_days() -> None:
    """Mondays and Thursdays, whatever is in it; not on a Tuesday."""
    base = waste_snapshot(readings=(), vessels=(Vessel("v1", "r1", "residual", 660.0, emptied_on=("mon", "thu")),))
    week = [replace(base, service_day=date(2026, 11, 23) + timedelta(days=n)) for n in range(7)]
    assert [bool(must(day)) for day in week] == [True, False, False, True, False, False, False]


def test_where_levels_only_measure_the_calendar_decides() -> None:
    """A nearly empty vessel goes on its day, a full one that is not due waits."""
    base = waste_snapshot()
    vessels = (replace(base.vessels[0], emptied_on=("mon",)), *base.vessels[1:2])
    vessels = (*vessels, replace(base.vessels[2], emptied_on=("tue",)))
    by_calendar = worded(replace(base, vessels=vessels), "waste.mode", "calendar")
    assert must(by_calendar) == {"r3"}
    assert emptied(make_plan(by_calendar)) == {"v3"}


def test_a_day_without_trucks_says_so_and_names_what_waits() -> None:
    """On a Saturday the full room waits for Monday, and the verdict calls nothing calm that is not."""
    base = waste_snapshot()
    plan = make_plan(replace(base, service_day=SATURDAY))
    assert plan.interventions == ()
    assert plan.verdict.text == "Ingen bil kommer i dag; nästa dag är mån 30 nov. 1 rum väntas svämma över innan dess."
    assert any("ingen bil kommer dit i dag: Rum 1" in weak.effect for weak in plan.degradations)


def test_a_vessel_that_nothing_is_known_of_is_emptied_whatever_day_its_calendar_falls_on() -> None:
    """Sixty rooms without sensors over four weeks: each twice or thrice, on days on which trucks come."""
    base = waste_snapshot(readings=())
    rooms = tuple(replace(base.rooms[0], id=f"r{n}") for n in range(60))
    vessels = tuple(Vessel(f"v{n}", f"r{n}", "residual", 660.0) for n in range(60))
    monday, times = date(2026, 11, 2), dict.fromkeys((room.id for room in rooms), 0)
    for n in range(28):
        day = replace(base, rooms=rooms, vessels=vessels, service_day=monday + timedelta(days=n))
        for room in must(day):
            assert (monday + timedelta(days=n)).weekday() < 5
            times[room] += 1
    assert set(times.values()) == {2}


# ---- what is taken along ------------------------------------------------------------------------------------------


def test_what_will_soon_be_due_is_taken_on_the_way_and_what_is_not_is_left() -> None:
    """Beside a full vessel in the same room: one at 72 % goes along, one that was emptied lately does not."""
    base = waste_snapshot()
    lately = {4: None, 5: base.at - timedelta(days=1)}
    beside = tuple(Vessel(f"v{n}", "r1", "residual", 660.0, f"lev-{n}", None, at) for n, at in lately.items())
    readings = (*base.readings, *levels("lev-4", 72.0), *levels("lev-5", 2.0, per_day=2.0))
    assert emptied(make_plan(replace(base, vessels=(*base.vessels, *beside), readings=readings))) == {"v1", "v4"}


def test_dear_overflow_empties_earlier_and_age_counts_where_levels_do_not() -> None:
    """What a visit saves at 75 %, by the price of overflow; a slow vessel that is old saves what its age says."""
    table = visit_worth(ClassInflow(), [True] * 5 + [False] * 2)
    quick = VesselStands(*(np.array([value]) for value in (75.0, 2.0, 10.0, 6.0, 14.0, 1.0)))
    slow = VesselStands(*(np.array([value]) for value in (20.0, 2.0, 2.0, 12.0, 14.0, 1.0)))
    cheap, dear = (WastePrices(15.0, 900.0, kr, 180.0) for kr in (100.0, 5000.0))
    drive = np.array([60.0])
    assert worth_of(table, 1, dear, drive, quick)[0] > 1.3 * worth_of(table, 1, cheap, drive, quick)[0]
    assert worth_of(table, 1, cheap, drive, slow)[0] > 0.8 * (cheap.vessel + 60.0)
    young = replace(slow, age=np.array([1.0]))
    assert worth_of(table, 1, cheap, drive, young)[0] < 0.4 * (cheap.vessel + 60.0)
