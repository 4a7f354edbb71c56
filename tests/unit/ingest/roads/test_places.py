"""Waste places and schools of an extract: each once, with its name and the area of its footprint."""

from __future__ import annotations

from pathlib import Path

import pytest

from city.catalogue.words import words
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from ingest.roads.places import rooms, schools

STREET = (
    '<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/>'
    '<tag k="name" v="Storgatan"/></way>'
)


class Town:
    """A small extract in the making: one street, and what a test adds to it."""

    def __init__(self) -> None:
        self.nodes = {1: (15.0, 60.0, ""), 2: (15.002, 60.0, "")}
        self.ways: list[str] = []

    def point(self, number: int, lon: float, lat: float, **tags: str) -> None:
        self.nodes[number] = (lon, lat, _tags(tags))

    def square(self, number: int, west: float, south: float, side: float, **tags: str) -> None:
        first = number * 10
        corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]
        for i, (lon, lat) in enumerate(corners):
            self.nodes[first + i] = (lon, lat, "")
        refs = "".join(f'<nd ref="{first + i}"/>' for i in (0, 1, 2, 3, 0))
        self.ways.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')

    def relation(self, number: int, ways: list[int], **tags: str) -> None:
        members = "".join(f'<member type="way" ref="{way}" role="outer"/>' for way in ways)
        self.ways.append(f'<relation id="{number}" version="1">{members}{_tags(tags)}</relation>')

    def extract(self, folder: Path):
        nodes = "".join(
            f'<node id="{n}" lon="{lon}" lat="{lat}" version="1">{tags}</node>'
            for n, (lon, lat, tags) in sorted(self.nodes.items())
        )
        file = folder / "town.osm"
        file.write_text(f'<osm version="0.6">{nodes}{STREET}{"".join(self.ways)}</osm>', encoding="utf-8")
        return read_extract(file)


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


@pytest.fixture
def town() -> Town:
    return Town()


def test_each_waste_amenity_is_a_room_of_its_kind(town, tmp_path):
    town.point(10, 15.0, 60.0, amenity="waste_basket")
    town.point(11, 15.0, 60.0, amenity="waste_disposal")
    town.point(12, 15.0, 60.0, amenity="recycling", name="Återvinning Väster")
    town.point(13, 15.0, 60.0, amenity="bench")
    found = rooms(town.extract(tmp_path))
    assert [(r.id, r.kind, r.name, r.simulated) for r in found] == [
        ("osm/node/10", "basket", "", False),
        ("osm/node/11", "container", "", False),
        ("osm/node/12", "recycling", "Återvinning Väster", False),
    ]


def test_a_room_without_a_name_is_called_after_its_street_if_one_is_near(town, tmp_path):
    town.point(10, 15.0001, 60.0001, amenity="waste_basket")
    town.point(11, 15.0, 60.01, amenity="waste_basket")
    extract = town.extract(tmp_path)
    assert [r.name for r in rooms(extract, cut(extract).segments)] == ["Storgatan", ""]


def test_a_recycling_area_is_a_room_at_its_centre(town, tmp_path):
    town.square(5, 15.0, 60.0, 0.001, amenity="recycling")
    (room,) = rooms(town.extract(tmp_path))
    assert (room.id, room.lon, room.lat) == ("osm/way/5", pytest.approx(15.0005), pytest.approx(60.0005))


def test_a_school_building_has_the_area_of_its_footprint(town, tmp_path):
    town.square(5, 15.0, 60.0, 0.001, building="school", name="Ängskolan")
    (school,) = schools(town.extract(tmp_path))
    assert (school.id, school.name, school.kind) == ("osm/way/5", "Ängskolan", "school")
    assert school.area_m2 == pytest.approx(55.8 * 111.4, rel=0.01)
    assert (school.lon, school.lat) == (pytest.approx(15.0005), pytest.approx(60.0005))


