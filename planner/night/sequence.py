"""One after the other: a vehicle that has work before begins what it is given when that is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from city.plan import Intervention


@dataclass(frozen=True, slots=True)
class Engaged:
    """What a vehicle has: ``what`` from ``begins`` to ``ends``."""

    what: str
    begins: datetime
    ends: datetime


def in_turn(held: Sequence[Engaged], free: datetime | None = None) -> Iterator[Engaged]:
    """What a vehicle has, by planned start, each begun when the one before is done, and not before it is ``free``; it
    takes as long as planned."""
    for one in sorted(held, key=lambda one: (one.begins, one.ends, one.what)):
        late = timedelta() if free is None else max(timedelta(), free - one.begins)
        moved = replace(one, begins=one.begins + late, ends=one.ends + late)
        free = moved.ends
        yield moved


def driven_from(item: Intervention, earliest: datetime) -> Intervention:
    """An intervention as it is driven where it cannot begin before a time: it takes as long as planned."""
    if item.starts_at is None or item.starts_at >= earliest:
        return item
    ready = None if item.ready_by is None else item.ready_by + (earliest - item.starts_at)
    return msgspec.structs.replace(item, starts_at=earliest, ready_by=ready)


def one_after_other(
    items: Sequence[Intervention], held: Sequence[Engaged], now: datetime
) -> list[tuple[Intervention, Engaged | None]]:
    """Interventions of one vehicle, in their order, as it can drive them: each at the first time from its start on, and
    not before now, at which the vehicle has nothing else. With each what it waits for; what was planned to be over by
    its start is not named among its own. One without times stays as it is."""
    taken = list(held)
    planned: dict[Engaged | None, datetime] = {}
    made = []
    for item in items:
        driven, before = _after_others(driven_from(item, now), taken)
        if before in planned and item.starts_at is not None and planned[before] <= item.starts_at:
            before = None
        made.append((driven, before))
        if driven.starts_at is not None and driven.ready_by is not None and item.ready_by is not None:
            own = Engaged(item.target, driven.starts_at, driven.ready_by)
            taken.append(own)
            planned[own] = item.ready_by
    return made


def _after_others(item: Intervention, held: Sequence[Engaged]) -> tuple[Intervention, Engaged | None]:
    """An intervention when its vehicle has nothing else, and what it waits for."""
    if item.starts_at is None or item.ready_by is None:
        return item, None
    starts, lasts, before = item.starts_at, item.ready_by - item.starts_at, None
    for one in in_turn(held):
        if one.begins < starts + lasts and starts < one.ends:
            starts, before = one.ends, one
    return msgspec.structs.replace(item, starts_at=starts, ready_by=starts + lasts), before
