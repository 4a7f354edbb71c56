"""Moves for routes of hundreds of tasks: whole pieces are turned round, carried over, or swapped up to the end."""

from __future__ import annotations

from city.compiled import bare, inlined
from planner.routes.search.chain import rebuild
from planner.routes.search.chance import Rng, below, unit
from planner.routes.search.journal import note, touch
from planner.routes.search.model import Model, State


@bare
def big_move(m: Model, s: State, rng: Rng, near: int) -> bool:
    """One move at random near a random task; returns whether one was found. The journal tells the routes it
    changed."""
    if near == 0:
        return False
    a = below(rng, m.n)
    b = m.near[a, below(rng, near)]
    ra, rb = s.el[a].route, s.el[b].route
    if ra < 0 or rb < 0:
        return False
    draw = unit(rng)
    if ra == rb:
        found = _reverse(m, s, a, b) if draw < 0.5 else _carry(m, s, rng, a, b)
    elif draw < 0.5:
        found = _swap_tails(m, s, a, b)
    else:
        found = _carry(m, s, rng, a, b)
    if not found:
        return False
    touch(s, ra)
    rebuild(m, s, ra)
    if ra != rb:
        touch(s, rb)
        rebuild(m, s, rb)
    return True


@inlined
def _note_all(s: State, a: int, b: int, c: int, d: int) -> None:
    note(s, a)
    note(s, b)
    note(s, c)
    note(s, d)


@bare
def _reverse(m: Model, s: State, a: int, b: int) -> bool:
    """Turns round the piece between two tasks of one route, whichever comes first, so that ``a`` and ``b`` become
    neighbours."""
    e = a
    while e < m.n and e != b:
        e = s.el[e].nxt
    if e != b:
        a, b = b, a
    first = s.el[a].nxt
    if first == b:
        return False
    before, after = a, s.el[b].nxt
    note(s, before)
    note(s, after)
    _turn(s, first, b)
    s.el[before].nxt, s.el[b].prv = b, before
    s.el[first].nxt, s.el[after].prv = after, first
    return True


@bare
def _turn(s: State, first: int, last: int) -> None:
    """Reverses the links of a piece, its ends left open. Refills stay between the same two tasks, or at its end."""
    e, carried = first, 0
    at_end = s.el[last].fill
    while True:
        following, own = s.el[e].nxt, s.el[e].fill
        note(s, e)
        s.el[e].nxt, s.el[e].prv = s.el[e].prv, following
        s.el[e].fill = carried
        carried = own
        if e == last:
            break
        e = following
    s.el[first].fill = at_end


@bare
def _swap_tails(m: Model, s: State, a: int, b: int) -> bool:
    """After ``a`` its route goes on with ``b`` and all that follows, and the other way round."""
    c, d = s.el[a].nxt, s.el[b].prv
    ra, rb = s.el[a].route, s.el[b].route
    enda, endb = m.n + m.v + ra, m.n + m.v + rb
    lasta, lastb = s.el[enda].prv, s.el[endb].prv
    e = b
    while e < m.n:
        if not m.allowed[e, ra]:
            return False
        e = s.el[e].nxt
    e = c
    while e < m.n:
        if not m.allowed[e, rb]:
            return False
        e = s.el[e].nxt
    fill = s.el[a].fill
    _note_all(s, a, b, c, d)
    _note_all(s, enda, endb, lasta, lastb)
    s.el[a].fill, s.el[d].fill = s.el[d].fill, fill
    s.el[a].nxt, s.el[b].prv = b, a
    s.el[lastb].nxt, s.el[enda].prv = enda, lastb
    if c == enda:
        s.el[d].nxt, s.el[endb].prv = endb, d
    else:
        s.el[d].nxt, s.el[c].prv = c, d
        s.el[lasta].nxt, s.el[endb].prv = endb, lasta
    return True


@bare
def _carry(m: Model, s: State, rng: Rng, a: int, b: int) -> bool:
    """Carries a piece that begins or ends with ``a`` to stand beside ``b``, turned round half the time."""
    r = s.el[b].route
    size = 1 + below(rng, max(1, min(s.tour[s.el[a].route].count // 3, 1 << (1 + below(rng, 8)))))
    first = last = a
    for _ in range(size - 1):
        if s.el[last].nxt < m.n:
            last = s.el[last].nxt
    e = first
    while True:
        if e == b or not m.allowed[e, r]:
            return False
        if e == last:
            break
        e = s.el[e].nxt
    before, after = s.el[first].prv, s.el[last].nxt
    if before == b:
        return False
    _note_all(s, before, first, last, after)
    if s.el[before].fill == 0:
        s.el[before].fill = s.el[last].fill
    s.el[last].fill = 0
    s.el[before].nxt, s.el[after].prv = after, before
    if unit(rng) < 0.5:
        _turn(s, first, last)
        first, last = last, first
    to = b if unit(rng) < 0.5 else s.el[b].prv
    if s.el[to].nxt == first:
        return False
    following = s.el[to].nxt
    note(s, to)
    note(s, following)
    s.el[to].nxt, s.el[first].prv = first, to
    s.el[last].nxt, s.el[following].prv = following, last
    s.el[last].fill = s.el[to].fill
    s.el[to].fill = 0
    return True
