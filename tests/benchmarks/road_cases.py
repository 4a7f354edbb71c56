"""The cases of ``DAGSPLAN_DATA/snow`` as the road model's values: units, sums and missing marks put right here."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.forcing import Forcing, RoadWeather, on_grid, weather
from models.road.physics import SIGMA
from planner.road.forecast import Bundle, ObservedRow, OtherRow, SiteRow, WeatherRow

Floats = npt.NDArray[np.floating[Any]]
AT = datetime(2012, 11, 26, 2, 0, tzinfo=UTC)
STATION = SiteRow("SE_1018", 56.06, 14.55, "bridge", ("asphalt:0.15", "cement:0.6"))
TOO_MUCH = 9000.0


def se1018(folder: Path, radiation: str = "case045") -> Bundle:
    """The station's own forecast with the radiation of case045 (``cloud``: derived), observations and RoadSurf."""
    return _bundle(folder, tuple(_forecast(folder, radiation)))


def case045(folder: Path) -> Bundle:
    """The same with exactly what RoadSurf was given."""
    case = _json(folder / "case045_roadsurf_fc.json")
    names = {
        "air_c": "Temperature 2m", "dew_point_c": "DewPoint", "wind_m_s": "WindSpeed", "precip_mm_h": "Precipitation",
        "longwave_w_m2": "RadiationLW", "sun_w_m2": "RadiationGlobal", "direct_w_m2": "RadiationDirectSW",
    }  # fmt: skip
    columns = zip(*(case[column] for column in names.values()), strict=True)
    rows = [
        WeatherRow(_time(text), **dict(zip(names, map(float, values), strict=True)))
        for text, values in zip(case["time"], columns, strict=True)
    ]
    return _bundle(folder, tuple(rows))


def _bundle(folder: Path, forecast: tuple[WeatherRow, ...]) -> Bundle:
    return Bundle(AT, (STATION,), forecast, tuple(_observed(folder)), tuple(_roadsurf(folder)))


def _forecast(folder: Path, radiation: str) -> list[WeatherRow]:
    """Wind from km/h, rain and snow from sums since the beginning to rates, cloud from eighths."""
    case = _json(folder / "case045_roadsurf_fc.json")
    at = np.array([_time(text).timestamp() for text in case["time"]])
    rows, before = [], 0.0
    for cells in _rows(folder / "se1018_forecast.csv"):
        time, fallen = datetime.fromisoformat(cells["time_utc"]), float(cells["rain_mm_cum"])
        given = {}
        if radiation == "case045":
            given = {
                name: float(np.interp(time.timestamp(), at, case[column]))
                for name, column in (
                    ("longwave_w_m2", "RadiationLW"), ("sun_w_m2", "RadiationGlobal"),
                    ("direct_w_m2", "RadiationDirectSW"),
                )
            }  # fmt: skip
        rows.append(
            WeatherRow(
                time, air_c=float(cells["air_c"]), dew_point_c=float(cells["dew_c"]), precip_mm_h=fallen - before,
                wind_m_s=float(cells["wind_kmh"]) / 3.6, pressure_hpa=float(cells["pressure_hpa"]),
                cloud=float(cells["cloud_octas"]) / 8.0, **given,
            )
        )  # fmt: skip
        before = fallen
    return rows


def _observed(folder: Path) -> list[ObservedRow]:
    """Wind from km/h; 9999 is missing."""
    found = []
    for cells in _rows(folder / "se1018_observations.csv"):
        value = {k: None if k == "time_utc" or float(v) > TOO_MUCH else float(v) for k, v in cells.items()}
        wind = value["wind_kmh"]
        found.append(
            ObservedRow(
                datetime.fromisoformat(cells["time_utc"]), air_c=value["air_c"], dew_point_c=value["dew_c"],
                wind_m_s=None if wind is None else wind / 3.6, surface_c=value["surface_c"],
            )
        )  # fmt: skip
    return found


def _roadsurf(folder: Path) -> list[OtherRow]:
    out = _json(folder / "case045_roadsurf_out.json")
    pairs = zip(out["time"], out["RoadTemperature"], strict=True)
    return [OtherRow(_time(text), float(value)) for text, value in pairs]


def col_de_porte(folder: Path) -> tuple[RoadWeather, list[datetime], Floats, Floats]:
    """Weather, then the days (06 UTC), snow depth [cm] and snow water [mm] observed; -99 is missing."""
    rows = _rows(folder / "col_de_porte_2005_06_met_hourly.csv")
    times = [datetime(*(int(r[p]) for p in ("year", "month", "day", "hour")), tzinfo=UTC) for r in rows]
    column = {name: np.array([float(r[name]) for r in rows]) for name in rows[0]}
    snow, rain = column["snowfall_kgm2s"] * 3600.0, column["rainfall_kgm2s"] * 3600.0
    total = snow + rain
    share = np.where(total > 0, snow / np.where(total > 0, total, 1.0), 0.0)
    made = weather(
        times, 45.30, 5.77, 1325.0, air_c=column["air_k"] - 273.15, humidity_pct=column["rh_pct"],
        wind_m_s=column["wind_ms"], precip_mm_h=total, snow_share=share, pressure_hpa=column["pressure_pa"] / 100.0,
        sun_w_m2=column["sw_wm2"], longwave_w_m2=column["lw_wm2"],
    )  # fmt: skip
    days = _rows(folder / "col_de_porte_2005_06_obs_daily.csv")
    when = [datetime(*(int(r[p]) for p in ("year", "month", "day")), 6, tzinfo=UTC) for r in days]
    depth, water = (np.array([float(r[name]) for r in days]) for name in ("snow_depth_m", "swe_kgm2"))
    return made, when, np.where(depth < -1, np.nan, 100.0 * depth), np.where(water < -1, np.nan, water)


def frosty_night(lat: float, lon: float, height_m: float) -> tuple[RoadWeather, datetime]:
    """Made up: a clear calm night and day in January; and when it begins."""
    start = datetime(2027, 1, 20, 12, tzinfo=UTC)
    times = [datetime.fromtimestamp(start.timestamp() + 3600.0 * h, UTC) for h in range(31)]
    air = np.array([-4.0 + 3.5 * np.cos((h - 2) / 24 * 2 * np.pi) for h in range(31)])
    flat = np.ones(31)
    made = weather(
        times, lat, lon, height_m, air_c=air, humidity_pct=80.0 * flat, wind_m_s=1.2 * flat, precip_mm_h=0.0 * flat,
        cloud=0.0 * flat, longwave_w_m2=0.74 * SIGMA * (air + 273.15) ** 4,
    )  # fmt: skip
    return made, start


def wet_then_clear(hours: int = 48) -> Forcing:
    """Made up: a mild wet day and a cold clear one in January."""
    h = np.arange(hours + 1)
    start = datetime(2026, 1, 10, 12, tzinfo=UTC)
    made = weather(
        [start + timedelta(hours=int(i)) for i in h], 60.0, 15.0, 100.0, air_c=-1 + 3 * np.cos(h / 24 * 2 * np.pi),
        humidity_pct=np.full(len(h), 92.0), wind_m_s=2 + np.sin(h / 5),
        precip_mm_h=np.where((h > 10) & (h < 30), 1.0, 0.0), cloud=np.where(h < 24, 1.0, 0.1),
    )  # fmt: skip
    return on_grid([made], start, hours)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _json(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))[0]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
