"""Many cheapest ways on one graph: its arcs in an order of elimination, so that a search only climbs.

Arcs are taken out one after the other, those with the fewest neighbours first, and what stood round one is joined up:
every way then has a cheapest one that climbs to later arcs and comes down again. From an arc it climbs along its
parents alone, some hundred and fifty in a town of 18,000 arcs, where a plain search looks at thousands.

Dibbelt, Strasser, Wagner (2016): Customizable contraction hierarchies, doi.org/10.1145/2886843. The order is a matter
of the streets alone; prices are laid on it afterwards, for each kind of vehicle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix, diags
from scipy.sparse.linalg import splu

from city.compiled import threaded

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Hierarchy:
    """The order and what is joined up in it; places in the order stand for arcs.

    ``place`` (n_arcs,) of each arc; ``parent`` (n_arcs,) the next place up, -1 at the top; ``depth`` (n_arcs,) how many
    lie above; ``up_at`` (n_arcs + 1,) and ``up`` (n_joints,) the later places that each is joined to, in order;
    ``joint``, ``climbs`` (n_successions,) the joint of each succession (-1: an arc onto itself) and which way it leads.
    """

    place: Ints
    parent: Ints
    depth: Ints
    up_at: Ints
    up: Ints
    joint: Ints
    climbs: npt.NDArray[np.bool_]


class Climb(NamedTuple):
    """What the joints cost (n_joints,): price and seconds upwards and downwards, inf where there is no way."""

    up_price: Floats
    up_seconds: Floats
    down_price: Floats
    down_seconds: Floats


def hierarchy(follows_at: Ints, follows: Ints) -> Hierarchy:
    """The hierarchy of a graph whose arc ``a`` may be followed by ``follows[follows_at[a] : follows_at[a + 1]]``."""
    n = len(follows_at) - 1
    before = np.repeat(np.arange(n), np.diff(follows_at))
    place = _elimination(before, follows, n)
    low, high = np.minimum(place[before], place[follows]), np.maximum(place[before], place[follows])
    up_at, up = _joined(low, high, n)
    first = np.minimum(up_at[:-1], max(len(up) - 1, 0))
    parent = np.where(np.diff(up_at) > 0, up[first] if len(up) else -1, -1).astype(np.int64)
    depth = np.zeros(n, np.int64)
    for at in range(n - 1, -1, -1):
        depth[at] = depth[parent[at]] + 1 if parent[at] >= 0 else 0
    lower = np.repeat(np.arange(n), np.diff(up_at))
    joint = np.where(low < high, np.searchsorted(lower * n + up, low * n + high), -1).astype(np.int64)
    return Hierarchy(place, parent, depth, up_at, up, joint, place[before] < place[follows])


def _elimination(before: Ints, follows: Ints, n: int) -> Ints:
    """(n_arcs,) the place of each arc, least degree first: the order in which SuperLU would factorise the graph."""
    beside = csr_matrix((np.ones(len(before)), (before, follows)), shape=(n, n))
    beside = ((beside + beside.T) > 0).astype(float)
    beside.setdiag(0.0)
    if not beside.nnz:
        return np.arange(n)
    graph = csc_matrix(diags(np.asarray(beside.sum(axis=1)).ravel() + 1.0) - beside)
    found = splu(graph, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    place: Ints = found.perm_c.astype(np.int64)
    return place


def _joined(low: Ints, high: Ints, n: int) -> tuple[Ints, Ints]:
    """Where the joints of each place begin, and the places above: its own, and those of what was taken out before."""
    above: list[set[int]] = [set() for _ in range(n)]
    for one, other in zip(low.tolist(), high.tolist(), strict=True):
        if one < other:
            above[one].add(other)
    rows: list[list[int]] = []
    for some in above:
        rows.append(sorted(some))
        if len(some) > 1:
            above[rows[-1][0]].update(rows[-1][1:])
    up_at = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return up_at, np.array([one for row in rows for one in row], np.int64)


def contract(made: Hierarchy, price: Floats, seconds: Floats) -> Climb:
    """The prices of successions (n_successions,) and their seconds laid on a hierarchy."""
    climb = Climb(*(np.full(len(made.up), np.inf) for _ in range(4)))
    for way, out_price, out_seconds in ((True, *climb[:2]), (False, *climb[2:])):
        mine = np.flatnonzero((made.climbs == way) & (made.joint >= 0))
        mine = mine[np.argsort(-price[mine], kind="stable")]  # the cheapest of several is written last
        out_price[made.joint[mine]], out_seconds[made.joint[mine]] = price[mine], seconds[mine]
    _lay(made.up_at, made.up, *climb)
    return climb


def ways(made: Hierarchy, climb: Climb, sources: Ints, targets: Ints) -> tuple[Floats, Floats]:
    """(n_sources, n_targets) price and seconds from the beginning of arcs to the beginning of arcs; inf: no way."""
    width = int(made.depth.max(initial=0)) + 1
    ends = []
    for arcs, price, seconds in ((sources, *climb[:2]), (targets, *climb[2:])):
        at = made.place[arcs]
        whole, time = np.full((len(arcs), width), np.inf), np.zeros((len(arcs), width))
        above = np.full((len(arcs), width), -1, np.int64)
        _climb(made.parent, made.depth, made.up_at, made.up, price, seconds, at, whole, time, above)
        ends.append((made.depth[at], above, whole, time))
    out = np.full((2, len(sources), len(targets)), np.inf)
    _meet(*ends[0], *ends[1], out[0], out[1])
    return out[0], out[1]


@threaded
def _lay(up_at: Ints, up: Ints, up_price: Floats, up_seconds: Floats, down_price: Floats, down_seconds: Floats) -> None:
    """Lets every joint cost what the cheapest way over the places below it costs, from the bottom up."""
    for x in range(len(up_at) - 1):
        for one in range(up_at[x], up_at[x + 1]):
            joint, end = up_at[up[one]], up_at[up[one] + 1]
            for other in range(one + 1, up_at[x + 1]):
                while joint < end and up[joint] != up[other]:
                    joint += 1
                rise = down_price[one] + up_price[other]
                if rise < up_price[joint]:
                    up_price[joint], up_seconds[joint] = rise, down_seconds[one] + up_seconds[other]
                fall = down_price[other] + up_price[one]
                if fall < down_price[joint]:
                    down_price[joint], down_seconds[joint] = fall, down_seconds[other] + up_seconds[one]


@threaded
def _climb(
    parent: Ints,
    depth: Ints,
    up_at: Ints,
    up: Ints,
    price: Floats,
    seconds: Floats,
    begins: Ints,
    whole: Floats,
    time: Floats,
    above: Ints,
) -> None:
    """Fills (n, width) price, seconds and place by depth on the way from each place to the top."""
    for row in range(len(begins)):
        x = begins[row]
        whole[row, depth[x]] = 0.0
        while x >= 0:
            here, at = whole[row, depth[x]], depth[x]
            above[row, at] = x
            for joint in range(up_at[x], up_at[x + 1]):
                reached, there = here + price[joint], depth[up[joint]]
                if reached < whole[row, there]:
                    whole[row, there], time[row, there] = reached, time[row, at] + seconds[joint]
            x = parent[x]


@threaded
def _meet(
    out_deep: Ints,
    out_above: Ints,
    out_price: Floats,
    out_seconds: Floats,
    in_deep: Ints,
    in_above: Ints,
    in_price: Floats,
    in_seconds: Floats,
    price: Floats,
    seconds: Floats,
) -> None:
    """Fills the tables by the cheapest place at which a climb from the source meets one from the target."""
    for row in range(len(out_deep)):
        for column in range(len(in_deep)):
            common, past = 0, min(out_deep[row], in_deep[column]) + 1  # down to where both came by the same places
            while common < past:
                middle = (common + past) // 2
                if out_above[row, middle] == in_above[column, middle]:
                    common = middle + 1
                else:
                    past = middle
            best, at = np.inf, -1
            for depth in range(common):
                whole = out_price[row, depth] + in_price[column, depth]
                if whole < best:
                    best, at = whole, depth
            if at >= 0:
                price[row, column], seconds[row, column] = best, out_seconds[row, at] + in_seconds[column, at]
