"""NVDB as a GeoPackage: links, what is said of them by measure, and the network that comes of it."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from city.catalogue.words import words
from city.entities import Depot, Segment, Vehicle
from city.errors import ImportRefused
from ingest.roads import import_roads
from ingest.roads.report import ImportReport
from store import facts
from store.connect import Connection
from store.roads import load_datasets, load_segments
from tests.integration.test_turns_obeyed import plan_of, snowed_in
from tests.unit.ingest.roads.packages import Line, blob, package

AT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
E, N = 488_000.0, 6_304_000.0
"""Near Växjö, in SWEREF 99 TM."""


def line(*points: tuple[float, float]) -> Line:
    return [(E + x, N + y) for x, y in points]


def link(element: str, geometry: Line, net: str = "bilnät", **more: Any) -> dict[str, Any]:
    said = {"ELEMENT_ID": element, "START_MEASURE": 0.0, "END_MEASURE": 1.0, "VALID_TO": 99991231, "Nattyp": net}
    return said | {"geom": blob(geometry)} | more


def said(element: str, start: float, end: float, **values: Any) -> dict[str, Any]:
    return {
        "ELEMENT_ID": element,
        "START_MEASURE": start,
        "END_MEASURE": end,
        "VALID_TO": 99991231,
        "geom": None,
    } | values


MAIN = line((0, 0), (100, 0), (200, 0), (300, 0))
SIDE = line((100.2, 0.1), (100, 80))
"""Its end lies 22 cm from a vertex of the main street, as layers of different measures do."""
FAR = line((250, 0.2), (250, 90))
"""Its end lies beside the main street, where that has no vertex."""
CYCLE = line((300, 0), (300, 120))
LAYERS: dict[str, list[dict[str, Any]]] = {
    "NVDB_DK_O_88_Vagtrafiknat": [
        link("1:1", MAIN),
        link("1:2", SIDE, geom=blob(SIDE, envelope=True, z=True)),
        link("1:3", FAR, geom=blob(FAR, many=True)),
        link("1:4", CYCLE, "cykelnät"),
        link("1:5", line((0, 5), (300, 5)), "gångnät"),
        link("1:6", line((0, 500), (300, 500)), VALID_TO=20190101),
    ],
    "NVDB_DK_O_38_FunkVagklass": [said("1:1", 0, 1, Klass=4), said("1:2", 0, 1, Klass=7), said("1:3", 0, 1, Klass=8)],
    "NVDB_DK_O_2_Vaghallare": [
        said("1:1", 0, 0.5, Vaghallartyp="statlig"),
        said("1:1", 0.5, 1, Vaghallartyp="kommunal"),
        said("1:3", 0, 1, Vaghallartyp="enskild"),
    ],
    "NVDB_DK_O_48_Hastighetsgrans": [said("1:1", 0, 1, Hogsta_tillatna_hastighet="60")],
    "NVDB_DK_O_60_Gatunamn": [said("1:1", 0, 0.999, Namn="Storgatan"), said("1:2", 0, 1, Namn="Ågatan")],
    "NVDB_DK_O_28_Vagbredd": [said("1:1", 0, 1, Bredd=7.5)],
    "NVDB_DK_O_12_ForbjudenFardriktning": [said("1:2", 0, 1, Riktning="Mot")],
    "NVDB_DK_O_30_Bro_och_tunnel": [said("1:4", 0, 1, Konstruktion="på bro")],
}


def read(
    connection: Connection, folder: Path, layers: Any = LAYERS, **how: Any
) -> tuple[dict[str, Segment], ImportReport]:
    report = import_roads(connection, package(folder / "nvdb.gpkg", layers), [], AT, **how)
    return {s.id: s for s in load_segments(connection)}, report


def test_the_network_is_cut_at_junctions_and_where_what_is_said_changes(database: Connection, tmp_path: Path) -> None:
    """The main street: at the side street, in its middle where the keeper changes, and where it has no vertex."""
    found, _ = read(database, tmp_path)
    main = [s for s in found.values() if s.name == "Storgatan"]
    by_place = sorted((s.geometry[0][0], round(s.length_m), s.keeper) for s in main)
    assert [row[1:] for row in by_place] == [(100, "state"), (50, "state"), (100, "municipal"), (50, "municipal")]
    assert {(s.route_class, s.highway, s.speed_kmh, s.width_m) for s in main} == {("P1", "secondary", 60.0, 7.5)}
    assert all(s.reachable for s in found.values() if s.name != "Ågatan")
    assert all(id.startswith("nvdb/") for id in found)


def test_what_is_said_of_a_street_comes_in(database: Connection, tmp_path: Path) -> None:
    found, _ = read(database, tmp_path)
    (side,) = [s for s in found.values() if s.name == "Ågatan"]
    assert (side.oneway, side.route_class, side.keeper) == (True, "P3", "unknown")
    assert side.geometry[0][1] < side.geometry[-1][1]
    (private,) = [s for s in found.values() if s.keeper == "private"]
    assert round(private.length_m) == 90
    (cycle,) = [s for s in found.values() if s.network == "cycle"]
    assert (cycle.route_class, cycle.bridge) == ("C1", True)
    lon, lat = cycle.geometry[0]
    assert (lon, lat) == pytest.approx((14.807, 56.88), abs=0.01)


def test_the_answer_says_what_is_missing_and_that_it_is_untried(database: Connection, tmp_path: Path) -> None:
    _, report = read(database, tmp_path)
    text = report.text(words("en"))
    assert "untried on a delivered file" in text
    assert "the file says nothing of: surface, road numbers, weight limits, width limits" in text
    assert "left out: 1 stretch that is for walking alone" in text
    assert "left out: 1 stretch that is not valid any more" in text
    (origin,) = load_datasets(database)
    assert (origin.name, origin.data_date) == ("NVDB", date(2026, 5, 4))


def test_ids_stay_from_import_to_import(database: Connection, tmp_path: Path) -> None:
    before, _ = read(database, tmp_path)
    after, report = read(database, tmp_path)
    assert after == before
    assert report.renewal is not None
    assert (report.renewal.unchanged, report.renewal.added) == (len(before), 0)


def test_a_street_that_the_file_closes_does_not_stay(database: Connection, tmp_path: Path) -> None:
    """It is in the file, which says what it is: only what is gone from a file stays."""
    read(database, tmp_path)
    closed = [said("1:2", 0, 1, Riktning="Mot"), said("1:3", 0, 1, Riktning="Med och mot")]
    found, report = read(database, tmp_path, LAYERS | {"NVDB_DK_O_12_ForbjudenFardriktning": closed})
    assert "private" not in {s.keeper for s in found.values()}
    assert report.renewal is not None
    assert (report.renewal.gone, report.renewal.stay) == (0, 0)


def test_without_a_direction_no_street_is_one_way_and_that_is_said(database: Connection, tmp_path: Path) -> None:
    """A layer that does not say for which way it holds must not close the wrong one."""
    layers = LAYERS | {"NVDB_DK_O_12_ForbjudenFardriktning": [said("1:2", 0, 1)]}
    found, report = read(database, tmp_path, layers)
    assert not any(s.oneway for s in found.values())
    assert "one-way streets" in report.text(words("en"))


def homogeneous(**names: str) -> dict[str, list[dict[str, Any]]]:
    """The same in one layer, by number codes."""
    rows = [
        {"ROUTE_ID": "a", "Vagtr_474": 1, "Klass_181": 4, "Vagha_6": 2, "Namn_130": "Storgatan", "F_Hogst_225": 50,
         "F_ForbjudenFardriktning": 0, "B_ForbjudenFardriktning": -1, "Slitl_152": 1,
         "geom": blob(line((0, 0), (100, 0)))},
        {"ROUTE_ID": "b", "Vagtr_474": 1, "Klass_181": 7, "Vagha_6": 3, "F_Hogst_225": 40.0,
         "F_ForbjudenFardriktning": -1, "geom": blob(line((0, 0), (0, 100)))},
        {"ROUTE_ID": "c", "Vagtr_474": 2, "geom": blob(line((100, 0), (0, 100)))},
        {"ROUTE_ID": "d", "Vagtr_474": 1, "Farjeled": 1, "geom": blob(line((0, 100), (0, 900)))},
    ]  # fmt: skip
    return {"TNE_FT_VAGDATA": [{names.get(k, k): v for k, v in row.items()} for row in rows]}


@pytest.mark.parametrize(
    "names",
    [
        {},
        {
            "Vagtr_474": "Vagtrafiknat_Nattyp",
            "Klass_181": "FunkVagklass_Klass",
            "Vagha_6": "Vaghallare_Vaghallartyp",
            "Namn_130": "Gatunamn_Namn",
            "F_Hogst_225": "Hastighetsgrans_HogstaTillatnaHastighet_F",
        },
    ],
)
def test_a_homogeneous_file_is_read_too(database: Connection, tmp_path: Path, names: dict[str, str]) -> None:
    found, report = read(database, tmp_path, homogeneous(**names))
    by_keeper = {s.keeper: s for s in found.values()}
    main, private = by_keeper["municipal"], by_keeper["private"]
    assert (main.name, main.oneway, main.speed_kmh, main.surface) == ("Storgatan", True, 50.0, "paved")
    assert main.geometry[0][0] < main.geometry[-1][0]
    assert private.oneway
    assert private.geometry[0][1] > private.geometry[-1][1]
    assert report.segments == {"cycle": 1, "street": 2}
    assert "left out: 1 stretch of a ferry" in report.text(words("en"))


def test_a_zip_is_opened(database: Connection, tmp_path: Path) -> None:
    package(tmp_path / "inside.gpkg", LAYERS)
    with zipfile.ZipFile(tmp_path / "nvdb.zip", "w") as archive:
        archive.write(tmp_path / "inside.gpkg", "Kronobergs_lan/inside.gpkg")
    import_roads(database, tmp_path / "nvdb.zip", [], AT)
    assert len(load_segments(database)) == 7


def test_a_system_that_is_not_stated_has_to_be_named(database: Connection, tmp_path: Path) -> None:
    file = package(tmp_path / "nvdb.gpkg", LAYERS, srs=-1)
    with pytest.raises(ImportRefused, match=r"names no coordinate system.*--crs EPSG:N"):
        import_roads(database, file, [], AT)
    import_roads(database, file, [], AT, crs="EPSG:3006")
    assert len(load_segments(database)) == 7


@pytest.mark.parametrize("how", ["text", "cut", "other", "empty", "absent", "two", "broken"])
def test_what_is_no_nvdb_is_refused_in_one_line(database: Connection, tmp_path: Path, how: str) -> None:
    file = tmp_path / "bad.gpkg"
    whole = package(tmp_path / "whole.gpkg", LAYERS)
    if how == "text":
        file.write_text("no package")
    elif how == "cut":
        file.write_bytes(whole.read_bytes()[:5000])
    elif how == "other":
        package(file, {"parks": [{"geom": blob(MAIN)}]})
    elif how == "empty":
        file.write_bytes(b"")
    elif how == "broken":
        package(file, {"NVDB_DK_O_88_Vagtrafiknat": [link("1", MAIN, geom=blob(MAIN)[:-9])]})
    elif how == "two":
        file = tmp_path / "bad.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(whole, "a.gpkg")
            archive.write(whole, "b.gpkg")
    with pytest.raises(ImportRefused) as refused:
        import_roads(database, file, [], AT)
    assert "bad." in str(refused.value)
    assert "\n" not in str(refused.value)
    assert load_segments(database) == ()


def test_a_plan_comes_of_it_for_the_streets_that_the_municipality_keeps(database: Connection, tmp_path: Path) -> None:
    """The state's and the private street are driven over and not ploughed."""
    found, _ = read(database, tmp_path)
    snowed_in(database)
    vehicle = Vehicle("P01", "snow", "dep")
    lon, lat = next(s for s in found.values() if s.keeper == "state").geometry[0]
    facts.save_fleet(database, [Depot("dep", "Förrådet", lon, lat)], [], [vehicle])
    plan = plan_of(database)
    served = {part.id for item in plan.interventions for part in item.segments or ()}
    assert served
    assert {found[segment].keeper for segment in served} <= {"municipal", "unknown"}
    assert {s.id for s in found.values() if s.keeper == "municipal"} <= served
