"""One segment while it runs: a small table of its own, so that threads share nothing and no view is counted.

Compiled code passes the table ``w`` (rows, 36) and indexes it by the names below; an array in a tuple or a view of a
row would have its references counted at every step, which takes longer than the physics.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from city.compiled import compiled

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
NODES = 12
HORIZONS = 36

COLUMN, STORE, CAPACITY, CONDUCTANCE, ALPHA, INVERSE, BETA, HORIZON, ENERGY_OF, WATERS_OF, FACTS = range(11)
"""Rows: temperatures [°C], stores [mm], what ``site.ground`` gives, the elimination, horizon angles, both budgets."""
ROWS = 11
SKY, SLOPE, ASPECT, LIFT, HOLLOW, CARS, BELOW, DEEP, EXTRA, DENSITY, SALT = range(11)
"""Columns of the row FACTS: sky view, slope, aspect, height over its weather [m], depth of its hollow [m], traffic,
conductance at the bottom, deep temperature, radiation correction [W/m²], snow density [kg/m³], salt [g/m²]."""


class Air(NamedTuple):
    """Weather on the model's grid, every array (n_sets, n_steps): °C, 0 to 1, m/s, mm/h, W/m², hPa, rad.

    ``snow_share`` NaN = by the phase rule; ``night`` 1 when traffic is low; ``calm`` 0 to 1 = a calm clear night.
    """

    air_c: Floats
    humidity: Floats
    wind: Floats
    precip: Floats
    snow_share: Floats
    diffuse: Floats
    direct: Floats
    longwave: Floats
    pressure: Floats
    sun_elevation: Floats
    sun_azimuth: Floats
    night: Floats
    calm: Floats


(AIR_C, HUMIDITY, WIND, PRECIP, SNOW_SHARE, DIFFUSE, DIRECT, LONGWAVE, PRESSURE, SUN_UP, SUN_AZIMUTH, NIGHT, CALM) = (
    range(13)
)
"""Places of the fields above in the one array (13, n_sets, n_steps) that compiled code reads."""


class SiteConstants(NamedTuple):
    """What is round each segment (n,): sky view, horizons (n, 36) [rad], slope and aspect [rad], height over that of
    its weather and depth under its surroundings [m], traffic 0 to 1, and which weather is its own."""

    sky: Floats
    horizon: Floats
    slope: Floats
    aspect: Floats
    lift_m: Floats
    hollow_m: Floats
    traffic: Floats
    weather_of: Ints


class Ground(NamedTuple):
    """The column below: heat capacity of each node (n, 12) [J/m²/K], conductance between them (n, 11) and to what
    lies under the last (n,) [W/m²/K], whose temperature is ``deep_c`` [°C] or, where it is NaN, the air's."""

    capacity: Floats
    conductance: Floats
    bottom: Floats
    deep_c: Floats


class SiteForcing(NamedTuple):
    """What is done to the balance from outside: a radiation correction (n,) [W/m²] and its share at each step
    (n_steps,), and rows of imposed surface temperature (k, n_steps) [°C] with the row of each segment, -1 = none."""

    correction: Floats
    fade: Floats
    imposed: Floats
    imposed_of: Ints


class SiteState(NamedTuple):
    """Where each segment stands: column (n, 12) [°C], stores (n, 4) [mm], snow density (n,) [kg/m³], salt [g/m²]."""

    column: Floats
    store: Floats
    density: Floats
    salt: Floats


class KeptHours(NamedTuple):
    """What a run writes: at each output time the surface (n, n_out) [°C], stores (n, n_out, 4) [mm], snow depth
    (n, n_out) [cm]; energy terms (n, 12) [J/m²]; water terms (n, n_out or 1, 25) [mm]."""

    surface: Floats
    store: Floats
    depth: Floats
    energy: Floats
    waters: Floats


