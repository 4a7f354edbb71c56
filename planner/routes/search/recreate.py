"""Recreate: the tasks that are out come back one by one, each where it costs least, now and then passing a place by.

Source: Christiaens, Vanden Berghe, Transportation Science 54(2), 2020, section 5.2 (greedy insertion with blinks).
"""

from __future__ import annotations

import math

import numpy as np

from city.compiled import bare, inlined
from planner.routes.search.chain import insert, through
from planner.routes.search.chance import Rng, unit
from planner.routes.search.clock import delay, walk
from planner.routes.search.model import Floats, Model, SearchScratch, SearchState
from planner.routes.search.score import LATE, LOAD, TIME

PASSING, SEARCHES = 0, 1
"""What stands where in the counts of the scratch."""


@bare
def recreate(
    m: Model, s: SearchState, w: Floats, rng: Rng, c: SearchScratch, taken: int, blink: float, near: int, strict: bool
) -> None:
    """Puts the first ``taken`` tasks that are out back. ``near``: how many neighbours of a task are tried where not
    all are.

    ``strict``: no route is overloaded as long as there is another way.
    """
    _order(m, rng, c, taken)
    for at in range(taken):
        x = c.out[at]
        if len(c.places) > 0:
            a, fa, fx = _best_route(m, s, w, rng, c, x, blink, strict), 0, 0
        else:
            a, fa, fx = _best_place(m, s, w, rng, c, x, blink, near, strict)
        if a < 0:
            a, fa, fx = _best_place(m, s, w, rng, c, x, 0.0, m.n, False)
        r = s.el[a].route
        insert(m, s, r, a, x, fa, fx)
        if m.timed:
            walk(m, s, r)


@bare
def _order(m: Model, rng: Rng, c: SearchScratch, taken: int) -> None:
    """Sorts the tasks at random, by demand, far first or near first; by deadline at times where there are deadlines."""
    draw = unit(rng)
    for at in range(taken):
        x = c.out[at]
        own = unit(rng)
        if m.timed and draw < 0.3:
            own += m.job[x].deadline
        elif draw < 0.36:
            own = -m.job[x].demand
        elif draw < 0.55:
            own = -m.job[x].far
        elif draw < 0.64:
            own = m.job[x].far
        to = at
        while to > 0 and c.key[to - 1] > own:
            c.out[to], c.key[to] = c.out[to - 1], c.key[to - 1]
            to -= 1
        c.out[to], c.key[to] = x, own


@bare
def _best_route(
    m: Model, s: SearchState, w: Floats, rng: Rng, c: SearchScratch, x: int, blink: float, strict: bool
) -> int:
    """The element after which ``x`` costs least, -1 if there is none; every place of every route is tried.

    The cheapest place in a route is looked up until the route changes. A place that is passed by matters only where
    it would be the best so far: the route's next best then takes its turn.
    """
    best, before, group = np.inf, -1, -1
    for r in range(m.v):
        if (strict and m.job[x].demand > s.tour[r].spare) or not m.allowed[x, r]:
            continue
        if s.tour[r].count == 0:
            if m.car[r].group == group:
                continue
            group = m.car[r].group
        if c.places[x, r].version != s.tour[r].version:
            value, secs, at = _search_route(m, s, r, x, -1)
            c.places[x, r].value, c.places[x, r].secs, c.places[x, r].at = value, secs, at
            c.places[x, r].version = s.tour[r].version
        value = c.places[x, r].value
        if value >= best:
            continue
        at = c.places[x, r].at
        value = _with_faults(m, s, w, r, 0, x, value, c.places[x, r].secs)
        if value < best and s.tour[r].count > 0 and _is_passed(rng, c, blink):
            value, secs, at = _search_route(m, s, r, x, at)
            value = _with_faults(m, s, w, r, 0, x, value, secs)
        if value < best:
            best, before = value, at
    return before


