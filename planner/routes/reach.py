"""What a vehicle can work on: the arcs that it gets to from home, home again from, and from each to every other.

Banned turns and streets that are too narrow or too weak count. Asked before any search, so that none can be stranded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from city.arcstates import ArcGraph
from city.entities import Vehicle
from city.network import Ints, StreetNetwork, open_to

Bools = npt.NDArray[np.bool_]


def reached(graph: ArcGraph, home: int, open_arcs: Bools) -> Bools:
    """(n_arcs,) the arcs on which work can be planned for a vehicle that starts at ``home`` and drives ``open_arcs``.

    Where a ban at home parts them, the largest lot that can be driven in one go.
    """
    with_home = _parts(graph, open_arcs, home)
    round_trip: Bools = (with_home[:-1] == with_home[-1]) & open_arcs
    if not round_trip.any():
        return round_trip
    part = _parts(graph, open_arcs)
    together: Bools = round_trip & (part == np.bincount(part[round_trip]).argmax())
    return together


def workable(arcs: Sequence[int], passes: int, open_arcs: Bools) -> list[int]:
    """Those of a segment's arcs on which ``passes`` can be done; none where each way needs one and one is closed."""
    able = [arc for arc in arcs if open_arcs[arc]]
    return able if passes < len(arcs) or len(able) == len(arcs) else []


@dataclass
class Reach:
    """What the vehicles of a plan get to on one graph, worked out once for each home, width and weight."""

    network: StreetNetwork
    graph: ArcGraph
    _found: dict[tuple[object, ...], Bools] = field(default_factory=dict)

    def of(self, vehicle: Vehicle, home: int) -> Bools:
        """(n_arcs,) the arcs that a vehicle can work on."""
        kind = home, vehicle.network, vehicle.width_m, vehicle.weight_t
        if kind not in self._found:
            allowed = open_to(self.network.segments, vehicle.network, vehicle.width_m, vehicle.weight_t)
            self._found[kind] = reached(self.graph, home, allowed[self.network.arc_segment])
        return self._found[kind]

    def left_out(self, needs: Mapping[int, int], vehicle: Vehicle, home: int) -> int:
        """How many of the needed segments (index -> passes) a vehicle would have to leave out."""
        open_arcs = self.of(vehicle, home)
        arcs_of = self.network.arcs_of
        return sum(not workable(arcs_of[segment], passes, open_arcs) for segment, passes in needs.items())


def _parts(graph: ArcGraph, open_arcs: Bools, home: int | None = None) -> Ints:
    """(n_arcs,) label of the part in which each arc leads to every other. With ``home`` one more entry at the end, for
    the home as a place that is driven into and out of."""
    before, after = np.repeat(np.arange(graph.n_arcs), np.diff(graph.follows_at)), graph.follows
    both = open_arcs[before] & open_arcs[after]
    heads, tails, size = [before[both]], [after[both]], graph.n_arcs
    if home is not None:
        out, back = (
            np.flatnonzero(open_arcs & (graph.arc_from == home)),
            np.flatnonzero(open_arcs & (graph.arc_to == home)),
        )
        heads += [np.full(len(out), size), back]
        tails += [out, np.full(len(back), size)]
        size += 1
    row, column = np.concatenate(heads), np.concatenate(tails)
    matrix = csr_matrix((np.ones(len(row), np.bool_), (row, column)), shape=(size, size))
    labels: Ints = connected_components(matrix, directed=True, connection="strong")[1].astype(np.int64)
    return labels
