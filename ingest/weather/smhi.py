"""SMHI point forecasts, ``snow1g`` version 1, as one normalised forecast.

Traps that the answers hold: 9999 and, for the frozen part, -9 are missing; every key is optional; steps lengthen
from 1 to 12 hours; the interval may begin where it ends (then the step before it counts); type 1 is rain, 5 snow.
Source: SMHI open data, CC BY 4.0.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.entities import Forecast, ForecastStep
from city.errors import ImportRefused

PROVIDER = "smhi"
MISSING = 9999.0
DRY_FROZEN_PART = -9.0
TYPES = {
    0: "none",
    1: "rain",
    2: "thunderstorm",
    3: "freezing_rain",
    4: "mixed",
    5: "snow",
    6: "wet_snow",
    7: "rain_and_snow",
    8: "ice_pellets",
    9: "graupel",
    10: "hail",
    11: "drizzle",
    12: "freezing_drizzle",
}
"""``predominant_precipitation_type_at_surface`` of snow1g; in the older service 1 was snow."""

Instant = Annotated[datetime, Meta(tz=True)]


class SmhiStep(msgspec.Struct, rename="camel"):
    """One step as SMHI sends it; ``data`` is whatever it holds this year."""

    time: Instant
    interval_parameters_start_time: Instant | None = None
    data: dict[str, Any] = {}


class SmhiGeometry(msgspec.Struct):
    """Longitude and latitude."""

    coordinates: Annotated[list[float], Meta(min_length=2)]


class SmhiAnswer(msgspec.Struct, rename="camel"):
    """A whole answer."""

    reference_time: Instant
    geometry: SmhiGeometry
    time_series: Annotated[list[SmhiStep], Meta(min_length=1)]


_decoder = msgspec.json.Decoder(SmhiAnswer)


def parse(raw: bytes, file: object, *, simulated: bool = False) -> Forecast:
    """The forecast of an answer. Raises ImportRefused naming file and field."""
    try:
        answer = _decoder.decode(raw)
        steps = tuple(_steps(answer.time_series))
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, RecursionError) as error:
        problem = message("error.weather.no_smhi", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.weather.fetch_or_name")) from error
    lon, lat = answer.geometry.coordinates[:2]
    return Forecast(PROVIDER, lon, lat, answer.reference_time, steps, None, simulated)


def _steps(series: list[SmhiStep]) -> list[ForecastStep]:
    steps = []
    before: datetime | None = None
    for step in sorted(series, key=lambda item: item.time):
        begins = step.interval_parameters_start_time
        if begins is None or begins >= step.time:
            begins = before if before is not None else step.time - timedelta(hours=1)
        steps.append(_step(begins, step.time, step.data))
        before = step.time
    return steps


def _step(begins: datetime, ends: datetime, data: dict[str, Any]) -> ForecastStep:
    amount = _amount(data, "precipitation_amount_mean")
    kind = _number(data, "predominant_precipitation_type_at_surface")
    low, high = _amount(data, "precipitation_amount_min"), _amount(data, "precipitation_amount_max")
    cloud = _number(data, "cloud_area_fraction")
    return ForecastStep(
        valid_from=begins,
        valid_to=ends,
        temp_c=_number(data, "air_temperature"),
        precip_mm_h=amount,
        precip_min_mm_h=low if low is None or amount is None else min(low, amount),
        precip_max_mm_h=high if high is None or amount is None else max(high, amount),
        snow_fraction=_snow_fraction(data, amount),
        precip_type=None if kind is None else TYPES.get(int(kind)),
        wind_m_s=_amount(data, "wind_speed"),
        humidity_pct=_bounded(_number(data, "relative_humidity"), 0.0, 100.0),
        cloud=_bounded(None if cloud is None else cloud / 8.0, 0.0, 1.0),
        pressure_hpa=_number(data, "air_pressure_at_mean_sea_level"),
    )


def _number(data: dict[str, Any], key: str) -> float | None:
    value = data.get(key)
    return None if not isinstance(value, int | float) or value == MISSING else float(value)


def _amount(data: dict[str, Any], key: str) -> float | None:
    """A value that cannot be negative; a negative one is missing."""
    value = _number(data, key)
    return None if value is None or value < 0 else value


def _bounded(value: float | None, low: float, high: float) -> float | None:
    return None if value is None else min(high, max(low, value))


def _snow_fraction(data: dict[str, Any], amount: float | None) -> float | None:
    """The frozen part as 0 to 1, only where something falls: amounts first, type second."""
    part = _number(data, "precipitation_frozen_part")
    if part is None or part == DRY_FROZEN_PART or not amount:
        return None
    return _bounded(part / 100.0, 0.0, 1.0)