@compiled
def taken_out(w: Floats, place: SiteConstants, ground: Ground, drive: SiteForcing, state: SiteState, i: int) -> None:
    """Lays segment ``i`` into the table."""
    w[:] = 0.0
    for j in range(NODES):
        w[COLUMN, j], w[CAPACITY, j] = state.column[i, j], ground.capacity[i, j]
    for j in range(NODES - 1):
        w[CONDUCTANCE, j] = ground.conductance[i, j]
    for j in range(4):
        w[STORE, j] = state.store[i, j]
    for j in range(HORIZONS):
        w[HORIZON, j] = place.horizon[i, j]
    w[FACTS, SKY], w[FACTS, SLOPE], w[FACTS, ASPECT] = place.sky[i], place.slope[i], place.aspect[i]
    w[FACTS, LIFT], w[FACTS, HOLLOW], w[FACTS, CARS] = place.lift_m[i], place.hollow_m[i], place.traffic[i]
    w[FACTS, BELOW], w[FACTS, DEEP] = ground.bottom[i], ground.deep_c[i]
    w[FACTS, EXTRA] = drive.correction[i]
    w[FACTS, DENSITY], w[FACTS, SALT] = state.density[i], state.salt[i]


@compiled
def put_back(w: Floats, state: SiteState, kept: KeptHours, i: int) -> None:
    """Writes the state and the energy budget of segment ``i`` back from the table."""
    for j in range(NODES):
        state.column[i, j] = w[COLUMN, j]
        kept.energy[i, j] += w[ENERGY_OF, j]
    for j in range(4):
        state.store[i, j] = w[STORE, j]
    state.density[i], state.salt[i] = w[FACTS, DENSITY], w[FACTS, SALT]


@compiled
def keep(w: Floats, kept: KeptHours, i: int, at: int, terms: int) -> None:
    """Writes an output time of segment ``i`` and moves its ``terms`` water terms to the books."""
    kept.surface[i, at] = 0.5 * (w[COLUMN, 0] + w[COLUMN, 1])
    kept.depth[i, at] = 100.0 * w[STORE, 3] / w[FACTS, DENSITY]
    for j in range(4):
        kept.store[i, at, j] = w[STORE, j]
    slot = at if kept.waters.shape[1] > 1 else 0
    for j in range(terms):
        kept.waters[i, slot, j] += w[WATERS_OF, j]
        w[WATERS_OF, j] = 0.0


@compiled
def fold(w: Floats, dt: float) -> None:
    """What of the elimination does not change with time: T_j = alpha_j T_(j-1) + beta_j from the bottom up."""
    last = NODES - 1
    w[INVERSE, last] = 1.0 / (w[CAPACITY, last] / dt + w[CONDUCTANCE, last - 1] + w[FACTS, BELOW])
    w[ALPHA, last] = w[CONDUCTANCE, last - 1] * w[INVERSE, last]
    for j in range(last - 1, 0, -1):
        lower = w[CONDUCTANCE, j] * (1.0 - w[ALPHA, j + 1])
        w[INVERSE, j] = 1.0 / (w[CAPACITY, j] / dt + w[CONDUCTANCE, j - 1] + lower)
        w[ALPHA, j] = w[CONDUCTANCE, j - 1] * w[INVERSE, j]


@compiled
def eliminate(w: Floats, below_c: float, dt: float) -> None:
    """Fills the row BETA from the column as it stands, over ground of ``below_c`` [°C]."""
    last = NODES - 1
    w[BETA, last] = (w[CAPACITY, last] / dt * w[COLUMN, last] + w[FACTS, BELOW] * below_c) * w[INVERSE, last]
    for j in range(last - 1, 0, -1):
        w[BETA, j] = (w[CAPACITY, j] / dt * w[COLUMN, j] + w[CONDUCTANCE, j] * w[BETA, j + 1]) * w[INVERSE, j]


@compiled
def descend(w: Floats, surface_c: float) -> float:
    """The column below a surface temperature; gives what it stored [J/m²]."""
    stored = w[CAPACITY, 0] * (surface_c - w[COLUMN, 0])
    w[COLUMN, 0] = surface_c
    for j in range(1, NODES):
        new = w[ALPHA, j] * w[COLUMN, j - 1] + w[BETA, j]
        stored += w[CAPACITY, j] * (new - w[COLUMN, j])
        w[COLUMN, j] = new
    return stored
