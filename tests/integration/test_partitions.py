"""Readings of the plain tier by weeks: none is lost when they are divided, and none refused for want of a week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest

from city.errors import SchemaMismatch
from store.connect import Connection, connect
from store.migrate import known, migrate
from store.partitions import WEEK, divide, divided, drop_weeks, gather, make_weeks, odd_weeks, parts, week_of
from store.rollups import refresh
from store.sql import query

AT = datetime(2027, 1, 12, 2, 0, tzinfo=UTC)
ADD: LiteralString = "INSERT INTO reading SELECT series_id, %s, %s, %s FROM series LIMIT 1"
ALL: LiteralString = "SELECT series_id, time, value, received_at FROM reading ORDER BY 1, 2"


def a_series(connection: Connection) -> None:
    connection.execute("INSERT INTO device (device_id, name, kind) VALUES ('d', 'd', 'test')")
    connection.execute("INSERT INTO series (device_id, quantity, unit) VALUES ('d', 'q', '')")


def add(connection: Connection, time: datetime, value: float = 1.0) -> None:
    connection.execute(ADD, (time, value, min(time, AT)))


def as_released(connection: Connection) -> list[tuple[object, ...]]:
    """The database of the first version with forty days of readings in one table, one of them of next century."""
    first = known()[0]
    connection.execute("CREATE TABLE schema_migration (name text PRIMARY KEY, digest text, applied_at timestamptz)")
    connection.execute(first.text)
    connection.execute("INSERT INTO schema_migration VALUES (%s, %s, %s)", (first.name, first.digest, AT))
    a_series(connection)
    for n in range(400):
        add(connection, AT - timedelta(hours=2.4 * n), float(n))
    add(connection, datetime(2126, 1, 1, tzinfo=UTC), -1.0)
    connection.execute("INSERT INTO reading_conflict SELECT series_id, %s, 7, %s FROM series", (AT, AT))
    return connection.execute(ALL).fetchall()


def test_a_released_database_is_divided_without_loss(empty_dsn: str) -> None:
    """Rows, conflicts, hours, key and foreign key are all there after the migration; the old rows were not copied."""
    with connect(empty_dsn, "test") as connection:
        before = as_released(connection)
        file = connection.execute("SELECT pg_relation_filenode('reading')").fetchone()
        migrate(connection, AT)
        assert divided(connection)
        assert connection.execute(ALL).fetchall() == before
        assert connection.execute("SELECT count(*) FROM reading_conflict").fetchone() == (1,)
        assert [part.name for part in parts(connection)] == ["reading_until_20270118", "reading_default"]
        assert connection.execute("SELECT pg_relation_filenode('reading_until_20270118')").fetchone() == file
        assert connection.execute("SELECT value FROM reading_latest").fetchall() == [(-1.0,)]
        refresh(connection)
        assert connection.execute("SELECT sum(n), max(highest) FROM reading_by_hour").fetchone() == (401, 399.0)
        with pytest.raises(psycopg.errors.UniqueViolation):
            add(connection, AT)
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute("INSERT INTO reading VALUES (99, %s, 1, %s)", (AT, AT))
        with pytest.raises(psycopg.errors.CheckViolation):
            add(connection, AT + WEEK, float("nan"))


def test_a_view_in_the_way_is_named_and_nothing_is_changed(empty_dsn: str) -> None:
    """Somebody's own view on the readings stops the division with the way out; without it the division goes on."""
    with connect(empty_dsn, "test") as connection:
        before = as_released(connection)
        connection.execute("CREATE VIEW grafana_own AS SELECT * FROM reading_latest")
        with pytest.raises(SchemaMismatch, match=r"view grafana_own depends on view reading_latest; drop .*migrate"):
            migrate(connection, AT)
        assert not divided(connection)
        assert connection.execute(ALL).fetchall() == before
        connection.execute("DROP VIEW grafana_own")
        migrate(connection, AT)
        assert connection.execute(ALL).fetchall() == before


