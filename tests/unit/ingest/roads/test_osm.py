"""The rules by which OpenStreetMap ways become segments, on small files written here and on real extracts."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from city.entities import Segment
from city.errors import ImportRefused
from city.network import build
from ingest.roads import tags as read
from ingest.roads import with_reachable
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract

NODES = {
    1: (15.000, 60.000),
    2: (15.001, 60.000),
    3: (15.002, 60.000),
    4: (15.003, 60.000),
    5: (15.001, 60.001),
    6: (15.001, 59.999),
    7: (15.002, 60.001),
    8: (15.003, 60.001),
}


def osm_file(folder: Path, ways: dict[int, tuple[list[int], dict[str, str]]], nodes=NODES, extra: str = "") -> Path:
    """Writes a small .osm file and gives its path."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    lines += [f'<node id="{n}" lon="{x}" lat="{y}" version="1"/>' for n, (x, y) in nodes.items()]
    lines.append(extra)
    for number, (refs, tags) in ways.items():
        lines.append(f'<way id="{number}" version="1" timestamp="2024-02-03T04:05:06Z">')
        lines += [f'<nd ref="{ref}"/>' for ref in refs]
        lines += [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]
        lines.append("</way>")
    lines.append("</osm>")
    file = folder / "town.osm"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def parts(file: Path) -> list[tuple[int, int]]:
    return [(s.from_node, s.to_node) for s in cut(read_extract(file)).segments]


def only(file: Path) -> Segment:
    (segment,) = cut(read_extract(file)).segments
    return segment


def test_a_way_is_cut_where_another_street_meets_it_and_nowhere_else(tmp_path):
    file = osm_file(
        tmp_path,
        {10: ([1, 2, 3, 4], {"highway": "residential"}), 11: ([5, 2, 6], {"highway": "service"})},
    )
    assert parts(file) == [(1, 2), (2, 4), (5, 2), (2, 6)]


def test_a_cycle_way_that_crosses_shares_the_node_but_the_plain_count_of_streets_stays(tmp_path):
    file = osm_file(
        tmp_path,
        {10: ([1, 2, 3], {"highway": "residential"}), 11: ([5, 2, 6], {"highway": "cycleway"})},
    )
    made = cut(read_extract(file))
    assert [(s.network, s.from_node, s.to_node) for s in made.segments] == [
        ("street", 1, 2),
        ("street", 2, 3),
        ("cycle", 5, 2),
        ("cycle", 2, 6),
    ]
    assert made.street_count_between_junctions == 1


def test_a_loop_is_two_segments_with_two_different_ends(tmp_path):
    file = osm_file(
        tmp_path, {10: ([1, 2], {"highway": "residential"}), 11: ([2, 3, 7, 5, 2], {"highway": "residential"})}
    )
    loop = [s for s in cut(read_extract(file)).segments if s.id.startswith("osm/11/")]
    assert len(loop) == 2
    assert all(s.from_node != s.to_node for s in loop)
    assert {s.from_node for s in loop} == {s.to_node for s in loop}


def test_a_way_that_passes_a_node_twice_is_cut_there(tmp_path):
    file = osm_file(tmp_path, {10: ([1, 2, 5, 7, 3, 2, 6], {"highway": "residential"})})
    assert parts(file)[0] == (1, 2)
    assert parts(file)[-1] == (2, 6)


def test_the_same_stretch_twice_in_one_way_has_two_ids(tmp_path):
    file = osm_file(tmp_path, {10: ([1, 2, 1, 2], {"highway": "residential"})})
    ids = [s.id for s in cut(read_extract(file)).segments]
    assert ids == ["osm/10/1-2", "osm/10/2-1", "osm/10/1-2/2"]


def test_oneway_minus_one_turns_the_line_round(tmp_path):
    street = only(osm_file(tmp_path, {10: ([1, 2], {"highway": "residential", "oneway": "-1"})}))
    assert street.oneway
    assert (street.from_node, street.to_node) == (2, 1)
    assert street.geometry == ((15.001, 60.0), (15.0, 60.0))
    assert street.id == "osm/10/2-1"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, 1),
        ({"oneway": "reverse"}, -1),
        ({"junction": "roundabout"}, 1),
        ({"junction": "circular", "oneway": "no"}, 0),
        ({"highway": "motorway"}, 1),
        ({"oneway": "alternating"}, 0),
        ({"oneway": "kanske"}, 0),
    ],
)
def test_directions(tags, expected):
    assert read.direction({"highway": "residential", **tags}) == expected


