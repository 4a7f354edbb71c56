"""Segments and stations as the road model sees them: construction, traffic, and the terrain round them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Message, message
from city.entities import Segment
from city.errors import DagsplanError
from city.geo import middle
from models.road.segment import HORIZONS, NODES, Ground, SiteConstants

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

MATERIALS = {
    "asphalt": (1.2, 2.05e6),
    "concrete": (1.51, 2.11e6),
    "cement": (1.51, 2.11e6),
    "gravel": (1.0, 1.7e6),
    "sand": (1.0, 1.7e6),
    "stone": (2.19, 2.25e6),
    "soil": (0.9, 2.26e6),
}
"""Conductivity [W/m/K] and heat capacity [J/m³/K]. Concrete, stone and soil (clay half wet): Oke 1987, table 7.4 and
2.1; dense asphalt lies between 0.75 (Oke) and 1.8 (Luca and Mrawira 2005, 10.1061/(ASCE)0899-1561(2005)17:1(72))."""

Layers = tuple[tuple[str, float], ...]
"""Materials from the top with their thickness [m]; the last goes on to the bottom of the column."""

CONSTRUCTIONS: dict[str, Layers] = {
    "road": (("asphalt", 0.20), ("gravel", 9.0)),
    "bridge": (("asphalt", 0.10), ("concrete", 0.60)),
    "cycle": (("asphalt", 0.06), ("gravel", 9.0)),
    "natural": (("soil", 9.0),),
}
TRAFFIC = {"P1": 1.0, "P2": 0.4, "P3": 0.1, "C1": 0.02, "C2": 0.01}
"""Share of a main road's traffic; RoadSurf's wear and heat are for main roads. A design choice, not measured."""


@dataclass(frozen=True)
class Sites:
    """Segments (or stations), every array (n,) unless said.

    ``lat``, ``lon`` [°]; ``elevation_m``, ``tpi_m`` (height over the surroundings) [m]; ``sky`` 0 to 1; ``horizon``
    (n, 36) [rad] from north over east; ``slope`` and ``aspect`` (the way it faces) [rad]; ``traffic`` 0 to 1;
    ``layers`` the construction, ``underside`` whether air is below (a bridge), ``natural`` ground without traffic;
    ``deep_c`` the temperature under the column [°C]. NaN terrain runs as open and flat.
    """

    ids: tuple[str, ...]
    lat: Floats
    lon: Floats
    elevation_m: Floats
    tpi_m: Floats
    sky: Floats
    horizon: Floats
    slope: Floats
    aspect: Floats
    traffic: Floats
    layers: tuple[Layers, ...]
    underside: npt.NDArray[np.bool_]
    natural: npt.NDArray[np.bool_]
    deep_c: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def notes(self) -> tuple[Message, ...]:
        """What is not known of their terrain."""
        blind = int(np.isnan(self.sky).sum())
        return (message("surface.note.flat", blind=str(blind), all=str(len(self))),) if blind else ()

    def taken(self, rows: Ints) -> Sites:
        """Only these rows, in this order."""
        arrays = {name: getattr(self, name)[rows] for name in ARRAYS}
        picked = rows.tolist()
        return Sites(ids=tuple(self.ids[i] for i in picked), layers=tuple(self.layers[i] for i in picked), **arrays)


ARRAYS = (
    "lat", "lon", "elevation_m", "tpi_m", "sky", "horizon", "slope", "aspect", "traffic", "underside", "natural",
    "deep_c",
)  # fmt: skip


def sites(
    ids: Sequence[str],
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    construction: Sequence[str],
    traffic: npt.ArrayLike = 1.0,
    *,
    elevation_m: npt.ArrayLike = np.nan,
    deep_c: npt.ArrayLike = 6.4,
    layers: Sequence[Layers | None] | None = None,
) -> Sites:
    """Sites on open flat ground; ``with_relief`` adds their terrain.

    ``construction`` is road, bridge, cycle or natural; ``layers`` replaces its materials where known. ``deep_c`` is
    RoadSurf's mean for Finland. Raises DagsplanError for a construction or material that nobody knows.
    """
    n = len(ids)
    for name in construction:
        if name not in CONSTRUCTIONS:
            raise DagsplanError(message("error.surface.construction", name=name, choices=tuple(CONSTRUCTIONS)))
    own = layers or [None] * n
    stack = tuple(given or CONSTRUCTIONS[name] for name, given in zip(construction, own, strict=True))
    for name, _ in (layer for layered in stack for layer in layered):
        if name not in MATERIALS:
            raise DagsplanError(message("error.surface.material", name=name, choices=tuple(MATERIALS)))
    wild = np.array([name == "natural" for name in construction], bool)
    blank = np.full(n, np.nan)
    return Sites(
        tuple(ids), _row(lat, n), _row(lon, n), _row(elevation_m, n), blank, blank, np.full((n, HORIZONS), np.nan),
        blank, blank, np.where(wild, 0.0, _row(traffic, n)), stack,
        np.array([name == "bridge" for name in construction], bool), wild, _row(deep_c, n),
    )  # fmt: skip


def of_segments(segments: Sequence[Segment]) -> Sites:
    """The city's segments: construction by bridge and network, traffic by route class."""
    middles = np.array([middle(s.geometry) for s in segments], float).reshape(-1, 2)
    kinds = ["bridge" if s.bridge else ("cycle" if s.network == "cycle" else "road") for s in segments]
    heights = [np.nan if s.elevation_m is None else s.elevation_m for s in segments]
    traffic = [TRAFFIC[s.route_class] for s in segments]
    return sites([s.id for s in segments], middles[:, 1], middles[:, 0], kinds, traffic, elevation_m=heights)


