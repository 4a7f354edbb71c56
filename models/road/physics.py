"""The constants of the road model with their published defaults, and the names of what it keeps books on.

Sources: RoadSurf = Karsisto 2024 (GMD 17, 4837); FSM = Essery 2015 (GMD 8, 3867); Oke = Boundary Layer Climates 1987.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

ZERO_C = 273.15
SIGMA = 5.67e-8
"""Stefan and Boltzmann's constant [W/m²/K⁴]."""
LATENT_FUSION = 3.34e5
LATENT_VAPOUR = 2.501e6
LATENT_SUBLIMATION = LATENT_FUSION + LATENT_VAPOUR
"""Latent heats at 0 °C [J/kg]; their sum is exact, so that a budget over all paths closes."""
AIR_HEAT = 1005.0
WATER_HEAT = 4187.0
ICE_HEAT = 2100.0
"""Specific heats [J/kg/K]."""

STORES = ("water", "ice", "deposit", "snow")
WATER, ICE, DEPOSIT, SNOW = range(4)

ENERGY = (
    "sun", "longwave_in", "longwave_out", "sensible", "latent", "traffic", "correction", "precipitation",
    "phase_change", "bottom", "imposed", "stored",
)  # fmt: skip
SUN, LW_IN, LW_OUT, SENSIBLE, LATENT, TRAFFIC, CORRECTION, PRECIPITATION, PHASE, BOTTOM, IMPOSED, STORED = range(12)
"""Terms of the energy budget [J/m²], positive into the column; ``stored`` is the column's gain, the sum of the rest."""

GAINS = ("rain", "snowfall", "dew", "frost")
LOSSES = (
    "evaporated", "sublimed_ice", "sublimed_deposit", "sublimed_snow",
    "worn_water", "worn_ice", "worn_deposit", "worn_snow",
    "run_off", "cap_ice", "cap_snow",
    "floor_water", "floor_ice", "floor_deposit", "floor_snow",
)  # fmt: skip
MOVES = (
    "snow_to_water", "snow_to_ice", "deposit_to_water", "deposit_to_ice", "ice_to_water", "water_to_ice",
)  # fmt: skip
WATERS = GAINS + LOSSES + MOVES
"""Terms of the water budget [mm], all positive: what came, what went, and what changed its store."""
(
    RAIN, SNOWFALL, DEW, FROST,
    EVAPORATED, SUBLIMED_ICE, SUBLIMED_DEPOSIT, SUBLIMED_SNOW,
    WORN_WATER, WORN_ICE, WORN_DEPOSIT, WORN_SNOW,
    RUN_OFF, CAP_ICE, CAP_SNOW,
    FLOOR_WATER, FLOOR_ICE, FLOOR_DEPOSIT, FLOOR_SNOW,
    SNOW_TO_WATER, SNOW_TO_ICE, DEPOSIT_TO_WATER, DEPOSIT_TO_ICE, ICE_TO_WATER, WATER_TO_ICE,
) = range(25)  # fmt: skip


class Physics(NamedTuple):
    """Constants that all segments share. Numbers without another source are RoadSurf's."""

    dt_s: float = 300.0
    emissivity: float = 0.95
    albedo_dry: float = 0.10
    albedo_snow: float = 0.60
    albedo_around: float = 0.15
    albedo_from_mm: float = 1.0
    """Snow water from which the albedo rises, and where it is that of snow: Crevier and Delage 2001 (METRo)."""
    albedo_full_mm: float = 6.0
    albedo_ice_mm: float = 1.5
    wind_height_m: float = 10.0
    air_height_m: float = 2.0
    rough_momentum_m: float = 0.4
    rough_heat_m: float = 0.001
    stable_slope: float = 4.7
    windless_w_m2_k: float = 2.0
    """Least exchange of heat with the air: Jordan 1991 (SNTHERM)."""
    film_mm: float = 0.0
    """Water that wets a street wholly [mm], with Deardorff's power of two thirds below; 0 = any water does, as in
    RoadSurf. Masson 2000 (TEB) has 1 mm. Which of the two is right was not settled: see ``docs/road-model.md``."""
    freeze_c: float = -0.25
    melt_c: float = 0.25
    wet_share: float = 0.1
    lapse_k_m: float = -0.0065
    pool_k_m: float = 0.02
    """Calm clear nights cool a hollow by this per metre that it lies under its surroundings; a design choice."""
    pool_most_k: float = 3.0
    traffic_day_w: float = 10.0
    traffic_night_w: float = 5.0
    calm_day_m_s: float = 1.5
    calm_night_m_s: float = 0.4
    wear_water_h: float = 0.145
    wear_ice_h: float = 0.319
    wear_deposit_h: float = 1.16
    wear_snow_h: float = 0.45
    wear_least_water: float = 0.06
    wear_least: float = 0.01
    worn_to_ice: float = 0.5
    cap_water_mm: float = 2.0
    cap_ice_mm: float = 50.0
    cap_deposit_mm: float = 2.0
    cap_snow_mm: float = 100.0
    floor_water_mm: float = 0.05
    floor_ice_mm: float = 0.05
    floor_deposit_mm: float = 0.01
    floor_snow_mm: float = 0.1
    dense_dry: float = 300.0
    """Density that snow settles to, cold and melting [kg/m³], and its time [h]: Verseghy 1991, as in FSM."""
    dense_wet: float = 500.0
    settle_h: float = 200.0
    packing_from_m_s: float = 1.0
    """Wind from which it packs snow as it falls; 0 is Pahaut's own form. Chosen on two winters of SN46220, scored on
    two others, with intervals: ``docs/road-model.md``."""
    rain_earlier_k: float = 0.25
    """How much colder than RoadSurf's rule has it snow turns to rain; SN46220, two winters: 0.26 (0.13 to 0.40)."""
    packed: float = 450.0
    """Density that main-road traffic packs snow to [kg/m³], and its time [h]; a design choice."""
    pack_h: float = 2.0
    natural_rough_m: float = 0.01
    """Roughness of natural ground and snow, a tenth of it for heat; albedo of both, its ages and its refreshing by
    snowfall; emissivity of snow; share of the pores that holds water; depth that hides the ground: all FSM, but for the
    albedo of fresh snow, FSM2's (FSM has 0.80)."""
    natural_albedo: float = 0.2
    fresh_albedo: float = 0.85
    old_albedo: float = 0.5
    cold_age_h: float = 1000.0
    melt_age_h: float = 100.0
    refresh_mm: float = 10.0
    snow_emissivity: float = 1.0
    held_share: float = 0.03
    hidden_m: float = 0.1
    ice_density: float = 917.0
    ice_conductivity: float = 2.24
    """Of ice [W/m/K]; that of snow falls with the 1.88th power of its density: Yen 1981."""


PHYSICS = Physics()


def gained(waters: Floats) -> Floats:
    """What all stores together gained [mm], from water terms (..., 25)."""
    losses = len(GAINS) + len(LOSSES)
    return np.asarray(waters[..., : len(GAINS)].sum(axis=-1) - waters[..., len(GAINS) : losses].sum(axis=-1))
