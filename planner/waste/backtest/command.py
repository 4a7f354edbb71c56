"""``dagsplan backtest waste``: from the archive, or from a folder of a city's own export."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

from city.catalogue.message import message
from city.errors import PlanNotPossible
from planner.thresholds.changes import changes_of
from planner.thresholds.limits import Limits, limits
from planner.waste.backtest.case import SensorFaults
from planner.waste.backtest.cases import TriedCase, cases_of
from planner.waste.backtest.files import TriedPast
from planner.waste.backtest.policies import CollectionPolicy
from planner.waste.backtest.score import CollectionScore, scored
from planner.waste.backtest.trial import CollectionTrial, baselines, foresights, planned, run_all, trial_of
from planner.waste.price import prices_of

Told = Callable[[str, int, int], None]
"""A fraction, and how many of how many policies are done."""


@dataclass(frozen=True)
class TriedFraction:
    """What came of one fraction: every policy, the plan's as it is set, and with the changes that were asked for."""

    tried: TriedCase
    as_set: CollectionScore
    changed: CollectionScore | None
    others: tuple[CollectionScore, ...]


def try_waste(
    past: TriedPast, texts: Sequence[str], first: date | None, last: date | None, told: Told
) -> list[TriedFraction]:
    """Every fraction of a past. Raises PlanNotPossible where too little is known of any."""
    changes = changes_of(texts)
    rows = past.thresholds or limits(()).rows
    rules = limits(rows)
    found = cases_of(past, rules, first, last)
    if not found:
        raise PlanNotPossible(message("error.waste.nothing_to_try"))
    other = limits(changes.applied(rows)) if changes.wanted else None
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as executor:
        changed = {one.case.fraction: one for one in cases_of(past, other, first, last)} if other else {}
        return [_tried(past, one, rules, changed.get(one.case.fraction), other, executor, told) for one in found]


def _tried(
    past: TriedPast,
    one: TriedCase,
    rules: Limits,
    another: TriedCase | None,
    other: Limits | None,
    executor: ProcessPoolExecutor,
    told: Told,
) -> TriedFraction:
    trial = _trial(past, one, rules)
    mine = list(planned(trial, (1.0, 0.25, 4.0)))
    policies: list[CollectionPolicy] = [*mine, *baselines(trial), *foresights(trial)]
    fraction = one.case.fraction
    runs = run_all(trial, policies, executor, lambda done, of: told(fraction, done, of))
    scores = [scored(run) for run in runs]
    changed = None
    if other is not None and another is not None:
        changed_trial = _trial(past, another, other)
        changed = scored(executor.submit(changed_trial.run, next(planned(changed_trial, (1.0,)))).result())
    return TriedFraction(one, scores[0], changed, tuple(scores[1:]))


def _trial(past: TriedPast, one: TriedCase, rules: Limits) -> CollectionTrial:
    told, fraction = past.settings, one.case.fraction
    limit = rules.value("waste.overflow_probability", fraction)
    faults = SensorFaults(told.noise_pct, told.missing)
    return trial_of(one.case, prices_of(rules), limit, faults, seed=told.seed, iterations=told.iterations)
