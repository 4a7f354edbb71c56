"""Native partitions of the plain tier: the readings of a week lie together, and a week is dropped in one step.

A week begins on Monday 00.00 UTC and names its partition, ``reading_20270104``. What no partition wants lies in
``reading_default``, so a reading is never refused because a partition is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import SchemaMismatch
from store.connect import Connection, patience
from store.rows import select
from store.sql import query

WEEK = timedelta(days=7)
A_MONDAY = datetime(2000, 1, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Partition:
    """A partition and its bounds; the default one has none."""

    name: str
    starts: datetime | None
    ends: datetime | None


def week_of(instant: datetime) -> datetime:
    """The Monday 00.00 UTC at or before an instant."""
    return A_MONDAY + (instant - A_MONDAY) // WEEK * WEEK


def divided(connection: Connection) -> bool:
    """Whether the readings are divided by weeks."""
    row = connection.execute(query("partitions", "kind")).fetchone()
    return row is not None and row[0] == "p"


def parts(connection: Connection) -> tuple[Partition, ...]:
    """The partitions, oldest first; the default one stands last."""
    return select(connection, query("partitions", "parts"), {}, Partition)


def divide(connection: Connection) -> None:
    """Divides an undivided table in one transaction; its readings stay where they are, as the first partition.

    Raises SchemaMismatch where a view that somebody made stands on the table.
    """
    if divided(connection):
        return
    with patience(connection, statement_s=0, lock_s=60), connection.transaction():
        _set_aside(connection)
        connection.execute(query("partitions", "make_divided"))
        first, received = connection.execute(query("partitions", "span_before")).fetchone() or (None, None)
        if first is None:
            connection.execute(query("partitions", "drop_before"))
        else:
            _attach_before(connection, week_of(first), max(week_of(first), week_of(received)) + WEEK)
        connection.execute(query("partitions", "make_latest"))


def gather(connection: Connection) -> None:
    """Puts divided readings back into one table, which a hypertable can be made of. Raises as :func:`divide`."""
    if not divided(connection):
        return
    with patience(connection, statement_s=0, lock_s=60), connection.transaction():
        _set_aside(connection)
        connection.execute(query("partitions", "make_whole"))
        connection.execute(query("partitions", "make_latest"))


def in_the_way(error: psycopg.Error) -> SchemaMismatch:
    """What to do where somebody's own view stands on something that is made anew."""
    said = (error.diag.message_detail or str(error)).splitlines()[0]
    return SchemaMismatch(message("error.store.in_the_way", problem=in_our_words(said)))


def make_weeks(connection: Connection, first: datetime, last: datetime) -> list[str]:
    """Makes the partitions of all weeks from ``first`` to ``last`` that are missing; gives their names.

    Writers wait for it, a few milliseconds once a week.
    """
    taken = [(part.starts, part.ends) for part in parts(connection) if part.starts and part.ends]
    start, missing = week_of(first), []
    while start <= last:
        if not any(starts < start + WEEK and start < ends for starts, ends in taken):
            missing.append(start)
        start += WEEK
    if not missing:
        return []
    with connection.transaction():
        connection.execute(query("partitions", "hold_writers"))
        return [_make_week(connection, start) for start in missing]


def odd_weeks(connection: Connection, first: datetime, last: datetime) -> list[datetime]:
    """The weeks of a period of which readings lie in the default partition."""
    rows = connection.execute(query("partitions", "odd_weeks"), {"first": first, "last": last})
    return [row[0] for row in rows]


def oldest(connection: Connection) -> datetime | None:
    """The time of the oldest reading; reads the first week that has any, and the default partition."""
    found: list[datetime] = []
    for part in parts(connection):
        if part.starts is None or not found:
            row = connection.execute(
                sql.SQL(query("partitions", "oldest")).format(name=sql.Identifier(part.name))
            ).fetchone()
            found += [row[0]] if row and row[0] else []
    return min(found, default=None)


def drop_weeks(connection: Connection, before: datetime) -> list[str]:
    """Drops the partitions that end at or before an instant, and empties the others up to it.

    Expects to be in a transaction that holds everyone out. Gives the names of those that were dropped.
    """
    dropped = []
    for part in parts(connection):
        name = sql.Identifier(part.name)
        if part.ends is not None and part.ends <= before:
            connection.execute(sql.SQL(query("partitions", "drop_part")).format(name=name))
            dropped.append(part.name)
        elif part.starts is None or part.starts < before:
            emptied = sql.SQL(query("partitions", "empty_part")).format(name=name, before=sql.Literal(before))
            connection.execute(emptied)
    return dropped


def _make_week(connection: Connection, start: datetime) -> str:
    name = f"reading_{start:%Y%m%d}"
    bounds = {"starts": sql.Literal(start), "ends": sql.Literal(start + WEEK)}
    connection.execute(sql.SQL(query("partitions", "make_week")).format(name=sql.Identifier(name), **bounds))
    return name


def _set_aside(connection: Connection) -> None:
    connection.execute(query("partitions", "hold_everyone"))
    try:
        connection.execute(query("partitions", "set_aside"))
    except psycopg.errors.DependentObjectsStillExist as error:
        raise in_the_way(error) from error


def _attach_before(connection: Connection, starts: datetime, ends: datetime) -> None:
    bounds = {"starts": sql.Literal(starts), "ends": sql.Literal(ends)}
    name = f"reading_until_{ends:%Y%m%d}"
    names = {"name": sql.Identifier(name), "index": sql.Identifier(f"{name}_pkey")}
    connection.execute(sql.SQL(query("partitions", "move_odd")).format(ends=bounds["ends"]))
    connection.execute(sql.SQL(query("partitions", "attach_before")).format(**names, **bounds))
