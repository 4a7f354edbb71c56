"""Which rooms must be emptied, which may, and why: by the probability of overflow before the next visit."""

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
from planner.waste.levels import vessel_views
from planner.waste.room import RoomNeed, VesselView, max_age_days
from planner.waste.snapshot import WasteSnapshot
from planner.waste.words import flip_of, reasons_of


def assess(snapshot: WasteSnapshot, rules: Limits) -> list[RoomNeed]:
    """A judgement for every room and fraction that has vessels, by room id and fraction."""
    rooms = {room.id: room for room in snapshot.rooms}
    wait = days_to_next_visit(snapshot.service_day)
    known = vessel_views(snapshot, wait)
    groups: dict[tuple[str, str], list[VesselView]] = defaultdict(list)
    for vessel in snapshot.vessels:
        if vessel.room in rooms:
            view = replace(known[vessel.id], due=_due(snapshot, rules, known[vessel.id], wait))
            groups[vessel.room, vessel.fraction].append(view)
    return [
        _room_need(snapshot, rules, rooms[room], fraction, group) for (room, fraction), group in sorted(groups.items())
    ]


def days_to_next_visit(day: date) -> float:
    """Days from the evening of this service day's round to that of the next: Friday must last until Monday."""
    return 3.0 if day.weekday() == 4 else 2.0 if day.weekday() == 5 else 1.0


def _due(snapshot: WasteSnapshot, rules: Limits, view: VesselView, wait: float) -> bool:
    """Whether a vessel's age asks for it before the next visit; its calendar where its sensor is not believed and
    nobody knows when it was emptied."""
    limit = max_age_days(rules, view.vessel)
    if view.waited_days >= limit - wait:
        return True
    return bool(view.doubt) and view.age_days is None and _calendar_day(view.vessel, snapshot.service_day, limit)


def _calendar_day(vessel: Vessel, day: date, every_days: float) -> bool:
    """A vessel that nothing is known of is emptied on its own day of a fixed calendar, spread over the town."""
    period = max(1, math.floor(every_days))
    return zlib.crc32(vessel.room.encode()) % period == day.toordinal() % period


def _room_need(
    snapshot: WasteSnapshot, rules: Limits, room: Room, fraction: str, views: Sequence[VesselView]
) -> RoomNeed:
    limit = rules.row("waste.overflow_probability", fraction)
    probability = max((v.chance for v in views), default=0.0)
    later = max((v.after_next or 0.0 for v in views if not v.doubt), default=0.0)
    must = probability > (limit.value or 0.0) or any(v.due for v in views)
    worth = rules.value("waste.worth_emptying", fraction)
    emptied = _worth_emptying(views, limit.value or 0.0, worth) or views
    return RoomNeed(
        room=room,
        fraction=fraction,
        vessels=tuple(v.vessel for v in emptied),
        must=must,
        probability=probability,
        prize=max(0.0, later - probability) * rules.value("waste.overflow_cost"),
        litres=sum(_litres(v) for v in emptied),
        score=max(probability, 1.0 if any(v.due for v in views) else 0.0),
        blind=all(v.doubt for v in views),
        doubts=tuple((v.vessel.device or v.vessel.id, v.doubt) for v in views if v.doubt and v.doubt != "no_sensor"),
        reasons=tuple(reasons_of(snapshot, rules, fraction, views, probability)),
        basis=basis_of(snapshot.at, rules, views, probability, limit.value or 0.0),
        flip=flip_of(probability, limit.value or 0.0, must, any(v.due for v in views)),
    )


def _worth_emptying(views: Sequence[VesselView], limit: float, worth: float) -> list[VesselView]:
    """Of a room that is visited: what must be emptied, and what is full by a chance of more than ``worth`` within three
    days of the next possible visit, and cheaper to empty now than on a way of its own."""
    return [v for v in views if v.due or v.chance > limit or (not v.doubt and (v.later or 0.0) > worth)]


def _litres(view: VesselView) -> float:
    share = 0.8 if view.state is None or view.doubt else min(1.2, max(0.1, view.state.level_pct / 100.0))
    return view.vessel.litres * share
