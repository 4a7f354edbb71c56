"""What each street is owed at the time of a plan: its class on that day, its limits, and when it must be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from city.entities import Threshold
from city.geo import local_xy, middle
from city.serviceday import local_instant
from city.vocabulary import READINGS, ROUTE_CLASSES, ForecastReading, RouteClass
from planner.snow.rule import begin_hundredths, limit_hundredths
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.limits import Limits

Ints = npt.NDArray[np.int64]
RISES: dict[RouteClass, RouteClass] = {"P3": "P2", "P2": "P1", "C2": "C1"}
"""What a class rises to where children walk to school."""
SCHOOLS = frozenset({"school", "kindergarten"})


@dataclass(frozen=True)
class ServiceLevel:
    """``served_as`` (n,): the class of each segment on this day, as an index into ``ROUTE_CLASSES``."""

    snapshot: SnowSnapshot
    rules: Limits
    served_as: Ints

    @cached_property
    def classes(self) -> tuple[RouteClass, ...]:
        """The classes that any segment is served as."""
        return tuple(ROUTE_CLASSES[i] for i in np.unique(self.served_as))

    def deadline(self, route_class: RouteClass, from_when: datetime) -> datetime:
        """The earlier of: so many hours after the limit is reached, and the next time of the morning's clock."""
        by_hours = from_when + timedelta(hours=self.rules.value("snow.done_within_h", route_class))
        by_clock = self._clock(route_class, from_when)
        return by_hours if by_clock is None else min(by_clock, by_hours)

    def missed(self, route_class: RouteClass, from_when: datetime) -> datetime | None:
        """The clock of a class on the local day of an instant where that is over, by less than the hours that are
        allowed; None where there is none."""
        day = from_when.astimezone(self.snapshot.zone).date()
        clock = self.rules.clock(self._clock_key(route_class, day), route_class)
        at = None if clock is None else local_instant(day, clock, self.snapshot.zone)
        within = timedelta(hours=self.rules.value("snow.done_within_h", route_class))
        return at if at is not None and at <= from_when < at + within else None

    def _clock(self, route_class: RouteClass, from_when: datetime) -> datetime | None:
        """The next local time by which a class must be done; on free days it may be a later one."""
        local = from_when.astimezone(self.snapshot.zone).date()
        for day in (local, local + timedelta(days=1)):
            clock = self.rules.clock(self._clock_key(route_class, day), route_class)
            if clock is None:
                return None
            at = local_instant(day, clock, self.snapshot.zone)
            if at > from_when:
                return at
        return None

    def _clock_key(self, route_class: RouteClass, day: date) -> str:
        free = "snow.done_by_sunday" if day.weekday() == 6 or day in self._holidays else ""
        key = free or ("snow.done_by_saturday" if day.weekday() == 5 else "")
        return key if key and self.rules.clock(key, route_class) is not None else "snow.done_by"

    @cached_property
    def _holidays(self) -> frozenset[date]:
        return frozenset(row.day for row in self.snapshot.calendar if row.calendar == "holiday")


def service_of(snapshot: SnowSnapshot, rules: Limits) -> ServiceLevel:
    """The service of a plan's day. On a school day the streets round a school are served as the class above."""
    own = np.array([ROUTE_CLASSES.index(s.route_class) for s in snapshot.segments], np.int64)
    near = near_schools(snapshot, rules.value("snow.school_near_m")) if is_school_day(snapshot) else None
    if near is not None:
        risen = np.array([ROUTE_CLASSES.index(RISES.get(name, name)) for name in ROUTE_CLASSES])
        own = np.where(near, risen[own], own)
    return ServiceLevel(snapshot, rules, own)


def is_school_day(snapshot: SnowSnapshot) -> bool:
    """Whether the morning of the service day is one of school. A day that no calendar knows is none."""
    morning = snapshot.service_day + timedelta(days=1)
    return any(row.day == morning and row.calendar != "holiday" and row.kind == "school" for row in snapshot.calendar)


def near_schools(snapshot: SnowSnapshot, near_m: float) -> npt.NDArray[np.bool_] | None:
    """(n,) whether the middle of a segment lies within ``near_m`` of a school; None without schools or streets."""
    schools = [b for b in snapshot.buildings if b.kind in SCHOOLS]
    if not schools or not snapshot.segments or near_m <= 0.0:
        return None
    middles = np.array([middle(s.geometry) for s in snapshot.segments])
    near = np.zeros(len(middles), bool)
    for school in schools:
        x, y = local_xy(middles[:, 0], middles[:, 1], (school.lon, school.lat))
        near |= np.hypot(x, y) <= near_m
    return near


@dataclass(frozen=True)
class Criteria:
    """The start criteria of one class as the rule wants them: the limits less their margin in hundredths, hours, and
    which reading decides. ``margin_pct`` is what is taken off the limits; ``prevent_h`` is how long before it gets
    slippery a class that is salted is treated; 0 for others."""

    route_class: RouteClass
    dry: Threshold
    wet: Threshold
    dry_limit: int
    wet_limit: int
    hold_h: int
    hysteresis: int
    lead_h: int
    reading: ForecastReading
    friction: Threshold
    friction_limit: int
    anti_slip: str
    prevent_h: int = 0
    margin_pct: float = 0.0


def criteria(rules: Limits, route_class: RouteClass) -> Criteria:
    """The criteria of a class. PlanNotPossible names a threshold that nobody set or that cannot be."""
    dry, wet = rules.row("snow.start_dry_cm", route_class), rules.row("snow.start_wet_cm", route_class)
    friction = rules.row("snow.friction", route_class)
    margin_pct = rules.value_or("snow.margin_pct", route_class, 0.0)
    anti_slip = rules.word("snow.anti_slip", route_class, ("salt", "sand", "none"))
    return Criteria(
        route_class,
        dry,
        wet,
        begin_hundredths(rules.value("snow.start_dry_cm", route_class), margin_pct),
        begin_hundredths(rules.value("snow.start_wet_cm", route_class), margin_pct),
        max(1, round(rules.value("snow.hold_h", route_class))),
        limit_hundredths(rules.value("snow.hysteresis_cm", route_class)),
        max(0, round(rules.value("snow.lead_h", route_class))),
        rules.word("snow.decide_by", route_class, READINGS),
        friction,
        limit_hundredths(rules.value("snow.friction", route_class)),
        anti_slip,
        max(0, round(rules.usual("snow.prevent_h"))) if anti_slip == "salt" else 0,
        margin_pct,
    )


def sanded_until(rules: Limits, start: datetime, at: datetime) -> int:
    """The hour from ``start`` on in which sand that is spread ``at`` an instant ends, after
    ``snow.treatment_lasts_h``: it holds in the hours before, so that no deadline is missed for minutes of it."""
    lasts = timedelta(hours=rules.value("snow.treatment_lasts_h"))
    return max(0, int((at + lasts - start) // timedelta(hours=1)))


def slip_hold_h(rules: Limits) -> int:
    """For how many hours on end a street must be slippery [h]."""
    return max(1, round(rules.value("snow.slip_hold_h")))


def all_criteria(rules: Limits, classes: Sequence[RouteClass]) -> dict[RouteClass, Criteria]:
    """By class."""
    return {name: criteria(rules, name) for name in classes}
