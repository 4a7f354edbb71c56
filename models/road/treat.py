"""Streets that are cared for: what was done to a street, laid on the hours of the untreated road.

The physics runs once, without treatments, and keeps its water terms of every hour. Here each hour's gains come to a
treated street as they came, and each loss and each change of store takes the share of what lies there that it took
of the untreated road. Without a treatment the result is the physics; a threshold can be changed without running it
again. Not followed: that a treated road, being blacker or wetter, is a little warmer or colder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road import physics as ph
from models.road.run import Surface

Floats = npt.NDArray[np.floating[Any]]
MOVES = (
    (ph.DEPOSIT_TO_ICE, ph.DEPOSIT, ph.ICE),
    (ph.DEPOSIT_TO_WATER, ph.DEPOSIT, ph.WATER),
    (ph.SNOW_TO_ICE, ph.SNOW, ph.ICE),
    (ph.SNOW_TO_WATER, ph.SNOW, ph.WATER),
)
LOSSES = {
    ph.WATER: (ph.EVAPORATED, ph.WORN_WATER, ph.RUN_OFF, ph.FLOOR_WATER),
    ph.ICE: (ph.SUBLIMED_ICE, ph.WORN_ICE, ph.CAP_ICE, ph.FLOOR_ICE),
    ph.DEPOSIT: (ph.SUBLIMED_DEPOSIT, ph.WORN_DEPOSIT, ph.FLOOR_DEPOSIT),
    ph.SNOW: (ph.SUBLIMED_SNOW, ph.WORN_SNOW, ph.CAP_SNOW, ph.FLOOR_SNOW),
}
GAINS = {ph.WATER: (ph.RAIN, ph.DEW), ph.DEPOSIT: (ph.FROST,), ph.SNOW: (ph.SNOWFALL,), ph.ICE: ()}


@dataclass(frozen=True)
class Increments:
    """What each hour did to the untreated road: (n, n_hours, 25) water terms [mm], stores at its begin and end
    (n, n_hours + 1, 4) [mm], snow density at its end [kg/m³] and surface temperature [°C], both (n, n_hours)."""

    waters: Floats
    store: Floats
    density: Floats
    surface_c: Floats


@dataclass(frozen=True)
class Treated:
    """After each hour: stores (n, n_hours, 4) [mm] and depth of snow (n, n_hours) [cm]."""

    store_mm: Floats
    depth_cm: Floats


def increments(untreated: Surface) -> Increments:
    """Of a run with ``hourly_waters``."""
    store = np.concatenate([untreated.before.store[:, None, :], untreated.store_mm], axis=1)
    snow = untreated.store_mm[..., ph.SNOW]
    density = np.where(
        untreated.depth_cm > 0, 100.0 * snow / np.where(untreated.depth_cm > 0, untreated.depth_cm, 1), 100.0
    )
    return Increments(untreated.waters, store, density, untreated.surface_c)


def treated(
    hours: Increments,
    ploughed: npt.NDArray[np.bool_],
    salted: npt.NDArray[np.bool_],
    start_mm: Floats | None = None,
    *,
    left_mm: float = 1.0,
    salt_lowest_c: float = -6.0,
) -> Treated:
    """Applies treatments at the end of hours (n, n_hours).

    A plough leaves ``left_mm`` of snow water (Pikalert); salt turns ice and frost to water where the surface is over
    ``salt_lowest_c``, below which it is weak. ``start_mm`` (n, 4) replaces the untreated start, as a report of
    "done" does.
    """
    n, count = hours.density.shape
    out = np.empty((n, count, 4))
    now = np.array(hours.store[:, 0] if start_mm is None else start_mm, float)
    for hour in range(count):
        now = _hour(now, hours.store[:, hour], hours.waters[:, hour])
        now[ploughed[:, hour], ph.SNOW] = np.minimum(now[ploughed[:, hour], ph.SNOW], left_mm)
        melts = salted[:, hour] & (hours.surface_c[:, hour] > salt_lowest_c)
        now[melts, ph.WATER] += now[melts, ph.ICE] + now[melts, ph.DEPOSIT]
        now[melts, ph.ICE] = now[melts, ph.DEPOSIT] = 0.0
        out[:, hour] = now
    return Treated(out, 100.0 * out[..., ph.SNOW] / hours.density)


def _hour(now: Floats, free: Floats, terms: Floats) -> Floats:
    """One hour: ``now`` (n, 4) treated, ``free`` (n, 4) untreated at its begin, ``terms`` (n, 25)."""
    own, base = now.copy(), np.array(free, float)
    for store, names in GAINS.items():
        for name in names:
            own[:, store] += terms[:, name]
            base[:, store] += terms[:, name]
    for store in (ph.DEPOSIT, ph.SNOW):
        _pass_on(own, base, terms, store, [move for move in MOVES if move[1] == store])
    freezes = terms[:, ph.WATER_TO_ICE] >= terms[:, ph.ICE_TO_WATER]
    net = np.abs(terms[:, ph.WATER_TO_ICE] - terms[:, ph.ICE_TO_WATER])
    return np.where(freezes[:, None], _two(own, base, terms, net, ph.WATER), _two(own, base, terms, net, ph.ICE))


def _two(own: Floats, base: Floats, terms: Floats, net: Floats, giver: int) -> Floats:
    """Water and ice, of which ``giver`` gives ``net`` to the other."""
    own, base, taker = own.copy(), base.copy(), ph.ICE + ph.WATER - giver
    share = _share(own[:, giver], base[:, giver])
    own[:, taker] += share * net
    base[:, taker] += net
    own[:, giver] -= share * (net + terms[:, LOSSES[giver]].sum(axis=1))
    own[:, taker] -= _share(own[:, taker], base[:, taker]) * terms[:, LOSSES[taker]].sum(axis=1)
    return np.asarray(np.maximum(own, 0.0))


def _pass_on(own: Floats, base: Floats, terms: Floats, store: int, moves: list[tuple[int, int, int]]) -> None:
    """Moves and losses out of a store, each in the share of what lies there."""
    share = _share(own[:, store], base[:, store])
    for term, _, target in moves:
        own[:, target] += share * terms[:, term]
        base[:, target] += terms[:, term]
        own[:, store] -= share * terms[:, term]
    own[:, store] -= share * terms[:, LOSSES[store]].sum(axis=1)


def _share(own: Floats, base: Floats) -> Floats:
    """What there is over what the untreated road had; nothing where that had none."""
    return np.asarray(np.where(base > 1e-12, own / np.where(base > 1e-12, base, 1.0), 0.0))
