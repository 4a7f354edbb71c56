"""The journal of one step of the search: what it changes is noted as it was, so that a step costs no copy of the whole.

Every function that writes to an element notes it first, and touches the route whose figures it changes.
"""

from __future__ import annotations

from city.compiled import bare, inlined
from planner.routes.search.model import SearchState

STEP, ELEMENTS, ROUTES, VERSION = 0, 1, 2, 3
"""What stands where in the tally of a state."""


@inlined
def note(s: SearchState, e: int) -> None:
    """Keeps an element as it was before this step; to be called before it is written to."""
    if s.el[e].step != s.tally[STEP]:
        s.el[e].step = s.tally[STEP]
        s.old_el[s.tally[ELEMENTS]] = s.el[e]
        s.tally[ELEMENTS] += 1


@inlined
def touch(s: SearchState, r: int) -> None:
    """Keeps the figures of a route as they were before this step, and gives it a new version."""
    if s.tour[r].step != s.tally[STEP]:
        s.tour[r].step = s.tally[STEP]
        at = s.tally[ROUTES]
        s.old_tour[at] = s.tour[r]
        for segment in range(s.load.shape[1]):
            s.old_load[at, segment] = s.load[r, segment]
        s.tally[ROUTES] += 1
    s.tally[VERSION] += 1
    s.tour[r].version = s.tally[VERSION]


@bare
def settle(s: SearchState) -> None:
    """Ends a step: what it changed stays."""
    s.tally[STEP] += 1
    s.tally[ELEMENTS] = s.tally[ROUTES] = 0


@bare
def undo(s: SearchState) -> None:
    """Ends a step: all is again as it was before."""
    for at in range(s.tally[ELEMENTS]):
        s.el[s.old_el[at].own] = s.old_el[at]
    for at in range(s.tally[ROUTES]):
        r = s.old_tour[at].own
        s.tour[r] = s.old_tour[at]
        for segment in range(s.load.shape[1]):
            s.load[r, segment] = s.old_load[at, segment]
    settle(s)
