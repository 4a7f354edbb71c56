"""Wrong files of roads, terrain and routes: each is refused in one line with the file and a way out, or taken right;
and nothing that was there is lost."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

import dagsplan
from store.connect import Connection, connect
from store.roads import load_relief, load_segments
from store.routes import load_routes
from tests.integration.test_roads_renewed import MAIN, WHOLE, hill, place, town

Make = Callable[[Path], list[str]]
SWEREF = (500_000.0, 6_650_000.0)


def grid(file: Path, value: float, *, crs: str | None, west: float, north: float, cell: float, blank: int = 0) -> Path:
    """A GeoTIFF of one value, with none in its first columns."""
    values = np.full((60, 60), value, "float32")
    values[:, :blank] = -9999.0
    shape = {"width": 60, "height": 60, "count": 1, "dtype": "float32", "nodata": -9999.0, "crs": crs}
    with rasterio.open(file, "w", driver="GTiff", transform=Affine(cell, 0, west, 0, -cell, north), **shape) as out:
        out.write(values, 1)
    return file


def content(name: str, text: str | bytes) -> Make:
    def make(folder: Path) -> list[str]:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return ["roads", str(folder / name)]

    return make


def cut(name: str, pack: Callable[[bytes], bytes]) -> Make:
    return lambda folder: content(name, pack(town(folder, *WHOLE).read_bytes())[:-40])(folder)


def terrain(make: Callable[[Path], Path]) -> Make:
    return lambda folder: ["roads", str(town(folder, *WHOLE)), "--terrain", str(make(folder))]


def written(name: str, text: str | bytes) -> Callable[[Path], Path]:
    return lambda folder: Path(content(name, text)(folder)[1])


def gpx(*points: tuple[float, float], end: str = "</trkseg></trk></gpx>") -> str:
    said = "".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lon, lat in points)
    return f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>a</name><trkseg>{said}{end}'


def route(text: str) -> Make:
    def make(folder: Path) -> list[str]:
        (folder / "bad.gpx").write_text(text)
        return ["routes", str(folder / "bad.gpx")]

    return make


ASC = "ncols 2\nnrows 2\nxllcorner {x}\nyllcorner {y}\ncellsize 10000\nNODATA_value -9999\n1 1\n1 1\n"
REFUSED: dict[str, tuple[Make, str]] = {
    "osm.gz cut": (cut("bad.osm.gz", gzip.compress), "is not a whole OpenStreetMap file"),
    "osm.bz2 cut": (cut("bad.osm.bz2", bz2.compress), "is not a whole OpenStreetMap file"),
    "osm cut": (cut("bad.osm", bytes), "is not a whole OpenStreetMap file"),
    "empty pbf": (content("bad.osm.pbf", b""), "is empty; fetch it again"),
    "CSV named pbf": (content("bad.pbf", "a,b\n1,2\n"), "is not a whole OpenStreetMap file"),
    "absent": (lambda folder: ["roads", str(folder / "bad.pbf")], "there is no such file"),
    "text named gpkg": (content("bad.gpkg", "a,b\n"), "is no whole GeoPackage"),
    "shapefile": (content("bad.shp", "x"), "ending that no road reader knows"),
    "without roads": (content("bad.osm", '<osm version="0.6"></osm>'), "no drivable street"),
    "another town": (
        lambda folder: ["roads", str(town(folder, (90, (1, 2)), moved=2.0, name="bad.osm"))],
        "the middle of the town would move by",
    ),
    "terrain elsewhere": (
        terrain(lambda f: grid(f / "bad.tif", 9.0, crs="EPSG:4326", west=3.0, north=50.0, cell=0.001)),
        "but the roads lie in",
    ),
    "terrain all NODATA": (
        terrain(lambda f: grid(f / "bad.tif", -9999.0, crs="EPSG:4326", west=14.97, north=60.03, cell=0.001)),
        "every cell is NODATA",
    ),
    "terrain that ends beside the streets": (
        terrain(lambda f: grid(f / "bad.tif", 9.0, crs="EPSG:4326", west=14.97, north=60.03, cell=0.001, blank=45)),
        "no height where the streets are",
    ),
    "terrain in metres without a system": (
        terrain(written("bad.asc", ASC.format(x=1_500_000, y=6_600_000))),
        "names no coordinate system",
    ),
    "text named tif": (terrain(written("bad.tif", "hello\n")), "cannot be read as terrain"),
    "cut tif": (
        terrain(
            lambda f: written(
                "bad.tif",
                grid(f / "w.tif", 1.0, crs="EPSG:4326", west=14.97, north=60.03, cell=0.001).read_bytes()[:2000],
            )(f)
        ),
        "bad.tif",
    ),
    "spots without a number": (terrain(written("bad.csv", "lon,lat,z\n15.0,60.0,high\n")), "line 2, column 3"),
    "GPX outside": (route(gpx((1.0, 1.0), (1.1, 1.0))), "km from the town's streets"),
    "GPX swapped": (route(gpx(*(place(n)[::-1] for n in (1, 2, 3)))), "are swapped"),
    "GPX cut": (route(gpx(place(1), place(2), end="")), "is broken XML"),
}


@pytest.fixture
def stored(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english: None) -> str:
    """A town with terrain and a route, by the command line."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "a.gpx"
    file.write_text(gpx(*(place(n) for n in (1, 2, 3, 4))))
    assert dagsplan.main(["import", "roads", str(town(tmp_path, *WHOLE)), "--terrain", str(hill(tmp_path))]) == 0
    assert dagsplan.main(["import", "routes", str(file)]) == 0
    return dsn


