"""``dagsplan forecast road``: from files by hand, with bad ones, and on the real cases."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from dagsplan import main
from models.road.forcing import on_grid
from models.road.run import at_rest, run
from models.road.site import sites
from planner.road.forecast import forecast_all
from planner.road.scores import scores
from tests.benchmarks.road_cases import case045, col_de_porte, se1018

AT = datetime(2027, 1, 12, 0, 0, tzinfo=UTC)
COUNTS = ("hits", "misses", "false_alarms", "rejections")


def write(folder: Path, **changed: str) -> Path:
    """A station before a frosty night; ``changed`` replaces whole files."""
    hours = [AT + timedelta(hours=h) for h in range(25)]
    seen = [AT + timedelta(hours=h / 2) for h in range(-12, 9)]
    files = {
        "sites": "id,lat,lon,construction,layers\n"
        "bro,56.9,14.8,bridge,asphalt:0.1|concrete:0.5\ngata,56.9,14.8,bridge,asphalt:0.1|concrete:0.5\n",
        "forecast": "time,air_c,humidity_pct,wind_m_s,precip_mm_h,cloud\n"
        + "".join(f"{t.isoformat()},{-2 - i / 8},92,2,0,0.2\n" for i, t in enumerate(hours)),
        "observations": "site,time,air_c,surface_c\n"
        + "".join(f"bro,{t.isoformat()},{1 - i / 10:.2f},{0.5 - i / 10:.2f}\n" for i, t in enumerate(seen)),
    } | changed
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["forecast", "road", "--files", str(write(tmp_path)), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    bridge, street = told["sites"]
    assert len(bridge["hours"]) == 24
    assert bridge["hours"][-1]["surface_c"] < -3
    for hour in bridge["hours"] + street["hours"]:
        assert hour["surface_low_c"] <= hour["surface_c"] <= hour["surface_high_c"]
    assert {"model", "persistence", "air temperature"} <= set(bridge["scores"]["surface"])
    assert bridge["scores"]["frozen"]["model"]["hits"] > 0
    inside = bridge["scores"]["range"]
    assert set(inside) == set(bridge["scores"]["surface"]["model"])
    assert 0.0 <= inside["all"]["inside"] <= 1.0
    assert inside["all"]["crps"] <= bridge["scores"]["surface"]["model"]["all"]["mae"] + inside["all"]["width"]
    assert inside["all"]["count"] == bridge["scores"]["surface"]["model"]["all"]["count"]
    assert "no observed surface temperature" in street["notes"]
    assert street["scores"] is None
    width = [site["hours"][5]["surface_high_c"] - site["hours"][5]["surface_low_c"] for site in (bridge, street)]
    assert width[1] > width[0]
    for language, said in (("sv", "fruset  "), ("en", "frozen  ")):
        monkeypatch.setenv("DAGSPLAN_MUNICIPALITY__LANGUAGE", language)
        assert main(["forecast", "road", "--files", str(tmp_path)]) == 0
        text = capsys.readouterr().out
        assert "RMSE / MAE / bias" in text
        assert f"{100 * inside['all']['inside']:.0f} %/" in text.replace("\N{NO-BREAK SPACE}", " ")
        assert "W/m²" in text
        (row,) = re.findall(f"^{said}.*\\n(.*)$", text, re.MULTILINE)
        assert row.split()[1:5] == [str(bridge["scores"]["frozen"]["model"][of]) for of in COUNTS]
        assert ("no observed surface temperature" in text) == (language == "en")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("forecast", "time,air_c\n2027-01-12T00:00:00Z,-2\n2027-01-12T06:00:00Z,-200\n",
         "line 3: air_c at 2027-01-12T06:00:00+00:00 is -200"),
        ("forecast", "time,air_c\n2027-01-12T00:00:00,-2\n", "line 2"),
        ("forecast", "time,air_c\n", "is missing or empty"),
        ("sites", "id,lat,lon,construction\nx,56,14,airfield\n", "construction 'airfield'"),
        ("observations", "time,surface_c\n2027-01-11T23:00:00Z,400\n", "surface_c at 2027-01-11T23:00:00+00:00 is 400"),
        ("observations", "time,surface\n2027-01-11T23:00:00Z,1\n", "no column surface; did you mean surface_c?"),
        ("forecast", "time,air_c,Cloud\n2027-01-12T06:00:00Z,-2,0.5\n", "no column Cloud; did you mean cloud?"),
        ("sites", "id,lat,lon,traffik\nx,56,14,1\n", "sites.csv: line 1: there is no column traffik; did you mean"),
        ("sites", "id,lat,lon,q\nx,56,14,1\n", "there is no column q; there are id, lat, lon"),
        ("other", "time,surface_c,model\n2027-01-12T06:00:00Z,-2,m\n", "other.csv: line 1: there is no column model"),
        ("forecast", "time,air_c\n2027-01-12T06:00:00Z,-2,5\n", "line 2: has more than 2 cells (5)"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, problem: str
) -> None:
    assert main(["forecast", "road", "--files", str(write(tmp_path, **{file: text}))]) == 1
    assert problem in capsys.readouterr().err


@pytest.mark.usefixtures("english")
def test_a_field_of_the_head_that_there_is_not_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (write(tmp_path) / "road.toml").write_text("memebers = 20\n", encoding="utf-8")
    assert main(["forecast", "road", "--files", str(tmp_path)]) == 1
    assert "there is no field memebers; did you mean members?" in capsys.readouterr().err


def test_day_and_night_are_by_the_sun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In Montana 20 UTC is afternoon and 7 UTC is night; in January at 57 °N 16 UTC is after sunset."""
    for lat, lon, hour, part in ((46.9, -114.0, 20, "day"), (46.9, -114.0, 7, "night"), (57.7, 11.9, 16, "night")):
        at = AT.replace(hour=hour)
        rows = "".join(f"{(at + timedelta(hours=h)).isoformat()},-3,90,2,0,0.5\n" for h in range(-3, 4))
        folder = write(
            tmp_path,
            sites=f"id,lat,lon\nx,{lat},{lon}\n",
            forecast="time,air_c,humidity_pct,wind_m_s,precip_mm_h,cloud\n" + rows,
            observations=f"time,surface_c\n{(at + timedelta(minutes=30)).isoformat()},-2\n",
        )
        assert main(["forecast", "road", "--files", str(folder), "--json"]) == 0
        scored = json.loads(capsys.readouterr().out)["sites"][0]["scores"]["surface"]["model"]
        assert {name: scored[name]["count"] for name in ("day", "night")} == {"day": 0, "night": 0} | {part: 1}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("time,air_c\n2027-01-12T00:00:00Z,-2\n2027-01-12T01:00:00Z,-2\n2027-01-12T13:00:00Z,-5\n", "wind unknown"),
        ("time,air_c,humidity_pct\n2027-01-12T00:00:00Z,-2,104\n2027-01-12T12:00:00Z,-2,99\n", "cut to 100 %"),
        ("time,air_c,wind_m_s\n2027-01-12T00:00:00Z,-2,3\n2027-01-12T12:00:00Z,-2,3\n", "Prata"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, note: str) -> None:
    assert main(["forecast", "road", "--files", str(write(tmp_path, forecast=text)), "--json"]) == 0
    assert note in " ".join(json.loads(capsys.readouterr().out)["sites"][0]["notes"])


