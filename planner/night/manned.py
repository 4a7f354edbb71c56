"""Who is there: call-out lists as they hold at a time, vehicles out of service, and what waits for a vehicle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from city.entities import CallOut, CrewChange, GivenOrder
from city.plan import Intervention, Plan


def holds(change: CrewChange, at: datetime) -> bool:
    """Whether a change is in its time."""
    return change.starts_at <= at < change.until_at


def manned(lists: Sequence[CallOut], changes: Sequence[CrewChange], at: datetime) -> tuple[CallOut, ...]:
    """The call-out lists as they hold at a time, each in its order: who is away is left out, and so is who would come
    with a vehicle that is out of service; another number stands in place of the usual one, the newest where there are
    several."""
    now = sorted((change for change in changes if holds(change, at)), key=lambda change: change.noted_at)
    out = {change.vehicle for change in now if change.kind == "vehicle_out"}
    away = {(change.vehicle, change.who) for change in now if change.kind == "away"}
    numbers = {(change.vehicle, change.who): change for change in now if change.kind == "number"}
    return tuple(
        _reached(call, numbers.get((call.vehicle, call.who)))
        for call in lists
        if call.vehicle not in out and (call.vehicle, call.who) not in away
    )


def _reached(call: CallOut, other: CrewChange | None) -> CallOut:
    if other is None or other.address is None:
        return call
    return replace(call, address=other.address, channel=other.channel or call.channel)


def out_of_service(changes: Iterable[CrewChange], at: datetime) -> dict[str, CrewChange]:
    """The vehicles that are out of service at a time, each with the change that lasts longest."""
    now = [change for change in changes if change.kind == "vehicle_out" and holds(change, at)]
    return {change.vehicle: change for change in sorted(now, key=lambda change: change.until_at)}


def waiting_for(plan: Plan | None, orders: Sequence[GivenOrder]) -> tuple[Intervention, ...]:
    """What a plan proposes and nobody has called out: no order of it is under way or done."""
    called = {order.key for order in orders if order.state not in {"aborted", "refused"}}
    return () if plan is None else tuple(item for item in plan.interventions if item.key not in called)
