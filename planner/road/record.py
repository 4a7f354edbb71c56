"""A station's whole record: a forecast from many starts in it, each held against what came, and scored together."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from city.errors import DagsplanError
from models.road.forcing import FIELDS
from planner.road.forecast import RECORD, Bundle, ObservedRow, SiteRow, WeatherRow, forecast_site, newest_issue
from planner.road.scores import Pairs, pairs_of, scored, together

AHEAD = timedelta(hours=24)
FRESH = timedelta(hours=3)
SETTLED = timedelta(hours=6)
"""A start has observations so far back, the last of them this fresh, and is scored so far ahead."""


@dataclass(frozen=True)
class StationRecord:
    """What many starts at one station came to: how many, from when to when, how many ``failed`` for weather that the
    model cannot run with, whether the weather was that of forecasts of the time or as it was ``measured`` afterwards,
    and the scores; None where nothing could be started."""

    site: str
    starts: int
    since: datetime | None
    until: datetime | None
    failed: int
    measured: bool
    scored: dict[str, Any] | None


def score_record(
    bundle: Bundle, every: timedelta, since: datetime | None = None, until: datetime | None = None
) -> list[StationRecord]:
    """Every site of a folder or an archive by itself, from starts ``every`` so often between two times."""
    return [_score_site(bundle, row, every, since, until) for row in bundle.sites]


def _score_site(
    bundle: Bundle, site: SiteRow, every: timedelta, since: datetime | None, until: datetime | None
) -> StationRecord:
    found: list[tuple[datetime, Pairs]] = []
    failed = 0
    measured = not any(row.issued_at for row in bundle.forecast)
    for start in starts(bundle, site, every, since, until):
        try:
            pairs = pairs_of(start, forecast_site(start, site))
        except DagsplanError:
            failed += 1
            continue
        if pairs is not None:
            found.append((start.at, pairs))
    if not found:
        return StationRecord(site.id, 0, None, None, failed, measured, None)
    told = scored(together([pairs for _, pairs in found]))
    return StationRecord(site.id, len(found), found[0][0], found[-1][0], failed, measured, told)


def starts(
    bundle: Bundle, site: SiteRow, every: timedelta, since: datetime | None, until: datetime | None
) -> Iterator[Bundle]:
    """The folder as it was at each start: what had been seen, the forecast of the time, and what came to score it.

    Where no forecasts of the time are kept, the weather that was measured afterwards stands for one.
    """
    rows = sorted((r for r in bundle.observed if r.site in (site.id, None)), key=lambda r: r.time)
    ahead = [r for r in bundle.forecast if r.site in (site.id, None)]
    issues = sorted({r.issued_at for r in ahead if r.issued_at is not None})
    seen = [r.time for r in rows if r.surface_c is not None]
    if not seen:
        return
    at = _whole_hour(max(seen[0] + SETTLED, since or seen[0]))
    while at < min(seen[-1], until or seen[-1]):
        fresh = bisect.bisect_right(seen, at) - bisect.bisect_left(seen, at - FRESH)
        behind, later = _between(rows, at - RECORD, at), _between(rows, at, at + AHEAD)
        forecast = _said(ahead, issues, at) if issues else tuple(map(_weather, later))
        if fresh and any(r.air_c is not None for r in forecast) and forecast[-1].time > at:
            yield replace(bundle, at=at, sites=(site,), observed=(*behind, *later), forecast=forecast, other=())
        at += every


def _said(rows: Sequence[WeatherRow], issues: Sequence[datetime], at: datetime) -> tuple[WeatherRow, ...]:
    """The newest forecast that was there, of the day before at most."""
    known = bisect.bisect_right(issues, at)
    if not known or issues[known - 1] < at - AHEAD:
        return ()
    newest = [row for row in newest_issue(rows, at) if row.time <= at + AHEAD]
    return tuple(sorted(newest, key=lambda row: row.time))


def _weather(row: ObservedRow) -> WeatherRow:
    return WeatherRow(row.time, elevation_m=row.elevation_m, **{name: getattr(row, name) for name in FIELDS})


def _between(rows: Sequence[ObservedRow], after: datetime, to: datetime) -> Sequence[ObservedRow]:
    begin = bisect.bisect_right(rows, after, key=lambda row: row.time)
    return rows[begin : bisect.bisect_right(rows, to, key=lambda row: row.time)]


def _whole_hour(time: datetime) -> datetime:
    """The next one from a time on."""
    return (time.astimezone(UTC) + timedelta(minutes=59, seconds=59)).replace(minute=0, second=0, microsecond=0)


def as_dict(found: StationRecord) -> dict[str, Any]:
    """A station in the answer of ``--json``."""
    return dataclasses.asdict(found) | {
        "since": None if found.since is None else found.since.isoformat(),
        "until": None if found.until is None else found.until.isoformat(),
    }
