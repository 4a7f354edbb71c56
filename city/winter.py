"""A simulated winter as a value: what happened hour by hour, what was seen of it, and what was forecast at each hour.

A *group* is the streets of one class in one tur. The weather is kept for each *zone* of a town; a group has its own
share of its zone's snow and its height over or under it. All times are whole hours from a start at 12.00, the beginning
of a service day. Depths and temperatures are whole hundredths, so that a winter that is kept decides as it did before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from city.compiled import inlined
from city.vocabulary import READINGS, ROUTE_CLASSES

Floats = npt.NDArray[np.floating[Any]]
Hundredths = npt.NDArray[np.int16]
Ints = npt.NDArray[np.int64]
"""How a forecast may be read: little snow in mild air, as it stands, much snow in cold air."""
FINE = 100
"""Parts of a hundredth of a centimetre in which depths are carried from hour to hour."""


class SnowLaw(NamedTuple):
    """How snow lies in a street that nobody ploughs, in whole numbers. The truth and those who reckon use the same.

    ``settle`` is the part of its looseness that snow loses in an hour [1/10,000]: Anderson (1976, NOAA NWS 19) has 1 %
    of the depth an hour for fresh snow near 0 °C, which is 1.7 % of the looseness here; three times as fast in mild
    air is our choice. ``core`` [1/10,000] is how much of a fresh depth is left when it has settled: 100 to 250 kg/m³,
    our choice. ``melt`` [0.0001 cm an hour and 0.01 K] is 3 mm a day and kelvin (2.5 to 5.5 in Hock 2003, J. Hydrology
    282, 104) of snow of 250 kg/m³. Snow in air over ``wet_over`` [0.01 °C] is wet, as ``models.snow`` had it
    when these winters were measured (it has 0.25 °C now).
    """

    settle: int = 170
    settle_mild: int = 510
    core: int = 4000
    melt: int = 5
    wet_over: int = -50


LAW = SnowLaw()


@inlined
def settle_snow(depth: int, core: int, fresh: int, air: int, law: SnowLaw) -> tuple[int, int]:
    """Depth and settled core [0.0001 cm] an hour later, with ``fresh`` snow [0.01 cm] fallen at ``air`` [0.01 °C].

    Deeper or colder before is never shallower after.
    """
    if depth + fresh == 0:
        return 0, 0
    mild = air > 0
    loose = depth - core
    loose -= loose * (law.settle_mild if mild else law.settle) // 10_000
    core += fresh * FINE * law.core // 10_000
    if mild:
        core = max(0, core - law.melt * air)
    loose = min(loose + fresh * FINE * (10_000 - law.core) // 10_000, core * (10_000 - law.core) // law.core)
    return core + loose, core


@dataclass(frozen=True)
class WinterGroups:
    """The work of a town, one entry a group (n,).

    ``route_class`` indexes ``ROUTE_CLASSES``; ``share`` is the true depth of fresh snow over its zone's and
    ``believed`` what those who plan take for it [1/1000]; ``warmer`` is its air over its zone's [0.01 K]; ``minutes``
    a plough's whole time for it; ``metres`` driven in it (an estimate).
    """

    names: tuple[str, ...]
    route_class: Ints
    zone: Ints
    share: Ints
    believed: Ints
    warmer: Ints
    minutes: Ints
    metres: Ints

    def __len__(self) -> int:
        return len(self.names)

    def of(self, route_class: str) -> npt.NDArray[np.bool_]:
        """(n,) which groups are of a class."""
        return np.asarray(self.route_class == ROUTE_CLASSES.index(route_class))


@dataclass(frozen=True)
class Contract:
    """What clearing costs: ``vehicles`` for streets and for cycle ways, the price of an hour, the hours that a call-out
    is paid for at least, and the minutes from the call to the first street."""

    vehicles: tuple[int, int]
    price_per_h: float
    least_h: float
    turn_out_min: int


@dataclass(frozen=True)
class WinterTown:
    """A town for winters: its groups, the group that the town's one station stands in, and its contract."""

    groups: WinterGroups
    station: int
    contract: Contract
    law: SnowLaw = LAW


@dataclass(frozen=True)
class SimulatedWinter:
    """One winter, made by a generator and by nothing else.

    ``fresh`` (n_hours, n_zones) is the depth of new snow in each hour [0.01 cm] and ``air`` its temperature [0.01 °C];
    ``seen_fresh`` and ``seen_air`` are what stations make of it afterwards. ``ahead_fresh`` (3, n_hours, n_zones,
    n_leads) is what was forecast at the beginning of each hour for that hour and those after it, by ``READINGS``;
    ``ahead_air`` (n_hours, n_zones, n_leads) its air, ``wider`` (n_leads,) how much warmer it is read low and colder
    high.
    """

    seed: int
    start: datetime
    fresh: Hundredths
    air: Hundredths
    seen_fresh: Hundredths
    seen_air: Hundredths
    ahead_fresh: Hundredths
    ahead_air: Hundredths
    wider: Hundredths
    simulated: bool = True

    @property
    def hours(self) -> int:
        return len(self.fresh)

    @property
    def leads(self) -> int:
        return int(self.ahead_air.shape[-1])


def with_perfect_foresight(town: WinterTown, winter: SimulatedWinter) -> tuple[WinterTown, SimulatedWinter]:
    """The same town and winter to one who knows every share and every hour before."""
    fresh, air = _from_each_hour(winter.fresh, winter.leads), _from_each_hour(winter.air, winter.leads)
    known = replace(
        winter,
        seen_fresh=winter.fresh,
        seen_air=winter.air,
        ahead_fresh=np.repeat(fresh[None], len(READINGS), axis=0),
        ahead_air=air,
        wider=np.zeros_like(winter.wider),
    )
    return replace(town, groups=replace(town.groups, believed=town.groups.share)), known


def _from_each_hour(series: Hundredths, leads: int) -> Hundredths:
    """(n_hours, n_zones, n_leads) the hours from each hour on; after the last one it stays as it is, without snow."""
    longer = np.concatenate([series, np.repeat(series[-1:], leads - 1, axis=0)])
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(longer, leads, axis=0))
