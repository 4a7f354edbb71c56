"""What lies round the streets, for the eye alone: water, parks, buildings, railways and their names, from the same
extract. Nothing is planned by it; a file that holds none gives none, and the streets stand by themselves."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt
import osmium
from scipy.spatial import cKDTree

from city.entities import Segment
from ingest.roads.terrain import METRES_PER_DEGREE

SCALE = 1e6
"""Coordinates are whole millionths of a degree, about a decimetre."""
AreaKind = Literal["water", "park", "building"]
LineKind = Literal["rail", "shore"]
WATER = {"natural": {"water"}, "waterway": {"riverbank", "dock"}, "landuse": {"reservoir", "basin"}}
PARK = {
    "leisure": {"park", "garden", "pitch", "playground", "golf_course", "nature_reserve"},
    "landuse": {"grass", "forest", "cemetery", "meadow", "recreation_ground", "village_green"},
    "natural": {"wood", "scrub", "heath", "grassland"},
}
RAIL = frozenset({"rail", "light_rail", "tram", "narrow_gauge"})
PLACES = frozenset({"suburb", "quarter", "neighbourhood", "village", "hamlet", "island", "islet"})
KEYS = ("building", "natural", "leisure", "landuse", "waterway", "railway", "place")
Ring = list[int]
Floats = npt.NDArray[np.float64]


class BaseArea(msgspec.Struct, frozen=True):
    """Something with an inside: its outer ring and the holes in it, each lon, lat, lon, lat … [1e-6 degrees]."""

    kind: AreaKind
    rings: list[Ring]


class BaseLine(msgspec.Struct, frozen=True):
    """A railway or a shore: lon, lat, lon, lat … [1e-6 degrees]."""

    kind: LineKind
    line: Ring


class BaseLabel(msgspec.Struct, frozen=True):
    """A name and where it stands [1e-6 degrees]."""

    kind: Literal["water", "park", "place"]
    name: str
    x: int
    y: int


@dataclass
class BaseMap:
    """What was found round the streets."""

    areas: list[BaseArea] = field(default_factory=list)
    lines: list[BaseLine] = field(default_factory=list)
    labels: list[BaseLabel] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.areas or self.lines)

    def packed(self) -> bytes:
        """The base map as the interface sends it: JSON, gzipped."""
        doc = {"areas": self.areas, "lines": self.lines, "labels": self.labels}
        return gzip.compress(msgspec.json.encode(doc), 6, mtime=0)


def read_ground(
    file: Path,
    segments: Sequence[Segment],
    language: str,
    *,
    near_m: float = 500.0,
    slack_m: float = 1.5,
    least_building_m2: float = 60.0,
    least_area_m2: float = 400.0,
    most_buildings: int = 30_000,
) -> BaseMap:
    """What lies within ``near_m`` of a street, read in two further passes over an extract; names in ``language`` where
    they have one. Lines are simplified to ``slack_m``; of more than ``most_buildings`` the smallest are left out."""
    if not segments:
        return BaseMap()
    near, found = _Near(segments, near_m), BaseMap()
    buildings: list[tuple[float, BaseArea]] = []
    for item in _objects(file):
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, osmium.osm.Area):
            kind = kind_of(tags)
            if kind is None:
                continue
            least = least_building_m2 if kind == "building" else least_area_m2
            for rings in _rings(item):
                size = area_m2(rings[0])
                if size < least or not near.any(rings[0]):
                    continue
                made = BaseArea(kind, [whole(simplified(ring, slack_m)) for ring in rings])
                if kind == "building":
                    buildings.append((size, made))
                else:
                    found.areas.append(made)
                    _label(found, kind, tags, rings[0], language, size)
        elif isinstance(item, osmium.osm.Way):
            _line(found, item, tags, near, slack_m)
        elif isinstance(item, osmium.osm.Node) and tags.get("place") in PLACES:
            at = (item.lon, item.lat)
            if near.any([at]):
                _named(found, "place", _name(tags, language), at)
    buildings.sort(key=lambda one: -one[0])
    found.areas += [made for _, made in buildings[:most_buildings]]
    return found


def kind_of(tags: dict[str, str]) -> AreaKind | None:
    """What an area is by its tags; None for what the map does not draw."""
    if tags.get("building", "no") != "no":
        return "building"
    for kind, wanted in (("water", WATER), ("park", PARK)):
        if any(tags.get(key) in values for key, values in wanted.items()):
            return kind  # type: ignore[return-value]
    return None


def _objects(file: Path) -> Iterator[osmium.osm.types.OSMEntity]:
    """Nodes, ways and areas with one of the keys. Areas want the file in order: one that is not is sorted first."""
    wanted = osmium.filter.KeyFilter(*KEYS)
    with TemporaryDirectory() as folder:
        ordered = file if _is_ordered(file) else _sorted(file, Path(folder) / "ordered.osm.pbf")
        yield from osmium.FileProcessor(str(ordered)).with_areas(wanted).with_filter(wanted)


def _is_ordered(file: Path) -> bool:
    """Whether ways and relations stand by their ids."""
    last = {"w": 0, "r": 0}
    for item in osmium.FileProcessor(str(file), osmium.osm.WAY | osmium.osm.RELATION):
        if item.id < last[item.type_str()]:
            return False
        last[item.type_str()] = item.id
    return True


def _sorted(file: Path, to: Path) -> Path:
    """The same file in order; it is held in memory while it is sorted."""
    reader, writer = osmium.MergeInputReader(), osmium.SimpleWriter(str(to))
    reader.add_file(str(file))
    reader.apply(writer)
    writer.close()
    return to


class _Near:
    """Whether something lies near a street."""

    def __init__(self, segments: Sequence[Segment], near_m: float) -> None:
        points = np.array([point for segment in segments for point in segment.geometry], float)
        self._narrow = float(np.cos(np.radians(points[:, 1].mean())))
        self._tree = cKDTree(points * [self._narrow, 1.0])
        self._reach = near_m / METRES_PER_DEGREE

    def any(self, line: Sequence[tuple[float, float]]) -> bool:
        """Whether any point of a line, or the middle of it, is."""
        points = np.array(line, float)
        asked = np.vstack([points[:: max(1, len(points) // 64)], points.mean(axis=0)]) * [self._narrow, 1.0]
        return bool((self._tree.query(asked, distance_upper_bound=self._reach)[0] < np.inf).any())


def _rings(area: osmium.osm.Area) -> Iterator[list[list[tuple[float, float]]]]:
    """Each outer ring of an area with its holes; a ring with a node that the extract lacks is left out."""
    for outer in area.outer_rings():
        ring = _points(outer)
        if len(ring) >= 4:
            yield [ring, *(hole for inner in area.inner_rings(outer) if len(hole := _points(inner)) >= 4)]


def _points(nodes: Iterable[osmium.osm.NodeRef]) -> list[tuple[float, float]]:
    return [(node.location.lon, node.location.lat) for node in nodes if node.location.valid()]


def _line(found: BaseMap, way: osmium.osm.Way, tags: dict[str, str], near: _Near, slack_m: float) -> None:
    """A railway above the ground, or a shore."""
    is_rail = tags.get("railway") in RAIL and tags.get("tunnel", "no") == "no"
    if not is_rail and tags.get("natural") != "coastline":
        return
    points = _points(way.nodes)
    if len(points) >= 2 and near.any(points):
        found.lines.append(BaseLine("rail" if is_rail else "shore", whole(simplified(points, slack_m))))


def _label(
    found: BaseMap,
    kind: AreaKind,
    tags: dict[str, str],
    ring: Sequence[tuple[float, float]],
    language: str,
    size: float,
    *,
    least_m2: float = 2500.0,
) -> None:
    """The name of a larger water or park, in its middle."""
    if kind != "building" and size >= least_m2:
        middle = np.array(ring, float).mean(axis=0)
        _named(found, "water" if kind == "water" else "park", _name(tags, language), (middle[0], middle[1]))


def _named(found: BaseMap, kind: Literal["water", "park", "place"], name: str, at: tuple[float, float]) -> None:
    if name:
        found.labels.append(BaseLabel(kind, name, round(at[0] * SCALE), round(at[1] * SCALE)))


def _name(tags: dict[str, str], language: str) -> str:
    return tags.get(f"name:{language}") or tags.get("name", "")


def area_m2(ring: Sequence[tuple[float, float]]) -> float:
    """The area that a ring encloses [m²], on a plane round it (shoelace formula)."""
    points = np.array(ring, float)
    x = (points[:, 0] - points[0, 0]) * METRES_PER_DEGREE * np.cos(np.radians(points[0, 1]))
    y = (points[:, 1] - points[0, 1]) * METRES_PER_DEGREE
    return float(abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2.0)


def simplified(line: Sequence[tuple[float, float]], slack_m: float) -> list[tuple[float, float]]:
    """A line without the points that lie within ``slack_m`` of it [m] (Douglas and Peucker 1973); a ring keeps at least
    its first point, the one farthest from it, and one beside."""
    points = np.array(line, float)
    flat = (points - points[0]) * [METRES_PER_DEGREE * np.cos(np.radians(points[0, 1])), METRES_PER_DEGREE]
    kept = np.zeros(len(points), bool)
    kept[[0, -1]] = True
    stack = [(0, len(points) - 1)]
    if len(points) > 3 and line[0] == line[-1]:
        far = int(np.hypot(*flat.T).argmax())
        kept[far] = True
        stack = [(0, far), (far, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        off = _off(flat[first + 1 : last], flat[first], flat[last])
        worst = int(off.argmax())
        if off[worst] > slack_m:
            middle = first + 1 + worst
            kept[middle] = True
            stack += [(first, middle), (middle, last)]
    if line[0] == line[-1] and kept.sum() < 4:
        return list(line)
    return [line[i] for i in np.flatnonzero(kept).tolist()]


def _off(points: Floats, begin: Floats, end: Floats) -> Floats:
    """(n,) how far points lie from the stretch between two others [m]."""
    along = end - begin
    long = max(float(along @ along), 1e-12)
    part = np.clip((points - begin) @ along / long, 0.0, 1.0)
    off: Floats = np.hypot(*(points - begin - part[:, None] * along).T)
    return off


def whole(line: Sequence[tuple[float, float]]) -> Ring:
    """A line in whole millionths of a degree: lon, lat, lon, lat …"""
    return [round(part * SCALE) for point in line for part in point]
