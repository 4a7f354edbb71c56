"""What a draft changes of the live plan, as a value that people and pages read."""

from __future__ import annotations

from collections.abc import Sequence

from city.catalogue.stored import clauses_of
from city.draft import Bust, Change, Difference
from city.entities import GivenOrder
from city.plan import Intervention, Plan
from city.vocabulary import OUT


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
