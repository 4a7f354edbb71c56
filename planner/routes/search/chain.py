"""Chains of tasks with the exact best directions of all of them, kept up to date while tasks come and go.

For a fixed order the best directions follow from a programme over two states a task. Only *differences* between the two
states are kept: a change then dies out after a few tasks, and the price of a task in a gap is exact for the whole route
although it is found in a constant number of steps.
"""

from __future__ import annotations

import numpy as np

from city.compiled import bare, inlined
from planner.routes.search.journal import note, touch
from planner.routes.search.model import Model, SearchState, at


@inlined
def span(m: Model, s: SearchState, k: int, a: int, b: int, fill: int) -> tuple[float, float]:
    """Price and seconds across the gap from ``a`` to ``b`` (by a refill or not), best directions of all before and
    after."""
    best, secs = np.inf, 0.0
    for da in range(s.el[a].ways):
        for db in range(s.el[b].ways):
            i, j = s.el[a].first + da, s.el[b].first + db
            price = (s.el[a].head if da else 0.0) + m.table[at(m, k, fill, i, j)].price + (s.el[b].tail if db else 0.0)
            if price < best:
                best = price
                if m.clocked:
                    secs = (
                        (s.el[a].head_s if da else 0.0)
                        + m.table[at(m, k, fill, i, j)].secs
                        + (s.el[b].tail_s if db else 0.0)
                    )
    return best, secs


@inlined
def through(m: Model, s: SearchState, k: int, a: int, x: int, b: int, fa: int, fx: int) -> tuple[float, float]:
    """As ``span`` with ``x`` in between; ``fa``, ``fx``: whether a refill comes after ``a`` and after ``x``."""
    best, secs = np.inf, 0.0
    ia, ib = s.el[a].first, s.el[b].first
    for d in range(s.el[x].ways):
        j = s.el[x].first + d
        left, ra = 0.0 + m.into[at(m, k, fa, j, ia)].price, 0
        if s.el[a].ways == 2:
            other = s.el[a].head + m.into[at(m, k, fa, j, ia + 1)].price
            if other < left:
                left, ra = other, 1
        right, rb = m.table[at(m, k, fx, j, ib)].price + 0.0, 0
        if s.el[b].ways == 2:
            other = m.table[at(m, k, fx, j, ib + 1)].price + s.el[b].tail
            if other < right:
                right, rb = other, 1
        if left + right < best:
            best = left + right
            if m.clocked:
                secs = (
                    (s.el[a].head_s if ra else 0.0)
                    + m.into[at(m, k, fa, j, ia + ra)].secs
                    + m.table[at(m, k, fx, j, ib + rb)].secs
                    + (s.el[b].tail_s if rb else 0.0)
                )
    return best, secs


@inlined
def _set_head(m: Model, s: SearchState, k: int, e: int) -> tuple[bool, float, float]:
    """Renews the head of ``e`` from the element before; returns (changed, price of direction 0, its seconds)."""
    p = s.el[e].prv
    fill = s.el[p].fill
    price0, secs0, changed = 0.0, 0.0, False
    for d in range(s.el[e].ways):
        j = s.el[e].first + d
        best, secs = np.inf, 0.0
        for dp in range(s.el[p].ways):
            i = s.el[p].first + dp
            price = (s.el[p].head if dp else 0.0) + m.table[at(m, k, fill, i, j)].price
            if price < best:
                best = price
                if m.clocked:
                    secs = (s.el[p].head_s if dp else 0.0) + m.table[at(m, k, fill, i, j)].secs
        if d == 0:
            price0, secs0 = best, secs
        else:
            head, head_s = best - price0, secs - secs0
            changed = abs(head - s.el[e].head) > m.tolerance
            if head != s.el[e].head or head_s != s.el[e].head_s:
                note(s, e)
                s.el[e].head, s.el[e].head_s = head, head_s
    return changed, price0, secs0


