"""``dagsplan backtest waste --files DIR``: a city's own export as files that a person can write by hand.

Vessels, rooms and either levels or collections; all else has a stand-in that is said. The files are described, with an
example, in ``docs/bundles.md``.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from city.catalogue.message import message
from city.entities import CalendarDay, Depot, Room, Segment, Threshold, Vehicle, Vessel
from city.errors import ImportRefused
from city.folderhead import check_zone, head_of
from city.streetfile import segments_in
from city.tables import checked, known_rows, nearest
from city.vocabulary import WEEKDAYS
from planner.waste.fillfiles import SensedVessel, VesselRecord, load_levels

Floats = npt.NDArray[np.floating[Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """One emptying: how full the vessel was, in percent of capacity or in litres."""

    time: datetime
    vessel: str
    level_pct: float | None = None
    litres: float | None = None


@dataclass(frozen=True, slots=True)
class TriedVessel:
    """A vessel; ``empty_mm`` and ``full_mm`` are the distances that its sensor measures when it is empty and full."""

    id: str
    room: str
    fraction: str = "residual"
    litres: float = 660.0
    max_age_days: float | None = None
    emptied_on: tuple[str, ...] = ()
    empty_mm: float | None = None
    full_mm: float | None = None

    @property
    def vessel(self) -> Vessel:
        """As a plan has it."""
        own = Vessel(self.id, self.room, self.fraction, self.litres, max_age_days=self.max_age_days)
        return replace(own, emptied_on=self.emptied_on)


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """``backtest.toml``: ``learn_days`` of the past are only learned from; ``noise_pct`` and ``missing`` are what the
    sensors of the trial add; what the fleet is where no table tells."""

    time_zone: str = "Europe/Stockholm"
    learn_days: int = 56
    noise_pct: float = 2.0
    missing: float = 0.06
    trucks: int = 3
    capacity_l: float | None = None
    seed: int = 1
    iterations: int = 200


@dataclass(frozen=True)
class TriedPast:
    """A past as values: how full each vessel was when it was emptied, by its id (times [s] and percent), or the
    ``records`` of its levels; and the town."""

    settings: TrialSettings
    vessels: tuple[Vessel, ...]
    rooms: tuple[Room, ...]
    records: Mapping[str, VesselRecord]
    held: Mapping[str, tuple[Floats, Floats]]
    depots: tuple[Depot, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    segments: tuple[Segment, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    holidays: tuple[CalendarDay, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Where days begin."""
        return ZoneInfo(self.settings.time_zone)

    @property
    def free(self) -> frozenset[date]:
        """Public holidays."""
        return frozenset(row.day for row in self.holidays)


def load_past(folder: Path) -> TriedPast:
    """Reads a folder. Raises ImportRefused naming file, line and column, and the way out."""
    file = folder / "backtest.toml"
    head = checked(head_of(file, [field.name for field in dataclasses.fields(TrialSettings)]), TrialSettings, file, "")
    check_zone(file, head.time_zone)
    rooms, told = _needed(folder, "rooms.csv", Room), _needed(folder, "vessels.csv", TriedVessel)
    vessels = tuple(row.vessel for _, row in told)
    _check_vessels(folder / "vessels.csv", told, {room.id for _, room in rooms})
    levels, collections = folder / "levels.csv", folder / "collections.csv"
    if not levels.is_file() and not collections.is_file():
        problem, columns = message("error.bundle.missing_or_empty"), "time, vessel, level_pct"
        raise ImportRefused(levels, problem, message("error.bundle.write", columns=columns))
    sensors = [SensedVessel(row.id, row.fraction, row.litres, row.empty_mm, row.full_mm) for _, row in told]
    records = {one.row.id: one for one in load_levels(folder, sensors)[0]} if levels.is_file() else {}
    return TriedPast(
        settings=head,
        vessels=vessels,
        rooms=tuple(row for _, row in rooms),
        records=records,
        held=_held(collections, {vessel.id: vessel for vessel in vessels}) if not levels.is_file() else {},
        depots=_table(folder / "depots.csv", Depot),
        vehicles=tuple(row for row in _table(folder / "vehicles.csv", Vehicle) if row.domain == "waste"),
        segments=tuple(s for s in segments_in(folder / "segments.geojson") if s.network == "street"),
        thresholds=_table(folder / "thresholds.csv", Threshold),
        holidays=_table(folder / "holidays.csv", CalendarDay),
    )


def _table(file: Path, kind: type[T]) -> tuple[T, ...]:
    return tuple(row for _, row in known_rows(file, kind)) if file.is_file() else ()


def _needed(folder: Path, name: str, kind: type[T]) -> list[tuple[int, T]]:
    """Line and row of a file that must be there."""
    file = folder / name
    rows = list(known_rows(file, kind)) if file.is_file() else []
    if not rows:
        columns = ", ".join(field.name for field in dataclasses.fields(kind)[:4])  # type: ignore[arg-type]
        raise ImportRefused(
            file, message("error.bundle.missing_or_empty"), message("error.bundle.write", columns=columns)
        )
    return rows


def _check_vessels(file: Path, told: list[tuple[int, TriedVessel]], rooms: set[str]) -> None:
    """Raises ImportRefused for a vessel of no room, one without capacity, and a weekday that is none."""
    for line, row in told:
        if row.room not in rooms:
            raise ImportRefused(
                file, message("error.waste.no_room", line=line, room=row.room), nearest(row.room, sorted(rooms))
            )
        if not row.litres > 0.0:
            problem = message("error.bundle.is", where=row.id, field="litres", value=str(row.litres))
            raise ImportRefused(file, problem, message("error.bundle.over_0"))
        for day in row.emptied_on:
            if day not in WEEKDAYS:
                raise ImportRefused(file, message("error.waste.no_weekday", line=line, day=day), nearest(day, WEEKDAYS))


def _held(file: Path, vessels: Mapping[str, Vessel]) -> dict[str, tuple[Floats, Floats]]:
    """When each vessel was emptied [s] and how full it was [%], by its id."""
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for line, row in known_rows(file, CollectionRow):
        vessel = vessels.get(row.vessel)
        if vessel is None:
            problem = message("error.fill.no_vessel", line=str(line), vessel=row.vessel)
            raise ImportRefused(file, problem, nearest(row.vessel, tuple(vessels)))
        level = row.level_pct if row.level_pct is not None else row.litres
        if level is None or level < 0.0:
            raise ImportRefused(file, message("error.waste.no_amount", line=line), message("error.waste.amount"))
        found[row.vessel].append(
            (row.time.timestamp(), level if row.level_pct is not None else 100.0 * level / vessel.litres)
        )
    return {name: (np.array(sorted(rows))[:, 0], np.array(sorted(rows))[:, 1]) for name, rows in found.items()}
