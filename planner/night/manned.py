"""Who is there: call-out lists as they hold at a time, vehicles out of service, and what waits for a vehicle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from city.entities import GivenOrder
from city.manning import CallOut, CrewChange
from city.plan import Intervention, Plan
from city.vocabulary import Channel

Place = tuple[str, str]
"""A place of a call-out list: the vehicle, and who is on it."""


def holds(change: CrewChange, at: datetime) -> bool:
    """Whether a change is in its time."""
    return change.starts_at <= at < change.ends


def manned(lists: Sequence[CallOut], changes: Sequence[CrewChange], at: datetime) -> tuple[CallOut, ...]:
    """The call-out lists as they hold at a time, each in its order: who is away is left out, and so is who would come
    with a vehicle that is out of service; another number stands in place of the usual one."""
    away, numbers = away_places(lists, changes, at), other_numbers(lists, changes, at)
    return tuple(_reached(call, numbers.get(_place(call))) for call in lists if _place(call) not in away)


def away_places(lists: Sequence[CallOut], changes: Sequence[CrewChange], at: datetime) -> frozenset[Place]:
    """The places of lists that nobody answers for at a time: away, or on a vehicle that is out of service."""
    out = out_of_service(changes, at)
    away = {(change.vehicle, change.who) for change in changes if change.kind == "away" and holds(change, at)}
    return frozenset(place for call in lists if (place := _place(call)) in away or call.vehicle in out)


def other_numbers(
    lists: Sequence[CallOut], changes: Sequence[CrewChange], at: datetime
) -> dict[Place, tuple[Channel, str]]:
    """Channel and number of places that have others at a time, the newest where there are several."""
    usual = {_place(call): call.channel for call in lists}
    now = [change for change in changes if change.kind == "number" and holds(change, at)]
    found: dict[Place, tuple[Channel, str]] = {}
    for change in sorted(now, key=lambda change: change.noted_at):
        place = change.vehicle, change.who
        channel = change.channel or usual.get(place)
        if channel is not None and change.address is not None:
            found[place] = channel, change.address
    return found


def _place(call: CallOut) -> Place:
    return call.vehicle, call.who


def _reached(call: CallOut, other: tuple[Channel, str] | None) -> CallOut:
    return call if other is None else replace(call, channel=other[0], address=other[1])


def out_of_service(changes: Iterable[CrewChange], at: datetime) -> dict[str, CrewChange]:
    """The vehicles that are out of service at a time, each with the change that lasts longest."""
    now = [change for change in changes if change.kind == "vehicle_out" and holds(change, at)]
    return {change.vehicle: change for change in sorted(now, key=lambda change: change.ends)}


def waiting_for(plan: Plan | None, orders: Sequence[GivenOrder]) -> tuple[Intervention, ...]:
    """What a plan proposes and nobody has called out: no order of it is under way or done."""
    called = {order.key for order in orders if order.state not in {"aborted", "refused"}}
    return () if plan is None else tuple(item for item in plan.interventions if item.key not in called)