@pytest.mark.parametrize(
    ("tags", "network", "expected"),
    [
        ({"highway": "trunk_link"}, "street", "P1"),
        ({"highway": "tertiary"}, "street", "P2"),
        ({"highway": "unclassified"}, "street", "P2"),
        ({"highway": "living_street"}, "street", "P3"),
        ({"highway": "cycleway"}, "cycle", "C1"),
        ({"highway": "path"}, "cycle", "C2"),
    ],
)
def test_route_classes(tags, network, expected):
    assert read.route_class(tags, network) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway"}, "state"),
        ({"operator": "Trafikverket"}, "state"),
        ({"operator": "Väylävirasto"}, "state"),
        ({"maintenance": "ELY-keskus"}, "state"),
        ({"operator": "Växjö kommun"}, "municipal"),
        ({"operator": "Helsingin kaupunki"}, "municipal"),
        ({"operator": "Göteborgs Stad"}, "municipal"),
        ({"operator": "Oslo kommune", "access": "private"}, "municipal"),
        ({"operator": "Karlstad Energi"}, "unknown"),
        ({"operator": "Björkö vägsamfällighet"}, "private"),
        ({"service": "driveway"}, "private"),
        ({"access": "private"}, "private"),
        ({}, "unknown"),
    ],
)
def test_keepers(tags, expected):
    assert read.keeper({"highway": "service", **tags}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50", 50.0),
        ("30 mph", 48.3),
        ("walk", 7.0),
        ("SE:urban", 50.0),
        ("NO:rural", 80.0),
        ("DE:zone:30", 30.0),
        ("30;50", 30.0),
        ("none", 40.0),
        ("signals", 40.0),
        ("-5", 40.0),
        ("99999999999999999999", 40.0),
        ("", 40.0),
    ],
)
def test_speeds(text, expected):
    assert read.speed_kmh({"highway": "residential", "maxspeed": text}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.5", 3.5),
        ("4m", 4.0),
        ("1,8", 1.8),
        ("350 cm", 3.5),
        ("10'", 3.048),
        ("narrow", None),
        ("1e9", 1.0),
        ("", None),
    ],
)
def test_widths(text, expected):
    assert read.width_m({"width": text}) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12 m", 12.0), ("12,5", 12.5), ("100'", 30.48), ("-3", -3.0), ("high", None), ("99999", None)],
)
def test_spot_heights(text, expected):
    assert read.elevation_m({"ele": text}) == (None if expected is None else pytest.approx(expected))


def test_junk_in_every_tag_is_tolerated(tmp_path):
    junk = "ööps; 1,5,7 - 9 | ?? 10%"
    keys = "oneway lanes width surface bridge tunnel maxspeed layer junction operator ownership incline access service"
    street = only(osm_file(tmp_path, {10: ([1, 2], {"highway": "residential", **dict.fromkeys(keys.split(), junk)})}))
    assert not street.oneway
    assert street.speed_kmh > 0
    assert street.lanes == 1


def test_names_keep_their_letters_and_no_name_is_empty(tmp_path):
    file = osm_file(
        tmp_path,
        {10: ([1, 2], {"highway": "residential", "name": "Åsgårdsvägen Øst"}), 11: ([2, 3], {"highway": "service"})},
    )
    assert [s.name for s in cut(read_extract(file)).segments] == ["Åsgårdsvägen Øst", ""]


def test_a_way_that_the_border_cuts_keeps_the_part_that_is_there(tmp_path):
    made = cut(read_extract(osm_file(tmp_path, {10: ([98, 1, 2, 99, 3, 4, 97], {"highway": "residential"})})))
    assert [(s.from_node, s.to_node) for s in made.segments] == [(1, 2), (3, 4)]
    assert made.clipped_ways == 1


def test_ways_of_one_node_or_no_length_are_dropped_and_counted(tmp_path):
    nodes = {**NODES, 20: NODES[1], 21: NODES[1]}
    ways = {
        10: ([1, 2], {"highway": "residential"}),
        11: ([3], {"highway": "residential"}),
        12: ([20, 21], {"highway": "residential"}),
        13: ([1, 99], {"highway": "residential"}),
    }
    made = cut(read_extract(osm_file(tmp_path, ways, nodes)))
    assert [s.id for s in made.segments] == ["osm/10/1-2"]
    assert made.dropped_ways == 3


def test_the_date_is_that_of_the_newest_object(tmp_path):
    extract = read_extract(osm_file(tmp_path, {10: ([1, 2], {"highway": "residential"})}))
    assert str(extract.data_date) == "2024-02-03"


