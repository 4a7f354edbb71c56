"""Start criteria: which segments need clearing, from when, until when, and on what figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from city.serviceday import local_instant
from city.things import Threshold
from city.words import Certainty, RouteClass
from models.snow import SnowRange
from models.weather import HourlyWeather
from planner.routes.sectors import plannable
from planner.snapshot import Snapshot
from planner.thresholds import Limits


@dataclass(frozen=True)
class Need:
    """What one segment needs. ``depth_cm`` with its range is that of the hour farthest over, or nearest to, its limit.

    ``limit`` is the dry or the wet depth, whichever applied in that hour, which ends at ``peak_at``. ``from_when``
    is when a limit is first reached, ``deadline`` when the service must be done. ``surface_c`` is the road's
    temperature (mid, lowest, highest) at ``peak_at`` [°C], NaN where no weather is known; ``corrected`` where
    sensors in the road had a say in it.
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
    surface_c: tuple[float, float, float] = (float("nan"),) * 3
    corrected: bool = False

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
    peak = (ahead.mid.depth_cm - limit_cm).argmax(axis=1)
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
    wet = bool(ahead.mid.wet[i, peak])
    limit = limit_rows[wet][segment.route_class]
    from_when = max(snapshot.at, weather.hour_start(max(first, 0)))
    return Need(
        segment=i,
        route_class=segment.route_class,
        needed=first >= 0 and plannable(segment),
        depth_cm=float(ahead.mid.depth_cm[i, peak]),
        low_cm=float(ahead.low.depth_cm[i, peak]),
        high_cm=float(ahead.high.depth_cm[i, peak]),
        wet=wet,
        limit=limit,
        peak_at=weather.hour_start(peak + 1),
        from_when=from_when,
        deadline=_deadline(snapshot, rules, segment.route_class, from_when),
        surface_c=_surface(ahead, i, peak),
        corrected=bool(ahead.corrected[i]),
    )


def _surface(ahead: SnowRange, i: int, hour: int) -> tuple[float, float, float]:
    """Mid, lowest and highest of the three readings [°C]."""
    three = [float(state.surface_c[i, hour]) for state in (ahead.mid, ahead.low, ahead.high)]
    return three[0], min(three), max(three)


def _deadline(snapshot: Snapshot, rules: Limits, route_class: RouteClass, from_when: datetime) -> datetime:
    """The earlier of: so many hours after the limit is reached, and the next time of the morning's clock."""
    by_hours = from_when + timedelta(hours=rules.value("snow.done_within_h", route_class))
    clock = rules.clock("snow.done_by", route_class)
    if clock is None:
        return by_hours
    local = from_when.astimezone(snapshot.zone)
    by_clock = local_instant(local.date(), clock, snapshot.zone)
    if by_clock < from_when:
        by_clock = local_instant(local.date() + timedelta(days=1), clock, snapshot.zone)
    return min(by_clock, by_hours)
