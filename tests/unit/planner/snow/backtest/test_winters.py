"""Winters replayed: the compiled loop against a plain one, and what must hold whatever the weather."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache

import numpy as np
import pytest

from city.catalogue.words import words
from city.entities import Threshold
from city.errors import PlanNotPossible
from city.vocabulary import ROUTE_CLASSES
from city.winter import Contract, SimulatedWinter, WinterGroups, WinterTown
from ingest.simulator.winter import winter
from ingest.simulator.winter_town import town
from planner.snow.backtest.loop import run_winter
from planner.snow.backtest.state import Book, Rule, bare_streets, crew_of, empty_book, weather_of, work_of
from planner.snow.backtest.summary import as_json, in_words
from planner.snow.backtest.winters import replay, rule_of
from planner.snow.criteria import criteria
from planner.thresholds.limits import Limits, limits
from planner.thresholds.seed import SEED_FROM
from tests.unit.planner.plain_winters import Loop, Plain

HOURS, LEADS = 120, 24


def a_town(vehicles: tuple[int, int] = (1, 1)) -> WinterTown:
    """Eight groups in two zones: two P1, one P2, two P3, two C1, one C2."""
    groups = WinterGroups(
        names=tuple(f"tur-{i}" for i in range(8)),
        route_class=np.array([0, 0, 1, 2, 2, 3, 3, 4]),
        zone=np.array([0, 1, 0, 0, 1, 0, 1, 1]),
        share=np.array([1000, 1200, 900, 1100, 800, 1000, 1300, 950]),
        believed=np.array([1000, 1000, 1000, 1010, 990, 1000, 1000, 1000]),
        warmer=np.array([0, -10, 5, 20, -15, 0, 10, 0]),
        minutes=np.array([50, 70, 95, 40, 130, 35, 60, 45]),
        metres=np.array([9000, 8000, 7000, 6000, 9500, 3000, 4000, 3500]),
    )
    return WinterTown(groups, 0, Contract(vehicles, 1000.0, 3.0, 45))


def a_winter(seed: int, mm: float = 60.0) -> SimulatedWinter:
    """Rough weather without any model: what is forecast has nothing to do with what comes but in the mean."""
    chance = np.random.default_rng(seed)
    shape = (HOURS, 2)

    def snow(*dims: int) -> np.ndarray:
        return (chance.gamma(0.3, mm / 0.3, dims) * (chance.random(dims) < 0.5)).astype(np.int16)

    ahead = np.sort(np.stack([snow(HOURS, 2, LEADS) for _ in range(3)]), axis=0)
    air = (400 * np.sin(np.arange(HOURS) / 15.0)[:, None] + chance.normal(-200, 60, shape)).astype(np.int16)
    ahead_air = (air[:, :, None] + chance.normal(0, 100, (*shape, LEADS))).astype(np.int16)
    wider = np.arange(50, 50 + 4 * LEADS, 4).astype(np.int16)
    fresh = snow(*shape)
    seen = (fresh * 0.9).astype(np.int16)
    return SimulatedWinter(seed, datetime(2025, 11, 1, 12), fresh, air, seen, air + 20, ahead, ahead_air, wider)


def run(one: SimulatedWinter, where: WinterTown, rule: Rule) -> Book:
    book = empty_book(where, one)
    run_winter(work_of(where.groups), weather_of(one, where.law), rule, bare_streets(where, one), crew_of(where), book)
    return book


def plainly(one: SimulatedWinter, where: WinterTown, rule: Rule) -> Plain:
    params = {
        "limits": list(zip(rule.dry.tolist(), rule.wet.tolist(), strict=True)),
        "from": list(zip(rule.from_dry.tolist(), rule.from_wet.tolist(), strict=True)),
        **{name: getattr(rule, f"{name}_h").tolist() for name in ("hold", "lead", "within")},
        "back": rule.back.tolist(),
        "reading": rule.reading.tolist(),
        "aim": rule.aim_h.tolist(),
    }
    everything = rule.station_limit if rule.station >= 0 else None
    return Loop(where, one, params, rule.left, everything).run()


def params(**values: float | str) -> Limits:
    """The seed with params for all classes."""
    own = [
        Threshold(
            f"snow.{key}",
            name,
            None if isinstance(v, str) else v,
            "",
            2,
            SEED_FROM,
            "test",
            "test",
            v if isinstance(v, str) else None,
        )
        for key, v in values.items()
        for name in ROUTE_CLASSES
    ]
    return Limits((*limits(()).rows, *own))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "values",
    [
        {"lead_h": 0, "hold_h": 1, "hysteresis_cm": 0.0, "decide_by": "mid"},
        {"lead_h": 5, "hold_h": 3, "hysteresis_cm": 1.0, "decide_by": "high", "margin_pct": 30},
        {"lead_h": 24, "hold_h": 2, "hysteresis_cm": 0.5, "decide_by": "low"},
    ],
)
def test_the_compiled_loop_does_what_the_plain_one_does(seed: int, values: dict[str, float | str]) -> None:
    one, where, rule = a_winter(seed), a_town((1 + seed % 2, 1)), rule_of(params(**values))
    found, wanted = run(one, where, rule), plainly(one, where, rule)
    same(found, wanted)
    assert found.runs.sum() > 5


@pytest.mark.parametrize("seed", range(4))
def test_calling_everything_does_what_the_plain_one_does(seed: int) -> None:
    one, where = a_winter(seed), a_town((2, 1))
    rule = rule_of(limits(()))._replace(station=0, station_limit=300)
    found, wanted = run(one, where, rule), plainly(one, where, rule)
    same(found, wanted)
    assert found.calls.sum() > 0


def same(found: Book, wanted: Plain) -> None:
    assert found.over.tolist() == wanted.over
    assert found.overdue.tolist() == wanted.overdue
    assert found.runs.tolist() == wanted.runs
    assert int(found.paid.sum()) == wanted.paid_min
    calls = np.zeros_like(found.calls)
    for hour, group in wanted.called:
        calls[hour // 24, group] += 1
    assert np.array_equal(found.calls, calls)


@cache
def made(seed: int) -> SimulatedWinter:
    return winter(seed)


def test_ploughing_never_makes_hours_go_up() -> None:
    where, one = town(), made(1)
    nobody = replace(where, contract=replace(where.contract, vehicles=(0, 0)))
    driven = replay([one], limits(()), where, "foresight").hours_over()
    left = replay([one], limits(()), nobody, "foresight").hours_over()
    assert all(driven[name] <= left[name] for name in left)
    assert sum(driven.values()) < sum(left.values()) / 2


def test_who_foresees_stands_over_no_longer_than_who_does_not_where_there_are_vehicles_enough() -> None:
    where = town()
    rich = replace(where, contract=replace(where.contract, vehicles=(200, 80)))
    rules = params(lead_h=3, decide_by="mid", hold_h=1)
    ours, known = (replay([made(1), made(2)], rules, rich, policy).hours_over() for policy in ("ours", "foresight"))
    assert all(known[name] <= ours[name] for name in ours)


def test_more_snow_that_nobody_clears_is_never_fewer_hours_over() -> None:
    nobody = replace(a_town(), contract=replace(a_town().contract, vehicles=(0, 0)))
    one = a_winter(3)
    more = replace(one, fresh=(one.fresh * 2).astype(np.int16))
    rule = rule_of(limits(()))
    less, most = run(one, nobody, rule).over, run(more, nobody, rule).over
    assert (most >= less).all()


def test_raising_a_limit_never_calls_more_turer_in_a_simple_storm() -> None:
    where, one = a_town((3, 2)), storm()
    at_its_limit = params(lead_h=0, hold_h=1, margin_pct=0)
    calls = []
    for limit_cm in np.arange(1.0, 14.0, 0.5):
        rules = Limits(
            tuple(replace(row, value=limit_cm) if row.key == "snow.start_dry_cm" else row for row in at_its_limit.rows)
        )
        calls.append(replay([one], rules, where, "foresight").tur_call_outs)
    assert calls == sorted(calls, reverse=True)
    assert calls[0] > calls[-1]


def storm() -> SimulatedWinter:
    """Ten hours of a centimetre each in the cold, then nothing."""
    one = a_winter(1)
    fresh = np.zeros((HOURS, 2), np.int16)
    fresh[20:30] = 100
    return replace(one, fresh=fresh, air=np.full_like(one.air, -500))


def test_a_winter_without_snow_calls_nobody_and_costs_nothing() -> None:
    one = a_winter(1)
    bare = replace(one, fresh=one.fresh * 0, seen_fresh=one.fresh * 0, ahead_fresh=one.ahead_fresh * 0)
    found = replay([bare], limits(()), a_town())
    assert (found.cost, found.runs, found.days) == (0.0, 0, ())


def test_the_summary_says_that_it_is_simulated_and_lists_the_days() -> None:
    found = replay([made(1)], limits(()), town(), "everything")
    assert found.simulated
    assert in_words(found, words("sv")).startswith("1 simulerad vinter (påhittat väder, inte mätt): allt när")
    assert in_words(found, words("en")).startswith("1 simulated winter (made-up weather, not measured): everything")
    told = as_json(found)
    assert told["full_call_outs"] == found.full_call_outs > 0
    assert len(told["days"][0]["called"]) == len(found.days[0].turer)
    assert sum(len(day.turer) for day in found.days) <= found.tur_call_outs
    assert found.cost == pytest.approx(found.paid_h * town().contract.price_per_h)


def test_winters_are_decided_by_what_a_plan_decides_by() -> None:
    """Of what a city has not set, too: there is one rule and one set of first values."""
    rule, own = rule_of(limits(())), [criteria(limits(()), name) for name in ROUTE_CLASSES]
    assert rule.from_dry.tolist() == [one.dry_limit for one in own]
    assert rule.lead_h.tolist() == [one.lead_h for one in own]
    assert max(rule.lead_h) > 0
    assert rule.hold_h.tolist() == [one.hold_h for one in own]
    assert (rule.from_dry < rule.dry).all()
    assert rule.dry[0] == 800


def test_the_first_values_leave_main_streets_a_third_of_the_hours_over() -> None:
    """Against calling a tur when its limit is reached, which was the first value; these winters chose nothing."""
    winters = [made(81), made(82)]
    now = replay(winters, limits(()), town()).hours_over()
    before = replay(winters, params(lead_h=0, hold_h=1, margin_pct=0), town()).hours_over()
    assert 3 * now["P1"] < before["P1"]
    assert 2 * now["P2"] < before["P2"]
    assert now["P3"] < before["P3"]


def test_a_reading_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PlanNotPossible, match="low, mid, high"):
        rule_of(params(decide_by="highest"))


def test_a_limit_of_a_class_holds_for_that_class_alone() -> None:
    rules = Limits(
        tuple(
            replace(row, value=99.0) if (row.key[-6:], row.scope) == ("dry_cm", "C1") else row
            for row in limits(()).rows
        )
    )
    changed = rule_of(rules).dry != rule_of(limits(())).dry
    assert changed.tolist() == [False, False, False, True, False]
