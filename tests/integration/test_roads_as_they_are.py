"""Small towns of the shapes that were lost: pedestrian streets in the middle, a main road that seems closed.

Each goes through the command line's own importer into the database; what the answer says is read back in both forms.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from city.catalogue.words import words
from city.settings import StreetRules
from dagsplan import main
from ingest.roads import import_roads
from ingest.roads.cutoff import cut_off_parts
from ingest.roads.extract import Extract
from ingest.roads.networks import AS_USUAL
from ingest.roads.report import ImportReport
from store.connect import Connection
from store.roads import load_segments, load_turns

AT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
Ways = Mapping[int, tuple[list[int], str]]
Import = Callable[..., ImportReport]

OLD_TOWN = {n: (8.69 + 0.002 * ((n - 1) % 5), 49.41 + 0.001 * ((n - 1) // 5)) for n in range(1, 21)}
"""Five columns (145 m) by four rows (111 m); nodes 1 to 5 from west to east, then northwards."""
MORNINGS = "delivery_@_(Mo-Sa_06:00-10:30)"
HEIDELBERG: Ways = {
    1: ([1, 2, 3, 4, 5], "highway=tertiary name=Neckarstaden"),
    2: ([16, 17, 18, 19, 20], "highway=secondary name=Friedrich-Ebert-Anlage"),
    3: ([1, 6, 11, 16], "highway=residential name=Sofienstraße"),
    4: ([5, 10, 15, 20], "highway=residential name=Karlstor"),
    10: ([6, 7, 8], f"highway=pedestrian name=Hauptstraße bicycle=no motor_vehicle:conditional={MORNINGS}"),
    11: ([8, 9, 10], "highway=pedestrian name=Hauptstraße motor_vehicle=no"),
    12: ([8, 13, 18], "highway=pedestrian name=Steingasse"),
    13: ([7, 12, 17], "highway=residential name=Märzgasse vehicle=no"),
    14: ([11, 12, 13], "highway=service access=no name=Baugrube"),
    15: ([9, 14, 15, 10, 9], "highway=pedestrian area=yes name=Marktplatz"),
    16: ([14, 19], "highway=tertiary name=Busstraße motor_vehicle=no bus=designated"),
}
VALLEY = {n: (9.5 + (0.001 if n % 2 else 0.0), 47.06 + 0.004 * n) for n in range(1, 13)}
LANDSTRASSE = 239794985
VADUZ: Ways = {
    20: ([1, 3, 5, 6, 4, 2, 1], "highway=residential name=Vaduz"),
    21: ([3, 4], "highway=residential"),
    LANDSTRASSE: ([6, 7], "highway=primary name=Landstrasse motorcar=yes motorcycle=yes motor_vehicle=no"),
    22: ([7, 9, 11, 12, 10, 8, 7], "highway=residential name=Balzers"),
    23: ([9, 10], "highway=residential name=Züghüsle"),
    24: ([6, 8], "highway=footway"),
}


def tagged(said: str) -> str:
    """The tags of 'key=value key=value' as XML; an underscore of a name or a condition is a space."""
    pairs = [part.split("=", 1) for part in said.split()]
    texts = {"name", "motor_vehicle:conditional"}
    pairs = [[key, value.replace("_", " ") if key in texts else value] for key, value in pairs]
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in pairs)


def drawn(
    folder: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Ways,
    *,
    box: bool = False,
    bollards: Mapping[int, str] = MappingProxyType({}),
) -> Path:
    """Writes an extract of nodes and ways, and the tags of nodes."""
    lines = ['<osm version="0.6">']
    if box:
        west, south = (min(place[axis] for place in nodes.values()) for axis in (0, 1))
        east, north = (max(place[axis] for place in nodes.values()) for axis in (0, 1))
        lines.append(
            f'<bounds minlon="{west - 0.02}" minlat="{south - 0.02}" maxlon="{east + 0.02}" maxlat="{north + 0.02}"/>'
        )
    lines += [
        f'<node id="{n}" lon="{lon}" lat="{lat}" version="1">{tagged(bollards.get(n, ""))}</node>'
        for n, (lon, lat) in sorted(nodes.items())
    ]
    for number, (refs, said) in sorted(ways.items()):
        line = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{line}{tagged(said)}</way>')
    file = folder / "town.osm"
    file.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return file


@pytest.fixture
def take_in(database: Connection, tmp_path: Path) -> Import:
    """Imports a town as the command does."""

    def run(nodes: Mapping[int, tuple[float, float]], ways: Ways, rules: StreetRules = AS_USUAL) -> ImportReport:
        return import_roads(database, drawn(tmp_path, nodes, ways, box=True), [], AT, rules=rules)

    return run


def stored(connection: Connection, name: str) -> set[tuple[str, str, bool]]:
    """Network, class and reach of the segments of a street."""
    return {(s.network, s.route_class, s.reachable) for s in load_segments(connection) if s.name == name}


def test_pedestrian_streets_are_cleared_with_the_cycle_ways(database: Connection, take_in: Import) -> None:
    """As a Nordic town clears its gågator: with small vehicles, whatever the signs say of deliveries."""
    found = take_in(OLD_TOWN, HEIDELBERG)
    assert stored(database, "Hauptstraße") == {("cycle", "C2", True)}
    assert stored(database, "Steingasse") == {("cycle", "C2", True)}
    assert stored(database, "Marktplatz") == set()
    assert found.pedestrian == {"cycle": 3}
    assert found.pedestrian_km == {"cycle": pytest.approx(0.8, abs=0.02)}
    assert "pedestrian streets: 3 segments, 0.8 km, among cycle ways" in found.text(words("en"))


def test_what_is_planned_nowhere_is_told_with_its_length(take_in: Import) -> None:
    found = take_in(OLD_TOWN, HEIDELBERG)
    assert {because: left.ways for because, left in found.not_planned.items()} == {
        "car_free": 1,
        "closed": 1,
        "bus_only": 1,
    }
    assert found.not_planned["car_free"].km == pytest.approx(0.222, abs=0.005)
    assert [(way.way, way.name, way.because, way.by) for way in found.left_ways] == [
        (14, "Baugrube", "closed", "access=no"),
        (13, "Märzgasse", "car_free", "vehicle=no"),
        (16, "Busstraße", "bus_only", "motor_vehicle=no"),
    ]
    assert (
        "in no network, not planned: 1 closed way, 0.3 km (Baugrube), "
        "1 way closed to motor vehicles, 0.2 km (Märzgasse), 1 way for buses only, 0.1 km (Busstraße)"
    ) in found.text(words("en"))
    assert "i inget nät, planeras inte: 1 avstängd väg, 0,3 km (Baugrube)" in found.text(words("sv"))
    plain = json.loads(json.dumps(asdict(found), default=str))
    assert plain["not_planned"]["bus_only"]["ways"] == 1
    assert plain["left_ways"][0]["km"] == pytest.approx(0.29, abs=0.005)


def test_the_city_says_where_they_belong(database: Connection, take_in: Import) -> None:
    found = take_in(OLD_TOWN, HEIDELBERG, StreetRules(pedestrian="count", car_free="cycle", bus_only="street"))
    assert stored(database, "Hauptstraße") == set()
    assert found.not_planned["pedestrian"].ways == 3
    assert found.not_planned["pedestrian"].km == pytest.approx(0.8, abs=0.02)
    assert stored(database, "Märzgasse") == {("cycle", "C2", True)}
    assert {(network, kind) for network, kind, _ in stored(database, "Busstraße")} == {("street", "P2")}


def test_a_city_whose_lorries_clear_its_pedestrian_streets_says_so(database: Connection, take_in: Import) -> None:
    found = take_in(OLD_TOWN, HEIDELBERG, StreetRules(pedestrian="street"))
    assert stored(database, "Hauptstraße") == {("street", "P3", True)}
    assert found.pedestrian == {"street": 3}


def test_a_main_road_that_cars_may_drive_keeps_a_town_together(database: Connection, take_in: Import) -> None:
    found = take_in(VALLEY, VADUZ)
    assert stored(database, "Landstrasse") == {("street", "P1", True)}
    assert found.cut_off == ()
    assert "every segment can be reached" in found.text(words("en"))


def test_a_part_that_is_cut_off_names_the_way_that_would_open_it(database: Connection, take_in: Import) -> None:
    """Without its motorcar=yes the road is closed: Balzers is told with its length, and not by the footpath beside."""
    closed = {**VADUZ, LANDSTRASSE: ([6, 7], "highway=primary name=Landstrasse motor_vehicle=no")}
    found = take_in(VALLEY, closed)
    (part,) = found.cut_off
    assert (part.network, part.segments, part.cause) == ("street", 4, "opened_by")
    assert part.km == pytest.approx(
        sum(s.length_m for s in load_segments(database) if not s.reachable) / 1000, abs=0.001
    )
    assert part.names == ("Balzers", "Züghüsle")
    assert [(int(way.way), way.name, way.by) for way in part.ways] == [(LANDSTRASSE, "Landstrasse", "motor_vehicle=no")]
    assert found.unreachable_km == {"street": part.km}
    assert (
        f"  4 street segments, {part.km:.1f} km (Balzers, Züghüsle): "
        "would be reached by Landstrasse (way 239794985, motor_vehicle=no)"
    ) in found.text(words("en"))
    assert "skulle nås via Landstrasse (OSM-väg 239794985, motor_vehicle=no)" in found.text(words("sv"))


ISLAND = {
    1: (15.0, 60.0),
    2: (15.001, 60.0),
    3: (15.002, 60.0),
    4: (15.003, 60.0),
    5: (15.004, 60.0),
    6: (15.005, 60.0),
}
MAINLAND: Ways = {1: ([1, 2], "highway=residential name=Storgatan")}


@pytest.mark.parametrize(
    ("ways", "cause", "openers"),
    [
        ({2: ([2, 3], "highway=residential oneway=yes name=Utan_Retur")}, "no_way_out", [(2, "oneway")]),
        ({2: ([3, 2], "highway=residential oneway=yes name=Bara_Ut")}, "no_way_in", [(2, "oneway")]),
        ({2: ([4, 5], "highway=residential name=Ön")}, "nothing", []),
        (
            {2: ([4, 5], "highway=residential name=Ön"), 3: ([2, 3, 4], "route=ferry name=Färjan")},
            "opened_by",
            [(3, "route=ferry")],
        ),
        (
            {
                2: ([4, 5], "highway=residential"),
                3: ([2, 3], "highway=track"),
                4: ([3, 4], "highway=service access=no"),
            },
            "opened_by",
            [(3, "highway=track"), (4, "access=no")],
        ),
        ({2: ([4, 5], "highway=residential"), 3: ([2, 4], "highway=cycleway")}, "opened_by", [(3, "highway=cycleway")]),
        ({2: ([99, 4, 5], "highway=residential")}, "edge", []),
        ({2: ([3, 99], "highway=residential"), 3: ([2, 3], "highway=residential oneway=yes")}, "edge", []),
    ],
    ids=["into a trap", "out only", "island", "ferry", "track and closed way", "cycle way", "edge", "out at the edge"],
)
def test_each_part_that_is_cut_off_has_its_cause(
    take_in: Import, ways: Ways, cause: str, openers: list[tuple[int, str]]
) -> None:
    found = take_in(ISLAND, MAINLAND | dict(ways))
    part = next(part for part in found.cut_off if part.network == "street")
    assert (part.cause, [(int(way.way), way.by) for way in part.ways]) == (cause, openers)
    assert found.unreachable_km["street"] == pytest.approx(part.km)


def test_a_part_at_the_border_of_the_extract_is_said_to_end_there(database: Connection, tmp_path: Path) -> None:
    """A file that names no extent ends where its streets end."""
    found = import_roads(database, drawn(tmp_path, ISLAND, {**MAINLAND, 2: ([5, 6], "highway=residential")}), [], AT)
    assert [part.cause for part in found.cut_off] == ["edge"]


def test_the_longest_parts_are_told_and_the_others_summed_up(take_in: Import) -> None:
    nodes = {n: (15.0 + 0.001 * n, 60.0) for n in range(1, 40)}
    islands = {100 + n: ([n, n + 1], f"highway=residential name=Ö{n}") for n in range(5, 20, 2)}
    found = take_in(
        nodes, {1: ([1, 2, 3, 4], "highway=residential name=Storgatan"), 2: ([4, 1], "highway=service"), **islands}
    )
    assert len(found.cut_off) == 8
    said = found.text(words("en"))
    assert "cut off from the largest part, not planned: 8 street segments, 0.4 km" in said
    assert said.count("1 street segment, 0.1 km (Ö") == 5
    assert "and 3 more parts, 0.2 km" in said


def test_a_pedestrian_street_that_is_not_taken_opens_what_lies_behind(take_in: Import) -> None:
    ways: Ways = {
        **MAINLAND,
        2: ([2, 3], "highway=pedestrian name=Gågatan"),
        3: ([3, 4], "highway=service name=Gården"),
    }
    (part,) = take_in(ISLAND, ways, StreetRules(pedestrian="count")).cut_off
    assert [(way.name, way.by) for way in part.ways] == [("Gågatan", "highway=pedestrian")]


def test_streets_that_the_file_does_not_hold_are_told_too(database: Connection, take_in: Import) -> None:
    """Those of another source, or that stayed from an import before, have nodes that no way of the extract has."""
    take_in(ISLAND, {**MAINLAND, 2: ([4, 5], "highway=residential name=Ön")})
    segments = load_segments(database)
    (part,) = cut_off_parts(segments, Extract(Path("other.osm"), box=(14.9, 59.9, 15.1, 60.1)))
    assert (part.names, part.cause) == (("Ön",), "nothing")


def test_no_building_comes_in_without_a_name(database: Connection, tmp_path: Path) -> None:
    """In the words that the importer is given, those of the installation."""
    file = drawn(tmp_path, ISLAND, MAINLAND)
    school = '<node id="9" lon="15.0005" lat="60.0002" version="1"><tag k="amenity" v="school"/></node>'
    file.write_text(file.read_text("utf-8").replace('<way id="1"', f'{school}<way id="1"', 1), "utf-8")
    for language, name in (("sv", "Skola vid Storgatan"), ("en", "School at Storgatan")):
        import_roads(database, file, [], AT, spoken=words(language))
        assert database.execute("SELECT name FROM building").fetchall() == [(name,)]


BEHIND: Ways = {
    1: ([1, 2], "highway=residential name=Storgatan"),
    2: ([2, 3, 4], "highway=residential name=Bakgatan"),
    3: ([4, 5], "highway=cycleway"),
}


def test_a_street_behind_bollards_is_told_with_the_bollard(database: Connection, tmp_path: Path) -> None:
    """Lorries do not get there; the small vehicle, whose cycle way begins behind it, does."""
    file = drawn(tmp_path, ISLAND, BEHIND, box=True, bollards={3: "barrier=bollard bicycle=yes foot=yes"})
    found = import_roads(database, file, [], AT)
    assert {s.id: s.reachable for s in load_segments(database)} == {
        "osm/1/1-2": True,
        "osm/2/2-3": True,
        "osm/2/3-4": False,
        "osm/3/4-5": True,
    }
    (part,) = found.cut_off
    assert (part.cause, [(way.way, way.by) for way in part.ways]) == ("barred", [("3", "barrier=bollard")])
    assert "1 street segment, 0.1 km (Bakgatan): lorries stop at node 3 (barrier=bollard)" in found.text(words("en"))
    bans = {(ban.from_segment, ban.to_segment, ban.only) for ban in load_turns(database)}
    assert bans == {("osm/2/2-3", "osm/2/3-4", "street"), ("osm/2/3-4", "osm/2/2-3", "street")}
    assert (found.banned_turns, found.barred_turns) == (0, 2)


def test_a_bollard_between_two_ways_in_is_driven_round(database: Connection, tmp_path: Path) -> None:
    """Both sides are reached, and no drive leads through."""
    ways: Ways = {**BEHIND, 3: ([4, 6, 1], "highway=residential")}
    found = import_roads(database, drawn(tmp_path, ISLAND, ways, box=True, bollards={3: "barrier=block"}), [], AT)
    assert found.cut_off == ()
    assert found.barred_turns == 2
    assert "bollards and blocks: 2 turns barred to lorries" in found.text(words("en"))
    assert "pollare och hinder: 2 svängar stängda för lastbilar" in found.text(words("sv"))


@pytest.mark.parametrize(
    ("tags", "barred"),
    [
        ("barrier=bollard", True),
        ("barrier=bollard motor_vehicle=no", True),
        ("barrier=block", True),
        ("barrier=cycle_barrier", True),
        ("barrier=bollard bollard=removable", False),
        ("barrier=bollard bollard=rising access=permit", False),
        ("barrier=bollard motor_vehicle=destination", False),
        ("barrier=gate", False),
        ("barrier=lift_gate motor_vehicle=private", False),
        ("barrier=kerb", False),
        ("highway=crossing", False),
    ],
)
def test_which_barriers_stop_lorries(database: Connection, tmp_path: Path, tags: str, barred: bool) -> None:
    file = drawn(tmp_path, ISLAND, BEHIND, box=True, bollards={3: tags})
    assert bool(import_roads(database, file, [], AT).barred_turns) == barred


def test_the_settings_reach_the_command(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ``[streets]`` says holds for ``dagsplan import roads``; ``--json`` has every way and part."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    monkeypatch.setenv("DAGSPLAN_STREETS__PEDESTRIAN", "count")
    file = drawn(tmp_path, OLD_TOWN, {**HEIDELBERG, 20: ([2, 7], "highway=pedestrian name=Untere_Straße")}, box=True)
    assert main(["import", "roads", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["not_planned"]["pedestrian"]["ways"] == 4
    assert {way["by"] for way in found["left_ways"] if way["because"] == "pedestrian"} == {"highway=pedestrian"}
    assert found["cut_off"] == []
    assert found["pedestrian"] == {}
    monkeypatch.setenv("DAGSPLAN_STREETS__PEDESTRIAN", "gata")
    assert main(["import", "roads", str(file)]) == 1
    assert "gata" in capsys.readouterr().err
