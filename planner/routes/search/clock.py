"""Time along a route: waiting, breaks, lateness. Only models with deadlines, opening times or breaks walk it."""

from __future__ import annotations

import numpy as np

from city.compiled import bare
from planner.routes.search.chain import directions
from planner.routes.search.journal import note, touch
from planner.routes.search.model import Model, SearchState, at


@bare
def walk(m: Model, s: SearchState, r: int) -> None:
    """Sets the end of every task of a route, its whole time and lateness, and what a delay would do.

    A break is taken as late as the rule allows, before the task that would break it.
    """
    directions(m, s, r)
    touch(s, r)
    k, e, i = m.car[r].kind, m.n + r, s.el[m.n + r].first
    now, driven = m.car[r].begin, 0.0
    note(s, e)
    s.el[e].done, s.tour[r].late = now, 0.0
    while e < m.n + m.v:
        q = s.el[e].nxt
        j = s.el[q].first + (s.el[q].way if q < m.n else 0)
        leg, work = m.table[at(m, k, s.el[e].fill, i, j)].secs, m.work_s[k, j]
        if driven + leg > m.car[r].drive and driven > 0.0:
            now += m.car[r].rest
            driven = 0.0
        now += leg
        driven += leg
        if q < m.n:
            now = max(now, m.job[q].opens + work)
            s.tour[r].late += m.job[q].weight * max(0.0, now - m.job[q].deadline)
        note(s, q)
        s.el[q].done = now
        e, i = q, j
    s.tour[r].time = now - m.car[r].begin
    _delays(m, s, r)


@bare
def _delays(m: Model, s: SearchState, r: int) -> None:
    """``slope`` of an element: weight of all late tasks after it; ``slack``: time until the next one becomes late."""
    e, slope, slack = s.el[m.n + m.v + r].prv, 0.0, np.inf
    while True:
        s.el[e].slope, s.el[e].slack = slope, slack
        if e >= m.n:
            break
        if s.el[e].done > m.job[e].deadline:
            slope += m.job[e].weight
        else:
            slack = min(slack, m.job[e].deadline - s.el[e].done)
        e = s.el[e].prv


@bare
def delay(m: Model, s: SearchState, r: int, a: int, x: int, fill: int, secs: float) -> float:
    """Estimate of the weighted lateness that ``x`` after ``a`` brings, if it takes ``secs`` more in all."""
    k = m.car[r].kind
    i = s.el[a].first + (s.el[a].way if a < m.n else 0)
    leg = m.table[at(m, k, fill, i, s.el[x].first)].secs
    if s.el[x].ways == 2:
        leg = min(leg, m.table[at(m, k, fill, i, s.el[x].first + 1)].secs)
    ready = max(s.el[a].done + leg, m.job[x].opens)
    own = m.job[x].weight * max(0.0, ready - m.job[x].deadline)
    return float(own + s.el[a].slope * secs + max(0.0, secs - s.el[a].slack))
