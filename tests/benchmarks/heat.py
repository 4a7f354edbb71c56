"""Heat load and indoor temperature a day ahead on real series, each by what was known then, beside the candidates."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.blend import blended, mean_squares, weights_of
from models.heatload import CANDIDATES, DAY, WEEK, LoadRecord, candidates, fit
from models.indoor import WAYS, IndoorRecord, indoor_blend
from tests.benchmarks.measure import Row

Floats = npt.NDArray[np.floating[Any]]
SERIES = (
    ("Danish house 660", "dk_house_660_hourly.csv", "heat_kw", "outdoor_c", "Europe/Copenhagen", ("2019-10-01",
    "2020-01-01")),
    ("HHW 56 academic", "hhw_building_56.csv", "hw", "t_out", "America/Los_Angeles", 78),
    ("HHW 58 academic", "hhw_building_58.csv", "hw", "t_out", "America/Los_Angeles", 100),
    ("HHW 124 medical", "hhw_building_124.csv", "hw", "t_out", "America/Los_Angeles", 68),
)  # fmt: skip
"""Name, file, columns, local time, and the days that are forecast: from and to, or the last so many."""


def run() -> list[Row]:
    """CV(RMSE) [%] of the load from every midnight of the days at the end, and the RMSE of a day's path indoors [K]."""
    folder = Path(os.environ.get("DAGSPLAN_DATA", "")) / "heating"
    if not os.environ.get("DAGSPLAN_DATA") or not folder.is_dir():
        print("DAGSPLAN_DATA names no folder with heating/: benchmark left out")
        return []
    rows = [_load(name, *_series(folder / file, *columns, zone), days) for name, file, *columns, zone, days in SERIES]
    return [*rows, *(_indoor(folder / "darkgreybox_demo_hourly.csv", by) for by in ("Ph", "Th"))]


def _series(file: Path, load: str, outdoor: str, zone: str) -> tuple[LoadRecord, pd.DatetimeIndex]:
    data = pd.read_csv(file)
    data.index = pd.to_datetime(data["time_utc"], utc=True)
    hours = pd.date_range(data.index.min(), data.index.max(), freq="h")
    data = data[~data.index.duplicated()].reindex(hours)
    local = hours.tz_convert(zone)
    free = np.array([int(when.weekday() >= 5) for when in local], np.int64)
    warm = data[outdoor].interpolate(limit=6).to_numpy(float)
    return LoadRecord(data[load].to_numpy(float), warm, np.array(local.hour, np.int64), free), local


def _load(name: str, record: LoadRecord, local: pd.DatetimeIndex, days: int | tuple[str, str]) -> Row:
    midnights = np.flatnonzero(record.hour == 0)
    if isinstance(days, int):
        end = int(midnights[-1])
        begin = end - DAY * days
    else:
        begin, end = (int(np.flatnonzero(local >= pd.Timestamp(day, tz=local.tz))[0]) for day in days)
    mixed, each = rolling(record, begin, end)
    came = record.load[begin : begin + len(mixed)]
    cells = {candidate: _cv(each[row], came) for row, candidate in enumerate(CANDIDATES)}
    return {"what": name, "hours": int(np.isfinite(came).sum()), "blend": _cv(mixed, came), **cells}


def _cv(said: Floats, came: Floats) -> float:
    known = np.isfinite(said) & np.isfinite(came)
    return round(100.0 * float(np.sqrt(((said - came)[known] ** 2).mean()) / came[known].mean()), 1)


def rolling(record: LoadRecord, begin: int, end: int, *, refit_days: int = 14, weeks: int = 4) -> tuple[Floats, Floats]:
    """Day-ahead forecasts from every midnight of ``begin`` to ``end``, each by what was known then: the blend (n,) and
    the candidates (n_candidates, n). Models are fitted anew every ``refit_days``."""
    starts = list(range(max(begin - weeks * 7 * DAY, WEEK + DAY), end - DAY + 1, DAY))
    said: list[Floats] = []
    models, fitted = fit(record, starts[0]), starts[0]
    for start in starts:
        if start - fitted >= refit_days * DAY:
            models, fitted = fit(record, start), start
        said.append(candidates(record, models, start, DAY))
    mixed, kept = [], []
    for number, start in enumerate(starts):
        if start >= begin:
            past = range(max(0, number - weeks * 7), number)
            off = np.concatenate([said[i] - record.load[starts[i] : starts[i] + DAY] for i in past], axis=1)
            mixed.append(blended(said[number], weights_of(mean_squares(off), power=3.0)))
            kept.append(said[number])
    return np.concatenate(mixed), np.concatenate(kept, axis=1)


def _indoor(file: Path, by: str) -> Row:
    """The last third, from every midnight; weather and what heats are known, as in the published prototype."""
    data = pd.read_csv(file)
    heating, outdoor, indoor = (data[name].to_numpy(float) for name in (by, "Ta", "Ti"))
    n, cut = len(data), len(data) * 2 // 3 // DAY * DAY
    off: list[Floats] = []
    ways: list[Floats] = []
    for origin in range(cut, n - DAY, DAY):
        hidden = np.where(np.arange(n) <= origin, indoor, np.nan)
        made = indoor_blend(IndoorRecord(hidden, outdoor, heating), origin)
        came = indoor[origin + 1 : origin + 1 + DAY]
        off.append(made.indoor - came)
        ways.append(made.said - came)
    each = np.sqrt(np.nanmean(np.concatenate(ways, axis=1) ** 2, axis=1))
    cells = {way: round(float(each[row]), 2) for row, way in enumerate(WAYS)}
    blend = round(float(np.sqrt((np.concatenate(off) ** 2).mean())), 2)
    return {"what": f"indoors by {by} (K)", "hours": DAY * len(off), "blend": blend, **cells}
