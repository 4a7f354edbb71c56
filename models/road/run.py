"""The road model's front: sites and weather in, surface temperature and stores of every hour out, with closed books."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import message
from city.errors import DagsplanError
from models.road.balance import run_road
from models.road.forcing import Forcing
from models.road.physics import PHYSICS, STORED, WATERS, Physics, gained
from models.road.segment import NODES, KeptHours, SiteForcing, SiteState
from models.road.site import Sites, ground, place
from models.road.snowpack import run_natural

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
"""Float arrays below are of the run's ``dtype``."""


@dataclass(frozen=True)
class Surface:
    """After each output step, (n_sites, n_out): ``surface_c`` [°C], stores [mm], ``depth_cm`` of snow; and the books.

    ``energy`` (n_sites, 12) [J/m²] and ``waters`` (n_sites, n_out or 1, 25) [mm] in the order of
    ``physics.ENERGY`` and ``physics.WATERS``. ``before`` and ``after`` are the states at both ends.
    """

    surface_c: Floats
    store_mm: Floats
    depth_cm: Floats
    energy: Floats
    waters: Floats
    before: SiteState
    after: SiteState

    @property
    def wet(self) -> npt.NDArray[np.bool_]:
        """(n_sites, n_out) where more than a tenth of what lies is water: wet snow or slush."""
        water, snow = self.store_mm[..., 0], self.store_mm[..., 3]
        return np.asarray((snow > 0) & (water > 0.1 * (water + snow)))

    def energy_residual(self) -> Floats:
        """(n_sites,) what the energy budget does not explain, over the sum of its terms' sizes."""
        rest = self.energy.sum(axis=1) - 2.0 * self.energy[:, STORED]
        return np.abs(rest) / np.maximum(np.abs(self.energy).sum(axis=1), 1.0)

    def water_residual(self) -> Floats:
        """(n_sites,) what the water budget does not explain, over what came and lay there."""
        change = (self.after.store - self.before.store).sum(axis=1)
        flows = self.waters.sum(axis=1)
        size = self.before.store.sum(axis=1) + flows[:, : len(WATERS)].sum(axis=1)
        return np.abs(change - gained(flows)) / np.maximum(size, 1e-3)


def at_rest(
    sites: Sites, surface_c: Floats, dtype: npt.DTypeLike = np.float64, *, air_c: Floats | None = None
) -> SiteState:
    """A dry start: the column linear from the surface (n,) [°C] to the deep temperature, or the air under a bridge."""
    n = len(sites)
    under = np.where(sites.underside, surface_c if air_c is None else air_c, sites.deep_c)
    share = np.linspace(0.0, 1.0, NODES)
    column = surface_c[:, None] * (1.0 - share) + under[:, None] * share
    return SiteState(
        np.ascontiguousarray(column, dtype), np.zeros((n, 4), dtype), np.full(n, 100.0, dtype), np.zeros(n, dtype)
    )


def undriven(sites: Sites, forcing: Forcing) -> SiteForcing:
    """Nothing imposed, nothing corrected."""
    n = len(sites)
    return SiteForcing(
        np.zeros(n), np.zeros(forcing.steps), np.full((0, forcing.steps), np.nan), np.full(n, -1, np.int64)
    )


def run(
    sites: Sites,
    forcing: Forcing,
    state: SiteState,
    *,
    weather_of: Ints | None = None,
    drive: SiteForcing | None = None,
    first: int = 0,
    steps: int | None = None,
    every: int = 12,
    hourly_waters: bool = False,
    physics: Physics = PHYSICS,
) -> Surface:
    """Runs all sites from step ``first``; ``state`` is not changed. Computes in double, keeps in the state's type.

    ``weather_of`` (n,) names the set of the forcing of each site (default the first); ``every`` steps one output;
    ``hourly_waters`` keeps the water terms of each output step, which ``treat.py`` needs.
    """
    n = len(sites)
    steps = forcing.steps - first if steps is None else steps
    outs = steps // every
    kind = state.column.dtype
    after = SiteState(*(np.array(part, kind) for part in state))
    kept = KeptHours(
        np.empty((n, outs), kind), np.empty((n, outs, 4), kind), np.empty((n, outs), kind), np.zeros((n, 12)),
        np.zeros((n, outs if hourly_waters else 1, len(WATERS))),
    )  # fmt: skip
    where = np.zeros(n, np.int64) if weather_of is None else weather_of
    around, below = place(sites, where, forcing.reference_m), ground(sites)
    driven = undriven(sites, forcing) if drive is None else drive
    air = np.ascontiguousarray(np.stack(forcing.air), np.float64)
    constants = physics._replace(dt_s=forcing.step_s)

    def part(rows: tuple[int, int]) -> None:
        run_road(constants, air, around, below, driven, after, rows, first, outs * every, every, kept)

    if sites.natural.any():
        _refuse_mixed(sites)
        pack, white = np.zeros((n, 5, 3)), np.full(n, constants.fresh_albedo)
        steps = outs * every
        run_natural(constants, air, around, below, driven, after, pack, white, first, steps, every, kept)
    else:
        in_parts(part, n)
    return Surface(kept.surface, kept.store, kept.depth, kept.energy, kept.waters, state, after)


def _refuse_mixed(sites: Sites) -> None:
    if not sites.natural.all():
        raise DagsplanError(message("error.surface.mixed"))


def in_parts(part: Callable[[tuple[int, int]], None], n: int, *, least: int = 64) -> None:
    """Calls ``part`` for ranges of 0 to ``n`` on all cores at once; the kernels let go of the interpreter's lock.

    No segment knows of another, so that the result does not depend on how many cores there are. Threads of our own,
    as numba's simplest threading layer must not be entered by two threads at a time and a web server would.
    """
    cores = os.cpu_count() or 1
    size = max(least, -(-n // (4 * cores)))
    ranges = [(begin, min(n, begin + size)) for begin in range(0, n, size)]
    if ranges:
        part(ranges[0])  # compiles before the others want it
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(part, ranges[1:]))
