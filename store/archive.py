"""The curves by which snow plans decided, as bytes that the back-test reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from city.plan import Plan
from store.connect import Connection
from store.rows import select
from store.sql import query


@dataclass(frozen=True)
class KeptRun:
    """What is kept of one snow plan."""

    plan_id: str
    service_day: date
    simulated: bool
    curves: bytes


def keep(connection: Connection, plan: Plan, curves: bytes) -> None:
    """Keeps the curves of a plan; the caller's transaction publishes both."""
    parameters = {
        "plan_id": plan.id,
        "at": plan.valid_from,
        "service_day": plan.service_day,
        "simulated": plan.simulated,
        "curves": curves,
    }
    connection.execute(query("archive", "keep"), parameters)


def kept_runs(connection: Connection, start: date | None, end: date | None) -> tuple[KeptRun, ...]:
    """The kept plans of the service days from ``start`` to ``end``, both included; all where they are None."""
    return select(connection, query("archive", "kept_runs"), {"first": start, "last": end}, KeptRun)


def curves_of(connection: Connection, plan_id: str) -> KeptRun | None:
    """What is kept of one plan."""
    found = select(connection, query("archive", "of_plan"), {"plan_id": plan_id}, KeptRun)
    return found[0] if found else None
