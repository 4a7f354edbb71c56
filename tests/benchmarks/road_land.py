"""Bayreuth's real hills under a made clear frosty night and day: what the land does, and what rounding it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from city.geo import bbox
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from ingest.roads.relief import Relief, relief
from ingest.roads.terrain import open_raster
from models.road.alike import alike, rounded
from models.road.forcing import Forcing, on_grid
from models.road.run import Surface, at_rest, run
from models.road.site import CONSTRUCTIONS, Sites, of_segments, with_relief
from tests.benchmarks.measure import Row
from tests.benchmarks.road_cases import frosty_night

NIGHT, NOON = 16, 22
"""Hours that end at 05 and at 11 UTC, which is noon there."""


@dataclass(frozen=True)
class Land:
    """Streets alike but for the land round them, their weather, and what the model makes of it hour by hour."""

    shape: Relief
    sites: Sites
    forcing: Forcing
    out: Surface


def bayreuth(roads: Path) -> Land:
    """Its streets with their terrain, through the made night of 20 January and the day after."""
    segments = cut(read_extract(roads / "north-bayreuth.osm.gz")).segments
    box = bbox([point for s in segments for point in s.geometry])
    shape = relief(segments, [open_raster(roads / f"N{north}E011.hgt.zip", box) for north in (49, 50)])
    made, start = frosty_night(49.98, 11.6, float(np.median(shape.elevation_m)))
    where = with_relief(of_segments(segments), shape.sky, shape.horizon, shape.slope, shape.aspect, shape.tpi_m)
    where = replace(
        where,
        elevation_m=shape.elevation_m,
        traffic=np.full(len(segments), 0.1),
        underside=np.zeros(len(segments), bool),
        layers=(CONSTRUCTIONS["road"],) * len(segments),
    )
    forcing = on_grid([made], start, 30)
    return Land(shape, where, forcing, _run(where, forcing))


def towards_sun(shape: Relief) -> np.ndarray:
    """(n,) how much a street leans towards the south: the sine of its slope that way."""
    leaning: np.ndarray = np.cos(shape.aspect - np.pi) * np.sin(shape.slope)
    return leaning


def rows(roads: Path) -> list[Row]:
    """The figures of docs/road-model.md; none, having said so, without the town."""
    if not roads.is_dir():
        print("DAGSPLAN_DATA names no folder with roads/: the land of Bayreuth is left out")
        return []
    land = bayreuth(roads)
    coarse = rounded(land.sites, sky=0.05, slope_deg=5.0, horizon_deg=10.0)
    return [*_effects(land), _off("steps of plans", land, rounded(land.sites)), _off("coarser steps", land, coarse)]


def _effects(land: Land) -> list[Row]:
    night, noon = land.out.surface_c[:, NIGHT], land.out.surface_c[:, NOON]
    sun, hollow = towards_sun(land.shape), land.shape.tpi_m
    chosen = {
        "noon, facing the sun": noon[sun > 0.05],
        "noon, facing away": noon[sun < -0.05],
        "05 UTC, hollows of 8 m and more": night[hollow < -8.0],
        "05 UTC, level": night[np.abs(hollow) < 2.0],
    }
    return [
        {"what": f"Bayreuth, {where}", "mean C": round(float(surface.mean()), 2), "streets": len(surface)}
        for where, surface in chosen.items()
    ]


def _off(what: str, land: Land, sites: Sites) -> Row:
    """Street by street and hour by hour, how far rounded sites are from the true ones."""
    off = np.abs(_run(sites, land.forcing).surface_c - land.out.surface_c)
    return {
        "what": f"Bayreuth, {what}: off in the mean, in one of a hundred hours",
        "rms": f"{off.mean():.2f}, {np.percentile(off, 99):.2f}",
        "streets": f"{len(alike(sites)[0])} kinds of {len(sites)}",
    }


def _run(sites: Sites, forcing: Forcing) -> Surface:
    return run(sites, forcing, at_rest(sites, np.full(len(sites), -1.0)))
