"""ServiceGroups: the streets of one class in one tur, by the curves that decide them; and which of them are called out.

All that a start rule asks of a night is in here, so that groups that were kept decide again under other limits
exactly as a plan made from the same snapshot would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from city.entities import Segment
from city.vocabulary import READINGS, ROUTE_CLASSES, Network, RouteClass
from models.snow import SnowRange
from planner.routes.sectors import Tur, service_minutes
from planner.snow.criteria import Criteria, all_criteria, slip_hold_h
from planner.snow.rule import NONE, Hundredths, Ints, decide, decide_friction, hundredths
from planner.thresholds.limits import Limits

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Curves:
    """Each segment hour by hour: depth by reading (3, n, n_hours) [0.01 cm], which hours are ``wet`` (n, n_hours),
    and ``friction`` (n, n_hours) [0.01], -1 where it is not known or does not matter."""

    depth: Hundredths
    wet: Bools
    friction: Hundredths

    def limits(self, dry: Ints, wet: Ints) -> Ints:
        """(n, n_hours) the limit of each hour [0.01 cm] from those of the segments (n,)."""
        return np.where(self.wet, wet[:, None], dry[:, None])


@dataclass(frozen=True)
class ServiceGroups:
    """``dry`` and ``wet`` (3, n, n_hours): the deepest dry and wet street of each group by
    reading [0.01 cm]; ``friction`` (n, n_hours): the slipperiest [0.01]; ``minutes`` (n,) of work on all of it;
    ``start`` of the first hour."""

    at: datetime
    start: datetime
    tur: tuple[str, ...]
    route_class: tuple[RouteClass, ...]
    minutes: npt.NDArray[np.float32]
    dry: Hundredths
    wet: Hundredths
    friction: Hundredths

    def __len__(self) -> int:
        return len(self.tur)

    def hour(self, index: int) -> datetime:
        """When an hour begins, but never before the plan."""
        return max(self.at, self.start + timedelta(hours=index))


@dataclass(frozen=True)
class Called:
    """What the rule says of each group (n,): the hour in which its work may begin by depth and by friction, -1 where it
    is not called; ``held_depth`` and ``held_friction`` the hour from which it is over its limit or slippery, without
    the lead; ``margin`` by how much depth is over its limit in the hour that decides [0.01 cm]."""

    groups: ServiceGroups
    held_depth: Ints
    by_depth: Ints
    held_friction: Ints
    by_friction: Ints
    margin: Ints

    @cached_property
    def first(self) -> Ints:
        """(n,) the earlier of both."""
        far = np.iinfo(np.int64).max
        either = np.minimum(
            np.where(self.by_depth < 0, far, self.by_depth), np.where(self.by_friction < 0, far, self.by_friction)
        )
        return np.where(either == far, NONE, either)

    @cached_property
    def turer(self) -> dict[str, datetime]:
        """The turer that are called out, with when the first of their groups may begin."""
        found: dict[str, datetime] = {}
        for row in np.flatnonzero(self.first >= 0):
            name, at = self.groups.tur[row], self.groups.hour(int(self.first[row]))
            found[name] = min(at, found.get(name, at))
        return found


def groups_of(
    segments: Sequence[Segment],
    turer: Sequence[Tur],
    served_as: Ints,
    curves: Curves,
    work_kmh: Mapping[Network, float],
    at: datetime,
    start: datetime,
) -> tuple[ServiceGroups, Ints]:
    """The groups of all turer, and of which group each segment is (n,), -1 where of none."""
    of = np.full(len(segments), NONE, np.int64)
    names: list[tuple[str, RouteClass]] = []
    for tur in turer:
        rows = np.array(tur.segments, np.int64)
        for kind in np.unique(served_as[rows]):
            of[rows[served_as[rows] == kind]] = len(names)
            names.append((tur.id, ROUTE_CLASSES[kind]))
    minutes = np.array([service_minutes(s, work_kmh[s.network]) for s in segments])
    inside = of >= 0
    work = np.bincount(of[inside], minutes[inside], minlength=len(names)) if names else np.zeros(0)
    dry = np.where(curves.wet, np.int16(NONE), curves.depth)
    wet = np.where(curves.wet, curves.depth, np.int16(NONE))
    slip = np.where(curves.friction < 0, np.int16(32767), curves.friction)
    lowest = _extreme(np.minimum, slip[None], of, len(names))[0]
    groups = ServiceGroups(
        at,
        start,
        tuple(name for name, _ in names),
        tuple(kind for _, kind in names),
        work.astype(np.float32),
        _extreme(np.maximum, dry, of, len(names)),
        _extreme(np.maximum, wet, of, len(names)),
        np.where(lowest == 32767, np.int16(NONE), lowest),
    )
    return groups, of


def _extreme(best: np.ufunc, values: Hundredths, of: Ints, n: int) -> Hundredths:
    """(m, n, n_hours) the best of (m, n_segments, n_hours) in each group; every group has a segment."""
    order = np.argsort(of, kind="stable")
    order = order[of[order] >= 0]
    if not n:
        return np.zeros((values.shape[0], 0, values.shape[2]), np.int16)
    at = np.searchsorted(of[order], np.arange(n))
    found: Hundredths = best.reduceat(values[:, order], at, axis=1)
    return found


def call_out(groups: ServiceGroups, rules: Limits, asked: Set[str] = frozenset()) -> Called:
    """What the rules of ``rules`` say of each group. Turer that are ``asked`` for already stay until their depth is
    ``snow.hysteresis_cm`` under its limit. Raises PlanNotPossible where a threshold is missing."""
    of_class = all_criteria(rules, sorted(set(groups.route_class)))
    own = [of_class[name] for name in groups.route_class]
    dry_limit, wet_limit = with_hysteresis(own, [name in asked for name in groups.tur])
    reading = np.array([READINGS.index(c.reading) for c in own], np.int64)
    rows = np.arange(len(groups))
    by_depth, margin, by_friction = (np.zeros(len(groups), np.int64) for _ in range(3))
    hold = np.array([c.hold_h for c in own], np.int64)
    decide(groups.dry[reading, rows], groups.wet[reading, rows], dry_limit, wet_limit, hold, by_depth, margin)
    target = np.array([0 if c.anti_slip == "none" else c.friction_limit for c in own], np.int64)
    decide_friction(groups.friction, target, slip_hold_h(rules), by_friction)
    lead, prevent = (np.array([getattr(c, name) for c in own], np.int64) for name in ("lead_h", "prevent_h"))
    by_depth_from, by_friction_from = _brought_forward(by_depth, lead), _brought_forward(by_friction, prevent)
    return Called(groups, by_depth, by_depth_from, by_friction, by_friction_from, margin)


def with_hysteresis(own: Sequence[Criteria], asked: Sequence[bool]) -> tuple[Ints, Ints]:
    """Dry and wet limits (n,) [0.01 cm] with the hysteresis taken off where a tur is asked for, but never down to bare
    ground."""
    less = np.array([c.hysteresis if called else 0 for c, called in zip(own, asked, strict=True)], np.int64)
    dry, wet = (np.array([getattr(c, name) for c in own], np.int64) for name in ("dry_limit", "wet_limit"))
    return np.maximum(dry - less, np.minimum(dry, 1)), np.maximum(wet - less, np.minimum(wet, 1))


def _brought_forward(first: Ints, lead: Ints) -> Ints:
    """The first hours, brought forward by their lead; never before the first."""
    return np.where(first < 0, NONE, np.maximum(first - lead, 0))


def read_by(groups: ServiceGroups, reading: int) -> ServiceGroups:
    """The groups as if the forecast were what one of its readings says."""
    return replace(groups, dry=groups.dry[[reading] * 3], wet=groups.wet[[reading] * 3])


def depth_curves(ahead: SnowRange) -> Hundredths:
    """(3, n, n_hours) low, mid and high depth [0.01 cm]."""
    return hundredths(np.stack([ahead.low.depth_cm, ahead.mid.depth_cm, ahead.high.depth_cm]))
