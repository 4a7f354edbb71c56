"""What the search sees: the instance as arrays, and a solution as arrays of records.

*Elements* are the tasks 0 … n - 1, then the starts of the v vehicles, then their ends. Each element has one or two
*places* in the table (the directions of a task), the first of which is ``first``.

Few arrays of records instead of many plain ones: a compiled function takes each array apart when it is called, and
counts its owners.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from city.compiled import bare, inlined

Records = Any
"""An array of records; the fields of numpy's records are not known to type checkers."""
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

JOB: Any = np.dtype([(name, "f8") for name in ("demand", "deadline", "weight", "opens", "far")], align=True)
"""A task: see ``planner.routes.problem.Task``; ``far``: price from the nearest start."""

CAR: Any = np.dtype(
    [("kind", "i8"), ("group", "i8")]
    + [(name, "f8") for name in ("load0", "loadn", "shift", "begin", "drive", "rest")],
    align=True,
)
"""A vehicle: its table, the group of those alike, the room of its first segment and of those after a refill, its
times."""

ELEMENT: Any = np.dtype(
    [(name, "i8") for name in ("nxt", "prv", "route", "fill", "first", "ways")]
    + [(name, "f8") for name in ("head", "tail", "gap")]
    + [("step", "i8"), ("own", "i8"), ("seg", "i8")]
    + [(name, "f8") for name in ("head_s", "tail_s", "gap_s", "done", "slope", "slack")]
    + [("way", "i8")],
    align=True,
)
"""An element in its chain, what is looked at most first. ``route`` is -1 where it is not served; ``fill`` 1 where a
refill comes after it; ``seg`` its segment between refills; ``head``: how much more the cheapest drive up to direction
1 costs than up to direction 0, ``head_s`` takes; ``tail``, ``tail_s``: the same from there to the end; ``gap``,
``gap_s``: from here to the next; ``way`` (direction), ``done`` [s], ``slope`` and ``slack`` (what a delay after it
does) are kept in timed models only. ``own`` is its number, ``step`` the last step of the search that changed it."""

TOUR: Any = np.dtype(
    [(name, "f8") for name in ("price", "time", "over", "late")]
    + [("version", "i8"), ("step", "i8"), ("count", "i8"), ("own", "i8"), ("spare", "f8")],
    align=True,
)
"""A route: its price, seconds, overload, weighted lateness, number of tasks, and the room that its first segment has
left (below zero if none). ``version`` tells its contents from
all that any route has had; ``own`` and ``step`` as above."""


PLACE: Any = np.dtype([("version", "i8"), ("value", "f8"), ("secs", "f8"), ("at", "i8")], align=True)
"""The cheapest place for a task in a version of a route: what it adds to price and seconds, and after which
element."""


WAY: Any = np.dtype([("price", "f4"), ("secs", "f4")])
"""The way from one place to another."""


class Model(NamedTuple):
    """The instance. ``table`` (kinds x layers x places x places,): the ways, see ``at``; ``into``: the same with the
    place that is reached first, so that the ways to one place lie together; ``work_s`` (kinds, places);
    ``first`` (n + 2 v,) the first place of each element, ``origin`` (places,) those of ``planner.routes.tables``;
    ``near`` (n, k): the nearest tasks, nearest first;

    ``allowed``, ``extra`` (n, v): who may do a task, and what it costs that a certain vehicle does.
    """

    n: int
    v: int
    layers: int
    places: int
    table: Records
    into: Records
    work_s: npt.NDArray[np.float32]
    first: Ints
    origin: Ints
    near: Ints
    allowed: npt.NDArray[np.bool_]
    extra: Floats
    job: Records
    car: Records
    refills: bool
    clocked: bool
    timed: bool
    tolerance: float


@inlined
def at(m: Model, k: int, layer: int, i: int, j: int) -> np.uintp:
    """Where the table of a kind of vehicle has the way from place ``i`` to ``j``, directly or by a refill (``layer``).

    Flat and unsigned: five indices, each of which might count from the end, took a fifth of the search's time.
    """
    return np.uintp(((k * m.layers + layer) * m.places + i) * m.places + j)


class SearchState(NamedTuple):
    """A solution: one chain of elements for each vehicle, from its start to its end; ``load`` (v, segments).

    ``old_el``, ``old_tour``, ``old_load``: what this step of the search has changed, as it was before (see
    ``search.journal``); ``tally`` (4,): number of the step, elements and routes in the journal, last version.
    """

    el: Records
    tour: Records
    load: Floats
    old_el: Records
    old_tour: Records
    old_load: Floats
    tally: Ints


def empty_state(first: Ints, ways: Ints, v: int, segments: int) -> SearchState:
    """A solution in which no task is served and every vehicle stays at home. ``first``, ``ways`` (n + 2 v,): first
    place and number of places of the elements.

    ``segments``: the most that a route can have, 1 where there are no refills.
    """
    n = len(first) - 2 * v
    el, tour, load = np.zeros(n + 2 * v, ELEMENT), np.zeros(v, TOUR), np.zeros((v, segments))
    el["first"], el["ways"], el["own"] = first, ways, np.arange(n + 2 * v)
    starts, ends = np.arange(n, n + v), np.arange(n + v, n + 2 * v)
    el["route"][:n] = -1
    el["nxt"][starts], el["prv"][ends] = ends, starts
    el["route"][starts], el["route"][ends] = np.arange(v), np.arange(v)
    tour["own"], tour["version"] = np.arange(v), np.arange(v)
    return SearchState(el, tour, load, el.copy(), tour.copy(), load.copy(), np.array([1, 0, 0, v], np.int64))


@bare
def copy_state(source: SearchState, target: SearchState) -> None:
    """Copies a solution over another one, without its journal."""
    for e in range(len(source.el)):
        target.el[e] = source.el[e]
    for r in range(len(source.tour)):
        target.tour[r] = source.tour[r]
        for segment in range(source.load.shape[1]):
            target.load[r, segment] = source.load[r, segment]


class SearchScratch(NamedTuple):
    """What the steps write on: ``out``, ``key`` (n,) the tasks that are out and what they are sorted by; ``hit`` (v,)
    strings taken from each route; ``seen`` (n + v,) for each element the last search that tried it;
    ``tally`` (2,) places until one is passed by, and searches; ``places`` (n, v) the cheapest place of each task in
    each route, (0, 0) where routes are too long for it to stay good.
    """

    out: Ints
    key: Floats
    hit: Ints
    seen: Ints
    tally: Ints
    places: Records


def scratch(m: Model, *, longest: float = 20.0) -> SearchScratch:
    """Places are kept where the routes hold up to ``longest`` tasks in the mean and a place is told by its price."""
    short = m.v > 0 and m.n / m.v <= longest and not m.refills and not m.timed
    places = np.zeros((m.n, m.v) if short else (0, 0), PLACE)
    places["version"] = -1
    ints = [np.zeros(size, np.int64) for size in (m.n, m.v, m.n + m.v, 2)]
    return SearchScratch(ints[0], np.zeros(m.n), ints[1], ints[2], ints[3], places)
