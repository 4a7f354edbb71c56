"""Calls that were made, for tests of how they leave: rows by hand, settings of a gateway, and what became of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from city.call import CallNow
from city.calling import Calls
from city.clock import Clock
from city.settings import Settings
from deploy.testgateway import Manners, ServedGateway, by_number, served_gateway
from store.connect import Connection

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)


def made_call(
    connection: Connection, to: str = "0700000001", channel: str = "sms", *, leaves_at: datetime = AT, kind: str = "go"
) -> str:
    """A call that leaves at a time; gives its id."""
    call = str(uuid.uuid4())
    with connection.transaction():
        connection.execute(
            "INSERT INTO crew_call VALUES (%s, %s, 'P11', NULL, 'Jour 1', %s, %s, %s, %s, 'dispatcher', %s)",
            (call, kind, channel, to, f"Utkallning P11: {to}", leaves_at, leaves_at),
        )
        connection.execute(
            "INSERT INTO crew_call_event (call_id, n, kind, at, who) VALUES (%s, 1, 'made', %s, 'dispatcher')",
            (call, leaves_at),
        )
    return call


def call_now(**parts: object) -> CallNow:
    """A call that is being tried, without a database."""
    usual: dict[str, object] = {
        "id": "6f1c1e0e-7a55-4a7e-9a8d-0f3f6c7f6f5b", "kind": "go", "vehicle": "P11", "contractor": None,
        "who": "Jour 1",
        "channel": "sms", "address": "0700000001", "text": "Utkallning P11.", "made_at": AT, "made_by": "dispatcher",
        "leaves_at": AT, "follows": None, "orders": (), "state": "tried", "state_at": AT, "state_who": "dagsplan",
        "state_note": "", "tries": 1, "sent_at": None, "delivered_at": None, "answered_at": None, "ref": None,
    }  # fmt: skip
    return CallNow(**(usual | parts))  # type: ignore[arg-type]


def history(connection: Connection, call: str) -> list[str]:
    """The steps of a call, oldest first."""
    rows = connection.execute("SELECT kind FROM crew_call_event WHERE call_id = %s ORDER BY n", (call,))
    return [row[0] for row in rows]


def states(connection: Connection) -> dict[str, str]:
    """Where each call stands, by its address."""
    return dict(connection.execute("SELECT address, state FROM crew_call_now").fetchall())


def calling(gateway: str = "", **others: object) -> Settings:
    """Settings with a gateway, impatient."""
    return Settings(calls=Calls(gateway_url=gateway, **({"timeout_s": 5.0} | others)))  # type: ignore[arg-type]


@contextmanager
def gateway_with(
    clock: Clock, manners: Manners = by_number, *, hang_s: float = 30.0, **others: object
) -> Iterator[tuple[ServedGateway, Settings]]:
    """A test gateway, and settings that send through it."""
    with served_gateway(Settings(), clock=clock, manners=manners, hang_s=hang_s) as served:
        yield served, calling(served.url, **others)
