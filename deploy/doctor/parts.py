"""Goes through all parts, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from city.catalogue.message import message
from city.errors import DagsplanError
from city.settings import Settings
from city.vocabulary import DOMAINS
from deploy.doctor.calls import calls
from deploy.doctor.connections import broker
from deploy.doctor.finding import Finding
from deploy.doctor.ingestion import daemons, odd, rejects, stored, waits
from deploy.doctor.keeping import kept
from deploy.doctor.plans import plan
from deploy.doctor.town import furnishing
from store.clock import installation_clock
from store.condition import careless_settings, condition
from store.connect import Connection, connect, described
from store.migrate import check_schema
from store.town import town


def examine(settings: Settings, dsn: str) -> list[Finding]:
    """All findings; a part that cannot be reached does not keep the others from being looked at."""
    found = [broker(settings)]
    try:
        with connect(dsn, "doctor", timeout_s=settings.database.connect_timeout_s) as connection:
            found += _store(connection, settings, dsn)
    except DagsplanError as error:
        found.append(Finding("database", False, error.message))
    return found


def _store(connection: Connection, settings: Settings, dsn: str) -> Iterator[Finding]:
    tier, zone = check_schema(connection), settings.municipality.zone
    yield Finding("database", True, message("doctor.database", where=described(dsn), tier=tier))
    if off := careless_settings(connection):
        yield Finding("database", False, message("doctor.careless", settings=off))
    clock = installation_clock(connection)
    now = clock.now()
    if clock.simulated:
        yield Finding("clock", True, message("doctor.simulated", at=now.astimezone(zone)))
    yield from daemons(connection, clock)
    yield from kept(condition(connection, now), now, zone)
    yield stored(connection, now)
    has = town(connection, now)
    yield rejects(connection, now, has.devices_waiting, zone)
    yield from waits(connection)
    yield from odd(connection)
    yield from furnishing(has, settings, now)
    yield from calls(connection, settings)
    for domain in DOMAINS:
        yield plan(connection, settings, domain, now)
