"""What is done on a street in an hour, and how much is spread: against what lies there, as cold as it is then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from models.snow import SnowState
from models.weather import HourlyWeather
from planner.snow.action import ICE_MM, Action, action_of
from planner.snow.criteria import Criteria
from planner.snow.rule import Hundredths
from planner.snow.salted import SaltLasts, SaltNight
from planner.thresholds.limits import Limits

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Doses:
    """The hours ahead as actions and doses see them. ``spots`` (n,) are places for sand, ``salted`` (n,) the streets on
    which salt is asked for, ``told`` (n, n_hours) the friction that people and devices found [0.01], -1 elsewhere."""

    rules: Limits
    weather: HourlyWeather
    mid: SnowState
    spots: Bools
    salt: SaltNight
    salted: Bools
    told: Hundredths

    def salts(self, i: int, own: Criteria, hour: int) -> bool:
        """Whether salt acts on a street in an hour, and is what its class is treated with."""
        cold = float(self.mid.surface_c[i, hour]) < self.rules.value("snow.salt_lowest_c")
        return own.anti_slip == "salt" and not cold

    def ploughed(self, i: int, own: Criteria, hour: int) -> Action:
        """What is done where a street is ploughed."""
        surface_c = float(self.mid.surface_c[i, hour])
        if surface_c > -0.5:  # melting snow holds a road at 0 °C; once bare it takes the air's temperature
            surface_c = float(np.fmax(surface_c, self.weather.temp_c[hour]))
        return self._action(i, own, surface_c, surface_c, 0.0, plough=True)

    def treated(self, i: int, own: Criteria, hours: tuple[int, int], salt: SaltLasts | None, *, slips: bool) -> Action:
        """What is spread in the first of two ``hours`` against what lies there from the second on: for the coldest and
        wettest of the hours that a dose is meant for. Where a street was salted, against what lies there since and with
        the salt that is left in it. Where somebody or something found it slippery in these hours the model does not
        know what lies there: it is ice."""
        at, first = hours
        meant = slice(first, first + round(self.rules.value("snow.treatment_lasts_h")) + 1)
        film = self.mid.film_mm[i] if salt is None else np.array(salt.water_mm)
        coldest, there = float(np.fmin.reduce(self._wet_c[i, meant])), 0.0 if salt is None else salt.left_g_m2[first]
        wet = slips or _wet(film, self.weather.precip_mm, at, meant.stop)
        surface_c = float(self.mid.surface_c[i, first])
        if self.found_icy(i, own, slice(at, meant.stop)):
            return self._action(i, own, surface_c, coldest, ICE_MM, wet=True)
        return self._action(i, own, surface_c, coldest, float(film[meant].max()), there, wet=wet)

    def found_icy(self, i: int, own: Criteria, hours: slice) -> bool:
        """Whether a person or a device found a street slippery, as holds in any of some hours."""
        found = self.told[i, hours]
        return bool(((found >= 0) & (found < own.friction_limit)).any())

    @cached_property
    def _wet_c(self) -> Floats:
        """(n, n_hours) how cold what is salted is [°C]; elsewhere the surface."""
        found, rows = self.mid.surface_c.copy(), [int(i) for i in np.flatnonzero(self.salted)]
        found[rows] = self.salt.wet_c(rows)
        return found

    def _action(
        self,
        i: int,
        own: Criteria,
        surface_c: float,
        coldest_c: float,
        film_mm: float,
        there_g_m2: float = 0.0,
        *,
        plough: bool = False,
        wet: bool = False,
    ) -> Action:
        return action_of(
            own.anti_slip,
            self.rules,
            plough=plough,
            slippery=not plough,
            wet=wet,
            spot=bool(self.spots[i]),
            target=own.friction_limit / 100.0,
            surface_c=surface_c,
            coldest_c=coldest_c,
            film_mm=film_mm,
            there_g_m2=there_g_m2,
        )


def _wet(film_mm: Floats, falls_mm: Floats, at: int, until: int, *, wet_mm: float = 0.1) -> bool:
    """Whether a road is wet when treated (RoadSurf: over ``wet_mm``), or as much falls on it in the hours until it
    is meant to hold: there brine, which is mostly water itself, is thinned or washed off, and moist salt is spread."""
    return float(film_mm[at]) > wet_mm or float(np.nansum(falls_mm[at:until])) > wet_mm
