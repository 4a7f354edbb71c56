"""Building heat: the warm-up rate is found again, and the start is early enough and no earlier."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.heat import cooled, lead_hours, warm_up

BEGIN = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
OUTDOOR = -4.0


def building(
    days: int, *, rate: float, share: float, low: float = 17.0, top: float = 21.0
) -> tuple[list[datetime], list[float]]:
    """Hourly means of a building that cools by ``share`` from 16 to 4 and warms by ``rate`` from 4 on."""
    times, temps, now = [], [], top
    for hour in range(days * 24):
        clock = hour % 24
        now = min(top, now + rate) if 4 <= clock < 16 else max(low, now - share * (now - OUTDOOR))
        times.append(BEGIN + timedelta(hours=hour))
        temps.append(now)
    return times, temps


def test_a_known_building_is_found_again() -> None:
    """Warming 0.9 K/h and losing 1.5 % an hour are recovered from ten days of hourly readings."""
    got = warm_up(*building(10, rate=0.9, share=0.015), OUTDOOR)
    assert got.measured
    assert got.typical_k_h == pytest.approx(0.9, rel=0.12)
    assert got.slow_k_h <= got.typical_k_h <= got.fast_k_h
    assert got.cooling_per_h == pytest.approx(0.015, rel=0.05)


def test_too_few_mornings_are_flagged_as_default() -> None:
    """With two rises the default rate stands in, is said not to be measured, and has a wide range."""
    got = warm_up(*building(2, rate=0.9, share=0.015), OUTDOOR, default_k_h=0.8)
    assert not got.measured
    assert (got.slow_k_h, got.typical_k_h, got.fast_k_h) == pytest.approx((0.4, 0.8, 1.2))


def test_no_readings_and_no_outdoor_are_defaults_not_faults() -> None:
    """An empty series, and a NaN outdoor temperature, give the defaults."""
    assert not warm_up([], [], math.nan).measured
    assert warm_up(*building(10, rate=0.9, share=0.015), math.nan).cooling_per_h == 0.012


def test_a_gap_breaks_a_rise() -> None:
    """A jump over missing hours is no warm-up: every other hour alone gives no rate."""
    times, temps = building(10, rate=0.9, share=0.015)
    assert warm_up(times[::2], temps[::2], OUTDOOR).mornings == 0


def test_a_building_never_cools_under_its_set_back() -> None:
    """After 100 hours at -20 °C outdoors it stands at the floor of 16 °C."""
    assert cooled(21.0, -20.0, 100.0, 0.02, 16.0) == 16.0


def test_a_building_colder_than_its_set_back_is_not_warmed_by_waiting() -> None:
    """At 12 °C with a floor of 17 °C and no heat it stays at most at 12 °C."""
    assert cooled(12.0, -5.0, 5.0, 0.02, 17.0) == 12.0


@given(st.floats(12, 21), st.floats(-25, 10), st.floats(0, 14), st.floats(0.2, 2.0), st.floats(0.002, 0.05))
def test_the_lead_reaches_the_target_and_no_shorter_one_does(
    indoor: float, outdoor: float, until: float, rate: float, share: float
) -> None:
    """The hours found reach 20 °C at opening and an hour less does not; where none reach it, all hours are taken."""

    def reached(lead: int) -> float:
        return cooled(indoor, outdoor, until - lead, share, 17.0) + rate * lead

    lead = lead_hours(indoor, outdoor, 20.0, until, 17.0, rate, share)
    assert 0 <= lead <= until or lead == 0
    if reached(lead) >= 20.0:
        assert lead == 0 or reached(lead - 1) < 20.0
    else:
        assert lead == math.floor(until)
        assert all(reached(other) < 20.0 for other in range(lead + 1))


def test_colder_nights_need_longer_leads() -> None:
    """The lead does not shrink as it gets colder outdoors."""
    leads = [lead_hours(20.0, t, 20.0, 12.0, 16.0, 0.5, 0.02) for t in np.linspace(10, -25, 15)]
    assert leads == sorted(leads)
    assert leads[-1] > leads[0]
