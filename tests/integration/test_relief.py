"""The land round streets: made land with known answers, and the hills of Bayreuth on a made clear night and day."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from city.entities import Segment
from ingest.roads.relief import relief
from ingest.roads.terrain import METRES_PER_DEGREE
from tests.benchmarks import road_land
from tests.benchmarks.road_land import NIGHT, NOON, Land, towards_sun

HOME = (15.0, 60.0)


@dataclass(frozen=True)
class MadeLand:
    """Elevation as a function of metres east and north of HOME."""

    height: Callable[[np.ndarray, np.ndarray], np.ndarray]
    name: str = "made land"
    resolution_m: float = 30.0

    def sample(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        x = (lon - HOME[0]) * METRES_PER_DEGREE * np.cos(np.radians(60.0))
        return self.height(x, (lat - HOME[1]) * METRES_PER_DEGREE)


def street(lon: float = HOME[0]) -> Segment:
    return Segment(
        "s", "S", "street", "P3", "residential", "municipal", False, None, None, "asphalt", False, False, 30.0, 10.0,
        1, 2, ((lon, 60.0), (lon, 60.0)),
    )  # fmt: skip


def test_open_plain_sees_the_whole_sky() -> None:
    flat = relief([street()], [MadeLand(lambda x, y: 50.0 + 0 * x)])
    assert flat.sky[0] == pytest.approx(1.0)
    assert flat.tpi_m[0] == pytest.approx(0.0)
    assert flat.slope[0] == pytest.approx(0.0)


def test_a_slope_faces_downhill() -> None:
    """Ten metres up for every hundred north: it faces south, and hides the lowest 5.7° in the north."""
    tilted = relief([street()], [MadeLand(lambda x, y: 0.1 * y)], eye_m=0.0)
    assert np.degrees(tilted.slope[0]) == pytest.approx(5.71, abs=0.02)
    assert np.degrees(tilted.aspect[0]) == pytest.approx(180.0, abs=0.1)
    assert np.degrees(tilted.horizon[0, [0, 18]]) == pytest.approx([5.71, 0.0], abs=0.02)


def test_a_round_valley_has_the_sky_of_its_rim() -> None:
    """A floor of 300 m with a rim at 20° all round: sky view 1 - sin² 20° = 0.883, and under its surroundings."""
    rise = np.tan(np.radians(20.0))
    land = MadeLand(lambda x, y: np.where(np.hypot(x, y) > 300.0, rise * np.hypot(x, y), 0.0))
    valley = relief([street()], [land], eye_m=0.0)
    assert valley.sky[0] == pytest.approx(1 - np.sin(np.radians(20.0)) ** 2, abs=0.002)
    assert valley.tpi_m[0] < -50.0


def test_outside_a_model_nothing_is_known() -> None:
    gone = relief([street()], [MadeLand(lambda x, y: np.full_like(x, np.nan))])
    assert np.isnan([gone.sky[0], gone.tpi_m[0], gone.slope[0], gone.resolution_m[0]]).all()
    assert gone.source == ("",)


@pytest.fixture(scope="module")
def bayreuth() -> Land:
    """Its streets with their terrain, through the made night of 20 January and the day after."""
    roads = Path(os.environ.get("DAGSPLAN_DATA", "")) / "roads"
    if not os.environ.get("DAGSPLAN_DATA") or not roads.is_dir():
        pytest.skip("DAGSPLAN_DATA names no folder with roads/")
    return road_land.bayreuth(roads)


def test_bayreuth_lies_in_hills(bayreuth: Land) -> None:
    shape = bayreuth.shape
    assert not np.isnan(shape.sky).any()
    assert 0.9 < shape.sky.min() < 0.99 < shape.sky.max() <= 1.0
    assert shape.tpi_m.min() < -8.0
    assert shape.tpi_m.max() > 8.0
    assert set(shape.source) <= {"N49E011.hgt.zip", "N50E011.hgt.zip"}


def test_hollows_are_colder_by_night_and_shaded_streets_by_day(bayreuth: Land) -> None:
    shape, out = bayreuth.shape, bayreuth.out
    night, noon = out.surface_c[:, NIGHT], out.surface_c[:, NOON]
    assert night[shape.tpi_m < -8.0].mean() < night[np.abs(shape.tpi_m) < 2.0].mean() - 0.05
    assert night[shape.sky < 0.985].mean() > night[shape.sky > 0.999].mean() - 0.5
    leaning = towards_sun(shape)
    assert noon[leaning > 0.05].mean() > noon[leaning < -0.05].mean() + 0.5
