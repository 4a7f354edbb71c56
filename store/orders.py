"""Orders and their events: rows that are only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from city.entities import GivenOrder, OrderEvent
from city.stopsaid import StopSaid, VesselSaid
from city.vocabulary import Domain, OrderEventKind, OrderState, StopOutcome
from store.connect import Connection
from store.rows import columns, only_row, select
from store.sql import query


@dataclass(frozen=True)
class OrderNow:
    """An order with its present state."""

    id: str
    plan_id: str
    domain: Domain
    key: str
    target: str
    vehicle: str | None
    contractor: str | None
    expected_end: datetime | None
    created_at: datetime
    state: OrderState
    state_at: datetime
    state_who: str
    state_note: str


@dataclass(frozen=True)
class NewOrder:
    """What an order is made with."""

    order_id: str
    plan_id: str
    key: str
    domain: Domain
    target: str
    vehicle: str | None
    contractor: str | None
    expected_end: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class OrderStep:
    """A step of an order that holds, with its number."""

    n: int
    kind: OrderEventKind
    at: datetime
    who: str
    segment: str | None


def add_order(connection: Connection, order: NewOrder) -> None:
    """Makes an order; its first event is added by the caller in the same transaction."""
    connection.execute(query("orders", "add_order"), columns(order))


def lock_key(connection: Connection, key: str) -> None:
    """Serialises decisions about one intervention until the end of the transaction."""
    connection.execute(query("orders", "lock_key"), {"key": key})


def live_order(connection: Connection, key: str) -> tuple[str, OrderState] | None:
    """Id and state of the order of this key that is not ended."""
    row = connection.execute(query("orders", "live_order_of_key"), {"key": key}).fetchone()
    return None if row is None else (str(row[0]), row[1])


def lock_order(connection: Connection, order_id: str) -> dict[str, Any] | None:
    """The order's fixed part, held until the end of the transaction."""
    row = connection.execute(query("orders", "lock_order"), {"order_id": order_id}).fetchone()
    names = ("order_id", "plan_id", "key", "domain", "target", "vehicle", "expected_end")
    return None if row is None else dict(zip(names, (str(row[0]), str(row[1]), *row[2:]), strict=True))


def events(connection: Connection, order_id: str) -> tuple[OrderEvent, ...]:
    """The history of an order, oldest first."""
    return select(connection, query("orders", "events"), {"order_id": order_id}, OrderEvent)


def order(connection: Connection, order_id: str) -> OrderNow | None:
    """One order with its present state."""
    found = select(connection, query("orders", "order"), {"order_id": order_id}, OrderNow)
    return found[0] if found else None


def add_event(connection: Connection, event: OrderEvent) -> None:
    """Adds the next event of its order."""
    connection.execute(query("orders", "add_event"), columns(event))


@dataclass(frozen=True)
class SaidRow:
    """What was said of one vessel at a stop of an order."""

    order_id: str
    room: str
    at: datetime
    vessel: str
    outcome: StopOutcome
    level_pct: float | None
    kg: float | None


def add_stop(connection: Connection, order_id: str, stop: StopSaid) -> None:
    """Notes what the newest step of an order says of a stop."""
    for one in stop.vessels:
        connection.execute(query("orders", "add_stop_said"), columns(one) | {"order_id": order_id, "room": stop.room})


def stops_said(connection: Connection, order_ids: Sequence[str]) -> dict[str, tuple[StopSaid, ...]]:
    """What was said of the stops of orders and holds, oldest first, by order."""
    if not order_ids:
        return {}
    found: dict[str, dict[tuple[str, datetime], list[VesselSaid]]] = {}
    for row in select(connection, query("orders", "stops_said"), {"orders": list(order_ids)}, SaidRow):
        stops = found.setdefault(row.order_id, {})
        stops.setdefault((row.room, row.at), []).append(VesselSaid(row.vessel, row.outcome, row.level_pct, row.kg))
    return {
        order: tuple(StopSaid(room, tuple(vessels), at) for (room, at), vessels in stops.items())
        for order, stops in found.items()
    }


def orders(
    connection: Connection,
    since: datetime,
    *,
    domain: Domain | None = None,
    limit: int = 500,
    until: datetime | None = None,
) -> tuple[OrderNow, ...]:
    """Orders with their present state, newest first; those made after ``until`` are left out."""
    parameters = {"domain": domain, "since": since, "limit": limit, "until": until}
    return select(connection, query("orders", "orders"), parameters, OrderNow)


