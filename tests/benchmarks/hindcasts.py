"""Hindcasts from every record of ``DAGSPLAN_DATA/snow``: many starts a record, each forecast held against what came.

Two kinds. *forecast*: a record's own forecast, from starts within it. *weather known*: air, dew point and wind as they
were measured afterwards, without a word on cloud or precipitation, from starts over the whole record. In neither does
the model see a surface temperature after its start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.road.forecast import Bundle, ObservedRow, WeatherRow, case_of, load, middle, times_of
from planner.road.start import started
from tests.benchmarks.road_cases import se1018

Floats = npt.NDArray[np.floating[Any]]
HOUR = timedelta(hours=1)
FORECAST, KNOWN = "forecast", "weather known"
KINDS = (FORECAST, KNOWN)
UNSEEN = "start"
LACKS = {
    "cloud": ("cloud", "sun_w_m2", "direct_w_m2", "longwave_w_m2"),
    "wind": ("wind_m_s",),
    "humidity": ("dew_point_c", "humidity_pct"),
}
"""What a forecast may lack, and the columns that go with it."""
MEASURED = {"air_c", "dew_point_c", "humidity_pct", "wind_m_s", "pressure_hpa"}


@dataclass(frozen=True)
class Start:
    """One hindcast: ``bundle`` is the record as it was at ``bundle.at``, ``later`` what was observed after it."""

    record: str
    kind: str
    bundle: Bundle
    later: tuple[ObservedRow, ...]
    last_c: float

    @property
    def lead_h(self) -> Floats:
        """(n,) of ``later`` [h]."""
        return np.array([(row.time - self.bundle.at) / HOUR for row in self.later])

    @property
    def seen_c(self) -> Floats:
        """(n,) what was observed [°C]."""
        return np.array([row.surface_c for row in self.later], float)


def records(folder: Path) -> dict[str, Bundle]:
    """The road stations: SE_1018 with radiation derived from cloud, as in the product, and the folders of hindcasts."""
    found = {"SE_1018": se1018(folder, "cloud")}
    return found | {path.name: load(path) for path in sorted((folder / "hindcasts").iterdir())}


def starts(
    record: str, bundle: Bundle, *, every_h: tuple[float, float] = (0.5, 2.0), behind_h: float = 6.0, to_h: float = 24.0
) -> Iterator[Start]:
    """All hindcasts of a record: every ``every_h`` of its own forecast and of its known weather, with ``behind_h`` of
    observations before each, and what came to ``to_h`` after it."""
    seen = sorted((r for r in bundle.observed if r.surface_c is not None), key=lambda r: r.time)
    own = sorted(r.time for r in bundle.forecast)
    spans = {FORECAST: max(own[0], seen[0].time + behind_h * HOUR), KNOWN: seen[0].time + behind_h * HOUR}
    for kind, step in zip(KINDS, every_h, strict=True):
        at = spans[kind]
        while at < seen[-1].time:
            one = _start(record, kind, bundle, at, to_h)
            if one is not None:
                yield one
            at += step * HOUR


def _start(record: str, kind: str, bundle: Bundle, at: datetime, to_h: float, *, fresh_h: float = 1.0) -> Start | None:
    """None where nothing was seen in the last hour or nothing can be scored."""
    before = tuple(sorted((r for r in bundle.observed if r.time <= at), key=lambda r: r.time))
    after = [r for r in bundle.observed if at < r.time <= at + to_h * HOUR]
    ahead = bundle.forecast if kind == FORECAST else tuple(_weather(r) for r in after)
    ends = max((r.time for r in ahead), default=at)
    later = thinned([r for r in after if r.surface_c is not None and r.time <= ends], at)
    fresh = [r for r in before if r.surface_c is not None and r.time > at - fresh_h * HOUR]
    if not later or not fresh or not any(r.air_c is not None for r in ahead):
        return None
    last_c = float(fresh[-1].surface_c or 0.0)
    return Start(record, kind, replace(bundle, at=at, forecast=ahead, observed=before, other=()), later, last_c)


def without(start: Start, what: str) -> Start:
    """The same where nothing was seen of the surface (``UNSEEN``), or without a field of the weather (of ``LACKS``)."""
    gone = {name: None for name in ("surface_c",) if what == UNSEEN} | dict.fromkeys(LACKS.get(what, ()))
    ahead = start.bundle.forecast if what == UNSEEN else tuple(replace(row, **gone) for row in start.bundle.forecast)
    observed = tuple(replace(row, **gone) for row in start.bundle.observed)
    return replace(start, bundle=replace(start.bundle, forecast=ahead, observed=observed))


def _weather(row: ObservedRow) -> WeatherRow:
    return WeatherRow(**{f.name: getattr(row, f.name) for f in fields(WeatherRow) if f.name in MEASURED | {"time"}})


def thinned(rows: list[ObservedRow], at: datetime, *, minutes: float = 30.0) -> tuple[ObservedRow, ...]:
    """The last of each half hour, so that a record of every five minutes counts no more than one of every thirty."""
    kept = {int(np.ceil(round((row.time - at) / timedelta(minutes=minutes), 6))): row for row in rows}
    return tuple(kept[k] for k in sorted(kept))


def forecast_of(start: Start) -> Floats:
    """(n,) what the product says at the times of the observations, of a record's one site."""
    case = case_of(start.bundle, start.bundle.sites[0])
    at = [(time - start.bundle.at) / HOUR for time in times_of(case)]
    return np.interp(start.lead_h, at, middle(case, started(case)))
