"""The health of every part in plain words, each with what to do where it is not well."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.catalogue.words import Words
from city.clock import Clock
from city.errors import DagsplanError
from city.settings import Settings
from city.vocabulary import DOMAINS, Domain
from ingest.session import address
from planner.due import next_due
from store import health, plans, readings, weather
from store.clock import installation_clock
from store.condition import Condition, careless_settings, condition
from store.connect import Connection, connect, described
from store.health import DaemonHealth
from store.migrate import check_schema


@dataclass(frozen=True)
class Finding:
    """One part and how it is. ``part`` is a short word; ``of`` says which, where there are several: a daemon by its
    name, a plan by its domain."""

    part: str
    ok: bool
    text: Message
    of: str = ""

    @property
    def name(self) -> Message:
        """What the part is called."""
        if self.part == "plan":
            return message("doctor.plan_of", of=message(f"cli.domain.{self.of}"))
        part = message(f"doctor.part.{self.part}")
        return message("doctor.part_of", part=part, of=self.of) if self.of else part

    def line(self, words: Words) -> str:
        """One line for a person."""
        mark = words("doctor.ok" if self.ok else "doctor.bad")
        return words("doctor.line", mark=mark, part=self.name, text=self.text)

    def as_dict(self, words: Words) -> dict[str, Any]:
        """For ``--json``, its sentences in a language."""
        named = {"part": f"{self.part} {self.of}".strip(), "name": words.say(self.name)}
        return {**named, "ok": self.ok, "text": words.say(self.text)}


def examine(settings: Settings, dsn: str) -> list[Finding]:
    """All findings; a part that cannot be reached does not keep the others from being looked at."""
    found = [_broker(settings)]
    try:
        with connect(dsn, "doctor", timeout_s=settings.database.connect_timeout_s) as connection:
            found += _store(connection, settings, dsn)
    except DagsplanError as error:
        found.append(Finding("database", False, error.message))
    return found


def _broker(settings: Settings) -> Finding:
    if settings.mqtt.url is None:
        return Finding("broker", True, message("doctor.broker.embedded"))
    where = address(settings.mqtt.url)
    try:
        with socket.create_connection((where.host, where.port), timeout=5):
            return Finding("broker", True, message("doctor.broker.answers", where=str(where)))
    except OSError as error:
        problem = in_our_words(error)
        return Finding("broker", False, message("doctor.broker.no_answer", where=str(where), problem=problem))


def _store(connection: Connection, settings: Settings, dsn: str) -> Iterator[Finding]:
    tier, zone = check_schema(connection), settings.municipality.zone
    yield Finding("database", True, message("doctor.database", where=described(dsn), tier=tier))
    if off := careless_settings(connection):
        yield Finding("database", False, message("doctor.careless", settings=off))
    clock = installation_clock(connection)
    now = clock.now()
    if clock.simulated:
        yield Finding("clock", True, message("doctor.simulated", at=now.astimezone(zone)))
    yield from _daemons(connection, clock)
    yield from _kept(condition(connection, now), now, zone)
    yield _readings(connection, now)
    yield _rejects(connection)
    yield _forecast(connection, now, zone)
    for domain in DOMAINS:
        yield _plan(connection, settings, domain, now)


def _plan(connection: Connection, settings: Settings, domain: Domain, now: datetime) -> Finding:
    """The newest plan of a domain, and when the next is due; a fault where the last one could not be made."""
    problem = plans.problem(connection, domain)
    if problem is not None:
        why = in_our_words(problem.problem)
        return Finding(
            "plan", False, message("doctor.plan.failed", n=problem.tries, slot=problem.slot, problem=why), domain
        )
    newest = plans.latest(connection, domain, settings.planner.mode)
    due = next_due(settings, domain, now)
    now_there = message("doctor.plan.none")
    if newest is not None:
        now_there = message("doctor.plan.there", version=newest.version, day=newest.service_day)
    text = message("doctor.plan.not_due", newest=now_there)
    if due is not None:
        text = message("doctor.plan.due", newest=now_there, at=due.astimezone(settings.municipality.zone))
    return Finding("plan", True, text, domain)


def _daemons(
    connection: Connection, clock: Clock, *, silent_s: float = 60.0, behind_s: float = 60.0
) -> Iterator[Finding]:
    """One line a daemon, with what to do where it is not well. Seconds are real ones, however fast time is played."""
    now = clock.now()
    spoken = health.daemons(connection, now)
    if not spoken:
        yield Finding("ingestion", True, message("doctor.ingestion.none"))
    for daemon in spoken:
        age = clock.real_seconds((now - daemon.at).total_seconds())
        oldest = None if daemon.oldest_s is None else clock.real_seconds(daemon.oldest_s)
        problem = None
        if age > silent_s:
            problem = message("doctor.ingestion.silent", minutes=age / 60)
        elif not daemon.connected:
            problem = message("doctor.ingestion.no_broker")
        elif oldest is not None and oldest > behind_s:
            problem = message("doctor.ingestion.behind", n=daemon.queued, oldest=oldest)
        yield Finding("ingestion", problem is None, problem or _well(daemon), daemon.daemon)
        if daemon.broker_dropped:
            yield Finding("broker", False, message("doctor.broker.dropped", n=daemon.broker_dropped))


def _well(daemon: DaemonHealth) -> Message:
    now = [message("doctor.ingestion.waiting", n=daemon.queued)]
    if daemon.lag_s is not None:
        now.append(message("doctor.ingestion.lag", seconds=daemon.lag_s))
    since = [message("doctor.ingestion.since", n=daemon.messages)]
    if rejected := sum(daemon.rejected.values()):
        since.append(message("doctor.ingestion.rejected", n=rejected))
    if daemon.duplicates:
        since.append(message("doctor.ingestion.repeated", n=daemon.duplicates))
    if daemon.conflicts:
        since.append(message("doctor.ingestion.conflicting", n=daemon.conflicts))
    return _clauses(message("format.part", part=tuple(now)), message("format.part", part=tuple(since)))


def _kept(now_kept: Condition, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    """Size and age of the readings, how far their hours are behind, and whether the housekeeping is done."""
    oldest = message("doctor.storage.none")
    if now_kept.oldest is not None:
        oldest = message("doctor.storage.oldest", at=now_kept.oldest.astimezone(zone))
    said = [message("doctor.storage.size", n=now_kept.pieces, mb=now_kept.size / 1e6, oldest=oldest)]
    if now_kept.weeks_ahead is not None:
        said.append(message("doctor.storage.ahead", n=now_kept.weeks_ahead))
    yield Finding("storage", True, _clauses(*said))
    lag, at = now_kept.lag, now_kept.housekept_at
    late = lag.hour is not None and now - lag.hour > timedelta(hours=3)
    behind = message("doctor.hours.done")
    if lag.hour is not None:
        behind = message("doctor.hours.left", n=lag.hours, at=lag.hour.astimezone(zone))
    yield Finding("hours", not late, _with_scheduler(behind) if late else behind)
    old = at is not None and now - at > timedelta(hours=30)
    kept = message("doctor.housekeeping.not_yet")
    if at is not None:
        kept = message("doctor.housekeeping.done", at=at.astimezone(zone))
    yield Finding("housekeeping", not old, _with_scheduler(kept) if old else kept)


def _readings(connection: Connection, now: datetime) -> Finding:
    fresh = readings.freshness(connection, now)
    if fresh.last_time is None:
        return Finding("readings", fresh.devices == 0, message("doctor.readings.none", n=fresh.devices))
    minutes = (now - fresh.last_time).total_seconds() / 60
    silent = message("doctor.readings.silent", n=fresh.devices, silent=fresh.silent)
    said = [message("doctor.readings.newest", minutes=minutes), silent]
    if stuck := health.frozen(connection, now):
        more = ("…",) if len(stuck) > 5 else ()
        said.append(message("doctor.readings.stuck", devices=(*stuck[:5], *more)))
    return Finding("readings", fresh.silent < max(1, fresh.devices), _clauses(*said))


def _rejects(connection: Connection) -> Finding:
    counts = readings.dead_letter_counts(connection)
    if not counts:
        return Finding("rejects", True, message("doctor.rejects.none"))
    text = message("doctor.rejects.some", counts=tuple(f"{reason} {n}" for reason, n in counts.items()))
    return Finding("rejects", True, text)


def _forecast(connection: Connection, now: datetime, zone: ZoneInfo) -> Finding:
    issue = weather.newest_issue(connection, now)
    if issue is None:
        return Finding("forecast", False, message("doctor.forecast.none"))
    fresh = now - issue.issued_at < timedelta(hours=12)
    key = "doctor.forecast.fresh" if fresh else "doctor.forecast.old"
    return Finding("forecast", fresh, message(key, provider=issue.provider, at=issue.issued_at.astimezone(zone)))


def _with_scheduler(said: Message) -> Message:
    return _clauses(said, message("doctor.start_scheduler"))


def _clauses(*parts: Message) -> Message:
    return message("format.clauses", parts=parts)
