"""Real streets under real forecasts, through the importers and the database: who goes out, and by which way."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from city.entities import Depot, Segment, Threshold, Vehicle
from city.plan import DecidingCurve, Plan
from city.settings import Municipality, Planner, Settings
from ingest.roads import import_roads, with_reachable
from ingest.roads.cut import cut
from ingest.roads.osm import read_extract
from ingest.roads.turns import turn_bans
from ingest.weather.stored import import_file
from planner.inputs import read_snapshot
from planner.publish import check_schema
from planner.services import make_plan
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.seed import seed
from store import facts, plans, roads
from store.connect import Connection
from tests.unit.planner.snapshots import HOUR, ahead

LATER = datetime(2030, 1, 1, tzinfo=UTC)
OSLO_SNOW = "metno_locationforecast2_oslo_snow_2026-02-06.json"
STOCKHOLM = "smhi_snow1g_winter_stockholm_2026-02-06.json"


def fleet(middle: tuple[float, float]) -> tuple[Depot, list[Vehicle]]:
    """A depot in the middle with eight lorries and five cycle-way ploughs."""
    lorries = [Vehicle(f"P{i:02}", "snow", "dep") for i in range(8)]
    small = [Vehicle(f"G{i:02}", "snow", "dep", network="cycle", work_kmh=10.0) for i in range(5)]
    return Depot("dep", "Depot", *middle), lorries + small


def bayreuth(connection: Connection, data: Path, weather: str) -> Plan:
    """The plan of Bayreuth with another town's real forecast, at a cycle-way threshold of 3 cm and 2 cm wet."""
    terrain = [data / "roads" / name for name in ("N49E011.hgt.zip", "N50E011.hgt.zip")]
    forecast = import_file(connection, data / "weather" / weather, LATER).forecast
    at = forecast.issued_at + timedelta(minutes=20)
    import_roads(connection, data / "roads" / "north-bayreuth.osm.gz", terrain, at)
    for limit in seed():
        plans.add_threshold(connection, limit)
    first = next(s for s in roads.load_segments(connection) if s.reachable and s.network == "street")
    depot, vehicles = fleet(first.geometry[0])
    facts.save_fleet(connection, [depot], [], vehicles)
    settings = Settings(municipality=Municipality(time_zone="Europe/Berlin"), planner=Planner(snow_horizon_h=24))
    plan = make_plan(read_snapshot(connection, settings, SnowSnapshot, at, slot="x"))
    check_schema(plan)
    return plan


def test_bayreuth_under_the_snow_of_oslo(database: Connection, data_folder: Path) -> None:
    """3.8 mm in 24 h reach the 3 cm of the cycle ways: turer with routes go out, and no lorry does for 8 cm."""
    plan = bayreuth(database, data_folder, OSLO_SNOW)
    assert plan.verdict.go
    ploughed = [item for item in plan.interventions if item.kind in {"plough", "combi"}]
    assert {item.target[0] for item in ploughed} == {"C"}
    for item in ploughed:
        assert item.distance_m > 0
        assert item.vehicle
        assert item.reasons[0].value is not None
        assert 3.0 <= item.reasons[0].value < 8.0
        assert item.reasons[0].source == "metno"
        assert item.geometry is not None
        assert len(item.geometry["coordinates"]) > 2


def test_the_strip_of_a_street_in_hilly_land_comes_to_the_plans_figure(database: Connection, data_folder: Path) -> None:
    """The plan keeps the curve of the street that decided, which comes to the figure of its reason."""
    plan = bayreuth(database, data_folder, OSLO_SNOW)
    item = next(item for item in plan.interventions if item.reasons[0].unit == "cm")
    assert isinstance(item.curve, DecidingCurve)
    assert isinstance(item.segments, tuple)
    assert item.curve.segment in {part.id for part in item.segments}
    assert min(abs(cm - (item.reasons[0].value or 0.0)) for cm in item.curve.depth_cm) < 0.01
    assert all(
        low <= mid <= high
        for low, mid, high in zip(item.curve.low_cm, item.curve.depth_cm, item.curve.high_cm, strict=True)
    )


def test_bayreuth_under_the_sky_of_stockholm(database: Connection, data_folder: Path) -> None:
    """Next to no snow: no call-out is needed, and the nearest street is named."""
    plan = bayreuth(database, data_folder, STOCKHOLM)
    assert not plan.verdict.go
    assert plan.interventions == ()
    assert plan.verdict.text.startswith("Ingen utkallning behövs.")


def storm(segments: list[Segment]) -> SnowSnapshot:
    """A snapshot of a whole town under 5 mm an hour."""
    first = next(s for s in segments if s.reachable and s.network == "street")
    depot, vehicles = fleet(first.geometry[0])
    return SnowSnapshot(
        at=datetime.fromisoformat("2026-11-24T02:00:00+00:00"),
        service_day=date(2026, 11, 23),
        slot="03:00",
        segments=tuple(segments),
        forecasts=(ahead(-4.0, [5.0] * 6),),
        thresholds=tuple(seed()),
        depots=(depot,),
        vehicles=tuple(vehicles),
    )


@pytest.mark.parametrize(
    "extract", ["oslo-east-filtered.osm.pbf", "uppsala-centrum.osm.pbf", "roslagen-alvkarleby.osm.pbf"]
)
def test_a_storm_over_a_whole_town(extract: str, data_folder: Path) -> None:
    """Every drive passes the checker, with the bans; each plannable reachable segment is served or said to be left."""
    found = read_extract(data_folder / "roads" / extract)
    segments = with_reachable(cut(found).segments)
    turns = turn_bans(found.restrictions, segments).bans
    plan = make_plan(replace(storm(segments), turns=turns))
    check_schema(plan)
    once = [item for item in plan.interventions if item.key.endswith(":1")]
    served = [part.id for item in once for part in item.segments]  # type: ignore[union-attr]
    assert len(served) == len(set(served))
    plannable = {s.id for s in segments if s.reachable and not s.tunnel and s.keeper in {"municipal", "unknown"}}
    assert set(served) <= plannable
    left = plannable - set(served)
    said = [item.effect for item in plan.degradations if "nås inte från depån" in item.effect]
    assert len(left) == (int(said[0].split(" ")[0]) if said else 0)
    assert len(left) < 0.01 * len(plannable)
    booked = sorted((i.vehicle, i.starts_at, i.ready_by) for i in plan.interventions)  # type: ignore[type-var]
    for one, following in itertools.pairwise(booked):
        assert one[0] != following[0] or one[2] <= following[1]  # type: ignore[operator]


def test_a_threshold_that_the_forecast_does_not_reach(database: Connection, data_folder: Path) -> None:
    """With the cycle ways at 9 cm the same snow sends nobody."""
    forecast = import_file(database, data_folder / "weather" / OSLO_SNOW, LATER).forecast
    segments = with_reachable(cut(read_extract(data_folder / "roads" / "uppsala-centrum.osm.pbf")).segments)
    high = tuple(raised(row) for row in seed())
    snapshot = replace(storm(segments), at=forecast.issued_at + HOUR / 2, forecasts=(forecast,), thresholds=high)
    assert not make_plan(snapshot).verdict.go


def raised(row: Threshold) -> Threshold:
    return replace(row, value=9.0) if row.key.startswith("snow.start") else row
