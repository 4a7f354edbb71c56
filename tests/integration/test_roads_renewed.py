"""A town's roads imported again: what changes is said, what is gone stays until somebody says, heights are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import dagsplan
from city.catalogue.words import words
from city.entities import TurnBan
from city.errors import NeedsYes
from ingest.roads import import_roads
from ingest.roads.renewal import Renewal
from store.connect import Connection
from store.roads import load_relief, load_segments, load_turns

AT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
Way = tuple[int, tuple[int, ...]]


def place(node: int, move: float = 0.0) -> tuple[float, float]:
    """Nodes in rows of ten, a hundred metres apart: 1 to 9 along the 60th parallel, 11 to 19 north of them."""
    row, column = divmod(node, 10)
    return 15.0 + column * 0.0018 + move, 60.0 + row * 0.0009


def town(folder: Path, *ways: Way, moved: float = 0.0, more: str = "", name: str = "town.osm") -> Path:
    """Streets of two-way traffic, each called after its number."""
    at = {n: place(n, moved) for _, line in ways for n in line}
    parts = [f'<node id="{n}" lon="{lon:.7f}" lat="{lat:.7f}" version="1"/>' for n, (lon, lat) in sorted(at.items())]
    for way, line in ways:
        nodes = "".join(f'<nd ref="{n}"/>' for n in line)
        tags = f'<tag k="highway" v="residential"/><tag k="name" v="Gata {way}"/>'
        parts.append(f'<way id="{way}" version="1">{nodes}{tags}</way>')
    file = folder / name
    file.write_text(f'<osm version="0.6">{"".join(parts)}{more}</osm>', encoding="utf-8")
    return file


MAIN: Way = (10, (1, 2, 3, 4, 5))
SIDE: Way = (20, (3, 13, 14))
LOOP: Way = (30, (14, 15, 5))
WHOLE = (MAIN, SIDE, LOOP)


def renewal(connection: Connection, *arguments: object, **wishes: bool) -> Renewal:
    found = import_roads(connection, *arguments, AT, **wishes).renewal  # type: ignore[arg-type]
    assert found is not None
    return found


def ids(connection: Connection) -> list[str]:
    return [s.id for s in load_segments(connection)]


def hill(folder: Path, name: str = "hill.asc") -> Path:
    """A slope to the east, over all of the town."""
    rows = [" ".join(str(100 + column) for column in range(80))] * 60
    head = "ncols 80\nnrows 60\nxllcorner 14.97\nyllcorner 59.97\ncellsize 0.001\nNODATA_value -9999\n"
    file = folder / name
    file.write_text(head + "\n".join(rows) + "\n")
    return file


def test_a_first_import_adds_and_the_same_again_changes_nothing(database: Connection, tmp_path: Path) -> None:
    first, again = (renewal(database, town(tmp_path, *WHOLE), []) for _ in range(2))
    n = len(ids(database))
    assert (first.added, first.changed, first.unchanged) == (n, 0, 0)
    assert (again.added, again.changed, again.unchanged, again.redrawn, again.gone) == (0, 0, n, 0, 0)


def test_a_look_stores_nothing_and_says_what_would_need_a_yes(database: Connection, tmp_path: Path) -> None:
    import_roads(database, town(tmp_path, *WHOLE), [], AT)
    before = load_segments(database)
    file = town(tmp_path, (99, (1, 2)), moved=1.0)
    found = import_roads(database, file, [], AT, dry_run=True)
    assert load_segments(database) == before
    assert found.renewal is not None
    assert (found.renewal.gone, found.renewal.added) == (len(before), 1)
    text = found.text(words("en"))
    assert "without --dry-run this wants --yes: 4 of the 4 streets" in text
    assert "nothing was stored" in text
    assert found.as_dict(words("en"))["renewal"]["dry_run"] is True


def test_another_town_is_not_put_in_the_place_of_ours_unasked(database: Connection, tmp_path: Path) -> None:
    import_roads(database, town(tmp_path, *WHOLE), [], AT)
    before = load_segments(database)
    file = town(tmp_path, (90, (1, 2, 3)), moved=1.0)
    with pytest.raises(NeedsYes, match=r"4 of the 4 streets .* middle of the town would move by 5\d km.*--yes"):
        import_roads(database, file, [], AT)
    assert load_segments(database) == before
    found = renewal(database, file, [], yes=True)
    assert (found.gone, found.stay, found.removed) == (4, 0, 4)
    assert ids(database) == ["osm/90/1-3"]


def test_a_street_that_is_gone_stays_as_part_of_the_network(database: Connection, tmp_path: Path) -> None:
    """The main street is no longer cut where the side street met it, and is cut there again: all is reached."""
    import_roads(database, town(tmp_path, MAIN, SIDE), [], AT)
    before = load_segments(database)
    found = import_roads(database, town(tmp_path, MAIN), [], AT)
    assert found.renewal is not None
    assert (found.renewal.gone, found.renewal.stay, found.renewal.unchanged) == (1, 1, 3)
    assert load_segments(database) == before
    assert found.unreachable == {}
    assert "1 segment is gone from the file and stays (Gata 20); --remove takes it away" in found.text(words("en"))


def test_a_street_that_stays_follows_a_node_that_moved(database: Connection, tmp_path: Path) -> None:
    import_roads(database, town(tmp_path, *WHOLE), [], AT)
    found = renewal(database, town(tmp_path, MAIN, LOOP, moved=0.0001), [])
    assert (found.gone, found.stay) == (1, 1)
    kept = next(s for s in load_segments(database) if s.id == "osm/20/3-14")
    assert kept.geometry[-1] == pytest.approx(place(14, 0.0001), abs=1e-7)
    assert all(s.reachable for s in load_segments(database))


def test_a_street_that_is_gone_goes_when_somebody_says_so(database: Connection, tmp_path: Path) -> None:
    import_roads(database, town(tmp_path, MAIN, SIDE), [], AT)
    found = import_roads(database, town(tmp_path, MAIN), [], AT, remove=True)
    assert ids(database) == ["osm/10/1-5"]
    assert "1 segment that is gone from the file is taken away (Gata 20)" in found.text(words("en"))


def test_a_street_that_is_only_drawn_anew_is_replaced(database: Connection, tmp_path: Path) -> None:
    """Cut otherwise, under another number, and by a metre beside where it was."""
    import_roads(database, town(tmp_path, MAIN, SIDE), [], AT)
    found = renewal(database, town(tmp_path, (77, (1, 2, 3)), (78, (3, 4, 5)), SIDE, moved=0.00002), [])
    assert (found.redrawn, found.gone) == (2, 0)
    assert ids(database) == ["osm/20/3-14", "osm/77/1-3", "osm/78/3-5"]


def test_a_cycle_way_beside_a_street_is_not_taken_for_it(database: Connection, tmp_path: Path) -> None:
    tags = '<tag k="highway" v="cycleway"/></way>'
    nodes = "".join(f'<node id="{n}" lon="{15.0018 + i * 0.0036}" lat="60.00003"/>' for i, n in enumerate((91, 92)))
    beside = nodes + f'<way id="91"><nd ref="91"/><nd ref="92"/>{tags}'
    import_roads(database, town(tmp_path, MAIN, SIDE, LOOP, more=beside), [], AT)
    found = renewal(database, town(tmp_path, MAIN, SIDE, LOOP), [])
    assert (found.redrawn, found.gone, found.stay) == (0, 1, 1)


def test_a_short_link_is_not_taken_for_the_streets_that_it_joins(database: Connection, tmp_path: Path) -> None:
    """Four metres between two streets: gone, it stays, and what lies behind it is reached."""
    lat = place(15)[1] + 0.000036
    far = f'<node id="95" lon="{place(15)[0]}" lat="{lat}"/><node id="96" lon="{place(13)[0]}" lat="{lat + 0.001}"/>'
    tags = '<tag k="highway" v="residential"/></way>'
    north = far + f'<way id="95"><nd ref="95"/><nd ref="96"/>{tags}'
    link = f'<way id="94"><nd ref="15"/><nd ref="95"/>{tags}'
    import_roads(database, town(tmp_path, *WHOLE, more=north + link), [], AT)
    found = import_roads(database, town(tmp_path, *WHOLE, more=north), [], AT)
    assert found.renewal is not None
    assert (found.renewal.redrawn, found.renewal.gone, found.renewal.stay) == (0, 1, 1)
    assert found.unreachable == {}


def test_bans_of_a_street_that_stays_are_kept(database: Connection, tmp_path: Path) -> None:
    members = "".join(
        f'<member type="{kind}" role="{role}" ref="{ref}"/>'
        for kind, role, ref in (("way", "from", 20), ("node", "via", 14), ("way", "to", 30))
    )
    said = '<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/>'
    ban = f'<relation id="1" version="1">{members}{said}</relation>'
    import_roads(database, town(tmp_path, *WHOLE, more=ban), [], AT)
    assert load_turns(database) == (TurnBan("osm/20/3-14", 14, "osm/30/14-5"),)
    import_roads(database, town(tmp_path, MAIN, LOOP), [], AT)
    assert load_turns(database) == (TurnBan("osm/20/3-14", 14, "osm/30/14-5"),)


def test_heights_stay_where_the_course_did(database: Connection, tmp_path: Path) -> None:
    import_roads(database, town(tmp_path, *WHOLE), [hill(tmp_path)], AT)
    before, land = load_segments(database), load_relief(database)
    assert all(s.slope_source == "hill.asc" for s in before)
    found = import_roads(database, town(tmp_path, *WHOLE), [], AT)
    assert load_segments(database) == before
    assert load_relief(database) == land
    assert found.renewal is not None
    assert found.renewal.heights_kept == len(before)
    assert (found.terrain_cover, found.relief) == (1.0, len(land))
    assert "give --terrain" not in found.text(words("en"))


def test_a_second_terrain_file_completes_the_first(database: Connection, tmp_path: Path) -> None:
    """One that reaches the eastern half alone: in the west the heights of before stay, with their land."""
    import_roads(database, town(tmp_path, *WHOLE), [hill(tmp_path)], AT)
    rows = [" ".join(["200"] * 20)] * 60
    head = "ncols 20\nnrows 60\nxllcorner 15.0055\nyllcorner 59.97\ncellsize 0.001\nNODATA_value -9999\n"
    (tmp_path / "east.asc").write_text(head + "\n".join(rows) + "\n")
    import_roads(database, town(tmp_path, *WHOLE), [tmp_path / "east.asc"], AT)
    sources = {s.id: s.slope_source for s in load_segments(database)}
    assert sources["osm/10/1-3"] == "hill.asc"
    assert sources["osm/30/14-5"] == "east.asc"
    assert len(load_relief(database)) == len(sources)


def test_heights_are_not_lost_unasked(database: Connection, tmp_path: Path) -> None:
    """All streets moved by a few metres: none has its course, and a person is asked."""
    import_roads(database, town(tmp_path, *WHOLE), [hill(tmp_path)], AT)
    before = load_segments(database)
    moved = town(tmp_path, *WHOLE, moved=0.0001)
    with pytest.raises(NeedsYes, match=r"known for 0% of the street length in place of 100% \(give --terrain FILE\)"):
        import_roads(database, moved, [], AT)
    assert load_segments(database) == before
    import_roads(database, moved, [hill(tmp_path)], AT)
    import_roads(database, town(tmp_path, *WHOLE), [], AT, yes=True)
    assert {s.elevation_m for s in load_segments(database)} == {None}


def test_the_command_says_it_all(
    dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    assert dagsplan.main(["import", "roads", str(town(tmp_path, *WHOLE))]) == 0
    assert "beside what was there: 4 added, 0 changed, 0 unchanged" in capsys.readouterr().out
    other = str(town(tmp_path, (90, (1, 2, 3)), moved=1.0, name="other.osm"))
    assert dagsplan.main(["import", "roads", other]) == 1
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "other.osm" in said
    assert "look with --dry-run; if this is meant, give --yes" in said
    assert dagsplan.main(["import", "roads", other, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["renewal"]["gone"] == 4
