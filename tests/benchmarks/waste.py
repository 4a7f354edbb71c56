"""A year of made waste tried with every policy: visits, kilometres and hours of trucks at the overflow of the calendar,
beside the plan's own rule and foresight."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from planner.thresholds.limits import limits
from planner.waste.backtest.replay import CollectionRun
from planner.waste.backtest.score import CollectionScore, at_overflow, drawn_weeks, saved_share, scored
from planner.waste.backtest.trial import COSTS, baselines, foresights, planned, run_all, trial_of
from planner.waste.price import prices_of
from planner.waste.service import Waste
from tests.benchmarks.measure import Row
from tests.wastetown import large_morning, made_town

MEANS = (6.0, 14.0)


def run() -> list[Row]:
    """A row for each policy, at the overflow of the calendar, and one for each of its settings."""
    seed, weeks = int(os.environ.get("DAGSPLAN_BENCH_SEED", "11")), int(os.environ.get("DAGSPLAN_BENCH_WEEKS", "52"))
    return [morning(), *(row for mean in MEANS for row in _town(mean, seed, weeks))]


def morning(*, rooms: int = 450, vessels: int = 1400, trucks: int = 10) -> Row:
    """A plan for a town of four fractions on one morning, with four weeks of hourly readings: processor time of the
    judgement and of the rounds."""
    snapshot = large_morning(rooms, vessels, trucks)
    service, begin = Waste(), time.process_time()
    judged = service.judge(snapshot)
    middle = time.process_time()
    plan = service.plan(snapshot, judged).plan
    return {
        "what": f"a morning of {vessels} vessels in {rooms} rooms, {trucks} trucks",
        "judged, CPU s": round(middle - begin, 1),
        "planned, CPU s": round(time.process_time() - middle, 1),
        "rooms that must": sum(need.must for need in judged),
        "rounds": len(plan.interventions),
        "longest round, h": round(max((item.minutes or 0.0) for item in plan.interventions) / 60.0, 1),
        "kept out by the checker": sum(weak.source == "checker" for weak in plan.degradations),
    }


def _town(mean: float, seed: int, weeks: int) -> list[Row]:
    case, rules = made_town(mean, seed, weeks=weeks), limits(())
    trial = trial_of(case, prices_of(rules), rules.value("waste.overflow_probability"), seed=seed)
    policies = [*baselines(trial), *planned(trial), *foresights(trial, (0.1, 0.2, 0.3, 0.5, 1.0, 3.0), COSTS)]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as executor:
        runs = run_all(trial, policies, executor, lambda done, of: print(f"{mean:g} %: {done} of {of}", flush=True))
    return [*_compared(mean, runs), *(_score(mean, scored(item)) for item in runs)]


def _families(runs: Sequence[CollectionRun]) -> dict[str, list[CollectionScore]]:
    found: dict[str, list[CollectionScore]] = {}
    for item in runs:
        found.setdefault(item.family, []).append(scored(item))
    return found


def _compared(mean: float, runs: Sequence[CollectionRun]) -> list[Row]:
    """Each policy at the overflow of the calendar, with a spread over weeks drawn anew."""
    drawn = [_families(one) for one in drawn_weeks(runs)]
    rows = []
    for name in _families(runs):
        figures = [_at_calendar(families, name) for families in (_families(runs), *drawn)]
        row: Row = {"what": f"{mean:g} % a day, {name}, at the calendar's overflow"}
        for key in figures[0]:
            spread = np.array([one[key] for one in figures[1:]])
            low, high = np.nanquantile(spread, (0.025, 0.975)) if np.isfinite(spread).any() else (np.nan, np.nan)
            row[key] = f"{figures[0][key]:.2f} ({low:.2f} to {high:.2f})"
        rows.append(row)
    return rows


def _at_calendar(families: dict[str, list[CollectionScore]], name: str) -> dict[str, float]:
    (calendar,) = families["calendar"]
    overflow = calendar.overflow
    visits, km, hours = (
        at_overflow(families[name], overflow, of) for of in (lambda s: s.visits, lambda s: s.km, lambda s: s.hours)
    )
    fewest = at_overflow(families["visit_foresight"], overflow, lambda s: s.visits)
    least = at_overflow(families["truck_foresight"], overflow, lambda s: s.hours)
    return {
        "overflow/1000": overflow,
        "visits": visits,
        "of visit foresight's saving": saved_share(calendar.visits, visits, fewest),
        "km": km,
        "truck-hours": hours,
        "of truck foresight's saving": saved_share(calendar.hours, hours, least),
    }


def _score(mean: float, score: CollectionScore) -> Row:
    return {
        "what": f"{mean:g} % a day, {score.family} {score.setting:g}",
        "overflow/1000": round(score.overflow, 2),
        "litres over": round(score.litres),
        "visits": round(score.visits, 3),
        "filled %": round(score.filled),
        "under half": round(score.under_half, 2),
        "km": round(score.km, 1),
        "truck-hours": round(score.hours, 2),
        "rounds": round(score.rounds, 1),
        "longest wait": score.longest,
        "refused": score.refused,
    }
