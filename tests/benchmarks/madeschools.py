"""Two made schools with a weather of their own: slow concrete with radiators, and a light building with warm air.

A zone is a network in the manner of ISO 13790:2008: 3.45 W/m²K between air and mass (annex C), over 4.5 times the floor
of which 35 % counts (coverings, ours); 260 kJ/m²K for heavy, 110 for light (table 12); 25 kJ/m²K for the air and what
follows it (ours; ISO 52016-1:2017 has 10 for air and furniture); a radiator of its own capacity; ventilation of 7 l/s a
pupil and 0.35 l/s m² (AFS 2009:2); 80 W a pupil. Solved in steps of three minutes. It shares no code with a planner.
After the first trial the radiators were sized anew, as they could not hold -20 °C, and a bias of the sensors was taken
out; nothing was changed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
PER_H = 20
"""Steps in an hour."""


@dataclass(frozen=True)
class MadeZone:
    """Floor [m²], loss through walls and windows [W/m²K of floor], mass [J/m²K], what its heaters give at most
    [W/m²], their own capacity [J/m²K], valve band [K], pupils [1/m²], how much warmer its sensor says [K], window
    [m² of sun-lit glass a m²]."""

    floor: float
    loss: float
    mass: float
    most: float
    heater: float
    band: float
    pupils: float
    reads_k: float
    glass: float


@dataclass(frozen=True)
class MadeSchool:
    """Zones, the share of heat that its ventilation recovers, and whether full heat follows an outdoor curve."""

    name: str
    zones: tuple[MadeZone, ...]
    recovers: float
    curve: bool

    @property
    def table(self) -> Floats:
        """(n_zones, 9)."""
        return np.array([[*vars(zone).values()] for zone in self.zones], float)


HEAVY = MadeSchool(
    "radiators in concrete",
    (
        MadeZone(1500.0, 1.1, 260e3, 110.0, 14e3, 1.5, 0.08, 0.0, 0.06),
        MadeZone(900.0, 1.5, 220e3, 120.0, 14e3, 2.0, 0.07, 0.0, 0.04),
    ),
    0.0,
    curve=True,
)
LIGHT = MadeSchool(
    "warm air in wood",
    (
        MadeZone(800.0, 1.2, 110e3, 85.0, 1e3, 0.6, 0.09, 0.0, 0.05),
        MadeZone(500.0, 1.6, 90e3, 95.0, 1e3, 0.8, 0.06, 0.0, 0.08),
    ),
    0.65,
    curve=False,
)


def weather(days: int, seed: int, *, first_day: int = 335, mean_c: float = -1.5) -> tuple[Floats, Floats]:
    """(hours,) outdoor temperature [°C] and sun on glass [W/m²]: a winter's mean, days that hang together (0.8), nights
    that are colder where it is clear."""
    rng = np.random.default_rng(seed)
    daily, cloud = np.empty(days + 1), np.empty(days + 1)
    daily[0], cloud[0] = rng.normal(0.0, 5.0), 0.7
    for day in range(1, days + 1):
        daily[day] = 0.8 * daily[day - 1] + rng.normal(0.0, 3.0)
        cloud[day] = np.clip(0.55 + 0.035 * daily[day] + rng.normal(0.0, 0.25), 0.05, 1.0)
    hour = np.arange(days * 24)
    at = hour / 24.0
    base = np.interp(at, np.arange(days + 1) + 0.0, daily) + mean_c
    clear = 1.0 - np.interp(at, np.arange(days + 1), cloud)
    swing = (1.0 + 3.0 * clear) * np.cos(2.0 * np.pi * (hour % 24 - 14) / 24.0)
    noise = np.convolve(rng.normal(0.0, 0.4, len(hour)), np.ones(4) / 2.0, "same")
    season = np.cos(2.0 * np.pi * ((first_day + at) % 365 - 172) / 365.0)
    height = np.maximum(0.0, np.cos(2.0 * np.pi * (hour % 24 - 12.2) / 24.0) + 0.45 * season - 0.35)
    return base + swing + noise, 420.0 * height * (0.15 + 0.85 * clear)


@numba.njit(cache=True)
def run(
    table: Floats, recovers: float, curve: bool, state: Floats, outdoor: Floats, sun: Floats, present: Floats,
    set_c: Floats, fan: Floats, air: Floats, heat: Floats,
) -> None:  # fmt: skip
    """Changes ``state`` (n_zones, 3): air, mass, heater [°C]. Over hours (n,): ``present`` (n_zones, n) 0 to 1,
    ``set_c`` (n_zones, n), ``fan`` (n,). Fills ``air`` (n_zones, n + 1) at the begin of each hour and at the end, and
    ``heat`` (n,) [kW], the coil of the ventilation with it."""
    dt = 3600.0 / PER_H
    zones = table.shape[0]
    for hour in range(len(outdoor)):
        out, total = outdoor[hour], 0.0
        for zone in range(zones):
            air[zone, hour] = state[zone, 0]
        for _ in range(PER_H):
            for zone in range(zones):
                floor, loss, mass, most, heater, band, pupils, _, glass = table[zone]
                a, m, r = state[zone]
                full = most * min(1.0, 0.45 + 0.55 * (18.0 - out) / 38.0) if curve else most
                wanted = (set_c[zone, hour] - a) / band + 0.35
                given = full * min(1.0, max(0.0, wanted))
                people = pupils * present[zone, hour]
                flow = (7e-3 * pupils + 0.35e-3) * 1200.0 * (1.0 - recovers) * fan[hour] + 0.15e-3 * 1200.0
                gains = 80.0 * people + 6.0 * present[zone, hour]
                lit = sun[hour] * glass
                surface = 3.45 * 4.5 * 0.35
                emitted = min(max(0.0, r - a), 60.0) * 1.6 if heater > 5e3 else given
                other = state[1 - zone, 0] if zones == 2 else a
                to_air = emitted * 0.75 + 0.6 * gains + 0.3 * lit
                to_air += flow * (out - a) + 0.25 * loss * (out - a) + surface * (m - a) + 0.25 * (other - a)
                to_mass = 0.25 * emitted + 0.4 * gains + 0.7 * lit + surface * (a - m) + 0.75 * loss * (out - m)
                state[zone, 0] = a + dt * to_air / 25e3
                state[zone, 1] = m + dt * to_mass / mass
                if heater > 5e3:
                    state[zone, 2] = r + dt * (given - emitted) / heater
                else:
                    state[zone, 2] = a
                total += given * floor
        heat[hour] = total / PER_H / 1000.0
    for zone in range(zones):
        air[zone, len(outdoor)] = state[zone, 0]


def start_of(school: MadeSchool, *, air_c: float = 19.5) -> Floats:
    """(n_zones, 3) of a building that has been warm for long."""
    return np.tile(np.array([air_c, air_c - 1.0, air_c + 5.0]), (len(school.zones), 1))
