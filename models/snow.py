"""Snow on each segment by a degree-hour and snow-fraction rule: simple, stated, and the same for every town.

What falls as snow is decided by temperature and humidity at the segment's own height, unless the forecast says
it; fresh snow has a density by temperature; what lies settles, and melts by degree-hours and by rain. The road's
own heat, traffic, wind drift and salt are not modelled here: this errs towards more snow on busy streets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.weather import HourlyWeather

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SnowState:
    """After each hour: ``depth_cm``, ``water_mm`` (n_segments, n_hours); ``wet`` where the snow is heavy or slush."""

    depth_cm: Floats
    water_mm: Floats
    wet: Bools


@dataclass(frozen=True)
class SnowRange:
    """The same forecast read low, as it stands, and high."""

    low: SnowState
    mid: SnowState
    high: SnowState


def snow_share(temp_c: Floats, humidity_pct: Floats | float) -> Floats:
    """Share of precipitation that falls as snow, 0, 0.5 or 1, from air temperature [°C] and humidity [%].

    P(rain) = 1 / (1 + exp(22 - 2.7 T - 0.2 RH)); under 0.3 snow, over 0.7 rain, between half and half: FMI
    RoadSurf (Karsisto 2024, GMD 17, 4837). Missing humidity is read as 90 %.
    """
    humidity = np.where(np.isnan(humidity_pct), 90.0, humidity_pct)
    rain = 1.0 / (1.0 + np.exp(np.clip(22.0 - 2.7 * temp_c - 0.2 * humidity, -60.0, 60.0)))
    return np.where(rain < 0.3, 1.0, np.where(rain > 0.7, 0.0, 0.5))


def fresh_density(temp_c: Floats, *, floor: float = 50.0, cap: float = 200.0) -> Floats:
    """Density of fresh snow [kg/m³] by air temperature: 67.9 + 51.25 exp(T / 2.59), Hedstrom and Pomeroy 1998."""
    density: Floats = np.clip(67.92 + 51.25 * np.exp(np.minimum(temp_c, 4.0) / 2.59), floor, cap)
    return density


def snow_on_road(
    weather: HourlyWeather,
    elevation_m: Floats,
    start_depth_cm: Floats,
    *,
    precip_mm: Floats | None = None,
    warmer_k: float = 0.0,
    lapse_k_per_m: float = -0.0065,
    melt_mm_per_k_h: float = 0.17,
    settle_per_h: float = 0.01,
    densest_kg_m3: float = 350.0,
    start_density_kg_m3: float = 120.0,
) -> SnowState:
    """Runs the rule hour by hour.

    ``elevation_m`` and ``start_depth_cm`` are (n_segments,); NaN elevation takes no lapse. ``precip_mm``
    (n_hours,) replaces the forecast's amounts and ``warmer_k`` shifts its temperature, for the range. An hour
    with missing weather leaves the snow as it is. ``lapse_k_per_m``: standard atmosphere; ``melt_mm_per_k_h``:
    4 mm per K and day, a usual degree-day factor; ``settle_per_h``: share by which depth settles each hour.
    """
    amounts = weather.precip_mm if precip_mm is None else precip_mm
    lapse = lapse_k_per_m * np.nan_to_num(elevation_m - weather.reference_m)
    depth = np.array(start_depth_cm, float)
    water = depth * start_density_kg_m3 / 100.0
    shape = (len(depth), weather.hours)
    out = SnowState(np.zeros(shape), np.zeros(shape), np.zeros(shape, bool))
    wet = np.zeros(len(depth), bool)
    for hour in range(weather.hours):
        temp = weather.temp_c[hour] + lapse + warmer_k
        if np.isfinite(weather.temp_c[hour]) and np.isfinite(weather.precip_mm[hour]):
            share = _share(weather, hour, temp)
            falls = np.nan_to_num(amounts[hour])
            snow, rain = falls * share, falls * (1.0 - share)
            depth = depth * (1.0 - settle_per_h) + 100.0 * snow / fresh_density(temp)
            water = water + snow
            melt = np.minimum(water, np.maximum(temp, 0.0) * (melt_mm_per_k_h + 0.0125 * rain))
            left = np.divide(water - melt, water, out=np.zeros_like(water), where=water > 1e-9)
            depth, water = depth * left, water - melt
            depth = np.maximum(depth, 100.0 * water / densest_kg_m3)
            wet = (depth > 0) & ((temp > -0.5) | (rain > 0.1))
        out.depth_cm[:, hour], out.water_mm[:, hour], out.wet[:, hour] = depth, water, wet
    return out


def snow_range(
    weather: HourlyWeather, elevation_m: Floats, start_depth_cm: Floats, *, spread: float = 0.4, warmer_k: float = 1.0
) -> SnowRange:
    """Low, mid and high: the provider's own range of amounts where it gives one, else ±``spread`` of the amount;
    and one kelvin warmer or colder. The spread is a design choice that no observations have calibrated yet.

    Low is never over mid nor high under it, although more rain can melt more and the rule can see snow where the
    forecast itself says rain.
    """
    low = np.where(np.isnan(weather.precip_low_mm), weather.precip_mm * (1 - spread), weather.precip_low_mm)
    high = np.where(np.isnan(weather.precip_high_mm), weather.precip_mm * (1 + spread), weather.precip_high_mm)
    mid = snow_on_road(weather, elevation_m, start_depth_cm)
    less = snow_on_road(
        weather, elevation_m, start_depth_cm, precip_mm=np.fmin(low, weather.precip_mm), warmer_k=warmer_k
    )
    more = snow_on_road(
        weather, elevation_m, start_depth_cm, precip_mm=np.fmax(high, weather.precip_mm), warmer_k=-warmer_k
    )
    return SnowRange(_bounded(np.minimum, less, mid), mid, _bounded(np.maximum, more, mid))


def _bounded(bound: np.ufunc, state: SnowState, mid: SnowState) -> SnowState:
    """``state`` kept on its side of the middle."""
    return SnowState(bound(state.depth_cm, mid.depth_cm), bound(state.water_mm, mid.water_mm), state.wet)


def _share(weather: HourlyWeather, hour: int, temp: Floats, *, same_air_k: float = 0.5) -> Floats:
    """The forecast's own snow fraction where the segment's air is the forecast's; else the rule."""
    rule = snow_share(temp, weather.humidity_pct[hour])
    said = weather.snow_fraction[hour]
    if np.isnan(said):
        return rule
    return np.where(np.abs(temp - weather.temp_c[hour]) <= same_air_k, said, rule)
