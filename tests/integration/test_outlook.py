"""The outlook of the streets: made with each snow plan, kept, and right about hills on a clear night."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest

from city.clock import FixedClock
from city.outlook import OutlookFrame, SegmentOutlook
from city.settings import Municipality, Settings
from ingest.roads import import_roads
from ingest.weather.stored import import_file
from planner.inputs import read_snapshot
from planner.publish import publish_outlook
from planner.schedule import Scheduler, show_roads
from planner.services import make
from planner.snow.outlook import Outlook, road_outlook
from planner.snow.snapshot import SnowSnapshot
from store import outlook, roads
from store.connect import Connection
from tests.by_hand import plan_now
from tests.integration.frost import Frost
from tests.unit.dashboards import town


@pytest.fixture
def filled(database: Connection) -> Connection:
    town.fill(database)
    return database


def parts(outlook: Outlook) -> tuple[OutlookFrame, Iterator[SegmentOutlook]]:
    return outlook.frame, outlook.rows()


def test_a_snow_plan_brings_the_outlook_of_every_street(filled: Connection) -> None:
    plan_now(filled, town.settings(), "snow", FixedClock(town.AT, simulated=False))
    frame, rows = outlook.outlook_frame(filled), outlook.surfaces(filled)
    assert frame == OutlookFrame(town.AT, datetime(2026, 11, 24, 3, 0, tzinfo=UTC), 24, "smhi", simulated=False)
    assert [row[0] for row in rows] == [segment.id for segment in roads.load_segments(filled)]
    street = outlook.street(filled, rows[0][0])
    assert street is not None
    assert set(street.condition) == {"snow"}
    assert all(
        low <= mid <= high
        for low, mid, high in zip(street.depth_low_cm, street.depth_cm, street.depth_high_cm, strict=True)
    )  # type: ignore[operator]
    assert street.surface_c[0] is not None


def test_a_dry_run_and_other_domains_leave_it_alone(filled: Connection) -> None:
    clock = FixedClock(town.AT, simulated=False)
    plan_now(filled, town.settings(), "snow", clock, dry_run=True)
    plan_now(filled, town.settings(), "waste", clock)
    assert outlook.outlook_frame(filled) is None


def test_the_scheduler_makes_it_too(filled: Connection) -> None:
    clock = FixedClock(town.AT, simulated=False)
    Scheduler(filled, town.settings(snow_slots=("03:00",)), clock).ensure_due(town.AT)
    assert outlook.outlook_frame(filled) is not None


def test_an_older_outlook_does_not_replace_a_newer_one(filled: Connection) -> None:
    now = read_snapshot(filled, town.settings(), SnowSnapshot, town.AT, slot="x")
    before = read_snapshot(filled, town.settings(), SnowSnapshot, town.AT - timedelta(hours=1), slot="x")
    assert publish_outlook(filled, *parts(road_outlook(now)), town.AT)
    assert not publish_outlook(filled, *parts(road_outlook(before)), town.AT)
    assert publish_outlook(filled, *parts(road_outlook(now)), town.AT)
    frame = outlook.outlook_frame(filled)
    assert frame is not None
    assert frame.at == town.AT


def test_an_outlook_made_for_a_time_to_come_gives_way(filled: Connection) -> None:
    """Somebody tried 'plan snow --at' next year; tonight's streets are shown all the same."""
    later = read_snapshot(filled, town.settings(), SnowSnapshot, town.AT + timedelta(days=60), slot="x")
    assert publish_outlook(filled, *parts(road_outlook(later)), town.AT)
    show_roads(filled, make(read_snapshot(filled, town.settings(), SnowSnapshot, town.AT, slot="x")), town.AT)
    frame = outlook.outlook_frame(filled)
    assert frame is not None
    assert frame.at == town.AT


def test_the_open_pages_are_told_after_it_is_there(filled: Connection, dsn: str) -> None:
    found = road_outlook(read_snapshot(filled, town.settings(), SnowSnapshot, town.AT, slot="x"))
    with psycopg.connect(dsn, autocommit=True) as listening:
        listening.execute("LISTEN dagsplan")
        stamps = {outlook.outlook_stamp(filled)}
        for _ in range(2):
            publish_outlook(filled, *parts(found), town.AT)
            stamps.add(outlook.outlook_stamp(filled))
        told = [note.payload for note in listening.notifies(timeout=2.0, stop_after=2)]
    assert told == ["outlook", "outlook"]
    assert len(stamps) == 3


