"""Reads an OpenStreetMap extract (.osm.pbf, .osm.gz, .osm.bz2, .osm) in one pass.

Out come the ways of the street and the cycle network with the positions of their nodes, turn restrictions, spot
heights, and the objects that waste rooms, schools and the places to clear are made of. ``ingest.roads.cut`` makes
segments of the ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import osmium

from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import ImportRefused
from city.settings import StreetRules
from ingest.roads import tags as read
from ingest.roads.access import for_vehicles
from ingest.roads.barriers import bars_lorries
from ingest.roads.extract import Box, Extract, Item, LeftWay, Restriction, Shape, SpotHeight, Way
from ingest.roads.networks import AS_USUAL, belonging

ENDINGS = (".osm.pbf", ".pbf", ".osm.gz", ".osm.bz2", ".osm")
ROOM_AMENITIES = frozenset({"waste_basket", "waste_disposal", "recycling"})
SCHOOLS = frozenset({"school", "kindergarten"})
TRACKS_AND_WATER = frozenset({"train", "subway", "light_rail", "ferry", "railway"})
"""A platform with one of these is its owner's to clear."""
RESTRICTIONS = tuple(f"restriction{of}" for of in ("", ":hgv", ":motor_vehicle", ":conditional", ":hgv:conditional"))
"""The tags by which turn restrictions are found. Those of other vehicles alone do not concern us."""

_GOOD = message("error.roads.give_extract")


def read_extract(file: Path, rules: StreetRules = AS_USUAL) -> Extract:
    """Reads the whole file once; ``rules`` say where pedestrian streets, car-free and bus streets belong.

    Raises ImportRefused naming the file where there is none, where it is of another kind, truncated or empty,
    and where it holds no drivable street.
    """
    _check_file(file)
    extract = Extract(file)
    try:
        _read(extract, rules)
    except (RuntimeError, ValueError, OSError) as error:
        problem = message("error.roads.no_whole_file", problem=in_our_words(_first_line(error)))
        raise ImportRefused(file, problem, _GOOD) from error
    _check_streets(extract)
    return extract


def _check_file(file: Path) -> None:
    if not file.exists():
        raise ImportRefused(file, message("error.roads.no_file"), message("error.file.check_path"))
    if not file.is_file():
        raise ImportRefused(file, message("error.roads.is_no_file"), _GOOD)
    if not file.name.lower().endswith(ENDINGS):
        raise ImportRefused(file, message("error.roads.ending"), _GOOD)
    if file.stat().st_size == 0:
        raise ImportRefused(file, message("error.file.empty"), message("error.file.fetch_again"))


def _check_streets(extract: Extract) -> None:
    streets = [way for way in extract.ways if way.network == "street"]
    if not streets:
        raise ImportRefused(extract.file, message("error.roads.no_street"), message("error.roads.cut_again"))
    if not any(node in extract.positions for way in streets for node in way.nodes):
        raise ImportRefused(extract.file, message("error.roads.no_nodes"), message("error.roads.sort"))


def _read(extract: Extract, rules: StreetRules) -> None:
    source = osmium.FileProcessor(str(extract.file)).with_locations()
    source.with_filter(
        osmium.filter.KeyFilter(
            "highway", "route", "barrier", "public_transport", "amenity", "building", "ele", *RESTRICTIONS
        )
    )
    newest, extract.box = _header_time(source.header), _header_box(source.header)
    latest: datetime | None = None
    for item in source:
        if not isinstance(item, osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation):
            continue
        stamp = item.timestamp
        if newest is None and (latest is None or stamp > latest):
            latest = stamp
        _take(extract, item, rules)
    extract.data_date = _plausible_date(newest or latest)
    _find_members(extract)
    _find_positions(extract, source.node_location_storage)


def _header_time(header: osmium.io.Header) -> datetime | None:
    for key in ("osmosis_replication_timestamp", "timestamp"):
        try:
            found = datetime.fromisoformat(header.get(key, ""))
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _header_box(header: osmium.io.Header) -> Box | None:
    box = header.box()
    if not box.valid():
        return None
    return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat


def _plausible_date(newest: datetime | None) -> date | None:
    """The day of the data; None where the file carries no times (they then read 1970)."""
    return newest.date() if newest is not None and newest.year >= 2004 else None


