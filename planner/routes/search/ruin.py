"""Ruin: strings of neighbouring tasks are taken out of several routes (slack induction by string removals).

Source: Christiaens, Vanden Berghe, Transportation Science 54(2), 2020, section 5.1.
"""

from __future__ import annotations

from city.compiled import bare
from planner.routes.search.chain import cut
from planner.routes.search.chance import Rng, below, unit
from planner.routes.search.clock import walk
from planner.routes.search.model import Model, SearchScratch, SearchState


@bare
def ruin(m: Model, s: SearchState, rng: Rng, c: SearchScratch, average: float, longest: int, split: float) -> int:
    """Takes out about ``average`` tasks round a random one, in strings of at most ``longest``; returns how many.

    ``split``: share of strings that keep a piece in their middle.
    """
    served, routes = 0, 0
    for r in range(m.v):
        c.hit[r] = 0
        served += s.tour[r].count
        routes += s.tour[r].count > 0
    mean = served / max(1, routes)
    length = min(float(longest), mean)
    strings = int(1.0 + unit(rng) * max(0.0, 4.0 * average / (1.0 + length) - 1.0))
    seed = below(rng, m.n)
    taken, done = _string(m, s, rng, c, 0, seed, length, split), 1
    for at in range(m.near.shape[1]):
        if done >= strings:
            break
        x = m.near[seed, at]
        r = s.el[x].route
        if r >= 0 and (c.hit[r] == 0 or (c.hit[r] + 1) * 3.0 * length < s.tour[r].count):
            taken = _string(m, s, rng, c, taken, x, length, split)
            done += 1
    return taken


@bare
def _string(
    m: Model, s: SearchState, rng: Rng, c: SearchScratch, taken: int, x: int, length: float, split: float
) -> int:
    """Takes one string that holds ``x`` out of its route."""
    r = s.el[x].route
    if r < 0:
        return taken
    c.hit[r] += 1
    size = int(1.0 + unit(rng) * min(length, s.tour[r].count))
    size = min(size, s.tour[r].count)
    keep = 0
    if size > 1 and unit(rng) < split:
        while size + keep < s.tour[r].count and unit(rng) > 0.01 and keep < 1 + int(0.5 * length):
            keep += 1
            if unit(rng) < 0.5:
                break
    e = x
    for _ in range(below(rng, size + keep)):
        if s.el[e].prv < m.n:
            e = s.el[e].prv
    skip_at = 1 + below(rng, size) if keep > 0 else size + 1
    removed, first, last = 0, -1, -1
    while removed < size and e < m.n:
        following = s.el[e].nxt
        if removed == skip_at and keep > 0 and e != x:
            keep -= 1
            if first >= 0:
                cut(m, s, first, last)
                first = -1
        else:
            c.out[taken + removed] = e
            removed += 1
            first, last = e if first < 0 else first, e
        e = following
    if first >= 0:
        cut(m, s, first, last)
    if m.timed and s.tour[r].count > 0:
        walk(m, s, r)
    return taken + removed
