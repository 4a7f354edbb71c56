"""The graph as a value whose states are arcs: which arc may follow which, at what price of turning.

A vehicle that has just driven arc ``a`` may go on with the arcs that ``a`` is allowed to be followed by. One-way
streets, banned turns and U-turns are therefore exact, which they cannot be on a graph of nodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from city.hierarchy import Climb, Hierarchy, contract, hierarchy
from city.network import Floats, Ints, StreetNetwork

Bans = frozenset[tuple[int, int]]
"""Pairs (arc, following arc) that are forbidden."""


@dataclass(frozen=True)
class ArcGraph:
    """Arcs and the successions that are allowed.

    ``nodes`` (n_nodes,) names; ``arc_from``, ``arc_to`` (n_arcs,) node indices; ``metres`` (n_arcs,) [m];
    ``reverse`` (n_arcs,) the same road the other way, -1 where there is none; ``follows_at`` (n_arcs + 1,),
    ``follows`` (n_successions,) the arcs that may follow each arc, and ``turn_s`` (n_successions,) the time of that
    turn [s].
    """

    nodes: tuple[str, ...]
    arc_from: Ints
    arc_to: Ints
    metres: Floats
    reverse: Ints
    follows_at: Ints
    follows: Ints
    turn_s: Floats

    @property
    def n_arcs(self) -> int:
        return len(self.arc_from)

    @cached_property
    def leaving(self) -> tuple[tuple[int, ...], ...]:
        """For each node the arcs that leave it."""
        return _by_node(self.arc_from, len(self.nodes))

    @cached_property
    def arriving(self) -> tuple[tuple[int, ...], ...]:
        """For each node the arcs that lead to it."""
        return _by_node(self.arc_to, len(self.nodes))

    @cached_property
    def _leading(self) -> tuple[Ints, Ints, Floats]:
        before = np.repeat(np.arange(self.n_arcs), np.diff(self.follows_at))
        order = np.argsort(self.follows, kind="stable")
        count = np.bincount(self.follows, minlength=self.n_arcs)
        return np.concatenate([[0], np.cumsum(count)]).astype(np.int64), before[order], self.turn_s[order]

    @property
    def leads_at(self) -> Ints:
        """(n_arcs + 1,) where the arcs that may come before each arc begin in ``leads``."""
        return self._leading[0]

    @property
    def leads(self) -> Ints:
        """(n_successions,) the arcs that may come before each arc."""
        return self._leading[1]

    @property
    def lead_turn_s(self) -> Floats:
        """(n_successions,) the time of those turns [s]."""
        return self._leading[2]

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The order of its arcs for many ways at once, worked out when it is first asked for."""
        return hierarchy(self.follows_at, self.follows)

    @cached_property
    def _climbs(self) -> dict[bytes, Climb]:
        return {}

    def climb(self, price: Floats, seconds: Floats, price_per_s: float, *, most: int = 16) -> Climb:
        """What the joints of the hierarchy cost at a price and seconds (n_arcs,) for each arc and ``price_per_s`` of
        turning. Those of the last ``most`` kinds of vehicle are kept, 32 bytes a joint."""
        kind = hashlib.sha256(b"".join((price.tobytes(), seconds.tobytes(), repr(price_per_s).encode()))).digest()
        made = self._climbs.get(kind)
        if made is None:
            count = np.diff(self.follows_at)
            whole = np.repeat(price, count) + self.turn_s * price_per_s
            made = self._climbs[kind] = contract(self.hierarchy, whole, np.repeat(seconds, count) + self.turn_s)
            for oldest in list(self._climbs)[:-most]:
                self._climbs.pop(oldest, None)
        return made

    @cached_property
    def index(self) -> dict[str, int]:
        """Node name -> node index."""
        return {name: at for at, name in enumerate(self.nodes)}

    def may_follow(self, arc: int, following: int) -> bool:
        """Whether a vehicle may go on from one arc to another."""
        begin, end = int(self.follows_at[arc]), int(self.follows_at[arc + 1])
        return following in self.follows[begin:end].tolist()

    def turn(self, arc: int, following: int) -> float:
        """The time of the turn from one arc to another [s]. Raises ValueError where it is not allowed."""
        for at in range(int(self.follows_at[arc]), int(self.follows_at[arc + 1])):
            if self.follows[at] == following:
                return float(self.turn_s[at])
        raise ValueError(f"arc {following} may not follow arc {arc}")


