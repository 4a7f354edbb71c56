"""From which hours a street is asked for: when its limit is reached or it gets slippery, when the rule lets work begin,
and when there is something to do."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from city.vocabulary import READINGS
from planner.snow.criteria import Criteria
from planner.snow.groups import Called, Curves, ServiceGroups, with_hysteresis
from planner.snow.rule import Ints, limit_hundredths
from planner.thresholds.limits import Limits

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class AskedHours:
    """Of each segment (n,): whether depth (``over``) or slipperiness (``slips``) asks for it, in a group that is
    called.

    By depth and by slipperiness: the hour in which the limit is ``reached``, and ``from`` which the rule lets work
    begin; by depth also the one in which it ``begins``, from which on snow lies there to be pushed. ``peak`` is the
    hour farthest over the limit. ``limit`` [0.01 cm], ``lies`` and ``slippery`` are of each hour (n, n_hours).
    """

    limit: Ints
    over: Bools
    slips: Bools
    peak: Ints
    depth_from: Ints
    depth_begins: Ints
    depth_reached: Ints
    slip_from: Ints
    slip_reached: Ints
    lies: Bools
    slippery: Bools


def asked_hours(
    asked: Sequence[str],
    curves: Curves,
    decided: tuple[ServiceGroups, Ints, Called],
    each: Sequence[Criteria],
    rules: Limits,
) -> AskedHours:
    """The segments of groups that are called, and of those the ones over their limits or under their target. ``each``
    are the criteria of the segments, ``asked`` the turer that the plan before asks for."""
    groups, of, called = decided
    limit = curves.limits(*with_hysteresis(each, _asked(asked, groups, of)))
    reading = np.array([READINGS.index(c.reading) for c in each], np.int64)
    depth = curves.depth[reading, np.arange(len(each))]
    target = np.array([0 if c.anti_slip == "none" else c.friction_limit for c in each], np.int64)
    by_depth, by_friction = (_of_called(hours, of) for hours in (called.by_depth, called.by_friction))
    over_hours = depth >= limit
    slippery = (curves.friction >= 0) & (curves.friction < target[:, None])
    over, slips = by_depth & over_hours.any(axis=1), by_friction & slippery.any(axis=1)
    lead, prevent = (np.array([getattr(c, name) for c in each], np.int64) for name in ("lead_h", "prevent_h"))
    reached = _first(over_hours, called.held_depth, of, over)
    slip_reached = _first(slippery, called.held_friction, of, slips)
    depth_from = np.where(over, np.maximum(reached - lead, 0), reached)
    left = limit_hundredths(rules.value("snow.left_after_plough_cm"))
    lies = (depth > left) | over_hours
    return AskedHours(
        limit=limit,
        over=over,
        slips=slips,
        peak=(depth.astype(np.int64) - limit).argmax(axis=1),
        depth_from=depth_from,
        depth_begins=_lying(lies, depth_from, reached),
        depth_reached=reached,
        slip_from=np.where(slips, np.maximum(slip_reached - prevent, 0), slip_reached),
        slip_reached=slip_reached,
        lies=lies,
        slippery=slippery,
    )


def _of_called(hours: Ints, of: Ints) -> Bools:
    """(n,) whether the group of each segment is called."""
    return (of >= 0) & (hours[of] >= 0) if len(hours) else np.zeros(len(of), bool)


def _first(hours: Bools, held: Ints, of: Ints, wanted: Bools) -> Ints:
    """(n,) the first of a segment's own ``hours`` from the one on in which its group is called; after all hours where
    it is not ``wanted``."""
    if not len(held):
        return np.full(len(of), hours.shape[1])
    begins = np.maximum(held[of], 0)
    counted = hours & (np.arange(hours.shape[1]) >= begins[:, None])
    own = np.where(counted.any(axis=1), counted.argmax(axis=1), begins)
    return np.where(wanted, own, hours.shape[1])


def _lying(lies: Bools, first: Ints, reached: Ints) -> Ints:
    """(n,) the first hour from ``first`` on from which snow lies on a street until its limit is ``reached``."""
    hours = np.arange(lies.shape[1])
    bare = ~lies & (hours >= first[:, None]) & (hours < reached[:, None])
    last = np.where(bare, hours, -1).max(axis=1, initial=-1)
    begins: Ints = np.maximum(first, last + 1)
    return begins


def _asked(asked: Sequence[str], groups: ServiceGroups, of: Ints) -> list[bool]:
    """(n,) whether the tur of each segment is asked for already."""
    known: Set[str] = set(asked)
    return [row >= 0 and groups.tur[row] in known for row in of]