@inlined
def _set_tail(m: Model, s: SearchState, k: int, e: int) -> bool:
    """Renews the tail of ``e`` from the element after; returns whether it changed."""
    q = s.el[e].nxt
    fill = s.el[e].fill
    price0, secs0, changed = 0.0, 0.0, False
    for d in range(s.el[e].ways):
        i = s.el[e].first + d
        best, secs = np.inf, 0.0
        for dq in range(s.el[q].ways):
            j = s.el[q].first + dq
            price = m.table[at(m, k, fill, i, j)].price + (s.el[q].tail if dq else 0.0)
            if price < best:
                best = price
                if m.clocked:
                    secs = m.table[at(m, k, fill, i, j)].secs + (s.el[q].tail_s if dq else 0.0)
        if d == 0:
            price0, secs0 = best, secs
        else:
            tail, tail_s = best - price0, secs - secs0
            changed = abs(tail - s.el[e].tail) > m.tolerance
            if tail != s.el[e].tail or tail_s != s.el[e].tail_s:
                note(s, e)
                s.el[e].tail, s.el[e].tail_s = tail, tail_s
    return changed


@inlined
def _set_gap(m: Model, s: SearchState, k: int, e: int) -> None:
    """Renews what lies between ``e`` and the element after."""
    gap, gap_s = span(m, s, k, e, s.el[e].nxt, s.el[e].fill)
    if gap != s.el[e].gap or gap_s != s.el[e].gap_s:
        note(s, e)
        s.el[e].gap, s.el[e].gap_s = gap, gap_s


