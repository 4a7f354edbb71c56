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


def after_others(item: Intervention, held: Sequence[Engaged]) -> tuple[Intervention, Engaged | None]:
    """An intervention at the first time from its start on at which its vehicle has nothing else, and what it waits for;
    one without times as it is."""
    if item.starts_at is None or item.ready_by is None:
        return item, None
    starts, lasts, before = item.starts_at, item.ready_by - item.starts_at, None
    for one in in_turn(held):
        if one.begins < starts + lasts and starts < one.ends:
            starts, before = one.ends, one
    return msgspec.structs.replace(item, starts_at=starts, ready_by=starts + lasts), before
