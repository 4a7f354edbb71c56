"""Plans, their runs and the thresholds: the rows behind :mod:`planner.publish` and the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from city.entities import Threshold
from city.plan import Plan, RunKey, from_json, to_json
from city.vocabulary import Domain, Mode
from store.connect import Connection
from store.rows import columns, only_row, select
from store.sql import query


@dataclass(frozen=True)
class RunProblem:
    """A run that gave no plan."""

    slot: str
    problem: str
    due_at: datetime
    tries: int


def thresholds(connection: Connection, at: datetime) -> tuple[Threshold, ...]:
    """The thresholds that hold at a time."""
    return select(connection, query("plans", "thresholds"), {"at": at}, Threshold)


def add_threshold(connection: Connection, threshold: Threshold) -> int:
    """Adds the next version of a threshold and gives its number; ``threshold.version`` is not looked at."""
    return int(only_row(connection.execute(query("plans", "add_threshold"), columns(threshold)))[0])


def seed_thresholds(connection: Connection, rows: Iterable[Threshold], since: datetime | None = None) -> None:
    """Adds version 1 of the thresholds to the scopes that have none; what somebody has set goes on deciding. To a
    database that has some already they are added as from ``since`` on: what was decided before was decided without
    them. Any number of processes may do it at once."""
    with connection.transaction(), connection.cursor() as cursor:
        old = bool(only_row(connection.execute(query("plans", "has_thresholds")))[0])
        dated = [replace(row, valid_from=since) if old and since else row for row in rows]
        cursor.executemany(query("plans", "seed_threshold"), [columns(row) for row in dated])


def claim_run(
    connection: Connection, run: RunKey, claimed_by: str, now: datetime, expires: datetime, due_at: datetime
) -> bool:
    """Claims a due plan for this process; False where it is done, or another process has it.

    The claim holds as long as this connection lives, until :func:`leave_run`; where a pooler stands between, which
    gives the server's connections to others, at most until it ``expires``.
    """
    free = bool(only_row(connection.execute(query("plans", "stand_by_run"), columns(run)))[0])
    parameters = columns(run) | {"claimed_by": claimed_by, "now": now, "expires": expires, "due_at": due_at}
    claimed = connection.execute(query("plans", "claim_run"), parameters | {"free": free}).fetchone() is not None
    if free and not claimed:
        leave_run(connection, run)
    return claimed


def leave_run(connection: Connection, run: RunKey) -> None:
    """Whoever claimed this run does not work on it any more; nothing where the connection is gone, and with it the
    claim."""
    if not connection.closed:
        connection.execute(query("plans", "leave_run"), columns(run))


def hold_run(connection: Connection, run: RunKey, claimed_by: str) -> bool:
    """Whether the claim still holds; locks it until the end of the transaction."""
    parameters = columns(run) | {"claimed_by": claimed_by}
    return connection.execute(query("plans", "hold_run"), parameters).fetchone() is not None


def finish_run(connection: Connection, run: RunKey, plan_id: str | None, now: datetime) -> None:
    """Notes the plan that a run gave; None for a run that gives none."""
    connection.execute(query("plans", "finish_run"), columns(run) | {"plan_id": plan_id, "now": now})


def fail_run(connection: Connection, run: RunKey, claimed_by: str, problem: str, retry_at: datetime) -> None:
    """Notes why a run gave no plan."""
    parameters = columns(run) | {"claimed_by": claimed_by, "problem": problem, "retry_at": retry_at}
    connection.execute(query("plans", "fail_run"), parameters)


def settled_slots(connection: Connection, domain: Domain, day: date, mode: Mode, now: datetime) -> set[str]:
    """The slots of a service day that are done, or that failed and pause."""
    parameters = {"domain": domain, "service_day": day, "mode": mode, "now": now}
    return {row[0] for row in connection.execute(query("plans", "settled_runs"), parameters)}


def unmade_runs(
    connection: Connection, domain: Domain, day: date, mode: Mode, slots: Sequence[str]
) -> list[tuple[RunKey, datetime]]:
    """The runs of a service day that were claimed and never made, with when each was due."""
    parameters = {"domain": domain, "service_day": day, "mode": mode, "slots": list(slots)}
    found = connection.execute(query("plans", "unmade_runs"), parameters)
    return [(RunKey(domain, day, slot, mode), due_at) for slot, due_at in found]


def problem(connection: Connection, domain: Domain) -> RunProblem | None:
    """The newest failed run that was not made good."""
    found = select(connection, query("plans", "unfinished_problem"), {"domain": domain}, RunProblem)
    return found[0] if found else None


def latest(connection: Connection, domain: Domain, mode: Mode, day: date | None = None) -> Plan | None:
    """The newest plan of a domain, or of a domain and service day."""
    parameters = {"domain": domain, "mode": mode, "service_day": day}
    row = connection.execute(query("plans", "latest_of_day" if day else "latest"), parameters).fetchone()
    return None if row is None else _plan(row[4])


def by_id(connection: Connection, plan_id: str) -> Plan | None:
    """One plan by id."""
    row = connection.execute(query("plans", "by_id"), {"plan_id": plan_id}).fetchone()
    return None if row is None else _plan(row[4])


def days(connection: Connection, domain: Domain, mode: Mode) -> list[date]:
    """The service days that have plans, newest first."""
    rows = connection.execute(query("plans", "days"), {"domain": domain, "mode": mode}).fetchall()
    return [row[0] for row in rows]


def lock_plans(connection: Connection, domain: Domain) -> None:
    """Lets one publication of a domain happen at a time, until the end of the transaction."""
    connection.execute(query("plans", "lock_plans"), {"domain": domain})


def add_plan(connection: Connection, plan: Plan) -> None:
    """Writes a plan with its interventions and tells the open pages; the caller commits."""
    head: dict[str, Any] = {name: getattr(plan, name) for name in plan.__struct_fields__}
    doc = Jsonb(plan, dumps=to_json)
    connection.execute(query("plans", "add_plan"), head | {"plan_id": plan.id, "doc": doc})
    with connection.cursor() as cursor:
        cursor.executemany(query("plans", "add_intervention"), list(_intervention_rows(plan)))
    connection.execute(query("plans", "notify_plan"), {"message": f"plan {plan.domain} {plan.version}"})


def _intervention_rows(plan: Plan) -> Iterable[dict[str, Any]]:
    for place, item in enumerate(plan.interventions):
        yield {
            "plan_id": plan.id,
            "key": item.key,
            "place": place,
            "kind": item.kind,
            "target": item.target,
            "priority": item.priority,
            "vehicle": item.vehicle,
            "starts_at": item.starts_at,
            "ready_by": item.ready_by,
        }


def _plan(doc: dict[str, Any]) -> Plan:
    return from_json(msgspec.json.encode(doc))
