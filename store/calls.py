"""Call-out lists, and calls: what was said to whom and what became of it, rows that are only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from city.call import Call, CallEvent, CallNow
from city.manning import CallOut
from city.vocabulary import CallEventKind, CallState, OrderState
from store.connect import Connection
from store.rows import columns, select
from store.sql import query


@dataclass(frozen=True)
class CallStep:
    """A step of a call that holds, with its number."""

    n: int
    kind: CallEventKind
    at: datetime
    who: str


@dataclass(frozen=True)
class BusyWith:
    """What a vehicle is planned for by an order under way: a tur of a key, and where the order and the newest call-out
    about it stand; None is not known."""

    vehicle: str
    begins: datetime | None
    ends: datetime | None
    target: str
    key: str
    state: OrderState
    call: CallState | None


def call_out_lists(connection: Connection) -> tuple[CallOut, ...]:
    """All call-out lists, each in its order."""
    return select(connection, query("calls", "lists"), {}, CallOut)


def replace_lists(connection: Connection, rows: Iterable[CallOut]) -> None:
    """Makes these the call-out lists of the networks and contractors that they name; other lists stay."""
    kept = list(rows)
    with connection.cursor() as cursor:
        lists = {(row.network, row.contractor) for row in kept}
        cursor.executemany(query("calls", "forget"), [{"network": n, "contractor": c} for n, c in lists])
        cursor.executemany(query("calls", "add"), [columns(row) for row in kept])


def try_alone(connection: Connection) -> bool:
    """Whether nobody else is passing orders on; until the end of the transaction nobody else will."""
    row = connection.execute(query("calls", "try_alone")).fetchone()
    return row is not None and bool(row[0])


def add_call(connection: Connection, call: Call) -> None:
    """Writes a call with its orders; its first event is added by the caller in the same transaction."""
    connection.execute(query("calls", "add_call"), columns(call))
    with connection.cursor() as cursor:
        rows = [{"call_id": call.id, "place": n, "order_id": order} for n, order in enumerate(call.orders, start=1)]
        cursor.executemany(query("calls", "add_call_order"), rows)


def add_event(connection: Connection, event: CallEvent) -> None:
    """Adds the next event of its call."""
    connection.execute(query("calls", "add_call_event"), columns(event))


def call(connection: Connection, call_id: str) -> CallNow | None:
    """One call with where it stands."""
    found = select(connection, query("calls", "call"), {"call_id": call_id}, CallNow)
    return found[0] if found else None


def lock_call(connection: Connection, call_id: str) -> CallNow | None:
    """A call with where it stands, held until the end of the transaction. Calls are held before their orders."""
    held = connection.execute(query("calls", "hold_call"), {"call_id": call_id}).fetchone()
    return None if held is None else call(connection, call_id)


def calls_since(connection: Connection, since: datetime, until: datetime | None = None) -> tuple[CallNow, ...]:
    """The calls that were made since a time, newest first; those made after ``until`` are left out."""
    return select(connection, query("calls", "calls_since"), {"since": since, "until": until}, CallNow)


def newest_about(connection: Connection, order_ids: Sequence[str]) -> dict[str, str]:
    """The newest call-out of each of some orders, by order id; those that nobody was called about are left out."""
    found = connection.execute(query("calls", "newest_about"), {"orders": list(order_ids)})
    return {row[0]: row[1] for row in found}


def histories(connection: Connection, call_ids: Sequence[str]) -> dict[str, list[CallEvent]]:
    """The steps of several calls that hold, by call id, each oldest first."""
    found: dict[str, list[CallEvent]] = {call_id: [] for call_id in call_ids}
    for event in select(connection, query("calls", "call_histories"), {"ids": list(call_ids)}, CallEvent):
        found[event.call_id].append(event)
    return found


def steps(connection: Connection, call_id: str) -> tuple[CallStep, ...]:
    """The steps of a call that hold, the newest first."""
    return select(connection, query("calls", "call_steps"), {"call_id": call_id}, CallStep)


def tried(connection: Connection, order_ids: Sequence[str]) -> set[tuple[str, str]]:
    """Who was called about some orders: vehicle and role."""
    return {(row[0], row[1]) for row in connection.execute(query("calls", "tried"), {"orders": list(order_ids)})}


def busy(connection: Connection, since: datetime) -> tuple[BusyWith, ...]:
    """What each vehicle that has an order under way is planned for."""
    return select(connection, query("calls", "busy"), {"since": since}, BusyWith)