def _take(extract: Extract, item: Item, rules: StreetRules) -> None:
    tags = {tag.k: tag.v for tag in item.tags}
    if isinstance(item, osmium.osm.Way):
        if "highway" in tags:
            _take_way(extract, item, tags, rules)
        elif tags.get("route") == "ferry" and for_vehicles(tags).right != "closed":
            extract.left.append(LeftWay(item.id, read.name(tags), None, "route=ferry", _refs(item)))
    elif isinstance(item, osmium.osm.Node):
        height = read.elevation_m(tags) if "ele" in tags else None
        if height is not None and item.location.valid():
            extract.spot_heights.append(SpotHeight(item.location.lon, item.location.lat, height))
        barrier = bars_lorries(tags)
        if barrier:
            extract.barriers[item.id] = barrier
    elif tags.get("type") == "restriction":
        members = tuple((member.type, member.role, member.ref) for member in item.members)
        extract.restrictions.append(Restriction(item.id, tags, members))
    _take_place(extract, item, tags)
    _take_cleared(extract, item, tags)


def _take_way(extract: Extract, way: osmium.osm.Way, tags: Mapping[str, str], rules: StreetRules) -> None:
    found = belonging(tags, rules)
    if found.network is not None:
        extract.ways.append(Way(way.id, found.network, tags, _refs(way)))
    elif tags.get("area") != "yes":
        by = found.by or f"highway={tags['highway']}"
        extract.left.append(LeftWay(way.id, read.name(tags), found.because, by, _refs(way)))


def _take_place(extract: Extract, item: Item, tags: Mapping[str, str]) -> None:
    if tags.get("amenity") in ROOM_AMENITIES:
        extract.rooms.append(_shape(item, tags))
    elif tags.get("amenity") in SCHOOLS or tags.get("building") in SCHOOLS:
        extract.schools.append(_shape(item, tags))
    elif tags.get("building", "no") != "no" and isinstance(item, osmium.osm.Way):
        extract.buildings.append(_shape(item, {"building": tags["building"]}))


def _take_cleared(extract: Extract, item: Item, tags: Mapping[str, str]) -> None:
    """Bus stops, crossings that are marked, and open car parks that anybody may use."""
    if tags.get("highway") == "bus_stop" or tags.get("public_transport") == "platform":
        if all(tags.get(key, "no") == "no" for key in TRACKS_AND_WATER):
            extract.stops.append(_shape(item, tags))
    elif tags.get("highway") == "crossing":
        if tags.get("crossing") not in {"no", "unmarked"} and tags.get("crossing:markings") != "no":
            extract.crossings.append(_shape(item, tags))
    elif tags.get("amenity") == "parking":
        shut = tags.get("access") in {"private", "no", "customers", "permit"}
        if not shut and tags.get("parking") not in {"underground", "multi-storey", "rooftop"}:
            extract.car_parks.append(_shape(item, tags))


def _shape(item: Item, tags: Mapping[str, str]) -> Shape:
    if isinstance(item, osmium.osm.Node):
        place = (item.location.lon, item.location.lat) if item.location.valid() else None
        return Shape("node", item.id, tags, place=place)
    if isinstance(item, osmium.osm.Way):
        return Shape("way", item.id, tags, rings=(_refs(item),))
    outer = tuple(m.ref for m in item.members if m.type == "w" and m.role in {"outer", ""})
    return Shape("relation", item.id, tags, members=outer)


def _refs(way: osmium.osm.Way) -> tuple[int, ...]:
    return tuple(node.ref for node in way.nodes)


def _find_members(extract: Extract) -> None:
    """Gives relations the node ids of their outer ways: ways without tags of their own were passed over."""
    lists = (extract.rooms, extract.schools, extract.stops, extract.car_parks)
    wanted = {way for shapes in lists for shape in shapes for way in shape.members}
    if not wanted:
        return
    source = osmium.FileProcessor(str(extract.file), osmium.osm.WAY).with_filter(osmium.filter.IdFilter(wanted))
    lines = {way.id: _refs(way) for way in source if isinstance(way, osmium.osm.Way)}
    for shapes in lists:
        shapes[:] = [_with_rings(shape, lines) for shape in shapes]


def _with_rings(shape: Shape, lines: Mapping[int, tuple[int, ...]]) -> Shape:
    if not shape.members:
        return shape
    rings = tuple(lines[way] for way in shape.members if way in lines)
    return Shape(shape.kind, shape.id, shape.tags, rings=rings)


def _find_positions(extract: Extract, table: osmium.index.LocationTable | None) -> None:
    """Looks the nodes up after the pass, so that files with ways before nodes are read as well."""
    if table is None:
        return
    for node in set(_wanted_nodes(extract)):
        if node <= 0:
            continue
        try:
            location = table.get(node)
        except KeyError:
            continue
        if location.valid():
            extract.positions[node] = (location.lon, location.lat)


def _wanted_nodes(extract: Extract) -> Iterator[int]:
    for way in extract.ways:
        yield from way.nodes
    for left in extract.left:
        yield from left.nodes
    drawn = (*extract.rooms, *extract.schools, *extract.stops, *extract.car_parks)
    for shape in (*drawn, *(extract.buildings if extract.schools else ())):
        for ring in shape.rings:
            yield from ring


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
