"""Elevations and grades: missing is never zero, and the grade is that of the road, not of the valley below it."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from city.entities import Segment
from city.errors import ImportRefused
from city.geo import bbox
from ingest.roads.cut import cut, line_lengths_m
from ingest.roads.extract import SpotHeight
from ingest.roads.osm import read_extract
from ingest.roads.slope import lay_out, sample_all, with_terrain
from ingest.roads.terrain import open_raster, spot_height_source

HERE = (14.99, 59.99, 15.02, 60.01)
METRE_EAST = 1 / (111_412.0 * math.cos(math.radians(60.0)))


def raster(file: Path, height, *, crs="EPSG:4326", west=14.98, north=60.02, cell=0.0002, n=250, nodata=-9999.0) -> Path:
    """Writes a GeoTIFF whose value at each cell centre is ``height(x, y)`` in the file's own coordinates."""
    x = west + cell * (np.arange(n) + 0.5)
    y = north - cell * (np.arange(n) + 0.5)
    values = np.asarray(height(x[None, :], y[:, None]) + np.zeros((n, n)), "float32")
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        width=n,
        height=n,
        count=1,
        dtype="float32",
        crs=crs,
        transform=Affine(cell, 0.0, west, 0.0, -cell, north),
        nodata=nodata,
    ) as out:
        out.write(values, 1)
    return file


def east(x, y):
    """Ten metres up for every hundred metres east."""
    return 100.0 + 0.1 * (x - 15.0) / METRE_EAST + 0.0 * y


def street(number: int, start_m: float, end_m: float, nodes: tuple[int, int], **changes) -> Segment:
    """A street along the 60th parallel between two distances east of 15° E."""
    line = ((15.0 + start_m * METRE_EAST, 60.0), (15.0 + end_m * METRE_EAST, 60.0))
    fields = {
        "id": f"osm/{number}/{nodes[0]}-{nodes[1]}",
        "name": f"S{number}",
        "network": "street",
        "route_class": "P3",
        "highway": "residential",
        "keeper": "unknown",
        "oneway": False,
        "lanes": None,
        "width_m": None,
        "surface": "",
        "bridge": False,
        "tunnel": False,
        "speed_kmh": 40.0,
        "length_m": float(line_lengths_m([line])[0]),
        "from_node": nodes[0],
        "to_node": nodes[1],
        "geometry": line,
    }
    return Segment(**(fields | changes))


def test_a_slope_is_found_with_its_sign_source_and_resolution(tmp_path):
    source = open_raster(raster(tmp_path / "hill.tif", east), HERE)
    up, down = with_terrain([street(1, 0, 200, (1, 2)), street(2, 400, 200, (3, 2))], [source]).segments
    assert up.grade_pct == pytest.approx(10.0, abs=0.1)
    assert down.grade_pct == pytest.approx(-10.0, abs=0.1)
    assert up.elevation_m == pytest.approx(110.0, abs=0.2)
    assert up.slope_source == "hill.tif"
    assert up.dem_resolution_m == pytest.approx(22.2, abs=0.1)


def test_the_steepest_sixty_metres_count_not_the_mean(tmp_path):
    def kink(x, y):
        return 100.0 + np.clip(east(x, y) - 110.0, 0.0, 10.0)

    source = open_raster(raster(tmp_path / "kink.tif", kink), HERE)
    (found,) = with_terrain([street(1, 0, 400, (1, 2))], [source]).segments
    assert found.grade_pct == pytest.approx(10.0, abs=0.3)


def test_a_short_segment_takes_the_grade_of_its_straight_road(tmp_path):
    def step(x, y):
        metres = (x - 15.0) / METRE_EAST
        return 100.0 + np.clip(metres - 100.0, 0.0, 10.0) + 0.0 * y

    source = open_raster(raster(tmp_path / "step.tif", step, cell=0.00002, west=14.999, north=60.001), HERE)
    road = [street(1, 0, 100, (1, 2)), street(2, 100, 110, (2, 3)), street(3, 110, 200, (3, 4))]
    alone = with_terrain([road[1]], [source], steepest_pct=99.0).segments[0]
    with_neighbours = with_terrain(road, [source], steepest_pct=99.0).segments[1]
    assert alone.grade_pct == pytest.approx(100 * 10 / 11, rel=0.15)
    assert with_neighbours.grade_pct == pytest.approx(100 * 10 / 60, rel=0.05)


