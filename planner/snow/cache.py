"""What a process keeps from one plan to the next, so that a new forecast or report searches only what it changed.

Nothing here decides anything: each value is kept under all that it was made from, so that a plan made with it is the
plan made without.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from threading import Lock
from typing import Generic, TypeVar

from city.entities import Segment, TurnBan
from city.network import StreetNetwork, build
from city.plan import canonical_hash
from city.vocabulary import Network
from planner.routes.reach import Reach
from planner.routes.sectors import Tur, cut
from planner.routes.tur import Drive, graph_for

T = TypeVar("T")


class Streets:
    """What follows from streets and turns alone: their network, the cut into turer, and what is reached on a graph."""

    def __init__(self, digest: str, segments: Sequence[Segment], turns: Sequence[TurnBan]) -> None:
        self.digest, self.segments, self.turns = digest, segments, turns
        self._turer: Shelf[Sequence[Tur]] = Shelf(4)
        self._reaches: Shelf[Reach] = Shelf(4)

    @cached_property
    def network(self) -> StreetNetwork:
        return build(self.segments)

    def turer(self, minutes: float, work_kmh: dict[Network, float]) -> Sequence[Tur]:
        """The turer of at most about ``minutes`` of work at these speeds."""
        key = minutes, *sorted(work_kmh.items())
        return self._turer.find(key) or self._turer.put(key, cut(self.segments, minutes, work_kmh))

    def reach(self, clears: Network, homes: Iterable[int]) -> Reach:
        """What vehicles that clear a network get to, on the graph where they may turn round at their ``homes``."""
        nodes = tuple(sorted(set(homes)))
        found = self._reaches.find((clears, nodes))
        if found is None:
            graph = graph_for(self.network, nodes, clears, self.turns)
            found = self._reaches.put((clears, nodes), Reach(self.network, graph))
        return found


class PlanCache:
    """The streets of the last plan, and its drives and those before it.

    A drive of a whole tur is about 90 kB, so that ``most_drives`` are some 35 MB; the one that was longest unused goes
    first. The streets of a town of 18,000 arcs take as much again, and only the last are kept. Threads may share it.
    """

    def __init__(self, *, most_drives: int = 400) -> None:
        self._streets: Shelf[Streets] = Shelf(1)
        self.drives: Shelf[Drive] = Shelf(most_drives)

    def streets(self, segments: Sequence[Segment], turns: Sequence[TurnBan]) -> Streets:
        """What is kept of these streets, begun anew where any of them has changed."""
        digest = canonical_hash((segments, turns))
        return self._streets.find(digest) or self._streets.put(digest, Streets(digest, segments, turns))


class Shelf(Generic[T]):
    """The last ``most`` values that were asked for, each under its key."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._values: dict[Hashable, T] = {}

    def __len__(self) -> int:
        return len(self._values)

    def find(self, key: Hashable) -> T | None:
        """The value of a key, None where there is none."""
        with self._lock:
            if key in self._values:
                self._values[key] = self._values.pop(key)  # to the end, where the newest stand
            return self._values.get(key)

    def put(self, key: Hashable, value: T) -> T:
        """Puts a value there, in place of the one that was longest unused if there are too many."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = value
            while len(self._values) > self._most:
                del self._values[next(iter(self._values))]
        return value
