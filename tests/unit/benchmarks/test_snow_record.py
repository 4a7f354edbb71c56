"""What the benchmark of falling snow reads out of a record: on made hours whose truth is known."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.road.air import fresh_density
from tests.benchmarks import snowground
from tests.benchmarks.snow_record import (
    Winter,
    crossing_c,
    density,
    fitted_share,
    interval,
    pahaut,
    read_winter,
    spells,
)


def made(hours: int, mm: list[float], cm: list[float], *, air: float = -3.0, wind: float = 4.0) -> Winter:
    times = tuple(datetime(2030, 1, 1, tzinfo=UTC) + timedelta(hours=i) for i in range(hours))
    same = np.ones(hours)
    return Winter("2029-2030", times, air * same, 90.0 * same, wind * same, np.array(mm), np.array(cm))


def test_a_record_is_read_with_its_gaps(tmp_path: Path) -> None:
    """An empty figure is unknown, and a depth of -1 is none."""
    file = tmp_path / "winter_2029-2030.csv.gz"
    head = "timestamp,air_temperature,surface_snow_thickness,wind_speed,relative_humidity,precipitation\n"
    with gzip.open(file, "wt") as stream:
        stream.write(f"{head}2029-11-01 00:00:00,-1.5,-1.0,3.0,90,\n2029-11-01 01:00:00,-1.0,4.5,,91,0.4\n")
    winter = read_winter(file)
    assert (winter.name, winter.times[1]) == ("2029-2030", datetime(2029, 11, 1, 1, tzinfo=UTC))
    assert winter.depth_cm.tolist() == [0.0, 4.5]
    assert np.isnan([winter.precip_mm[0], winter.wind_m_s[1]]).all()


def test_spells_begin_with_precipitation_and_do_not_overlap() -> None:
    """Eight hours of 1 mm and 1 cm an hour after two dry ones: two spells of three hours, two hours are left over."""
    mm = [0.0, 0.0, *[1.0] * 8, 0.0, 0.0]
    winter = made(12, mm, np.cumsum(mm).tolist())
    found = spells([winter], 3, 1.5)
    assert (found.mm.tolist(), found.rise_cm.tolist(), found.lay_cm.tolist()) == (
        [3.0, 3.0, 2.0],
        [3.0, 3.0, 2.0],
        [0.0, 3.0, 6.0],
    )
    assert density(found) == pytest.approx(100.0)
    holed = replace(winter, wind_m_s=np.where(np.arange(12) == 3, np.nan, 4.0))
    assert len(spells([holed], 3, 1.5)) == 2


def test_the_share_of_the_wind_is_found_again() -> None:
    """Depths made with two thirds of the wind's term, and a gauge that loses 4 % per m/s: made whole it gives them."""
    chance = np.random.default_rng(3)
    winters = []
    for wind in chance.uniform(0.5, 6.0, 40):
        true = 6.0
        rho = 109.0 - 18.0 + 0.65 * 26.0 * np.sqrt(wind)
        caught = true / (1.0 + 0.04 * wind)
        winters.append(made(4, [0.0, *[caught / 3.0] * 3], [0.0, 0.0, 0.0, 100.0 * true / rho], wind=wind))
    found = spells(winters, 3, 1.5)
    assert fitted_share(found.whole(0.04), 0.0) == pytest.approx(0.65, abs=0.03)
    assert fitted_share(found, 0.0) < 0.4
    low, high = interval(found.whole(0.04), lambda drawn: fitted_share(drawn, 0.0), draws=50)
    assert low <= 0.65 + 1e-9
    assert high >= 0.6


def test_the_benchmark_has_the_models_density() -> None:
    found = spells([made(4, [0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 2.0, 3.0], wind=6.0)], 3, 1.5)
    assert pahaut(found, 1.0)[0] == pytest.approx(fresh_density(-3.0, 6.0, 1.0))


def test_where_half_is_snow_is_found() -> None:
    """A share that falls from one to nothing about 0.8 °C."""
    air = np.linspace(-1.0, 3.0, 81)
    assert crossing_c(air, 1.0 / (1.0 + np.exp((air - 0.8) / 0.3))) == pytest.approx(0.8, abs=0.02)


def test_without_the_data_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("DAGSPLAN_DATA", str(tmp_path))
    assert snowground.run() == []
    assert "snow/sn46220" in capsys.readouterr().out
