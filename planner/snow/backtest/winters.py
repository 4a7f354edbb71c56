"""Simulated winters under any limits: what they would have called out, what it cost, how long the snow lay.

Three policies on the same weather and the same fleet: *ours* calls each group by its class's own limits on what is
seen and forecast; *everything* calls out the whole town when its one station sees a depth; *foresight* is ours with the
truth as forecast and estimate.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np

from city.vocabulary import READINGS, ROUTE_CLASSES
from city.winter import FINE, Ints, SimulatedWinter, WinterTown, with_perfect_foresight
from planner.snow.backtest.loop import run_winter
from planner.snow.backtest.state import Book, Rule, bare_streets, crew_of, empty_book, weather_of, work_of
from planner.snow.backtest.summary import CalledDay, ClassHours, Policy, ReplaySummary
from planner.snow.criteria import criteria
from planner.snow.rule import limit_hundredths
from planner.thresholds.limits import Limits


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
    if policy == "everything":
        rule = rule._replace(station=town.station, station_limit=limit_hundredths(station_limit_cm))
    with ThreadPoolExecutor(min(os.cpu_count() or 1, max(1, len(winters)))) as pool:
        books = list(pool.map(lambda one: _book(one, town, rule, policy), winters))
    return _summed(winters, town, policy, books)


def rule_of(rules: Limits, *, aim: float = 0.25) -> Rule:
    """The limits of the rule and its params as whole numbers by class, as the plan has them.

    As many vehicles are called as have the work done within ``aim`` of the hours allowed. Raises PlanNotPossible for a
    threshold that nobody set or that cannot be read.
    """
    own = [criteria(rules, name) for name in ROUTE_CLASSES]
    within_h = _by_class(rules, "snow.done_within_h")
    return Rule(
        dry=_by_class(rules, "snow.start_dry_cm", 100),
        wet=_by_class(rules, "snow.start_wet_cm", 100),
        from_dry=np.array([one.dry_limit for one in own]),
        from_wet=np.array([one.wet_limit for one in own]),
        hold_h=np.array([one.hold_h for one in own]),
        back=np.array([one.hysteresis for one in own]),
        reading=np.array([READINGS.index(one.reading) for one in own]),
        lead_h=np.array([one.lead_h for one in own]),
        within_h=within_h,
        aim_h=np.rint(aim * within_h).astype(np.int64),
        left=round(rules.value("snow.left_after_plough_cm") * 100 * FINE),
        station=-1,
        station_limit=0,
    )


def _by_class(rules: Limits, key: str, times: int = 1) -> Ints:
    """(5,) a threshold of each class, ``times`` as large, in whole numbers."""
    return np.array([round(times * rules.value(key, name)) for name in ROUTE_CLASSES], np.int64)


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