@inlined
def mend(m: Model, s: SearchState, k: int, a: int, b: int) -> None:
    """After a change between ``a`` and ``b``: renews the heads after ``a``, the tails before ``b``, both on until
    nothing changes, and the gaps between.

    A call takes the whole model apart, so that this is part of the functions that need it, and so are its steps.
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
        _set_gap(m, s, k, e)
        e = s.el[e].nxt


@inlined
def add_load(m: Model, s: SearchState, r: int, segment: int, demand: float) -> None:
    """Adds to a segment's load and keeps the route's overload up to date."""
    room = m.car[r].load0 if segment == 0 else m.car[r].loadn
    before = max(0.0, s.load[r, segment] - room)
    s.load[r, segment] += demand
    s.tour[r].over += max(0.0, s.load[r, segment] - room) - before
    if segment == 0:
        s.tour[r].spare = room - s.load[r, 0]


@bare
def insert(m: Model, s: SearchState, r: int, a: int, x: int, fa: int, fx: int) -> None:
    """Puts ``x`` after ``a``; ``fa``, ``fx``: on which side of it a refill of that gap lies."""
    k, b = m.car[r].kind, s.el[a].nxt
    price, secs = through(m, s, k, a, x, b, fa, fx)
    touch(s, r)
    note(s, a)
    note(s, x)
    note(s, b)
    s.tour[r].price += price - s.el[a].gap + m.extra[x, r]
    s.tour[r].time += secs - s.el[a].gap_s
    s.el[a].nxt, s.el[x].prv, s.el[x].nxt, s.el[b].prv = x, a, b, x
    s.el[x].route, s.el[x].seg = r, s.el[b].seg if fa else s.el[a].seg
    s.el[a].fill, s.el[x].fill = fa, fx
    s.tour[r].count += 1
    add_load(m, s, r, s.el[x].seg, m.job[x].demand)
    mend(m, s, k, a, b)


@bare
def cut(m: Model, s: SearchState, first: int, last: int) -> None:
    """Takes the piece from ``first`` to ``last`` out. One refill stays where the piece had any in or beside it; an
    empty route has none."""
    r, a, b = s.el[first].route, s.el[first].prv, s.el[last].nxt
    k = m.car[r].kind
    touch(s, r)
    note(s, a)
    note(s, b)
    before, secs_before, fill = _take_out(m, s, k, r, a, b)
    s.el[a].fill = 0 if s.tour[r].count == 0 else fill
    s.el[a].nxt, s.el[b].prv = b, a
    mend(m, s, k, a, b)
    s.tour[r].price += s.el[a].gap - before
    s.tour[r].time += s.el[a].gap_s - secs_before
    if s.tour[r].count == 0:
        rebuild(m, s, r)


@inlined
def _take_out(m: Model, s: SearchState, k: int, r: int, a: int, b: int) -> tuple[float, float, int]:
    """Frees all tasks between ``a`` and ``b``; returns what their piece cost and took, and whether it had a refill.

    Price and seconds up to both directions of the last element that was passed are carried along.
    """
    p0, p1, s0, s1 = 0.0, s.el[a].head if s.el[a].ways == 2 else np.inf, 0.0, s.el[a].head_s
    fill, had, extra, e, i = s.el[a].fill, s.el[a].fill, 0.0, s.el[a].nxt, s.el[a].first
    while True:
        j = s.el[e].first
        q0, t0 = _cheaper(m, k, fill, i, j, p0, p1, s0, s1)
        q1, t1 = np.inf, 0.0
        if s.el[e].ways == 2:
            q1, t1 = _cheaper(m, k, fill, i, j + 1, p0, p1, s0, s1)
        p0, p1, s0, s1, i = q0, q1, t0, t1, j
        if e == b:
            break
        note(s, e)
        fill = s.el[e].fill
        had = max(had, fill)
        extra += m.extra[e, r]
        add_load(m, s, r, s.el[e].seg, -m.job[e].demand)
        s.tour[r].count -= 1
        s.el[e].fill, s.el[e].route = 0, -1
        e = s.el[e].nxt
    p1 += s.el[b].tail
    s1 += s.el[b].tail_s
    return (p1 if p1 < p0 else p0) + extra, s1 if p1 < p0 else s0, had


@inlined
def _cheaper(
    m: Model, k: int, fill: int, i: int, j: int, p0: float, p1: float, s0: float, s1: float
) -> tuple[float, float]:
    """Price and seconds to place ``j`` from ``i`` or the place after it, whichever is cheaper; those before given."""
    price, way = p0 + m.table[at(m, k, fill, i, j)].price, 0
    if p1 < np.inf:
        other = p1 + m.table[at(m, k, fill, i + 1, j)].price
        if other < price:
            price, way = other, 1
    secs = 0.0
    if m.clocked:
        secs = (s1 if way else s0) + m.table[at(m, k, fill, i + way, j)].secs
    return price, secs


@bare
def rebuild(m: Model, s: SearchState, r: int) -> None:
    """Works out everything of one route anew from its chain and its refills."""
    k, start, end = m.car[r].kind, m.n + r, m.n + m.v + r
    s.tour[r].price, s.tour[r].time, s.tour[r].over, s.tour[r].late, s.tour[r].count = 0.0, 0.0, 0.0, 0.0, 0
    for each in range(s.load.shape[1]):
        s.load[r, each] = 0.0
    s.tour[r].spare = m.car[r].load0
    segment, e = s.el[start].fill, s.el[start].nxt
    while True:
        _, price, secs = _set_head(m, s, k, e)
        s.tour[r].price += price
        s.tour[r].time += secs
        if s.el[e].route != r or s.el[e].seg != segment:
            note(s, e)
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
        _set_gap(m, s, k, e)
        e = s.el[e].nxt


@bare
def directions(m: Model, s: SearchState, r: int) -> None:
    """Writes down the best direction of every task of a route."""
    k, e, way = m.car[r].kind, m.n + m.v + r, 0
    while s.el[e].prv < m.n:
        p = s.el[e].prv
        note(s, p)
        s.el[p].way = 0
        if s.el[p].ways == 2:
            j, i = s.el[e].first + way, s.el[p].first
            first = m.table[at(m, k, s.el[p].fill, i, j)].price
            if s.el[p].head + m.table[at(m, k, s.el[p].fill, i + 1, j)].price < first:
                s.el[p].way = 1
        e, way = p, s.el[p].way
