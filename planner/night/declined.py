"""A plan's figures without what was turned down: turer, hours, way, price and latest start of what is left to drive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec

from city.plan import Intervention, Plan, Verdict
from city.vocabulary import NON_ROUTE_KINDS

NOT_KNOWN = frozenset({"deadhead_m", "salt_kg", "sand_kg", "overtime_h"})
"""Sums that cannot be told of a part of a plan: they are left out rather than wrong."""
Price = Callable[[Iterable[Intervention]], float]
"""What interventions cost."""


def without_declined(plan: Plan, declined: Collection[str], price: Price) -> Plan:
    """The plan as if what was declined (keys) were not in it: its figures alone are made anew, its sentences stay.

    The price follows the plan's own, by the share that is left of it at the prices of now. What cannot be told
    of a part, as how much of the way is driven empty, is left out.
    """
    kept = tuple(item for item in plan.interventions if item.key not in declined)
    gone = [item for item in plan.interventions if item.key in declined]
    if not gone:
        return plan
    return msgspec.structs.replace(
        plan,
        interventions=kept,
        totals=_totals(plan.totals, kept, gone),
        verdict=_verdict(plan.verdict, plan.interventions, kept, price),
    )


def _totals(known: dict[str, Any], kept: Collection[Intervention], gone: Collection[Intervention]) -> dict[str, Any]:
    left = _turer(kept)
    minus = {
        "minutes": sum(item.minutes for item in gone),
        "distance_m": sum(item.distance_m for item in gone),
        "turer_needed": len(_turer(gone) - left),
        "runs": len(gone),
    }
    found = {name: max(0, known[name] - less) for name, less in minus.items() if known.get(name) is not None}
    return {name: value for name, value in known.items() if name not in NOT_KNOWN} | found


def _turer(items: Iterable[Intervention]) -> set[str]:
    return {item.target for item in items if item.kind not in NON_ROUTE_KINDS}


def _verdict(known: Verdict, every: Collection[Intervention], kept: Collection[Intervention], price: Price) -> Verdict:
    before = price(every)
    cost = known.cost if known.cost is None or before <= 0 else round(known.cost * price(kept) / before)
    return msgspec.structs.replace(
        known,
        cost=cost,
        latest_start=_first((item.latest_start for item in kept), known.latest_start),
        call_by=_first((item.call_by for item in kept), known.call_by),
    )


def _first(times: Iterable[datetime | None], known: datetime | None) -> datetime | None:
    """The first of some times that is not before the known one: what is before it was under way."""
    return None if known is None else min((at for at in times if at is not None and at >= known), default=None)
