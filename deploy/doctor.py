"""The health of every part in plain words, each with what to do where it is not well."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from city.catalogue.words import words
from city.clock import Clock
from city.errors import DagsplanError
from city.settings import Settings
from city.vocabulary import DOMAINS
from ingest.session import address
from planner.due import next_due
from store import health, plans, readings, weather
from store.clock import installation_clock
from store.condition import Condition, condition
from store.connect import Connection, connect, described
from store.health import DaemonHealth
from store.migrate import check_schema


@dataclass(frozen=True)
class Finding:
    """One part and how it is."""

    part: str
    ok: bool
    text: str

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def examine(settings: Settings, dsn: str) -> list[Finding]:
    """All findings; a part that cannot be reached does not keep the others from being looked at."""
    found = [_broker(settings)]
    try:
        with connect(dsn, "doctor", timeout_s=settings.database.connect_timeout_s) as connection:
            found += _store(connection, settings, dsn)
    except DagsplanError as error:
        found.append(Finding("database", False, str(error)))
    return found


def _broker(settings: Settings) -> Finding:
    if settings.mqtt.url is None:
        return Finding("broker", True, "embedded, while 'dagsplan up' runs")
    where = address(settings.mqtt.url)
    try:
        with socket.create_connection((where.host, where.port), timeout=5):
            return Finding("broker", True, f"{where} answers")
    except OSError as error:
        return Finding("broker", False, f"{where} does not answer ({error}); start it, or set mqtt.url")


def _store(connection: Connection, settings: Settings, dsn: str) -> Iterator[Finding]:
    tier = check_schema(connection)
    yield Finding("database", True, f"{words('en').say(described(dsn))} answers; storage tier {tier}")
    clock = installation_clock(connection)
    now = clock.now()
    if clock.simulated:
        yield Finding("clock", True, f"time is simulated: {now.isoformat(timespec='seconds')}")
    yield from _daemons(connection, clock)
    yield from _kept(condition(connection, now), now)
    yield _readings(connection, now)
    yield _rejects(connection)
    yield _forecast(connection, now)
    for domain in DOMAINS:
        problem = plans.problem(connection, domain)
        if problem is not None:
            yield Finding(f"plan {domain}", False, f"{problem.slot} failed {problem.tries} times: {problem.problem}")
            continue
        newest = plans.latest(connection, domain, settings.planner.mode)  # type: ignore[arg-type]
        due = next_due(settings, domain, now)
        said = "none yet" if newest is None else f"version {newest.version} of {newest.service_day}"
        yield Finding(f"plan {domain}", True, f"{said}; next is due {due.isoformat() if due else 'never'}")


def _daemons(
    connection: Connection, clock: Clock, *, silent_s: float = 60.0, behind_s: float = 60.0
) -> Iterator[Finding]:
    """One line a daemon, with what to do where it is not well. Seconds are real ones, however fast time is played."""
    now = clock.now()
    spoken = health.daemons(connection, now)
    if not spoken:
        yield Finding("ingestion", True, "no daemon has reported yet; 'dagsplan ingest' takes messages in")
    for daemon in spoken:
        part, age = f"ingestion {daemon.daemon}", clock.real_seconds((now - daemon.at).total_seconds())
        oldest = None if daemon.oldest_s is None else clock.real_seconds(daemon.oldest_s)
        if age > silent_s:
            yield Finding(
                part, False, f"has not reported for {age / 60:.0f} min; start 'dagsplan ingest', or see its log"
            )
        elif not daemon.connected:
            yield Finding(part, False, "has lost the broker and tries again; see its log")
        elif oldest is not None and oldest > behind_s:
            yield Finding(part, False, f"falls behind: {daemon.queued} messages wait, the oldest {oldest:.0f} s")
        else:
            yield Finding(part, True, _well(daemon))
        if daemon.broker_dropped:
            text = f"has dropped {daemon.broker_dropped} messages since its start: its queues are too small, "
            yield Finding("broker", False, text + "see 'dagsplan broker-config'")


def _well(daemon: DaemonHealth) -> str:
    lag = "" if daemon.lag_s is None else f", the last batch took {daemon.lag_s:.1f} s from broker to row"
    said = f"connected, {daemon.queued} messages wait{lag}; since its start {daemon.messages} messages"
    odd = {"rejected": sum(daemon.rejected.values()), "repeated": daemon.duplicates, "conflicting": daemon.conflicts}
    return ", ".join([said, *(f"{n} {what}" for what, n in odd.items() if n)])


def _kept(now_kept: Condition, now: datetime) -> Iterator[Finding]:
    """Size and age of the readings, how far their hours are behind, and whether the housekeeping is done."""
    oldest = "none yet" if now_kept.oldest is None else f"the oldest of {now_kept.oldest:%Y-%m-%d}"
    text = f"{now_kept.size / 1e6:.1f} MB on disk in {now_kept.pieces} pieces, {oldest}"
    yield Finding(
        "storage", True, text if now_kept.weeks_ahead is None else f"{text}; {now_kept.weeks_ahead} weeks ahead"
    )
    lag = now_kept.lag
    late = lag.hour is not None and now - lag.hour > timedelta(hours=3)
    behind = "all computed" if lag.hour is None else f"{lag.hours} to compute, the oldest of {lag.hour.isoformat()}"
    yield Finding("hours", not late, behind + ("; start 'dagsplan scheduler', or see its log" if late else ""))
    at = now_kept.housekept_at
    old = at is not None and now - at > timedelta(hours=30)
    said = (
        "not done yet; 'dagsplan scheduler' does it" if at is None else f"last done {at.isoformat(timespec='minutes')}"
    )
    yield Finding("housekeeping", not old, said + ("; start 'dagsplan scheduler', or see its log" if old else ""))


def _readings(connection: Connection, now: datetime) -> Finding:
    fresh = readings.freshness(connection, now)
    if fresh.last_time is None:
        return Finding("readings", fresh.devices == 0, f"{fresh.devices} devices, nothing received yet")
    age = (now - fresh.last_time).total_seconds() / 60
    text = f"newest is {age:.0f} min old; {fresh.silent} of {fresh.devices} devices are silent"
    if stuck := health.frozen(connection, now):
        text += f"; heard but unchanged for a day: {', '.join(stuck[:5])}{' …' if len(stuck) > 5 else ''}"
    return Finding("readings", fresh.silent < max(1, fresh.devices), text)


def _rejects(connection: Connection) -> Finding:
    counts = readings.dead_letter_counts(connection)
    if not counts:
        return Finding("rejects", True, "none")
    text = ", ".join(f"{reason} {n}" for reason, n in counts.items())
    return Finding("rejects", True, f"{text}; see 'dagsplan deadletters list'")


def _forecast(connection: Connection, now: datetime) -> Finding:
    issue = weather.newest_issue(connection, now)
    if issue is None:
        return Finding("forecast", False, "none; set weather.providers, or 'dagsplan import weather FILE'")
    age = now - issue.issued_at
    text = f"{issue.provider}, issued {issue.issued_at.isoformat(timespec='minutes')}"
    return Finding("forecast", age < timedelta(hours=12), text + ("" if age < timedelta(hours=12) else ": old"))
