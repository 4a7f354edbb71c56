"""What lies round the streets: which kinds, how much of a line is kept, in which language; nothing is invented."""

from __future__ import annotations

import gzip
import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.roads.cut import cut
from ingest.roads.ground import BaseMap, area_m2, kind_of, read_ground, simplified
from ingest.roads.osm import read_extract

LAT, LON = 60.0, 20.0
STEP = 0.0005


def nodes(rows: list[tuple[int, float, float]]) -> str:
    return "".join(f"<node id='{n}' lon='{LON + x * STEP}' lat='{LAT + y * STEP}'/>" for n, x, y in rows)


def way(number: int, ids: list[int], **tags: str) -> str:
    said = "".join(f"<tag k='{key.replace('__', ':')}' v='{value}'/>" for key, value in tags.items())
    return f"<way id='{number}'>" + "".join(f"<nd ref='{n}'/>" for n in ids) + said + "</way>"


def town(folder: Path, *extra: str) -> Path:
    """A street with a lake, a wood and a house beside it, a railway, a tunnel, and a lake far off."""
    square = {1: (2, 2), 2: (6, 2), 3: (6, 6), 4: (2, 6), 11: (-3, 2), 12: (-1, 2), 13: (-1, 3), 14: (-3, 3)}
    inner = {21: (3, 3), 22: (4, 3), 23: (4, 4), 24: (3, 4)}
    far = {31: (400, 400), 32: (404, 400), 33: (404, 404), 34: (400, 404)}
    road = {41: (0, 0), 42: (4, 0), 43: (8, 0)}
    rail = {51: (0, -1), 52: (4, -1), 53: (8, -1)}
    rows = [(n, *at) for group in (square, inner, far, road, rail) for n, at in group.items()]
    parts = (
        way(101, [41, 42, 43], highway="residential", name="Strandgatan"),
        way(102, [1, 2, 3, 4, 1]),
        way(103, [21, 22, 23, 24, 21]),
        way(104, [11, 12, 13, 14, 11], building="yes"),
        way(105, [31, 32, 33, 34, 31], natural="water", name="Långt borta"),
        way(106, [51, 52, 53], railway="rail"),
        way(107, [51, 52], railway="rail", tunnel="yes"),
        "<relation id='201'><member type='way' ref='102' role='outer'/><member type='way' ref='103' role='inner'/>"
        "<tag k='type' v='multipolygon'/><tag k='natural' v='water'/><tag k='name' v='Järvi'/>"
        "<tag k='name:sv' v='Sjön'/></relation>",
    )
    file = folder / "town.osm"
    file.write_text(f"<osm version='0.6'>{nodes(rows)}{''.join(parts)}{''.join(extra)}</osm>", encoding="utf-8")
    return file


def ground_of(file: Path, language: str = "sv") -> BaseMap:
    return read_ground(file, cut(read_extract(file)).segments, language)


def test_water_houses_and_railways_near_the_streets(tmp_path: Path) -> None:
    """A lake keeps its island; what lies in a tunnel or far off is not drawn."""
    found = ground_of(town(tmp_path))
    assert sorted((area.kind, len(area.rings)) for area in found.areas) == [("building", 1), ("water", 2)]
    assert [line.kind for line in found.lines] == ["rail"]
    assert [(label.kind, label.name) for label in found.labels] == [("water", "Sjön")]
    doc = json.loads(gzip.decompress(found.packed()))
    assert set(doc) == {"areas", "lines", "labels"}
    (lake,) = [area for area in doc["areas"] if area["kind"] == "water"]
    assert min(lake["rings"][0][::2]) == round((LON + 2 * STEP) * 1e6)


def test_names_are_in_the_language_that_is_spoken(tmp_path: Path) -> None:
    """Where the map has it; else as it stands there."""
    assert [label.name for label in ground_of(town(tmp_path), "en").labels] == ["Järvi"]


def test_a_ring_that_lacks_its_nodes_is_left_out(tmp_path: Path) -> None:
    """An extract that was cut through a lake says nothing of it, and nothing fails."""
    found = ground_of(town(tmp_path, way(108, [901, 902, 903, 901], natural="water")))
    assert sum(area.kind == "water" for area in found.areas) == 1


def test_a_file_with_streets_alone_has_no_ground(tmp_path: Path) -> None:
    """Nothing is invented."""
    file = tmp_path / "streets.osm"
    road = way(101, [1, 2], highway="residential")
    file.write_text(f"<osm version='0.6'>{nodes([(1, 0, 0), (2, 4, 0)])}{road}</osm>", encoding="utf-8")
    assert not ground_of(file)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"building": "no"}, None),
        ({"building": "garage", "leisure": "park"}, "building"),
        ({"natural": "water"}, "water"),
        ({"landuse": "forest"}, "park"),
        ({"landuse": "residential"}, None),
    ],
)
def test_what_an_area_is(tags: dict[str, str], kind: str | None) -> None:
    assert kind_of(tags) == kind


@given(st.lists(st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01)), min_size=2, max_size=40), st.floats(0.5, 50))
def test_a_simpler_line_is_never_farther_off_than_its_slack(steps: list[tuple[float, float]], slack_m: float) -> None:
    """Every point left out lies within it, and the ends stay."""
    line = [(LON + x, LAT + y) for x, y in steps]
    made = simplified(line, slack_m)
    assert made[0] == line[0]
    assert made[-1] == line[-1]
    assert all(min(_off(point, a, b) for a, b in pairwise(made)) <= 1.01 * slack_m for point in line)


def _off(p: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    """How far a point lies from a stretch between two others [m]."""
    narrow = math.cos(math.radians(LAT))
    (px, py), (ax, ay), (bx, by) = (((x - LON) * 111_195 * narrow, (y - LAT) * 111_195) for x, y in (p, a, b))
    long = (bx - ax) ** 2 + (by - ay) ** 2
    part = 0.0 if long == 0 else max(0.0, min(1.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / long))
    return math.hypot(px - ax - part * (bx - ax), py - ay - part * (by - ay))


def test_an_area_is_measured_in_metres() -> None:
    """A square of a hundredth of a degree north, twice as many east at 60° north."""
    ring = [(20.0, 60.0), (20.02, 60.0), (20.02, 60.01), (20.0, 60.01), (20.0, 60.0)]
    assert area_m2(ring) == pytest.approx(1111.95**2, rel=0.01)