def all_there(connection: Connection) -> tuple[object, ...]:
    return load_segments(connection), load_relief(connection), load_routes(connection)


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_file_is_one_line_and_nothing_is_lost(
    stored: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    make, said = REFUSED[what]
    (tmp_path / "bad").mkdir()
    with connect(stored, "test") as connection:
        before = all_there(connection)
        arguments = make(tmp_path / "bad")
        capfd.readouterr()
        assert dagsplan.main(["import", *arguments]) == 1
        told = capfd.readouterr()
        lines = [line for line in told.err.splitlines() if not line.startswith(("reading ", "4 segments", "1 segment"))]
        assert told.out == ""
        assert len(lines) == 1, lines
        assert said in lines[0]
        assert "bad." in lines[0]
        assert ";" in lines[0]
        connection.rollback()
        assert all_there(connection) == before


def test_routes_of_today_that_lose_a_street_are_named(
    stored: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One drives the main street, which is drawn anew under another number; another import puts it right."""
    file = str(town(tmp_path, (77, MAIN[1]), *WHOLE[1:], name="new.osm"))
    assert dagsplan.main(["import", "roads", file, "--terrain", str(hill(tmp_path))]) == 0
    assert "1 of today's routes drives streets that are not there any more (a)" in capfd.readouterr().out


TAKEN: dict[str, tuple[Make, str]] = {
    "the same town without terrain": (lambda f: ["roads", str(town(f, *WHOLE))], "keep the heights"),
    "terrain in SWEREF 99 TM": (
        terrain(lambda f: grid(f / "t.tif", 9.0, crs="EPSG:3006", west=499_000, north=6_654_000, cell=100)),
        "terrain covers 100.0%",
    ),
    "terrain in metres, its system guessed": (
        terrain(lambda f: grid(f / "t.tif", 9.0, crs=None, west=499_000, north=6_654_000, cell=100)),
        "t.tif names no coordinate system: by its numbers taken as EPSG:3006 (SWEREF99 TM)",
    ),
    "an ASCII grid that is named as text": (
        terrain(lambda f: hill(f, "grid.txt")),
        "(4 grid.txt)",
    ),
    "spot heights": (
        terrain(
            written(
                "spots.csv",
                "\ufefflon;lat;höjd\n" + "".join(
                    f"{15.0 + i * 0.002:.4f};{59.999 + j * 0.001:.4f};{100 + i:.1f}\n".replace(".", ",")
                    for i in range(9)
                    for j in range(4)
                ),
            )
        ),
        "spots.csv: 36 spot heights, about 111 m apart",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_only_unusual_is_taken_right(
    stored: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    make, said = TAKEN[what]
    (tmp_path / "odd").mkdir()
    arguments = make(tmp_path / "odd")
    capfd.readouterr()
    assert dagsplan.main(["import", *arguments]) == 0
    assert said in capfd.readouterr().out
    with connect(stored, "test") as connection:
        assert all(s.elevation_m is not None for s in load_segments(connection))
