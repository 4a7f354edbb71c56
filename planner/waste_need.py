"""Which rooms must be emptied, which may, and why: by the probability of overflow before the next visit."""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from city.plan import Reason, Text
from city.said import figure_en, figure_sv
from city.things import Reading, Room, Vessel
from models.fill import FillState, fill_state, level_range, overflow_probability
from planner.say import measured, plain
from planner.snapshot import Snapshot
from planner.thresholds import Limits

LEVEL = "fill_level"
STALE_DAYS = 2.0


@dataclass(frozen=True)
class RoomNeed:
    """One room and fraction: must it be visited, what would a visit be worth, what is loaded, and why.

    ``probability`` is that of overflow of the fullest vessel before the next possible visit, NaN-free; ``blind``
    where no vessel has a fresh level.
    """

    room: Room
    fraction: str
    vessels: tuple[Vessel, ...]
    must: bool
    probability: float
    prize: float
    litres: float
    score: float
    blind: bool
    reasons: tuple[Reason, ...]
    flip: Text


@dataclass(frozen=True)
class _VesselView:
    vessel: Vessel
    state: FillState | None
    probability: float | None
    after_next: float | None
    age_days: float | None
    due: bool


def judge(snapshot: Snapshot, rules: Limits) -> list[RoomNeed]:
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


def _class_inflow(snapshot: Snapshot, levels: Mapping[str, list[Reading]]) -> tuple[float, float]:
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
    snapshot: Snapshot,
    rules: Limits,
    vessel: Vessel,
    levels: Mapping[str, list[Reading]],
    rate: float,
    spread: float,
    wait: float,
) -> _VesselView:
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
    limit = _max_age(rules, vessel)
    first = None if state is None else overflow_probability(state, snapshot.at, wait)
    second = None if state is None else overflow_probability(state, snapshot.at, wait + 1.0)
    due = (
        age >= limit - wait if age is not None else state is None and _calendar_day(vessel, snapshot.service_day, limit)
    )
    return _VesselView(vessel, state, first, second, age, due)


def _max_age(rules: Limits, vessel: Vessel) -> float:
    return vessel.max_age_days or rules.value("waste.max_age_days", vessel.fraction)


def _calendar_day(vessel: Vessel, day: date, every_days: float) -> bool:
    """A vessel that nothing is known of is emptied on its own day of a fixed calendar, spread over the town."""
    period = max(1, math.floor(every_days))
    return zlib.crc32(vessel.room.encode()) % period == day.toordinal() % period


def _room_need(snapshot: Snapshot, rules: Limits, room: Room, fraction: str, views: Sequence[_VesselView]) -> RoomNeed:
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
        reasons=tuple(_reasons(snapshot, rules, fraction, views, probability)),
        flip=_flip(probability, limit.value or 0.0, must, any(v.due for v in views)),
    )


def _litres(view: _VesselView) -> float:
    share = 0.8 if view.state is None else min(1.2, max(0.1, view.state.level_pct / 100.0))
    return view.vessel.litres * share


def _blind(view: _VesselView, at: datetime) -> bool:
    return view.state is None or at - view.state.measured_at > timedelta(days=STALE_DAYS)


def _reasons(
    snapshot: Snapshot, rules: Limits, fraction: str, views: Sequence[_VesselView], probability: float
) -> Iterable[Reason]:
    fullest = max((v for v in views if v.state), key=lambda v: v.probability or 0.0, default=None)
    if fullest is not None and fullest.state is not None:
        low, mid, high = level_range(fullest.state, snapshot.at)
        age = (snapshot.at - fullest.state.measured_at).total_seconds()
        yield measured(
            Text("nivå", "level"), mid, "%", low=low, high=high, source=fullest.vessel.device, age_s=age, digits=0
        )
        yield _risk(rules, fraction, probability)
    yield from _age_reasons(rules, views)


def _risk(rules: Limits, fraction: str, probability: float) -> Reason:
    row = rules.row("waste.overflow_probability", fraction)
    p, limit = 100 * probability, 100 * (row.value or 0.0)
    return Reason(
        text=f"risk att bli full före nästa tömning {figure_sv(p, 0)} %, gräns {figure_sv(limit, 0)} %",
        text_en=f"risk of overflow before the next visit {figure_en(p, 0)} %, limit {figure_en(limit, 0)} %",
        value=round(probability, 4),
        unit="1",
        threshold=row.value,
        threshold_version=row.version,
        source="fill model",
    )


def _age_reasons(rules: Limits, views: Sequence[_VesselView]) -> Iterable[Reason]:
    known = [v for v in views if v.age_days is not None]
    if known:
        oldest = max(known, key=lambda v: v.age_days or 0.0)
        row = rules.row("waste.max_age_days", oldest.vessel.fraction)
        age, most = oldest.age_days or 0.0, _max_age(rules, oldest.vessel)
        yield Reason(
            text=f"tömt för {figure_sv(age, 1)} dygn sedan, högst {figure_sv(most, 0)}",
            text_en=f"emptied {figure_en(age, 1)} days ago, at most {figure_en(most, 0)}",
            value=round(age, 2),
            unit="days",
            threshold=most,
            threshold_version=row.version,
            source="emptyings",
        )
    elif all(v.state is None for v in views):
        yield plain(
            "varken givare eller känd tömning: fast kalender",
            "neither sensor nor known emptying: fixed calendar",
            source="calendar",
        )


def _flip(probability: float, limit: float, must: bool, due: bool) -> Text:
    """What would take the stop out; the limit is said rounded up, so that it is true as it is said."""
    above = math.ceil(100 * probability)
    if not must:
        return Text("Utan de andra stoppen på vägen utgår stoppet.", "Without the other stops on the way it drops out.")
    if due or above >= 100:
        return Text(
            "En tömning i dag på annat sätt tar bort stoppet.", "An emptying today by other means removes the stop."
        )
    return Text(
        f"Med gränsen {above} % eller mer utgår stoppet (nu {figure_sv(100 * limit, 0)} %).",
        f"With the limit at {above} % or more the stop drops out (now {figure_en(100 * limit, 0)} %).",
    )
