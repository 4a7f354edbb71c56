"""Ruin: strings of neighbouring tasks are taken out of several routes (slack induction by string removals).

Source: Christiaens, Vanden Berghe, Transportation Science 54(2), 2020, section 5.1.
"""

from __future__ import annotations

from city.compiled import bare
from planner.routes.search.chain import remove
from planner.routes.search.chance import Rng, below, unit
from planner.routes.search.clock import walk
from planner.routes.search.model import Ints, Model, State


@bare
def ruin(m: Model, s: State, rng: Rng, out: Ints, hit: Ints, average: float, longest: int, split: float) -> int:
    """Takes out about ``average`` tasks round a random one, in strings of at most ``longest``; returns how many.

    ``out`` (n,) receives them. ``hit`` (v,) is scratch: strings taken from each route. ``split``: share of strings
    that keep a piece in their middle.
    """
    served, routes = 0, 0
    for r in range(m.v):
        hit[r] = 0
        served += s.tour[r].count
        routes += s.tour[r].count > 0
    mean = served / max(1, routes)
    length = min(float(longest), mean)
    strings = int(1.0 + unit(rng) * max(0.0, 4.0 * average / (1.0 + length) - 1.0))
    seed = below(rng, m.n)
    taken, done = _string(m, s, rng, out, 0, hit, seed, length, split), 1
    for at in range(m.near.shape[1]):
        if done >= strings:
            break
        x = m.near[seed, at]
        r = s.el[x].route
        if r >= 0 and (hit[r] == 0 or (hit[r] + 1) * 3.0 * length < s.tour[r].count):
            taken = _string(m, s, rng, out, taken, hit, x, length, split)
            done += 1
    return taken


@bare
def _string(m: Model, s: State, rng: Rng, out: Ints, taken: int, hit: Ints, x: int, length: float, split: float) -> int:
    """Takes one string that holds ``x`` out of its route."""
    r = s.el[x].route
    if r < 0:
        return taken
    hit[r] += 1
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
    removed = 0
    while removed < size and e < m.n:
        following = s.el[e].nxt
        if removed == skip_at and keep > 0 and e != x:
            keep -= 1
        else:
            remove(m, s, e)
            out[taken] = e
            taken += 1
            removed += 1
        e = following
    if m.timed and s.tour[r].count > 0:
        walk(m, s, r)
    return taken
