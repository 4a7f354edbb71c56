"""The city's own road stations: what is kept of them, and how the road model would have done there."""

from __future__ import annotations

from datetime import datetime, timedelta

from city.catalogue.message import message
from city.entities import Forecast
from city.errors import ConfigError
from city.settings import Settings
from deploy.opening import opened_store
from planner.road.forecast import RECORD
from planner.road.record import StationRecord, score_record
from planner.road.stations import COLUMNS, StationsKept, bundle_of
from store import facts, readings, roads, weather
from store.connect import Connection, snapshot_transaction


def own_stations(
    settings: Settings, every: timedelta, since: datetime | None, until: datetime | None
) -> list[StationRecord]:
    """Each scored from many starts; of the last month where nothing else is asked for. ``until`` is a day, whole.

    Raises ConfigError where no sensor in the road has said anything.
    """
    with opened_store(settings, "forecast") as (connection, clock):
        end = clock.now() if until is None else until + timedelta(days=1)
        begin = end - timedelta(days=30) if since is None else since
        first = begin.replace(minute=0, second=0, microsecond=0)
        bundle = bundle_of(read_stations(connection, first, end, every), end)
    if not bundle.sites:
        raise ConfigError(message("cli.forecast.no_stations", since=f"{begin:%Y-%m-%d}", until=f"{end:%Y-%m-%d}"))
    return score_record(bundle, every, first, end)


def read_stations(connection: Connection, since: datetime, until: datetime, every: timedelta) -> StationsKept:
    """The readings of a time with the week before it and the day after, and of each start, ``every`` so often, the
    newest forecast that was there."""
    issues: list[tuple[datetime, Forecast]] = []
    with snapshot_transaction(connection):
        at = since
        while at <= until:
            newest = weather.forecasts(connection, at, newest=1, days=1.0)
            if newest and (not issues or newest[0].issued_at != issues[-1][1].issued_at):
                issues.append((at, newest[0]))
            at += every
        span = (since - RECORD, until + timedelta(days=1))
        return StationsKept(
            facts.devices(connection),
            roads.load_segments(connection),
            readings.readings(connection, list(COLUMNS), *span),
            tuple(issues),
        )
