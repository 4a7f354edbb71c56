"""What is done once a day: partitions ahead, and removal of what is older than the city keeps.

A day begins at 04.00 local time. What was done stands in the database; whoever asks first after that does it, and a
task that could not be done is tried again when somebody asks the next time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from city.catalogue.message import message
from city.errors import Conflict
from city.serviceday import service_day
from city.settings import Store
from store import letters
from store.connect import Connection, patience
from store.partitions import WEEK, drop_weeks, make_weeks, odd_weeks, week_of
from store.rollups import refresh
from store.sql import query
from store.tiers import detect_tier, tier_query

log = logging.getLogger("dagsplan.housekeeping")
BEGINS = time(4, 0)
NOT_NOW = (
    Conflict,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
    psycopg.errors.DeadlockDetected,
)
"""Somebody else was in the way for too long: it is tried again later."""


def house_day(now: datetime, zone: ZoneInfo) -> date:
    """The day of the housekeeping that an instant belongs to."""
    return service_day(now, "waste", zone, BEGINS)


def keep_house(connection: Connection, limits: Store, zone: ZoneInfo, now: datetime) -> list[str]:
    """Does what was not done yet for the day of ``now``; gives the names of the tasks that it did.

    Expects autocommit. Any number may ask at the same time: one does it, the others go on at once.
    """
    day = house_day(now, zone)
    if not _missing(connection, day):
        return []
    row = connection.execute(query("housekeeping", "try_alone")).fetchone()
    if row is None or not row[0]:
        return []
    try:
        with patience(connection, statement_s=limits.housekeeping_timeout_s, lock_s=2):
            return [task for task in _missing(connection, day) if _do(connection, task, limits, day, now)]
    finally:
        if not connection.closed:
            connection.execute(query("housekeeping", "end_alone"))


def make_ahead(connection: Connection, limits: Store, now: datetime, *, ahead: int = 4) -> None:
    """Plain tier: partitions of this week and of ``ahead`` more, and of weeks that wait in the default one."""
    if detect_tier(connection) != "plain":
        return
    last = week_of(now) + ahead * WEEK
    for week in odd_weeks(connection, _limit(limits, now), last + WEEK):
        make_weeks(connection, week, week)
    make_weeks(connection, now - WEEK, last)


def remove_readings(connection: Connection, limits: Store, now: datetime) -> None:
    """Removes readings by whole weeks, once their hours are computed."""
    before = {"before": _limit(limits, now)}
    row = connection.execute(query("housekeeping", "is_old"), before).fetchone()
    if row is None or not row[0]:
        return
    refresh(connection, timeout_s=limits.housekeeping_timeout_s)
    tier = detect_tier(connection)
    with connection.transaction():
        connection.execute(tier_query(tier, "hold"))
        if connection.execute(query("housekeeping", "still_due"), before).fetchone() == (True,):
            raise Conflict(message("error.store.late_readings"))
        connection.execute(query("housekeeping", "keep_from"), before)
        if tier == "plain":
            drop_weeks(connection, before["before"])
        else:
            connection.execute(tier_query(tier, "drop_before"), before)
        connection.execute(query("housekeeping", "remove_conflicts"), before)


def remove_letters(connection: Connection, limits: Store, now: datetime) -> None:
    """Removes old dead letters, and gives the room of the parked ones among them, and their devices, up."""
    before = {"before": now - timedelta(days=limits.keep_dead_letters_days)}
    connection.execute(query("housekeeping", "remove_dead_letters"), before)
    letters.recount(connection)
    connection.execute(query("housekeeping", "remove_beyond"), before)
    connection.execute(query("housekeeping", "remove_strangers"), before)


def _remove(name: str, days: Callable[[Store], float]) -> Callable[[Connection, Store, datetime], None]:
    def task(connection: Connection, limits: Store, now: datetime) -> None:
        connection.execute(query("housekeeping", name), {"before": now - timedelta(days=days(limits))})

    return task


TASKS: dict[str, Callable[[Connection, Store, datetime], None]] = {
    "partitions": make_ahead,
    "readings": remove_readings,
    "dead letters": remove_letters,
    "positions": _remove("remove_positions", lambda limits: limits.positions_days),
    "passages": _remove("remove_passages", lambda limits: limits.positions_days),
    "rejected positions": _remove("remove_rejected_positions", lambda limits: limits.positions_days),
    "counts of rejects": _remove("remove_counts", lambda limits: limits.keep_raw_days),
    "answers": _remove("remove_answers", lambda limits: limits.keep_answers_days),
    "curves": _remove("remove_curves", lambda limits: limits.curves_days),
    "crew calls": _remove("remove_calls", lambda limits: limits.positions_days),
    "manning": _remove("remove_crew_changes", lambda limits: limits.positions_days),
    "reports": _remove("remove_reports", lambda limits: limits.reports_days),
    "photos": _remove("remove_photos", lambda limits: limits.positions_days),
    "phones": _remove("remove_phones", lambda limits: limits.positions_days),
    "pairings": _remove("remove_pairings", lambda limits: limits.positions_days),
    "notes": _remove("remove_notes", lambda limits: limits.keep_dead_letters_days),
}


def _limit(limits: Store, now: datetime) -> datetime:
    """Readings before this Monday are removed."""
    return week_of(now - timedelta(days=limits.keep_raw_days))


def _missing(connection: Connection, day: date) -> list[str]:
    done = {row[0] for row in connection.execute(query("housekeeping", "done"), {"day": day})}
    return [task for task in TASKS if task not in done]


def _do(connection: Connection, task: str, limits: Store, day: date, now: datetime) -> bool:
    try:
        TASKS[task](connection, limits, now)
    except NOT_NOW as error:
        log.warning("put off", extra={"task": task, "why": str(error).strip().splitlines()[0]})
        return False
    connection.execute(query("housekeeping", "note"), {"task": task, "day": day, "at": now})
    log.info("done", extra={"task": task, "day": day.isoformat()})
    return True