def test_ways_may_stand_before_their_nodes(tmp_path):
    plain = osm_file(tmp_path, {10: ([1, 2], {"highway": "residential"})}).read_text(encoding="utf-8")
    way = plain[plain.index("<way") : plain.index("</osm>")]
    turned = tmp_path / "turned.osm"
    turned.write_text(plain.replace(way, "").replace('<osm version="0.6">', f'<osm version="0.6">{way}'), "utf-8")
    assert parts(turned) == [(1, 2)]


def test_only_what_can_be_left_again_is_reachable(tmp_path):
    file = osm_file(
        tmp_path,
        {
            10: ([1, 2], {"highway": "residential"}),
            11: ([2, 3], {"highway": "residential"}),
            12: ([3, 4], {"highway": "residential", "oneway": "yes"}),
            13: ([4, 8], {"highway": "cycleway"}),
            14: ([2, 5], {"highway": "cycleway"}),
        },
    )
    reach = {s.id: s.reachable for s in with_reachable(cut(read_extract(file)).segments)}
    assert reach == {
        "osm/10/1-2": True,
        "osm/11/2-3": True,
        "osm/12/3-4": False,
        "osm/13/4-8": False,
        "osm/14/2-5": True,
    }


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.osm", b"", "is empty"),
        ("a.csv", b"x", "ending"),
        ("a.osm", b"<osm version='0.6'><way id='1'>", "not a whole OpenStreetMap file"),
        ("a.osm", b"GIF89a", "not a whole OpenStreetMap file"),
        ("a.osm.pbf", b"<osm version='0.6'></osm>", "not a whole OpenStreetMap file"),
        ("a.osm.gz", b"not gzip", "not a whole OpenStreetMap file"),
        ("a.osm.bz2", b"not bzip", "not a whole OpenStreetMap file"),
        ("a.osm", b"<osm version='0.6'><node id='1' lon='1' lat='2'/></osm>", "no drivable street"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line_with_a_way_out(tmp_path, name, content, problem):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        read_extract(file)
    line = str(refused.value)
    assert str(file) in line
    assert problem in line
    assert refused.value.way_out
    assert "\n" not in line


def test_no_such_file_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="no such file"):
        read_extract(tmp_path / "gone.osm.pbf")


def test_streets_without_their_nodes_are_refused_with_the_cure(tmp_path):
    with pytest.raises(ImportRefused, match="osmium sort"):
        read_extract(osm_file(tmp_path, {10: ([98, 99], {"highway": "residential"})}))


def test_a_truncated_gzip_is_refused(tmp_path):
    whole = gzip.compress(osm_file(tmp_path, {10: ([1, 2], {"highway": "residential"})}).read_bytes())
    file = tmp_path / "half.osm.gz"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportRefused, match=r"half\.osm\.gz"):
        read_extract(file)


def test_a_truncated_pbf_is_refused(tmp_path, data_folder):
    whole = (data_folder / "roads" / "helsinki.osm.pbf").read_bytes()
    file = tmp_path / "half.osm.pbf"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportRefused, match=r"half\.osm\.pbf"):
        read_extract(file)


@pytest.mark.parametrize(
    ("file", "streets", "km"),
    [
        ("helsinki.osm.pbf", 1036, 30.2),
        ("north-bayreuth.osm.gz", 1238, 215.6),
        ("oslo-east-filtered.osm.pbf", 9424, 600.7),
        ("uppsala-centrum.osm.pbf", 2371, 177.6),
        ("roslagen-alvkarleby.osm.pbf", 6888, 1784.6),
    ],
)
def test_real_extracts_have_the_streets_that_other_tools_count(data_folder, file, streets, km):
    made = cut(read_extract(data_folder / "roads" / file))
    street = [s for s in made.segments if s.network == "street"]
    assert made.street_count_between_junctions == pytest.approx(streets, rel=0.01)
    assert len(street) <= 1.1 * streets
    assert sum(s.length_m for s in street) / 1000 == pytest.approx(km, rel=0.01)
    assert max(Counter(s.id for s in made.segments).values()) == 1
    assert all(s.from_node != s.to_node for s in made.segments)


def test_cycle_ways_of_a_real_town_are_tied_to_its_streets(data_folder):
    segments = cut(read_extract(data_folder / "roads" / "oslo-east-filtered.osm.pbf")).segments
    network = build(segments)
    part = dict(zip(network.node_ids.tolist(), network.strong_part.tolist(), strict=True))
    cycle = [s for s in segments if s.network == "cycle"]
    tied = sum(part[s.from_node] == part[s.to_node] == 0 for s in cycle)
    assert tied > 0.85 * len(cycle)
