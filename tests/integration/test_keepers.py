"""Rules of who keeps a street: taken from a file, applied at once and at every later import, and taken away again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import dagsplan
from city.catalogue.words import words
from city.clock import SystemClock
from city.errors import ImportRefused
from ingest.roads import import_roads
from ingest.roads.keepers import forget_keeper_rule, import_keepers
from store.clock import set_simulated_clock
from store.connect import Connection, connect
from store.keepers import keeper_rules
from store.roads import load_segments

AT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
WAYS = {
    10: ("primary", "Riksvägen", "E 4", "Trafikverket"),
    11: ("residential", "Åvägen", "", ""),
    12: ("service", "", "", ""),
    13: ("residential", "Backen", "", "Växjö kommun"),
}


def town(folder: Path) -> Path:
    """Four streets in a row, about 100 m each, from 15.001 to 15.009° E along 60° N."""
    parts = [f'<node id="{n}" lon="{15 + (n - 1) * 0.002}" lat="60" version="1"/>' for n in range(1, 6)]
    for place, (way, (highway, name, ref, operator)) in enumerate(WAYS.items(), start=1):
        tags = {"highway": highway, "name": name, "ref": ref, "operator": operator}
        told = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items() if value)
        parts.append(f'<way id="{way}" version="1"><nd ref="{place}"/><nd ref="{place + 1}"/>{told}</way>')
    file = folder / "town.osm"
    file.write_text(f'<osm version="0.6">{"".join(parts)}</osm>')
    return file


def rules(folder: Path, text: str, name: str = "keepers.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def kept(connection: Connection) -> dict[str, str]:
    return {s.id.split("/")[1]: s.keeper for s in load_segments(connection)}


SOURCE = {"10": "state", "11": "unknown", "12": "unknown", "13": "municipal"}


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ('street = "åvägen"', {"11"}),
        ('street = "*väg*"', {"10", "11"}),
        ('highway = "residential"', {"11", "13"}),
        ('number = "e4"', {"10"}),
        ("way = 12", {"12"}),
        ('segment = "osm/13/4-5"', {"13"}),
        ("bbox = [15.0025, 59.9, 15.0065, 60.1]", {"11", "12"}),
        ("area = [[15.0045, 59.9], [15.02, 59.9], [15.02, 60.1], [15.0045, 60.1]]", {"12", "13"}),
        ('highway = "residential"\nbbox = [15.0025, 59.9, 15.0065, 60.1]', {"11"}),
    ],
)
def test_a_rule_takes_the_streets_that_fit_all_it_names(
    database: Connection, tmp_path: Path, rule: str, fits: set[str]
) -> None:
    import_roads(database, town(tmp_path), [], AT)
    assert kept(database) == SOURCE
    report = import_keepers(database, rules(tmp_path, f'[[rule]]\nid = "r"\nkeeper = "private"\n{rule}\n'), AT)
    assert kept(database) == SOURCE | dict.fromkeys(fits, "private")
    assert [hit.segments for hit in report.taken.hits] == [len(fits)]
    assert report.changed_segments == len(fits)
    import_roads(database, town(tmp_path), [], AT)
    assert kept(database) == SOURCE | dict.fromkeys(fits, "private")


TWO = """
[[rule]]
id = "hus"
keeper = "private"
street = "Åvägen"
[[rule]]
keeper = "municipal"
highway = "residential"
"""


def test_the_first_rule_that_fits_counts_and_idle_ones_are_named(database: Connection, tmp_path: Path) -> None:
    import_roads(database, town(tmp_path), [], AT)
    report = import_keepers(database, rules(tmp_path, TWO + '[[rule]]\nkeeper = "state"\nstreet = "Nowhere"\n'), AT)
    assert kept(database) == SOURCE | {"11": "private"}
    said = [words("en").say(line) for line in report.lines()]
    assert "keeper rule hus: 1 private, 0.1 km" in said
    assert "keeper rule highway=residential: 1 municipal, 0.1 km" in said
    assert "a keeper rule that fits no street: street=Nowhere" in said
    told = import_roads(database, town(tmp_path), [], AT).text(words("sv"))
    assert "väghållarregel hus: 1 enskild, 0,1 km" in told


def test_a_second_file_changes_rules_and_remove_takes_those_away_that_it_lacks(
    database: Connection, tmp_path: Path
) -> None:
    import_roads(database, town(tmp_path), [], AT)
    import_keepers(database, rules(tmp_path, TWO), AT)
    other = rules(tmp_path, '[[rule]]\nid = "hus"\nkeeper = "state"\nstreet = "Åvägen"\n')
    looked = import_keepers(database, other, AT, dry_run=True)
    assert (looked.added, looked.changed, looked.gone) == (0, 1, ("highway=residential",))
    assert kept(database)["11"] == "private"
    assert import_keepers(database, other, AT).changed_segments == 1
    assert [rule.id for rule in keeper_rules(database)] == ["hus", "highway=residential"]
    import_keepers(database, other, AT, remove=True)
    assert [rule.id for rule in keeper_rules(database)] == ["hus"]
    assert forget_keeper_rule(database, "hus")
    assert not forget_keeper_rule(database, "hus")
    assert kept(database) == SOURCE


def test_csv_and_metres_do_as_well(database: Connection, tmp_path: Path) -> None:
    import_roads(database, town(tmp_path), [], AT)
    text = "id,keeper,street,way,bbox\na,private,Åvägen,,\nb,state,,12,\nc,private,,,500300|6651000|501000|6652500\n"
    import_keepers(database, rules(tmp_path, text, "keepers.csv"), AT, crs="EPSG:3006")
    assert kept(database) == {"10": "state", "11": "private", "12": "state", "13": "private"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]]\nkeeper = "kommun"\nstreet = "a"\n', r"\[\[rule\]\] number 1: keeper 'kommun' is none of"),
        ('[[rule]]\nkeeper = "state"\n', "names neither"),
        ('[[rule]]\nkeeper = "state"\nstret = "a"\n', "unknown field"),
        ('[[rules]]\nkeeper = "state"\nstreet = "a"\n', r"unknown table \[\[rules\]\]"),
        ('[[rule]]\nkeeper = "state"\nbbox = [480000, 6650000, 490000, 6660000]\n', "no degrees; give --crs"),
        ('[[rule]]\nkeeper = "state"\nbbox = [15.1, 59, 15, 60]\n', "west, south, east, north"),
        ('[[rule]]\nkeeper = "state"\narea = [[15.1, 59], [15, 60]]\n', "fewer than three corners"),
        ('[[rule]]\nkeeper = "state"\nway = 1\n' * 2, "is there twice"),
        ("", "holds no rules"),
        ("[[rule", "is not TOML"),
    ],
)
def test_a_bad_rule_is_named_and_nothing_changes(database: Connection, tmp_path: Path, text: str, said: str) -> None:
    import_keepers(database, rules(tmp_path, TWO), AT)
    before = keeper_rules(database)
    with pytest.raises(ImportRefused, match=said):
        import_keepers(database, rules(tmp_path, text, "bad.toml"), AT)
    assert keeper_rules(database) == before


def test_the_command_answers_as_json(
    dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    assert dagsplan.main(["import", "roads", str(town(tmp_path))]) == 0
    capsys.readouterr()
    assert dagsplan.main(["import", "keepers", str(rules(tmp_path, TWO)), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["added"], said["changed_segments"]) == (2, 1)
    assert said["rules"][0] == {"rule": "hus", "keeper": "private", "segments": 1, "km": 0.1}


def test_a_rule_a_route_and_a_forecast_are_forgotten_by_the_command(
    dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    answer = Path(__file__).parents[1] / "data" / "weather" / "smhi_small.json"
    drive = tmp_path / "a.gpx"
    points = "".join(f'<rtept lat="60" lon="{15 + n * 0.002}"/>' for n in range(5))
    drive.write_text(f'<gpx version="1.1"><rte><name>Norr</name>{points}</rte></gpx>')
    with connect(dsn, "test") as connection:
        set_simulated_clock(connection, datetime(2027, 1, 11, 22, tzinfo=UTC), SystemClock().now(), 1.0)
        connection.commit()
    for given in (["roads", str(town(tmp_path))], ["keepers", str(rules(tmp_path, TWO))], ["routes", str(drive)]):
        assert dagsplan.main(["import", *given]) == 0
    assert dagsplan.main(["import", "weather", str(answer), "--yes"]) == 0
    for kind, thing in (("keeper", "hus"), ("route", "Norr"), ("forecast", "1")):
        capsys.readouterr()
        assert dagsplan.main(["forget", kind, thing]) == 0
        assert "is taken away" in capsys.readouterr().out
        assert dagsplan.main(["forget", kind, thing]) == 1
