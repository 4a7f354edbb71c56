"""Which rooms must be emptied, and why: by the probability of overflow before the next visit, by age, by calendar."""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from city.entities import Room, Vessel
from planner.thresholds.limits import Limits
from planner.waste.basis import basis_of
from planner.waste.days import days_to_next_visit, is_open, open_days
from planner.waste.levels import vessel_views
from planner.waste.room import RoomNeed, VesselView, max_age_days
from planner.waste.snapshot import WasteSnapshot
from planner.waste.words import flip_of, reasons_of


def assess(snapshot: WasteSnapshot, rules: Limits) -> list[RoomNeed]:
    """A judgement for every room and fraction that has vessels, by room id and fraction."""
    rooms, free = {room.id: room for room in snapshot.rooms}, snapshot.free_days
    day = snapshot.service_day
    days = {vessel.id: open_days(vessel, rules) for vessel in snapshot.vessels}
    known = vessel_views(snapshot, {name: days_to_next_visit(day, of, free) for name, of in days.items()})
    groups: dict[tuple[str, str], list[VesselView]] = defaultdict(list)
    for vessel in snapshot.vessels:
        if vessel.room in rooms:
            view = replace(known[vessel.id], shut=not is_open(day, days[vessel.id], free))
            groups[vessel.room, vessel.fraction].append(replace(view, due=_due(snapshot, rules, view)))
    return [
        _room_need(snapshot, rules, rooms[room], fraction, group) for (room, fraction), group in sorted(groups.items())
    ]


def _due(snapshot: WasteSnapshot, rules: Limits, view: VesselView) -> bool:
    """Whether a vessel must be emptied whatever its level: its age asks for it before the next visit; it is emptied by
    calendar alone, as one without a sensor that has days of its own is; or its sensor is not believed and nobody knows
    when it was emptied."""
    if view.shut:
        return False
    limit, vessel = max_age_days(rules, view.vessel), view.vessel
    if view.waited_days >= limit - view.wait_days:
        return True
    if vessel.emptied_on and (view.doubt or rules.usual_word("waste.mode", vessel.fraction) == "calendar"):
        return True
    unknown = bool(view.doubt) and view.age_days is None
    return unknown and _calendar_day(vessel, snapshot.service_day, limit, round(view.wait_days))


def _calendar_day(vessel: Vessel, day: date, every_days: float, wait_days: int) -> bool:
    """A vessel that nothing is known of is emptied on its own day of a fixed calendar, spread over the town; before it
    where no truck comes on that day."""
    period = max(1, math.floor(every_days))
    own = zlib.crc32(vessel.room.encode()) % period
    return any((day.toordinal() + ahead) % period == own for ahead in range(max(1, wait_days)))


def _room_need(
    snapshot: WasteSnapshot, rules: Limits, room: Room, fraction: str, views: Sequence[VesselView]
) -> RoomNeed:
    limit = rules.row("waste.overflow_probability", fraction)
    by_level = rules.usual_word("waste.mode", fraction) != "calendar"
    probability = max((v.chance for v in views), default=0.0)
    musts = [v for v in views if v.due or (by_level and not v.shut and v.chance > (limit.value or 0.0))]
    due = any(v.due for v in views)
    return RoomNeed(
        room=room,
        fraction=fraction,
        views=tuple(views),
        vessels=tuple(v.vessel for v in musts),
        must=bool(musts),
        probability=probability,
        prize=0.0,
        litres=sum(v.litres for v in musts),
        score=max(probability, 1.0 if due else 0.0),
        blind=all(v.doubt for v in views),
        waits=not musts and any(v.shut and v.chance > (limit.value or 0.0) for v in views),
        doubts=tuple((v.vessel.device or v.vessel.id, v.doubt) for v in views if v.doubt and v.doubt != "no_sensor"),
        reasons=tuple(reasons_of(snapshot, rules, fraction, views, probability)),
        basis=basis_of(snapshot.at, rules, views, probability, limit.value or 0.0),
        flip=flip_of(probability, limit.value or 0.0, bool(musts), due),
    )
