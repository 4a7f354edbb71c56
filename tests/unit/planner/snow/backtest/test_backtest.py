"""The back-test decides as the planner: kept curves under other thresholds against real plans of the same snapshots."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from city.catalogue.words import words
from city.entities import CalendarDay, Threshold, Treatment
from city.errors import StoreUnavailable
from city.observation import Observation
from planner.services import make
from planner.snow.archive import Run, pack, unpack
from planner.snow.backtest.replay import REPLAYED, Morning, Replay, decided, replay
from planner.snow.backtest.words import in_words
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.limits import limits
from tests.unit.planner.snapshots import (
    AT,
    HOUR,
    against_slip,
    ahead,
    depth,
    forecast,
    limits_with,
    snow_snapshot,
    streets,
    threshold,
)

CLASSES = ("P1", "P3", "C1")
DAY = date(2026, 11, 23)


def made(chance: random.Random) -> SnowSnapshot:
    """A night of any weather, state and history; nothing that a back-test could not know."""
    weather = ahead(chance.uniform(-9.0, 3.0), [round(chance.expovariate(0.8), 1) for _ in range(chance.randrange(14))])
    wet = forecast(chance.uniform(-6.0, 4.0), chance.choice([0.0, 0.2, 0.6]))
    some = [s.id for s in streets() if chance.random() < 0.3]
    observation = Observation(
        "t", tuple(some), "snow_depth", chance.uniform(0, 9), AT - HOUR, AT + 3 * HOUR, "jour", ""
    )
    return snow_snapshot(
        forecasts=chance.choice([(weather,), (wet,), ()]),
        readings=chance.choice([(depth(chance.uniform(0.0, 12.0)),), ()]),
        treatments=tuple(Treatment(name, chance.choice(["plough", "brine"]), AT - 2 * HOUR) for name in some),
        observations=(observation,) if some and chance.random() < 0.4 else (),
        asked=tuple(name for name in ("P1-1", "P3-1", "C1-1") if chance.random() < 0.3),
        roster=(),
        calendar=(CalendarDay("school", DAY + timedelta(days=1), chance.choice(["school", "closed"])),),
        thresholds=limits_with(*(against_slip(method="salt") if chance.random() < 0.5 else ())),
    )


def changed(chance: random.Random, rows: tuple[Threshold, ...]) -> tuple[Threshold, ...]:
    """One to three thresholds that can be replayed, set to anything."""
    new: list[Threshold] = []
    for key in chance.sample(REPLAYED, chance.randrange(1, 4)):
        scope = chance.choice([*CLASSES, "*"]) if key not in {"snow.slip_hold_h", "snow.prevent_h"} else "*"
        if key in {"snow.start_dry_cm", "snow.start_wet_cm", "snow.friction"}:
            scope = chance.choice(CLASSES)
        value: float | None = {
            "snow.friction": chance.choice([0.0, 0.1, 0.25, 0.5]),
            "snow.hold_h": float(chance.randrange(1, 6)),
            "snow.slip_hold_h": float(chance.randrange(1, 6)),
            "snow.prevent_h": float(chance.randrange(5)),
            "snow.lead_h": float(chance.randrange(4)),
            "snow.margin_pct": chance.choice([0.0, 20.0, 35.0]),
            "snow.hysteresis_cm": chance.choice([0.0, 1.0, 2.5]),
        }.get(key, round(chance.uniform(0.0, 12.0), 2))
        text = chance.choice(["low", "mid", "high"]) if key == "snow.decide_by" else None
        new.append(threshold(key, scope, None if text else value, 9, text))
    mine = {(row.key, row.scope) for row in new}
    return (*(row for row in rows if (row.key, row.scope) not in mine), *new)


def kept(snapshot: SnowSnapshot) -> Run:
    """The run as the archive gives it back."""
    one = make(snapshot)
    raw = one.kept
    assert raw is not None
    return unpack(raw, "x", snapshot.service_day, simulated=False)


@pytest.mark.parametrize("seed", range(20))
def test_a_back_test_equals_real_plans(seed: int) -> None:
    """200 snapshots in all: kept under one set of thresholds and replayed under another, the turer that are called
    and the hour from which each may begin are those of a plan made under the other."""
    chance = random.Random(seed)
    called = 0
    for _ in range(10):
        snapshot = made(chance)
        other = changed(chance, snapshot.thresholds)
        replayed = decided(kept(snapshot), limits(other)).turer
        plan = make(replace(snapshot, thresholds=other)).plan
        first = {item.target: item.asked_from for item in reversed(plan.interventions)}
        assert replayed == first, (seed, other)
        called += len(first)
    assert called


def test_hours_over_are_those_over_the_limit_itself_whatever_the_margin() -> None:
    run = kept(snow_snapshot(readings=(depth(7.0),), forecasts=(forecast(-5.0, 0.0),)))
    hours = [
        replay([run], lambda _, rules=rules: limits(rules)).hours_over["P1"]
        for rules in (limits_with(), limits_with(threshold("snow.margin_pct", "P1", 30.0)))
    ]
    assert hours == [0.0, 0.0]
    low = limits_with(threshold("snow.start_dry_cm", "P1", 4.0))
    assert replay([run], lambda _: limits(low)).hours_over["P1"] > 0.0


def test_kept_curves_come_back_to_the_last_bit() -> None:
    snapshot = snow_snapshot(asked=("P1-1",))
    groups = assess_streets(snapshot).needs.groups
    run = unpack(pack(groups, snapshot.asked, ("C1-1",)), "x", DAY, simulated=True)
    for name in ("minutes", "dry", "wet", "friction"):
        assert np.array_equal(getattr(run.groups, name), getattr(groups, name))
    assert (run.groups.at, run.groups.start, run.groups.tur) == (groups.at, groups.start, groups.tur)
    assert (run.asked, run.called, run.simulated) == (("P1-1",), ("C1-1",), True)


@pytest.mark.parametrize("raw", [b"", b"PK\x05\x06" + b"\0" * 18, b"nonsense"])
def test_bytes_that_are_no_curves_are_one_line(raw: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="kept curves of snow plan p1"):
        unpack(raw, "p1", DAY, simulated=False)


def night(*depths: float) -> list[Run]:
    """Runs of one service day, two hours apart, each seeing a depth and asked for what the one before called."""
    runs, asked = [], ()
    for place, cm in enumerate(depths):
        at = AT + 2 * place * HOUR
        reading = replace(depth(cm), time=at - HOUR / 10)
        snapshot = snow_snapshot(at=at, readings=(reading,), forecasts=(), asked=asked)
        runs.append(kept(snapshot))
        asked = runs[-1].called
    return runs


def test_the_same_thresholds_give_what_was_called() -> None:
    """Hysteresis and all: the second run keeps main streets at 7.7 cm, the third lets them go."""
    runs = night(8.2, 7.7, 7.2)
    found = replay(runs, lambda run: limits(limits_with()))
    (morning,) = found.mornings
    assert set(morning.turer) == set().union(*(run.called for run in runs))
    assert (morning.added, morning.dropped) == ((), ())


def test_another_threshold_says_what_it_adds_and_drops() -> None:
    up = limits_with(threshold("snow.start_dry_cm", "P1", 9.0), threshold("snow.start_dry_cm", "P3", 8.0))
    found = replay(night(8.2), lambda run: limits(up))
    (morning,) = found.mornings
    assert {name[:2] for name in morning.added} == {"P3"}
    assert {name[:2] for name in morning.dropped} == {"P1"}
    assert morning.cost > 0
    assert found.full_cost >= found.cost


def test_a_day_without_a_call_out_is_listed_and_costs_nothing() -> None:
    found = replay(night(1.0), lambda run: limits(limits_with()))
    assert [(dict(m.turer), m.cost, m.starts_at) for m in found.mornings] == [({}, 0, None)]
    assert found.hours_over["P1"] == 0.0


def test_hours_over_the_limit_are_counted_until_the_next_run() -> None:
    """9 cm that nobody clears, two hours to the next run and 24 after it."""
    found = replay(night(9.0, 9.0), lambda run: limits(limits_with()))
    assert found.hours_over["P1"] == pytest.approx(26.0)
    assert found.hours_over["P3"] == 0.0


def test_runs_within_one_hour_do_not_lose_hours_over_the_limit() -> None:
    """Seven runs ten minutes apart: the hour is counted once, by the last, with the day after it."""
    runs = []
    for place in range(7):
        at = AT + place * HOUR / 6
        reading = replace(depth(9.0), time=at - HOUR / 20)
        runs.append(kept(snow_snapshot(at=at, readings=(reading,), forecasts=())))
    assert replay(runs, lambda run: limits(limits_with())).hours_over["P1"] == pytest.approx(25.0)


def found_of(*turer: str) -> Replay:
    """Two days, of which one has these turer."""
    busy = Morning(DAY, dict.fromkeys(turer, AT), 60.0, 1600, 20.0, turer[:1], tuple(f"P3-{i}" for i in range(8)))
    return Replay((busy, Morning(DAY + timedelta(days=1), {}, 0.0, 0, 0.0, (), ())), 2, 3, {"P1": 4.5}, 5400, True)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "sv",
            [
                "SIMULERAT",
                "2026-11-23  kl. 03.00  1 tur  ca 2 tkr  +P1-1  −P3-0, P3-1, P3-2, P3-3, P3-4, P3-5 och 2 till",
                "2026-11-24  ingen utkallning",
                "",
                "som det var    1 dygn med utkallning av 2, 2 turer, ca 2 tkr (full utkallning samma dygn ca 5 tkr)",
                "med ändringen  1 dygn med utkallning av 2, 1 tur, ca 2 tkr (full utkallning samma dygn ca 5 tkr)",
                "timmar vid eller över gränsen, i medel per sträcka av klassen, enligt prognoserna då:",
                "  som det var    P1 4,5",
                "  med ändringen  P1 4,5",
                "kostnad och km är uppskattningar från hela turers arbete; det som plogades då ligger fast",
            ],
        ),
        (
            "en",
            [
                "SIMULATED",
                "2026-11-23  at 03:00  1 route  about 2 thousand kr  +P1-1  "
                "−P3-0, P3-1, P3-2, P3-3, P3-4, P3-5 and 2 more",
                "2026-11-24  no call-out",
                "",
                "as it was      call-outs on 1 of 2 days, 2 routes, about 2 thousand kr "
                "(a full call-out on the same days about 5 thousand kr)",
                "changed        call-outs on 1 of 2 days, 1 route, about 2 thousand kr "
                "(a full call-out on the same days about 5 thousand kr)",
                "hours at or over the limit, in the mean of the class's streets, by the forecasts of the time:",
                "  as it was      P1 4.5",
                "  changed        P1 4.5",
                "cost and km are estimates from the work of whole routes; what was ploughed then stays ploughed",
            ],
        ),
    ],
)
def test_what_was_found_is_said_in_the_language(language: str, lines: list[str]) -> None:
    zone = snow_snapshot().zone
    assert in_words(found_of("P1-1", "P1-2"), found_of("P1-1"), zone, words(language)).splitlines() == lines
