"""What snow depth sensors can tell: noise is no snow, snow is, and who is broken is outvoted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.depthsensor import DepthRecord, level_now, scatter, sensed
from models.snow import ROAD_CONDITIONS, lying

HOURS = np.arange(-24.0, 0.01, 1.0 / 6.0)


def said(cm: float | np.ndarray, *, noise: float = 0.0, seed: int = 1, quantum: float = 0.1) -> DepthRecord:
    """Every ten minutes for a day: this depth, with noise, in whole millimetres."""
    rng = np.random.default_rng(seed)
    values = cm + noise * rng.standard_normal(len(HOURS))
    return DepthRecord(HOURS, np.round(values / quantum) * quantum)


def rising(cm_h: float, since_h: float, *, noise: float = 0.2, seed: int = 1, zero: float = 0.0) -> DepthRecord:
    return said(zero + cm_h * np.maximum(0.0, HOURS - since_h), noise=noise, seed=seed)


@given(st.integers(0, 10_000), st.floats(0.0, 0.7), st.floats(-1.0, 1.0))
def test_noise_and_a_zero_that_drifts_are_no_snow(seed: int, noise: float, zero: float) -> None:
    """Four sensors over bare ground, each with a zero of its own: most say nothing, none as much as any limit."""
    records = [said(zero * (n - 1.5), noise=noise, seed=seed + n) for n in range(4)]
    told = [one.cm for one in sensed(records, 0.0)]
    assert told.count(0.0) >= 3
    assert max(told) < 1.6


@given(st.integers(0, 10_000), st.floats(0.5, 4.0), st.floats(0.05, 0.3))
def test_snow_is_told_without_a_lag(seed: int, cm_h: float, noise: float) -> None:
    """Six hours of snow, whatever the noise: within four times the noise of the truth at this moment."""
    records = [rising(cm_h, -6.0, noise=noise, seed=seed + n) for n in range(3)]
    for one in sensed(records, 8.0):
        assert one.used
        assert one.cm == pytest.approx(6.0 * cm_h, abs=0.3 + 4.0 * noise)


def test_one_reading_is_taken_as_it_is() -> None:
    (one,) = sensed([DepthRecord(np.array([-0.1]), np.array([4.0]))], float("nan"))
    assert (one.cm, one.limit_cm, one.used) == (4.0, 1.0, True)


def test_what_is_below_the_limit_is_nothing() -> None:
    (one,) = sensed([DepthRecord(np.array([-0.1]), np.array([0.9]))], 0.0)
    assert one.cm == 0.0


def test_a_spike_is_passed_over() -> None:
    cm = np.full(len(HOURS), 5.0)
    cm[-2] = 180.0
    assert level_now(said(cm)) == pytest.approx(5.0)
    assert scatter(said(cm)) == pytest.approx(0.0)


@pytest.mark.parametrize(("wrong", "fallen"), [(12.0, 0.0), (12.0, 5.0), (2.0, 0.0)])
def test_one_that_stands_apart_from_three_is_not_used(wrong: float, fallen: float) -> None:
    """Where snow has fallen it may differ by three centimetres, where none has by one and a half."""
    cm = np.where(HOURS > -10.0, wrong, 0.0)
    ramp = np.interp(HOURS, [-24.0, -14.0, -2.0, 0.0], [0.0, 0.0, wrong, wrong])
    for record in (said(ramp), said(cm * np.linspace(0.95, 1.0, len(HOURS)))):
        told = sensed([record, said(0.0), said(0.1), said(0.0)], fallen)
        assert (not told[0].used and told[0].off_cm > 1.0) or told[0].doubt == "step"
        assert [one.used for one in told[1:]] == [True] * 3


def test_uneven_snow_is_no_fault() -> None:
    """Nine centimetres here and six there, of a snowfall."""
    told = sensed([rising(1.5, -6.0), rising(1.0, -6.0), rising(1.2, -6.0)], 8.0)
    assert all(one.used for one in told)


def test_two_cannot_outvote_each_other() -> None:
    assert [one.used for one in sensed([said(9.0), said(0.0)], 0.0)] == [True, True]


def test_one_that_is_stuck_while_snow_falls_is_not_used() -> None:
    told = sensed([said(2.5), rising(1.0, -6.0), rising(1.1, -6.0)], 8.0)
    assert [one.doubt for one in told] == ["stuck", "", ""]


def test_old_snow_that_lies_still_is_believed() -> None:
    """Nothing moves and nothing falls: a sensor of whole centimetres says the same for a day."""
    told = sensed([said(20.0, quantum=1.0), said(18.0, quantum=1.0), said(23.0, quantum=1.0)], 0.0)
    assert [(one.cm, one.used) for one in told] == [(20.0, True), (18.0, True), (23.0, True)]


def test_a_jump_that_no_other_sees_is_not_counted() -> None:
    """A car stops under it: five centimetres at once, while two neighbours see none. Alone it would be believed."""
    car = said(np.where(HOURS > -1.0, 5.0, 0.0), noise=0.1)
    told = sensed([car, said(0.0, noise=0.1), said(0.0, noise=0.1, seed=2)], 0.0)
    assert (told[0].doubt, told[0].cm) == ("step", 0.0)
    assert told[0].off_cm == pytest.approx(5.0, abs=0.4)
    assert sensed([car], 0.0)[0].cm == pytest.approx(5.0, abs=0.4)


def test_snow_that_all_see_come_at_once_is_snow() -> None:
    shower = said(np.where(HOURS > -1.0, 5.0, 0.0), noise=0.1)
    assert [one.doubt for one in sensed([shower, shower, shower], 3.0)] == ["", "", ""]


def test_a_dusting_is_neither_snow_nor_ice() -> None:
    """A tenth of a centimetre of dry snow on a cold road; the same water as ice is ice."""
    store = np.zeros((1, 3, 4))
    store[0, 0] = [0.0, 0.12, 0.0, 0.0]
    store[0, 1] = [0.0, 0.0, 0.12, 0.0]
    store[0, 2] = [0.0, 0.0, 0.0, 0.12]
    found = {ROAD_CONDITIONS[k] for k in lying(np.full((1, 3), -4.0), store)[0]}
    assert found == {"dry", "ice"}