def test_a_bridge_in_two_pieces_runs_straight_over_the_valley(tmp_path):
    def valley(x, y):
        metres = (x - 15.0) / METRE_EAST
        return 100.0 - 30.0 * ((metres > 105) & (metres < 295)) + 0.0 * y

    source = open_raster(raster(tmp_path / "valley.tif", valley, cell=0.00002, west=14.998, n=500, north=60.005), HERE)
    road = [
        street(1, 0, 100, (1, 2)),
        street(2, 100, 200, (2, 3), bridge=True),
        street(3, 200, 300, (3, 4), bridge=True),
        street(4, 300, 400, (4, 5)),
    ]
    found = with_terrain(road, [source]).segments
    assert [s.grade_pct for s in found] == pytest.approx([0.0] * 4, abs=0.01)
    assert found[1].elevation_m == pytest.approx(100.0, abs=0.1)
    on_the_ground = with_terrain([street(2, 100, 200, (2, 3)), *road[2:]], [source]).segments
    assert abs(on_the_ground[0].grade_pct) > 15


def test_grades_beyond_twenty_per_cent_are_clamped_and_named(tmp_path):
    source = open_raster(raster(tmp_path / "wall.tif", lambda x, y: 3.0 * (east(x, y) - 100.0) + 100.0), HERE)
    result = with_terrain([street(1, 300, 100, (1, 2))], [source])
    assert result.segments[0].grade_pct == -20.0
    assert result.steeper_than_allowed == ("osm/1/1-2",)


def test_outside_the_terrain_and_on_nodata_there_is_none_never_zero(tmp_path):
    half = raster(tmp_path / "half.tif", lambda x, y: np.where(x < 15.005, 50.0, -9999.0))
    source = open_raster(half, HERE)
    road = [street(1, 0, 200, (1, 2)), street(2, 400, 600, (3, 4)), street(3, 5000, 5200, (5, 6))]
    result = with_terrain(road, [source])
    assert [s.elevation_m for s in result.segments] == [50.0, None, None]
    assert [s.grade_pct for s in result.segments] == [0.0, None, None]
    assert result.segments[1].slope_source is None
    assert 0.2 < result.cover < 0.5


def test_an_undeclared_nodata_value_is_no_elevation(tmp_path):
    source = open_raster(raster(tmp_path / "odd.tif", lambda x, y: -32768.0 + 0 * x + 0 * y, nodata=None), HERE)
    assert np.isnan(source.sample(np.array([15.0]), np.array([60.0]))).all()


def test_sweref_99_tm_gives_the_same_heights_as_degrees(tmp_path):
    in_metres = raster(
        tmp_path / "sweref.tif",
        lambda x, y: 100.0 + 0.1 * (x - 500_000.0) + 0.0 * y,
        crs="EPSG:3006",
        west=499_000.0,
        north=6_652_500.0,
        cell=10.0,
        n=400,
    )
    source = open_raster(in_metres, HERE)
    assert source.resolution_m == 10.0
    assert source.sample(np.array([15.0, 15.0 + 100 * METRE_EAST]), np.array([60.0, 60.0])) == pytest.approx(
        [100.0, 110.0], abs=0.05
    )


def test_an_ascii_grid_without_a_coordinate_system_is_read_by_its_numbers(tmp_path):
    file = tmp_path / "grid.asc"
    rows = "\n".join(" ".join("7.5" for _ in range(4)) for _ in range(4))
    file.write_text(f"ncols 4\nnrows 4\nxllcorner 499900\nyllcorner 6651300\ncellsize 50\nNODATA_value -9999\n{rows}\n")
    assert open_raster(file, HERE).sample(np.array([15.0]), np.array([60.0]))[0] == pytest.approx(7.5)


def test_rasters_complete_each_other(tmp_path):
    left = raster(tmp_path / "a.tif", lambda x, y: 10.0 + 0 * x + 0 * y, west=14.98, cell=0.0001, n=210)
    right = raster(tmp_path / "b.tif", lambda x, y: 20.0 + 0 * x + 0 * y, west=15.0, cell=0.0001, n=210)
    road = [street(1, -300, -100, (1, 2)), street(2, 300, 500, (3, 4))]
    sources = [open_raster(file, HERE) for file in (left, right)]
    found = with_terrain(road, sources).segments
    assert [(s.elevation_m, s.slope_source) for s in found] == [(10.0, "a.tif"), (20.0, "b.tif")]


def test_points_in_many_blocks_are_read_as_in_one(tmp_path):
    source = open_raster(raster(tmp_path / "hill.tif", east), HERE)
    lon, lat = np.random.default_rng(1).uniform((14.985, 59.975), (15.025, 60.015), (500, 2)).T
    assert source.sample(lon, lat, block=16) == pytest.approx(source.sample(lon, lat), abs=1e-6)


