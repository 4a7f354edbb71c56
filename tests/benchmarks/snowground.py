"""Snow as it falls, on four winters of a station on natural ground: depth, rain or snow, fresh density, wet snow.

Constants were chosen on ``CHOSEN`` alone; ``SCORED`` say what they are worth. *Before* is the model as it was: all of
Pahaut's wind on natural ground and none of it in plans, RoadSurf's phase rule as published, FSM's first albedo.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.air import rain_share
from models.road.forcing import on_grid, weather
from models.road.physics import PHYSICS, Physics
from models.road.run import at_rest
from models.road.run import run as run_model
from models.road.site import sites
from tests.benchmarks.measure import Row
from tests.benchmarks.road import degree_days
from tests.benchmarks.snow_record import (
    Spells,
    Winter,
    crossing_c,
    density,
    fitted_share,
    interval,
    pahaut,
    read_winter,
    spells,
)

Floats = npt.NDArray[np.floating[Any]]
CHOSEN = ("2018-2019", "2020-2021")
SCORED = ("2022-2023", "2024-2025")
STATION = (59.41, 6.47, 639.0)
BEFORE = PHYSICS._replace(packing_from_m_s=0.0, rain_earlier_k=0.0, fresh_albedo=0.8)
UNDERCATCH = 0.04
"""What the gauge loses of snow for each m/s of wind. Of the record alone: no plan is made from a gauge."""
GAUGES = (("as it is", 0.0), ("made whole", UNDERCATCH))


def run() -> list[Row]:
    """All figures as rows."""
    data = os.environ.get("DAGSPLAN_DATA", "")
    folder = Path(data) / "snow" / "sn46220"
    if not data or not folder.is_dir():
        print("DAGSPLAN_DATA names no folder with snow/sn46220: benchmark left out")
        return []
    winters = [read_winter(file) for file in sorted(folder.glob("winter_*.csv.gz"))]
    return [*depths(winters), *densities(winters), *phases(winters), *wetness(winters)]


def parted(winters: Sequence[Winter]) -> Iterator[tuple[str, list[Winter]]]:
    """The winters that constants were chosen on, those that score, and all."""
    for name, own in (("chosen", CHOSEN), ("scored", SCORED), ("all", (*CHOSEN, *SCORED))):
        yield name, [winter for winter in winters if winter.name in own]


def depths(winters: Sequence[Winter]) -> list[Row]:
    """RMSE and bias [cm] of the depth at 06 UTC by winter, and over the winters of each part."""
    rows = []
    for gauge, loss in GAUGES:
        for name, physics in (("before", BEFORE), ("now", PHYSICS), ("degree-days", None)):
            off = {winter.name: _off(winter, physics, loss) for winter in winters}
            each: Row = {winter: round(_rms(values), 1) for winter, values in off.items()}
            together = {part: np.concatenate([off[winter.name] for winter in own]) for part, own in parted(winters)}
            rows += [
                {"what": f"depth at 06 UTC, RMSE cm, gauge {gauge}: {name}"}
                | {part: round(_rms(values), 2) for part, values in together.items()}
                | each,
                {"what": f"depth at 06 UTC, bias cm, gauge {gauge}: {name}"}
                | {part: round(float(np.nanmean(values)), 1) for part, values in together.items()},
            ]
    return rows


def _off(winter: Winter, physics: Physics | None, loss: float) -> Floats:
    """(n_days,) modelled less observed depth at 06 UTC [cm]; ``physics`` None is the degree-day model."""
    share = snow_shares(winter.air_c, winter.humidity_pct, PHYSICS if physics is None else physics)
    mm = np.nan_to_num(winter.precip_mm) * (1.0 + loss * share * np.nan_to_num(winter.wind_m_s))
    lat, lon, height = STATION
    made = weather(
        winter.times, lat, lon, height, air_c=winter.air_c, humidity_pct=winter.humidity_pct,
        wind_m_s=winter.wind_m_s, precip_mm_h=mm,
    )  # fmt: skip
    at = np.array([k for k, time in enumerate(winter.times) if time.hour == 6])
    if physics is None:
        return degree_days(replace(made, snow_share=share))[1, at] - winter.depth_cm[at]
    forcing = on_grid([made], made.times[0], len(made.times) - 1)
    where = sites(["SN46220"], lat, lon, ["natural"], elevation_m=height)
    out = run_model(where, forcing, at_rest(where, winter.air_c[:1]), physics=physics)
    return out.depth_cm[0, at - 1] - winter.depth_cm[at]


def _rms(off: Floats) -> float:
    return float(np.sqrt(np.nanmean(off**2)))


def snow_shares(air_c: Floats, humidity_pct: Floats, physics: Physics) -> Floats:
    """(n,) share of snow by the phase rule."""
    pairs = zip(air_c, humidity_pct, strict=True)
    return np.array([1.0 - rain_share(float(t), float(h) / 100.0, physics.rain_earlier_k) for t, h in pairs])


def densities(winters: Sequence[Winter], *, hours: int = 6, least_mm: float = 2.0, under_c: float = -0.5) -> list[Row]:
    """Fresh density by wind, the gauge as it is and made whole, beside Pahaut's formula; and the share of its wind
    term that fits under 6 m/s (over it the snow drifts and the gauge catches little)."""
    ways = {"plans before": (0.0, 0.0), "Pahaut": (0.0, 1.0), "now": (PHYSICS.packing_from_m_s, 1.0)}
    rows: list[Row] = []
    for gauge, loss in GAUGES:
        found = {}
        for part, own in parted(winters):
            cold = spells(own, hours, least_mm)
            found[part] = cold.where(cold.air_c < under_c).whole(loss)
        for low, high in ((0.0, 3.0), (3.0, 6.0)):
            near = {part: of.where((of.wind_m_s >= low) & (of.wind_m_s < high)) for part, of in found.items()}
            what = f"fresh kg/m³ at {low:g} to {high:g} m/s, gauge {gauge}"
            rows.append({"what": f"{what}: record", **_told(near, density, "{:.0f}")})
            rows += [
                {"what": f"{what}: {name}", **{part: round(_bulk(of, *way)) for part, of in near.items()}}
                for name, way in ways.items()
            ]
        calm = {part: of.where(of.wind_m_s < 6.0) for part, of in found.items()}
        for way in (0.0, PHYSICS.packing_from_m_s):
            what = f"share of the wind's term from {way:g} m/s, gauge {gauge}"
            rows.append({"what": what, **_told(calm, partial(fitted_share, calm_m_s=way), "{:.2f}")})
    return rows


def _bulk(found: Spells, calm_m_s: float, share: float) -> float:
    """What the model makes of the density of all spells together [kg/m³]."""
    return float(found.mm.sum() / (found.mm / pahaut(found, calm_m_s, share)).sum())


def _told(found: dict[str, Spells], what: Callable[[Spells], float], form: str) -> Row:
    """'94 (80 to 112), 46 spells' of each part."""
    said = f"{form} ({form} to {form}), {{}} spells"
    return {part: said.format(what(of), *interval(of, what), len(of)) for part, of in found.items()}


def phases(
    winters: Sequence[Winter], *, hours: int = 3, least_mm: float = 1.0, lies_cm: float = 3.0, cm_a_mm: float = 0.2
) -> list[Row]:
    """How many spells are snow [%], at 0 to 2 °C and where one half is; beside the phase rule before and now.

    A spell is snow where the depth rose by ``cm_a_mm`` for each mm at least: half of it as snow of 250 kg/m³, which
    is wet. Only where ``lies_cm`` lay, so that warm ground melts none of it; under 6 m/s.
    """
    found = {}
    for part, own in parted(winters):
        every = spells(own, hours, least_mm)
        found[part] = every.where(
            (every.lay_cm >= lies_cm) & (every.wind_m_s < 6.0) & (np.abs(every.air_c - 1.25) < 2.0)
        )
    rose = partial(_rose, cm_a_mm=cm_a_mm)
    kinds = {"record": rose, "before": partial(ruled, physics=BEFORE), "now": partial(ruled, physics=PHYSICS)}
    rows: list[Row] = []
    for c in (0.0, 0.5, 1.0, 1.5, 2.0):
        near = {part: of.where(np.abs(of.air_c - c) < 0.25) for part, of in found.items()}
        for name, share in kinds.items():
            shares = {part: round(100.0 * float(share(of).mean())) for part, of in near.items()}
            rows.append({"what": f"snow in % at {c:+.1f} °C: {name}", **shares})
    for name, physics in (("before", BEFORE), ("now", PHYSICS)):
        off = partial(_off_k, physics=physics, cm_a_mm=cm_a_mm)
        rows.append({"what": f"half of it snow, K too warm: {name}", **_told(found, off, "{:.2f}")})
    return rows


def _rose(found: Spells, cm_a_mm: float) -> Floats:
    """(n,) 1 where a spell was snow, else 0."""
    return (found.rise_cm >= cm_a_mm * found.mm).astype(float)


def ruled(found: Spells, physics: Physics) -> Floats:
    """(n,) share of snow in each spell by the phase rule."""
    return snow_shares(found.air_c, found.humidity_pct, physics)


def _off_k(found: Spells, physics: Physics, cm_a_mm: float) -> float:
    """How much too warm the air is at which the rule makes half of it snow [K]."""
    return crossing_c(found.air_c, ruled(found, physics)) - crossing_c(found.air_c, _rose(found, cm_a_mm))


def wetness(winters: Sequence[Winter], *, hours: int = 3, least_mm: float = 2.0) -> list[Row]:
    """What fell over what it rose by [kg/m³], by air temperature, under 6 m/s: where fresh snow is heavy. Rain is in
    it."""
    found = {part: spells(own, hours, least_mm) for part, own in parted(winters)}
    rows = []
    for c in np.arange(-2.0, 1.1, 0.5).tolist():
        near = {part: of.where((of.wind_m_s < 6.0) & (np.abs(of.air_c - c) < 0.25)) for part, of in found.items()}
        rows.append({"what": f"fresh kg/m³ at {c:+.1f} °C", **_told(near, density, "{:.0f}")})
    return rows
