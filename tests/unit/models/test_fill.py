"""Fill level: rates, emptyings, and how sure one may be."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fill import FillState, fill_state, level_range, overflow_probability

AT = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def series(levels: list[float], every: timedelta = DAY) -> tuple[list[datetime], list[float]]:
    return [AT - every * (len(levels) - 1 - i) for i in range(len(levels))], levels


def state(level: float, rate: float = 10.0, spread: float = 6.0, age_days: float = 0.0) -> FillState:
    return FillState(level, AT - DAY * age_days, rate, spread, 14.0, None)


def test_a_steady_vessel_gives_its_rate() -> None:
    """Eight percent a day over ten days is read as eight percent a day, with next to no spread."""
    got = fill_state(*series([8.0 * i for i in range(11)]))
    assert got.rate_pct_day == pytest.approx(8.0)
    assert got.spread_pct_day == 1.0
    assert got.days == pytest.approx(10.0)


def test_an_emptying_is_seen_and_not_taken_for_inflow() -> None:
    """A fall of 70 points is an emptying at its reading; the rate is that of the other days."""
    times, levels = series([10, 20, 30, 40, 50, 60, 70, 80, 10, 20, 30])
    got = fill_state(times, levels)
    assert got.emptied_at == times[8]
    assert got.rate_pct_day == pytest.approx(10.0)


def test_a_small_fall_is_no_emptying() -> None:
    """A fall of 20 points is settling: no emptying is seen, and it counts against the inflow."""
    got = fill_state(*series([10, 30, 50, 30, 40, 50, 60, 70, 80]))
    assert got.emptied_at is None
    assert got.rate_pct_day == pytest.approx(70 / 8)


def test_one_reading_alone_takes_the_class() -> None:
    """With one reading the rate and spread are those of the class, and the level is its own."""
    got = fill_state([AT], [42.0], class_rate_pct_day=7.0, class_spread_pct_day=3.0)
    assert (got.level_pct, got.rate_pct_day, got.spread_pct_day, got.days) == (42.0, 7.0, 3.0, 0.0)


def test_no_reading_is_refused() -> None:
    """An empty series has no state."""
    with pytest.raises(ValueError, match="no levels"):
        fill_state([], [])


def test_a_young_sensor_is_drawn_towards_its_class() -> None:
    """Half of the days that are trusted: half its own rate, half that of the class."""
    got = fill_state(*series([0, 20, 40, 60]), class_rate_pct_day=10.0, trust_days=6.0)
    assert got.rate_pct_day == pytest.approx(15.0)


def test_readings_out_of_the_window_do_not_count() -> None:
    """What was 40 days ago neither sets the rate nor shifts the time of the emptying."""
    times, levels = series([0, 90, 5, 10, 15, 20, 25, 30, 35, 40])
    got = fill_state([times[0] - 40 * DAY, times[1] - 40 * DAY, *times[2:]], levels)
    assert got.emptied_at is None
    assert got.rate_pct_day == pytest.approx(5.0)


@given(st.floats(0, 95), st.floats(0, 40), st.floats(1, 20), st.floats(0, 10), st.floats(0, 10))
def test_more_level_or_more_days_is_never_less_risk(
    level: float, rate: float, spread: float, ahead: float, more: float
) -> None:
    """While the mean is under full, the probability of overflow rises with the level and with the days."""
    now = state(level, rate, spread)
    base = overflow_probability(now, AT, ahead)
    assert 0.0 <= base <= 1.0
    assert overflow_probability(state(min(100.0, level + more), rate, spread), AT, ahead) >= base - 1e-12
    if level + rate * (ahead + more) <= 100.0:
        assert overflow_probability(now, AT, ahead + more) >= base - 1e-12


def test_an_old_reading_is_less_sure_and_never_zero() -> None:
    """The range of a level that is four days old is wider than that of a fresh one, and its middle is higher."""
    fresh, old = level_range(state(40.0), AT), level_range(state(40.0, age_days=4.0), AT)
    assert old[2] - old[0] > 2 * (fresh[2] - fresh[0])
    assert old[1] == pytest.approx(80.0)


@pytest.mark.parametrize("days", [1.0, 4.0, 9.0])
def test_the_spread_of_a_random_walk_grows_with_the_root_of_its_days(days: float) -> None:
    """At the root of the days times the daily spread over the mean, the probability is that of one deviation."""
    walk = state(10.0, rate=5.0, spread=6.0)
    full = 10.0 + 5.0 * days + 6.0 * math.sqrt(days)
    assert overflow_probability(walk, AT, days, full_pct=full, sensor_pct=0.0) == pytest.approx(0.158655, abs=1e-6)
    low, mid, high = level_range(walk, AT, days)
    assert mid == pytest.approx(10.0 + 5.0 * days)
    half = 1.2816 * math.sqrt(3.0**2 + 36.0 * days)
    assert (low, high) == (pytest.approx(max(0.0, mid - half)), pytest.approx(mid + half))


def test_noise_of_the_sensor_and_of_the_inflow_add_up_in_squares() -> None:
    """A sensor of 8 points and a day's spread of 6: ten points to one deviation."""
    one_day = overflow_probability(state(50.0, rate=0.0, spread=6.0), AT, 1.0, full_pct=60.0, sensor_pct=8.0)
    assert one_day == pytest.approx(0.158655, abs=1e-6)


def test_a_reading_from_the_future_has_no_negative_age() -> None:
    """A clock that is a little ahead does not lower the level."""
    assert level_range(state(40.0, age_days=-0.5), AT)[1] == 40.0
