"""What a process keeps from one plan to the next, so that a new forecast or report searches only what it changed.

Nothing here decides anything: each value is kept under all that it was made from, so that a plan made with it is the
plan made without.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, MutableMapping, Sequence
from functools import cached_property

import numpy as np
from cachetools import LRUCache

from city.entities import Segment, TurnBan
from city.network import Floats, StreetNetwork, build, gaps_m, open_to
from city.plan import canonical_hash
from city.vocabulary import Network
from planner.routes.reach import Reach
from planner.routes.sectors import Tur, cut
from planner.routes.tur import Drive, graph_for


class Streets:
    """What follows from streets and turns alone: their network, the cut into turer, and what is reached on a graph."""

    def __init__(self, digest: str, segments: Sequence[Segment], turns: Sequence[TurnBan]) -> None:
        self.digest, self.segments, self.turns = digest, segments, turns
        self._turer: LRUCache[Hashable, Sequence[Tur]] = LRUCache(4)
        self._reaches: LRUCache[Hashable, Reach] = LRUCache(4)
        self._away: LRUCache[Hashable, Floats] = LRUCache(4)
        self._gaps: dict[Hashable, float] = {}

    @cached_property
    def network(self) -> StreetNetwork:
        return build(self.segments)

    def turer(self, minutes: float, work_kmh: dict[Network, float]) -> Sequence[Tur]:
        """The turer of at most about ``minutes`` of work at these speeds."""
        key = minutes, *sorted(work_kmh.items())
        if key not in self._turer:
            self._turer[key] = cut(self.segments, minutes, work_kmh)
        return self._turer[key]

    def reach(self, clears: Network, homes: Iterable[int]) -> Reach:
        """What vehicles that clear a network get to, on the graph where they may turn round at their ``homes``."""
        key = clears, tuple(sorted(set(homes)))
        if key not in self._reaches:
            self._reaches[key] = Reach(self.network, graph_for(self.network, key[1], clears, self.turns))
        return self._reaches[key]

    def gaps_m(self, tur: Tur) -> float:
        """The least way, as the crow flies, that joins all parts into which the streets of a tur fall [m]; 0 where they
        hang together."""
        if tur.segments not in self._gaps:
            ends = np.array([self.ends_of(i) for i in tur.segments])
            nodes, at = np.unique(ends, return_inverse=True)
            self._gaps[tur.segments] = gaps_m(*self.network.metres_of(nodes), at.reshape(-1, 2))
        return self._gaps[tur.segments]

    def ends_of(self, segment: int) -> tuple[int, int]:
        """The nodes at both ends of a segment."""
        arc = self.network.arcs_of[segment][0]
        return int(self.network.arc_from[arc]), int(self.network.arc_to[arc])

    def there_and_back_s(self, clears: Network, homes: Iterable[int], drive_kmh: float) -> Floats:
        """(n_nodes,) driving to each node from the nearest of ``homes`` and back again [s], on the streets that are
        open to a network; inf where no way leads there or back, or there is no home."""
        key = clears, tuple(sorted(set(homes))), drive_kmh
        if key not in self._away:
            self._away[key] = self._there_and_back(clears, key[1], drive_kmh)
        return self._away[key]

    def _there_and_back(self, clears: Network, homes: Sequence[int], drive_kmh: float) -> Floats:
        network = self.network
        open_arcs = open_to(self.segments, clears)[network.arc_segment]
        seconds = np.where(open_arcs, network.seconds(drive_kmh), np.inf)
        every = range(network.n_nodes)
        back = network.reversed().travel(homes, every, seconds)
        away: Floats = (network.travel(homes, every, seconds) + back).min(axis=0, initial=np.inf)
        return away


class PlanCache:
    """The streets of the last plan, and its drives and those before it.

    A drive of a whole tur is about 90 kB, so that ``most_drives`` are some 35 MB; the one that was longest unused goes
    first. The streets of a town of 18,000 arcs take as much again, and only the last are kept. One plan at a time is
    made with it: threads that share it take turns, as those of the scheduler do.
    """

    def __init__(self, *, most_drives: int = 400) -> None:
        self._streets: LRUCache[str, Streets] = LRUCache(1)
        self.drives: MutableMapping[Hashable, Drive] = LRUCache(most_drives)

    def streets(self, segments: Sequence[Segment], turns: Sequence[TurnBan]) -> Streets:
        """What is kept of these streets, begun anew where any of them has changed."""
        digest = canonical_hash((segments, turns))
        if digest not in self._streets:
            self._streets[digest] = Streets(digest, segments, turns)
        return self._streets[digest]
