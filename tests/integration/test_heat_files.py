"""``dagsplan forecast heat``: buildings' heat and indoor temperature from files, with errors beside the candidates."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from dagsplan import main
from tests.unit.models.test_heatload import made, rooms

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


def folder(at: Path, days: int = 30) -> Path:
    """A school with meter and indoor sensor for some days and two days' weather."""
    load, inside = made(days + 2), rooms(days + 2)
    lines = ["time,building,heat_kw,indoor_c,outdoor_c"]
    for hour in range(24 * days):
        when = (BEGIN + timedelta(hours=hour)).isoformat()
        lines.append(f"{when},skolan,{load.load[hour]:.2f},{inside.indoor[hour]:.2f},{load.outdoor[hour]:.1f}")
    (at / "hours.csv").write_text("\n".join(lines) + "\n")
    ahead = [
        f"{(BEGIN + timedelta(hours=hour)).isoformat()},{load.outdoor[hour]:.1f}"
        for hour in range(24 * days, 24 * days + 48)
    ]
    (at / "weather.csv").write_text("\n".join(["time,outdoor_c", *ahead]) + "\n")
    (at / "heat.toml").write_text('time_zone = "UTC"\n')
    return at


def test_two_days_ahead_with_ranges_and_what_they_rest_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """48 hours of load and indoor temperature; the candidates' errors and weights stand beside."""
    assert main(["forecast", "heat", "--files", str(folder(tmp_path)), "--json"]) == 0
    (school,) = json.loads(capsys.readouterr().out)["buildings"]
    assert school["notes"] == []
    assert len(school["hours"]) == 48
    assert all(h["load_low_kw"] <= h["load_kw"] <= h["load_high_kw"] for h in school["hours"])
    assert all(0.0 < h["indoor_c"] < 35.0 for h in school["hours"])
    card = school["load"]
    best = min(c["cv_rmse_pct"] for c in card["candidates"].values() if c["cv_rmse_pct"] is not None)
    assert card["cv_rmse_pct"] <= 1.05 * best
    assert sum(c["weight"] for c in card["candidates"].values()) == pytest.approx(1.0, abs=0.05)
    came = made(32).load[24 * 30 :]
    said = np.array([h["load_kw"] for h in school["hours"]])
    assert np.sqrt(np.mean((said - came) ** 2)) < 0.25 * came.mean()


def test_without_weather_meter_or_sensor_it_says_what_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only outdoor and indoor temperature, no forecast: no load, notes that say why."""
    folder(tmp_path)
    (tmp_path / "weather.csv").unlink()
    lines = [line.split(",") for line in (tmp_path / "hours.csv").read_text().splitlines()]
    (tmp_path / "hours.csv").write_text(
        "\n".join(",".join((a, b, "" if c != "heat_kw" else c, d, e)) for a, b, c, d, e in lines)
    )
    assert main(["forecast", "heat", "--files", str(tmp_path), "--json"]) == 0
    (school,) = json.loads(capsys.readouterr().out)["buildings"]
    assert school["load"] is None
    assert len(school["notes"]) >= 3
    assert any("weather" in note for note in school["notes"])


def test_text_says_the_errors_of_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In Swedish, with decimal commas."""
    assert main(["forecast", "heat", "--files", str(folder(tmp_path))]) == 0
    said = capsys.readouterr().out
    assert "skolan" in said
    assert "CV(RMSE)" in said
    assert "signatur" in said
    assert "°C (" in said


def test_what_came_after_it_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With ``at`` two days before the end of the record: the error against those days, in text and JSON."""
    folder(tmp_path)
    at = BEGIN + timedelta(days=28)
    (tmp_path / "heat.toml").write_text(f'time_zone = "UTC"\nat = {at.isoformat()}\n')
    assert main(["forecast", "heat", "--files", str(tmp_path), "--json"]) == 0
    (school,) = json.loads(capsys.readouterr().out)["buildings"]
    assert 0.0 < school["scores"]["load_rmse_kw"] < 2.0
    assert main(["forecast", "heat", "--files", str(tmp_path)]) == 0
    assert "mot det som kom: RMSE värme" in capsys.readouterr().out


def test_options_of_the_road_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--every`` would be passed over in silence."""
    assert main(["forecast", "heat", "--files", str(folder(tmp_path, 10)), "--every", "6"]) != 0
    assert "--every" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("hours.csv", "time,building,heat\n", "heat_kw"),
        ("hours.csv", "time,building,heat_kw\n2026-01-05 00:00,skolan,3\n", "hours.csv"),
        ("heat.toml", 'zone = "UTC"\n', "time_zone"),
        ("heat.toml", 'time_zone = "Mars/Olympus"\n', "heat.toml"),
    ],
)
def test_bad_files_name_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, says: str
) -> None:
    """One line, nothing printed as an answer."""
    folder(tmp_path, 10)
    (tmp_path / name).write_text(text)
    assert main(["forecast", "heat", "--files", str(tmp_path)]) != 0
    out = capsys.readouterr()
    assert out.out == ""
    assert says in out.err
