"""What drivers report: rows that are only ever added to, each once by the number that its phone gave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from city.report import Became, DriverReport, KeptReport
from city.vocabulary import SEEN_REPORTS, Domain, ReportBecame, ReportKind
from store.connect import Connection
from store.rows import columns, only_row, select
from store.sql import query


@dataclass(frozen=True)
class WaitingReport:
    """A report that somebody at the depot should see, with the name of its street where it has one, the answer,
    and whether it has a photograph."""

    id: str
    vehicle: str
    kind: ReportKind
    observed_at: datetime
    street: str | None
    room: str | None
    content: dict[str, Any]
    became: ReportBecame
    problem: str
    answer: str | None
    photo: bool


@dataclass(frozen=True)
class TreatedSince:
    """A street that was treated, how and when."""

    segment: str
    action: str
    at: datetime


def lock(connection: Connection, report_id: str) -> None:
    """Until the end of the transaction nobody else takes in a report of this number."""
    connection.execute(query("reports", "lock"), {"id": report_id})


def add(connection: Connection, report: DriverReport, became: Became) -> None:
    """Keeps a report with what became of it."""
    kept = {"became": became.kind, "became_n": became.n, "became_id": became.id, "problem": became.problem}
    connection.execute(query("reports", "add"), columns(report) | {"content": Jsonb(report.content)} | kept)


def before(connection: Connection, report: DriverReport) -> datetime | None:
    """When the report that the same phone made before this one was seen; None where there is none."""
    row = connection.execute(query("reports", "before"), {"phone": report.phone, "n": report.n}).fetchone()
    return None if row is None else row[0]


def report(connection: Connection, report_id: str) -> KeptReport | None:
    """One report; None for an unknown one."""
    found = select(connection, query("reports", "report"), {"id": report_id}, KeptReport)
    return found[0] if found else None


def reports(connection: Connection, since: datetime, vehicle: str | None = None) -> tuple[KeptReport, ...]:
    """What came since a time, of all vehicles or of one, in the order in which it was seen."""
    return select(connection, query("reports", "reports"), {"since": since, "vehicle": vehicle}, KeptReport)


def waiting(connection: Connection, domain: Domain, since: datetime) -> tuple[WaitingReport, ...]:
    """What came of a service since a time and waits to be seen, the newest first; fifty at most."""
    parameters = {"domain": domain, "since": since, "kinds": sorted(SEEN_REPORTS)}
    return select(connection, query("reports", "waiting"), parameters, WaitingReport)


def told(connection: Connection, domain: Domain, begins: datetime, ends: datetime) -> tuple[WaitingReport, ...]:
    """What drivers of a service saw from one time to another, answered or not, in its order; with it the times in which
    their phones slept, and what could not be done."""
    parameters = {"domain": domain, "begins": begins, "ends": ends, "kinds": sorted(SEEN_REPORTS)}
    return select(connection, query("reports", "told"), parameters, WaitingReport)


def left_later(connection: Connection, order_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """The streets of some orders that the driver has left for later, by order; those without are left out."""
    found: dict[str, set[str]] = {}
    for order, segment in connection.execute(query("reports", "left_later"), {"orders": list(order_ids)}):
        found.setdefault(order, set()).add(segment)
    return {order: frozenset(segments) for order, segments in found.items()}


def heard(connection: Connection, since: datetime) -> int:
    """A number that is another one when a report has come or was answered since."""
    return int(only_row(connection.execute(query("reports", "heard"), {"since": since}))[0])


def answer(connection: Connection, report_id: str, at: datetime, who: str, text: str) -> bool:
    """Notes what the depot says to a report; False for an unknown one."""
    row = connection.execute(query("reports", "answer"), {"id": report_id, "at": at, "who": who, "text": text})
    return row.fetchone() is not None


def treated_since(connection: Connection, segments: Sequence[str], since: datetime) -> tuple[TreatedSince, ...]:
    """When some streets were treated after a time, the first first."""
    parameters = {"segments": list(segments), "since": since}
    return select(connection, query("reports", "treated_since"), parameters, TreatedSince)


def add_photo(connection: Connection, report_id: str, jpeg: bytes, at: datetime) -> bool:
    """Keeps the photograph of a report; False where it has one, which stays."""
    parameters = {"id": report_id, "jpeg": jpeg, "at": at}
    return connection.execute(query("reports", "add_photo"), parameters).fetchone() is not None


def photo(connection: Connection, report_id: str) -> bytes | None:
    """The photograph of a report; None where it has none."""
    row = connection.execute(query("reports", "photo"), {"id": report_id}).fetchone()
    return None if row is None else bytes(row[0])
