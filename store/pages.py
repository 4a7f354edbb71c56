"""What the pages ask of the database beside plans and orders themselves: light answers for strips, events, metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from city.entities import OrderEvent, Segment
from city.vocabulary import Domain, Mode
from store.connect import Connection
from store.rows import only_row, select
from store.sql import query


@dataclass(frozen=True)
class PlanHead:
    """The frame of the newest plan of a domain, without its contents: ``interventions`` are all runs and rounds of it,
    ``targets`` the turer, rounds or buildings that they are about."""

    domain: Domain
    id: str
    version: int
    service_day: date
    created_at: datetime
    simulated: bool
    interventions: int
    targets: int


@dataclass(frozen=True)
class OrderStamp:
    """How many order events a domain has had since a time, which grows with every step that somebody takes, and until
    when the vehicles that are out are followed, None where none was heard."""

    domain: Domain
    events: int
    followed: datetime | None


@dataclass(frozen=True)
class OrderCount:
    """How many orders stand in a state."""

    domain: Domain
    state: str
    orders: int


def heads(
    connection: Connection, mode: Mode, day: date | None = None, at: datetime | None = None
) -> tuple[PlanHead, ...]:
    """The newest plan of each domain, or of each domain on one service day; as it was at a time where one is given."""
    return select(connection, query("pages", "heads"), {"mode": mode, "day": day, "at": at}, PlanHead)


def order_stamps(connection: Connection, since: datetime) -> tuple[OrderStamp, ...]:
    """How far the orders of each domain have come that had an event since a time."""
    return select(connection, query("pages", "order_stamps"), {"since": since}, OrderStamp)


def order_counts(connection: Connection, since: datetime) -> tuple[OrderCount, ...]:
    """The orders made since a time, counted by domain and state."""
    return select(connection, query("pages", "order_counts"), {"since": since}, OrderCount)


def histories(connection: Connection, order_ids: Sequence[str]) -> dict[str, list[OrderEvent]]:
    """The events of several orders by order id, each oldest first."""
    found: dict[str, list[OrderEvent]] = {order_id: [] for order_id in order_ids}
    for event in select(connection, query("pages", "histories"), {"ids": list(order_ids)}, OrderEvent):
        found[event.order_id].append(event)
    return found


def streets_stamp(connection: Connection) -> str:
    """A short text that changes when streets were imported anew."""
    return str(only_row(connection.execute(query("pages", "streets_stamp")))[0])


def segment(connection: Connection, segment_id: str) -> Segment | None:
    """One street segment by id."""
    row = connection.execute(query("pages", "segment"), {"segment_id": segment_id}).fetchone()
    if row is None:
        return None
    fields: tuple[Any, ...] = (*row[:16], tuple(zip(row[16], row[17], strict=True)), *row[18:])
    return Segment(*fields)


def tell(connection: Connection, message: str) -> None:
    """Tells the open pages that something changed, when the transaction commits."""
    connection.execute(query("pages", "tell"), {"message": message})


def hear(connection: Connection) -> None:
    """From now on the connection, which is in autocommit, is notified of what the open pages are told."""
    connection.execute(query("pages", "hear"))


def hear_notes(connection: Connection) -> None:
    """From now on the connection, which is in autocommit, is notified of each note; its payload is the event."""
    connection.execute(query("pages", "hear_notes"))


def note(connection: Connection, event: str) -> None:
    """Tells the schedulers that something was noted which the watch should look at, when the transaction commits."""
    connection.execute(query("pages", "note"), {"event": event})
