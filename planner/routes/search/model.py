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

from city.compiled import bare

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
    [(name, "i4") for name in ("nxt", "prv", "route", "fill", "seg", "way", "first", "ways")]
    + [(name, "f8") for name in ("head", "head_s", "tail", "tail_s", "gap", "gap_s", "done", "slope", "slack")],
    align=True,
)
"""An element in its chain. ``route`` is -1 where it is not served; ``fill`` 1 where a refill comes after it; ``seg``
its segment between refills; ``head``: how much more the cheapest drive up to direction 1 costs than up to direction
0, ``head_s`` takes; ``tail``, ``tail_s``: the same from there to the end; ``gap``, ``gap_s``: from here to the next;
``way`` (direction), ``done`` [s], ``slope`` and ``slack`` (what a delay after it does) are kept in timed models
only."""

TOUR: Any = np.dtype([(name, "f8") for name in ("price", "time", "over", "late")] + [("count", "i8")], align=True)
"""A route: its price, seconds, overload, weighted lateness and number of tasks."""


class Model(NamedTuple):
    """The instance. ``table`` (kinds, layers, places, places, 2): price and seconds; ``into``: the same with the
    place that is reached first, so that the ways to one place lie together; ``work_s`` (kinds, places); ``near`` (n,
    k);

    ``allowed``, ``extra`` (n, v): who may do a task, and what it costs that a certain vehicle does.
    """

    n: int
    v: int
    table: npt.NDArray[np.float32]
    into: npt.NDArray[np.float32]
    work_s: npt.NDArray[np.float32]
    near: npt.NDArray[np.int32]
    allowed: npt.NDArray[np.bool_]
    extra: Floats
    job: Records
    car: Records
    refills: bool
    clocked: bool
    timed: bool
    tolerance: float


class State(NamedTuple):
    """A solution: one chain of elements for each vehicle, from its start to its end; ``load`` (v, segments)."""

    el: Records
    tour: Records
    load: Floats


def empty_state(first: npt.NDArray[np.int64], n: int, v: int, segments: int) -> State:
    """A solution in which no task is served and every vehicle stays at home. ``first`` (n + 2 v + 1,) places of the
    elements.

    ``segments``: the most that a route can have, 1 where there are no refills.
    """
    el = np.zeros(n + 2 * v, ELEMENT)
    el["first"], el["ways"] = first[:-1], np.diff(first)
    starts, ends = np.arange(n, n + v), np.arange(n + v, n + 2 * v)
    el["route"][:n] = -1
    el["nxt"][starts], el["prv"][ends] = ends, starts
    el["route"][starts], el["route"][ends] = np.arange(v), np.arange(v)
    return State(el, np.zeros(v, TOUR), np.zeros((v, segments)))


@bare
def copy_state(source: State, target: State) -> None:
    """Copies a solution over another one."""
    for e in range(len(source.el)):
        target.el[e] = source.el[e]
    for r in range(len(source.tour)):
        target.tour[r] = source.tour[r]
        for segment in range(source.load.shape[1]):
            target.load[r, segment] = source.load[r, segment]
