"""``dagsplan forecast road --every``: a station's record scored from many starts, from files and of the city."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from city.entities import Device, Forecast, ForecastStep
from dagsplan import main
from deploy.stations import read_stations
from planner.road.forecast import load
from planner.road.record import starts
from planner.road.stations import bundle_of
from store import facts, weather
from store.connect import Connection
from tests.integration import plan_town as town
from tests.unit.planner.snapshots import streets

FIRST = datetime(2027, 1, 10, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24


def air_c(hour: float) -> float:
    return -4.0 + 3.0 * (hour % DAY > 8) * (hour % DAY < 16)


def folder(place: Path, forecast: str = "") -> Path:
    """Two days of a station every half hour."""
    seen = "".join(
        f"{(FIRST + k / 2 * HOUR).isoformat()},{air_c(k / 2) - 0.5:.2f},{air_c(k / 2):.2f},85,3\n" for k in range(97)
    )
    (place / "sites.csv").write_text("id,lat,lon\nbro,57.0,14.0\n")
    (place / "observations.csv").write_text("time,surface_c,air_c,humidity_pct,wind_m_s\n" + seen)
    if forecast:
        (place / "forecast.csv").write_text(forecast)
    return place


def test_a_record_is_scored_from_many_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["forecast", "road", "--files", str(folder(tmp_path)), "--every", "12"]
    assert main([*arguments, "--json"]) == 0
    (station,) = json.loads(capsys.readouterr().out)["stations"]
    assert (station["site"], station["starts"], station["failed"], station["measured"]) == ("bro", 4, 0, True)
    assert station["since"] == (FIRST + 6 * HOUR).isoformat()
    surface = station["scored"]["surface"]
    assert surface["model"]["+6 h"]["count"] == surface["persistence"]["+6 h"]["count"] == 4 * 6
    assert station["scored"]["range"]["all"]["count"] == surface["model"]["all"]["count"]
    for language, said in (("sv", "4 starter"), ("en", "4 starts")):
        monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", language)
        assert main([*arguments, "--from", "2027-01-10"]) == 0
        text = capsys.readouterr().out
        assert said in text
        assert re.search("as it was measured afterwards|som det mättes efteråt", text)


def test_a_start_knows_only_the_forecast_that_was_there(tmp_path: Path) -> None:
    """Of two issues the second came at noon; a start before it has the first, one long after both has none."""
    lines = "time,issued_at,air_c\n"
    for issue, air in ((0, -1.0), (12, -9.0)):
        for hour in range(issue, issue + 30):
            lines += f"{(FIRST + hour * HOUR).isoformat()},{(FIRST + issue * HOUR).isoformat()},{air}\n"
    bundle = load(folder(tmp_path, lines), record=True)
    assert bundle.at == FIRST + 12 * HOUR
    made = {start.at: start for start in starts(bundle, bundle.sites[0], 6 * HOUR, None, None)}
    heard = {(at - FIRST) / HOUR: {row.air_c for row in start.forecast} for at, start in made.items()}
    assert heard == {6: {-1.0}, 12: {-9.0}, 18: {-9.0}, 24: {-9.0}, 30: {-9.0}, 36: {-9.0}}
    for at, start in made.items():
        assert all(row.time <= at + 24 * HOUR for row in (*start.forecast, *start.observed))
        assert any(row.time > at for row in start.observed)


def test_the_citys_own_stations_are_scored_with_the_forecasts_of_the_time(
    database: Connection, dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sensor in a street, two days of readings and a forecast every twelve hours; the last is received too late."""
    town.fill(database, FIRST)
    lon, lat = streets()[12].geometry[0]
    names = (("road_temperature", "°C"), ("air_temperature", "°C"), ("humidity", "%"), ("wind_speed", "m/s"))
    with database.transaction():
        facts.save_device(database, Device("yta-1", "Yta", "road", lon, lat), names)
        for k in range(97):
            hour = k / 2
            for (name, _), value in zip(names, (air_c(hour) - 0.5, air_c(hour), 85.0, 3.0), strict=True):
                database.execute(
                    "INSERT INTO reading SELECT series_id, %s, %s, %s FROM series WHERE quantity = %s",
                    (FIRST + hour * HOUR, value, FIRST + hour * HOUR, name),
                )
        for issue in range(0, 48, 12):
            at = FIRST + issue * HOUR
            steps = tuple(
                ForecastStep(at + h * HOUR, at + (h + 1) * HOUR, air_c(issue + h + 1), 0.0) for h in range(30)
            )
            late = 9 * HOUR if issue == 36 else timedelta(0)
            weather.save_forecast(database, Forecast("mine", 14.8, 56.87, at, steps), at + late)
    kept = read_stations(database, FIRST, FIRST + 48 * HOUR, 6 * HOUR)
    assert [at for at, _ in kept.issues] == [FIRST + h * HOUR for h in (0, 12, 24, 48)]
    (site,) = bundle_of(kept, FIRST).sites
    assert (site.id, site.construction) == ("yta-1", "road")
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    period = ["--from", "2027-01-10", "--to", "2027-01-12", "--every", "6"]
    assert main(["forecast", "road", *period, "--json"]) == 0
    (station,) = json.loads(capsys.readouterr().out)["stations"]
    assert (station["site"], station["measured"]) == ("yta-1", False)
    assert station["starts"] >= 4
    assert station["scored"]["surface"]["model"]["all"]["count"] > 50
    assert main(["forecast", "road", "--from", "2026-01-10", "--to", "2026-01-12"]) == 1
    assert "givare i vägbanan" in capsys.readouterr().err
