"""The road's surface in words: how cold it will be, what the land does to it, and what had to be assumed of the air."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from city.catalogue.message import Message, message
from city.plan import Degradation, Reason
from models.road.hours import lacking
from models.snow import Hindcast, known
from models.weather import HourlyWeather
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.land import land_felt
from planner.snow.words.when import when
from planner.words.sentences import degradation, forecast_age_s, forecast_source, value_reason

Land = Mapping[int, Mapping[str, float]]
"""By segment: what height, shade, sky, traffic and a bridge do to its surface temperature [K]."""


def surface_reason(snapshot: SnowSnapshot, worst: Need, land: Mapping[str, float], *, least_k: float = 0.3) -> Reason:
    """The road's temperature in the hour that decides, and what of the land moves it by more than ``least_k``."""
    mid, low, high = worst.surface_c
    at = worst.peak_at.astimezone(snapshot.zone)
    return value_reason(
        message("plan.snow.surface.at", when=when(snapshot, at)),
        mid,
        "°C",
        low=low,
        high=high,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
        further=tuple(_why_so(worst, land_felt(land, least_k=least_k))),
        hour=at,
    )


def _why_so(worst: Need, felt: tuple[Message, ...]) -> Iterable[Message]:
    if felt:
        yield message("plan.snow.surface.land", parts=felt)
    if worst.corrected:
        yield message("plan.snow.surface.corrected")


def weak_air(weather: HourlyWeather) -> Iterable[Degradation]:
    """What the road model had to assume of the air, in one line."""
    names = lacking(weather) if known(weather) else ()
    if names:
        what = tuple(message(f"plan.snow.lacking.{name}") for name in names)
        yield degradation("road_weather", message("plan.snow.weak.air", what=what))


def weak_stations(behind: Hindcast) -> Iterable[Degradation]:
    """Road sensors that stood still, said nothing of late or saw what no weather gives: the model runs without them;
    and those that it could not be brought to."""
    for device in behind.unused:
        yield degradation(device, message("plan.snow.weak.station", device=device))
    for device, miss_k in behind.off:
        way = "colder" if miss_k < 0.0 else "warmer"
        yield degradation(device, message(f"plan.snow.weak.station_off.{way}", device=device, miss=abs(miss_k)))
