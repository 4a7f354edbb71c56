"""What a station's own record does to its range: hindcasts before the forecast begins, and nothing from after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.road.uncertain import LEARNED, by_record
<<<<<<<< HEAD:tests/unit/planner/road/test_road_growth.py
from planner.road.forecast import Bundle, ObservedRow, SiteForecast, SiteRow, WeatherRow, forecast_site
from planner.road.growth import PastForecast, own_growth, past_starts
|||||||| merged common ancestors:tests/unit/planner/road/test_road_record.py
from planner.road.forecast import Bundle, ObservedRow, SiteForecast, SiteRow, WeatherRow, forecast_site
from planner.road.record import PastForecast, own_growth, past_starts
========
from planner.road.forecast import Bundle, ObservedRow, SiteForecast, SiteRow, WeatherRow, forecast_all
from planner.road.ownrange import PastForecast, own_growth, past_starts
>>>>>>>> range:tests/unit/planner/road/test_road_ownrange.py

AT = datetime(2027, 1, 12, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEEN = [(AT + k * HOUR / 2, 1.0) for k in range(-120, 1)]
"""Two and a half days of half hours, always 1 °C."""


def always(surface_c: float, scale: float = 0.5) -> object:
    def ahead(when: datetime) -> PastForecast:
        times = [when + k * HOUR for k in range(1, 13)]
        return PastForecast(when, times, np.full(12, surface_c), np.full(12, scale))

    return ahead


def test_starts_have_a_record_behind_them_and_an_observation_at_hand() -> None:
    found = list(past_starts([time for time, _ in SEEN], AT))
    assert found == [AT - 6 * k * HOUR for k in range(1, 10)]
    holed = [time for time, _ in SEEN if not AT - 20 * HOUR < time <= AT - 12 * HOUR]
    assert set(found) - set(past_starts(holed, AT)) == {AT - 12 * HOUR, AT - 18 * HOUR}
    silent = [time for time, _ in SEEN if time <= AT - 12 * HOUR]
    assert set(found) - set(past_starts(silent, AT)) == {AT - 6 * HOUR, AT - 12 * HOUR}
    assert list(past_starts([], AT)) == []


def test_a_station_that_is_worse_than_others_gets_a_wider_range_and_a_better_one_a_narrower() -> None:
    """Drawn towards the others' by the number of cases: nine cases, eight of others."""
    as_expected = 1.0 + 0.5 * 2.0 * np.log(2.0)
    for off, expected in ((as_expected, 1.0), (1.0 + 4.0 * (as_expected - 1.0), 4.0 ** (9 / 17))):
        growth, cases = own_growth(SEEN, AT, always(off))  # type: ignore[arg-type]
        assert cases == 9
        assert growth.times == pytest.approx(expected)
    assert own_growth(SEEN, AT, always(1.05))[0].times < 0.7  # type: ignore[arg-type]
    assert own_growth(SEEN, AT, always(90.0))[0].times == 3.0  # type: ignore[arg-type]


def test_a_short_record_says_nothing() -> None:
    assert own_growth(SEEN[-48:], AT, always(9.0)) == (LEARNED, 0)  # type: ignore[arg-type]
    assert by_record(LEARNED, np.zeros(0), np.zeros(0), 3) == LEARNED


def told(days: float, last: float | None = None) -> SiteForecast:
    """A folder with so many days of a road that swings by 6 K in air that stays at 2 °C, which no weather does."""
    weather = {"air_c": 2.0, "humidity_pct": 90.0, "wind_m_s": 3.0, "precip_mm_h": 0.0, "cloud": 1.0}
    times = [AT + k * HOUR for k in range(-round(24 * days), 1)]
    rows = [
        ObservedRow(t, surface_c=2.0 + 6.0 * np.sin((t - AT) / timedelta(days=1) * 2 * np.pi), **weather) for t in times
    ]
    after = [ObservedRow(AT + HOUR, surface_c=last)] if last is not None else []
    site = SiteRow("bro", 56.9, 14.8, "bridge")
    ahead = tuple(WeatherRow(AT + h * HOUR, **weather) for h in range(13))
    return forecast_all(Bundle(AT, (site,), ahead, (*rows, *after), ()))[0]


def test_a_folder_with_history_learns_from_it_and_says_so() -> None:
    """What the model never gets right widens the range; with half a day of history nothing is said. What came later
    has no say."""
    short, long = told(0.5), told(2.5)
    assert not [note for note in short.notes if note.key == "cli.forecast.own_range"]
    (note,) = (note for note in long.notes if note.key == "cli.forecast.own_range")
    assert note.parts["n"] == 9
    assert note.parts["times"] > 1.2
    wide, narrow = (np.asarray(of.high_c - of.low_c)[-1] for of in (long, short))
    assert wide > 1.2 * narrow
    assert replace(told(2.5, 30.0), notes=()).high_c.tolist() == long.high_c.tolist()
