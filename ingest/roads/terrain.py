"""Elevation: raster files (HGT, GeoTIFF, ASCII grid, also zipped) and spot heights behind one Protocol.

Missing is never zero: outside a file, on its nodata cells and far from any spot height the answer is NaN.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import rasterio
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds
from rasterio.windows import Window
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import QhullError, cKDTree

from city.catalogue.foreign import in_our_words
from city.catalogue.message import Message, message
from city.errors import BadValue, ImportRefused
from city.geo import local_xy
from ingest.coordinates import system, system_name, system_of
from ingest.roads.extract import SpotHeight

logging.getLogger("rasterio").setLevel(logging.CRITICAL)
"""What GDAL says of a file is in the refusal of it: said once, in one line."""

Floats = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
"""West, south, east, north [°]."""

RASTER_ENDINGS = (".hgt", ".tif", ".tiff", ".asc", ".dem", ".img")
METRES_PER_DEGREE = 111_195.0
SPOT_HEIGHTS = "spot heights"
_WAY_OUT = message("error.terrain.give")


class ElevationSource(Protocol):
    """Something that knows elevations. ``resolution_m`` is the spacing of its values [m]."""

    @property
    def name(self) -> str: ...

    @property
    def resolution_m(self) -> float: ...

    def sample(self, lon: Floats, lat: Floats) -> Floats:
        """Elevation [m] at (n,) points, NaN outside its cover."""
        ...


@dataclass(frozen=True)
class Raster:
    """A raster file, read in blocks around the points that are asked for. ``guessed`` names the reference system that
    its numbers were taken to be in, where it states none."""

    file: Path
    address: str
    crs: CRS
    resolution_m: float
    extent: Box
    guessed: str = ""

    @property
    def name(self) -> str:
        return self.file.name

    def sample(self, lon: Floats, lat: Floats, block: int = 1024) -> Floats:
        """Bilinear between cell centres; nodata neighbours are left out of the mean.

        NaN outside the file and in a nodata cell. ``block`` is the side of the windows read [cells], so that a
        1 m grid of a whole town never stands in memory. Raises ImportRefused where the file breaks off.
        """
        z = np.full(len(lon), np.nan)
        try:
            with rasterio.open(self.address) as data:
                column, row = self._cells(data, lon, lat)
                inside = (column >= 0) & (column <= data.width) & (row >= 0) & (row <= data.height)
                for chosen in _by_block(column, row, inside, block):
                    z[chosen] = _bilinear(data, column[chosen], row[chosen])
        except RasterioError as error:
            problem = message("error.terrain.breaks_off", problem=in_our_words(error))
            raise ImportRefused(self.file, problem, message("error.file.fetch_again")) from error
        return z

    def is_empty(self, side: int = 512) -> bool:
        """Whether it holds no height at all, as far as ``side`` by ``side`` cells of it tell."""
        with rasterio.open(self.address) as data:
            shape = min(data.height, side), min(data.width, side)
            values = data.read(1, out_shape=shape, masked=True).astype(np.float64).filled(np.nan)
        return not bool(((values > -500.0) & (values < 9000.0)).any())

    def _cells(self, data: rasterio.DatasetReader, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Fractional column and row of each point; whole numbers are cell edges."""
        to_file = Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)
        x, y = (np.asarray(axis) for axis in to_file.transform(lon, lat))
        to_cell = ~data.transform
        column = to_cell.a * x + to_cell.b * y + to_cell.c
        row = to_cell.d * x + to_cell.e * y + to_cell.f
        return np.where(np.isfinite(column), column, -1.0), np.where(np.isfinite(row), row, -1.0)


