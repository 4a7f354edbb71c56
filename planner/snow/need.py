"""Which segments need clearing or spreading, with what, from when, until when, and on what figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Threshold
from city.vocabulary import READINGS, ROUTE_CLASSES, Certainty, Network, RouteClass
from models.snow import SnowRange
from models.weather import HourlyWeather
from planner.routes.sectors import Tur, passes
from planner.snow.action import PLOUGH, Action, action_of
from planner.snow.criteria import Criteria, ServiceLevel, all_criteria, service_of
from planner.snow.friction import friction_curves, sand_spots
from planner.snow.groups import Called, Curves, ServiceGroups, call_out, depth_curves, groups_of, with_hysteresis
from planner.snow.rule import Ints
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.limits import Limits

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Need:
    """What one segment needs. ``depth_cm`` with its range is that of the hour farthest over, or nearest to, its limit.

    ``limit`` is the dry or the wet depth, whichever applied in that hour, which ends at ``peak_at``; ``limit_cm`` is
    what it comes to here, lower where the tur is asked for already. ``over_cm`` is how far the reading that decides is
    over it. ``by_friction`` where nothing but slipperiness asks for work: ``friction`` is then the lowest.
    ``from_when`` is when work may begin, ``deadline`` when the service must be done. ``surface_c`` is the road's
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
    limit_cm: float
    over_cm: float
    peak_at: datetime
    from_when: datetime
    deadline: datetime
    surface_c: tuple[float, float, float] = (float("nan"),) * 3
    corrected: bool = False
    by_friction: bool = False
    friction: float = float("nan")
    friction_limit: Threshold | None = None
    action: Action = PLOUGH
    passes: int = 1

    @property
    def certainty(self) -> Certainty:
        """High where low and high decide alike, medium where the middle decides alone."""
        return "high" if (self.low_cm >= self.limit_cm) == (self.high_cm >= self.limit_cm) else "medium"


@dataclass(frozen=True)
class Needs:
    """The judgement of all segments: arrays (n,), and on asking one ``Need`` by its row.

    ``over`` asks for a plough, ``slips`` for something against slipperiness alone; ``peak`` is the hour that decides.
    """

    snapshot: SnowSnapshot
    service: ServiceLevel
    weather: HourlyWeather
    ahead: SnowRange
    curves: Curves
    groups: ServiceGroups
    group_of: Ints
    called: Called
    limit: Ints
    over: Bools
    slips: Bools
    peak: Ints
    first: Ints
    spots: Bools

    def __len__(self) -> int:
        return len(self.over)

    @property
    def needed(self) -> Bools:
        """(n,) whether anything is to be done."""
        return self.over | self.slips

    def of(self, tur: Tur) -> tuple[Need, ...]:
        """What is to be done on a tur."""
        return tuple(self[i] for i in tur.segments if self.over[i] or self.slips[i])

    def asks(self, tur: Tur) -> bool:
        """Whether anything is to be done on a tur."""
        return bool(self.needed[list(tur.segments)].any())

    @cached_property
    def unsure(self) -> int:
        """Segments for which the range of the forecast holds both answers."""
        rows = np.arange(len(self))
        low, high = (self.curves.depth[k, rows, self.peak] >= self.limit[rows, self.peak] for k in (0, 2))
        return int((low != high).sum())

    @cached_property
    def nearest(self) -> Need | None:
        """The segment of a tur whose depth is the largest share of its limit."""
        rows = np.flatnonzero(self.group_of >= 0)
        if not len(rows):
            return None
        depth = self.curves.depth[1, rows, self.peak[rows]]
        return self[int(rows[(depth / np.maximum(10, self.limit[rows, self.peak[rows]])).argmax()])]

    @cached_property
    def max_depth_cm(self) -> float:
        """The deepest of the hours that decide [cm]."""
        return float(self.ahead.mid.depth_cm[np.arange(len(self)), self.peak].max(initial=0.0))

    @cached_property
    def _criteria(self) -> Mapping[RouteClass, Criteria]:
        return all_criteria(self.service.rules, self.service.classes)

    def __getitem__(self, i: int) -> Need:
        hour = int(self.peak[i])
        route_class = ROUTE_CLASSES[self.service.served_as[i]]
        own = self._criteria[route_class]
        wet = bool(self.curves.wet[i, hour])
        from_when = self.groups.hour(int(self.first[i]) if self.over[i] or self.slips[i] else 0)
        reading = READINGS.index(own.reading)
        slips = bool(self.slips[i])
        return Need(
            segment=i,
            route_class=route_class,
            needed=bool(self.over[i]) or slips,
            depth_cm=float(self.ahead.mid.depth_cm[i, hour]),
            low_cm=float(self.ahead.low.depth_cm[i, hour]),
            high_cm=float(self.ahead.high.depth_cm[i, hour]),
            wet=wet,
            limit=own.wet if wet else own.dry,
            limit_cm=float(self.limit[i, hour]) / 100.0,
            over_cm=float(self.curves.depth[reading, i, hour] - self.limit[i, hour]) / 100.0,
            peak_at=self.weather.hour_start(hour + 1),
            from_when=from_when,
            deadline=self._deadline(route_class, from_when),
            surface_c=_surface(self.ahead, i, hour),
            corrected=bool(self.ahead.corrected[i]),
            by_friction=slips,
            friction=self._lowest_friction(i),
            friction_limit=own.friction,
            action=self._action(i, own),
            passes=1 if slips else passes(self.snapshot.segments[i]),
        )

    @cached_property
    def _deadline(self) -> Any:  # noqa: ANN401 - the cached form of a method
        return lru_cache(maxsize=None)(self.service.deadline)

    def _lowest_friction(self, i: int) -> float:
        known = self.curves.friction[i][self.curves.friction[i] >= 0]
        return float(known.min()) / 100.0 if len(known) else float("nan")

    def _action(self, i: int, own: Criteria) -> Action:
        hour = min(int(self.first[i]), self.weather.hours - 1)
        mid, plough = self.ahead.mid, bool(self.over[i])
        surface_c = float(mid.surface_c[i, hour])
        if plough and surface_c > -0.5:  # melting snow holds a road at 0 °C; once bare it takes the air's temperature
            surface_c = float(np.fmax(surface_c, self.weather.temp_c[hour]))
        return action_of(
            own.anti_slip,
            self.service.rules,
            plough=plough,
            slippery=bool(self.slips[i]),
            slips_now=bool(0 <= self.curves.friction[i, 0] < own.friction_limit),
            spot=bool(self.spots[i]),
            target=own.friction_limit / 100.0,
            surface_c=surface_c,
            film_mm=float(mid.film_mm[i, hour]),
        )


