"""``dagsplan forecast road --files DIR``: the road model alone, from files that a person can write by hand.

The files are described, with an example, in ``docs/bundles.md``. A value that no weather has is refused with file,
line, field and time; what is missing is said, and makes the range as much wider as hindcasts without it were worse.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from city.catalogue.message import Message, message
from city.errors import ImportRefused, as_message
from city.folderhead import head_of
from city.tables import checked, known_rows
from models.road.forcing import FIELDS, PLAUSIBLE, RoadWeather, on_grid, weather
from models.road.run import run, undriven
from models.road.segment import SiteForcing
from models.road.site import Layers, Sites, sites
from models.road.spread import bounds, members
from models.road.start import fading, relaxation
from models.road.turbulence import Exchange, own_exchange
from models.road.uncertain import LEARNED, ErrorGrowth, below, outer, quantiles
from planner.road.ownrange import PastForecast, own_growth
from planner.road.start import Case, Start, on_steps, started
from planner.road.uncertain import chance_slippery, lacking, site_scale

Floats = npt.NDArray[np.floating[Any]]
T = TypeVar("T")
STEP = timedelta(seconds=300)
BACK = timedelta(hours=48)
RECORD = timedelta(days=7)
"""So far back a station's own record is looked at for how it exchanges heat with the air."""
TABLES = ("sites", "forecast", "observed", "other")
"""Fields of a folder that are files of their own; the others stand in ``road.toml``."""


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One station or street. ``layers`` as asphalt:0.15 from the top, thickness in metres."""

    id: str
    lat: float
    lon: float
    construction: str = "road"
    layers: tuple[str, ...] = ()
    traffic: float = 1.0
    elevation_m: float | None = None
    deep_c: float = 6.4


@dataclass(frozen=True, slots=True)
class WeatherRow:
    """Weather at a time; ``precip_mm_h`` is the mean rate since the row before. No ``site`` = of all of them.
    ``issued_at`` is when a forecast said so, where a file holds those of several times."""

    time: datetime
    issued_at: datetime | None = None
    site: str | None = None
    elevation_m: float | None = None
    air_c: float | None = None
    dew_point_c: float | None = None
    humidity_pct: float | None = None
    wind_m_s: float | None = None
    precip_mm_h: float | None = None
    snow_share: float | None = None
    cloud: float | None = None
    pressure_hpa: float | None = None
    sun_w_m2: float | None = None
    direct_w_m2: float | None = None
    longwave_w_m2: float | None = None


@dataclass(frozen=True, slots=True)
class ObservedRow(WeatherRow):
    """What a station measured: the weather and the road."""

    surface_c: float | None = None
    depth_cm: float | None = None
    slippery: bool | None = None


@dataclass(frozen=True, slots=True)
class OtherRow:
    """Another model's surface temperature."""

    time: datetime
    surface_c: float
    site: str | None = None


@dataclass(frozen=True)
class Bundle:
    """The folder as values: ``at`` is now, ``seed`` and ``members`` make the range, ``plough_cm`` the start limit."""

    at: datetime
    sites: tuple[SiteRow, ...]
    forecast: tuple[WeatherRow, ...]
    observed: tuple[ObservedRow, ...]
    other: tuple[OtherRow, ...]
    members: int = 10
    seed: int = 1
    plough_cm: float = 8.0


@dataclass(frozen=True)
class SiteForecast:
    """One site from ``at`` on: each row ends at ``times``; ``surface_c`` and the like (n_times,) every 5 minutes.

    ``low_c`` and ``high_c`` are the 10th and 90th percentile by the errors of hindcasts; ``frozen`` and ``slippery``
    probabilities; ``air_c`` the forecast's air; ``start`` how it begins; ``quantiles_c`` (n_quantiles, n_times) of
    equal weight; ``notes`` what had to be assumed.
    """

    site: str
    times: tuple[datetime, ...]
    surface_c: Floats
    low_c: Floats
    high_c: Floats
    store_mm: Floats
    depth_cm: Floats
    depth_high_cm: Floats
    wet: npt.NDArray[np.bool_]
    frozen: Floats
    slippery: Floats
    air_c: Floats
    start: Start
    quantiles_c: Floats
    notes: tuple[Message, ...]