def test_a_view_on_the_old_hours_is_named(empty_dsn: str) -> None:
    """The view ``reading_hour`` of the first version goes, unless somebody's own stands on it: that is said."""
    with connect(empty_dsn, "test") as connection:
        as_released(connection)
        connection.execute("CREATE VIEW reading_hour AS SELECT series_id, time AS hour FROM reading_conflict")
        connection.execute("CREATE VIEW own AS SELECT * FROM reading_hour")
        with pytest.raises(SchemaMismatch, match=r"view own depends on view reading_hour; drop .*migrate"):
            migrate(connection, AT)
        connection.execute("DROP VIEW own")
        migrate(connection, AT)
        assert connection.execute("SELECT to_regclass('reading_hour')").fetchone() == (None,)


def test_a_missing_week_never_refuses_a_reading(database: Connection) -> None:
    """The default partition takes it, and gives it up to its week when that is made; the odd one stays."""
    a_series(database)
    times = [AT + n * WEEK for n in range(-2, 3)] + [datetime(2199, 1, 1, tzinfo=UTC)]
    for time in times:
        add(database, time)
    assert odd_weeks(database, AT - 3 * WEEK, AT + 5 * WEEK) == [week_of(time) for time in times[:-1]]
    made = make_weeks(database, AT - 2 * WEEK, AT + 2 * WEEK)
    assert made == ["reading_20261228", "reading_20270104", "reading_20270111", "reading_20270118", "reading_20270125"]
    assert database.execute("SELECT time FROM reading_default").fetchall() == [(times[-1],)]
    assert [row[1] for row in database.execute(ALL)] == times
    assert make_weeks(database, AT - 2 * WEEK, AT + 2 * WEEK) == []


def test_a_late_reading_is_refused_by_its_key_in_every_partition(database: Connection) -> None:
    """The key holds also for a reading that moved out of the default partition."""
    a_series(database)
    add(database, AT)
    make_weeks(database, AT, AT)
    with pytest.raises(psycopg.errors.UniqueViolation):
        add(database, AT)


def test_weeks_are_dropped_whole_and_the_rest_is_emptied(empty_dsn: str) -> None:
    """Up to the given Monday nothing is left, after it everything, also in the wide first and the default partition."""
    with connect(empty_dsn, "test") as connection:
        before = as_released(connection)
        migrate(connection, AT)
        make_weeks(connection, AT - 9 * WEEK, AT)
        add(connection, AT - 8 * WEEK)
        limit = week_of(AT - 3 * WEEK)
        with connection.transaction():
            connection.execute(query("partitions", "hold_everyone"))
            dropped = drop_weeks(connection, limit)
        assert "reading_20261116" in dropped
        assert "reading_until_20270118" not in dropped
        assert connection.execute(ALL).fetchall() == [row for row in before if row[1] >= limit]


def test_gathering_undoes_dividing(database: Connection) -> None:
    """Divided, gathered, divided again: the same readings, key and foreign key."""
    a_series(database)
    for n in range(50):
        add(database, AT - timedelta(days=n))
    make_weeks(database, AT - WEEK, AT + WEEK)
    before = database.execute(ALL).fetchall()
    for turn in (gather, divide, gather, divide):
        turn(database)
        assert divided(database) == (turn is divide)
        assert database.execute(ALL).fetchall() == before
        with pytest.raises(psycopg.errors.UniqueViolation):
            add(database, AT)
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            database.execute("INSERT INTO reading VALUES (99, %s, 1, %s)", (AT, AT))


def test_a_week_begins_on_monday() -> None:
    """The week of an instant is the Monday before it, also before the first Monday of the count."""
    assert week_of(AT) == datetime(2027, 1, 11, tzinfo=UTC)
    assert week_of(datetime(2027, 1, 11, tzinfo=UTC)) == datetime(2027, 1, 11, tzinfo=UTC)
    assert week_of(datetime(2000, 1, 1, tzinfo=UTC)) == datetime(1999, 12, 27, tzinfo=UTC)
