"""Forecasts: every issue is kept with its issue time, because back-tests replay what was known then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from city.entities import Forecast, ForecastStep
from store.connect import Connection
from store.pages import note
from store.rows import columns, select
from store.sql import query


@dataclass(frozen=True)
class _Issue:
    forecast_id: int
    provider: str
    lon: float
    lat: float
    issued_at: datetime
    elevation_m: float | None
    simulated: bool


@dataclass(frozen=True)
class KeptIssue:
    """An issue that is kept: its number, provider and place, and when it was issued."""

    id: int
    provider: str
    lon: float
    lat: float
    issued_at: datetime
    simulated: bool


@dataclass(frozen=True)
class NewestIssue:
    """The newest forecast that is known."""

    provider: str
    issued_at: datetime
    simulated: bool


@dataclass(frozen=True)
class Validators:
    """What a server said of an answer, to ask it again politely."""

    etag: str | None
    last_modified: str | None
    expires_at: datetime | None


def save_forecast(connection: Connection, forecast: Forecast, received_at: datetime, raw: bytes | None = None) -> bool:
    """Keeps an issue with its steps and has the watch look at it; False where this issue is known already."""
    head = columns(forecast) | {"received_at": received_at, "raw": raw}
    row = connection.execute(query("weather", "save_forecast"), head).fetchone()
    if row is None:
        return False
    with connection.cursor() as cursor:
        cursor.executemany(
            query("weather", "save_step"),
            [columns(step) | {"forecast_id": row[0]} for step in forecast.steps],
        )
    note(connection, f"forecast:{forecast.provider}:{forecast.issued_at.isoformat()}")
    return True


def issue_id(connection: Connection, forecast: Forecast) -> int | None:
    """The number of an issue that is kept; None where it is not."""
    row = connection.execute(query("weather", "issue_id"), columns(forecast)).fetchone()
    return None if row is None else int(row[0])


def forget_forecast(connection: Connection, forecast: int) -> bool:
    """Takes an issue away with its steps, and has the watch look again; False where there is none of this number.

    Plans keep what they were made from: their inputs stand in themselves.
    """
    row = connection.execute(query("weather", "forget_forecast"), {"forecast_id": forecast}).fetchone()
    if row is not None:
        note(connection, f"forecast:{row[0]}:forgotten")
    return row is not None


def kept_issues(connection: Connection, newest: int = 50) -> tuple[KeptIssue, ...]:
    """The issues that are kept, the newest first, with the numbers by which they are forgotten."""
    return select(connection, query("weather", "kept_issues"), {"newest": newest}, KeptIssue)


def forecasts(connection: Connection, at: datetime, *, newest: int = 4, days: float = 3.0) -> tuple[Forecast, ...]:
    """The newest issues known at a time, newest first, at most ``newest`` of them and ``days`` old."""
    since = at - timedelta(days=days)
    issues = select(connection, query("weather", "issues"), {"at": at, "since": since}, _Issue)[:newest]
    return tuple(_with_steps(connection, issue) for issue in issues)


def newest_issue(connection: Connection, at: datetime) -> NewestIssue | None:
    """The newest forecast issued before a time."""
    found = select(connection, query("weather", "newest_issue"), {"at": at}, NewestIssue)
    return found[0] if found else None


def validators(connection: Connection, url: str) -> Validators | None:
    """What the answer of this address said of itself, if it was asked before."""
    found = select(connection, query("weather", "cache"), {"url": url}, Validators)
    return found[0] if found else None


def save_validators(connection: Connection, url: str, said: Validators, at: datetime) -> None:
    """Remembers the validators of an answer."""
    connection.execute(query("weather", "save_cache"), columns(said) | {"url": url, "fetched_at": at})


def _with_steps(connection: Connection, issue: _Issue) -> Forecast:
    steps = select(connection, query("weather", "steps"), {"forecast_id": issue.forecast_id}, ForecastStep)
    return Forecast(issue.provider, issue.lon, issue.lat, issue.issued_at, steps, issue.elevation_m, issue.simulated)
