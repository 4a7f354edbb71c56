"""What a visit to each room would be today: which vessels it empties, whether it must be, and what it saves.

One rule for the plan of a day and for a past that is tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.waste.price import WastePrices
from planner.waste.rounds import LEAVES_KR, Pickup

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
LEAST_OF_WAY = 0.1
"""The part of its share in a round that a visit must save for a room to be looked at; keeps the search small."""


@dataclass(frozen=True)
class VesselsAsked:
    """What is asked of each vessel, each (n,): its ``room`` by number, whether it ``must`` be emptied, what emptying it
    saves, ``worth`` [kr], the ``litres`` in it, and how ``urgent`` it is (0 to 1)."""

    room: Ints
    must: Bools
    worth: Floats
    litres: Floats
    urgent: Floats


@dataclass(frozen=True)
class RoomVisit:
    """A visit to a ``room`` that empties these ``vessels``: what it loads, whether it ``must`` be, what it saves
    (``prize``) and what is ``left`` of that after the work there [kr]."""

    room: int
    vessels: tuple[int, ...]
    must: bool
    litres: float
    prize: float
    left: float
    urgent: float

    def pickup(self, prices: WastePrices) -> Pickup:
        """As the search of rounds takes it."""
        work = prices.vessel_s * len(self.vessels)
        return Pickup(self.litres, work, None if self.must else self.prize, self.urgent)


def visits(asked: VesselsAsked, drive: Floats, prices: WastePrices, most_l: float) -> list[RoomVisit]:
    """The rooms that must be visited, and those where a visit saves more than the work there and a part of the way,
    ``drive`` (n_rooms,) [kr]; none where no room must be and all together do not pay for a truck that leaves.

    In a room all vessels are emptied that must be or that save more than their own work, as far as they fit a truck of
    ``most_l``: those that must be first, the most urgent before, then those that are worth most for their litres.
    """
    found = list(_each(asked, prices, most_l))
    worth = [visit for visit in found if visit.must or visit.left > LEAST_OF_WAY * drive[visit.room]]
    pays = any(visit.must for visit in worth) or sum(visit.left for visit in worth) > LEAVES_KR
    return worth if pays else []


def _each(asked: VesselsAsked, prices: WastePrices, most_l: float) -> Iterator[RoomVisit]:
    """Every room of which a vessel is emptied."""
    wanted: defaultdict[int, list[int]] = defaultdict(list)
    for vessel in np.flatnonzero(asked.must | (asked.worth > prices.vessel)):
        wanted[int(asked.room[vessel])].append(int(vessel))
    for room, all_of_it in sorted(wanted.items()):
        vessels = _fitting(asked, all_of_it, most_l)
        if vessels:
            prize = float(asked.worth[vessels].sum())
            yield RoomVisit(
                room,
                tuple(vessels),
                bool(asked.must[vessels].any()),
                float(asked.litres[vessels].sum()),
                prize,
                prize - prices.vessel * len(vessels),
                float(asked.urgent[vessels].max()),
            )


def _fitting(asked: VesselsAsked, vessels: list[int], most_l: float) -> list[int]:
    """The vessels of a room that go onto one truck, in their order."""
    if asked.litres[vessels].sum() <= most_l:
        return vessels
    first = sorted(
        vessels,
        key=lambda v: (not asked.must[v], -asked.urgent[v] if asked.must[v] else -asked.worth[v] / asked.litres[v]),
    )
    taken, load = [], 0.0
    for vessel in first:
        if load + asked.litres[vessel] <= most_l:
            taken.append(vessel)
            load += float(asked.litres[vessel])
    return sorted(taken)
