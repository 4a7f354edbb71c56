"""What comes over its limits again after its tur was driven, by what falls from then on: a further run of the tur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from planner.snow.lasts import slowest_kmh, usual_time
from planner.snow.need import Need, Needs

HOUR = timedelta(hours=1)
FIRST_CLASS = "1"


def over_again(needs: Needs, last: Sequence[tuple[int, datetime]], before: datetime | None = None) -> tuple[Need, ...]:
    """The streets of a tur that are over their limits again, before the first of them must be done, after they were
    driven: ``last`` are all that were (their rows), with when. None where that is not ``before`` an instant."""
    left_cm = needs.service.rules.value("snow.left_after_plough_cm")
    found = [more for row, done in last if (more := _street_again(needs, row, done, left_cm))]
    found = [need for need in found if before is None or need.reached_at < before]
    until = min((need.deadline for need in found), default=None)
    if until is None:
        return ()
    again = {need.segment for need in found}
    together = [_street_again(needs, row, at, left_cm, until) for row, at in last if row in again]
    return tuple(need for need in together if need and need.begins <= until)


def _street_again(
    needs: Needs, i: int, done_at: datetime, left_cm: float, until: datetime | None = None
) -> Need | None:
    """A street that was ploughed by ``done_at``: when what has fallen since is over its limit, in the hours until its
    work is due. What lies on it ahead holds a plough of before the plan already."""
    behind = done_at <= needs.snapshot.at
    done = -1 if behind else int(np.ceil((done_at - needs.weather.start) / HOUR)) - 1
    if not behind and not 0 <= done < needs.weather.hours - 1:
        return None
    three = [state.depth_cm[i] for state in (needs.ahead.low, needs.ahead.mid, needs.ahead.high)]
    low, mid, high = three if behind else [left_cm + np.maximum(0.0, cm - cm[done]) for cm in three]
    margin = np.where(np.arange(len(mid)) > done, mid - needs.limit[i] / 100.0, -np.inf)
    if margin.max() < 0.0:
        return None
    first = int((margin >= 0.0).argmax())
    return needs.of_depth(i, [np.minimum(low, mid), mid, np.maximum(mid, high)], margin, (first, first, first), until)


def after_the_fall(needs: Needs, due: tuple[Need, ...], *, rises_cm: float = 0.05) -> tuple[Need, ...]:
    """The same work, begun when the snow that it is for has fallen, as far as there is time for twice what it takes
    about: class 1 is begun at once, others wait."""
    if not due or any(need.route_class.endswith(FIRST_CLASS) for need in due):
        return due
    snapshot, until = needs.snapshot, min(need.deadline for need in due)
    rows = [need.segment for need in due]
    rises = np.diff(needs.ahead.mid.depth_cm[rows], axis=1).max(axis=0) > rises_cm
    falls = np.flatnonzero(rises[: needs.hour_of(until)])
    ends = needs.groups.hour(int(falls[-1]) + 2) if len(falls) else due[0].begins
    network = snapshot.segments[rows[0]].network
    begins = min(ends, until - 2 * usual_time(snapshot, due, slowest_kmh(snapshot.vehicles, network)))
    return tuple(replace(need, begins=max(need.begins, begins)) for need in due)
