"""Chains of tasks with the exact best directions of all of them, kept up to date while tasks come and go.

For a fixed order the best directions follow from a programme over two states a task. Only *differences* between the two
states are kept: a change then dies out after a few tasks, and the price of a task in a gap is exact for the whole route
although it is found in a constant number of steps.
"""

from __future__ import annotations

import numpy as np

from city.compiled import bare, inlined
from planner.routes.search.model import Model, State


@inlined
def span(m: Model, s: State, k: int, a: int, b: int, fill: int) -> tuple[float, float]:
    """Price and seconds across the gap from ``a`` to ``b`` (by a refill or not), best directions of all before and
    after."""
    best, secs = np.inf, 0.0
    for da in range(s.el[a].ways):
        for db in range(s.el[b].ways):
            i, j = s.el[a].first + da, s.el[b].first + db
            price = (s.el[a].head if da else 0.0) + m.table[k, fill, i, j, 0] + (s.el[b].tail if db else 0.0)
            if price < best:
                best = price
                if m.clocked:
                    secs = (s.el[a].head_s if da else 0.0) + m.table[k, fill, i, j, 1] + (s.el[b].tail_s if db else 0.0)
    return best, secs


@inlined
def through(m: Model, s: State, k: int, a: int, x: int, b: int, fa: int, fx: int) -> tuple[float, float]:
    """As ``span`` with ``x`` in between; ``fa``, ``fx``: whether a refill comes after ``a`` and after ``x``."""
    best, secs = np.inf, 0.0
    ia, ib = s.el[a].first, s.el[b].first
    for d in range(s.el[x].ways):
        j = s.el[x].first + d
        left, ra = 0.0 + m.into[k, fa, j, ia, 0], 0
        if s.el[a].ways == 2:
            other = s.el[a].head + m.into[k, fa, j, ia + 1, 0]
            if other < left:
                left, ra = other, 1
        right, rb = m.table[k, fx, j, ib, 0] + 0.0, 0
        if s.el[b].ways == 2:
            other = m.table[k, fx, j, ib + 1, 0] + s.el[b].tail
            if other < right:
                right, rb = other, 1
        if left + right < best:
            best = left + right
            if m.clocked:
                secs = (
                    (s.el[a].head_s if ra else 0.0)
                    + m.into[k, fa, j, ia + ra, 1]
                    + m.table[k, fx, j, ib + rb, 1]
                    + (s.el[b].tail_s if rb else 0.0)
                )
    return best, secs


@inlined
def _set_head(m: Model, s: State, k: int, e: int) -> tuple[bool, float, float]:
    """Renews the head of ``e`` from the element before; returns (changed, price of direction 0, its seconds)."""
    p = s.el[e].prv
    fill = s.el[p].fill
    price0, secs0, old, changed = 0.0, 0.0, 0.0, False
    for d in range(s.el[e].ways):
        j = s.el[e].first + d
        best, secs = np.inf, 0.0
        for dp in range(s.el[p].ways):
            price = (s.el[p].head if dp else 0.0) + m.table[k, fill, s.el[p].first + dp, j, 0]
            if price < best:
                best = price
                if m.clocked:
                    secs = (s.el[p].head_s if dp else 0.0) + m.table[k, fill, s.el[p].first + dp, j, 1]
        if d == 0:
            price0, secs0 = best, secs
        else:
            old = s.el[e].head
            s.el[e].head, s.el[e].head_s = best - price0, secs - secs0
            changed = abs(s.el[e].head - old) > m.tolerance
    return changed, price0, secs0


@inlined
def _set_tail(m: Model, s: State, k: int, e: int) -> bool:
    """Renews the tail of ``e`` from the element after; returns whether it changed."""
    q = s.el[e].nxt
    fill = s.el[e].fill
    price0, secs0, changed = 0.0, 0.0, False
    for d in range(s.el[e].ways):
        i = s.el[e].first + d
        best, secs = np.inf, 0.0
        for dq in range(s.el[q].ways):
            price = m.table[k, fill, i, s.el[q].first + dq, 0] + (s.el[q].tail if dq else 0.0)
            if price < best:
                best = price
                if m.clocked:
                    secs = m.table[k, fill, i, s.el[q].first + dq, 1] + (s.el[q].tail_s if dq else 0.0)
        if d == 0:
            price0, secs0 = best, secs
        else:
            old = s.el[e].tail
            s.el[e].tail, s.el[e].tail_s = best - price0, secs - secs0
            changed = abs(s.el[e].tail - old) > m.tolerance
    return changed