def test_spot_heights_are_linear_inside_their_hull_and_silent_outside():
    heights = [
        SpotHeight(15.0 + x * METRE_EAST, 60.0 + y / 111_195.0, 10.0 + 0.1 * x)
        for x, y in [(0, 0), (100, 0), (0, 100), (100, 100)]
    ]
    source = spot_height_source(heights)
    lon = 15.0 + np.array([50.0, 150.0]) * METRE_EAST
    z = source.sample(lon, np.full(2, 60.0 + 50 / 111_195.0))
    assert z[0] == pytest.approx(15.0, abs=0.1)
    assert np.isnan(z[1])


def test_spot_heights_far_away_say_nothing():
    corners = [SpotHeight(15.0, 60.0, 1.0), SpotHeight(15.1, 60.0, 2.0), SpotHeight(15.0, 60.1, 3.0)]
    assert np.isnan(spot_height_source(corners).sample(np.array([15.03]), np.array([60.03]))).all()


@pytest.mark.parametrize(
    "heights",
    [[], [SpotHeight(15.0, 60.0, 1.0)] * 5, [SpotHeight(15.0 + i / 100, 60.0, 1.0) for i in range(4)]],
    ids=["none", "one place", "in one line"],
)
def test_too_few_spot_heights_make_no_source(heights):
    assert spot_height_source(heights) is None


def test_spot_heights_serve_only_segments_that_no_raster_touches(tmp_path):
    half = raster(tmp_path / "half.tif", lambda x, y: np.where(x < 15.002, 50.0, -9999.0))
    heights = [SpotHeight(14.995, 59.999, 9.0), SpotHeight(15.01, 59.999, 9.0), SpotHeight(15.003, 60.002, 9.0)]
    sources = [open_raster(half, HERE), spot_height_source(heights, reach_m=900.0)]
    road = [street(1, 0, 150, (1, 2)), street(2, 200, 300, (3, 4))]
    found = with_terrain(road, sources).segments
    assert [(s.elevation_m, s.slope_source) for s in found] == [(50.0, "half.tif"), (9.0, "spot heights")]


@pytest.mark.parametrize("name", ["a.tif", "N60E015.hgt", "a.asc", "a.zip"])
def test_a_file_that_is_no_terrain_is_refused_with_a_way_out(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(b"no terrain at all")
    with pytest.raises(ImportRefused) as refused:
        open_raster(file, HERE)
    assert str(file) in str(refused.value)
    assert "GeoTIFF" in str(refused.value).rpartition(";")[2]
    assert "\n" not in str(refused.value)


def test_a_zip_without_a_raster_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(ImportRefused, match="in the zip"):
        open_raster(tmp_path / "a.zip", HERE)


def test_terrain_of_another_place_is_refused_with_both_extents(tmp_path):
    file = raster(tmp_path / "far.tif", east, west=11.0, north=50.0)
    with pytest.raises(ImportRefused) as refused:
        open_raster(file, HERE)
    assert "11.000 to 11.050° E" in str(refused.value)
    assert "14.990 to 15.020° E" in str(refused.value)


def test_a_missing_terrain_file_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="no such terrain file"):
        open_raster(tmp_path / "gone.tif", HERE)


def test_a_hilly_town_has_the_slopes_that_were_measured(data_folder):
    """Grades of whole streets by length: 1.8, 5.9 and 11.0 % at p50, p90 and p99; steepest Grüngraben, 22.9 %."""
    roads = data_folder / "roads"
    segments = cut(read_extract(roads / "north-bayreuth.osm.gz")).segments
    box = bbox(point for s in segments for point in s.geometry)
    sources = [open_raster(roads / name, box) for name in ("N49E011.hgt.zip", "N50E011.hgt.zip")]
    profile = lay_out(segments)
    z, _ = sample_all(sources, profile)
    assert (z.min(), z.max()) == pytest.approx((308, 491), abs=1)
    length = profile.end_m - profile.start_m
    chord = 100 * np.abs(z[profile.first[1:] - 1] - z[profile.first[:-1]]) / length
    ground = np.array([s.network == "street" and not (s.bridge or s.tunnel) for s in segments])
    order = np.argsort(chord[ground])
    share = np.cumsum(length[ground][order]) / length[ground].sum()
    found = [float(chord[ground][order][np.searchsorted(share, p)]) for p in (0.5, 0.9, 0.99)]
    assert found == pytest.approx([1.8, 5.9, 11.0], rel=0.05)
    result = with_terrain(segments, sources, steepest_pct=99.0)
    steepest = max((s for s in result.segments if s.length_m >= 60), key=lambda s: abs(s.grade_pct))
    assert steepest.name == "Grüngraben"
    assert steepest.grade_pct == pytest.approx(22.9, abs=0.2)
    assert result.cover == 1.0
