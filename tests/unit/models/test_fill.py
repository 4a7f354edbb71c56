"""Readings to levels, emptyings and inflow, and how likely a vessel is to overflow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fill.chance import ClassInflow, FillState, class_inflow, fill_state, level_quantiles, overflow_probability
from models.fill.clean import DAY_S, HOUR_S, cleaned
from models.fill.emptyings import emptyings
from models.fill.inflow import Inflow, inflow
from models.fill.past import past_of
from tests.vessels import BEGIN_S, MadeVessel, made_vessel

NONE = np.zeros(0)


def hourly(values: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return BEGIN_S + HOUR_S * np.arange(len(values)), np.array(values, float)


def read(seconds: np.ndarray, raw: np.ndarray, sure: np.ndarray = NONE, of: ClassInflow | None = None) -> FillState:
    return fill_state(past_of(seconds, raw, sure), of or ClassInflow())


def ramp(days: int, per_day: float, empty_at: float = 90.0) -> list[float]:
    """Hourly levels that rise evenly and fall to nothing at ``empty_at``."""
    values, now = [], 0.0
    for _ in range(24 * days):
        values.append(now)
        now = 0.0 if now >= empty_at else now + per_day / 24.0
    return values


def test_a_spike_is_passed_over_and_kept() -> None:
    """One reading of 100 among 20s: its raw value stays, it is no level and no emptying."""
    seconds, raw = hourly([20.0] * 20 + [100.0] + [20.0] * 20)
    levels = cleaned(seconds, raw)
    assert levels.raw[20] == 100.0
    assert np.flatnonzero(np.isnan(levels.level)).tolist() == [20]
    assert emptyings(levels) == ()


def test_a_sensor_that_is_read_once_a_day_is_not_taken_for_one_that_jumps() -> None:
    """Twenty points a day, read daily: every reading is believed, and so is the rate."""
    seconds = BEGIN_S + DAY_S * np.arange(20)
    raw = np.array([20.0 * (i % 5) for i in range(20)])
    levels = cleaned(seconds, raw)
    assert np.isfinite(levels.level).all()
    assert len(emptyings(levels)) == 3
    assert read(seconds, raw).inflow.rate == pytest.approx(20.0, rel=0.3)


def test_an_emptying_is_seen_where_the_fall_stays() -> None:
    """A fall of 80 points is one emptying, between the two readings, with what was before and after."""
    seconds, raw = hourly([80.0] * 30 + [2.0] * 30)
    (one,) = emptyings(cleaned(seconds, raw))
    assert seconds[29] < one.second < seconds[30]
    assert (one.before_pct, one.after_pct, one.confirmed, one.partial()) == (80.0, 2.0, False, False)


def test_a_partial_emptying_says_so() -> None:
    """Down to 30 is an emptying, and not a whole one."""
    (one,) = emptyings(cleaned(*hourly([90.0] * 30 + [30.0] * 30)))
    assert one.partial()


def test_a_confirmed_emptying_counts_however_small_its_fall() -> None:
    """A vessel that fills 10 % a day and is emptied every other day at 20 % is read as 10 %, not as 0.6."""
    seconds, raw = hourly(ramp(28, 10.0, empty_at=20.0))
    sure = seconds[np.flatnonzero(np.diff(raw) < 0)] + 600.0
    assert read(seconds, raw, sure).inflow.rate == pytest.approx(10.0, rel=0.05)
    assert len(emptyings(cleaned(seconds, raw, breaks=sure), sure)) == len(sure)


def test_a_confirmed_emptying_and_the_fall_beside_it_are_one() -> None:
    """The driver's word an hour after the fall is no second emptying."""
    seconds, raw = hourly([80.0] * 30 + [2.0] * 30)
    (one,) = emptyings(cleaned(seconds, raw), np.array([seconds[30] + 3000.0]))
    assert one.confirmed


def test_settling_is_no_inflow_less() -> None:
    """A fall of 12 points in the middle of a fill takes nothing off what flowed in."""
    values = np.array(ramp(8, 10.0))
    values[96:] -= 12.0
    assert read(*hourly(values.tolist())).inflow.rate == pytest.approx(10.0, rel=0.05)


def test_a_hump_is_no_inflow() -> None:
    """Up by 12 points for a day and down again: what flowed in is what it was."""
    values = np.array(ramp(8, 10.0))
    values[96:100] += 12.0
    assert read(*hourly(values.tolist())).inflow.rate == pytest.approx(10.0, rel=0.05)


@pytest.mark.parametrize("mean", [6.0, 10.0, 14.0])
def test_the_inflow_of_faulty_sensors_is_within_a_tenth_for_nine_of_ten(mean: float) -> None:
    """Hourly readings with spikes, gaps, silence, settling; emptied at 20 % and confirmed."""
    errors = []
    for seed in range(20):
        made = made_vessel(np.random.default_rng(seed), mean, 60)
        state = read(made.seconds, made.raw, made.emptied)
        errors.append(abs(state.inflow.rate / made.mean - 1.0))
    assert np.mean(np.array(errors) < 0.1) >= 0.9


