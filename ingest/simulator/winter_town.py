"""The town that simulated winters fall on: groups, zones, fleet and prices, of the size of Växjö. Frozen: see
``docs/simulated-winters.md``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from city.vocabulary import ROUTE_CLASSES
from city.winter import Contract, WinterGroups, WinterTown

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Zones:
    """Pieces of the town with weather of their own (n_zones,): place [km], height over the town's mean [m], how much
    warmer than its height says [K]; ``stations`` are those in which a station stands."""

    x_km: Floats
    y_km: Floats
    height_m: Floats
    warmer_k: Floats
    stations: Ints

    def __len__(self) -> int:
        return len(self.x_km)

    def apart_km(self) -> Floats:
        """(n_zones, n_zones) distances."""
        return np.asarray(np.hypot(self.x_km[:, None] - self.x_km, self.y_km[:, None] - self.y_km))


def zones(seed: int = 1, *, across: int = 4, down: int = 3, side_km: float = 3.0, height_sd_m: float = 15.0) -> Zones:
    """Twelve zones of three by three kilometres, four of them with a station; heights and local warmth are drawn.

    All numbers are our choice: a built-up area of the size of Växjö's on land as hilly.
    """
    chance = np.random.default_rng([seed, 1])
    n = across * down
    x, y = np.meshgrid(np.arange(across) * side_km, np.arange(down) * side_km)
    return Zones(
        x_km=x.ravel() + chance.uniform(-0.5, 0.5, n),
        y_km=y.ravel() + chance.uniform(-0.5, 0.5, n),
        height_m=height_sd_m * chance.standard_normal(n),
        warmer_k=0.3 * chance.standard_normal(n),
        stations=np.array([1, 4, 6, 11]),
    )


def town(
    seed: int = 1,
    *,
    groups: tuple[int, ...] = (36, 54, 135, 34, 41),
    network_km: tuple[float, float] = (550.0, 170.0),
    passes: tuple[float, float] = (2.0, 1.3),
    work_kmh: tuple[float, float] = (15.0, 10.0),
    deadhead: float = 0.4,
    local_sd: float = 0.15,
    height_sd_m: float = 10.0,
    vehicles: tuple[int, int] = (14, 4),
    variation: float = 1.0,
) -> WinterTown:
    """300 turer, each of one class, over 550 km of streets and 170 km of cycle ways (Växjö's own figures, vaxjo.se).

    Working speeds are the planner's own where no vehicle is known; two passes for a street, and a way back for a third
    of the cycle ways; deadheading as on Oslo's routes (``docs/benchmarks.md``). The shares of the classes, the fleet
    (a full call-out takes a night of eight hours) and ``local_sd``, the spread of fresh snow between streets of one
    zone by shelter and drift, which nobody knows beforehand, are our choice. ``variation`` scales that spread.
    """
    chance = np.random.default_rng([seed, 2])
    kind = np.repeat(np.arange(len(ROUTE_CLASSES)), groups)
    n, cycle = len(kind), (kind >= 3).astype(int)
    length_m = chance.lognormal(0.0, 0.3, n)
    for network in (0, 1):
        own = cycle == network
        length_m[own] *= 1000.0 * network_km[network] / length_m[own].sum()
    metres = length_m * np.take(passes, cycle) * (1.0 + deadhead)
    rise_m = height_sd_m * chance.standard_normal(n)
    zone = chance.permutation(np.arange(n) % len(zones(seed)))
    share = np.exp(variation * local_sd * chance.standard_normal(n))
    work = WinterGroups(
        names=tuple(f"{ROUTE_CLASSES[k]}-{number}" for number, k in enumerate(kind, start=1)),
        route_class=kind.astype(np.int64),
        zone=zone.astype(np.int64),
        share=_thousandths(share * _by_height(rise_m)),
        believed=_thousandths(_by_height(rise_m)),
        warmer=np.rint(-0.65 * rise_m).astype(np.int64),
        minutes=np.maximum(5, np.rint(metres / np.take(work_kmh, cycle) * 60.0 / 1000.0)).astype(np.int64),
        metres=np.rint(metres).astype(np.int64),
    )
    return WinterTown(
        work, _station(work, zones(seed)), Contract(vehicles, price_per_h=1100.0, least_h=3.0, turn_out_min=60)
    )


def _by_height(rise_m: Floats, *, more_per_m: float = 0.001) -> Floats:
    """A tenth more snow for each hundred metres, as the HBV model has it for Sweden (Bergström 1992, SMHI RH 4)."""
    return 1.0 + more_per_m * rise_m


def _thousandths(share: Floats) -> Ints:
    whole: Ints = np.rint(1000.0 * share).astype(np.int64)
    return whole


def _station(work: WinterGroups, places: Zones) -> int:
    """The P1 group with the most usual share in a zone with a station: a town puts its one station well."""
    able = np.flatnonzero(work.of("P1") & np.isin(work.zone, places.stations))
    return int(able[np.argmin(np.abs(work.share[able] - 1000))])