@bare
def mend(m: Model, s: State, k: int, a: int, b: int) -> None:
    """After a change between ``a`` and ``b``: renews the heads after ``a``, the tails before ``b``, both on until
    nothing changes, and the gaps between.

    A call takes the whole model apart, so that the steps are parts of this function and each stands in it once.
    """
    past, last = False, s.el[a].nxt
    while True:
        changed = _set_head(m, s, k, last)[0]
        past = past or last == b
        if last >= m.n or (past and not changed):
            break
        last = s.el[last].nxt
    past, begin = False, s.el[b].prv
    while True:
        if begin >= m.n:
            break
        changed = _set_tail(m, s, k, begin)
        past = past or begin == a
        if past and not changed:
            break
        begin = s.el[begin].prv
    e = begin if begin >= m.n else s.el[begin].prv
    end = last if last >= m.n else s.el[last].nxt
    while e != end:
        s.el[e].gap, s.el[e].gap_s = span(m, s, k, e, s.el[e].nxt, s.el[e].fill)
        e = s.el[e].nxt


@inlined
def add_load(m: Model, s: State, r: int, segment: int, demand: float) -> None:
    """Adds to a segment's load and keeps the route's overload up to date."""
    room = m.car[r].load0 if segment == 0 else m.car[r].loadn
    before = max(0.0, s.load[r, segment] - room)
    s.load[r, segment] += demand
    s.tour[r].over += max(0.0, s.load[r, segment] - room) - before


@bare
def insert(m: Model, s: State, r: int, a: int, x: int, fa: int, fx: int) -> None:
    """Puts ``x`` after ``a``; ``fa``, ``fx``: on which side of it a refill of that gap lies."""
    k, b = m.car[r].kind, s.el[a].nxt
    price, secs = through(m, s, k, a, x, b, fa, fx)
    s.tour[r].price += price - s.el[a].gap + m.extra[x, r]
    s.tour[r].time += secs - s.el[a].gap_s
    s.el[a].nxt, s.el[x].prv, s.el[x].nxt, s.el[b].prv = x, a, b, x
    s.el[x].route, s.el[x].seg = r, s.el[b].seg if fa else s.el[a].seg
    s.el[a].fill, s.el[x].fill = fa, fx
    s.tour[r].count += 1
    add_load(m, s, r, s.el[x].seg, m.job[x].demand)
    mend(m, s, k, a, b)


@bare
def remove(m: Model, s: State, x: int) -> None:
    """Takes ``x`` out. A refill before or after it stays, two become one; an empty route has none."""
    r, a, b = s.el[x].route, s.el[x].prv, s.el[x].nxt
    k = m.car[r].kind
    before, secs_before = through(m, s, k, a, x, b, s.el[a].fill, s.el[x].fill)
    add_load(m, s, r, s.el[x].seg, -m.job[x].demand)
    s.tour[r].count -= 1
    s.el[a].fill = 0 if s.tour[r].count == 0 else max(s.el[a].fill, s.el[x].fill)
    s.el[x].fill = 0
    s.el[a].nxt, s.el[b].prv, s.el[x].route = b, a, -1
    mend(m, s, k, a, b)
    s.tour[r].price += s.el[a].gap - before - m.extra[x, r]
    s.tour[r].time += s.el[a].gap_s - secs_before
    if s.tour[r].count == 0:
        rebuild(m, s, r)


@bare
def rebuild(m: Model, s: State, r: int) -> None:
    """Works out everything of one route anew from its chain and its refills."""
    k, start, end = m.car[r].kind, m.n + r, m.n + m.v + r
    s.tour[r].price, s.tour[r].time, s.tour[r].over, s.tour[r].late, s.tour[r].count = 0.0, 0.0, 0.0, 0.0, 0
    for each in range(s.load.shape[1]):
        s.load[r, each] = 0.0
    segment, e = s.el[start].fill, s.el[start].nxt
    while True:
        _, price, secs = _set_head(m, s, k, e)
        s.tour[r].price += price
        s.tour[r].time += secs
        s.el[e].route, s.el[e].seg = r, segment
        if e >= m.n:
            break
        s.tour[r].count += 1
        s.tour[r].price += m.extra[e, r]
        add_load(m, s, r, segment, m.job[e].demand)
        segment += s.el[e].fill
        e = s.el[e].nxt
    e = s.el[end].prv
    while e != start:
        _set_tail(m, s, k, e)
        e = s.el[e].prv
    while e != end:
        s.el[e].gap, s.el[e].gap_s = span(m, s, k, e, s.el[e].nxt, s.el[e].fill)
        e = s.el[e].nxt


@bare
def directions(m: Model, s: State, r: int) -> None:
    """Writes down the best direction of every task of a route."""
    k, e, way = m.car[r].kind, m.n + m.v + r, 0
    while s.el[e].prv < m.n:
        p = s.el[e].prv
        s.el[p].way = 0
        if s.el[p].ways == 2:
            j, i = s.el[e].first + way, s.el[p].first
            first = m.table[k, s.el[p].fill, i, j, 0]
            if s.el[p].head + m.table[k, s.el[p].fill, i + 1, j, 0] < first:
                s.el[p].way = 1
        e, way = p, s.el[p].way
