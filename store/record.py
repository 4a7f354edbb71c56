"""The record of a service day: what became known, what was decided and by whom, and what became of each order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from city.vocabulary import CallState, Domain, Mode
from store.connect import Connection
from store.rows import select
from store.sql import query


@dataclass(frozen=True)
class Happening:
    """Something that became known or was decided. ``kind`` is a plan, a draft or the answer to it, an observation, a
    decline, a vehicle choice, a change of the manning, a step of an order or of a call; ``step`` says which. ``who``
    is a role or a vehicle; ``undone_at`` is when it was taken back, ``more`` what else is known of it.
    """

    at: datetime
    kind: str
    step: str
    who: str
    key: str
    vehicle: str
    note: str
    undone_at: datetime | None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SaltStreet:
    """A street to be salted: its length and width [m], None where that is not known."""

    id: str
    length_m: float
    width_m: float | None


@dataclass(frozen=True)
class OpenCall:
    """A call-out that waits for an answer, or that did not come to one."""

    vehicle: str
    who: str
    channel: str
    state: CallState
    state_at: datetime
    keys: tuple[str, ...]


def happenings(
    connection: Connection, domain: Domain, mode: Mode, day: date, begins: datetime, ends: datetime
) -> tuple[Happening, ...]:
    """The record of a service day, which lasts from ``begins`` to ``ends``; oldest first."""
    parameters = {"domain": domain, "mode": mode, "day": day, "begins": begins, "ends": ends}
    return select(connection, query("record", "happenings"), parameters, Happening)


def salt_streets(connection: Connection, segments: Sequence[str]) -> dict[str, SaltStreet]:
    """Length and width of some streets, by id."""
    rows = select(connection, query("record", "salt_streets"), {"segments": list(segments)}, SaltStreet)
    return {row.id: row for row in rows}


def open_calls(connection: Connection, order_ids: Sequence[str]) -> tuple[OpenCall, ...]:
    """The calls about some orders that nobody has answered, oldest first."""
    return select(connection, query("record", "open_calls"), {"ids": list(order_ids)}, OpenCall)
