"""PlanCache runs again under other thresholds: which service days would have had which call-outs, and what that costs.

Each run decides on the curves of its own snapshot, by the functions that the planner decides by. What was really
ploughed then stays ploughed: a change is not followed into the snow of the next run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from city.vocabulary import READINGS, ROUTE_CLASSES
from planner.snow.archive import Run
from planner.snow.groups import Called, ServiceGroups, call_out
from planner.snow.rule import Ints, limit_hundredths, over_hours
from planner.thresholds.limits import Limits

REPLAYED = (
    "snow.start_dry_cm",
    "snow.start_wet_cm",
    "snow.hold_h",
    "snow.hysteresis_cm",
    "snow.margin_pct",
    "snow.lead_h",
    "snow.decide_by",
    "snow.friction",
    "snow.slip_hold_h",
    "snow.prevent_h",
)
"""Thresholds that act on kept curves alone; the others were at work when the curves were made."""


@dataclass(frozen=True)
class Costs:
    """What an hour costs, how much driving without work comes to the work, how fast is driven; all for estimates."""

    per_h: float = 1100.0
    currency: str = "kr"
    deadhead: float = 0.5
    km_h: float = 20.0


@dataclass(frozen=True)
class Morning:
    """One service day: the turer called out, with when each may begin, first of all runs; minutes, cost and km are
    estimates from the whole work of each tur, ``changed`` against what was really called: added and dropped."""

    service_day: date
    turer: dict[str, datetime]
    minutes: float
    cost: float
    km: float
    added: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def starts_at(self) -> datetime | None:
        """When the first tur may begin."""
        return min(self.turer.values(), default=None)


@dataclass(frozen=True)
class Replay:
    """All service days of a period. ``hours_over`` is by class: how long its groups were at or over their limits by
    the curves of the time, in the mean [h]. ``full_cost`` is that of all turer on each day with a call-out."""

    mornings: tuple[Morning, ...]
    runs: int
    turer: int
    hours_over: dict[str, float]
    full_cost: float
    simulated: bool

    @property
    def cost(self) -> float:
        return sum(morning.cost for morning in self.mornings)


RulesOf = Callable[[Run], Limits]


def decided(run: Run, rules: Limits, asked: frozenset[str] | None = None) -> Called:
    """What a run would have called under other rules; ``asked`` for as it was then unless it is given."""
    return call_out(run.groups, rules, frozenset(run.asked) if asked is None else asked)


def replay(runs: Sequence[Run], rules_of: RulesOf, costs: Costs = Costs()) -> Replay:
    """The runs in the order of their times; what one calls is asked for in the next of its service day, unless it was
    driven in between."""
    days: defaultdict[date, dict[str, datetime]] = defaultdict(dict)
    real: defaultdict[date, set[str]] = defaultdict(set)
    work: dict[str, float] = {}
    over: defaultdict[str, float] = defaultdict(float)
    before: Run | None = None
    called: frozenset[str] = frozenset()
    kept = sorted(runs, key=lambda run: run.groups.at)
    for place, run in enumerate(kept):
        same_day = before is not None and before.service_day == run.service_day
        driven = set(before.called) - set(run.asked) if before is not None else set()
        asked = frozenset(called - driven) if same_day else frozenset()
        rules = rules_of(run)
        found = decided(run, rules, asked).turer
        called, before = frozenset(found), run
        real[run.service_day] |= set(run.called)
        of_day = days[run.service_day]
        for name, at in found.items():
            of_day.setdefault(name, at)
        work |= _work(run.groups)
        _count_over(run.groups, rules, _hours_until(run, kept[place + 1 :]), over)
    full = sum(work.values())
    mornings = tuple(_morning(day, turer, real[day], work, costs) for day, turer in sorted(days.items()))
    return Replay(
        mornings,
        len(kept),
        len(work),
        {name: round(over[name], 2) for name in ROUTE_CLASSES if name in over},
        sum(_cost(full, costs) for morning in mornings if morning.turer),
        any(run.simulated for run in kept),
    )


def _hours_until(run: Run, later: Sequence[Run], *, most: int = 24) -> int:
    """Whole hours of the clock until the next run, within the curves: of runs of one hour the last counts it."""
    horizon = min(most, int(run.groups.dry.shape[2]))
    if not later:
        return horizon
    return max(0, min(horizon, round((later[0].groups.start - run.groups.start) / timedelta(hours=1))))


def _count_over(groups: ServiceGroups, rules: Limits, hours: int, into: defaultdict[str, float]) -> None:
    """Adds for each class how many of the next hours its groups are at or over their limits, in the mean; the limits
    themselves, with nothing taken off."""
    dry, wet = (_own_limits(groups, rules, key) for key in ("snow.start_dry_cm", "snow.start_wet_cm"))
    mid = READINGS.index("mid")
    counts: Ints = np.zeros(len(groups), np.int64)
    over_hours(groups.dry[mid], groups.wet[mid], dry, wet, hours, counts)
    classes = np.array(groups.route_class, str)
    for name in np.unique(classes):
        into[str(name)] += float(counts[classes == name].mean())


def _own_limits(groups: ServiceGroups, rules: Limits, key: str) -> Ints:
    """(n,) the limit of each group's class [0.01 cm]."""
    return np.array([limit_hundredths(rules.value(key, name)) for name in groups.route_class], np.int64)


def _work(groups: ServiceGroups) -> dict[str, float]:
    """Minutes of work of each tur."""
    found: defaultdict[str, float] = defaultdict(float)
    for name, minutes in zip(groups.tur, groups.minutes.tolist(), strict=True):
        found[name] += minutes
    return dict(found)


def _cost(minutes: float, costs: Costs) -> float:
    return minutes * (1.0 + costs.deadhead) / 60.0 * costs.per_h


def _morning(day: date, turer: dict[str, datetime], real: set[str], work: dict[str, float], costs: Costs) -> Morning:
    minutes = sum(work[name] for name in turer) * (1.0 + costs.deadhead)
    return Morning(
        day,
        dict(sorted(turer.items())),
        round(minutes, 1),
        round(minutes / 60.0 * costs.per_h),
        round(minutes / 60.0 * costs.km_h, 1),
        tuple(sorted(set(turer) - real)),
        tuple(sorted(real - set(turer))),
    )
