"""A snapshot as a folder of files that a person can read and write: TOML, CSV, GeoJSON, JSON.

``snapshot.toml`` holds the single values, ``segments.geojson`` the streets, ``running.json`` interventions that
are under way, and every other table one CSV file of its name. Files and columns with a default may be left out.
The formats are described, with an example each, in ``docs/bundles.md``.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from city.catalogue.message import message
from city.entities import Forecast, ForecastStep, Segment, Vehicle
from city.errors import ImportRefused
from city.folderhead import SEE_DOCS, check_zone, toml_of
from city.plan import Intervention
from city.streetfile import segments_in
from city.tables import checked, numbered, rows_of, typed, write
from planner.snapshot import PlannerParams, Snapshot

T = TypeVar("T")
S = TypeVar("S", bound=Snapshot)
ISSUE = ("provider", "lon", "lat", "issued_at", "elevation_m", "simulated")
SPECIAL = frozenset({"segments", "forecasts", "running", "asked"})


def save(snapshot: Snapshot, folder: Path) -> None:
    """Writes a snapshot; ``load`` gives the same value and hash again. Tables of an earlier one are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("segments.geojson", "forecasts.csv", "running.json"):
        (folder / name).unlink(missing_ok=True)
    (folder / "snapshot.toml").write_text(_head(snapshot), encoding="utf-8")
    for file in folder.glob("*.csv"):
        file.unlink()
    for name, kind in _tables(type(snapshot)):
        rows = getattr(snapshot, name)
        if rows:
            write(folder / f"{name}.csv", _names(kind), (dataclasses.asdict(row) for row in rows))
    segments = getattr(snapshot, "segments", ())
    if segments:
        (folder / "segments.geojson").write_bytes(_segments_out(segments))
    if snapshot.forecasts:
        columns = [*ISSUE, *_names(ForecastStep)]
        write(folder / "forecasts.csv", columns, _forecast_rows(snapshot.forecasts))
    if snapshot.running:
        (folder / "running.json").write_bytes(msgspec.json.encode(snapshot.running))


def load(folder: Path, kinds: Mapping[str, type[S]]) -> S:
    """Reads a folder that holds a snapshot of one of these types, by the name of its domain.

    Raises ImportRefused naming file, line and column, and what to write there.
    """
    head = _read_head(folder, kinds)
    kind = kinds[head.pop("domain")]
    tables: dict[str, Any] = {name: _table(folder / f"{name}.csv", row) for name, row in _tables(kind)}
    check_zone(folder / "snapshot.toml", head.get("time_zone"))
    _check_speeds(folder / "vehicles.csv", tables["vehicles"])
    tables |= {"forecasts": _forecasts_in(folder / "forecasts.csv"), "running": _running_in(folder / "running.json")}
    if "segments" in typing.get_type_hints(kind):
        tables["segments"] = segments_in(folder / "segments.geojson")
    return checked(head | tables, kind, folder / "snapshot.toml", "a value")


def _tables(kind: type[Snapshot]) -> Iterator[tuple[str, type]]:
    """The plain tables of a snapshot: name and row type."""
    for name, hint in typing.get_type_hints(kind).items():
        if typing.get_origin(hint) is tuple and name not in SPECIAL:
            yield name, typing.get_args(hint)[0]


def _names(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _head(snapshot: Snapshot) -> str:
    singles = {
        name: getattr(snapshot, name)
        for name, hint in typing.get_type_hints(type(snapshot)).items()
        if (typing.get_origin(hint) is not tuple or name == "asked") and name not in {"params", "wants"}
    }
    lines = [f"{name} = {_toml(value)}" for name, value in singles.items() if value is not None]
    params = [f"{name} = {_toml(value)}" for name, value in dataclasses.asdict(snapshot.params).items()]
    return "\n".join([*lines, "", "[params]", *params, ""])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return repr(value) if isinstance(value, int | float) else msgspec.json.encode(value).decode()  # a string, or some


def _read_head(folder: Path, kinds: Mapping[str, type[Snapshot]]) -> dict[str, Any]:
    file = folder / "snapshot.toml"
    if not file.is_file():
        columns = "domain, at, service_day, slot"
        raise ImportRefused(file, message("error.bundle.missing"), message("error.bundle.write", columns=columns))
    head = toml_of(file)
    if len(kinds) == 1:
        head.setdefault("domain", next(iter(kinds)))
    domain = str(head.get("domain"))
    if domain not in kinds:
        problem, way_out = (
            message("error.bundle.other_domain", domain=domain),
            message("error.bundle.ask", domain=domain),
        )
        raise ImportRefused(file, problem, way_out)
    head["params"] = _params(head.get("params", {}), file)
    return head


def _params(table: object, file: Path) -> PlannerParams:
    params = checked(table, PlannerParams, file, "[params]")
    for name in ("horizon_h", "tur_minutes", "round_iterations", "tur_iterations"):
        if getattr(params, name) <= 0:
            problem = message("error.bundle.is", where="[params]", field=name, value=str(getattr(params, name)))
            raise ImportRefused(file, problem, message("error.bundle.over_0"))
    return params


def _check_speeds(file: Path, vehicles: Sequence[Vehicle]) -> None:
    """As the database checks them."""
    for vehicle in vehicles:
        for name in ("work_kmh", "drive_kmh"):
            if not 0.0 < getattr(vehicle, name) < math.inf:
                problem = message("error.bundle.is", where=vehicle.id, field=name, value=str(getattr(vehicle, name)))
                raise ImportRefused(file, problem, message("error.bundle.over_0"))


def _table(file: Path, kind: type[T]) -> tuple[T, ...]:
    return rows_of(file, kind) if file.is_file() else ()


def _segments_out(segments: Sequence[Segment]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {name: getattr(row, name) for name in _names(Segment) if name != "geometry"},
            "geometry": {"type": "LineString", "coordinates": row.geometry},
        }
        for row in segments
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def _forecast_rows(forecasts: Sequence[Forecast]) -> Iterator[dict[str, Any]]:
    for forecast in forecasts:
        head = {name: getattr(forecast, name) for name in ISSUE}
        for step in forecast.steps:
            yield head | dataclasses.asdict(step)


def _forecasts_in(file: Path) -> tuple[Forecast, ...]:
    """Consecutive rows of one issue make one forecast; given newest first, in whatever order they stand."""
    if not file.is_file():
        return ()
    lines = list(numbered(file))

    def head(entry: tuple[int, dict[str, str]]) -> tuple[str, ...]:
        return tuple(entry[1].get(name, "") for name in ISSUE)

    found = []
    for _, group in itertools.groupby(lines, head):
        rows = list(group)
        steps = [checked(typed(row, ForecastStep), ForecastStep, file, f"line {number}") for number, row in rows]
        number, first = rows[0]
        found.append(checked(typed(first, Forecast) | {"steps": steps}, Forecast, file, f"line {number}"))
    return tuple(sorted(found, key=lambda forecast: forecast.issued_at, reverse=True))


def _running_in(file: Path) -> tuple[Intervention, ...]:
    if not file.is_file():
        return ()
    try:
        return msgspec.json.decode(file.read_bytes(), type=tuple[Intervention, ...])
    except msgspec.DecodeError as error:
        raise ImportRefused(file, str(error), SEE_DOCS) from error
