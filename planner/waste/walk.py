"""A round on the streets: the arcs from each of its places to the next, from the depot and home to it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from city.entities import Vehicle
from city.network import StreetNetwork
from planner.waste.rounds import Round
from planner.waste.site import Site


@dataclass(frozen=True)
class WalkedRound:
    """``stops`` are numbers of the site's needs, None where the truck tips; ``legs`` the arcs to each of them and home.

    ``metres`` [m] and ``seconds`` [s] with all work and every tipping.
    """

    truck: Vehicle
    stops: tuple[int | None, ...]
    legs: tuple[tuple[int, ...], ...]
    metres: float
    seconds: float

    @property
    def arcs(self) -> list[int]:
        """All that is driven, in order."""
        return [arc for leg in self.legs for arc in leg]


def walked(network: StreetNetwork, site: Site, found: Round) -> WalkedRound:
    """The round by the quickest ways; a leg without a way stays empty."""
    truck = next(truck for truck in site.trucks if truck.id == found.truck)
    home = site.depots.index(truck.depot)
    rows = [home, *(site.row(stop) for stop in found.stops), home]
    legs = tuple(
        tuple(network.path(site.nodes[a], site.nodes[b], site.how.seconds)) if np.isfinite(site.seconds[a, b]) else ()
        for a, b in pairwise(rows)
    )
    return WalkedRound(truck, found.stops, legs, found.metres, found.seconds)
