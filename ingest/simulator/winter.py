"""Winters of an inland town in southern Sweden, drawn from a seed: the truth and what stations see of it.

A daily generator after Richardson (1981, Water Resources Research 17, 182): wet and dry days by a Markov chain of the
first order, gamma amounts, temperatures that remember yesterday and know whether the day is wet. Each wet day's amount
falls in one spell of some hours. Constants with a source name it; the others are our choice. All of them
are frozen: see ``docs/simulated-winters.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from city.winter import Hundredths, SimulatedWinter
from ingest.simulator.winter_forecast import Spell, forecast, remembering
from ingest.simulator.winter_town import Zones, zones

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
MONTHS = ("November", "December", "January", "February", "March")
DAYS = (30, 31, 31, 28, 31)
BEYOND = 2
"""Days after the last one, so that the last hours have a forecast as well."""


@dataclass(frozen=True)
class Climate:
    """Of each of ``MONTHS``: mean air temperature [°C], precipitation [mm], days with at least 1 mm, and half the
    daily range of temperature [K].

    Temperatures: the means of Växjö's published mean minima and maxima (climatestotravel.com, Växjö). Amounts and days
    are rounded from what is usual inland in Götaland in 1991-2020 (the same page: 660 mm a year, 30 in the driest
    month), and stand to be checked against SMHI's tables.
    """

    air_c: tuple[float, ...] = (3.6, 0.0, -1.7, -1.4, 1.4)
    precip_mm: tuple[float, ...] = (60.0, 60.0, 55.0, 40.0, 35.0)
    wet_days: tuple[float, ...] = (11.0, 12.0, 11.0, 9.0, 8.0)
    half_range_k: tuple[float, ...] = (1.2, 1.0, 1.2, 2.0, 3.2)


def winter(
    seed: int, *, town_seed: int = 1, climate: Climate = Climate(), variation: float = 1.0, error: float = 1.0
) -> SimulatedWinter:
    """The winter of a seed, from 12.00 on 1 November for 151 days, over the zones of a town.

    ``variation`` scales what differs between the zones, ``error`` the forecast's errors.
    """
    chance = np.random.default_rng([seed, 3])
    places = zones(town_seed)
    wet = wet_days(chance, climate)
    air = air_c(chance, climate, wet)[:, None] + places.warmer_k - 0.0065 * places.height_m
    spells = [spell(chance, places, day, climate, variation) for day in np.flatnonzero(wet).tolist()]
    fresh = sum((one.fresh_cm(air) for one in spells), np.zeros_like(air))
    hours = 24 * sum(DAYS)
    ahead = forecast(np.random.default_rng([seed, 4]), spells, air, hours, scale=error)
    return SimulatedWinter(
        seed=seed,
        start=datetime(2025, 11, 1, 12),  # noqa: DTZ001 - made winters know no time zone
        fresh=hundredths(fresh[:hours]),
        air=hundredths(air[:hours]),
        seen_fresh=hundredths(seen_cm(chance, places, spells, air)[:hours]),
        seen_air=hundredths((air + seen_wrong_k(chance, air.shape))[:hours]),
        ahead_fresh=ahead.fresh,
        ahead_air=ahead.air,
        wider=ahead.wider,
    )


def hundredths(values: Floats) -> Hundredths:
    """Whole hundredths."""
    whole: Hundredths = np.rint(100.0 * values).astype(np.int16)
    return whole


def by_day(values: Sequence[float]) -> Floats:
    """(n_days,) the value of each day's month, and of the last month beyond the end."""
    return np.concatenate([np.repeat(values, DAYS), np.repeat(values[-1], BEYOND)]).astype(float)


def wet_days(chance: np.random.Generator, climate: Climate, *, memory: float = 0.3) -> Bools:
    """(n_days,) whether each day is wet; ``memory`` is the correlation with the day before."""
    share = by_day(climate.wet_days) / by_day([float(days) for days in DAYS])
    drawn = chance.random(len(share))
    wet = np.zeros(len(share), bool)
    for day, (p, u) in enumerate(zip(share, drawn, strict=True)):
        before = bool(wet[day - 1]) if day else bool(u < p)
        wet[day] = u < (p + memory * (1.0 - p) if before else p * (1.0 - memory))
    return wet


