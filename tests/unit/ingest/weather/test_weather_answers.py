"""Answers of SMHI and MET Norway as one normalised forecast: small ones of our own shape, and the real ones."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.entities import Forecast, ForecastStep
from city.errors import ImportRefused
from ingest.weather import metno, smhi
from ingest.weather.stored import parse_any

SMALL = Path(__file__).parents[3] / "data" / "weather"
SMHI, METNO = (SMALL / "smhi_small.json").read_bytes(), (SMALL / "metno_small.json").read_bytes()
HOUR = timedelta(hours=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def hours(step: ForecastStep) -> float:
    return (step.valid_to - step.valid_from) / HOUR


def water_mm(forecast: Forecast, span_h: float) -> float:
    """What falls in the first hours [mm]."""
    end = forecast.steps[0].valid_from + span_h * HOUR
    return sum((step.precip_mm_h or 0.0) * hours(step) for step in forecast.steps if step.valid_to <= end)


def sound(forecast: Forecast) -> None:
    """What holds of every normalised forecast: steps in order without overlap, values in range, nothing of 9999."""
    for step, following in zip(forecast.steps, forecast.steps[1:], strict=False):
        assert step.valid_from < step.valid_to <= following.valid_from
    for step in forecast.steps:
        assert step.temp_c is None or -60 < step.temp_c < 60
        assert step.snow_fraction is None or (0 <= step.snow_fraction <= 1 and (step.precip_mm_h or 0) > 0)
        assert step.cloud is None or 0 <= step.cloud <= 1
        assert step.humidity_pct is None or 0 <= step.humidity_pct <= 100
        for value in (step.precip_mm_h, step.precip_min_mm_h, step.precip_max_mm_h, step.wind_m_s):
            assert value is None or 0 <= value < 200
        if None not in (step.precip_min_mm_h, step.precip_mm_h, step.precip_max_mm_h):
            assert step.precip_min_mm_h <= step.precip_mm_h <= step.precip_max_mm_h  # type: ignore[operator]


# ---- SMHI --------------------------------------------------------------------------------------------------------


def test_smhi_steps_lengthen_and_an_interval_may_begin_where_it_ends() -> None:
    """A zero-length interval takes the way from the step before; a missing begin too; no step is assumed hourly."""
    forecast = smhi.parse(SMHI, "small")
    sound(forecast)
    assert [hours(step) for step in forecast.steps] == [1, 1, 1, 3, 6, 12]
    assert (forecast.issued_at, forecast.lon, forecast.lat) == (utc(2027, 1, 11, 21), 14.8091, 56.8777)


def test_smhi_type_1_is_rain_and_5_is_snow() -> None:
    """The code table of snow1g, not that of the older service, in which 1 was snow."""
    snow, rain, dry, mixed, *_ = smhi.parse(SMHI, "small").steps
    assert (snow.precip_type, snow.snow_fraction) == ("snow", 1.0)
    assert (rain.precip_type, rain.snow_fraction) == ("rain", 0.0)
    assert (dry.precip_type, dry.snow_fraction) == ("none", None)
    assert (mixed.precip_type, mixed.snow_fraction) == ("rain_and_snow", 0.4)


def test_smhi_9999_and_minus_9_are_missing_and_never_zero() -> None:
    """Missing values are None in every column; what is 0 stays 0."""
    snow, rain, dry, mixed, gone, empty = smhi.parse(SMHI, "small").steps
    assert (rain.wind_m_s, rain.cloud, mixed.temp_c) == (None, None, None)
    assert (gone.precip_mm_h, gone.snow_fraction, gone.precip_type) == (None, None, None)
    assert (dry.precip_mm_h, dry.wind_m_s) == (0.0, None)
    assert (empty.temp_c, empty.precip_mm_h, empty.precip_type) == (None, None, None)
    assert (snow.cloud, snow.humidity_pct, snow.pressure_hpa) == (1.0, 100.0, 1013.6)


@pytest.mark.parametrize(("eighths", "share"), [(0, 0.0), (1, 0.125), (6, 0.75), (8, 1.0), (9, 1.0)])
def test_smhi_tells_cloud_in_eighths(eighths: int, share: float) -> None:
    """As a share in the forecast; 9, a sky that cannot be seen, counts as covered."""
    answer = json.loads(SMHI)
    answer["timeSeries"][0]["data"]["cloud_area_fraction"] = eighths
    assert smhi.parse(json.dumps(answer).encode(), "cloud").steps[0].cloud == share


def test_smhi_bounds_hold_the_mean() -> None:
    """Where the provider's least is above its mean, or its most below, the range is opened to the mean."""
    rain = smhi.parse(SMHI, "small").steps[1]
    assert (rain.precip_min_mm_h, rain.precip_mm_h, rain.precip_max_mm_h) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("key", sorted(json.loads(SMHI)["timeSeries"][0]["data"]))
def test_smhi_every_key_is_optional(key: str) -> None:
    """An answer without one of its keys is read, and only what rests on that key is missing."""
    answer = json.loads(SMHI)
    for step in answer["timeSeries"]:
        step["data"].pop(key, None)
    forecast = smhi.parse(json.dumps(answer).encode(), "less")
    sound(forecast)
    assert len(forecast.steps) == 6


def test_smhi_steps_in_any_order_are_sorted() -> None:
    """The order in the answer does not matter where each interval names its begin."""
    answer = json.loads(SMHI)
    answer["timeSeries"].reverse()
    assert smhi.parse(json.dumps(answer).encode(), "turned") == smhi.parse(SMHI, "small")