def _by_block(column: Floats, row: Floats, inside: npt.NDArray[np.bool_], block: int) -> list[npt.NDArray[np.int64]]:
    """Indices of the points inside, grouped by the block of cells they fall in."""
    which = np.flatnonzero(inside)
    key = (row[which] // block).astype(np.int64) * 1_000_000 + (column[which] // block).astype(np.int64)
    order = np.argsort(key, kind="stable")
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    return [part for part in np.split(which[order], cuts) if len(part)]


def _bilinear(data: rasterio.DatasetReader, column: Floats, row: Floats) -> Floats:
    """Values at fractional cells of one block. Within half a cell of the border the border cell counts."""
    left, top = max(int(column.min()) - 1, 0), max(int(row.min()) - 1, 0)
    right, bottom = min(int(column.max()) + 2, data.width), min(int(row.max()) + 2, data.height)
    cells = data.read(1, window=Window(left, top, right - left, bottom - top), masked=True)
    values = np.where(np.ma.getmaskarray(cells), np.nan, np.ma.getdata(cells).astype(np.float64))
    # An undeclared nodata value (-9999, 3.4e38) is no elevation on Earth.
    values[~((values > -500.0) & (values < 9000.0))] = np.nan
    n_rows, n_columns = values.shape
    return _weighted(values, np.minimum(column - left, n_columns - 1e-6), np.minimum(row - top, n_rows - 1e-6))


def _weighted(values: Floats, column: Floats, row: Floats) -> Floats:
    """Mean of the four nearest cells that have a value, NaN where the point's own cell has none."""
    n_rows, n_columns = values.shape
    c, r = np.clip(column - 0.5, 0.0, n_columns - 1.0), np.clip(row - 0.5, 0.0, n_rows - 1.0)
    c0, r0 = np.floor(c).astype(int), np.floor(r).astype(int)
    total, weights = np.zeros(len(c)), np.zeros(len(c))
    for up, row_share in ((0, 1.0 - (r - r0)), (1, r - r0)):
        for along, column_share in ((0, 1.0 - (c - c0)), (1, c - c0)):
            z = values[np.minimum(r0 + up, n_rows - 1), np.minimum(c0 + along, n_columns - 1)]
            weight = np.where(np.isfinite(z), row_share * column_share, 0.0)
            total += weight * np.where(np.isfinite(z), z, 0.0)
            weights += weight
    known = np.isfinite(values[row.astype(int), column.astype(int)]) & (weights > 0)
    return np.where(known, total / np.where(known, weights, 1.0), np.nan)


def open_raster(file: Path, roads: Box, crs_without_one: str | None = None) -> Raster:
    """A raster file that covers some of the roads.

    A file that names no coordinate system (an ASCII grid without .prj) is taken as ``crs_without_one``, else as
    degrees or SWEREF 99 TM by its numbers. Raises ImportRefused where the file cannot be read, and where it does
    not touch the roads' extent.
    """
    if not file.is_file():
        raise ImportRefused(file, message("error.terrain.no_file"), message("error.file.check_path"))
    try:
        address = _address(file)
        with rasterio.open(address) as data:
            crs = CRS.from_user_input(data.crs) if data.crs else _guessed_crs(file, data, crs_without_one)
            extent = _degrees(crs, tuple(data.bounds))
            guessed = "" if data.crs or crs_without_one else system_name(crs)
            raster = Raster(file, address, crs, _resolution_m(data, crs), extent, guessed)
    except (RasterioError, ProjError, zipfile.BadZipFile, OSError, ValueError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0].replace(str(file), file.name)
        reason = in_our_words(error if isinstance(error, BadValue) else said)
        raise ImportRefused(file, message("error.terrain.no_terrain", problem=reason), _WAY_OUT) from error
    if not _touch(extent, roads):
        problem = message("error.terrain.elsewhere", extent=box_said(extent), roads=box_said(roads))
        raise ImportRefused(file, problem, _WAY_OUT)
    return raster


def _address(file: Path) -> str:
    """The file's name for GDAL; of a zip the first raster in it."""
    if file.suffix.lower() != ".zip":
        return str(file)
    with zipfile.ZipFile(file) as archive:
        inside = [name for name in sorted(archive.namelist()) if name.lower().endswith(RASTER_ENDINGS)]
    if not inside:
        raise BadValue(message("error.terrain.zip", endings=tuple(RASTER_ENDINGS)))
    return f"/vsizip/{{{file.resolve()}}}/{inside[0]}"


def _guessed_crs(file: Path, data: rasterio.DatasetReader, named: str | None) -> CRS:
    if named is not None:
        return system(file, named)
    bounds = data.bounds
    found = system_of(np.array([bounds.left, bounds.right]), np.array([bounds.bottom, bounds.top]))
    if found is not None:
        return found
    raise ImportRefused(file, message("error.terrain.no_system"), message("error.terrain.put_prj"))


def _degrees(crs: CRS, bounds: Box) -> Box:
    west, south, east, north = transform_bounds(crs, "EPSG:4326", *bounds)
    return float(west), float(south), float(east), float(north)


def _resolution_m(data: rasterio.DatasetReader, crs: CRS) -> float:
    """The longer side of a cell [m]."""
    width, height = abs(data.transform.a), abs(data.transform.e)
    if crs.is_geographic:
        middle = np.radians((data.bounds.top + data.bounds.bottom) / 2)
        return round(float(max(width * np.cos(middle), height)) * METRES_PER_DEGREE, 1)
    factor = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
    return round(float(max(width, height)) * factor, 2)


def _touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def box_said(box: Box) -> Message:
    """A box in words."""
    west, south, east, north = box
    return message("error.terrain.box", south=south, north=north, west=west, east=east)


@dataclass(frozen=True)
class SpotHeights:
    """Linear between heights that people wrote down, over Delaunay triangles.

    Inside the hull of the heights only and at most ``reach_m`` from the nearest one; NaN elsewhere.
    """

    lon: Floats
    lat: Floats
    elevation_m: Floats
    resolution_m: float
    reach_m: float = 250.0
    name: str = field(default=SPOT_HEIGHTS)
    guessed: str = ""

    def sample(self, lon: Floats, lat: Floats) -> Floats:
        origin = float(self.lon.mean()), float(self.lat.mean())
        known = np.column_stack(local_xy(self.lon, self.lat, origin))
        asked = np.column_stack(local_xy(lon, lat, origin))
        z = np.asarray(LinearNDInterpolator(known, self.elevation_m)(asked), np.float64).reshape(-1)
        away, _ = cKDTree(known).query(asked)
        return np.where(away <= self.reach_m, z, np.nan)


def spot_height_source(heights: Sequence[SpotHeight], reach_m: float = 250.0) -> SpotHeights | None:
    """A source made of spot heights; None where they are too few or in one line. Doubles count once."""
    by_place = {(height.lon, height.lat): height.elevation_m for height in heights}
    if len(by_place) < 3:
        return None
    lon, lat = np.array(list(by_place)).T
    z = np.array(list(by_place.values()))
    xy = np.column_stack(local_xy(lon, lat, (float(lon.mean()), float(lat.mean()))))
    if np.linalg.svd(xy - xy.mean(axis=0), compute_uv=False)[1] < 0.1:  # metres off one line, whatever the rounding
        return None
    spacing = float(np.median(cKDTree(xy).query(xy, k=2)[0][:, 1]))
    source = SpotHeights(lon, lat, z, round(spacing, 1), reach_m)
    try:
        source.sample(lon[:1], lat[:1])
    except QhullError:
        return None
    return source
