"""What is worked out of a place without asking anybody: its zone, its tiles, what lies in it, and what is assumed."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from city.entities import CalendarDay, Depot, Room, Segment, Vehicle
from city.tables import rows_of
from ingest.opendata.border import inside, touched
from ingest.opendata.elevation import tile_names
from ingest.opendata.place import Hit, _hits, _towns, time_zones
from ingest.opendata.standins import (
    closed_days,
    fleet_file,
    stand_in_fleet,
    stand_in_vessels,
    write_calendar,
    write_rooms,
)
from ingest.opendata.streets import Tile, query, tiles
from ingest.registers.fleet import FleetFile
from ingest.roads.osm import ROOM_AMENITIES, SCHOOLS
from ingest.roads.tags import ROUTE_CLASS
from tests.openservices import place

SQUARE = ((14.0, 56.0), (15.0, 56.0), (15.0, 57.0), (14.0, 57.0), (14.0, 56.0))
HOLE = ((14.4, 56.4), (14.6, 56.4), (14.6, 56.6), (14.4, 56.6), (14.4, 56.4))


@pytest.mark.parametrize(
    ("country", "point", "zone"),
    [
        ("SE", (14.8, 56.9), "Europe/Stockholm"),
        ("FI", (24.9, 60.2), "Europe/Helsinki"),
        ("AX", (19.9, 60.1), "Europe/Mariehamn"),
        ("NO", (18.9, 69.6), "Europe/Oslo"),
        ("US", (-118.2, 34.1), "America/Los_Angeles"),
        ("US", (-74.0, 40.7), "America/New_York"),
        ("IS", (-21.9, 64.1), "Atlantic/Reykjavik"),
        ("XX", (0.0, 0.0), None),
        ("", (0.0, 0.0), None),
    ],
)
def test_the_zone_of_the_nearest_city_of_the_country_comes_first(country, point, zone):
    assert next(iter(time_zones(country, point)), None) == zone


def test_a_hole_in_the_border_is_outside():
    lon, lat = np.array([14.1, 14.5, 15.1, 14.5]), np.array([56.1, 56.5, 56.5, 56.9])
    assert inside([SQUARE, HOLE], lon, lat).tolist() == [True, False, False, True]


@pytest.mark.parametrize("seed", range(5))
def test_inside_agrees_with_a_plain_count_of_crossings(seed):
    """Against the even-odd rule written out point by point, on stars with many corners."""
    chance = np.random.default_rng(seed)
    angles = np.sort(chance.uniform(0, 2 * np.pi, 60))
    reach = chance.uniform(0.2, 1.0, 60)
    ring = [*zip(reach * np.cos(angles), reach * np.sin(angles), strict=True)]
    ring.append(ring[0])
    lon, lat = chance.uniform(-1, 1, (2, 400))
    expected = [plainly(ring, x, y) for x, y in zip(lon, lat, strict=True)]
    assert inside([ring], lon, lat).tolist() == expected


def plainly(ring, x, y) -> bool:
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            odd = not odd
    return odd


def test_tiles_cover_the_town_and_leave_out_what_it_does_not_touch():
    """An L: of the four tiles of its box three are asked for, and every point of it lies in one."""
    ell = ((14.1, 56.05), (14.9, 56.05), (14.9, 56.2), (14.3, 56.2), (14.3, 56.45), (14.1, 56.45), (14.1, 56.05))
    found = tiles([ell], (14.1, 56.05, 14.9, 56.45))
    assert len(found) == 3
    lon, lat = np.random.default_rng(1).uniform((14.1, 56.05), (14.9, 56.45), (2000, 2)).T
    within = inside([ell], lon, lat)
    covered = np.zeros(len(lon), bool)
    for west, south, east, north in (tile.box for tile in found):
        covered |= (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    assert covered[within].all()


def test_a_town_without_a_corner_in_the_tile_touches_it():
    assert touched([SQUARE], 14.3, 56.3, 14.31, 56.31)
    assert not touched([SQUARE], 15.3, 56.3, 15.31, 56.31)


def test_the_quarters_of_a_tile_are_the_tile():
    tile = Tile((14.0, 56.0, 14.5, 56.25))
    boxes = [quarter.box for quarter in tile.quarters]
    assert min(box[0] for box in boxes) == 14.0
    assert sum((b[2] - b[0]) * (b[3] - b[1]) for b in boxes) == pytest.approx(0.5 * 0.25)
    assert len({quarter.name for quarter in tile.quarters}) == 4


def test_the_query_asks_for_what_the_importer_reads():
    asked = query(Tile((14.0, 56.0, 14.5, 56.25)))
    assert "[bbox:56.0,14.0,56.25,14.5]" in asked
    assert all(word in asked for word in (*ROUTE_CLASS, *ROOM_AMENITIES, *SCHOOLS, "restriction:hgv", "out body qt;"))
    assert asked.count("(") == asked.count(")")
    assert asked.count('"') % 2 == 0
    assert "meta" not in asked  # names of mappers are not asked for


@pytest.mark.parametrize(
    ("box", "names"),
    [
        ((14.5, 56.7, 15.2, 57.1), {"N56_00_E014_00", "N57_00_E014_00", "N56_00_E015_00", "N57_00_E015_00"}),
        ((-22.0, 64.05, -21.6, 64.2), {"N64_00_W022_00"}),
        ((-0.2, -0.3, 0.2, 0.3), {"S01_00_W001_00", "S01_00_E000_00", "N00_00_W001_00", "N00_00_E000_00"}),
    ],
)
def test_heights_are_named_by_their_south_west_corner(box, names):
    west, south, east, north = box
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    assert set(tile_names([ring], box)) == {f"Copernicus_DSM_COG_10_{name}_DEM" for name in names}


def hit(**changed: object) -> Hit:
    return msgspec.convert(place("Grytby", [(14.0, 56.0), (15.0, 56.0), (15.0, 57.0)]) | changed, Hit, strict=False)


def test_borders_of_municipalities_come_before_other_borders_and_points():
    town, county = hit(), hit(osm_id=2, addresstype="county")
    point = hit(osm_id=3, geojson={"type": "Point", "coordinates": [14.5, 56.5]}, category="place", type="town")
    shop = hit(osm_id=4, geojson={"type": "Point", "coordinates": [14.5, 56.5]}, category="shop", type="books")
    assert _towns([point, county, town]) == [town]
    assert _towns([point, county]) == [county]
    assert _towns([shop, point]) == [point]
    assert _towns([shop]) == []


def test_a_place_of_another_shape_hides_no_other(tmp_path: Path):
    """A postcode has no object of the map, and a place may have no name."""
    code = {"lat": "56.5", "lon": "14.5", "display_name": "352 30", "boundingbox": ["56", "57", "14", "15"]}
    answer = [{"place_id": 1}, code, place("Grytby", [(14.0, 56.0), (15.0, 56.0), (15.0, 57.0)]) | {"name": None}]
    (tmp_path / "a.json").write_text(json.dumps(answer))
    assert [hit.display_name for hit in _towns(_hits(tmp_path / "a.json"))] == ["Grytby, Sverige"]


def test_an_open_ring_is_closed():
    assert hit(geojson={"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}).rings[0][-1] == (0.0, 0.0)


def segment(number: int, km: float, network: str = "street", **changed: object) -> Segment:
    line = ((14.0 + number / 100, 56.0), (14.01 + number / 100, 56.0))
    fields = {"keeper": "unknown", "reachable": True} | changed
    return Segment(
        id=str(number), name="", network=network, route_class="P3", highway="residential", oneway=False, lanes=None,
        width_m=None, surface="", bridge=False, tunnel=False, speed_kmh=40.0, length_m=1000 * km, from_node=number,
        to_node=number + 1, geometry=line, **fields,
    )  # type: ignore[arg-type]  # fmt: skip


def test_the_assumed_fleet_is_as_large_as_the_town_and_reads_back(tmp_path):
    streets = [segment(1, 75.0), segment(2, 30.0, "cycle"), segment(3, 500.0, keeper="state")]
    fleet = stand_in_fleet([*streets, segment(4, 90.0, reachable=False)], 81, (14.03, 56.0), ('D "1"', "T"))
    kinds = [(v.domain, v.network) for v in fleet.vehicles]
    assert kinds == [("snow", "street")] * 2 + [("snow", "cycle")] + [("waste", "street")] * 2
    assert (fleet.depots[0].lon, fleet.depots[0].lat) == (14.03, 56.0)
    read = msgspec.convert(tomllib.loads(fleet_file(fleet, ["one", "två"])), FleetFile)
    assert (read.depot, read.vehicle) == (fleet.depots, fleet.vehicles)
    assert all(row.id.startswith("assumed-") for row in (*read.depot, *read.vehicle))


def test_a_town_without_streets_or_places_gets_no_vehicle():
    assert stand_in_fleet([], 0, (14.0, 56.0), ("D", "T")).vehicles == ()


def test_vessels_are_assumed_by_what_a_place_takes(tmp_path: Path):
    rooms = [Room("a", "A", 14.0, 56.0, "recycling"), Room("b", "B", 14.0, 56.0, "basket"), Room("c", "C", 14.0, 56.0)]
    made = stand_in_vessels(rooms, {"a": ("glass", "paper")})
    assert [(v.room, v.fraction) for v in made] == [("a", "glass"), ("a", "paper"), ("b", "litter")]
    write_rooms(tmp_path / "rooms.csv", rooms, made)
    with (tmp_path / "rooms.csv").open(encoding="utf-8") as file:
        read = [(row["room"], row["kind"], row["vessel"], float(row["litres"])) for row in csv.DictReader(file)]
    assert read == [(v.room, {"a": "recycling", "b": "basket"}[v.room], v.id, v.litres) for v in made]


def test_schools_are_closed_on_public_holidays_and_nothing_is_said_of_terms(tmp_path: Path):
    days = closed_days("SE", date(2026, 11, 29))
    assert days is not None
    closed = {day.day for day in days}
    assert {date(2026, 12, 25), date(2027, 1, 6), date(2027, 5, 6)} <= closed
    assert all(day.weekday() < 5 for day in closed)
    assert date(2026, 12, 28) not in closed
    write_calendar(tmp_path / "c.csv", days)
    assert [*rows_of(tmp_path / "c.csv", CalendarDay)] == days
    assert closed_days("XX", date(2026, 11, 29)) is None


def test_depots_and_vehicles_keep_their_defaults_out_of_the_file():
    from ingest.opendata.standins import StandInFleet

    said = fleet_file(StandInFleet((Depot("d", "D", 1.0, 2.0),), (Vehicle("v", "snow", "d"),)), [])
    assert "simulated" not in said
    assert "contractor" not in said