def with_relief(sites: Sites, sky: Floats, horizon: Floats, slope: Floats, aspect: Floats, tpi_m: Floats) -> Sites:
    """The sites with their terrain, NaN where none is known."""
    return replace(sites, sky=sky, horizon=horizon, slope=slope, aspect=aspect, tpi_m=tpi_m)


def place(sites: Sites, weather_of: Ints, reference_m: Floats) -> SiteConstants:
    """What the kernel needs of their surroundings. A height or terrain that is not known changes nothing."""
    lift = np.nan_to_num(sites.elevation_m - reference_m[weather_of])
    hollow = np.maximum(0.0, -np.nan_to_num(sites.tpi_m))
    return SiteConstants(
        np.where(np.isnan(sites.sky), 1.0, sites.sky), np.nan_to_num(sites.horizon), np.nan_to_num(sites.slope),
        np.nan_to_num(sites.aspect), lift, hollow, np.asarray(sites.traffic, float), weather_of,
    )  # fmt: skip


def depths(*, first_m: float = 0.01, growth: float = 1.4) -> Floats:
    """Depth of the column's nodes (12,) [m]: 0 at the surface, 1 m at the bottom."""
    return np.asarray(first_m * (growth ** np.arange(NODES) - 1.0) / (growth - 1.0))


def ground(sites: Sites, *, underside_w_m2_k: float = 10.0) -> Ground:
    """Heat capacity and conductance of the columns.

    A bridge is as thick as its layers, and air passes below it (``underside_w_m2_k``, still to moderate air: a design
    choice); other columns end 0.4 m above ``deep_c``.
    """
    kinds = {
        (stack, bool(under)): _column(stack, bool(under))
        for stack, under in zip(sites.layers, sites.underside, strict=True)
    }
    columns = [kinds[stack, bool(under)] for stack, under in zip(sites.layers, sites.underside, strict=True)]
    capacity, conductance, bottom = (np.array([column[part] for column in columns]) for part in range(3))
    bottom = np.where(sites.underside, underside_w_m2_k, bottom.reshape(len(sites)))
    deep = np.where(sites.underside, np.nan, sites.deep_c)
    return Ground(capacity.reshape(-1, NODES), conductance.reshape(-1, NODES - 1), bottom, deep)


def _column(layers: Layers, under: bool) -> tuple[Floats, Floats, float]:
    """Capacities (12,), conductances (11,) and the conductance below of one construction."""
    z = depths()
    if under:
        z = z * (sum(thickness for _, thickness in layers) / z[-1])
    fine = np.linspace(0.0, 1.5 * z[-1], 3001)
    middles = (fine[1:] + fine[:-1]) / 2.0
    edge = np.cumsum([thickness for _, thickness in layers])
    which = np.minimum(np.searchsorted(edge, middles), len(layers) - 1)
    conductivity = np.array([MATERIALS[name][0] for name, _ in layers])[which]
    heat = np.array([MATERIALS[name][1] for name, _ in layers])[which]
    resistance = np.concatenate([[0.0], np.cumsum(np.diff(fine) / conductivity)])
    held = np.concatenate([[0.0], np.cumsum(np.diff(fine) * heat)])
    border = np.concatenate([[0.0], (z[1:] + z[:-1]) / 2.0, [z[-1] if under else 1.2 * z[-1]]])
    capacity = np.diff(np.interp(border, fine, held))
    conductance = 1.0 / np.diff(np.interp(z, fine, resistance))
    below = 1.0 / float(np.interp(1.4 * z[-1], fine, resistance) - np.interp(z[-1], fine, resistance))
    return capacity, conductance, below


def _row(value: npt.ArrayLike, n: int) -> Floats:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, float), (n,)))
