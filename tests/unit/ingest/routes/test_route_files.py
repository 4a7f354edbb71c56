"""Files of routes: what is read of them, and how what is wrong is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from city.catalogue.words import words
from city.errors import ImportRefused
from ingest.routes.parts import Read
from ingest.routes.read import read

HERE, THERE = [14.80, 56.87], [14.81, 56.88]


def feature(coordinates: Any = (HERE, THERE), kind: str = "LineString", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def geojson(folder: Path, *features: Any) -> Read:
    file = folder / "today.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return read(file)


def gpx(folder: Path, body: str, head: str = '<?xml version="1.0"?>') -> Read:
    file = folder / "today.gpx"
    file.write_text(f'{head}<gpx xmlns="http://www.topografix.com/GPX/1/1">{body}</gpx>', encoding="utf-8")
    return read(file)


def said(found: Read) -> list[str]:
    """The lines of what was refused, each in English; each has its Swedish too."""
    assert all(words("sv").say(line) for line in found.refused)
    return [words("en").say(line) for line in found.refused]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Norr\n 3", "Norr 3"),
        ("a\0b", "a b"),
        ("\ud800x", "x"),
        ("\x1b[31mNorr", "[31mNorr"),
        ("\n", None),
        ("雪 &", "雪 &"),
    ],
)
def test_a_name_is_one_line_that_can_be_stored_and_printed(tmp_path: Path, written: str, kept: str | None) -> None:
    (part,) = geojson(tmp_path, feature(route=written, vehicle=written)).parts
    assert (part.route, part.vehicle) == (kept, kept)


def test_a_name_of_several_lines_in_gpx_is_one(tmp_path: Path) -> None:
    points = '<trkpt lat="56.87" lon="14.80"/><trkpt lat="56.88" lon="14.81"/>'
    (part,) = gpx(tmp_path, f"<trk><name>\n  Norr\n  3\n</name><trkseg>{points}</trkseg></trk>").parts
    assert part.route == "Norr 3"


def test_what_a_feature_says_of_its_route(tmp_path: Path) -> None:
    read_ = geojson(tmp_path, feature(route=7, vehicle="P01", serve=True, order=2, **{"class": "P2"}, other=[1]))
    (part,) = read_.parts
    assert (part.route, part.vehicle, part.route_class, part.order) == ("7", "P01", "P2", 2.0)
    (line,) = part.lines
    assert (line.points, line.serve, line.drawn) == ((tuple(HERE), tuple(THERE)), True, True)


def test_a_multi_line_is_several_lines_and_heights_are_passed_over(tmp_path: Path) -> None:
    (part,) = geojson(tmp_path, feature([[[*HERE, 30.0], THERE], [THERE, HERE]], "MultiLineString", name="N")).parts
    assert [len(line.points) for line in part.lines] == [2, 2]
    assert part.route == "N"


def test_a_single_line_is_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(feature()["geometry"]))
    assert len(read(file).parts) == 1


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (feature(HERE, "Point"), "geometry: is Point; a route is a LineString"),
        ({"type": "Feature", "properties": {}, "geometry": None}, "geometry: is none"),
        (feature([HERE]), "no two points that differ"),
        (feature([HERE, HERE]), "no two points that differ"),
        (feature([HERE, [14.8]]), "has no latitude"),
        (feature([HERE, ["14.8", 56.8]]), "Expected `float`, got `str`"),
        (feature([HERE, [float("nan"), 56.8]]), "point 2: is (nan, 56.8), which is no place; leave the point out"),
        (feature([[487000.0, 6303000.0], [487100.0, 6303000.0]]), "metres and not degrees (SWEREF 99 or UTM?)"),
        (feature([[56.87, 114.8], [56.88, 114.8]]), "latitude is 114.8; are longitude and latitude swapped?"),
        (feature(serve="yes"), "$.properties.serve"),
        (feature(**{"class": "P9"}), "$.properties.class"),
        (5, "Expected `object`, got `int`"),
    ],
)
def test_a_bad_feature_is_one_line_and_costs_none_of_its_neighbours(bad: Any, named: str, tmp_path: Path) -> None:
    found = geojson(tmp_path, feature(name="a"), bad, feature(name="b"))
    assert [part.route for part in found.parts] == ["a", "b"]
    (line,) = said(found)
    assert line.startswith("feature 2: ")
    assert named in line


def test_tracks_are_recorded_and_routes_drawn(tmp_path: Path) -> None:
    points = '<trkpt lat="56.87" lon="14.80"><time>2026-01-12T03:00:00Z</time></trkpt><trkpt lat="56.88" lon="14.81"/>'
    route = (
        '<rte><name>B</name><rtept lat="56.87" lon="14.8"><name>x</name></rtept><rtept lat="56.9" lon="14.8"/></rte>'
    )
    found = gpx(tmp_path, f"<trk><name> Å 1 </name><trkseg>{points}</trkseg><trkseg>{points}</trkseg></trk>{route}")
    assert [(part.route, len(part.lines)) for part in found.parts] == [("Å 1", 2), ("B", 1)]
    assert [part.lines[0].drawn for part in found.parts] == [False, True]
    assert found.parts[0].lines[0].points == ((14.80, 56.87), (14.81, 56.88))
    assert found.parts[0].lines[0].serve is None


def test_a_bad_track_is_one_line(tmp_path: Path) -> None:
    good = '<trk><trkseg><trkpt lat="56.87" lon="14.80"/><trkpt lat="56.88" lon="14.81"/></trkseg></trk>'
    bad = '<trk><trkseg><trkpt lat="56,87" lon="14.80"/><trkpt lat="56.88" lon="14.81"/></trkseg></trk>'
    none = '<trk><trkseg><trkpt lat="NaN" lon="14.80"/><trkpt lat="56.88" lon="14.81"/></trkseg></trk>'
    found = gpx(tmp_path, good + bad + none + "<trk/>")
    assert len(found.parts) == 1
    refused = said(found)
    assert refused[0].startswith("track 2: trkseg 1, point 1: lon='14.80' lat='56,87' are no numbers")
    assert refused[1].startswith("track 3: trkseg 1, point 1: is (14.8, nan)")
    assert refused[2].startswith("track 4: has no two points")


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("a.geojson", '{"type": "FeatureCollection", ', "is not JSON"),
        ("a.geojson", "[" * 100_000, "is not JSON"),
        ("a.geojson", "\xff", "is not JSON"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "holds no features"),
        ("a.geojson", "[]", "holds no features"),
        ("a.gpx", "<gpx><trk>", "is broken XML"),
        ("a.gpx", "", "is broken XML"),
        ("a.gpx", "<kml></kml>", "is XML of <kml> and not GPX"),
        ("a.gpx", '<gpx><wpt lat="1" lon="2"/></gpx>', "neither a track nor a route"),
        ("a.gpx", '<!DOCTYPE g [<!ENTITY a "aaaa">]><gpx><trk><name>&a;</name></trk></gpx>', "has a document type"),
        ("a.shp", "", "is neither .geojson, .json nor .gpx"),
    ],
)
def test_a_file_that_is_none_is_refused(name: str, text: str, named: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="latin-1")
    with pytest.raises(ImportRefused, match=name) as refused:
        read(file)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"gone\.gpx: No such file"):
        read(tmp_path / "gone.gpx")