def load(folder: Path, *, record: bool = False) -> Bundle:
    """Reads a folder; of a ``record`` of observations the forecast may be left out, and is over when they are. Raises
    ImportRefused naming file, line, field and time."""
    if not (folder / "sites.csv").is_file():
        way_out = message("error.bundle.write", columns="id, lat, lon")
        raise ImportRefused(folder / "sites.csv", message("error.bundle.missing"), way_out)
    forecast = _weather(folder / "forecast.csv", WeatherRow)
    observed = _weather(folder / "observations.csv", ObservedRow)
    needed, columns = (observed, "time, surface_c, air_c") if record else (forecast, "time, air_c")
    if not needed:
        file = folder / ("observations.csv" if record else "forecast.csv")
        way_out = message("error.bundle.write", columns=columns)
        raise ImportRefused(file, message("error.bundle.missing_or_empty"), way_out)
    other = _rows(folder / "other.csv", OtherRow) if (folder / "other.csv").is_file() else ()
    known = [field.name for field in dataclasses.fields(Bundle) if field.name not in TABLES]
    head = head_of(folder / "road.toml", known)
    issues = [row.issued_at for row in forecast if row.issued_at is not None]
    head.setdefault("at", max(issues, default=min(row.time for row in (forecast or observed))))
    rest = {"sites": _rows(folder / "sites.csv", SiteRow), "forecast": forecast, "observed": observed, "other": other}
    bundle = checked(head | rest, Bundle, folder / "road.toml", "a value")
    if not record and max(row.time for row in forecast) <= bundle.at:
        problem = message("error.road.too_short", at=bundle.at.isoformat())
        raise ImportRefused(folder / "forecast.csv", problem, message("error.road.later"))
    return bundle


def _rows(file: Path, kind: type[T]) -> tuple[T, ...]:
    """The rows of a file that holds nothing but the columns of ``kind``."""
    return tuple(row for _, row in known_rows(file, kind))


def _weather(file: Path, kind: type[T]) -> tuple[T, ...]:
    """Rows of weather, each value checked against what weather can be."""
    if not file.is_file():
        return ()
    found = []
    for number, row in known_rows(file, kind):
        _check_weather(row, file, number)
        found.append(row)
    return tuple(found)


def _check_weather(row: Any, file: Path, number: int) -> None:  # noqa: ANN401 - any row with a time
    for name, (low, high) in (PLAUSIBLE | {"surface_c": (-60.0, 90.0), "depth_cm": (0.0, 1000.0)}).items():
        value = getattr(row, name, None)
        if value is not None and not low <= value <= high:
            between = {"value": f"{value:g}", "low": f"{low:g}", "high": f"{high:g}"}
            at = row.time.isoformat()
            problem = message("error.road.implausible", line=str(number), field=name, at=at, **between)
            raise ImportRefused(file, problem, message("error.road.measured"))


def forecast_all(bundle: Bundle) -> list[SiteForecast]:
    """Every site of the folder, by itself, with the range that its own record there gives."""
    return [forecast_site(bundle, row, *_growth(bundle, row)) for row in bundle.sites]


def case_of(bundle: Bundle, row: SiteRow) -> Case:
    """A site with its weather from at most ``BACK`` before ``at`` to the end of the forecast."""
    seen = [r for r in _of(bundle.observed, row.id) if r.time <= bundle.at]
    exchange = _exchange(row, _place(row), seen, bundle.at)
    return _case(row, seen, newest_issue(_of(bundle.forecast, row.id), bundle.at), bundle.at, exchange)


def _case(
    row: SiteRow, seen: Sequence[ObservedRow], ahead: Sequence[WeatherRow], at: datetime, exchange: Exchange | None
) -> Case:
    begin = max(at - BACK, min([r.time for r in seen], default=at))
    end = max(r.time for r in ahead)
    forcing = on_grid([_joined(row, seen, ahead, at)], begin, (end - begin).total_seconds() / 3600.0)
    observed = tuple((r.time, r.surface_c) for r in seen if r.surface_c is not None)
    return Case(_place(row), forcing, forcing.step_of(at), observed, exchange)