def test_real_smhi_of_february(data_folder: Path) -> None:
    """Stockholm 2026-02-06: 76 steps over ten days, next to no snow in 24 h although type 5 is often named."""
    forecast = smhi.parse((data_folder / "weather/smhi_snow1g_winter_stockholm_2026-02-06.json").read_bytes(), "real")
    sound(forecast)
    assert len(forecast.steps) == 76
    assert forecast.issued_at == utc(2026, 2, 6, 21)
    assert {hours(step) for step in forecast.steps} <= {1, 2, 3, 6, 12}
    assert water_mm(forecast, 24) < 0.5
    assert sum(step.precip_type == "snow" and step.precip_mm_h == 0.0 for step in forecast.steps) == 16
    assert all(step.snow_fraction is None for step in forecast.steps if step.precip_mm_h == 0.0)


def test_real_smhi_of_april(data_folder: Path) -> None:
    """Norrköping 2026-04-02: other keys, intervals that begin before they end, rain read as rain."""
    raw = (data_folder / "weather/smhi_snow1g_2026-04-02.json").read_bytes()
    forecast = smhi.parse(raw, "real")
    sound(forecast)
    types = {
        entry["data"].get("predominant_precipitation_type_at_surface"): step.precip_type
        for entry, step in zip(json.loads(raw)["timeSeries"], forecast.steps, strict=True)
    }
    assert types.items() >= {(1, "rain"), (0, "none")}
    assert len(forecast.steps) == 83
    rainy = [s for s in forecast.steps if s.precip_type == "rain" and s.precip_mm_h and (s.temp_c or 0) > 5]
    assert rainy
    assert all((step.snow_fraction or 0.0) < 0.5 for step in rainy)


# ---- MET Norway --------------------------------------------------------------------------------------------------


def test_metno_periods_become_rates() -> None:
    """An hour's amount is its rate, six hours' amount a sixth; an entry without an amount is no step."""
    forecast = metno.parse(METNO, "small")
    sound(forecast)
    assert [hours(step) for step in forecast.steps] == [1, 1, 6, 6]
    assert [step.precip_mm_h for step in forecast.steps] == [0.5, 0.4, 0.5, 0.0]
    assert (forecast.issued_at, forecast.elevation_m) == (utc(2027, 1, 11, 20, 27, 6), 164)


def test_metno_symbols_tell_snow_and_sleet() -> None:
    """Snow is all snow, sleet half, rain none; a dry step says nothing of snow."""
    steps = metno.parse(METNO, "small").steps
    assert [step.precip_type for step in steps] == ["snow", "rain_and_snow", "rain", "none"]
    assert [step.snow_fraction for step in steps] == [1.0, 0.5, 0.0, None]


def test_real_oslo_of_february_is_3_8_mm(data_folder: Path) -> None:
    """The 24 h sum of the stored Oslo answer is 3.8 mm of water, all snow."""
    forecast = metno.parse(
        (data_folder / "weather/metno_locationforecast2_oslo_snow_2026-02-06.json").read_bytes(), "r"
    )
    sound(forecast)
    assert water_mm(forecast, 24) == pytest.approx(3.8, abs=0.05)
    wet = [step for step in forecast.steps if step.precip_mm_h]
    assert wet[0].snow_fraction == 1.0
    assert forecast.elevation_m == 5


def test_real_metno_stored_with_its_headers(data_folder: Path) -> None:
    """An answer that was stored together with its HTTP headers is read all the same."""
    forecast = metno.parse((data_folder / "weather/metno_locationforecast2_compact.json").read_bytes(), "real")
    sound(forecast)
    assert len(forecast.steps) > 50
    assert forecast.issued_at.year == 2020


# ---- both --------------------------------------------------------------------------------------------------------


def test_any_stored_answer_is_recognised() -> None:
    """The provider of a stored answer is found by its shape."""
    assert parse_any(SMHI, "a").provider == "smhi"
    assert parse_any(METNO, "b").provider == "metno"


@pytest.mark.parametrize("name", ["openmeteo_forecast_2026-02-06.json", "smhi_metobs_latest_hour_malmo.json"])
def test_a_real_answer_of_another_service_is_refused(data_folder: Path, name: str) -> None:
    """What is no forecast of the two is refused with the file and the way out."""
    file = data_folder / "weather" / name
    with pytest.raises(ImportRefused, match=r"give a stored answer of SMHI snow1g or MET Norway"):
        parse_any(file.read_bytes(), file)


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{}", SMHI[:500], METNO[:500], b"\xff\xfe", b"<html>busy</html>", b"[" * 100_000],
    ids=range(9),
)
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    """Truncated, empty, deep or foreign bytes are one ImportRefused that names the file."""
    with pytest.raises(ImportRefused, match="stored"):
        parse_any(raw, "stored")


def damaged(answer: dict[str, Any], path: list[Any], value: object) -> dict[str, Any]:
    """The answer with one place replaced."""
    out = copy.deepcopy(answer)
    part: Any = out
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return out


def places(part: object, path: tuple[Any, ...] = ()) -> list[list[Any]]:
    """Every place of a JSON tree."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [list(path)] * bool(path) + [place for key, value in inner for place in places(value, (*path, key))]


ODD = (
    st.none()
    | st.booleans()
    | st.text(max_size=5)
    | st.sampled_from(
        [9999, -9, -1, 1e308, 10**400, "2027-01-12T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", [], {}]
    )
)


@pytest.mark.parametrize("raw", [SMHI, METNO], ids=["smhi", "metno"])
@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_one_odd_value_is_missing_or_refused(raw: bytes, data: st.DataObject) -> None:
    """Whatever stands in one place of an answer: it is read, or refused with a reason; never another error."""
    answer = json.loads(raw)
    path = data.draw(st.sampled_from(places(answer)))
    try:
        parse_any(json.dumps(damaged(answer, path, data.draw(ODD))).encode(), "odd")
    except ImportRefused as refused:
        assert "odd" in str(refused)
