"""The road model's figures: real cases beside persistence, air temperature and RoadSurf; budgets; speed."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from models.road.forcing import on_grid
from models.road.run import Surface, at_rest, run, undriven
from models.road.site import Sites, sites, with_relief
from models.road.spread import members
from models.road.start import between
from planner.road.forecast import Bundle, case_of, forecast_all
from planner.road.scores import scores
from tests.benchmarks import road_land
from tests.benchmarks.measure import Row
from tests.benchmarks.road_cases import case045, col_de_porte, se1018, wet_then_clear

BANDS = ((0.0, 14.0), (0.0, 1.5), (1.5, 3.5), (3.5, 6.5), (6.5, 14.0))


def run_all() -> list[Row]:
    """All figures as rows."""
    data = os.environ.get("DAGSPLAN_DATA", "")
    folder = Path(data) / "snow"
    if not data or not folder.is_dir():
        print("DAGSPLAN_DATA names no folder with snow/: benchmark left out")
        return []
    rows = []
    for name, bundle in (
        ("SE_1018, radiation of case045", se1018(folder)),
        ("SE_1018, radiation from cloud", se1018(folder, "cloud")),
        ("case045, RoadSurf's own forcing", case045(folder)),
    ):
        rows += station(name, bundle)
    return [*rows, *snow(folder), *road_land.rows(Path(data) / "roads"), *books(), *speed()]


def station(name: str, bundle: Bundle) -> list[Row]:
    """RMSE [K] by band of lead, with the start correction and without, and what stands beside it."""
    forecast = forecast_all(bundle)[0]
    after = [r for r in bundle.observed if r.surface_c is not None and r.time > bundle.at]
    lead = np.array([(r.time - bundle.at).total_seconds() / 3600 for r in after])
    seen = np.array([r.surface_c for r in after], float)
    at = np.array([(t - bundle.at).total_seconds() / 3600 for t in forecast.times])
    last = [r.surface_c for r in bundle.observed if r.surface_c is not None and r.time <= bundle.at][-1]
    other = np.array([(r.time - bundle.at).total_seconds() / 3600 for r in bundle.other])
    roadsurf = np.array([r.surface_c for r in bundle.other])
    free = uncorrected(bundle)
    beside = {
        "model": np.interp(lead, at, forecast.surface_c),
        "model without start correction": np.interp(lead, at, free),
        "RoadSurf": np.interp(lead, other, roadsurf),
        "persistence": np.full(len(seen), last),
        "air temperature": np.interp(lead, at, forecast.air_c),
    }
    assert scores(bundle, forecast) is not None
    rows = [{"what": f"{name}: {who}", **_bands(values, seen, lead)} for who, values in beside.items()]
    ahead = other > 0
    off = np.interp(other[ahead], at, free) - roadsurf[ahead]
    return [*rows, {"what": f"{name}: model without start correction against RoadSurf", "rms": _rms(off)}]


def uncorrected(bundle: Bundle) -> Any:
    """The surface temperature with observations imposed to the beginning and nothing corrected after it."""
    case = case_of(bundle, bundle.sites[0])
    observed = np.full((1, case.forcing.steps), np.nan)
    observed[:, : case.at] = case.surface_c()
    drive = undriven(case.place, case.forcing)
    drive = drive._replace(imposed=between(observed), imposed_of=np.zeros(1, np.int64))
    state = at_rest(case.place, np.array([case.seen[0][1]]), air_c=case.forcing.air.air_c[:, 0])
    return run(case.place, case.forcing, state, drive=drive, every=1).surface_c[0, case.at :]


def _bands(values: Any, seen: Any, lead: Any) -> Row:
    chosen = [(lead > low) & (lead <= high) for low, high in BANDS]
    return {f"{low:g}-{high:g} h": _rms((values - seen)[c]) for (low, high), c in zip(BANDS, chosen, strict=True)}


def _rms(off: Any) -> float:
    return round(float(np.sqrt(np.nanmean(off**2))), 3)


def snow(folder: Path) -> list[Row]:
    """Col de Porte: daily depth [cm] and water [mm], beside a degree-day model."""
    made, days, depth, water = col_de_porte(folder)
    forcing = on_grid([made], made.times[0], len(made.times) - 1)
    where = sites(["Col de Porte"], 45.30, 5.77, ["natural"], elevation_m=1325.0)
    out = run(where, forcing, at_rest(where, np.array([10.0])))
    hour = np.array([max(0, round((d - made.times[0]).total_seconds() / 3600) - 1) for d in days])
    hour = np.minimum(hour, out.depth_cm.shape[1] - 1)
    simple = degree_days(made)[:, np.minimum(hour + 1, len(made.times) - 1)]
    return [
        {"what": "Col de Porte: model", **_snow(out.depth_cm[0, hour], out.store_mm[0, hour, 3], depth, water)},
        {"what": "Col de Porte: degree-day model", **_snow(simple[1], simple[0], depth, water)},
        {"what": "Col de Porte: energy residual", "rms": float(out.energy_residual()[0])},
        {"what": "Col de Porte: water residual", "rms": float(out.water_residual()[0])},
    ]


def degree_days(made: Any, *, factor_mm: float = 4.0, density: float = 300.0) -> Any:
    """Snow water [mm] and depth [cm] (2, n_hours): 4 mm per positive degree-day, settled snow of 300 kg/m³."""
    lies, out = 0.0, []
    for air, fallen, share in zip(made.air_c, made.precip_mm_h, made.snow_share, strict=True):
        lies = max(0.0, lies + fallen * share - factor_mm / 24.0 * max(0.0, air))
        out.append(lies)
    return np.array([out, 100.0 * np.array(out) / density])


def _snow(depth: Any, water: Any, seen_depth: Any, seen_water: Any) -> Row:
    bias = round(float(np.nanmean(depth - seen_depth)), 1)
    return {
        "depth RMSE cm": round(_rms(depth - seen_depth), 1),
        "bias cm": bias,
        "water RMSE mm": _rms(water - seen_water),
    }


def city(n: int = 20_000) -> Sites:
    """Made-up streets of all kinds in hills."""
    random = np.random.default_rng(1)
    kinds = random.choice(["road", "bridge", "cycle"], n, p=[0.8, 0.05, 0.15]).tolist()
    heights = 100 + 20 * random.normal(size=n)
    made = sites([str(i) for i in range(n)], 60.0, 15.0, kinds, random.choice([1, 0.4, 0.1], n), elevation_m=heights)
    sky, slope, aspect = 0.7 + 0.3 * random.random(n), 0.05 * random.random(n), 6.28 * random.random(n)
    return with_relief(made, sky, 0.3 * random.random((n, 36)), slope, aspect, 10 * random.normal(size=n))


def books() -> list[Row]:
    """How far the budgets are from closing, and single precision from double."""
    where, forcing = city(500), wet_then_clear()
    double: Surface = run(where, forcing, at_rest(where, np.full(500, 1.0)))
    single = run(where, forcing, at_rest(where, np.full(500, 1.0), np.float32))
    return [
        {"what": "energy budget, relative residual", "rms": float(double.energy_residual().max())},
        {"what": "water budget, relative residual", "rms": float(double.water_residual().max())},
        {"what": "float32 from float64, most K", "rms": float(np.abs(single.surface_c - double.surface_c).max())},
    ]


def speed() -> list[Row]:
    """20,000 segments, 48 h: one run, and ten members."""
    where, forcing = city(), wet_then_clear()
    state = at_rest(where, np.full(len(where), 1.0))
    run(where.taken(np.arange(2)), forcing, at_rest(where.taken(np.arange(2)), np.ones(2)))
    rows = []
    for name, forecasts in (("one forecast", [forcing]), ("ten members", members(forcing, 10, 1))):
        wall, cpu = time.perf_counter(), time.process_time()
        for forecast in forecasts:
            run(where, forecast, state)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        rows.append({"what": f"20,000 segments, 48 h, {name}", "wall s": round(wall, 1), "CPU s": round(cpu, 1)})
    return rows
