"""Which rooms must be emptied, which may, and why: by the probability of overflow before the next visit."""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from city.entities import Reading, Room, Vessel
from models.fill import fill_state, overflow_probability
from planner.thresholds.limits import Limits
from planner.waste.basis import basis_of
from planner.waste.room import RoomNeed, VesselView, max_age_days
from planner.waste.snapshot import WasteSnapshot
from planner.waste.words import flip_of, reasons_of

LEVEL = "fill_level"
STALE_DAYS = 2.0


def assess(snapshot: WasteSnapshot, rules: Limits) -> list[RoomNeed]:
    """A judgement for every room and fraction that has vessels, by room id and fraction."""
    rooms = {room.id: room for room in snapshot.rooms}
    levels = _levels(snapshot.readings)
    rate, spread = _class_inflow(snapshot, levels)
    groups: dict[tuple[str, str], list[Vessel]] = defaultdict(list)
    for vessel in snapshot.vessels:
        if vessel.room in rooms:
            groups[vessel.room, vessel.fraction].append(vessel)
    wait = days_to_next_visit(snapshot.service_day)
    return [
        _room_need(
            snapshot,
            rules,
            rooms[room],
            fraction,
            [_view(snapshot, rules, v, levels, rate, spread, wait) for v in group],
        )
        for (room, fraction), group in sorted(groups.items())
    ]


def days_to_next_visit(day: date) -> float:
    """Days from the evening of this service day's round to that of the next: Friday must last until Monday."""
    return 3.0 if day.weekday() == 4 else 2.0 if day.weekday() == 5 else 1.0


def _levels(readings: Sequence[Reading]) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.quantity == LEVEL:
            found[reading.device].append(reading)
    return {device: sorted(rows, key=lambda row: row.time) for device, rows in found.items()}


def _class_inflow(snapshot: WasteSnapshot, levels: Mapping[str, list[Reading]]) -> tuple[float, float]:
    """Mean rate and spread of all vessels with levels [% a day]: what a young sensor is drawn towards."""
    states = [
        fill_state([r.time for r in rows], [r.value for r in rows], trust_days=0.5)
        for rows in levels.values()
        if len(rows) > 2
    ]
    if not states:
        return 10.0, 6.0
    return sum(s.rate_pct_day for s in states) / len(states), sum(s.spread_pct_day for s in states) / len(states)


def _view(
    snapshot: WasteSnapshot,
    rules: Limits,
    vessel: Vessel,
    levels: Mapping[str, list[Reading]],
    rate: float,
    spread: float,
    wait: float,
) -> VesselView:
    rows = levels.get(vessel.device or "", [])
    state = (
        fill_state(
            [r.time for r in rows], [r.value for r in rows], class_rate_pct_day=rate, class_spread_pct_day=spread
        )
        if rows
        else None
    )
    emptied = max([t for t in (vessel.last_emptied, state.emptied_at if state else None) if t], default=None)
    age = None if emptied is None else (snapshot.at - emptied).total_seconds() / 86_400
    limit = max_age_days(rules, vessel)
    first = None if state is None else overflow_probability(state, snapshot.at, wait)
    second = None if state is None else overflow_probability(state, snapshot.at, wait + 1.0)
    due = (
        age >= limit - wait if age is not None else state is None and _calendar_day(vessel, snapshot.service_day, limit)
    )
    return VesselView(vessel, state, first, second, age, due)


def _calendar_day(vessel: Vessel, day: date, every_days: float) -> bool:
    """A vessel that nothing is known of is emptied on its own day of a fixed calendar, spread over the town."""
    period = max(1, math.floor(every_days))
    return zlib.crc32(vessel.room.encode()) % period == day.toordinal() % period


def _room_need(
    snapshot: WasteSnapshot, rules: Limits, room: Room, fraction: str, views: Sequence[VesselView]
) -> RoomNeed:
    limit = rules.row("waste.overflow_probability", fraction)
    probability = max((v.probability for v in views if v.probability is not None), default=0.0)
    later = max((v.after_next for v in views if v.after_next is not None), default=0.0)
    must = probability > (limit.value or 0.0) or any(v.due for v in views)
    return RoomNeed(
        room=room,
        fraction=fraction,
        vessels=tuple(v.vessel for v in views),
        must=must,
        probability=probability,
        prize=max(0.0, later - probability) * rules.value("waste.overflow_cost"),
        litres=sum(_litres(v) for v in views),
        score=max(probability, 1.0 if any(v.due for v in views) else 0.0),
        blind=all(_blind(v, snapshot.at) for v in views),
        reasons=tuple(reasons_of(snapshot, rules, fraction, views, probability)),
        basis=basis_of(snapshot.at, rules, views, probability, limit.value or 0.0),
        flip=flip_of(probability, limit.value or 0.0, must, any(v.due for v in views)),
    )


def _litres(view: VesselView) -> float:
    share = 0.8 if view.state is None else min(1.2, max(0.1, view.state.level_pct / 100.0))
    return view.vessel.litres * share


def _blind(view: VesselView, at: datetime) -> bool:
    return view.state is None or at - view.state.measured_at > timedelta(days=STALE_DAYS)