@bare
def _search_route(m: Model, s: SearchState, r: int, x: int, but: int) -> tuple[float, float, int]:
    """(price, seconds, element before) of the cheapest place in a route without refills, the one after ``but`` left
    out."""
    best, best_secs, before = np.inf, 0.0, -1
    k, a = m.car[r].kind, m.n + r
    while a < m.n + m.v:
        b = s.el[a].nxt
        if a != but:
            price, secs = through(m, s, k, a, x, b, 0, 0)
            price -= s.el[a].gap
            if price < best:
                best, best_secs, before = price, secs - s.el[a].gap_s, a
        a = b
    return best + m.extra[x, r], best_secs, before


@bare
def _best_place(
    m: Model, s: SearchState, w: Floats, rng: Rng, c: SearchScratch, x: int, blink: float, near: int, strict: bool
) -> tuple[int, int, int]:
    """(element before, refill before, refill after) of the cheapest place for ``x``; element -1 if there is none.

    Tried are the places beside its ``near`` neighbours and at the starts of all routes, or all there are, each once.
    """
    best, before, best_fa, best_fx = np.inf, -1, 0, 0
    c.tally[SEARCHES] += 1
    everywhere, group = near >= m.near.shape[1], -1
    among = m.n if everywhere else 2 * near
    for at in range(among + m.v):
        a = m.n + at - among
        if at < among:
            a = at if everywhere else m.near[x, at >> 1]
            if not everywhere and at % 2 == 1 and s.el[a].route >= 0:
                a = s.el[a].prv
        if c.seen[a] == c.tally[SEARCHES]:
            continue
        c.seen[a] = c.tally[SEARCHES]
        r = s.el[a].route
        if r < 0 or (strict and m.job[x].demand > s.tour[r].spare) or not m.allowed[x, r]:
            continue
        if s.tour[r].count == 0:
            if m.car[r].group == group:
                continue
            group = m.car[r].group
        elif _is_passed(rng, c, blink):
            continue
        for side in range(1 + s.el[a].fill):
            fa, fx = s.el[a].fill - side, side
            value = _value(m, s, w, r, a, x, fa, fx, best)
            if value < best:
                best, before, best_fa, best_fx = value, a, fa, fx
    return before, best_fa, best_fx


@inlined
def _is_passed(rng: Rng, c: SearchScratch, blink: float) -> bool:
    """Whether a place is passed by, with chance ``blink`` each: one draw tells how many are not."""
    if blink <= 0.0:
        return False
    if c.tally[PASSING] > 0:
        c.tally[PASSING] -= 1
        return False
    c.tally[PASSING] = int(math.log(1.0 - unit(rng)) / math.log(1.0 - blink))
    return True


@inlined
def _value(m: Model, s: SearchState, w: Floats, r: int, a: int, x: int, fa: int, fx: int, bar: float) -> float:
    """What ``x`` in a gap adds to the score; cut short once the price alone is above ``bar``."""
    b = s.el[a].nxt
    price, secs = through(m, s, m.car[r].kind, a, x, b, fa, fx)
    value = price - s.el[a].gap + m.extra[x, r]
    if value >= bar:
        return float(value)
    value = _with_faults(m, s, w, r, s.el[b].seg if fa else s.el[a].seg, x, value, secs - s.el[a].gap_s)
    if m.timed:
        value += w[LATE] * delay(m, s, r, a, x, fa, secs - s.el[a].gap_s)
    return float(value)


@inlined
def _with_faults(
    m: Model, s: SearchState, w: Floats, r: int, segment: int, x: int, value: float, more_s: float
) -> float:
    """``value`` and what the overload and overtime cost that ``x`` brings to a segment if it takes ``more_s``."""
    room = m.car[r].load0 if segment == 0 else m.car[r].loadn
    load = s.load[r, segment]
    value += w[LOAD] * (max(0.0, load + m.job[x].demand - room) - max(0.0, load - room))
    if m.clocked:
        left = m.car[r].shift - (s.tour[r].time if s.tour[r].count > 0 else 0.0)
        value += w[TIME] * (max(0.0, more_s - left) - max(0.0, -left))
    return value