def assess(
    snapshot: SnowSnapshot,
    rules: Limits,
    weather: HourlyWeather,
    ahead: SnowRange,
    turer: Sequence[Tur],
    work_kmh: Mapping[Network, float],
) -> Needs:
    """The judgement of all segments. Raises PlanNotPossible where a threshold of a class that is there is missing."""
    service, spots = service_of(snapshot, rules), sand_spots(snapshot, rules)
    friction = friction_curves(snapshot, service, weather, ahead.mid, spots)
    curves = Curves(depth_curves(ahead), ahead.mid.wet, friction)
    groups, of = groups_of(snapshot.segments, turer, service.served_as, curves, work_kmh, snapshot.at, weather.start)
    called = call_out(groups, rules, frozenset(snapshot.asked))
    return _of_segments(snapshot, service, weather, ahead, curves, (groups, of, called), spots)


def _of_segments(
    snapshot: SnowSnapshot,
    service: ServiceLevel,
    weather: HourlyWeather,
    ahead: SnowRange,
    curves: Curves,
    decided: tuple[ServiceGroups, Ints, Called],
    spots: Bools,
) -> Needs:
    """The segments of groups that are called, and of those the ones over their limits or under their target."""
    groups, of, called = decided
    own = all_criteria(service.rules, service.classes)
    each = [own[ROUTE_CLASSES[kind]] for kind in service.served_as]
    limit = curves.limits(*with_hysteresis(each, _asked(snapshot.asked, groups, of)))
    reading = np.array([READINGS.index(c.reading) for c in each], np.int64)
    depth = curves.depth[reading, np.arange(len(each))]
    target = np.array([0 if c.anti_slip == "none" else c.friction_limit for c in each], np.int64)
    by_depth = (of >= 0) & (called.by_depth[of] >= 0) if len(groups) else np.zeros(len(of), bool)
    by_friction = (of >= 0) & (called.by_friction[of] >= 0) if len(groups) else np.zeros(len(of), bool)
    over_hours = depth >= limit
    slip_hours = (curves.friction >= 0) & (curves.friction < target[:, None])
    over = by_depth & over_hours.any(axis=1)
    slips = by_friction & slip_hours.any(axis=1) & ~over
    lead = np.array([c.lead_h for c in each], np.int64)
    from_depth = _first(over_hours, called.held_depth, of, over, lead)
    from_friction = _first(
        slip_hours, called.by_friction, of, by_friction & slip_hours.any(axis=1), np.zeros_like(lead)
    )
    first = np.minimum(from_depth, from_friction)
    peak = (depth.astype(np.int64) - limit).argmax(axis=1)
    return Needs(snapshot, service, weather, ahead, curves, groups, of, called, limit, over, slips, peak, first, spots)


def _first(hours: Bools, held: Ints, of: Ints, wanted: Bools, lead: Ints) -> Ints:
    """(n,) from which hour a segment is to be worked on: the first of its own from the hour on in which its group is
    called, less the lead; after all hours where it is not ``wanted``."""
    if not len(held):
        return np.full(len(of), hours.shape[1])
    begins = np.maximum(held[of], 0)
    counted = hours & (np.arange(hours.shape[1]) >= begins[:, None])
    own = np.where(counted.any(axis=1), counted.argmax(axis=1), begins)
    return np.where(wanted, np.maximum(own - lead, 0), hours.shape[1])


def _asked(asked: Sequence[str], groups: ServiceGroups, of: Ints) -> list[bool]:
    """(n,) whether the tur of each segment is asked for already."""
    known: Set[str] = set(asked)
    return [row >= 0 and groups.tur[row] in known for row in of]


def _surface(ahead: SnowRange, i: int, hour: int) -> tuple[float, float, float]:
    """Mid, lowest and highest of the three readings [°C]."""
    three = [float(state.surface_c[i, hour]) for state in (ahead.mid, ahead.low, ahead.high)]
    return three[0], min(three), max(three)


def deciding(needs: Sequence[Need]) -> Need:
    """The need that is farthest over its limit [cm], so that its margin is that of all; the first of equals. Where
    slipperiness alone asks: the slipperiest."""
    ploughed = [need for need in needs if not need.by_friction]
    return max(ploughed, key=lambda need: need.over_cm) if ploughed else min(needs, key=lambda need: need.friction)
