"""Snow haulage and grit sweeping: what people ask for, and what was done this season that a rule counts."""

from __future__ import annotations

from datetime import datetime

from city.upkeep import SeasonWork, WorkRequest
from store.connect import Connection
from store.rows import columns, select
from store.sql import query


def season(connection: Connection, at: datetime) -> tuple[SeasonWork, ...]:
    """What was ploughed and sanded since the first of July before a time."""
    since = at.replace(month=7, day=1, hour=0, minute=0, second=0, microsecond=0)
    since = since if since <= at else since.replace(year=at.year - 1)
    return select(connection, query("requests", "season"), {"since": since, "at": at}, SeasonWork)


def requests(connection: Connection, at: datetime) -> tuple[WorkRequest, ...]:
    """What was asked for and holds at a time, where it is not done yet; oldest first."""
    return select(connection, query("requests", "requests"), {"at": at}, WorkRequest)


def add_request(connection: Connection, request: WorkRequest) -> None:
    """Notes what somebody asks for."""
    connection.execute(query("requests", "add_request"), columns(request))


def end_request(connection: Connection, request_id: str, at: datetime, who: str) -> bool:
    """Takes back what was asked for; gives whether there is such a thing."""
    return (
        connection.execute(query("requests", "end_request"), {"id": request_id, "at": at, "who": who}).fetchone()
        is not None
    )
