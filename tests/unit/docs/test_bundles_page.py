"""docs/bundles.md names every file of a folder and every column of a file, as the code reads them."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from itertools import chain

import pytest

from city.entities import ForecastStep, Segment
from planner import bundle
from planner.heating.heatfiles import FreeRow, HeatSettings, MeteredRow, OutdoorRow, PlannedRow
from planner.road.forecast import Bundle, ObservedRow, OtherRow, SiteRow, WeatherRow
from planner.services import SNAPSHOTS
from planner.snapshot import PlannerParams
from planner.waste.backtest.files import CollectionRow, TrialSettings, TriedVessel
from planner.waste.fillfiles import EmptiedRow, FillSettings, LevelRow, SensedVessel
from tests.unit.docs.reading import DOCS, blocks, text

PAGE = DOCS / "bundles.md"
PLANS, REST = text(PAGE).split("# A road forecast from a folder of files")
ROADS, REST = REST.split("# A fill forecast from a folder of files")
FILLS, HEATS = REST.split("# A heat forecast from a folder of files")
FILLS, TRIALS = FILLS.split("# A back-test of waste from a folder of files")
ROW = re.compile(r"^\| `(\w+\.\w+)` \| (.*?) \|(?: [\w, ]+ \|)?$", re.MULTILINE)
TABLES = dict(chain.from_iterable(bundle._tables(kind) for kind in SNAPSHOTS.values()))
FILL_TABLES = {
    "vessels.csv": SensedVessel,
    "levels.csv": LevelRow,
    "emptied.csv": EmptiedRow,
    "fill.toml": FillSettings,
}
TRIAL_TABLES = {"vessels.csv": TriedVessel, "collections.csv": CollectionRow, "backtest.toml": TrialSettings}
HEAT_TABLES = {
    "hours.csv": MeteredRow,
    "weather.csv": OutdoorRow,
    "planned.csv": PlannedRow,
    "free_days.csv": FreeRow,
    "heat.toml": HeatSettings,
}
ROAD_TABLES = {
    "sites.csv": SiteRow,
    "forecast.csv": WeatherRow,
    "other.csv": OtherRow,
}


def columns(cell: str) -> set[str]:
    """The names of a cell without what is said of them, up to a colon or semicolon."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]|\*", "", cell)
    return {name.strip() for name in re.split(r",| or ", re.split(r"[:;]", bare)[0])}


def names(kind: type) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def test_every_file_of_a_snapshot_is_named_and_every_one_named_is_read() -> None:
    wanted = {f"{name}.csv" for name in TABLES} | {"forecasts.csv", "segments.geojson", "running.json"}
    assert set(dict(ROW.findall(PLANS))) == wanted


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_a_table_is_named(name: str) -> None:
    assert columns(dict(ROW.findall(PLANS))[f"{name}.csv"]) == names(TABLES[name])


def test_every_column_of_forecasts_is_named() -> None:
    assert columns(dict(ROW.findall(PLANS))["forecasts.csv"]) == {*bundle.ISSUE, *names(ForecastStep)}


def test_every_field_of_a_segment_is_named() -> None:
    """In the example or beside it."""
    example = re.search(r'"properties": \{(.*?)\}', next(blocks(PAGE, "json")), re.DOTALL)
    assert example is not None
    beside = PLANS.split("Two segments meet")[1]
    said = set(re.findall(r'"(\w+)":', example[1])) | set(re.findall(r"`(\w+)`", beside))
    assert said - {"weight_t", "false"} == names(Segment) - {"geometry"}


def test_the_head_of_a_snapshot_has_its_defaults() -> None:
    """The example of ``snapshot.toml`` is what is taken where it is left out, but for what must be there."""
    head = tomllib.loads(next(blocks(PAGE, "toml")))
    assert head.pop("params") == dataclasses.asdict(PlannerParams())
    made = {field.name: field.default for kind in SNAPSHOTS.values() for field in dataclasses.fields(kind)}
    must = {"domain", "at", "service_day", "slot"}
    assert {name: value for name, value in head.items() if name not in must} == {
        name: made[name] for name in ("mode", "time_zone", "seed", "simulated")
    }
    assert must <= set(head)


def test_every_file_and_column_of_a_road_forecast_is_named() -> None:
    rows = dict(ROW.findall(ROADS))
    assert {name: columns(rows[name]) for name in ROAD_TABLES} == {
        name: names(row) for name, row in ROAD_TABLES.items()
    }
    own = names(ObservedRow) - names(WeatherRow)
    assert columns(rows["observations.csv"]) == {*own, "time", "site", "any weather column"}
    assert columns(rows["road.toml"]) == names(Bundle) - {"sites", "forecast", "observed", "other"}
    assert set(rows) == {*ROAD_TABLES, "observations.csv", "road.toml"}


@pytest.mark.parametrize("name", FILL_TABLES)
def test_every_column_of_a_fill_forecast_is_named(name: str) -> None:
    assert columns(dict(ROW.findall(FILLS))[name].replace(". May be left out", "")) == names(FILL_TABLES[name])


@pytest.mark.parametrize("name", TRIAL_TABLES)
def test_every_column_of_a_back_test_of_waste_is_named(name: str) -> None:
    """With what each is where it is left out."""
    assert columns(dict(ROW.findall(TRIALS))[name].replace(". May be left out", "")) == names(TRIAL_TABLES[name])


@pytest.mark.parametrize("name", HEAT_TABLES)
def test_every_column_of_a_heat_forecast_is_named(name: str) -> None:
    assert columns(dict(ROW.findall(HEATS))[name].replace(". May be left out", "")) == names(HEAT_TABLES[name])
