"""Salt that was spread, through the hours after it: how much is left, in how much water, and whether that freezes.

Laid on the hours of the untreated road, as what falls comes to a salted street too. The brine is mixed and at rest: all
the salt in all the water that lies there, so that snow takes it up until it is used up. Nothing here has been held
against salt that was measured on a street of ours: docs/snow.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.physics import PHYSICS
from models.slipperiness import BRINE_PCT, FREEZES_C

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class UntreatedHours:
    """A road that nobody treats, after each hour (n, n_hours): ``film_mm`` of water, ice and frost, ``snow_mm`` of snow
    water [mm], ``surface_c`` [°C], ``iced`` where ice or snow lies on it; ``brine_c`` how cold what salt keeps wet is
    there [°C], which is not warmed by the freezing of the rest; and what falls in each hour, ``falls_mm`` (n_hours,)
    [mm]."""

    film_mm: Floats
    snow_mm: Floats
    surface_c: Floats
    falls_mm: Floats
    iced: Bools
    brine_c: Floats


@dataclass(frozen=True)
class BrineHours:
    """After each hour (n, n_hours): the salt that is left [g/m²], the water it is in [mm], where that freezes, and with
    the margin from where it may be icy [°C].

    ``holds`` where the street was salted and is warmer than that, or nothing lies there that could freeze. Where the
    salt went, over all hours (n,) [g/m²]: ``thrown`` beside the street at once, ``worn`` by traffic, ``run_off`` with
    water, ``ploughed`` off with slush.
    """

    left_g_m2: Floats
    water_mm: Floats
    freezes_c: Floats
    icy_c: Floats
    holds: Bools
    thrown: Floats
    worn: Floats
    run_off: Floats
    ploughed: Floats


def freezing_c(salt_g_m2: Floats, water_mm: Floats) -> Floats:
    """Where so much sodium chloride [g/m²] in so much water [mm] freezes [°C]: 0 without salt, and never under that of
    the saturated brine."""
    total = np.maximum(salt_g_m2 + 1000.0 * np.maximum(water_mm, 0.0), 1e-9)
    return np.asarray(np.interp(100.0 * salt_g_m2 / total, BRINE_PCT, FREEZES_C))


def brine_hours(
    road: UntreatedHours,
    spread_g_m2: Floats,
    ploughed: Bools,
    traffic: Floats,
    *,
    margin_c: float = 0.5,
    spread_loss: float = 0.1,
    left_mm: float = 1.0,
    road_holds_mm: float = PHYSICS.cap_water_mm,
    wear_h: float = PHYSICS.wear_water_h,
    dry_mm: float = PHYSICS.floor_water_mm,
) -> BrineHours:
    """Salt spread at the begin of hours (n, n_hours) [g/m²] on streets with this share of a main road's ``traffic``
    (n,), ploughed before it where that is so (n, n_hours).

    ``spread_loss`` is thrown off at once, as much as Pikalert's rule adds to the dose for it; of dry salt on a motorway
    59 % were gone after two hours, 73 % after 25 (TRL PPR392). Traffic takes of the salt what it takes of the water in
    an hour (RoadSurf: ``wear_h`` on a main road, half of it on a moist one; spray-off as exponential decay: Lysbakken
    and Norem 2011), and nothing where it is dry: there none was lost in 30 hours or 20,000 vehicles (measured for the
    Norwegian road administration). What is more than the road holds (RoadSurf) runs off with its salt. A plough leaves
    ``left_mm`` of water (Pikalert). It may be icy from ``margin_c`` over the freezing point (a design
    choice), but not over RoadSurf's own, −0.25 °C; where the untreated road has ice, from 0 °C at the latest, as what
    the salt does not keep wet is ice as there. No more than ``dry_mm`` is no ice.
    """
    n, hours = road.film_mm.shape
    out = [np.zeros((n, hours)) for _ in range(3)]
    salted, on = np.zeros((n, hours), bool), np.zeros(n, bool)
    lost = _Lost(*(np.zeros(n) for _ in range(4)))
    salt: Floats = np.zeros(n)
    lies: Floats = np.zeros(n)
    pushed: Floats = np.zeros(n)
    for hour in range(hours):
        film, snow = road.film_mm[:, max(0, hour - 1)], road.snow_mm[:, max(0, hour - 1)]
        pushed = np.where(ploughed[:, hour], np.maximum(0.0, snow - left_mm), np.minimum(pushed, snow))
        lies = np.where(on, lies, film + snow - pushed)
        slush = np.where(ploughed[:, hour] & on, np.minimum(lies, film + left_mm), lies)
        salt, lies = lost.plough(salt, lies, slush)
        salt = lost.throw(salt, spread_g_m2[:, hour], spread_loss)
        on = on | (spread_g_m2[:, hour] > 0.0)
        lies = lies + road.falls_mm[hour] + _settled(road, hour)
        salt, lies = lost.run(salt, lies, _melted(salt, lies, road.brine_c[:, hour]), road_holds_mm)
        worn = np.minimum(1.0, traffic * wear_h * _wetness(lies))
        salt = lost.wear(salt, worn)
        lies = lies * _kept(road, hour, worn, road_holds_mm)
        for kept, value in zip(out, (salt, lies, freezing_c(salt, lies)), strict=True):
            kept[:, hour] = value
        salted[:, hour] = on
    left, water, freezes = out
    icy = np.minimum(np.where(road.iced, 0.0, PHYSICS.freeze_c), freezes + margin_c)
    holds = salted & ((road.brine_c > icy) | (water <= dry_mm))
    return BrineHours(left, water, freezes, icy, holds, lost.thrown, lost.worn, lost.run_off, lost.ploughed)


@dataclass
class _Lost:
    """Where the salt went, so far (n,) [g/m²]; each step gives what is left."""

    thrown: Floats
    worn: Floats
    run_off: Floats
    ploughed: Floats

    def throw(self, salt: Floats, spread: Floats, share: float) -> Floats:
        self.thrown = self.thrown + share * spread
        return np.asarray(salt + (1.0 - share) * spread)

    def plough(self, salt: Floats, lies: Floats, stays: Floats) -> tuple[Floats, Floats]:
        """Slush is pushed off with the salt that is in it."""
        kept = salt * _share(stays, lies)
        self.ploughed = self.ploughed + salt - kept
        return kept, stays

    def run(self, salt: Floats, lies: Floats, melted: Floats, most_mm: float) -> tuple[Floats, Floats]:
        """What is more than a road holds of what is ``melted`` takes its salt with it."""
        stays = np.minimum(melted, most_mm)
        kept = salt * _share(stays, melted)
        self.run_off = self.run_off + salt - kept
        return kept, np.asarray(lies - melted + stays)

    def wear(self, salt: Floats, share: Floats) -> Floats:
        self.worn = self.worn + salt * share
        return np.asarray(salt * (1.0 - share))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.where(whole > 1e-9, part / np.where(whole > 1e-9, whole, 1.0), 1.0))


def _wetness(lies_mm: Floats, *, moist_mm: float = 0.1, wet_mm: float = 0.9) -> Floats:
    """How much of its wear traffic does on a film: none on a dry road, half on a moist one (RoadSurf)."""
    return np.where(lies_mm < moist_mm, 0.0, np.where(lies_mm < wet_mm, 0.5, 1.0))


def _melted(salt: Floats, lies_mm: Floats, surface_c: Floats) -> Floats:
    """(n,) how much of what lies there is water [mm]: all on a thawed road, else what the salt keeps wet."""
    share = np.interp(-np.minimum(surface_c, 0.0), [-c for c in FREEZES_C], BRINE_PCT) / 100.0
    wet = salt * (1.0 - share) / (1000.0 * np.maximum(share, 1e-9))
    return np.where(share > 0.0, np.minimum(lies_mm, wet), lies_mm)


def _snowy(road: UntreatedHours, hour: int) -> Bools:
    """(n,) whether snow lies on the untreated road: then its film tells nothing of a street whose snow is salted."""
    return np.asarray((road.snow_mm[:, hour] > 0.0) | (road.snow_mm[:, max(0, hour - 1)] > 0.0))


def _settled(road: UntreatedHours, hour: int) -> Floats:
    """(n,) frost and dew of an hour [mm]: what the bare road gained beyond what fell."""
    gained = road.film_mm[:, hour] - road.film_mm[:, max(0, hour - 1)] - road.falls_mm[hour]
    return np.where(_snowy(road, hour), 0.0, np.maximum(0.0, gained))


def _kept(road: UntreatedHours, hour: int, worn: Floats, most_mm: float) -> Floats:
    """(n,) the share of the water that stays in an hour: of a thawed road or a dry one what stays of the untreated one,
    as it dries and wears alike; where that is frozen the salted one wears as water and is taken not to dry."""
    came = np.minimum(most_mm, road.film_mm[:, max(0, hour - 1)] + road.falls_mm[hour])
    dried = np.minimum(1.0, _share(road.film_mm[:, hour], came))
    thawed = (road.surface_c[:, hour] > PHYSICS.freeze_c) | (road.film_mm[:, hour] <= 0.0)
    return np.where(thawed & ~_snowy(road, hour), dried, 1.0 - worn)