@pytest.fixture
def snow() -> Path:
    folder = Path(os.environ.get("DAGSPLAN_DATA", "")) / "snow"
    if not os.environ.get("DAGSPLAN_DATA") or not folder.is_dir():
        pytest.skip("DAGSPLAN_DATA names no folder with snow/")
    return folder


@pytest.mark.parametrize("case", [se1018, case045])
def test_real_station_beats_persistence(snow: Path, case: object) -> None:
    """A check of sanity: rain at about 5 °C, no frost in it."""
    bundle = case(snow)  # type: ignore[operator]
    told = scores(bundle, forecast_all(bundle)[0])
    assert told is not None
    model, persistence = told["surface"]["model"], told["surface"]["persistence"]
    assert model["all"]["count"] == 26
    assert model["all"]["rmse"] < 0.35 * persistence["all"]["rmse"]
    assert all(model[band]["rmse"] < persistence[band]["rmse"] for band in ("+3 h", "+6 h", "+12 h"))


def test_snow_of_a_winter_in_the_alps(snow: Path) -> None:
    made, days, depth, _ = col_de_porte(snow)
    where = sites(["Col de Porte"], 45.30, 5.77, ["natural"], elevation_m=1325.0)
    out = run(where, on_grid([made], made.times[0], len(made.times) - 1), at_rest(where, np.array([10.0])))
    hour = [min(max(0, round((d - made.times[0]).total_seconds() / 3600) - 1), out.depth_cm.shape[1] - 1) for d in days]
    assert np.sqrt(np.nanmean((out.depth_cm[0, hour] - depth) ** 2)) < 20.0
    assert out.energy_residual()[0] < 1e-6
    assert out.water_residual()[0] < 1e-6
