"""Winters of a station on natural ground: its hours as they were kept, its spells of precipitation, and what they say
of fresh snow: how dense it is, at which air it lies, with intervals from drawing the spells anew."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
COLUMNS = {
    "air_c": "air_temperature",
    "humidity_pct": "relative_humidity",
    "wind_m_s": "wind_speed",
    "precip_mm": "precipitation",
    "depth_cm": "surface_snow_thickness",
}


@dataclass(frozen=True)
class Winter:
    """One winter, hour by hour (n_hours,), NaN where nothing is known: what fell in the hour before each time, all else
    at that time; ``depth_cm`` of snow, 0 where none lies (the record says -1)."""

    name: str
    times: tuple[datetime, ...]
    air_c: Floats
    humidity_pct: Floats
    wind_m_s: Floats
    precip_mm: Floats
    depth_cm: Floats


@dataclass(frozen=True)
class Spells:
    """Hours of precipitation in a row, every array (n,): what fell [mm], by how much the snow rose and how much lay
    [cm], air [°C], humidity [%] and wind [m/s] as it fell, each hour by its share of the amount."""

    mm: Floats
    rise_cm: Floats
    lay_cm: Floats
    air_c: Floats
    humidity_pct: Floats
    wind_m_s: Floats

    def __len__(self) -> int:
        return len(self.mm)

    def where(self, chosen: npt.NDArray[Any]) -> Spells:
        """Those of a mask or of rows (n,)."""
        return Spells(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def whole(self, per_m_s: float) -> Spells:
        """As if the gauge had caught what it lost to the wind: so much of the amount for each m/s."""
        mm = self.mm * (1.0 + per_m_s * self.wind_m_s)
        return Spells(mm, self.rise_cm, self.lay_cm, self.air_c, self.humidity_pct, self.wind_m_s)


def read_winter(file: Path) -> Winter:
    """A winter of ``winter_YYYY-YYYY.csv.gz``."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = {name: np.array([_figure(row[column]) for row in rows]) for name, column in COLUMNS.items()}
    found["depth_cm"] = np.where(found["depth_cm"] < 0.0, 0.0, found["depth_cm"])
    times = tuple(datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC) for row in rows)
    return Winter(file.name.removeprefix("winter_").removesuffix(".csv.gz"), times, **found)


def _figure(text: str) -> float:
    return float(text) if text.strip() else float("nan")


def spells(winters: Sequence[Winter], hours: int, least_mm: float) -> Spells:
    """All spells of so many hours and so much at least that do not overlap, each from the first hour in which anything
    fell; those in which a figure is missing are left out."""
    rows = [row for winter in winters for row in _of_one(winter, hours, least_mm)]
    return Spells(*np.array(rows, float).reshape(-1, 6).T)


def _of_one(winter: Winter, hours: int, least_mm: float) -> list[tuple[float, ...]]:
    rows, before = [], 0
    while before + hours < len(winter.times):
        within = slice(before + 1, before + hours + 1)
        mm = winter.precip_mm[within]
        parts = (mm, winter.air_c[within], winter.humidity_pct[within], winter.wind_m_s[within])
        ends = winter.depth_cm[[before, before + hours]]
        if mm[0] > 0.0 and mm.sum() >= least_mm and all(np.isfinite(part).all() for part in (*parts, ends)):
            means = [float((part * mm).sum() / mm.sum()) for part in parts[1:]]
            rows.append((float(mm.sum()), float(ends[1] - ends[0]), float(ends[0]), *means))
            before += hours
        else:
            before += 1
    return rows


def density(found: Spells) -> float:
    """Of fresh snow in bulk [kg/m³]: all that fell over all by which the snow rose; endless where it did not."""
    rise = float(found.rise_cm.sum())
    return 100.0 * float(found.mm.sum()) / rise if rise > 0.0 else float("inf")


def interval(found: Spells, what: Callable[[Spells], float], *, draws: int = 400, seed: int = 1) -> tuple[float, float]:
    """The 5th and 95th percentile of a figure over spells drawn anew, as many as there are."""
    chance = np.random.default_rng(seed)
    drawn = [what(found.where(chance.integers(0, len(found), len(found)))) for _ in range(draws)]
    low, high = np.quantile(drawn, [0.05, 0.95], method="nearest")
    return float(low), float(high)


def pahaut(found: Spells, calm_m_s: float, share: float = 1.0) -> Floats:
    """(n,) density [kg/m³] as ``models.road.air.fresh_density`` has it, with ``share`` of the wind's term."""
    packing = np.maximum(0.0, np.sqrt(found.wind_m_s) - np.sqrt(calm_m_s))
    return np.clip(109.0 + 6.0 * found.air_c + share * 26.0 * packing, 50.0, 300.0)


def fitted_share(found: Spells, calm_m_s: float) -> float:
    """The share of the wind's term by which the depths of the spells are met best (least squares), -1 to 3."""
    shares = np.arange(-1.0, 3.01, 0.05)
    off = [float(((100.0 * found.mm / pahaut(found, calm_m_s, s) - found.rise_cm) ** 2).sum()) for s in shares]
    return float(shares[int(np.argmin(off))])


def crossing_c(air_c: Floats, share: Floats) -> float:
    """Air temperature [°C] at which a share (n,) that falls with it is one half: logistic regression by Newton."""
    x = np.column_stack([np.ones(len(air_c)), air_c])
    b = np.array([1.0, -1.0])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ b, -30.0, 30.0)))
        weight = np.maximum(p * (1.0 - p), 1e-6)
        step = np.linalg.solve(x.T @ (weight[:, None] * x) + 1e-3 * np.eye(2), x.T @ (share - p))
        b = b + np.clip(step, -2.0, 2.0)
    return float(-b[0] / b[1])