def from_arrays(
    nodes: Sequence[str],
    arc_from: Sequence[int],
    arc_to: Sequence[int],
    metres: Sequence[float],
    reverse: Sequence[int],
    *,
    turning: Iterable[int] | None = None,
    u_turn_s: float = 0.0,
    u_turn_elsewhere_s: float = np.inf,
    bans: Bans = frozenset(),
) -> ArcGraph:
    """The graph of plain lists. ``turning`` are the nodes where one may turn round in ``u_turn_s`` [s]; None:
    everywhere.

    At other nodes turning round takes ``u_turn_elsewhere_s``; infinite means that it is forbidden.
    """
    free = set(range(len(nodes)) if turning is None else turning)
    leaving = _by_node(np.asarray(arc_from, np.int64), len(nodes))
    at, follows, seconds = [0], [], []
    for arc, node in enumerate(arc_to):
        for following in leaving[node]:
            price = 0.0
            if following == reverse[arc]:
                price = u_turn_s if node in free else u_turn_elsewhere_s
            if price < np.inf and (arc, following) not in bans:
                follows.append(following)
                seconds.append(price)
        at.append(len(follows))
    return ArcGraph(
        tuple(nodes),
        np.asarray(arc_from, np.int64),
        np.asarray(arc_to, np.int64),
        np.asarray(metres, float),
        np.asarray(reverse, np.int64),
        np.asarray(at, np.int64),
        np.asarray(follows, np.int64),
        np.asarray(seconds, float),
    )


def from_network(
    network: StreetNetwork,
    *,
    turning: Iterable[int] = (),
    banned: Iterable[tuple[int, int, int]] = (),
    u_turn_s: float = 0.0,
    u_turn_elsewhere_s: float = np.inf,
) -> ArcGraph:
    """The graph of a street network.

    Turning round is allowed at dead ends and at the node indices ``turning``; elsewhere it takes
    ``u_turn_elsewhere_s`` [s]. ``banned`` are turns (from segment index, via node index, to segment index), as
    restrictions are stated.
    """
    reverse = _reverses(network)
    ends = {node for node, arcs in enumerate(network.out_arcs) if len({int(network.arc_segment[a]) for a in arcs}) < 2}
    return from_arrays(
        [str(name) for name in network.node_ids.tolist()],
        network.arc_from.tolist(),
        network.arc_to.tolist(),
        network.arc_m.tolist(),
        reverse,
        turning=ends | set(turning),
        u_turn_s=u_turn_s,
        u_turn_elsewhere_s=u_turn_elsewhere_s,
        bans=frozenset(_banned_arcs(network, banned)),
    )


def _reverses(network: StreetNetwork) -> list[int]:
    """For each arc the other arc of its segment, -1 for one-way segments."""
    other = [-1] * network.n_arcs
    for arcs in network.arcs_of:
        if len(arcs) == 2:
            other[arcs[0]], other[arcs[1]] = arcs[1], arcs[0]
    return other


def _banned_arcs(network: StreetNetwork, banned: Iterable[tuple[int, int, int]]) -> Iterable[tuple[int, int]]:
    into: dict[tuple[int, int], list[int]] = {}
    out_of: dict[tuple[int, int], list[int]] = {}
    for arc, segment in enumerate(network.arc_segment.tolist()):
        into.setdefault((segment, int(network.arc_to[arc])), []).append(arc)
        out_of.setdefault((int(network.arc_from[arc]), segment), []).append(arc)
    for first, via, second in banned:
        for arc in into.get((first, via), []):
            for following in out_of.get((via, second), []):
                yield arc, following


def _by_node(node_of: npt.NDArray[np.int64], n_nodes: int) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[] for _ in range(n_nodes)]
    for arc, node in enumerate(node_of.tolist()):
        found[node].append(arc)
    return tuple(tuple(arcs) for arcs in found)
