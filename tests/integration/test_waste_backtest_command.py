"""``dagsplan backtest waste``: a city's own list of emptyings, and the archive of the database, by the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from dagsplan import main
from tests.unit.planner.waste.test_waste_backtest import written
from tests.vessels import BEGIN_S, made_vessel


def few(folder: Path) -> Path:
    """The search of a day's rounds kept short."""
    (folder / "backtest.toml").write_text("iterations = 30\nlearn_days = 42\n")
    return folder


def test_a_list_of_emptyings_is_tried_with_every_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Your calendar, skips, levels, chances, areas, foresight, the plan; with a change beside; progress on the way."""
    folder = few(written(tmp_path))
    changed = ("--set", "waste.overflow_cost=5000", "--set", "waste.max_age_days=5")
    assert main(["backtest", "waste", "--files", str(folder), "--json", *changed]) == 0
    said = capsys.readouterr()
    (found,) = json.loads(said.out)["fractions"]
    assert (found["fraction"], found["vessels"], found["rooms"]) == ("residual", 3, 3)
    families = {policy["family"] for policy in found["policies"]}
    other = {"calendar", "calendar_skips", "level", "chance", "areas", "visit_foresight", "truck_foresight"}
    assert families == other | {"plan"}
    (calendar,) = (policy for policy in found["policies"] if policy["family"] == "calendar")
    assert calendar["visits"] == pytest.approx(2.0, abs=0.3)
    assert found["plan"]["visits"] < calendar["visits"]
    assert found["with_changes"]["setting"] == 5000.0
    assert found["with_changes"]["longest"] <= 5.0 < found["plan"]["longest"]
    assert len(found["assumed"]) == 5
    assert "1" in said.err


def test_it_says_so_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table, the plan beside the calendar, and that none of it was driven."""
    assert main(["backtest", "waste", "--files", str(few(written(tmp_path)))]) == 0
    out = capsys.readouterr().out
    assert "3 kärl i 3 rum" in out
    assert "er kalender, hoppar över under 2,0 % risk" in out
    assert "Inga bilar i mappen: 3 antas." in out
    assert "Ingenting av detta är kört" in out


def test_too_little_to_try_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten days."""
    assert main(["backtest", "waste", "--files", str(few(written(tmp_path, days=10)))]) == 1
    assert "för lite är känt" in capsys.readouterr().err


def test_the_archive_is_tried(
    dsn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two vessels whose sensors have told for eight weeks, taken in by the imports."""
    monkeypatch.setenv("DAGSPLAN_DATABASE__DSN", dsn)
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=56)
    head = "room,name,lon,lat,vessel,fraction,litres,device,emptied_on\n"
    rooms = [f"r{n},Rum {n},{14.8 + n / 100},56.88,k{n},residual,660,lev-{n},mon thu\n" for n in range(2)]
    rows = ["device,quantity,unit,time,value\n"]
    for n in range(2):
        one = made_vessel(np.random.default_rng(n), 8.0, 56, empty_at_pct=45.0)
        for second, value in zip(one.seconds[::4], one.raw[::4], strict=True):
            at = begin + timedelta(seconds=float(second) - BEGIN_S)
            rows.append(f"lev-{n},fill_level,%,{at.isoformat()},{value:.0f}\n")
    (tmp_path / "rooms.csv").write_text(head + "".join(rooms))
    (tmp_path / "readings.csv").write_text("".join(rows))
    assert main(["import", "rooms", str(tmp_path / "rooms.csv"), "--yes"]) == 0
    assert main(["import", "readings", str(tmp_path / "readings.csv"), "--yes"]) == 0
    capsys.readouterr()
    assert main(["backtest", "waste", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["fractions"]
    assert found["vessels"] == 2
    assert found["inflow_pct_day"] == pytest.approx(8.0, rel=0.3)
    assert found["drawn_share"] < 0.3
