"""An extract through to the database: ids stay, what vanished goes, and a bad file changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from city.catalogue.message import Message, message
from city.catalogue.words import words
from city.entities import Building, Dataset
from city.errors import ImportRefused, NeedsYes
from ingest.roads import import_roads
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from store.roads import load_datasets, load_relief, load_segments, replace_segments, save_buildings, save_dataset

AT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
TAGGED = '<tag k="highway" v="residential"/><tag k="name" v="Åvägen"/>'


def town(folder: Path, *ways: tuple[int, int, int]) -> Path:
    nodes = "".join(f'<node id="{n}" lon="{15 + n / 1000}" lat="60" version="1"/>' for n in range(1, 6))
    drawn = "".join(
        f'<way id="{way}" version="1" timestamp="2024-02-03T00:00:00Z"><nd ref="{a}"/><nd ref="{b}"/>{TAGGED}</way>'
        for way, a, b in ways
    )
    file = folder / "town.osm"
    file.write_text(f'<osm version="0.6">{nodes}{drawn}</osm>', encoding="utf-8")
    return file


def test_what_was_read_is_what_is_stored(database, tmp_path):
    file = town(tmp_path, (10, 1, 2), (11, 2, 3))
    import_roads(database, file, [], AT)
    assert load_segments(database) == tuple(cut(read_extract(file)).segments)


def test_the_import_is_committed(database, tmp_path):
    database.execute("SELECT 1")
    import_roads(database, town(tmp_path, (10, 1, 2)), [], AT)
    database.rollback()
    assert len(load_segments(database)) == 1


def test_a_second_import_keeps_ids_and_removes_what_vanished(database, tmp_path):
    import_roads(database, town(tmp_path, (10, 1, 2), (11, 2, 3)), [], AT)
    again = import_roads(database, town(tmp_path, (10, 1, 2), (12, 3, 4)), [], AT, remove=True)
    assert [s.id for s in load_segments(database)] == ["osm/10/1-2", "osm/12/3-4"]
    assert again.vanished == 1


def plain_with_a_wall(folder: Path) -> Path:
    """An ESRI grid of 0.001°: level, but for a wall of 50 m along its northern border."""
    rows = [" ".join(["150"] * 60)] * 3 + [" ".join(["100"] * 60)] * 57
    head = "ncols 60\nnrows 60\nxllcorner 14.97\nyllcorner 59.945\ncellsize 0.001\nNODATA_value -9999\n"
    file = folder / "wall.asc"
    file.write_text(head + "\n".join(rows) + "\n")
    return file


def test_the_land_is_stored_with_its_street_and_goes_with_it(database, tmp_path):
    """Every street in the model's reach has its sky; shade lies in the north alone; a vanished street leaves no row."""
    found = import_roads(database, town(tmp_path, (10, 1, 2), (11, 2, 3)), [plain_with_a_wall(tmp_path)], AT)
    stored = load_relief(database)
    assert [row.segment for row in stored] == ["osm/10/1-2", "osm/11/2-3"]
    assert stored[0].horizon[0] > 0.005 > max(stored[0].horizon[12:24]) == 0.0
    assert stored[0].sky_view == round(stored[0].sky_view, 4)
    assert stored[0].source == "wall.asc"
    assert -25.0 < stored[0].above_m < 0.0
    assert "sky, shade and hollows: 2 of 2 segments" in found.text(words("en"))
    swedish = found.text(words("sv"))
    assert "gator: 2 sträckor, " in swedish
    assert "klasser: 2 P3; väghållare: 2 okända\n" in swedish
    assert "himmel, skugga och sänkor: 2 av 2 sträckor, på " in swedish
    import_roads(database, town(tmp_path, (10, 1, 2)), [plain_with_a_wall(tmp_path)], AT, remove=True)
    assert len(load_relief(database)) == 1


