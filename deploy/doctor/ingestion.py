"""How messages come in: the daemons, what they stored and what they rejected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from city.catalogue.message import Message, message
from city.clock import Clock
from deploy.doctor.finding import Finding, clauses
from store import health, readings
from store.connect import Connection
from store.health import DaemonHealth
from store.town import intake


def daemons(
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
    return clauses(message("format.part", part=tuple(now)), message("format.part", part=tuple(since)))


def stored(connection: Connection, now: datetime) -> Finding:
    fresh = readings.freshness(connection, now)
    if fresh.last_time is None:
        return Finding("readings", fresh.devices == 0, message("doctor.readings.none", n=fresh.devices))
    minutes = (now - fresh.last_time).total_seconds() / 60
    silent = message("doctor.readings.silent", n=fresh.devices, silent=fresh.silent)
    said = [message("doctor.readings.newest", minutes=minutes), silent]
    if stuck := health.frozen(connection, now):
        more = ("…",) if len(stuck) > 5 else ()
        said.append(message("doctor.readings.stuck", devices=(*stuck[:5], *more)))
    return Finding("readings", fresh.silent < max(1, fresh.devices), clauses(*said))


def rejects(connection: Connection, now: datetime, waiting: int, zone: ZoneInfo) -> Finding:
    """What was rejected; a fault where that is all or most of what came lately, or where a device waits."""
    counts = readings.dead_letter_counts(connection)
    lately = intake(connection, now)
    n, since = lately.turned_away, lately.since.astimezone(zone)
    problem = None
    if n and not lately.stored:
        problem = message("doctor.rejects.all", n=n, since=since)
    elif n > lately.stored:
        problem = message("doctor.rejects.most", n=n, since=since, stored=lately.stored)
    elif waiting:
        problem = message("town.lack.devices_waiting", n=waiting)
    if problem is not None:
        unknown = waiting and next(iter(lately.rejected), "unknown_device") == "unknown_device"
        way_out = message("doctor.rejects.adopt" if unknown else "doctor.rejects.look")
        return Finding("rejects", False, clauses(problem, way_out))
    if not counts:
        return Finding("rejects", True, message("doctor.rejects.none"))
    text = message("doctor.rejects.some", counts=tuple(f"{reason} {n}" for reason, n in counts.items()))
    return Finding("rejects", True, text)


def waits(connection: Connection) -> Iterator[Finding]:
    """What waits of devices that nobody took in, where that has met its bounds or can be stored by now."""
    parked = readings.parked(connection)
    if parked.beyond:
        yield Finding("parked", False, message("doctor.parked.beyond", n=parked.beyond, mb=parked.bytes / 1e6))
    elif parked.adopted:
        yield Finding("parked", False, message("doctor.parked.adopted", n=parked.adopted))
    elif parked.messages:
        said = message("doctor.parked.waits", n=parked.messages, mb=parked.bytes / 1e6)
        yield Finding("parked", True, said, note=True)


def odd(connection: Connection, *, shown: int = 5) -> Iterator[Finding]:
    """Quantities that we do not know: they are kept, and no plan is made from them."""
    found = [one for one in readings.odd_series(connection) if one.likely is not None]
    if found:
        named = [
            message("doctor.odd.one", device=one.device, quantity=one.quantity, likely=one.likely or "")
            for one in found[:shown]
        ]
        more = ("…",) if len(found) > shown else ()
        yield Finding("quantities", True, message("doctor.odd.some", named=(*named, *more)), note=True)
