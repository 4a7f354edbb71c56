"""``dagsplan forecast fill --files DIR``: level sensors of vessels as files that a person can write by hand.

The files are described, with an example, in ``docs/bundles.md``.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from city.catalogue.message import message
from city.errors import ImportRefused
from city.folderhead import head_of
from city.tables import checked, known_rows, nearest

Floats = npt.NDArray[np.floating[Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SensedVessel:
    """A vessel; ``empty_mm`` and ``full_mm`` are the distances that its sensor measures when it is empty and full."""

    id: str
    fraction: str = "residual"
    litres: float | None = None
    empty_mm: float | None = None
    full_mm: float | None = None


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A reading: the level in percent of capacity, or the distance from the sensor."""

    time: datetime
    vessel: str
    level_pct: float | None = None
    distance_mm: float | None = None


@dataclass(frozen=True, slots=True)
class EmptiedRow:
    """That a vessel was emptied, for certain."""

    time: datetime
    vessel: str


@dataclass(frozen=True, slots=True)
class FillSettings:
    """``fill.toml``: ``at`` is now, ``days`` how far ahead, ``full_pct`` from where it overflows."""

    at: datetime | None = None
    days: int = 7
    full_pct: float = 100.0


@dataclass(frozen=True)
class VesselRecord:
    """One vessel: readings oldest first, ``seconds`` and ``level`` [%] (n,), and when it was ``emptied`` for certain
    [s] (k,)."""

    row: SensedVessel
    seconds: Floats
    level: Floats
    emptied: Floats


@dataclass(frozen=True)
class FillRecord:
    """The folder as values; ``at`` is now."""

    vessels: tuple[VesselRecord, ...]
    at: datetime
    days: int
    full_pct: float


def load_fill(folder: Path) -> FillRecord:
    """Reads a folder. Raises ImportRefused naming file, line and column, and the way out."""
    vessels, newest = load_levels(folder, [row for _, row in _rows(folder / "vessels.csv", SensedVessel)])
    file = folder / "fill.toml"
    known = [field.name for field in dataclasses.fields(FillSettings)]
    head = checked(head_of(file, known), FillSettings, file, "a value")
    return FillRecord(vessels, head.at or newest, head.days, head.full_pct)


def load_levels(folder: Path, told: Sequence[SensedVessel]) -> tuple[tuple[VesselRecord, ...], datetime]:
    """The levels and emptyings of a folder, and the time of the last level; of the vessels that are ``told``, else of
    all that are named. Raises ImportRefused naming file, line and column, and the way out."""
    levels = _rows(folder / "levels.csv", LevelRow)
    if not levels:
        problem = message("error.bundle.missing_or_empty")
        raise ImportRefused(
            folder / "levels.csv", problem, message("error.bundle.write", columns="time, vessel, level_pct")
        )
    by_id = {row.id: row for row in told}
    values: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for line, row in levels:
        vessel = by_id.get(row.vessel)
        if vessel is None and told:
            problem = message("error.fill.no_vessel", line=str(line), vessel=row.vessel)
            raise ImportRefused(folder / "levels.csv", problem, nearest(row.vessel, tuple(by_id)))
        values[row.vessel].append((row.time.timestamp(), _level(row, vessel, folder / "levels.csv", line)))
    emptied: defaultdict[str, list[float]] = defaultdict(list)
    for _, one in _rows(folder / "emptied.csv", EmptiedRow):
        emptied[one.vessel].append(one.time.timestamp())
    newest = max(row.time for _, row in levels)
    vessels = tuple(
        _record(by_id.get(name) or SensedVessel(name), values[name], emptied[name]) for name in sorted(values)
    )
    return vessels, newest


def _record(row: SensedVessel, values: list[tuple[float, float]], emptied: list[float]) -> VesselRecord:
    """Of several readings of one time the last in the file counts."""
    pairs = sorted(dict(values).items())
    return VesselRecord(
        row, np.array([s for s, _ in pairs]), np.array([v for _, v in pairs], float), np.array(sorted(emptied))
    )


def _level(row: LevelRow, vessel: SensedVessel | None, file: Path, line: int) -> float:
    """The level [%], from the distance where only that was measured."""
    if row.level_pct is not None:
        return row.level_pct
    if row.distance_mm is None:
        raise ImportRefused(file, message("error.fill.no_value", line=str(line)), message("error.fill.value"))
    if vessel is None or vessel.empty_mm is None or vessel.full_mm is None or vessel.empty_mm <= vessel.full_mm:
        problem = message("error.fill.no_mounting", line=str(line), vessel=row.vessel)
        raise ImportRefused(file, problem, message("error.fill.mounting"))
    return 100.0 * (vessel.empty_mm - row.distance_mm) / (vessel.empty_mm - vessel.full_mm)


def _rows(file: Path, kind: type[T]) -> list[tuple[int, T]]:
    """Line and row of a file; none where there is no file."""
    return list(known_rows(file, kind)) if file.is_file() else []
