"""The runs of a tur that later work depends on: those that a plan drives and those that are under way already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from city.plan import Intervention
from planner.routes.sectors import Tur
from planner.snow.snapshot import SnowSnapshot


class Served(NamedTuple):
    """A street of a run: when it is done, what is done there, and how much is spread [g/m²]. ``recorded`` where
    somebody reported it: what is known of the street holds it already."""

    segment: int
    at: datetime
    kind: str
    dose_g_m2: float
    ploughs: bool
    recorded: bool = False


@dataclass(frozen=True)
class SnowRun:
    """A run of a tur with what it does; ``out`` where it is under way, and no work of the plan itself."""

    tur: Tur
    starts_at: datetime
    ready_by: datetime
    served: tuple[Served, ...]
    out: bool = False


def runs_out(snapshot: SnowSnapshot, turer: Sequence[Tur]) -> tuple[SnowRun, ...]:
    """The orders that are under way as runs: driven as they were planned, or are expected to be; what is late is done
    just after now."""
    known = {tur.id: tur for tur in turer}
    found = []
    for item in snapshot.running:
        if item.target in known and item.starts_at and item.ready_by:
            ends = [order.expected_end for order in snapshot.orders if order.key == item.key and order.expected_end]
            ready = max(ends[-1] if ends else item.ready_by, snapshot.at + timedelta(minutes=1))
            served = tuple(_served(snapshot, item, max(item.starts_at, snapshot.at), ready))
            found.append(SnowRun(known[item.target], item.starts_at, ready, served, out=True))
    return tuple(found)


def _served(snapshot: SnowSnapshot, item: Intervention, begins: datetime, ready: datetime) -> Iterator[Served]:
    """The streets of an order in driving order, evenly between two instants but for those that are done."""
    rows = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    parts = item.segments if isinstance(item.segments, tuple) else ()
    done = _done(snapshot, item)
    for place, part in enumerate(parts, 1):
        if part.id in rows:
            at = done.get(part.id, begins + (ready - begins) * (place / len(parts)))
            ploughs = part.action.startswith("plough")
            yield Served(rows[part.id], at, part.action, part.dose_g_m2, ploughs, part.id in done)


def _done(snapshot: SnowSnapshot, item: Intervention) -> dict[str, datetime]:
    """What was reported of streets since an order was begun, with when; nothing of one that is not begun."""
    orders = [order for order in snapshot.orders if order.key == item.key]
    begun = [order.started_at for order in orders if order.started_at]
    since = min(begun) if begun else snapshot.at if orders else item.starts_at
    rows = sorted(snapshot.treatments, key=lambda one: one.done_at)
    return {one.segment: one.done_at for one in rows if since is None or one.done_at >= since}
