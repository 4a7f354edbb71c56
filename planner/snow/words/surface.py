"""The road's surface in words: how cold it will be, what the land does to it, and what had to be assumed of the air."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from city.catalogue.message import Text
from city.plan import Degradation, Reason
from city.said import clock_en, clock_sv, figure_en, figure_sv
from models.road.hours import lacking
from models.snow import Hindcast, known
from models.weather import HourlyWeather
from planner.snow.need import Need
from planner.snow.snapshot import SnowSnapshot
from planner.words.sentences import degradation, forecast_age_s, forecast_source, value_reason

Land = Mapping[int, Mapping[str, float]]
"""By segment: what height, shade, sky, traffic and a bridge do to its surface temperature [K]."""
LAND = {
    "height": ("höjdläge", "height"),
    "shade": ("skugga och lutning", "shade and slope"),
    "sky": ("skymd himmel", "hidden sky"),
    "traffic": ("trafik", "traffic"),
    "bridge": ("bro", "bridge"),
}
LACKING = {
    "wind": ("vind (2 m/s)", "wind (2 m/s)"),
    "humidity": ("luftfuktighet (90 %)", "humidity (90 %)"),
    "cloud": (
        "moln och strålning (mulet vid nederbörd, annars 60 %)",
        "cloud and radiation (overcast, or 60 % if dry)",
    ),
}


def surface_reason(snapshot: SnowSnapshot, worst: Need, land: Mapping[str, float], *, least_k: float = 0.3) -> Reason:
    """The road's temperature in the hour that decides, and what of the land moves it by more than ``least_k``."""
    mid, low, high = worst.surface_c
    said = value_reason(
        Text(
            f"vägytan kl. {clock_sv(worst.peak_at, snapshot.zone)}",
            f"road surface at {clock_en(worst.peak_at, snapshot.zone)}",
        ),
        mid,
        "°C",
        low=low,
        high=high,
        source=forecast_source(snapshot.forecasts),
        age_s=forecast_age_s(snapshot.forecasts, snapshot.at),
    )
    felt = land_felt(land, least_k=least_k)
    if felt.sv:
        said = _further(
            said, "mot en öppen, plan gata utan trafik: ", "against an open, flat street without traffic: ", felt
        )
    if worst.corrected:
        said = _further(said, "", "", Text("rättad efter givare i vägbanan", "corrected by sensors in the road"))
    return said


def _further(said: Reason, sv: str, en: str, more: Text) -> Reason:
    return msgspec.structs.replace(said, text=f"{said.text}; {sv}{more.sv}", text_en=f"{said.text_en}; {en}{more.en}")


def land_felt(land: Mapping[str, float], *, least_k: float = 0.3) -> Text:
    """What of the land moves the surface by more than ``least_k``, each with its share [K]; else empty."""
    felt = {name: kelvin for name, kelvin in land.items() if abs(kelvin) > least_k}
    return Text(
        ", ".join(f"{LAND[name][0]} {'+' if k > 0 else ''}{figure_sv(k)} K" for name, k in felt.items()),
        ", ".join(f"{LAND[name][1]} {'+' if k > 0 else ''}{figure_en(k)} K" for name, k in felt.items()),
    )


def weak_air(weather: HourlyWeather) -> Iterable[Degradation]:
    """What the road model had to assume of the air, in one line."""
    names = lacking(weather) if known(weather) else ()
    if names:
        sv, en = (", ".join(LACKING[name][k] for name in names) for k in (0, 1))
        yield degradation(
            "road_weather",
            f"Prognosen saknar {sv}: vägmodellen räknar med vanliga värden och med större osäkerhet.",
            f"The forecast lacks {en}: the road model takes usual values and a wider range.",
        )


def weak_stations(behind: Hindcast) -> Iterable[Degradation]:
    """Road sensors that stood still, said nothing of late or saw what no weather gives: the model runs without them."""
    for device in behind.unused:
        yield degradation(
            device,
            f"Vägytegivare {device} har stått på samma värde i timmar, varit tyst eller visat vad vädret inte kan ge: "
            "vägmodellen räknar utan den.",
            f"Road sensor {device} stood on one value for hours, was silent or showed what the weather cannot give: "
            "the road model runs without it.",
        )
