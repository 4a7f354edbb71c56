"""What emptying a vessel today saves, where what is right can be said without the model."""

from __future__ import annotations

import numpy as np
import pytest

from models.fill.chance import ClassInflow
from models.fill.worth import VisitWorth, visit_worth

EVERY_DAY = [True] * 7
WORKDAYS = [True] * 5 + [False] * 2
EVEN = ClassInflow(days=np.ones(20))


def saved(
    table: VisitWorth, level: float, *, price: float = 0.1, rate: float = 10.0, day: int = 1, noise: float = 0.0
) -> float:
    """Of one vessel, in visits."""
    one = table.of(np.array([price]), np.array([rate]), day, np.array([level]), np.array([noise]))
    return float(one[0]) / price


def test_a_vessel_that_fills_evenly_saves_as_much_of_a_visit_as_it_is_full() -> None:
    """Ten percent a day, never a surprise: at half it is half way to the next visit, at the brim a whole one."""
    table = visit_worth(EVEN, EVERY_DAY)
    assert saved(table, 0.0) == pytest.approx(0.0, abs=0.02)
    assert saved(table, 50.0) == pytest.approx(0.5, abs=0.1)
    assert saved(table, 85.0) == pytest.approx(0.9, abs=0.15)


def test_what_would_overflow_today_saves_the_overflow_too() -> None:
    """At 95 % with ten to come: a visit, and ten visits' worth of overflow."""
    assert saved(visit_worth(EVEN, EVERY_DAY), 95.0) > 8.0


def test_a_friday_saves_more_than_a_thursday() -> None:
    """At 78 %, ten a day: from Friday nobody comes before it is full, from Thursday tomorrow is soon enough."""
    table = visit_worth(EVEN, WORKDAYS)
    assert saved(table, 78.0, day=4) > 3.0 > 1.2 > saved(table, 78.0, day=3)


def test_restless_days_ask_earlier_than_even_ones() -> None:
    """The same mean; a day may bring four times as much."""
    restless = ClassInflow(days=np.array([0.2] * 15 + [3.4] * 5))
    assert saved(visit_worth(restless, EVERY_DAY), 75.0) > 1.5 * saved(visit_worth(EVEN, EVERY_DAY), 75.0)


def test_a_level_that_is_less_sure_is_worth_more_near_the_brim() -> None:
    """Which side of the brim it comes to, nobody knows."""
    table = visit_worth(EVEN, EVERY_DAY)
    assert saved(table, 86.0, noise=8.0) > 1.5 * saved(table, 86.0)
