"""Turn restrictions of OpenStreetMap as banned turns, on a crossing of four arms drawn here.

      5
      |  11
1 -10- 2 -16- 3 -12- 4      13 is one-way away from 2; 14 (to 7) is a cycle way and 15 (to 8) a footway
      |  13
      6
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pytest

from city.entities import TurnBan
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from ingest.roads.turns import Turns, turn_bans
from tests.unit.ingest.roads.test_osm import osm_file

STREET = {"highway": "residential"}
WAYS = {
    10: ([1, 2], STREET),
    16: ([2, 3], STREET),
    11: ([2, 5], STREET),
    12: ([3, 4], STREET),
    13: ([2, 6], STREET | {"oneway": "yes"}),
    14: ([2, 7], {"highway": "cycleway"}),
    15: ([2, 8], {"highway": "footway"}),
}
WEST, EAST, NORTH, SOUTH = "osm/10/1-2", "osm/16/2-3", "osm/11/2-5", "osm/13/2-6"


def relation(tags: dict[str, str], *members: tuple[str, str, int]) -> str:
    parts = [f'<member type="{kind}" role="{role}" ref="{ref}"/>' for kind, role, ref in members]
    parts += [f'<tag k="{key}" v="{value}"/>' for key, value in ({"type": "restriction"} | tags).items()]
    return f'<relation id="{crc32(str((tags, members)).encode())}" version="1">{"".join(parts)}</relation>'


def over(start: int, end: int, via: int = 2) -> tuple[tuple[str, str, int], ...]:
    return ("way", "from", start), ("node", "via", via), ("way", "to", end)


def turns(folder: Path, *relations: str, ways: dict[int, tuple[list[int], dict[str, str]]] = WAYS) -> Turns:
    file = osm_file(folder, ways)
    text = file.read_text(encoding="utf-8").replace("</osm>", "".join(relations) + "</osm>")
    file.write_text(text, encoding="utf-8")
    extract = read_extract(file)
    return turn_bans(extract.restrictions, cut(extract).segments)


def test_no_bans_that_turn_alone(tmp_path: Path) -> None:
    found = turns(tmp_path, relation({"restriction": "no_left_turn"}, *over(10, 11)))
    assert found == Turns((TurnBan(WEST, 2, NORTH),), 1, {})


def test_only_bans_every_other_street_and_turning_round(tmp_path: Path) -> None:
    """The cycle way stays open: the sign is about streets."""
    found = turns(tmp_path, relation({"restriction": "only_straight_on"}, *over(10, 16)))
    assert found.bans == tuple(TurnBan(WEST, 2, other) for other in sorted([WEST, NORTH, SOUTH]))


def test_no_u_turn_names_one_street_twice(tmp_path: Path) -> None:
    assert turns(tmp_path, relation({"restriction": "no_u_turn"}, *over(10, 10))).bans == (TurnBan(WEST, 2, WEST),)


def test_the_piece_that_touches_the_via_node_counts(tmp_path: Path) -> None:
    """A way from 1 over 3 to 4 is cut at 3, where another ends: the ban at 4 is of its last piece."""
    ways = {10: ([1, 2, 3, 4], STREET), 11: ([3, 7], STREET), 12: ([4, 8], STREET)}
    found = turns(tmp_path, relation({"restriction": "no_left_turn"}, *over(10, 12, 4)), ways=ways)
    assert found.bans == (TurnBan("osm/10/3-4", 4, "osm/12/4-8"),)


def test_of_a_one_way_street_the_piece_that_arrives_counts(tmp_path: Path) -> None:
    """The via node is in the middle of a one-way street: one piece arrives there, the other leaves."""
    ways = {10: ([1, 2, 3], STREET | {"oneway": "yes"}), 11: ([2, 5], STREET), 12: ([2, 6], STREET)}
    there, back = relation({"restriction": "no_left_turn"}, *over(10, 11)), over(11, 10)
    found = turns(tmp_path, there, relation({"restriction": "no_right_turn"}, *back), ways=ways)
    assert found.bans == (TurnBan("osm/10/1-2", 2, "osm/11/2-5"), TurnBan("osm/11/2-5", 2, "osm/10/2-3"))


def test_what_holds_for_lorries_alone(tmp_path: Path) -> None:
    found = turns(
        tmp_path,
        relation({"restriction:hgv": "no_left_turn"}, *over(10, 11)),
        relation({"restriction": "no_right_turn", "except": "hgv"}, *over(10, 13)),
    )
    assert found.bans == (TurnBan(WEST, 2, NORTH, "street"), TurnBan(WEST, 2, SOUTH, "cycle"))
    assert [ban.binds("cycle") for ban in found.bans] == [False, True]
    assert TurnBan(WEST, 2, NORTH).binds("cycle")


def test_the_same_turn_banned_for_some_and_for_all_is_banned_for_all(tmp_path: Path) -> None:
    found = turns(
        tmp_path,
        relation({"restriction:hgv": "no_left_turn"}, *over(10, 11)),
        relation({"restriction": "only_straight_on"}, *over(10, 16)),
    )
    assert TurnBan(WEST, 2, NORTH, None) in found.bans
    assert len(found.bans) == 3


def test_who_is_excepted_among_others_changes_nothing(tmp_path: Path) -> None:
    found = turns(tmp_path, relation({"restriction": "no_left_turn", "except": "psv;bicycle"}, *over(10, 11)))
    assert len(found.bans) == 1


@pytest.mark.parametrize(
    ("tags", "members", "why"),
    [
        ({"restriction:conditional": "no_left_turn @ (15:00-18:00)"}, over(10, 11), "conditional"),
        ({"restriction": "no_left_turn @ (15:00-18:00)"}, over(10, 11), "conditional"),
        ({"restriction": "no_left_turn", "hour_on": "07:00"}, over(10, 11), "conditional"),
        ({"restriction": "no_left_turn", "except": "winter_service"}, over(10, 11), "other_vehicles"),
        ({"restriction:hgv": "no_left_turn", "except": "hgv"}, over(10, 11), "other_vehicles"),
        ({"restriction": "give_way"}, over(10, 11), "unclear"),
        ({"restriction": "no_left_turn"}, over(10, 11)[:2], "unclear"),
        ({"restriction": "no_left_turn"}, (over(10, 11)[0], over(10, 11)[2]), "unclear"),
        (
            {"restriction": "no_u_turn"},
            (("way", "from", 10), ("way", "via", 16), ("way", "to", 12)),
            "via_way",
        ),
        ({"restriction": "only_right_turn"}, over(10, 15), "not_there"),
        ({"restriction": "no_left_turn"}, over(10, 12), "not_met"),
        ({"restriction": "no_left_turn"}, over(13, 10), "not_met"),
    ],
)
def test_what_is_left_out_is_counted_under_its_reason(
    tmp_path: Path, tags: dict[str, str], members: tuple[tuple[str, str, int], ...], why: str
) -> None:
    """The other restriction is taken all the same."""
    found = turns(tmp_path, relation({"restriction": "no_u_turn"}, *over(10, 10)), relation(tags, *members))
    assert found == Turns((TurnBan(WEST, 2, WEST),), 1, {why: 1})


def test_a_way_that_goes_on_over_the_node_is_not_guessed_at(tmp_path: Path) -> None:
    ways = {10: ([1, 2, 3], STREET), 11: ([2, 5], STREET)}
    found = turns(tmp_path, relation({"restriction": "no_left_turn"}, *over(10, 11)), ways=ways)
    assert found == Turns((), 0, {"not_one": 1})
