"""The loop: ruin and recreate or a big move, kept or undone by simulated annealing, with weights that adapt."""

from __future__ import annotations

import math

import numpy as np

from city.compiled import bare, threaded
from planner.routes.search.chain import rebuild
from planner.routes.search.chance import Rng, unit
from planner.routes.search.clock import walk
from planner.routes.search.journal import ROUTES, settle, undo
from planner.routes.search.model import Floats, Model, SearchScratch, SearchState, copy_state
from planner.routes.search.moves import big_move
from planner.routes.search.recreate import recreate
from planner.routes.search.refill import place_refills
from planner.routes.search.ruin import ruin
from planner.routes.search.score import LOAD, faults, gained, score


@threaded
def anneal(
    m: Model,
    s: SearchState,
    best: SearchState,
    c: SearchScratch,
    record: Floats,
    w: Floats,
    natural: Floats,
    rng: Rng,
    iterations: int,
    hot: float,
    cold: float,
    knobs: tuple[float, ...],
    first: bool,
) -> None:
    """Runs ``iterations`` while the temperature falls from ``hot`` to ``cold``.

    ``s`` is the present solution, ``first`` whether it is still to be completed; ``best`` the best one so far, with
    ``record`` (2,): its weighted faults at ``natural`` weights, and its price. ``w`` (3,) adapts. ``knobs``: see
    ``planner.routes.solve.Params.knobs``.
    """
    average, longest, split, blink, near, big, strict, adapt, ceiling = knobs
    found, clean, since = np.zeros(3), np.zeros(3), 0
    if first:
        _begin(m, s, c, w, rng, int(near), strict > 0)
    _remember(m, s, best, record, natural, found)
    now = score(m, s, w)
    fall = (cold / hot) ** (1.0 / max(1, iterations))
    temperature = hot
    for _ in range(iterations):
        temperature *= fall
        if unit(rng) < big:
            if not big_move(m, s, rng, c, min(int(near), m.near.shape[1])):
                undo(s)
                continue
        else:
            taken = ruin(m, s, rng, c, average, int(longest), split)
            recreate(m, s, w, rng, c, taken, blink, int(near), strict > 0)
        _finish(m, s, w, rng)
        new = now + gained(m, s, w)
        _note_faults(m, s, found, clean)
        since += 1
        if new < now - temperature * math.log(1.0 - unit(rng)):
            now = new
            settle(s)
            _remember(m, s, best, record, natural, found)
        else:
            undo(s)
        if since == int(adapt):
            _adapt(w, natural, clean, since, ceiling)
            clean[:], since = 0.0, 0
            _renew(m, s)
            now = score(m, s, w)


@bare
def _renew(m: Model, s: SearchState) -> None:
    """Works all routes out anew, so that no rounding adds up."""
    for r in range(m.v):
        rebuild(m, s, r)
        if m.timed:
            walk(m, s, r)
    settle(s)


@bare
def _finish(m: Model, s: SearchState, w: Floats, rng: Rng) -> None:
    """Refills and times of the routes that changed, where something may have to move."""
    for at in range(s.tally[ROUTES]):
        r = s.old_tour[at].own
        moved = m.refills and s.tour[r].count > 0 and (s.tour[r].over > 0.0 or unit(rng) < 0.03)
        if moved:
            place_refills(m, s, r, w[LOAD])
        if m.timed:
            walk(m, s, r)


@bare
def _note_faults(m: Model, s: SearchState, found: Floats, clean: Floats) -> None:
    """Counts which kinds of fault this solution is free of."""
    faults(m, s, found)
    for kind in range(3):
        clean[kind] += found[kind] <= 1e-6


@bare
def _remember(m: Model, s: SearchState, best: SearchState, record: Floats, natural: Floats, found: Floats) -> None:
    """Keeps the solution if it is the best so far: fewer faults first, then the lower price."""
    price = faults(m, s, found)
    fault = found[0] * natural[0] + found[1] * natural[1] + found[2] * natural[2]
    if fault > record[0] + 1e-6 or (fault > record[0] - 1e-6 and price >= record[1] - 1e-6):
        return
    _renew(m, s)
    price = faults(m, s, found)
    fault = found[0] * natural[0] + found[1] * natural[1] + found[2] * natural[2]
    if fault < record[0] - 1e-6 or (fault <= record[0] + 1e-6 and price < record[1] - 1e-6):
        record[0], record[1] = fault, price
        copy_state(s, best)


@bare
def _adapt(w: Floats, natural: Floats, clean: Floats, since: int, ceiling: float) -> None:
    """Weights rise where too few solutions are free of a fault, up to ``ceiling`` times what is natural, and fall where
    most are."""
    for kind in range(3):
        share = clean[kind] / since
        if share < 0.25:
            w[kind] = min(w[kind] * 1.15, natural[kind] * ceiling)
        elif share > 0.5:
            w[kind] = max(w[kind] * 0.9, natural[kind] * 0.05)


@threaded
def _begin(m: Model, s: SearchState, c: SearchScratch, w: Floats, rng: Rng, near: int, strict: bool) -> None:
    """Serves every task that is not served yet, and works everything out.

    Not ``bare``: what a bare function calls first is compiled as if it made no arrays either, and refills do.
    """
    _renew(m, s)
    taken = 0
    for x in range(m.n):
        if s.el[x].route < 0:
            c.out[taken] = x
            taken += 1
    recreate(m, s, w, rng, c, taken, 0.0, near, strict)
    for r in range(m.v):
        if m.refills:
            place_refills(m, s, r, w[LOAD])
    _renew(m, s)
