"""A forecast from a file: what cannot be is refused, what is for a place far off wants a yes, and each can go again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import dagsplan
from city.clock import SystemClock
from city.errors import ImportRefused, NeedsYes
from ingest.weather.stored import import_file
from store.clock import set_simulated_clock
from store.connect import Connection, connect
from store.weather import forecasts, forget_forecast, kept_issues

DATA = Path(__file__).parents[1] / "data" / "weather"
NOW = datetime(2027, 1, 11, 22, 0, tzinfo=UTC)
SMHI, METNO = "smhi_small.json", "metno_small.json"


def answer(folder: Path, name: str, change: Callable[[Any], None]) -> Path:
    tree = json.loads((DATA / name).read_text())
    change(tree)
    file = folder / name
    file.write_text(json.dumps(tree))
    return file


def smhi(key: str, value: float) -> Callable[[Any], None]:
    return lambda tree: tree["timeSeries"][1]["data"].__setitem__(key, value)


def metno(key: str, value: float) -> Callable[[Any], None]:
    return lambda tree: tree["properties"]["timeseries"][1]["data"]["instant"]["details"].__setitem__(key, value)


def at(lon: float, lat: float) -> Callable[[Any], None]:
    return lambda tree: tree["geometry"].__setitem__("coordinates", [lon, lat])


def issued(time: str) -> Callable[[Any], None]:
    return lambda tree: tree.__setitem__("referenceTime", time)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (SMHI, at(200, 95), "latitude 95 and longitude 200, which is no place on Earth"),
        (SMHI, smhi("air_temperature", 5800), "air_temperature is 5800 °C at 2"),
        (SMHI, smhi("air_temperature", -120), "it can be -90 to 60"),
        (SMHI, smhi("wind_speed", -3), "wind_speed is -3 m/s"),
        (SMHI, smhi("relative_humidity", 140), "relative_humidity is 140 %"),
        (SMHI, smhi("precipitation_amount_mean", -1), "precipitation_amount_mean is -1 mm/h"),
        (SMHI, smhi("precipitation_amount_max", 600), "precipitation_amount_max is 600 mm/h"),
        (METNO, metno("air_temperature", 99), "air_temperature is 99 °C at 2"),
        (METNO, metno("relative_humidity", 106), "relative_humidity is 106 %"),
        (SMHI, issued("2027-02-11T21:00:00Z"), "was issued at"),
    ],
)
def test_what_cannot_be_is_refused_with_its_value(
    database: Connection, tmp_path: Path, name: str, change: Callable[[Any], None], said: str
) -> None:
    file = answer(tmp_path, name, change)
    with pytest.raises(ImportRefused) as refused:
        import_file(database, file, NOW, yes=True)
    assert file.name in str(refused.value)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert kept_issues(database) == ()


def test_a_missing_value_is_none_that_cannot_be(database: Connection, tmp_path: Path) -> None:
    assert import_file(database, answer(tmp_path, SMHI, smhi("air_temperature", 9999)), NOW).new


def test_a_forecast_of_another_town_wants_a_yes(database: Connection, tmp_path: Path) -> None:
    file = answer(tmp_path, SMHI, at(13.19, 55.70))
    with pytest.raises(NeedsYes, match=r"a place \d+ km from the town.*--yes"):
        import_file(database, file, NOW, town=(10.75, 59.91))
    assert kept_issues(database) == ()
    found = import_file(database, file, NOW, town=(10.75, 59.91), yes=True)
    assert found.new
    assert found.far_km == pytest.approx(491, abs=10)


def test_streets_say_where_the_town_is(database: Connection, tmp_path: Path) -> None:
    from tests.integration.plan_town import fill

    fill(database)
    with pytest.raises(NeedsYes):
        import_file(database, answer(tmp_path, SMHI, at(0.0, 10.0)), NOW, town=(0.0, 10.0))


def test_a_look_keeps_nothing_and_the_second_time_nothing_is_new(database: Connection) -> None:
    looked = import_file(database, DATA / SMHI, NOW, dry_run=True)
    assert (looked.new, looked.id, kept_issues(database)) == (True, None, ())
    first, again = (import_file(database, DATA / SMHI, NOW) for _ in range(2))
    assert (first.new, again.new, again.id) == (True, False, first.id)


def test_a_forecast_can_be_taken_away_again(database: Connection) -> None:
    found = import_file(database, DATA / SMHI, NOW)
    assert found.id is not None
    assert [issue.id for issue in kept_issues(database)] == [found.id]
    assert forget_forecast(database, found.id)
    assert not forget_forecast(database, found.id)
    assert forecasts(database, NOW, days=999.0) == ()


def test_the_command_gives_the_number(
    dsn: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    with connect(dsn, "test") as connection:
        set_simulated_clock(connection, NOW, SystemClock().now(), 1.0)
        connection.commit()
    for told in ("kept as forecast 1", "known already, as forecast 1"):
        status = dagsplan.main(["import", "weather", str(DATA / SMHI)])
        said = capsys.readouterr()
        assert status == 0, said.err
        assert told in said.out
    assert dagsplan.main(["import", "weather", str(DATA / METNO), "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dry_run"] is True
