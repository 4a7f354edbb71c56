"""Meeting the last observations: what is fitted, what is imposed, how it is shaped, and what could not be met."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from models.road.forcing import Forcing, on_grid, weather
from models.road.run import at_rest, run, undriven
from models.road.start import OFF_K, fading, frozen_or_silent, meet, shaped
from tests.unit.models.road.test_road_balance import START, day, some

NIGHT, NOON = 144, 276
"""Steps of ``day``: midnight, and the next day 23 hours after its start at noon."""


def hours_from(known_from_h: int, hours: int = 30) -> Forcing:
    """A dry day with cloud known only from an hour on."""
    h = np.arange(hours + 1)
    cloud = np.where(h >= known_from_h, 0.3, np.nan)
    times = [START + timedelta(hours=int(i)) for i in h]
    made = weather(
        times, 60.0, 15.0, 100.0, air_c=-2.0 + 0.0 * h, humidity_pct=90.0 + 0.0 * h, wind_m_s=2.0 + 0.0 * h,
        precip_mm_h=0.0 * h, cloud=cloud,
    )  # fmt: skip
    return on_grid([made], START, hours)


def test_a_station_is_met_and_its_correction_fades() -> None:
    """Observations made by the model itself under 25 W/m² more: found again, nothing imposed, and gone after a day."""
    where, forcing = some(["road"]), day(30, precip_mm_h=0.0)
    state = at_rest(where, np.array([1.0]))
    truth = undriven(where, forcing)._replace(correction=np.array([25.0]), fade=np.ones(forcing.steps))
    observed = run(where, forcing, state, drive=truth, every=1, steps=NIGHT).surface_c
    met = meet(where, forcing, state, observed, NIGHT)
    assert met.correction[0] == pytest.approx(25.0, abs=2.0)
    assert abs(met.miss_k[0]) < 0.02
    assert met.last[0] == NIGHT - 1
    assert fading(forcing, NIGHT)[NIGHT - 1] == 1.0
    assert fading(forcing, NIGHT)[-1] < 0.02


@pytest.mark.parametrize("off_k", [-12.0, 12.0])
def test_what_no_correction_meets_is_imposed_and_told(off_k: float) -> None:
    """A surface that is 12 K from the model's: the start is what was seen, below too, and the miss is known."""
    where, forcing = some(["road"]), day(30, precip_mm_h=0.0)
    state = at_rest(where, np.array([1.0]))
    observed = run(where, forcing, state, every=1, steps=NIGHT).surface_c + off_k
    met = meet(where, forcing, state, observed, NIGHT)
    assert abs(met.correction[0]) == pytest.approx(150.0)
    assert abs(met.miss_k[0]) > 2.0 * OFF_K
    assert np.sign(met.miss_k[0]) == -np.sign(off_k)
    assert met.surface_c[0] == pytest.approx(observed[0, -1], abs=0.01)
    assert (
        met.state.column[0, 4] - meet(where, forcing, state, observed - off_k, NIGHT).state.column[0, 4]
    ) * off_k > 0


def test_all_observations_of_the_window_count() -> None:
    """Two roads seen alike at last, one of them 6 K warmer until half an hour before: it is warmer below."""
    where, forcing = some(["road"] * 2), day(30, precip_mm_h=0.0)
    state = at_rest(where, np.array([1.0, 1.0]))
    observed = run(where, forcing, state, every=1, steps=NIGHT).surface_c
    observed[1, NIGHT - 30 : NIGHT - 6] += 6.0
    met = meet(where, forcing, state, observed, NIGHT)
    assert met.surface_c[0] == pytest.approx(met.surface_c[1], abs=0.25)
    assert met.state.column[1, 4] > met.state.column[0, 4] + 0.3


def test_a_correction_of_the_day_does_not_stay_after_sunset() -> None:
    """At noon it answers for the sun: four hours later, in the dark, less of it is left than of one of the night."""
    forcing = day(48, cloud=0.0, precip_mm_h=0.0)
    later = 4 * 12
    assert fading(forcing, NOON)[NOON + later] < 0.6 * fading(forcing, NIGHT)[NIGHT + later]
    assert shaped(forcing, NOON)[NOON] == 1.0
    assert shaped(forcing, NOON)[NOON - 12] < 1.0
    overcast = shaped(day(48, cloud=1.0, precip_mm_h=0.0), NIGHT)
    assert overcast[NOON] < 0.6 * shaped(forcing, NIGHT)[NOON]


def test_the_window_reaches_as_far_as_radiation_is_known() -> None:
    """Three hours, or from where cloud is said; where that is under an hour, three hours of a guess, and it is told."""
    where = some(["road"])
    for known_from_h, steps, guessed in ((0, 36, False), (10, 24, False), (12, 36, True), (13, 36, True)):
        forcing = hours_from(known_from_h)
        state = at_rest(where, np.array([-1.0]))
        observed = run(where, forcing, state, every=1, steps=NIGHT).surface_c
        met = meet(where, forcing, state, observed, NIGHT)
        assert (NIGHT - met.begin, met.guessed) == (steps, guessed)


def test_a_frozen_and_a_silent_station_are_said_and_not_used() -> None:
    where, forcing = some(["road"] * 2), day(30)
    observed = np.full((2, NIGHT), np.nan)
    observed[0, ::6] = 3.3
    observed[1, 0:40:6] = 1.0
    assert [part.tolist() for part in frozen_or_silent(observed, 300.0)] == [[True, False], [False, True]]
    met = meet(where, forcing, at_rest(where, np.full(2, 1.0)), observed, NIGHT)
    assert met.correction.tolist() == [0.0, 0.0]
    assert (met.still.tolist(), met.silent.tolist()) == ([True, False], [False, True])
    assert np.isnan(met.miss_k).all()