def _growth(bundle: Bundle, row: SiteRow) -> tuple[ErrorGrowth, int]:
    """How the error grows by the site's own record, and of how many hindcasts; none where its air was not measured."""
    seen = [r for r in _of(bundle.observed, row.id) if r.time <= bundle.at and r.surface_c is not None]
    place = _place(row)
    if place.natural.any() or sum(r.air_c is not None for r in seen) < 0.9 * len(seen):
        return LEARNED, 0
    surface = [(r.time, r.surface_c) for r in seen if r.surface_c is not None]
    exchange = _exchange(row, place, [r for r in _of(bundle.observed, row.id) if r.time <= bundle.at], bundle.at)
    return own_growth(surface, bundle.at, partial(_past, bundle, row, exchange))


def _past(bundle: Bundle, row: SiteRow, exchange: Exchange | None, when: datetime) -> PastForecast:
    """What would have been forecast before the folder's beginning, had the weather been known that was measured."""
    rows = [r for r in _of(bundle.observed, row.id) if r.time <= bundle.at]
    before, after = [r for r in rows if r.time <= when], [r for r in rows if r.time > when]
    case = _case(row, before, after, when, exchange)
    start, forcing, at = started(case), case.forcing, case.at
    scale = site_scale(forcing, at, seen=bool(np.isfinite(start.miss_k)), lacks=())
    return PastForecast(when, times_of(case), middle(case, start), scale)


def middle(case: Case, start: Start) -> Floats:
    """(n_times,) the surface temperature as the forecast stands [°C], at ``times_of`` the case."""
    first = 0 if case.place.natural.any() else case.at
    out = run(
        case.place, case.forcing, start.state, drive=_driven(case, start), first=first, every=1, physics=case.physics
    )
    surface: Floats = out.surface_c[0, case.at - first :]
    return surface


def times_of(case: Case) -> tuple[datetime, ...]:
    """The ends of the steps from the beginning of the forecast on."""
    return tuple(case.forcing.time_of(step + 1) for step in range(case.at, case.forcing.steps))


def _driven(case: Case, start: Start) -> SiteForcing:
    correction, fade = np.array([start.correction_w_m2]), fading(case.forcing, case.at)
    return undriven(case.place, case.forcing)._replace(correction=correction, fade=fade)


def newest_issue(rows: Sequence[WeatherRow], at: datetime) -> list[WeatherRow]:
    """Of a file that holds forecasts of several times, the rows of the last one that was there; else all of them."""
    known = [row.issued_at for row in rows if row.issued_at is not None and row.issued_at <= at]
    return [row for row in rows if row.issued_at == max(known)] if known else list(rows)


def _exchange(row: SiteRow, place: Sites, seen: Sequence[ObservedRow], at: datetime) -> Exchange | None:
    """How the site's air exchanges heat with it, where its record of the last nights tells: surface and weather of
    nearly all of them were measured."""
    known = [r for r in seen if r.surface_c is not None and r.time >= at - RECORD]
    whole = [r for r in known if None not in (r.air_c, r.wind_m_s) and (r.dew_point_c, r.humidity_pct) != (None, None)]
    if place.natural.any() or len(whole) < 2 or len(whole) < 0.9 * len(known):
        return None
    begin = whole[0].time
    forcing = on_grid([_joined(row, whole, [], at)], begin, (whole[-1].time - begin).total_seconds() / 3600.0)
    surface = [(r.time, r.surface_c) for r in whole if r.surface_c is not None]
    return own_exchange(place, forcing, on_steps(surface, forcing, forcing.steps))


