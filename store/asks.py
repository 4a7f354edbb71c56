"""Snow haulage and grit sweeping: what people ask for, and what was done this season that a rule counts."""

from __future__ import annotations

from datetime import datetime

from city.upkeep import Ask, SeasonWork
from store.connect import Connection
from store.rows import columns, select
from store.sql import query


def season(connection: Connection, at: datetime) -> tuple[SeasonWork, ...]:
    """What was ploughed and sanded since the first of July before a time."""
    since = at.replace(month=7, day=1, hour=0, minute=0, second=0, microsecond=0)
    since = since if since <= at else since.replace(year=at.year - 1)
    return select(connection, query("asks", "season"), {"since": since, "at": at}, SeasonWork)


def asks(connection: Connection, at: datetime) -> tuple[Ask, ...]:
    """What was asked for and holds at a time, where it is not done yet; oldest first."""
    return select(connection, query("asks", "asks"), {"at": at}, Ask)


def add_ask(connection: Connection, ask: Ask) -> None:
    """Notes what somebody asks for."""
    connection.execute(query("asks", "add_ask"), columns(ask))


def end_ask(connection: Connection, ask_id: str, at: datetime, who: str) -> bool:
    """Takes back what was asked for; gives whether there is such a thing."""
    return connection.execute(query("asks", "end_ask"), {"id": ask_id, "at": at, "who": who}).fetchone() is not None
