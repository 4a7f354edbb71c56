"""Spot heights from a file: whatever separator, decimal sign, order and system; and none where no height is near."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from city.errors import ImportRefused
from ingest.roads.spots import open_spots

ROADS = (15.0, 60.0, 15.02, 60.01)
GRID = [(15.0 + i * 0.002, 60.0 + j * 0.001) for i in range(11) for j in range(11)]


def height(lon: float, lat: float) -> float:
    """A plane, which linear between the points gives back."""
    return 100.0 + 1000.0 * (lon - 15.0) + 500.0 * (lat - 60.0)


def metres(crs: str = "EPSG:3006") -> list[tuple[float, float, float]]:
    to_metres = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return [(*to_metres.transform(lon, lat), height(lon, lat)) for lon, lat in GRID]


def degrees() -> list[tuple[float, float, float]]:
    return [(lon, lat, height(lon, lat)) for lon, lat in GRID]


def lines(rows: list[tuple[float, ...]], sep: str = ",", head: str = "", comma: bool = False) -> str:
    texts = [sep.join(f"{value:.6f}".replace(".", ",") if comma else f"{value:.6f}" for value in row) for row in rows]
    return "\n".join([*([head] if head else []), *texts]) + "\n"


def file(folder: Path, text: str | bytes, name: str = "heights.csv") -> Path:
    made = folder / name
    made.write_bytes(text if isinstance(text, bytes) else text.encode())
    return made


ACCEPTED = {
    "lon, lat, z": lines(degrees(), head="lon,lat,z"),
    "no names": lines(degrees()),
    "Swedish Excel": b"\xef\xbb\xbf" + lines(metres(), ";", "E;N;Höjd (m)", comma=True).encode(),
    "latin-1": lines(metres(), ";", "Öst;Nord;Höjd", comma=True).encode("latin-1"),
    "tabs": lines(metres(), "\t", "Easting\tNorthing\tZ"),
    "spaces": lines(metres(), " "),
    "spaces and decimal commas": lines(metres(), "  ", comma=True),
    "north first by name": lines([(y, x, z) for x, y, z in metres()], ";", "N;E;Z"),
    "x runs north": lines([(y, x, z) for x, y, z in metres()], ";", "X;Y;Z"),
    "height first, a point's name": lines([(z, 7.0, x, y) for x, y, z in metres()], ",", "z,id,x,y"),
    "comments and blank lines": "# measured\n\n" + lines(degrees(), head="lon,lat,ele") + "\n\n",
    "holes": lines([*degrees(), (15.01, 60.005, -9999.0)], head="lon,lat,z"),
    "quoted": '"lon","lat","z"\n' + "\n".join(f'"{lon}","{lat}","{z}"' for lon, lat, z in degrees()),
}


@pytest.mark.parametrize("how", ACCEPTED)
def test_the_heights_are_those_of_the_file(tmp_path: Path, how: str) -> None:
    source = open_spots(file(tmp_path, ACCEPTED[how]), ROADS)
    lon, lat = np.array([15.0031, 15.0107]), np.array([60.0042, 60.0071])
    assert source.sample(lon, lat) == pytest.approx([height(15.0031, 60.0042), height(15.0107, 60.0071)], abs=0.05)
    assert (source.name, len(source.lon)) == ("heights.csv", len(GRID))
    assert source.resolution_m == pytest.approx(111.0, abs=3.0)


def test_a_system_is_taken_as_named_and_a_guess_is_said(tmp_path: Path) -> None:
    zone = lines(metres("EPSG:3010"), head="E,N,Z")
    with pytest.raises(ImportRefused, match=r"names no coordinate system.*--crs EPSG:N"):
        open_spots(file(tmp_path, zone), ROADS)
    named = open_spots(file(tmp_path, zone), ROADS, "EPSG:3010")
    assert named.sample(np.array([15.01]), np.array([60.005]))[0] == pytest.approx(height(15.01, 60.005), abs=0.05)
    assert named.guessed == ""
    north_first = file(tmp_path, lines([(y, x, z) for x, y, z in metres("EPSG:3010")], ";", "X;Y;H"))
    turned = open_spots(north_first, ROADS, "EPSG:3010")
    assert turned.sample(np.array([15.01]), np.array([60.005]))[0] == pytest.approx(height(15.01, 60.005), abs=0.05)
    assert open_spots(file(tmp_path, lines(metres(), head="E,N,Z")), ROADS).guessed == "EPSG:3006 (SWEREF99 TM)"
    assert open_spots(file(tmp_path, lines(degrees(), head="lon,lat,z")), ROADS).guessed == ""


def test_there_is_no_height_beyond_the_points_nor_far_from_any(tmp_path: Path) -> None:
    sparse = [(15.0, 60.0, 1.0), (15.02, 60.0, 2.0), (15.0, 60.01, 3.0), (15.02, 60.01, 4.0)]
    source = open_spots(file(tmp_path, lines(sparse)), ROADS)
    known = np.isfinite(source.sample(np.array([15.001, 15.01, 14.999]), np.array([60.0005, 60.005, 60.0005])))
    assert known.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lon,lat,z\n15.001,60.001,12\n15.002,60.002,twelve\n", "line 3, column 3: 'twelve' is no number"),
        ("lon,lat,z\n15.001,60.001,12\n15.002,60.002\n", "line 3, column 3: '' is no number"),
        ("lon,lat,z\n15.001,60.001,99999\n", "line 2, column 3: 99999 m is no height on Earth"),
        ("a,b,c\n15.001,60.001,12\n", "line 1: has the columns a, b, c"),
        ("15.001;60.001\n", "line 1: has fewer than three columns"),
        ("lon,lat,z\n", "has only 0 heights"),
        ("lon,lat,z\n15.001,60.001,12\n15.002,60.002,12\n15.003,60.003,12\n", "in one line"),
        ("", "is empty"),
        ("lon,lat,z\n60.001,15.001,12\n60.002,15.002,12\n60.003,15.001,12\n", "longitude and latitude swapped"),
        ("lon,lat,z\n18.001,59.001,12\n18.002,59.002,12\n18.003,59.001,12\n", "but the roads lie in"),
        (b"\x00\x01\x02\x00", "is no text"),
    ],
)
def test_a_bad_file_is_one_line_with_the_place_in_it(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        open_spots(file(tmp_path, text), ROADS)
    assert said in str(refused.value)
    assert "heights.csv" in str(refused.value)
    assert "\n" not in str(refused.value)