def test_buildings_on_the_grounds_are_one_school_and_the_yard_is_not_heated(town, tmp_path):
    town.square(5, 15.0, 60.0, 0.01, amenity="school", name="Ängskolan")
    town.square(6, 15.001, 60.001, 0.001, building="school")
    town.square(7, 15.004, 60.004, 0.0005, building="yes")
    town.square(8, 15.02, 60.0, 0.001, building="yes")
    (school,) = schools(town.extract(tmp_path))
    assert (school.id, school.name) == ("osm/way/5", "Ängskolan")
    assert school.area_m2 == pytest.approx(1.25 * 55.8 * 111.4, rel=0.01)
    assert (school.lon, school.lat) == (pytest.approx(15.0015), pytest.approx(60.0015))


def test_grounds_without_a_drawn_building_have_no_area(town, tmp_path):
    town.square(5, 15.0, 60.0, 0.01, amenity="kindergarten", name="Solen")
    (school,) = schools(town.extract(tmp_path))
    assert (school.kind, school.area_m2) == ("kindergarten", None)


def test_a_school_point_names_the_building_it_stands_in(town, tmp_path):
    town.square(5, 15.0, 60.0, 0.001, building="school")
    town.point(11, 15.0005, 60.0005, amenity="school", name="Ängskolan")
    town.point(12, 15.01, 60.01, amenity="school", name="Friskolan")
    assert [(s.id, s.name, s.area_m2 is None) for s in schools(town.extract(tmp_path))] == [
        ("osm/node/12", "Friskolan", True),
        ("osm/way/5", "Ängskolan", False),
    ]


def test_a_school_of_several_outlines_is_read_from_its_relation(town, tmp_path):
    town.square(5, 15.0, 60.0, 0.001)
    town.relation(9, [5], type="multipolygon", amenity="school", building="school", name="Ringskolan")
    (school,) = schools(town.extract(tmp_path))
    assert (school.id, school.name) == ("osm/relation/9", "Ringskolan")
    assert school.area_m2 == pytest.approx(55.8 * 111.4, rel=0.01)


def test_a_school_without_a_name_is_called_after_where_it_is(town, tmp_path):
    """A person must know which it is: by its address, its street, or its number in the map; never by nothing."""
    town.point(11, 15.0002, 60.0005, amenity="school")
    town.point(12, 15.0012, 60.0005, amenity="school")
    town.point(13, 15.0005, 60.0005, amenity="kindergarten", **{"addr:street": "Ringvägen", "addr:housenumber": "7 B"})
    town.point(14, 15.02, 60.02, amenity="school", official_name="Kommunens grundskola")
    town.square(5, 15.05, 60.05, 0.001, building="school")
    extract = town.extract(tmp_path)
    segments = cut(extract).segments
    assert [s.name for s in schools(extract, segments, words("sv"))] == [
        "Skola vid Storgatan (1)",
        "Skola vid Storgatan (2)",
        "Förskola, Ringvägen 7 B",
        "Kommunens grundskola",
        "Skola osm/way/5",
    ]
    assert schools(extract, segments, words("en"))[2].name == "Preschool, Ringvägen 7 B"


def test_a_school_takes_the_address_of_its_building(town, tmp_path):
    town.square(5, 15.0, 60.0, 0.01, amenity="school")
    town.square(6, 15.001, 60.001, 0.001, building="school", **{"addr:street": "Ängsgatan", "addr:housenumber": "3"})
    extract = town.extract(tmp_path)
    assert [s.name for s in schools(extract, (), words("sv"))] == ["Skola, Ängsgatan 3"]


def test_places_of_central_helsinki(data_folder):
    extract = read_extract(data_folder / "roads" / "helsinki.osm.pbf")
    found = rooms(extract)
    assert sum(r.kind == "basket" for r in found) == 36
    assert sum(r.kind == "container" for r in found) == 14
    assert sum(r.kind == "recycling" for r in found) == 2
    names = [s.name for s in schools(extract)]
    assert "Ressun lukio" in names
    assert len(names) == len(set(names)) == 5
