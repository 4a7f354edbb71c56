"""The watch over snow: where what is known now flips the live plan, and where its forecast did not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import timedelta

import numpy as np

from city.draft import Bust
from city.entities import GivenOrder
from city.plan import Plan
from city.vocabulary import NON_ROUTE_KINDS, OUT, STANDS_DOWN, RouteClass
from planner.routes.sectors import Tur
from planner.snow.archive import Run
from planner.snow.groups import ServiceGroups
from planner.snow.rule import Hundredths, Ints
from planner.snow.snapshot import SnowSnapshot

HOUR = timedelta(hours=1)
LOW, MID, HIGH = range(3)


def flips(live: Plan, called: Set[str], orders: Sequence[GivenOrder]) -> bool:
    """Whether the decision is another than that of the live plan. A tur that is out is neither added nor dropped; one
    that was driven is asked for again where its streets come over their limits again."""
    done = {order.key for order in orders if order.state == "done"}
    out = {order.target for order in orders if order.state == "started"}
    waiting = {item.target for item in live.interventions if item.key not in done and item.kind not in NON_ROUTE_KINDS}
    return set(called) - out != waiting - out


def busts(
    then: Run,
    now: ServiceGroups,
    driven: Set[str],
    begins: Mapping[RouteClass, tuple[int, int]],
    *,
    seen: bool,
    slack_cm: float = 1.0,
    share: float = 0.1,
) -> list[Bust]:
    """Where the live plan's range (``then``) does not hold what is known now, in turer that nobody has driven since.

    The hour that has just begun is held against it where sensors speak (``seen``), and the hour farthest ahead that
    both know. ``begins`` is from what dry and wet depth a class is called out [0.01 cm]. Named where over ``share`` of
    the groups lie more than ``slack_cm`` outside, both design choices.
    """
    pairs = _pairs(then.groups, now, driven)
    if not len(pairs):
        return []
    offset = round((now.start - then.groups.start) / HOUR)
    both = then.groups.dry.shape[2] - offset
    if offset < 0 or both <= 0:
        return []
    hours = [(0, True)] if seen else []
    hours += [(min(both, now.dry.shape[2]) - 1, False)] if both > 1 else []
    found: list[Bust] = []
    for hour, observed in hours:
        slack, places = round(slack_cm * 100), (offset + hour, hour)
        found += _outside(then.groups, now, pairs, places, slack, share, observed, begins)
    return found


def _pairs(then: ServiceGroups, now: ServiceGroups, driven: Set[str]) -> Ints:
    """(k, 2) rows of the same group then and now."""
    at = {(tur, kind): row for row, (tur, kind) in enumerate(zip(then.tur, then.route_class, strict=True))}
    rows = [
        (at[tur, kind], row)
        for row, (tur, kind) in enumerate(zip(now.tur, now.route_class, strict=True))
        if (tur, kind) in at and tur not in driven
    ]
    return np.array(rows, np.int64).reshape(-1, 2)


def _depth(groups: ServiceGroups, reading: int, hour: int) -> Hundredths:
    """(n,) the deepest street of each group [0.01 cm]."""
    deepest: Hundredths = np.maximum(groups.dry[reading, :, hour], groups.wet[reading, :, hour])
    return deepest


def _outside(
    then: ServiceGroups,
    now: ServiceGroups,
    pairs: Ints,
    hours: tuple[int, int],
    slack: int,
    share: float,
    seen: bool,
    begins: Mapping[RouteClass, tuple[int, int]],
) -> Iterator[Bust]:
    before, after = pairs.T
    low, mid, high = (_depth(then, reading, hours[0])[before].astype(int) for reading in (LOW, MID, HIGH))
    is_ = _depth(now, MID, hours[1])[after].astype(int)
    for more, beyond in ((True, is_ - high - slack), (False, low - slack - is_)):
        outside = beyond > 0
        if outside.mean() > share:
            row = int(beyond.argmax())
            yield Bust(
                more=more,
                seen=seen,
                tur=now.tur[after[row]],
                at=now.start + (hours[1] + 1) * HOUR,
                cm=float(is_[row]) / 100.0,
                expected_cm=float(mid[row]) / 100.0,
                low_cm=float(low[row]) / 100.0,
                high_cm=float(high[row]) / 100.0,
                share=round(float(outside.mean()), 3),
                limit_cm=_limit_cm(now, int(after[row]), hours[1], begins),
            )


def _limit_cm(groups: ServiceGroups, row: int, hour: int, begins: Mapping[RouteClass, tuple[int, int]]) -> float | None:
    """The depth from which a group is called out, of the snow that is deepest on it [cm]."""
    dry, wet = begins.get(groups.route_class[row], (None, None))
    limit = wet if groups.wet[MID, row, hour] > groups.dry[MID, row, hour] else dry
    return None if limit is None else limit / 100.0


def driven_since(orders: Sequence[GivenOrder], plan: Plan) -> set[str]:
    """The turer that somebody was out on since a plan was made: those that are out now too, whenever they began."""
    return {
        order.target
        for order in orders
        if order.state == "started" or (order.state in OUT and order.last_event_at >= plan.valid_from)
    }


def judged_by_people(snapshot: SnowSnapshot, turer: Sequence[Tur]) -> set[str]:
    """The turer of which a person has said how they are: what they saw is no forecast."""
    seen = {name for observation in snapshot.observations for name in observation.segments}
    return {tur.id for tur in turer if any(snapshot.segments[i].id in seen for i in tur.segments)}


def without_stood_down(snapshot: SnowSnapshot, called: Set[str]) -> SnowSnapshot:
    """The snapshot in which orders that nobody has begun, on turer that are not asked for any more, bind nobody."""
    newest = {order.key: order.state for order in snapshot.orders}  # given in the order in which they were made
    begun = {key for key, state in newest.items() if state not in STANDS_DOWN}
    running = tuple(
        item for item in snapshot.running if item.key in begun or item.target in called or item.kind in NON_ROUTE_KINDS
    )
    return replace(snapshot, running=running)
