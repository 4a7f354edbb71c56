"""Today's routes from a file through the database to the comparison, on the command line."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer

import dagsplan
from city.catalogue.words import words
from city.entities import RouteStep, Vehicle
from city.errors import ImportRefused, NeedsYes
from city.network import build
from ingest.roads import import_roads
from ingest.routes import import_routes
from planner.routes.sectors import cut, passes
from planner.routes.tur import Job, drive_turer, graph_for
from store import roads
from store.connect import Connection
from store.routes import forget_route, load_routes
from tests.integration.plan_town import fill
from tests.unit.city.drives import alike, outline, recorded
from tests.unit.planner.snapshots import AT, place, street, streets

ROW = [place(node) for node in range(5)]
"""The first row of the town, four blocks of a main street."""


def written(folder: Path, *features: tuple[list[tuple[float, float]], dict[str, Any]], name: str = "t.geojson") -> Path:
    file = folder / name
    rows = [
        {"type": "Feature", "properties": said, "geometry": {"type": "LineString", "coordinates": points}}
        for points, said in features
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    return file


def steps(connection: Connection, name: str) -> tuple[RouteStep, ...]:
    return next(route.steps for route in load_routes(connection) if route.name == name)


OUT = tuple(RouteStep(f"s/{i}-{i + 1}", True, True) for i in range(4))
BACK = tuple(RouteStep(f"s/{i}-{i + 1}", False, True) for i in (3, 2, 1, 0))


def test_features_of_one_route_are_joined_and_stored(database: Connection, tmp_path: Path) -> None:
    """Out with work, back without: the steps with their words, and what the route is called, driven by and like."""
    fill(database)
    said = {"route": "Norr", "vehicle": "P1", "class": "P1"}
    file = written(
        tmp_path, (ROW[::-1], {**said, "serve": False, "order": 2}), (ROW, {**said, "serve": True, "order": 1})
    )
    report = import_routes(database, file, AT)
    (route,) = load_routes(database)
    assert (route.name, route.vehicle, route.route_class, route.source) == ("Norr", "P1", "P1", "t.geojson")
    assert route.steps == OUT + tuple(RouteStep(s.segment, s.forward, False) for s in BACK)
    assert (route.share_matched, route.work_assumed, route.imported_at) == (1.0, False, AT)
    assert report.routes[0].worked_km == pytest.approx(0.4)


def test_without_words_the_first_passage_is_work_and_that_is_told(database: Connection, tmp_path: Path) -> None:
    fill(database)
    report = import_routes(database, written(tmp_path, (ROW + ROW[-2::-1] + ROW[1:], {})), AT, "Hand")
    served = [step.serve for step in steps(database, "Hand")]
    assert served == [True] * 8 + [False] * 4
    assert "what it clears is assumed" in report.text(words("en"))


def test_a_second_import_replaces_the_route_and_leaves_others(database: Connection, tmp_path: Path) -> None:
    fill(database)
    import_routes(database, written(tmp_path, (ROW, {"name": "a"}), (ROW, {"name": "b"})), AT)
    import_routes(database, written(tmp_path, (ROW[::-1], {"name": "a"})), AT)
    assert steps(database, "a") == BACK
    assert steps(database, "b") == OUT


def test_a_bad_feature_costs_none_of_its_neighbours(database: Connection, tmp_path: Path) -> None:
    """Swapped, far away and broken features are named, the good one is stored."""
    fill(database)
    swapped = [(lat, lon) for lon, lat in ROW]
    file = written(
        tmp_path, (swapped, {"name": "x"}), (ROW, {"name": "a"}), ([(0.0, 0.0)], {}), ([(1, 2), (2, 2)], {"name": "y"})
    )
    report = import_routes(database, file, AT)
    assert [route.name for route in report.routes] == ["a"]
    refused = [words("en").say(line) for line in report.refused]
    assert [line.split(";")[0] for line in refused[:2]] == [
        "feature 3: geometry: has no two points that differ",
        "route 'x': longitude and latitude are swapped",
    ]
    assert "km from the town's streets" in refused[2]
    swedish = report.text(words("sv"))
    assert swedish.startswith("rutt  ")
    assert "avvisat: t.geojson: rutten 'x': longitud och latitud är omkastade; byt plats på dem" in swedish
    assert report.as_dict(words("en"))["refused"] == refused


def test_a_file_without_a_usable_route_changes_nothing(database: Connection, tmp_path: Path) -> None:
    fill(database)
    import_routes(database, written(tmp_path, (ROW, {"name": "a"})), AT)
    with pytest.raises(ImportRefused, match=r"t\.geojson: route 'a': longitude and latitude are swapped"):
        import_routes(database, written(tmp_path, ([(lat, lon) for lon, lat in ROW], {"name": "a"})), AT)
    assert steps(database, "a") == OUT


def test_without_streets_there_is_nothing_to_match(database: Connection, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="run 'dagsplan import roads' first"):
        import_routes(database, written(tmp_path, (ROW, {})), AT)


def test_a_real_drive_is_found_again(database: Connection, helsinki: Path, tmp_path: Path) -> None:
    """Main streets of central Helsinki, a position every 10 to 30 m with 5 m of noise: over nine tenths of it are the
    same segments in the same order, all of it lies on streets, hardly any against a one-way street."""
    import_roads(database, helsinki, [], AT)
    segments = roads.load_segments(database)
    network = build(segments)
    tur = next(t for t in cut(segments, 45.0, {"street": 15.0, "cycle": 10.0}) if t.id == "P1-1")
    home = int(network.arc_from[np.flatnonzero(network.arc_segment == tur.segments[0])[0]])
    needs = {i: passes(segments[i]) for i in tur.segments}
    vehicle = Vehicle("v", "snow", "dep", work_kmh=15.0, drive_kmh=40.0)
    driven = drive_turer(
        network, [Job(graph_for(network, [home], "street"), needs, vehicle, home)], iterations_each=10
    )[0]
    arcs = [step.arc for step in driven.traversals]
    positions = recorded(outline(network, arcs), random.Random(1), 5.0)
    points = "".join(f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"/>' for lon, lat in positions)
    file = tmp_path / "tur.gpx"
    file.write_text(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>")
    (found,) = import_routes(database, file, AT).routes
    arc_of = {(segments[network.arc_segment[a]].id, bool(network.arc_forward[a])): a for a in range(network.n_arcs)}
    matched = [arc_of[s.segment, s.forward] for s in steps(database, "tur") if (s.segment, s.forward) in arc_of]
    assert alike(network, arcs, matched) > 0.9
    assert found.share_matched > 0.99
    assert found.against_km < 0.01 * found.km


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = dagsplan.main(arguments)
    return status, capsys.readouterr().out


@pytest.mark.usefixtures("english")
def test_from_the_file_to_the_comparison_on_the_command_line(
    database: Connection, dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GPX track with its times; then the streets change and the route says that it must be imported again."""
    fill(database)
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    points = "".join(f'<trkpt lat="{lat}" lon="{lon}"><time>2026-01-01T00:00:00Z</time></trkpt>' for lon, lat in ROW)
    file = tmp_path / "norr.gpx"
    file.write_text(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>")
    status, out = said(capsys, "import", "routes", str(file), "--json")
    assert status == 0
    assert json.loads(out)["routes"][0]["name"] == "norr"
    status, out = said(capsys, "routes", "--iterations", "200", "--json")
    assert status == 0
    (told,) = json.loads(out)
    assert told["name"] == "norr"
    assert told["theirs"]["metres"] == told["ours"]["metres"] == told["least_metres"] == 400.0
    assert told["faults"] == []
    assert "norr" in said(capsys, "routes", "--iterations", "200")[1]
    rest = [s for s in streets() if s.id != "s/1-2"]
    roads.replace_segments(database, "streets", [*rest, street(1, 2, key="s/new")])
    assert "1 of its 4 segments is gone" in said(capsys, "routes")[1]


def test_no_routes_yet(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    assert said(capsys, "routes", "--json") == (0, "[]\n")
    assert "import routes" in said(capsys, "routes")[1]


def test_the_same_file_again_changes_nothing_and_a_look_stores_nothing(database: Connection, tmp_path: Path) -> None:
    fill(database)
    file = written(tmp_path, (ROW, {"name": "a"}), (ROW, {"name": "b"}))
    looked = import_routes(database, file, AT, dry_run=True)
    assert (looked.added, load_routes(database)) == (2, ())
    first, again = (import_routes(database, file, AT) for _ in range(2))
    assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert "routes: 0 added, 0 changed, 2 unchanged" in again.text(words("en"))


def test_a_route_that_is_gone_from_its_file_goes_when_somebody_says_so(database: Connection, tmp_path: Path) -> None:
    """Those of other files are none of this one's."""
    fill(database)
    import_routes(database, written(tmp_path, (ROW, {"name": "a"}), (ROW, {"name": "b"})), AT)
    import_routes(database, written(tmp_path, (ROW, {"name": "c"}), name="other.geojson"), AT)
    file = written(tmp_path, (ROW, {"name": "a"}))
    stays = import_routes(database, file, AT)
    assert stays.gone == ("b",)
    assert [route.name for route in load_routes(database)] == ["a", "b", "c"]
    assert "(b); --remove takes it away" in stays.text(words("en"))
    import_routes(database, file, AT, remove=True)
    assert [route.name for route in load_routes(database)] == ["a", "c"]
    assert forget_route(database, "c")
    assert not forget_route(database, "c")


def test_a_route_is_not_taken_away_because_its_feature_is_broken(database: Connection, tmp_path: Path) -> None:
    fill(database)
    import_routes(database, written(tmp_path, (ROW, {"name": "a"}), (ROW, {"name": "b"})), AT)
    file = written(tmp_path, (ROW, {"name": "a"}), ([(0.0, 0.0)], {"name": "b"}))
    with pytest.raises(NeedsYes, match="b, which would go, may be in it"):
        import_routes(database, file, AT, remove=True)
    assert [route.name for route in load_routes(database)] == ["a", "b"]
    import_routes(database, file, AT, remove=True, yes=True)
    assert [route.name for route in load_routes(database)] == ["a"]


def test_metres_are_taken_where_their_system_is_named(database: Connection, tmp_path: Path) -> None:
    """By --crs, or by the member that programs wrote before GeoJSON was in degrees alone."""
    fill(database)
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)
    metres = [to_metres.transform(lon, lat) for lon, lat in ROW]
    file = written(tmp_path, (metres, {"name": "a"}))
    with pytest.raises(ImportRefused, match="give --crs EPSG:N"):
        import_routes(database, file, AT)
    import_routes(database, file, AT, crs="EPSG:3006")
    assert steps(database, "a") == OUT
    tree = json.loads(file.read_text())
    tree["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}
    file.write_text(json.dumps(tree))
    assert import_routes(database, file, AT).unchanged == 1
    with pytest.raises(ImportRefused, match="no coordinate system EPSG:nothing"):
        import_routes(database, file, AT, crs="EPSG:nothing")