def test_a_street_that_went_meanwhile_costs_itself_alone(filled: Connection) -> None:
    found = road_outlook(read_snapshot(filled, town.settings(), SnowSnapshot, town.AT, slot="x"))
    gone = found.ids[0]
    filled.execute("DELETE FROM road_segment WHERE segment_id = %s", (gone,))
    assert publish_outlook(filled, *parts(found), town.AT)
    assert outlook.street(filled, gone) is None
    assert outlook.street(filled, found.ids[1]) is not None


def test_a_tunnel_has_no_outlook(filled: Connection) -> None:
    snapshot = read_snapshot(filled, town.settings(), SnowSnapshot, town.AT, slot="x")
    under = (dataclasses.replace(snapshot.segments[0], tunnel=True), *snapshot.segments[1:])
    rows = list(road_outlook(dataclasses.replace(snapshot, segments=under)).rows())
    assert [row.segment for row in rows] == [segment.id for segment in under[1:]]


def test_without_weather_what_is_not_known_is_not_a_number(filled: Connection) -> None:
    snapshot = dataclasses.replace(
        read_snapshot(filled, town.settings(), SnowSnapshot, town.AT, slot="x"), forecasts=()
    )
    row = next(iter(road_outlook(snapshot).rows()))
    assert set(row.surface_c) == {None}
    assert row.height_k == ()
    assert row.land(0) == {}


def test_a_fault_of_the_outlook_leaves_the_plan(filled: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("made up")

    monkeypatch.setattr("planner.snow.service.road_outlook", broken)
    plan = plan_now(filled, town.settings(), "snow", FixedClock(town.AT, simulated=False))
    assert plan.version == 1
    assert outlook.outlook_frame(filled) is None


def test_bayreuth_on_a_made_clear_night_and_day(database: Connection, data_folder: Path, tmp_path: Path) -> None:
    """Hollows are colder by night and say so, slopes away from the sun by day, main roads warmer than side streets."""
    folder, at = data_folder / "roads", datetime(2027, 1, 20, 15, 0, tzinfo=UTC)
    terrain = [folder / name for name in ("N49E011.hgt.zip", "N50E011.hgt.zip")]
    import_roads(database, folder / "north-bayreuth.osm.gz", terrain, at)
    file = tmp_path / "frost.json"
    file.write_bytes(Frost().forecast_answer(at - timedelta(hours=3), 11.6, 49.98))
    import_file(database, file, at, simulated=True)
    settings = Settings(municipality=Municipality(time_zone="Europe/Berlin"))
    show_roads(database, make(read_snapshot(database, settings, SnowSnapshot, at, slot="x")), at)
    frame = outlook.outlook_frame(database)
    assert frame is not None
    assert frame.simulated
    streets = {row.segment: outlook.street(database, row.segment) for row in roads.load_relief(database)}
    relief = {row.segment: row for row in roads.load_relief(database)}
    night, noon = 13, 20  # the hours that end at 05 and at 12 in Bavaria

    def mean(name: str, hour: int, wanted: set[str]) -> float:
        found = [getattr(street, name)[hour] for key, street in streets.items() if key in wanted and street is not None]
        assert len(found) > 5
        return float(np.mean(found))

    hollow = {key for key, row in relief.items() if row.above_m is not None and row.above_m < -8.0}
    level = {key for key, row in relief.items() if row.above_m is not None and abs(row.above_m) < 2.0}
    assert mean("height_k", night, hollow) < mean("height_k", night, level) - 0.05
    turned = {key: np.cos((row.aspect or 0.0) - np.pi) * np.sin(row.slope or 0.0) for key, row in relief.items()}
    facing, away = {k for k, v in turned.items() if v > 0.05}, {k for k, v in turned.items() if v < -0.05}
    assert mean("shade_k", noon, facing) > mean("shade_k", noon, away) + 0.5
    assert mean("surface_c", noon, facing) > mean("surface_c", noon, away) + 0.5
    classes = {segment.id: segment.route_class for segment in roads.load_segments(database)}
    main, side = ({key for key in streets if classes[key] == name} for name in ("P1", "P3"))
    assert mean("traffic_k", night, main) > mean("traffic_k", night, side) + 0.1
