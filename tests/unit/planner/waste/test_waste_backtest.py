"""A past of vessels tried again: what each policy would have driven, where what is right can be said without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from city.errors import ImportRefused
from models.fill.inflow import Inflow
from models.fill.past import past_of
from planner.thresholds.limits import limits
from planner.waste.backtest.case import CollectionCase, CollectionFleet, SensorFaults, sensed
from planner.waste.backtest.cases import cases_of
from planner.waste.backtest.files import load_past
from planner.waste.backtest.foresight import TruckForesight, VisitForesight
from planner.waste.backtest.morning import CollectionMorning
from planner.waste.backtest.past import from_emptyings, from_levels, weekday_factors
from planner.waste.backtest.policies import (
    AreaRounds,
    ByChance,
    ByLevel,
    CollectionPolicy,
    FixedDays,
    FixedDaysWithSkips,
    PlannedWorth,
)
from planner.waste.backtest.score import CollectionScore, at_overflow, saved_share, scored
from planner.waste.backtest.trial import CollectionTrial, calendars, quarters, trial_of
from planner.waste.need import assess
from planner.waste.price import Worths, prices_of, worth_by_vessel
from tests.unit.planner.snapshots import levels, waste_snapshot
from tests.vessels import BEGIN_S, daily_inflow, made_vessel

DAY = 86_400.0
EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
SURE = SensorFaults(noise_pct=0.0, missing=0.0)


def case(inflow: np.ndarray, *, learned: int = 28, days: frozenset[int] = WORKDAYS, trucks: int = 2) -> CollectionCase:
    """Vessels in rooms of their own along a street of kilometres, a depot at one end, a tip at the other."""
    n = len(inflow)
    x = 1000.0 * np.array([0.0, n + 1.0, *range(1, n + 1)])
    metres = np.abs(x[:, None] - x[None, :])
    return CollectionCase(
        fraction="residual",
        names=tuple(f"v{row}" for row in range(n)),
        room=np.arange(n),
        litres=np.full(n, 660.0),
        most_age=np.full(n, 14.0),
        days=(days,) * n,
        calendar=(frozenset({0, 3}),) * n,
        inflow=inflow,
        first=date(2026, 6, 1),
        learned=learned,
        metres=metres,
        seconds=metres / 8.0,
        places=np.column_stack([x[2:], np.arange(n) % 2]),
        fleet=CollectionFleet(trucks, None, 8 * 3600.0),
    )


def made(n: int = 8, mean: float = 8.0, weeks: int = 6, learned: int = 56) -> CollectionCase:
    rng = np.random.default_rng(3)
    return case(np.array([daily_inflow(rng, mean, learned + 7 * weeks) for _ in range(n)]), learned=learned)


def tried(one: CollectionCase, faults: SensorFaults | None = None) -> CollectionTrial:
    return trial_of(one, prices_of(limits(())), 0.1, faults, iterations=40)


def score(trial: CollectionTrial, policy: CollectionPolicy) -> CollectionScore:
    return scored(trial.run(policy))


# ---- policies ------------------------------------------------------------------------------------------------------


def test_a_calendar_comes_on_its_days_whatever_is_in_the_vessels() -> None:
    """Twice a week each, a way to the end and back each time; on a holiday not."""
    trial = tried(case(np.full((4, 28 + 14), 5.0)), SURE)
    found = score(trial, FixedDays(trial.case.calendar, 0.0))
    assert found.visits == 2.0
    assert found.km == pytest.approx(2.0 * 2.0 * 5.0)
    free = replace(trial, case=replace(trial.case, free=frozenset({date(2026, 6, 29)})))
    assert score(free, FixedDays(trial.case.calendar, 0.0)).visits == 1.5


def test_skips_leave_out_what_can_wait_and_overflow_no_vessel_that_fills_evenly() -> None:
    """Ten percent a day, every day alike: twice a week becomes once, and nothing overflows."""
    trial = tried(case(np.full((4, 28 + 28), 10.0)), SURE)
    found = score(trial, FixedDaysWithSkips(trial.case.calendar, 0.1))
    assert found.visits == pytest.approx(1.0, abs=0.3)
    assert found.overflow == 0.0


def test_a_level_waits_for_its_level_and_a_chance_for_its_chance() -> None:
    """Ten a day: over 70 % on each eighth morning; a weekend must be lasted by the chance and is not by the level."""
    trial = tried(case(np.full((3, 28 + 70), 10.0)), SURE)
    by_level, by_chance = score(trial, ByLevel(70.0)), score(trial, ByChance(0.5))
    assert by_level.filled == pytest.approx(80.0, abs=12.0)
    assert by_chance.overflow == 0.0
    assert by_chance.visits < 1.1


def test_an_area_goes_together() -> None:
    """Nothing goes while no overflow is expected; then all of the area that is soon due go on one day."""
    trial = tried(case(np.full((6, 28 + 28), 10.0)), SURE)
    run = trial.run(AreaRounds(quarters(trial.case), 0.6))
    assert {day.emptied for day in run.days} <= {0, 1, 2, 3, 4, 5, 6}
    assert sum(day.emptied > 1 for day in run.days) > 0


def test_foresight_takes_the_fewest_visits_that_there_are() -> None:
    """Thirty a day, any day, nothing may overflow: every third day; at forty every other; with a dear visit none."""
    flows = np.vstack([np.full(28 + 84, 30.0), np.full(28 + 84, 40.0)])
    one = case(flows, days=EVERY_DAY)
    run = tried(one, SURE).run(VisitForesight(one, 50.0))
    assert scored(run).overflow < 15.0  # the first fill alone, which began before
    assert scored(run).visits == pytest.approx((7 / 3 + 7 / 2) / 2, abs=0.15)
    never = replace(one, most_age=np.full(2, 1000.0))
    assert score(tried(never, SURE), VisitForesight(never, 0.001)).visits < 0.1


def test_the_plan_takes_less_than_its_calendar_and_foresight_spills_no_more_than_the_plan() -> None:
    """On a street of eight rooms; the plan lets hardly more overflow than the calendar."""
    trial = tried(made())
    calendar = score(trial, FixedDays(trial.case.calendar, 0.0))
    plan = score(trial, PlannedWorth(trial.prices, 0.1, trial.drive))
    knows = score(trial, TruckForesight(trial.prices, trial.drive))
    assert max(plan.hours, knows.hours) < 0.8 * calendar.hours
    assert max(plan.visits, knows.visits) < 0.7 * calendar.visits
    assert knows.overflow <= plan.overflow <= 2.0 * calendar.overflow + 6.0


def test_every_policy_meets_the_same_inflow_and_no_policy_sees_it() -> None:
    """What is emptied and what lies at the end is what flowed in; with other weeks ahead it decides the same today."""
    trial = tried(made(weeks=3))
    run = trial.run(ByChance(0.1))
    emptied = sum(day.filled_pct for day in run.days)
    assert emptied <= trial.case.inflow[:, trial.case.learned - 7 :].sum() + 1.0
    later = trial.case.inflow.copy()
    later[:, -7:] = 0.0
    other = replace(trial, case=replace(trial.case, inflow=later), seen=trial.seen)
    for policy in (ByChance(0.1), PlannedWorth(trial.prices, 0.1, trial.drive)):
        both = trial.run(policy).days[:14], other.run(policy).days[:14]
        assert both[0] == both[1]


def test_a_vessel_that_is_not_heard_goes_by_its_age() -> None:
    """No reading for the whole time: every fourteenth day, on a day on which a truck comes."""
    trial = tried(case(np.full((2, 28 + 84), 1.0)), SensorFaults(missing=1.0))
    found = score(trial, PlannedWorth(trial.prices, 0.1, trial.drive))
    assert 11.0 <= found.longest <= 14.0
    assert found.visits == pytest.approx(7 / 13, abs=0.15)


def test_a_short_shift_leaves_what_it_has_no_time_for_and_counts_it() -> None:
    """One truck with an hour for a street of eight kilometres."""
    one = made(weeks=2)
    short = replace(one, fleet=CollectionFleet(1, None, 3600.0))
    found = score(tried(short), FixedDays(one.calendar, 0.0))
    assert found.refused > 0
    assert found.visits < 2.0


# ---- scores --------------------------------------------------------------------------------------------------------


def test_policies_are_compared_at_equal_overflow() -> None:
    """Read between two settings; not where a policy never lets so little; never dearer than one that lets less."""
    base = score(tried(made(weeks=1)), ByLevel(60.0))
    line = [replace(base, overflow=o, hours=h) for o, h in ((2.0, 20.0), (4.0, 10.0), (6.0, 12.0))]
    assert at_overflow(line, 3.0, lambda s: s.hours) == 15.0
    assert at_overflow(line, 6.0, lambda s: s.hours) == 10.0
    assert np.isnan(at_overflow(line, 1.0, lambda s: s.hours))
    assert saved_share(2.0, 1.0, 0.5) == pytest.approx(2 / 3)


# ---- the past ------------------------------------------------------------------------------------------------------


def test_the_inflow_of_levels_and_of_emptyings_is_that_of_the_truth() -> None:
    """Ten weeks of a made sensor with its faults: within a tenth in all; of its emptyings as they were noted, too."""
    one = made_vessel(np.random.default_rng(4), 10.0, 70, empty_at_pct=40.0)
    days = BEGIN_S + DAY * np.arange(71)
    rng = np.random.default_rng(1)
    levels = from_levels(past_of(one.seconds, one.raw, one.emptied), days, rng)
    assert levels is not None
    assert levels.pct.mean() == pytest.approx(one.mean, rel=0.1)
    held = one.level[((one.emptied - BEGIN_S) // 3600.0).astype(int) - 1]
    noted = from_emptyings(one.emptied, held, days, weekday_factors([one.emptied], [held], days), rng)
    assert noted is not None
    assert noted.pct.mean() == pytest.approx(one.mean, rel=0.15)
    assert noted.pct.std() > 0.5 * one.inflow.std()


def test_too_little_is_no_past() -> None:
    """Ten days of readings."""
    one = made_vessel(np.random.default_rng(4), 10.0, 10)
    days = BEGIN_S + DAY * np.arange(11)
    assert from_levels(past_of(one.seconds, one.raw), days, np.random.default_rng(1)) is None


# ---- a folder ------------------------------------------------------------------------------------------------------


def written(folder: Path, *, days: int = 70, levels: bool = False, calendar: str = "mon|thu") -> Path:
    """Three rooms with a vessel each, their collections or their levels."""
    rows = ["time,vessel,level_pct"]
    for n in range(3):
        one = made_vessel(np.random.default_rng(n), 9.0, days, empty_at_pct=35.0)
        held = one.level[((one.emptied - BEGIN_S) // 3600.0).astype(int) - 1]
        when, what = (one.seconds[::6], one.raw[::6]) if levels else (one.emptied, held)
        told = zip(when, what, strict=True)
        rows += [f"{datetime.fromtimestamp(at, UTC).isoformat()},k{n},{value:.0f}" for at, value in told]
    (folder / ("levels.csv" if levels else "collections.csv")).write_text("\n".join(rows) + "\n")
    rooms = "".join(f"r{n},R,{14.8 + n / 100},56.9\n" for n in range(3))
    (folder / "rooms.csv").write_text(f"id,name,lon,lat\n{rooms}")
    head = "id,room,fraction,litres,emptied_on\n"
    (folder / "vessels.csv").write_text(head + "".join(f"k{n},r{n},residual,660,{calendar}\n" for n in range(3)))
    return folder


@pytest.mark.parametrize("levels", [True, False])
def test_a_folder_is_a_case_with_all_that_is_assumed(tmp_path: Path, levels: bool) -> None:
    """No streets, depot, trucks: each is said; the days learned from come before those that are tried."""
    past = load_past(written(tmp_path, levels=levels))
    (one,) = cases_of(past, limits(()), None, None)
    keys = {said.key.rsplit(".", 1)[1] for said in one.assumed}
    assert keys == {"as_the_crow_flies", "depot_in_the_middle", "tips_at_the_depot", "assumed_trucks", "any_day"}
    assert one.case.names == ("k0", "k1", "k2")
    assert one.case.calendar == (frozenset({0, 3}),) * 3
    assert set(one.case.days) == {WORKDAYS}
    n, days = one.case.inflow.shape
    assert (n, one.case.learned) == (3, days // 2 if days < 112 else 56)
    assert one.case.inflow.mean() == pytest.approx(9.0, rel=0.35)


def test_a_town_without_a_calendar_is_tried_with_fixed_ones(tmp_path: Path) -> None:
    """Once, twice and thrice a week."""
    (one,) = cases_of(load_past(written(tmp_path, calendar="")), limits(()), None, None)
    assert [name for name, _ in calendars(one.case)] == ["once", "twice", "thrice"]


def test_the_days_that_are_tried_can_be_bounded(tmp_path: Path) -> None:
    """From a day on, to a day."""
    past = load_past(written(tmp_path))
    since, until = date(2026, 7, 10), date(2026, 7, 25)
    (one,) = cases_of(past, limits(()), since, until)
    assert one.case.date_of(one.case.learned) == since
    assert one.case.first + timedelta(days=one.case.inflow.shape[1] - 1) == until


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("vessels.csv", "k1,r1", "k1,r9", "vessels.csv"),
        ("vessels.csv", "660,mon", "0,mon", "litres"),
        ("vessels.csv", "mon|thu", "mon|thr", "thr"),
        ("collections.csv", ",k1,", ",k7,", "k7"),
        ("rooms.csv", "14.8,", "east,", "rooms.csv"),
    ],
)
def test_a_fault_in_a_file_names_its_place(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    """And nothing is tried."""
    place = written(tmp_path) / file
    place.write_text(place.read_text().replace(old, new, 1))
    with pytest.raises(ImportRefused, match=said):
        load_past(tmp_path)


def test_a_collection_without_an_amount_is_refused(tmp_path: Path) -> None:
    """With the line."""
    place = written(tmp_path) / "collections.csv"
    place.write_text("\n".join(line.rsplit(",", 1)[0] + "," for line in place.read_text().splitlines()[1:3]))
    place.write_text("time,vessel,level_pct\n" + place.read_text())
    with pytest.raises(ImportRefused) as refused:
        load_past(tmp_path)
    assert refused.value.problem.parts["line"] == 2


def test_a_past_that_is_too_short_is_no_case(tmp_path: Path) -> None:
    """Ten days, one row, or nothing before the last day that is asked for."""
    assert cases_of(load_past(written(tmp_path, days=10)), limits(()), None, None) == []
    assert cases_of(load_past(written(tmp_path)), limits(()), None, date(2026, 5, 1)) == []
    (tmp_path / "collections.csv").write_text("time,vessel,level_pct\n2026-06-01T05:00:00Z,k0,60\n")
    assert cases_of(load_past(tmp_path), limits(()), None, None) == []


def test_a_folder_without_levels_and_collections_says_what_to_write(tmp_path: Path) -> None:
    """The file and its columns."""
    (written(tmp_path) / "collections.csv").unlink()
    with pytest.raises(ImportRefused, match="level_pct"):
        load_past(tmp_path)


# ---- the same rule -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels_pct", [(95.0, 50.0, 8.0), (84.0, 71.0, 66.0), (99.0, 98.0, 60.0)])
def test_the_plan_and_the_back_test_decide_alike(levels_pct: tuple[float, float, float]) -> None:
    """What is known of three vessels as a plan has it, given to both: the same musts, the same worth."""
    readings = tuple(row for n, pct in enumerate(levels_pct, start=1) for row in levels(f"lev-{n}", pct))
    snapshot, rules = waste_snapshot(readings=readings), limits(())
    needs = assess(snapshot, rules)
    views = [view for need in needs for view in need.views]
    states = [view.state for view in views if view.state is not None]
    share = np.array([30.0, 60.0, 90.0])
    prices = prices_of(rules)
    worth = worth_by_vessel(needs, snapshot.at, rules, prices, share, snapshot.service_day.weekday(), Worths())
    one = replace(case(np.full((3, 28 + 7), 5.0)), first=snapshot.service_day - timedelta(days=28))
    now = snapshot.at.timestamp()
    quiet = np.array([(now - state.measured_at) / DAY for state in states])
    morning = CollectionMorning(
        case=one,
        sensed=sensed(one, SensorFaults(noise_pct=states[0].noise_pct), 1),
        day=28,
        level=np.array([state.level_pct for state in states]),
        quiet=quiet,
        age=np.array([view.waited_days for view in views]),
        truth=np.zeros(3),
        classed=states[0].of_class,
    )
    moved = [replace(state, measured_at=one.seconds_of(28) - DAY * q) for state, q in zip(states, quiet, strict=True)]
    morning._states = [replace(state, inflow=_moved(state.inflow, one.seconds_of(28) - now)) for state in moved]
    limit = rules.value("waste.overflow_probability", "residual")
    wanted = PlannedWorth(prices, limit, share).choose(morning)
    assert wanted.must.tolist() == [need.must for need in needs]
    assert wanted.worth == pytest.approx([worth[view.vessel.id] for view in views], rel=1e-6)


def _moved(flowed: Inflow, by: float) -> Inflow:
    """A curve at other times."""
    return Inflow(flowed.seconds + by, flowed.total, flowed.known, flowed.brim)
