"""MET Norway Locationforecast 2.0 (compact or complete) as one normalised forecast.

A step takes the amount of ``next_1_hours``; where that ends, of ``next_6_hours``, as a rate over its hours. The
symbol code tells snow and sleet. Source: MET Norway, CC BY 4.0.
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

PROVIDER = "metno"
Instant = Annotated[datetime, Meta(tz=True)]


class MetnoSummary(msgspec.Struct):
    """The symbol of a period."""

    symbol_code: str | None = None


class Period(msgspec.Struct):
    """A period after an instant."""

    summary: MetnoSummary | None = None
    details: dict[str, float | None] = {}


class At(msgspec.Struct):
    """Values at an instant."""

    details: dict[str, float | None] = {}


class Data(msgspec.Struct):
    """What is said of one instant."""

    instant: At
    next_1_hours: Period | None = None
    next_6_hours: Period | None = None
    next_12_hours: Period | None = None


class Entry(msgspec.Struct):
    """One entry of the series."""

    time: Instant
    data: Data


class Head(msgspec.Struct):
    """When it was made."""

    updated_at: Instant


class MetnoProperties(msgspec.Struct):
    """The series and its head."""

    meta: Head
    timeseries: Annotated[list[Entry], Meta(min_length=1)]


class MetnoGeometry(msgspec.Struct):
    """Longitude, latitude and, where given, height."""

    coordinates: Annotated[list[float], Meta(min_length=2)]


class MetnoAnswer(msgspec.Struct):
    """A whole answer."""

    geometry: MetnoGeometry
    properties: MetnoProperties


def parse(raw: bytes, file: object, *, simulated: bool = False) -> Forecast:
    """The forecast of an answer, also of one stored with its HTTP headers. Raises ImportRefused naming the field."""
    try:
        body: Any = msgspec.json.decode(raw)
        if isinstance(body, dict) and "headers" in body and "data" in body:
            body = body["data"]
        answer = msgspec.convert(body, MetnoAnswer)
        steps = tuple(_steps(answer.properties.timeseries))
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, RecursionError) as error:
        problem = message("error.weather.no_metno", problem=in_our_words(error))
        raise ImportRefused(file, problem, message("error.weather.fetch_or_name")) from error
    place = answer.geometry.coordinates
    return Forecast(
        PROVIDER,
        place[0],
        place[1],
        answer.properties.meta.updated_at,
        steps,
        place[2] if len(place) > 2 else None,
        simulated,
    )


def _steps(series: list[Entry]) -> list[ForecastStep]:
    entries = sorted(series, key=lambda entry: entry.time)
    steps = []
    for place, entry in enumerate(entries):
        following = entries[place + 1].time if place + 1 < len(entries) else None
        period, hours = _period(entry.data, following, entry.time)
        if period is not None:
            ends = entry.time + timedelta(hours=hours)
            steps.append(_step(entry, period, hours, ends if following is None else min(ends, following)))
    return steps


def _period(data: Data, following: datetime | None, at: datetime) -> tuple[Period | None, int]:
    """The shortest period that covers the way to the next entry."""
    gap = 1.0 if following is None else (following - at) / timedelta(hours=1)
    offers = [(data.next_1_hours, 1), (data.next_6_hours, 6), (data.next_12_hours, 12)]
    with_amount = [(p, h) for p, h in offers if p is not None and p.details.get("precipitation_amount") is not None]
    long_enough = [(p, h) for p, h in with_amount if h >= gap]
    for choice in (long_enough, with_amount):
        if choice:
            return choice[0]
    return None, 0


def _step(entry: Entry, period: Period, hours: int, ends: datetime) -> ForecastStep:
    now = entry.data.instant.details
    symbol = (period.summary.symbol_code if period.summary else None) or ""
    amount = _rate(period, "precipitation_amount", hours)
    cloud = now.get("cloud_area_fraction")
    return ForecastStep(
        valid_from=entry.time,
        valid_to=ends,
        temp_c=now.get("air_temperature"),
        precip_mm_h=amount,
        precip_min_mm_h=_rate(period, "precipitation_amount_min", hours),
        precip_max_mm_h=_rate(period, "precipitation_amount_max", hours),
        snow_fraction=_snow_fraction(symbol, amount),
        precip_type=_type(symbol),
        wind_m_s=now.get("wind_speed"),
        humidity_pct=_bounded(now.get("relative_humidity"), 0.0, 100.0),
        dew_point_c=now.get("dew_point_temperature"),
        cloud=_bounded(None if cloud is None else cloud / 100.0, 0.0, 1.0),
        pressure_hpa=now.get("air_pressure_at_sea_level"),
    )


def _rate(period: Period, key: str, hours: int) -> float | None:
    amount = period.details.get(key)
    return None if amount is None or amount < 0 else amount / hours


def _type(symbol: str) -> str | None:
    for word in ("sleet", "snow", "rain"):
        if word in symbol:
            return {"sleet": "rain_and_snow"}.get(word, word)
    return "none" if symbol else None


def _snow_fraction(symbol: str, amount: float | None) -> float | None:
    if not amount:
        return None
    return {"snow": 1.0, "rain_and_snow": 0.5, "rain": 0.0}.get(_type(symbol) or "")


def _bounded(value: float | None, low: float, high: float) -> float | None:
    return None if value is None else min(high, max(low, value))
