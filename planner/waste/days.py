"""On which days a vessel can be emptied, and how long it must last until the next of them."""

from __future__ import annotations

from collections.abc import Set
from datetime import date, timedelta

from city.entities import Vessel
from city.vocabulary import WEEKDAYS
from planner.thresholds.limits import Limits

WORKDAYS = frozenset(range(5))
"""Monday to Friday."""
EVERY_DAY = frozenset(range(7))


def open_days(vessel: Vessel, rules: Limits) -> frozenset[int]:
    """The weekdays on which a vessel can be emptied, Monday is 0: its own, else those of its fraction."""
    own = frozenset(WEEKDAYS.index(name) for name in vessel.emptied_on if name in WEEKDAYS)
    return own or (EVERY_DAY if rules.usual_word("waste.days", vessel.fraction) == "all" else WORKDAYS)


def is_open(day: date, days: Set[int], free: Set[date]) -> bool:
    """Whether a truck comes on a day: one of its weekdays that is no public holiday."""
    return day.weekday() in days and day not in free


def days_to_next_visit(day: date, days: Set[int] = WORKDAYS, free: Set[date] = frozenset(), *, most: int = 28) -> float:
    """Days from a service day's round to the next one that is possible: Friday must last until Monday, and the day
    before a holiday until the day after it. ``most`` where there is none before."""
    ahead = (n for n in range(1, most) if is_open(day + timedelta(days=n), days, free))
    return float(next(ahead, most))