def test_streets_of_another_source_are_replaced_when_somebody_says_yes(database, tmp_path):
    """Two networks of one town, one upon the other and joined nowhere, are none."""
    (own,) = cut(read_extract(town(tmp_path, (20, 4, 5)))).segments
    save_dataset(database, Dataset("NVDB", "hand", "CC0 1.0", "Trafikverket"), AT)
    replace_segments(database, "NVDB", [own])
    file = town(tmp_path, (10, 1, 2))
    with pytest.raises(NeedsYes, match="come from NVDB"):
        import_roads(database, file, [], AT)
    assert [s.id for s in load_segments(database)] == ["osm/20/4-5"]
    found = import_roads(database, file, [], AT, yes=True)
    assert [s.id for s in load_segments(database)] == ["osm/10/1-2"]
    assert found.renewal is not None
    assert (found.renewal.others, found.renewal.added, found.vanished) == (1, 1, 1)
    assert [dataset.name for dataset in load_datasets(database)] == ["OpenStreetMap"]


def test_licence_and_date_go_with_the_data(database, tmp_path):
    import_roads(database, town(tmp_path, (10, 1, 2)), [], AT)
    (dataset,) = load_datasets(database)
    assert dataset.attribution == "© OpenStreetMap contributors"
    assert dataset.licence.startswith("ODbL")
    assert dataset.data_date == date(2024, 2, 3)
    assert "town.osm" in dataset.source


def test_a_refused_file_changes_nothing(database, tmp_path):
    import_roads(database, town(tmp_path, (10, 1, 2)), [], AT)
    bad = tmp_path / "bad.osm"
    bad.write_text("<osm>")
    with pytest.raises(ImportRefused):
        import_roads(database, bad, [], AT)
    with pytest.raises(ImportRefused):
        import_roads(database, town(tmp_path, (11, 2, 3)), [tmp_path / "gone.tif"], AT)
    assert [s.id for s in load_segments(database)] == ["osm/10/1-2"]


def test_a_building_keeps_what_people_set(database):
    save_dataset(database, Dataset("OpenStreetMap", "x", "ODbL", "y"), AT)
    save_buildings(database, "OpenStreetMap", [Building("b", "Ängskolan", 15.0, 60.0, device="d", opens="07:00")])
    save_buildings(database, "OpenStreetMap", [Building("b", "Nya Ängskolan", 15.1, 60.0, area_m2=900.0)])
    row = database.execute("SELECT name, device_id, opens, area_m2 FROM building").fetchone()
    assert row == ("Nya Ängskolan", "d", "07:00", 900.0)


def test_the_demonstration_town_is_imported_twice_alike(database):
    file = Path(__file__).parents[2] / "deploy" / "demo" / "helsinki.osm.pbf"
    if not file.exists():
        pytest.skip(f"the demonstration extract {file.name} is not there")
    first = import_roads(database, file, [], AT)
    segments = load_segments(database)
    second = import_roads(database, file, [], AT)
    assert load_segments(database) == segments
    assert second.vanished == 0
    assert first.street_count_between_junctions == 1029
    assert (first.rooms, first.buildings) == (52, 5)
    assert first.terrain_sources.keys() == {"spot heights"}
    assert 0 < first.unreachable["street"] < 0.2 * first.segments["street"]
    assert "cut off from the largest part" in first.text(words("en"))


def test_a_hilly_town_gets_its_terrain(database, data_folder):
    roads = data_folder / "roads"
    terrain = [roads / "N49E011.hgt.zip", roads / "N50E011.hgt.zip"]
    found = import_roads(database, roads / "north-bayreuth.osm.gz", terrain, AT)
    segments = load_segments(database)
    assert found.terrain_cover == 1.0
    assert all(s.grade_pct is not None and abs(s.grade_pct) <= 20.0 for s in segments)
    assert found.clamped_grades >= 1
    assert found.segments == {network: sum(s.network == network for s in segments) for network in ("cycle", "street")}


def test_a_town_of_nordic_scale_is_loaded_whole(database, data_folder):
    told: list[Message] = []
    file = data_folder / "roads" / "oslo-east-filtered.osm.pbf"
    found = import_roads(database, file, [], AT, progress=told.append)
    segments = load_segments(database)
    assert len(segments) == sum(found.segments.values()) > 10_000
    assert [s.id for s in segments] == sorted(s.id for s in segments)
    assert any("ø" in s.name for s in segments)
    assert told[0] == message("cli.roads.reading", file="oslo-east-filtered.osm.pbf")
