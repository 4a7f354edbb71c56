"""A stored answer of a provider, taken in by hand: looked at closely first, as the next plan would be made of it.

What cannot be is refused: coordinates, temperatures, amounts, an issue that is still to come. A place far from the town
can be meant, and wants a yes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from city.catalogue.message import Message, message
from city.entities import Forecast, Point
from city.errors import ImportRefused, NeedsYes
from city.geo import GEOD
from city.tables import unreadable
from ingest.weather import metno, smhi
from store.connect import Connection
from store.refusal import refusal
from store.roads import street_points
from store.weather import issue_id, save_forecast

PARSERS = {"smhi": smhi.parse, "metno": metno.parse}
MISSING = 9999.0
BOUNDS: dict[str, tuple[float, float, str]] = {
    "air_temperature": (-90.0, 60.0, "°C"),
    "dew_point_temperature": (-100.0, 60.0, "°C"),
    "wind_speed": (0.0, 120.0, "m/s"),
    "relative_humidity": (0.0, 105.0, "%"),
    "precipitation_amount": (0.0, 500.0, "mm"),
    "precipitation_amount_mean": (0.0, 500.0, "mm/h"),
    "precipitation_amount_median": (0.0, 500.0, "mm/h"),
    "precipitation_amount_min": (0.0, 500.0, "mm/h"),
    "precipitation_amount_max": (0.0, 500.0, "mm/h"),
    "air_pressure_at_sea_level": (800.0, 1100.0, "hPa"),
    "air_pressure_at_mean_sea_level": (800.0, 1100.0, "hPa"),
}
"""What values of a forecast can be, by the providers' words. Humidity over ice measures a little over 100 %."""


@dataclass(frozen=True)
class StoredForecast:
    """What an import of a forecast did: ``id`` is the number by which it can be forgotten, None where it was looked at
    alone; ``new``: it was not known before; ``far_km`` from the town's streets, None where nothing says where it is."""

    forecast: Forecast
    id: int | None
    new: bool
    far_km: float | None
    looked: bool

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        issue = self.forecast
        where = {"lon": issue.lon, "lat": issue.lat, "far_km": self.far_km}
        counts = {"added": int(self.new), "unchanged": int(not self.new), "steps": len(issue.steps)}
        told = {"id": self.id, "provider": issue.provider, "issued_at": issue.issued_at.isoformat()}
        return told | where | counts | {"simulated": issue.simulated, "dry_run": self.looked}


def parse_any(raw: bytes, file: object, *, simulated: bool = False) -> Forecast:
    """A stored answer of whichever provider. Raises ImportRefused where it is of none."""
    problems = []
    for parser in PARSERS.values():
        try:
            return parser(raw, file, simulated=simulated)
        except ImportRefused as error:
            problems.append(error.problem)
    said = message("error.weather.no_provider", problems=tuple(problems))
    raise ImportRefused(file, said, message("error.weather.give_stored"))


def import_file(
    connection: Connection,
    file: Path,
    now: datetime,
    *,
    town: Point | None = None,
    simulated: bool = False,
    dry_run: bool = False,
    yes: bool = False,
) -> StoredForecast:
    """Takes in a stored answer, as known since it was issued.

    ``town`` is where the municipality lies by its settings, for where there are no streets. Raises ImportRefused naming
    the file and what of it cannot be, NeedsYes where it is for a place far from the town.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    forecast = parse_any(raw, file, simulated=simulated)
    _check(file, forecast, raw, now)
    far_km = _far_km(forecast, street_points(connection) or ([town] if town else []))
    if far_km is not None and far_km > 50.0 and not (yes or dry_run):
        raise NeedsYes(file, message("error.weather.far", lat=forecast.lat, lon=forecast.lon, km=far_km))
    try:
        with connection.transaction(force_rollback=dry_run):
            new = save_forecast(connection, forecast, forecast.issued_at, raw)
            found = issue_id(connection, forecast)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        said = message("error.file.not_kept", problem=refusal(error))
        raise ImportRefused(file, said, message("error.file.fetch_again")) from error
    return StoredForecast(forecast, None if dry_run and new else found, new, far_km, dry_run)


def _check(file: Path, forecast: Forecast, raw: bytes, now: datetime, *, ahead_min: float = 15.0) -> None:
    """Raises ImportRefused naming the first thing that cannot be."""
    again = message("error.file.fetch_again")
    if not (abs(forecast.lon) <= 180.0 and abs(forecast.lat) <= 90.0):
        problem = message("error.weather.no_place", lat=f"{forecast.lat:g}", lon=f"{forecast.lon:g}")
        raise ImportRefused(file, problem, again)
    for problem in impossible(json.loads(raw)):
        raise ImportRefused(file, problem, again)
    if forecast.issued_at > now + timedelta(minutes=ahead_min):
        problem = message("error.weather.to_come", issued=forecast.issued_at, now=now)
        raise ImportRefused(file, problem, message("error.weather.look_at_clock"))


def impossible(answer: object, time: str = "") -> Iterator[Message]:
    """What of an answer of either provider cannot be, with the time of its step. A missing value is none."""
    if isinstance(answer, dict):
        time = str(answer.get("time", time))
        for name, value in answer.items():
            bounds = BOUNDS.get(name)
            if bounds is None or isinstance(value, bool) or not isinstance(value, int | float):
                yield from impossible(value, time)
            elif value != MISSING and not bounds[0] <= value <= bounds[1]:
                low, high = (f"{bound:g}" for bound in bounds[:2])
                said = {"name": name, "value": f"{value:g}", "low": low, "high": high, "unit": bounds[2]}
                yield message("error.weather.impossible", time=time, **said)
    elif isinstance(answer, list):
        for part in answer:
            yield from impossible(part, time)


def _far_km(forecast: Forecast, places: Sequence[Point]) -> float | None:
    """How far the point of a forecast lies from the nearest of some places [km]; None where there are none."""
    if not places:
        return None
    lon, lat = np.array(places, float).T
    away = GEOD.inv(np.full(len(lon), forecast.lon), np.full(len(lat), forecast.lat), lon, lat)[2]
    return round(float(np.min(away)) / 1000.0, 1)