def air_c(
    chance: np.random.Generator,
    climate: Climate,
    wet: Bools,
    *,
    winter_sd_k: float = 1.2,
    day_sd_k: float = 4.0,
    memory: float = 0.75,
    wet_warmer_k: float = 0.8,
    hour_sd_k: float = 0.5,
) -> Floats:
    """(n_hours,) temperature of the town: the month's mean, the winter's own, days that remember the day before, milder
    and of less range when wet, and the wobble of hours."""
    share = by_day(climate.wet_days) / by_day([float(days) for days in DAYS])
    days = len(wet)
    own = winter_sd_k * chance.standard_normal() + day_sd_k * remembering(chance, days, memory)
    middle = np.cumsum(DAYS) - np.array(DAYS) / 2.0
    season = np.interp(np.arange(days), middle, climate.air_c)
    daily = season + own + wet_warmer_k * np.where(wet, 1.0 - share, -share)
    hour = np.arange(24 * days)
    clock = (hour + 12) % 24
    swing = np.repeat(by_day(climate.half_range_k) * np.where(wet, 0.4, 1.2), 24)
    wobble = hour_sd_k * remembering(chance, len(hour), 0.9)
    return np.asarray(
        np.interp(hour, 24.0 * np.arange(days) + 12.0, daily) + swing * np.cos(2 * np.pi * (clock - 14) / 24) + wobble
    )


def spell(
    chance: np.random.Generator,
    places: Zones,
    day: int,
    climate: Climate,
    variation: float = 1.0,
    *,
    shape: float = 0.8,
    pattern_sd: float = 0.20,
    reach_km: float = 8.0,
    density_sd: float = 0.13,
) -> Spell:
    """The wet spell of a day: a gamma amount, a half sine of hours that is longer the more falls, an uneven cover.

    ``pattern_sd`` and ``reach_km`` say how unevenly a spell covers a town; ``density_sd`` how much looser or denser its
    snow is than its temperature says: 9 of 68 kg/m³ in Helfricht et al. (2018, HESS 22, 2655).
    """
    mean_mm = by_day(climate.precip_mm)[day] / by_day(climate.wet_days)[day]
    amount_mm = chance.gamma(shape, mean_mm / shape)
    hours = int(np.clip(np.rint(chance.gamma(6.0, (4.0 + 3.0 * np.sqrt(amount_mm)) / 6.0)), 2, 36))
    profile = np.sin(np.pi * (np.arange(hours) + 0.5) / hours) * chance.lognormal(0.0, 0.4, hours)
    nearness = np.linalg.cholesky(np.exp(-places.apart_km() / reach_km) + 1e-9 * np.eye(len(places)))
    uneven = variation * pattern_sd * (nearness @ chance.standard_normal(len(places)))
    return Spell(
        begins=24 * day + int(chance.integers(24)),
        mm=amount_mm * profile / profile.sum(),
        pattern=np.exp(uneven - (variation * pattern_sd) ** 2 / 2.0),
        looser=float(chance.lognormal(0.0, density_sd)),
        hidden_from=None,
    )


def seen_cm(
    chance: np.random.Generator, places: Zones, spells: Sequence[Spell], air: Floats, *, station_sd: float = 0.10
) -> Floats:
    """(n_hours, n_zones) new snow as the stations make it out: each wrong by a factor that lasts a spell, the zones
    without one by the squared nearness of those that have one."""
    weight = 1.0 / (places.apart_km()[:, places.stations] + 0.1) ** 2
    weight /= weight.sum(axis=1, keepdims=True)
    found = np.zeros_like(air)
    for one in spells:
        wrong = chance.lognormal(0.0, station_sd, len(places.stations))
        found += (one.fresh_cm(air)[:, places.stations] * wrong) @ weight.T
    return found


def seen_wrong_k(chance: np.random.Generator, shape: tuple[int, ...], *, sd_k: float = 0.3) -> Floats:
    """(n_hours, n_zones) error of the temperature that is taken for a zone."""
    return sd_k * np.stack([remembering(chance, shape[0], 0.9) for _ in range(shape[1])], axis=1)