def forecast_site(bundle: Bundle, row: SiteRow, growth: ErrorGrowth = LEARNED, cases: int = 0) -> SiteForecast:
    """One site: brought to ``at`` by its observations, then on to the end of the forecast with a range by ``growth``,
    which ``cases`` of its own record gave."""
    case = case_of(bundle, row)
    place, forcing, at = case.place, case.forcing, case.at
    start = started(case)
    notes = [] if case.seen else [message("cli.forecast.unseen")]
    notes += [as_message(note) for note in (*forcing.notes, *place.notes())]
    lacks = lacking([r for r in newest_issue(_of(bundle.forecast, row.id), bundle.at) if r.time > bundle.at])
    scale = site_scale(forcing, at, seen=bool(np.isfinite(start.miss_k)), lacks=lacks, growth=growth)
    own = [] if case.exchange is None else [message("cli.forecast.exchange", **dataclasses.asdict(case.exchange))]
    own += [message("cli.forecast.own_range", times=growth.times, n=cases)] if cases else []
    first = 0 if place.natural.any() else at
    drive = _driven(case, start)
    runs = [
        run(place, member, start.state, drive=drive, first=first, every=1, physics=case.physics)
        for member in members(forcing, bundle.members, bundle.seed, at)
    ]
    cut = at - first
    surface = np.array([r.surface_c[0, cut:] for r in runs])
    store = np.array([r.store_mm[0, cut:] for r in runs])
    depth = np.array([r.depth_cm[0, cut:] for r in runs])
    low, high = outer(surface[0], scale)
    return SiteForecast(
        row.id, times_of(case), surface[0], low, high, store[0],
        depth[0], bounds(depth)[1], runs[0].wet[0, cut:], below(surface[0], scale),
        chance_slippery(surface, store, scale), forcing.air.air_c[0, at:], start, quantiles(surface[0], scale),
        (*start.notes, *own, *notes),
    )  # fmt: skip


def _of(rows: Sequence[Any], site: str) -> list[Any]:
    """The rows of one site in time; those of no site where it has none of its own."""
    own = [row for row in rows if row.site == site] or [row for row in rows if row.site is None]
    if not own and rows and isinstance(rows[0], WeatherRow) and not isinstance(rows[0], ObservedRow):
        problem = message("error.road.no_rows", site=site)
        raise ImportRefused("forecast.csv", problem, message("error.road.add_rows"))
    return sorted(own, key=lambda row: row.time)


def _place(row: SiteRow) -> Sites:
    layers: Layers = tuple(_layer(text) for text in row.layers)
    height = np.nan if row.elevation_m is None else row.elevation_m
    return sites(
        [row.id], row.lat, row.lon, [row.construction], row.traffic, elevation_m=height, deep_c=row.deep_c,
        layers=[layers or None],
    )  # fmt: skip


def _layer(text: str) -> tuple[str, float]:
    name, _, thickness = text.partition(":")
    try:
        return name.strip(), float(thickness)
    except ValueError as error:
        problem = message("error.road.no_layer", text=text)
        raise ImportRefused("sites.csv", problem, message("error.road.write_layers")) from error


def _joined(row: SiteRow, seen: Sequence[WeatherRow], ahead: Sequence[WeatherRow], at: datetime) -> RoadWeather:
    """What was measured up to ``at``, and the forecast after; field by field where nobody measured one before."""
    measured = {name for name in FIELDS if any(getattr(r, name) is not None for r in seen)}
    if measured & {"dew_point_c", "humidity_pct"}:
        measured |= {"dew_point_c", "humidity_pct"}
    rows = sorted([*seen, *ahead], key=lambda r: r.time)
    own = {id(r) for r in seen}
    fields = {name: np.full(len(rows), np.nan) for name in FIELDS}
    for i, r in enumerate(rows):
        for name in FIELDS:
            value = getattr(r, name)
            if value is not None and (id(r) in own or r.time > at or name not in measured):
                fields[name][i] = value
    times = np.array([(r.time - at) / timedelta(hours=1) for r in rows])
    forecast = np.array([id(r) not in own for r in rows])
    for name in sorted(measured & {"air_c", "dew_point_c", "humidity_pct", "wind_m_s"}):
        values = np.array([np.nan if getattr(r, name) is None else getattr(r, name) for r in rows], float)
        fields[name] += relaxation(times, values, forecast)
    for name, (low, high) in (("wind_m_s", (0.0, np.inf)), ("humidity_pct", (0.0, 110.0))):
        fields[name] = np.clip(fields[name], low, high)
    heights = [r.elevation_m for r in ahead if r.elevation_m is not None]
    height = heights[0] if heights else (np.nan if row.elevation_m is None else row.elevation_m)
    return weather([r.time for r in rows], row.lat, row.lon, height, **fields)
