"""The watch: what is known now against the live plan. A function of values; drafts.py asks it every ten minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import timedelta

import numpy as np

from city.catalogue.stored import clauses_of
from city.draft import Bust, Change, Difference
from city.entities import GivenOrder
from city.plan import Intervention, Plan
from city.vocabulary import NON_ROUTE_KINDS
from planner.snow.archive import Run
from planner.snow.groups import ServiceGroups
from planner.snow.rule import Hundredths, Ints

HOUR = timedelta(hours=1)
LOW, MID, HIGH = range(3)
OUT = frozenset({"started", "done"})
"""States of an order that nobody stands down any more."""


def flips(live: Plan, called: Set[str], orders: Sequence[GivenOrder]) -> bool:
    """Whether the decision is another than that of the live plan. A tur that is out is neither added nor dropped; one
    that was driven is asked for again where its streets come over their limits again."""
    done = {order.key for order in orders if order.state == "done"}
    out = {order.target for order in orders if order.state == "started"}
    waiting = {item.target for item in live.interventions if item.key not in done and item.kind not in NON_ROUTE_KINDS}
    return set(called) - out != waiting - out


def difference(live: Plan, draft: Plan, orders: Sequence[GivenOrder], busts: Sequence[Bust]) -> Difference:
    """What the draft adds to the live plan and what it stands down, by key. Orders that are out stay as they are."""
    fixed = {order.key for order in orders if order.state in OUT}
    before = {item.key: item for item in live.interventions}
    after = {item.key: item for item in draft.interventions}
    added = tuple(_change(item) for key, item in after.items() if key not in before and key not in fixed)
    dropped = tuple(_change(item) for key, item in before.items() if key not in after and key not in fixed)
    cost = (draft.verdict.cost or 0.0) - (live.verdict.cost or 0.0)
    return Difference(added=added, dropped=dropped, busts=tuple(busts), cost=cost)


def _change(item: Intervention) -> Change:
    return Change(
        key=item.key,
        target=item.target,
        title=item.title,
        vehicle=item.vehicle,
        starts_at=item.starts_at,
        **clauses_of(item.reasons[:1], "text", into="why"),
    )


def busts(
    then: Run, now: ServiceGroups, driven: Set[str], *, seen: bool, slack_cm: float = 1.0, share: float = 0.1
) -> list[Bust]:
    """Where the live plan's range (``then``) does not hold what is known now, in turer that nobody has driven since.

    The hour that has just begun is held against it where sensors speak (``seen``), and the hour farthest ahead that
    both know. Named where over ``share`` of the groups lie more than ``slack_cm`` outside, both design choices.
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
        found += _outside(then.groups, now, pairs, (offset + hour, hour), round(slack_cm * 100), share, observed)
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
    then: ServiceGroups, now: ServiceGroups, pairs: Ints, hours: tuple[int, int], slack: int, share: float, seen: bool
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
            )


def driven_since(orders: Sequence[GivenOrder], plan: Plan) -> set[str]:
    """The turer that somebody was out on since a plan was made."""
    return {order.target for order in orders if order.state in OUT and order.last_event_at >= plan.valid_from}