def of_vehicle(connection: Connection, vehicle: str, since: datetime) -> tuple[OrderNow, ...]:
    """The orders that a vehicle holds, of those made since a time, oldest first."""
    return select(connection, query("orders", "of_vehicle"), {"vehicle": vehicle, "since": since}, OrderNow)


def vehicle_stamp(connection: Connection, vehicle: str, since: datetime) -> str:
    """A short text that changes when anything does that a vehicle's phone shows."""
    return str(only_row(connection.execute(query("orders", "vehicle_stamp"), {"vehicle": vehicle, "since": since}))[0])


def orders_of_day(connection: Connection, domain: Domain, day: date) -> tuple[OrderNow, ...]:
    """The orders of a service day's plans with their present state, in the order in which they were made."""
    return select(connection, query("orders", "orders_of_day"), {"domain": domain, "day": day}, OrderNow)


def given_orders(connection: Connection, domain: Domain, since: datetime) -> tuple[GivenOrder, ...]:
    """Orders as facts for the planner."""
    return select(connection, query("orders", "given"), {"domain": domain, "since": since}, GivenOrder)


def add_treatments(
    connection: Connection,
    rows: Iterable[tuple[str, str]],
    done_at: datetime,
    order_id: str,
    doses: Mapping[str, float] | None = None,
) -> None:
    """Notes (segment, action) pairs as done, with what was spread on some of the segments [g/m²]."""
    spread, done = doses or {}, {"done_at": done_at, "order_id": order_id}
    parameters = [{"segment": name, "action": action, "g_m2": spread.get(name), **done} for name, action in rows]
    with connection.cursor() as cursor:
        cursor.executemany(query("orders", "add_treatment"), parameters)


def remove_treatments(connection: Connection, order_id: str, done_at: datetime, but: Iterable[str] = ()) -> None:
    """Takes back what an order noted as done at a time, but for some streets."""
    parameters = {"order_id": order_id, "done_at": done_at, "but": list(but)}
    connection.execute(query("orders", "remove_treatments"), parameters)


def remove_treatment(connection: Connection, order_id: str, segment: str, done_at: datetime) -> None:
    """Takes back that an order did a street at a time."""
    parameters = {"order_id": order_id, "segment": segment, "done_at": done_at}
    connection.execute(query("orders", "remove_treatment"), parameters)


def vessels_of_step(connection: Connection, order_id: str, n: int) -> tuple[str, ...]:
    """The vessels that a step of an order said something of, whether it holds or not."""
    rows = connection.execute(query("orders", "vessels_of_step"), {"order_id": order_id, "n": n})
    return tuple(row[0] for row in rows)


def steps(connection: Connection, order_id: str) -> tuple[OrderStep, ...]:
    """The steps of an order that hold, the newest first."""
    return select(connection, query("orders", "steps"), {"order_id": order_id}, OrderStep)


def heard_of(connection: Connection, order_id: str) -> bool:
    """Whether a position was heard of the vehicle that holds an order while that was driven."""
    return bool(only_row(connection.execute(query("orders", "heard_of"), {"order_id": order_id}))[0])


def of_keys(connection: Connection, keys: Iterable[str]) -> list[str]:
    """The ids of all orders that some interventions ever had."""
    return [str(row[0]) for row in connection.execute(query("orders", "of_keys"), {"keys": list(keys)})]


def of_ids(connection: Connection, order_ids: Sequence[str]) -> tuple[OrderNow, ...]:
    """Some orders with their present state; those that were taken back are left out."""
    return select(connection, query("orders", "of_ids"), {"ids": list(order_ids)}, OrderNow)


def asked_keys(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    """The keys of some orders that the newest plan of their service day asks for."""
    return {row[0] for row in connection.execute(query("orders", "asked_keys"), {"ids": list(order_ids)})}


def domain_of(connection: Connection, order_id: str) -> Domain:
    """The service of an order that is known. Raises StoreUnavailable for an unknown one."""
    domain: Domain = only_row(connection.execute(query("orders", "domain_of"), {"order_id": order_id}))[0]
    return domain