def test_a_day_that_ends_at_the_brim_was_no_small_one() -> None:
    """Full from noon on: the day is told from its first half, and days at the brim alone are not known."""
    rise = [60.0 + 40.0 / 12.0 * hour for hour in range(12)]
    flowed = inflow(cleaned(*hourly([*rise, *[100.0] * 60])), ())
    whole = flowed.between(np.array([BEGIN_S]), np.array([BEGIN_S + DAY_S - HOUR_S]))[0]
    assert whole > 60.0
    assert np.isnan(flowed.between(np.array([BEGIN_S + 1.5 * DAY_S]), np.array([BEGIN_S + 2.5 * DAY_S]))[0])


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        ([30.0 + (i % 3) for i in range(240)] + [31.0] * 24 * 15, "stuck"),
        ([30.0 + i / 20.0 for i in range(24 * 15)] + [100.0] * 60, "saturated"),
        (np.random.default_rng(1).uniform(0, 100, 400).tolist(), "restless"),
        (np.where(np.random.default_rng(1).random(400) < 0.4, 99.0, 40.0 + np.arange(400) % 3).tolist(), "restless"),
        ((50.0 + np.random.default_rng(1).normal(0.0, 10.0, 400)).tolist(), ""),
        ([40.0 + i / 24.0 for i in range(400)], ""),
    ],
)
def test_a_sensor_that_cannot_be_believed_says_why(values: list[float], doubt: str) -> None:
    """Not moving for a fortnight, at its upper end, all over the place, and four spikes in ten are doubted; a noise of
    ten points and a slow vessel are not."""
    assert cleaned(*hourly(values)).doubt == doubt


def test_one_reading_alone_takes_the_class() -> None:
    """With one reading the rate is that of the class, and the level is its own."""
    state = read(*hourly([42.0]), of=ClassInflow(rate_pct_day=7.0))
    assert (state.level_pct, state.rate_pct_day, state.days) == (42.0, 7.0, 0.0)


def test_no_reading_is_refused() -> None:
    """Without a level that is believed there is no state."""
    with pytest.raises(ValueError, match="no levels"):
        read(*hourly([500.0]))


def test_a_young_sensor_is_drawn_towards_its_class() -> None:
    """After two days of 20 % a day in a class of 5: in between, nearer to its own the longer it is watched."""
    of = ClassInflow(rate_pct_day=5.0, between_pct_day=3.0)
    young, old = (read(*hourly(ramp(days, 20.0, 1e9 if days < 5 else 90.0)), of=of).rate_pct_day for days in (2, 40))
    assert 5.0 < young < old < 20.5


def test_what_was_emptied_since_the_last_reading_is_empty() -> None:
    """The driver's word is newer than the sensor's."""
    seconds, raw = hourly([70.0] * 30)
    state = read(seconds, raw, np.array([seconds[-1] + 1800.0]))
    assert (state.level_pct, state.measured_at) == (0.0, seconds[-1] + 1800.0)


@given(st.floats(0, 95), st.floats(0, 10), st.floats(0, 10), st.floats(0, 20))
def test_more_level_or_more_days_is_never_less_risk(level: float, days: float, more: float, fuller: float) -> None:
    """The chance rises with the level and with the days ahead, for a vessel of which nothing but a level is known."""
    flowed = Inflow(NONE, NONE, np.zeros(0, bool), np.zeros(0, bool))
    now = FillState(level, BEGIN_S, 2.0, flowed, ClassInflow(), 10.0, 0.0, None)
    fuller_now = FillState(level + fuller, BEGIN_S, 2.0, flowed, ClassInflow(), 10.0, 0.0, None)
    chance = overflow_probability(now, BEGIN_S, days)
    assert overflow_probability(fuller_now, BEGIN_S, days) >= chance - 1e-9
    low, mid, high = level_quantiles(now, BEGIN_S, days)
    assert 0.0 <= low <= mid <= high <= 150.0


def test_a_stale_reading_has_more_time_to_fill() -> None:
    """The same vessel, heard three days ago: likelier to be full tomorrow."""
    state = read(*hourly(ramp(40, 10.0)))
    at = state.measured_at
    assert overflow_probability(state, at + 3 * DAY_S, 1.0) > overflow_probability(state, at, 1.0)


def test_a_class_is_what_its_vessels_have_in_common() -> None:
    """Rates of 5 and 15 make 10; a Saturday that is twice the other days is found, drawn a little towards them."""
    flows = []
    for rate in (5.0, 15.0):
        per_day = np.array([rate * (2.0 if day % 7 == 5 else 1.0) for day in range(70)])
        seconds = BEGIN_S + DAY_S * np.arange(71)
        total = np.concatenate([[0.0], np.cumsum(per_day)])
        flows.append(Inflow(seconds, total, np.ones(70, bool), np.zeros(70, bool)))
    of = class_inflow(flows)
    assert of.rate_pct_day == pytest.approx(10.0 * 8 / 7)
    assert of.weekday.argmax() == 5
    assert 1.3 < of.weekday[5] / of.weekday[0] < 2.0


def test_the_middle_and_the_high_end_hold_what_they_say() -> None:
    """Over many made vessels the 0.9 quantile of two days ahead holds about nine of ten."""
    held = []
    for seed in range(30):
        made = made_vessel(np.random.default_rng(300 + seed), 8.0, 120, empty_at_pct=60.0, settling_days=0.0)
        at = BEGIN_S + 110 * DAY_S + 5 * HOUR_S
        rows = made.seconds <= at
        state = read(made.seconds[rows], made.raw[rows], made.emptied[made.emptied <= at])
        hour = 110 * 24 + 5
        for start in range(0, 24 * 7, 24):
            later = read_at(made, at + start * HOUR_S)
            held.append(later[0] <= level_quantiles(later[1], at + start * HOUR_S, 2.0)[2])
        assert state.level_pct == pytest.approx(made.level[hour - 1], abs=12.0)
    assert 0.84 <= np.mean(held) <= 0.97


def read_at(made: MadeVessel, at: float) -> tuple[float, FillState]:
    """The level two days after a time had nobody emptied it, and what was known at that time."""
    rows = made.seconds <= at
    state = read(made.seconds[rows], made.raw[rows], made.emptied[made.emptied <= at])
    hour = int((at - BEGIN_S) // HOUR_S)
    flowed = made.by_hour[hour : hour + 48].sum()
    return made.level[hour - 1] + flowed, state
