"""Moves for routes of hundreds of tasks: whole pieces are turned round, carried over, or swapped up to the end."""

from __future__ import annotations

from city.compiled import bare, inlined
from planner.routes.search.chain import cut, insert, rebuild
from planner.routes.search.chance import Rng, below, unit
from planner.routes.search.journal import note, touch
from planner.routes.search.model import Model, SearchScratch, SearchState


@bare
def big_move(m: Model, s: SearchState, rng: Rng, c: SearchScratch, near: int) -> bool:
    """One move at random near a random task; returns whether one was found. The journal tells the routes it changed.

    A short piece is cut out and its tasks put back, which costs as much as the piece is long; for a long one the
    links are changed, and the route worked out anew.
    """
    if near == 0:
        return False
    a = below(rng, m.n)
    b = m.near[a, below(rng, near)]
    ra, rb = s.el[a].route, s.el[b].route
    if ra < 0 or rb < 0:
        return False
    draw = unit(rng)
    if ra == rb and draw < 0.5:
        return _reverse(m, s, c, a, b)
    if draw < 0.5:
        return _swap_tails(m, s, a, b)
    return _carry(m, s, rng, c, a, b)


@bare
def _renew(m: Model, s: SearchState, r: int) -> None:
    touch(s, r)
    rebuild(m, s, r)


@bare
def _move_short(m: Model, s: SearchState, c: SearchScratch, first: int, last: int, to: int, turned: bool) -> None:
    """Moves a short piece to stand after ``to``, turned round or not, task by task."""
    count, e = 0, first
    while True:
        c.out[count] = e
        count += 1
        if e == last:
            break
        e = s.el[e].nxt
    cut(m, s, first, last)
    r = s.el[to].route
    for at in range(count):
        x = c.out[count - 1 - at if turned else at]
        insert(m, s, r, to, x, 0, s.el[to].fill)
        to = x


@bare
def _is_short(m: Model, s: SearchState, first: int, last: int) -> bool:
    """Whether a piece has at most 20 tasks, and no refill in it or beside it: those stay where they are."""
    if s.el[s.el[first].prv].seg != s.el[s.el[last].nxt].seg:
        return False
    e = first
    for _ in range(20):
        if e == last:
            return True
        if e >= m.n:
            return False
        e = s.el[e].nxt
    return False


@inlined
def _note_all(s: SearchState, a: int, b: int, c: int, d: int) -> None:
    note(s, a)
    note(s, b)
    note(s, c)
    note(s, d)


@bare
def _reverse(m: Model, s: SearchState, c: SearchScratch, a: int, b: int) -> bool:
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
    if _is_short(m, s, first, b):
        _move_short(m, s, c, first, b, a, True)
        return True
    before, after = a, s.el[b].nxt
    note(s, before)
    note(s, after)
    _turn(s, first, b)
    s.el[before].nxt, s.el[b].prv = b, before
    s.el[first].nxt, s.el[after].prv = after, first
    _renew(m, s, s.el[a].route)
    return True


@bare
def _turn(s: SearchState, first: int, last: int) -> None:
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


@inlined
def _may_all(m: Model, s: SearchState, e: int, r: int) -> bool:
    """Whether a vehicle may do a task and all that follow it in their route."""
    while e < m.n:
        if not m.allowed[e, r]:
            return False
        e = s.el[e].nxt
    return True


@inlined
def _has_room(s: SearchState, last: int, fill: int, first: int, end: int) -> bool:
    """Whether a route can have as many refills as there are up to ``last``, between (``fill``), and from ``first`` to
    ``end``."""
    return bool(s.el[last].seg + fill + s.el[end].seg - s.el[first].seg < s.load.shape[1])


@bare
def _swap_tails(m: Model, s: SearchState, a: int, b: int) -> bool:
    """After ``a`` its route goes on with ``b`` and all that follows, and the other way round.

    A route that is left empty keeps no refill.
    """
    c, d = s.el[a].nxt, s.el[b].prv
    ra, rb = s.el[a].route, s.el[b].route
    enda, endb = m.n + m.v + ra, m.n + m.v + rb
    lasta, lastb = s.el[enda].prv, s.el[endb].prv
    if not (_may_all(m, s, b, ra) and _may_all(m, s, c, rb)):
        return False
    fill = 0 if c == enda and d >= m.n else s.el[a].fill
    if not (_has_room(s, a, s.el[d].fill, b, endb) and _has_room(s, d, fill, c, enda)):
        return False
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
    _renew(m, s, ra)
    _renew(m, s, rb)
    return True


@bare
def _carry(m: Model, s: SearchState, rng: Rng, c: SearchScratch, a: int, b: int) -> bool:
    """Carries a piece that begins with ``a`` to stand beside ``b``, turned round half the time."""
    r, own = s.el[b].route, s.el[a].route
    size = 1 + below(rng, max(1, min(s.tour[own].count // 3, 1 << (1 + below(rng, 8)))))
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
    to, turned = b if unit(rng) < 0.5 else s.el[b].prv, unit(rng) < 0.5
    if s.el[first].prv == b or to == last:
        return False
    if _is_short(m, s, first, last):
        _move_short(m, s, c, first, last, to, turned)
        return True
    if own != r and not _has_room(s, m.n + m.v + r, 0, first, last):
        return False
    _move_long(m, s, first, last, to, turned)
    _renew(m, s, r)
    if own != r:
        _renew(m, s, own)
    return True


@bare
def _move_long(m: Model, s: SearchState, first: int, last: int, to: int, turned: bool) -> None:
    """Moves the links of a piece to stand after ``to``, turned round or not. A route that is left empty keeps no
    refill."""
    before, after = s.el[first].prv, s.el[last].nxt
    _note_all(s, before, first, last, after)
    if s.el[before].fill == 0:
        s.el[before].fill = s.el[last].fill
    if before >= m.n and after >= m.n:
        s.el[before].fill = 0
    s.el[last].fill = 0
    s.el[before].nxt, s.el[after].prv = after, before
    if turned:
        _turn(s, first, last)
        first, last = last, first
    following = s.el[to].nxt
    note(s, to)
    note(s, following)
    s.el[to].nxt, s.el[first].prv = first, to
    s.el[last].nxt, s.el[following].prv = following, last
    s.el[last].fill = s.el[to].fill
    s.el[to].fill = 0
