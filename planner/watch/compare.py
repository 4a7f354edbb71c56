"""What a draft changes of the live plan, as a value that people and pages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET

from city.catalogue.message import Message
from city.catalogue.stored import clauses_of, in_all_languages
from city.draft import Change, Difference
from city.entities import GivenOrder
from city.plan import Intervention, Plan
from city.vocabulary import CALLED, OUT, OrderState
from planner.service import Second


def difference(live: Plan, draft: Plan, orders: Sequence[GivenOrder], second: Second) -> Difference:
    """What the draft adds to the live plan and what it stands down, by key. Orders that are out stay as they are.

    Its price is what the change does to what is left: what of the live plan is not done and stays, with what comes in,
    against the same with what drops out. So what adds alone is never cheaper, and what drops alone never dearer.
    """
    states: dict[str, OrderState] = {order.key: order.state for order in orders}  # in the order in which they were made
    fixed = {order.key for order in orders if order.state in OUT}
    before = {item.key: item for item in live.interventions}
    after = {item.key: item for item in draft.interventions}
    added = [item for key, item in after.items() if key not in before and key not in fixed]
    dropped = [item for key, item in before.items() if key not in after and key not in fixed]
    gone = {item.key for item in dropped} | {key for key, state in states.items() if state == "done"}
    stays = [item for item in live.interventions if item.key not in gone]
    return Difference(
        added=tuple(_added(item, live, states) for item in added),
        dropped=tuple(_dropped(item, states, second) for item in dropped),
        busts=tuple(second.busts),
        cost=round(second.cost_of([*stays, *added]) - second.cost_of([*stays, *dropped]), 2),
    )


def _added(item: Intervention, live: Plan, states: Mapping[str, OrderState]) -> Change:
    before = [one.vehicle for one in live.interventions if one.target == item.target]
    other = before[-1] if before and before[-1] != item.vehicle else None
    return _change(item, states.get(item.key), vehicle_before=other)


def _dropped(item: Intervention, states: Mapping[str, OrderState], second: Second) -> Change:
    state = states.get(item.key)
    change = _change(item, state, called_back=state in CALLED)
    return _with_gone(change, second.not_asked(item.target))


def _with_gone(change: Change, why: Message | None) -> Change:
    """The change with why it goes, in all languages."""
    if why is None:
        return change
    said = in_all_languages(gone=why)
    further = said.pop("languages", {})
    kept = change.languages if isinstance(change.languages, dict) else {}
    languages = {code: kept.get(code, {}) | further.get(code, {}) for code in {*kept, *further}}
    return msgspec.structs.replace(change, **said, languages=languages or UNSET)


def _change(
    item: Intervention, state: OrderState | None, *, called_back: bool = False, vehicle_before: str | None = None
) -> Change:
    return Change(
        key=item.key,
        target=item.target,
        title=item.title,
        vehicle=item.vehicle,
        starts_at=item.starts_at,
        state=state,
        called_back=called_back,
        vehicle_before=vehicle_before,
        **clauses_of(item.reasons[:1], "text", into="why"),
    )
