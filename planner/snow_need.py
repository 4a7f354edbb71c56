"""Start criteria: which segments need clearing, from when, until when, and on what figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np

from city.serviceday import local_instant
from city.things import Threshold
from city.words import PLANNED_KEEPERS, Certainty, RouteClass
from models.snow import SnowRange
from models.weather import HourlyWeather
from planner.snapshot import Snapshot
from planner.thresholds import Limits


@dataclass(frozen=True)
class Need:
    """What one segment needs. ``depth_cm`` with its range is the deepest of the hours ahead, at ``peak_at``.

    ``limit`` is the dry or the wet depth, whichever applied. ``from_when`` is when the limit is reached,
    ``deadline`` when the service must be done.
    """

    segment: int
    route_class: RouteClass
    needed: bool
    depth_cm: float
    low_cm: float
    high_cm: float
    wet: bool
    limit: Threshold
    peak_at: datetime
    from_when: datetime
    deadline: datetime

    @property
    def certainty(self) -> Certainty:
        """High where low and high decide alike, medium where the middle decides alone."""
        assert self.limit.value is not None
        return "high" if (self.low_cm >= self.limit.value) == (self.high_cm >= self.limit.value) else "medium"


def judge(snapshot: Snapshot, rules: Limits, weather: HourlyWeather, ahead: SnowRange) -> list[Need]:
    """A judgement for every segment, in the order of the snapshot."""
    classes: set[RouteClass] = {s.route_class for s in snapshot.segments}
    dry = {c: rules.row("snow.start_dry_cm", c) for c in classes}
    wet = {c: rules.row("snow.start_wet_cm", c) for c in classes}
    by_class = np.array([s.route_class for s in snapshot.segments])
    limit_cm = np.zeros_like(ahead.mid.depth_cm)
    for c in classes:
        rows = by_class == c
        limit_cm[rows] = np.where(
            ahead.mid.wet[rows], rules.value("snow.start_wet_cm", c), rules.value("snow.start_dry_cm", c)
        )
    over = ahead.mid.depth_cm >= limit_cm
    first = np.where(over.any(axis=1), over.argmax(axis=1), -1)
    peak = ahead.mid.depth_cm.argmax(axis=1) if weather.hours else np.zeros(len(by_class), int)
    return [
        _need(snapshot, rules, weather, ahead, i, int(first[i]), int(peak[i]), (dry, wet)) for i in range(len(by_class))
    ]


def _need(
    snapshot: Snapshot,
    rules: Limits,
    weather: HourlyWeather,
    ahead: SnowRange,
    i: int,
    first: int,
    peak: int,
    limit_rows: tuple[dict[RouteClass, Threshold], dict[RouteClass, Threshold]],
) -> Need:
    segment = snapshot.segments[i]
    hour = peak if first < 0 or not ahead.mid.wet[i, first] else max(first, _wet_peak(ahead, i))
    wet = bool(ahead.mid.wet[i, hour])
    limit = limit_rows[wet][segment.route_class]
    from_when = max(snapshot.at, weather.hour_start(max(first, 0)))
    planned = segment.keeper in PLANNED_KEEPERS and segment.reachable
    return Need(
        segment=i,
        route_class=segment.route_class,
        needed=first >= 0 and planned,
        depth_cm=float(ahead.mid.depth_cm[i, hour]),
        low_cm=float(min(ahead.low.depth_cm[i, hour], ahead.mid.depth_cm[i, hour])),
        high_cm=float(max(ahead.high.depth_cm[i, hour], ahead.mid.depth_cm[i, hour])),
        wet=wet,
        limit=limit,
        peak_at=min(weather.hour_start(hour + 1), weather.hour_start(weather.hours)),
        from_when=from_when,
        deadline=_deadline(snapshot, rules, segment.route_class, from_when),
    )


def _wet_peak(ahead: SnowRange, i: int) -> int:
    """The hour of the deepest wet snow."""
    return int(np.where(ahead.mid.wet[i], ahead.mid.depth_cm[i], -1.0).argmax())


def _deadline(snapshot: Snapshot, rules: Limits, route_class: RouteClass, from_when: datetime) -> datetime:
    """The earlier of: so many hours after the limit is reached, and the next time of the morning's clock."""
    by_hours = from_when + timedelta(hours=rules.value("snow.done_within_h", route_class))
    clock = rules.text("snow.done_by", route_class)
    if not clock:
        return by_hours
    local = from_when.astimezone(snapshot.zone)
    by_clock = local_instant(local.date(), time.fromisoformat(clock), snapshot.zone)
    if by_clock < from_when:
        by_clock = local_instant(local.date() + timedelta(days=1), time.fromisoformat(clock), snapshot.zone)
    return min(by_clock, by_hours)
