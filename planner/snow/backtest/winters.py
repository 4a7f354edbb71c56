"""Simulated winters under any limits: what they would have called out, what it cost, how long the snow lay.

Three policies on the same weather and the same fleet: *ours* calls each group by its class's own limits on what is
seen and forecast; *everything* calls out the whole town when its one station sees a depth; *foresight* is ours with the
truth as forecast and estimate.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np

from city.vocabulary import READINGS, ROUTE_CLASSES, ForecastReading, RouteClass
from city.winter import FINE, Ints, SimulatedWinter, WinterTown, with_perfect_foresight
from planner.snow.backtest.loop import run_winter
from planner.snow.backtest.state import Book, Rule, bare_streets, crew_of, empty_book, weather_of, work_of
from planner.snow.backtest.summary import CalledDay, ClassHours, Policy, ReplaySummary
from planner.snow.rule import limit_hundredths
from planner.thresholds.limits import Limits

KNOBS: Mapping[str, Mapping[str, float]] = {
    "snow.hold_h": {"P1": 1.0, "P2": 1.0, "P3": 4.0, "C1": 6.0, "C2": 6.0},
    "snow.hysteresis_cm": {"*": 0.25},
    "snow.lead_h": {"P1": 2.0, "P2": 3.0, "P3": 4.0, "C1": 1.0, "C2": 0.0},
}
DECIDE_BY: Mapping[str, ForecastReading] = {"P1": "high", "P2": "high", "P3": "high", "*": "mid"}
"""How the rule is set where no threshold says it: tuned on simulated winters, see ``docs/simulated-winters.md``."""


def replay(
    winters: Sequence[SimulatedWinter],
    rules: Limits,
    town: WinterTown,
    policy: Policy = "ours",
    *,
    station_limit_cm: float = 3.0,
) -> ReplaySummary:
    """Runs a policy over winters, side by side on the cores there are.

    ``station_limit_cm`` is the city-wide threshold of *everything*: the strictest of Växjö's published ones, since one
    number must hold for all classes. Raises PlanNotPossible for a limit that nobody set or that cannot be read.
    """
    rule = rule_of(rules)
    if policy == "foresight":
        rule = rule._replace(present=np.full(len(READINGS), 1000))
    if policy == "everything":
        rule = rule._replace(station=town.station, station_limit=limit_hundredths(station_limit_cm))
    with ThreadPoolExecutor(min(os.cpu_count() or 1, max(1, len(winters)))) as pool:
        books = list(pool.map(lambda one: _book(one, town, rule, policy), winters))
    return _summed(winters, town, policy, books)


def rule_of(rules: Limits, *, spread: float = 0.32, aim: float = 0.25) -> Rule:
    """The limits of the rule and its params as whole numbers by class; params that nobody set are ours.

    Read high, the depth now is ``spread`` over the estimate, and read low as much under it: the tenth and ninetieth
    percentile of what a street may differ by in simulated winters (15 % of its own, 10 % of the station's, about 12 %
    between a station and a zone without one). As many vehicles are called
    as have the work done within ``aim`` of the hours allowed.
    """
    within_h = _by_class(rules, "snow.done_within_h")
    return Rule(
        dry=_by_class(rules, "snow.start_dry_cm", 100),
        wet=_by_class(rules, "snow.start_wet_cm", 100),
        hold_h=np.maximum(1, _by_class(rules, "snow.hold_h")),
        back=_by_class(rules, "snow.hysteresis_cm", 100),
        reading=np.array([_reading(rules, name) for name in ROUTE_CLASSES]),
        lead_h=np.maximum(0, _by_class(rules, "snow.lead_h")),
        within_h=within_h,
        aim_h=np.rint(aim * within_h).astype(np.int64),
        present=np.rint(1000.0 * np.array([1.0 / (1.0 + spread), 1.0, 1.0 + spread])).astype(np.int64),
        left=round(rules.value("snow.left_after_plough_cm") * 100 * FINE),
        station=-1,
        station_limit=0,
    )


def _by_class(rules: Limits, key: str, times: int = 1) -> Ints:
    """(5,) a threshold of each class, ``times`` as large, in whole numbers."""
    return np.array([round(times * _number(rules, key, name)) for name in ROUTE_CLASSES], np.int64)


def _number(rules: Limits, key: str, scope: RouteClass) -> float:
    ours = KNOBS.get(key)
    if ours is None or _is_set(rules, key, scope):
        return rules.value(key, scope)
    return ours.get(scope, ours.get("*", 0.0))


def _reading(rules: Limits, scope: RouteClass, key: str = "snow.decide_by") -> int:
    if _is_set(rules, key, scope):
        return READINGS.index(rules.word(key, scope, READINGS))
    return READINGS.index(DECIDE_BY.get(scope, DECIDE_BY["*"]))


def _is_set(rules: Limits, key: str, scope: str) -> bool:
    return any(row.key == key and row.scope in (scope, "*") for row in rules.rows)


def _book(winter: SimulatedWinter, town: WinterTown, rule: Rule, policy: Policy) -> Book:
    if policy == "foresight":
        town, winter = with_perfect_foresight(town, winter)
    book = empty_book(town, winter)
    work, weather = work_of(town.groups), weather_of(winter, town.law)
    run_winter(work, weather, rule, bare_streets(town, winter), crew_of(town), book)
    return book


def _summed(
    winters: Sequence[SimulatedWinter], town: WinterTown, policy: Policy, books: Sequence[Book]
) -> ReplaySummary:
    groups = town.groups
    over, overdue, runs = (
        np.sum([part[k] for part in books], axis=0, initial=0) + np.zeros(len(groups), int) for k in range(3)
    )
    paid_h = np.sum([book.paid for book in books], axis=0, initial=0) / 60.0 + np.zeros(2)
    return ReplaySummary(
        policy=policy,
        winters=tuple(winter.seed for winter in winters),
        classes=tuple(
            ClassHours(name, int(own.sum()), int(over[own].sum()), int(overdue[own].sum()))
            for name in ROUTE_CLASSES
            for own in [groups.of(name)]
        ),
        days=tuple(day for one, book in zip(winters, books, strict=True) for day in _called(one, town, book)),
        tur_call_outs=sum(int(book.calls.sum()) for book in books),
        runs=int(runs.sum()),
        vehicles_called=sum(int(book.turned_out.sum()) for book in books),
        worked_h=sum(float(book.worked.sum()) for book in books) / 60.0,
        paid_by_network_h=(float(paid_h[0]), float(paid_h[1])),
        cost=float(paid_h.sum()) * town.contract.price_per_h,
        distance_km=float((runs * groups.metres).sum()) / 1000.0,
    )


def _called(winter: SimulatedWinter, town: WinterTown, book: Book) -> list[CalledDay]:
    """The service days on which anything was called."""
    days = []
    names = town.groups.names
    for number in np.flatnonzero((book.first >= 0).any(axis=1)).tolist():
        after = book.first[number]
        which = np.flatnonzero(after >= 0).tolist()
        day = (winter.start + timedelta(days=number)).date()
        hours = tuple(after[which].tolist())
        days.append(CalledDay(winter.seed, day, tuple(names[i] for i in which), hours, len(which) == len(names)))
    return days
