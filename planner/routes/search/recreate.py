"""Recreate: the tasks that are out come back one by one, each where it costs least, now and then passing a place by.

Source: Christiaens, Vanden Berghe, Transportation Science 54(2), 2020, section 5.2 (greedy insertion with blinks).
"""

from __future__ import annotations

import math

import numpy as np

from city.compiled import bare, compiled, inlined
from planner.routes.search.chain import insert, through
from planner.routes.search.chance import Rng, unit
from planner.routes.search.clock import delay, walk
from planner.routes.search.model import Floats, Ints, Model, State
from planner.routes.search.score import LATE, LOAD, TIME


@compiled
def recreate(
    m: Model, s: State, w: Floats, rng: Rng, out: Ints, taken: int, blink: float, near: int, strict: bool
) -> None:
    """Puts the first ``taken`` tasks of ``out`` back. ``near``: how many neighbours of a task are tried where not all
    are.

    ``strict``: no route is overloaded as long as there is another way.
    """
    _order(m, rng, out, taken)
    seen = np.full(m.n + m.v, -1, np.int64)
    for at in range(taken):
        x = out[at]
        _, a, fa, fx = _best_place(m, s, w, rng, x, blink, near, strict, seen)
        if a < 0:
            seen[:] = -1
            _, a, fa, fx = _best_place(m, s, w, rng, x, 0.0, m.n, False, seen)
        r = s.el[a].route
        insert(m, s, r, a, x, fa, fx)
        if m.timed:
            walk(m, s, r)


@compiled
def _order(m: Model, rng: Rng, out: Ints, taken: int) -> None:
    """Sorts the tasks at random, by demand, far first or near first; by deadline at times where there are deadlines."""
    key = np.empty(taken)
    draw = unit(rng)
    for at in range(taken):
        x = out[at]
        key[at] = unit(rng)
        if m.timed and draw < 0.3:
            key[at] = m.job[x].deadline + key[at]
        elif draw < 0.36:
            key[at] = -m.job[x].demand
        elif draw < 0.55:
            key[at] = -m.job[x].far
        elif draw < 0.64:
            key[at] = m.job[x].far
    for at in range(1, taken):
        x, own, to = out[at], key[at], at
        while to > 0 and key[to - 1] > own:
            out[to], key[to] = out[to - 1], key[to - 1]
            to -= 1
        out[to], key[to] = x, own


@bare
def _best_place(
    m: Model, s: State, w: Floats, rng: Rng, x: int, blink: float, near: int, strict: bool, seen: Ints
) -> tuple[float, int, int, int]:
    """(value, element before, refill before, refill after) of the cheapest place for ``x``; element -1 if there is
    none.

    Tried are the places beside its ``near`` neighbours and at the starts of all routes, or all there are, each once:
    ``seen`` (n + v,) holds for each element the last task that was tried after it.
    """
    best, before, best_fa, best_fx = np.inf, -1, 0, 0
    passed = _until_passed(rng, blink)
    everywhere, group = near >= m.near.shape[1], -1
    among = m.n if everywhere else 2 * near
    for at in range(among + m.v):
        a = m.n + at - among
        if at < among:
            a = at if everywhere else m.near[x, at // 2]
            if not everywhere and at % 2 == 1 and s.el[a].route >= 0:
                a = s.el[a].prv
        if seen[a] == x:
            continue
        seen[a] = x
        r = s.el[a].route
        if r < 0 or not m.allowed[x, r] or (strict and s.load[r, 0] + m.job[x].demand > m.car[r].load0):
            continue
        if s.tour[r].count == 0:
            if m.car[r].group == group:
                continue
            group = m.car[r].group
        else:
            passed -= 1
            if passed < 0:
                passed = _until_passed(rng, blink)
                continue
        for side in range(1 + s.el[a].fill):
            fa, fx = s.el[a].fill - side, side
            value = _value(m, s, w, r, a, x, fa, fx, best)
            if value < best:
                best, before, best_fa, best_fx = value, a, fa, fx
    return best, before, best_fa, best_fx


@inlined
def _until_passed(rng: Rng, blink: float) -> int:
    """How many places are tried until one is passed by with chance ``blink`` each: one draw instead of many."""
    return int(math.log(1.0 - unit(rng)) / math.log(1.0 - blink)) if blink > 0.0 else 1 << 60


@inlined
def _value(m: Model, s: State, w: Floats, r: int, a: int, x: int, fa: int, fx: int, bar: float) -> float:
    """What ``x`` in a gap adds to the score; cut short once the price alone is above ``bar``."""
    b = s.el[a].nxt
    price, secs = through(m, s, m.car[r].kind, a, x, b, fa, fx)
    value = price - s.el[a].gap + m.extra[x, r]
    if value >= bar:
        return float(value)
    segment = s.el[b].seg if fa else s.el[a].seg
    room = m.car[r].load0 if segment == 0 else m.car[r].loadn
    load = s.load[r, segment]
    value += w[LOAD] * (max(0.0, load + m.job[x].demand - room) - max(0.0, load - room))
    if m.clocked:
        more = secs - s.el[a].gap_s
        left = m.car[r].shift - (s.tour[r].time if s.tour[r].count > 0 else 0.0)
        value += w[TIME] * (max(0.0, more - left) - max(0.0, -left))
        if m.timed:
            value += w[LATE] * delay(m, s, r, a, x, fa, more)
    return float(value)
