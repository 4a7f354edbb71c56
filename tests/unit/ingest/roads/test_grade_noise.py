"""Grades on planes whose heights are noisy: the error is bounded, or the grade is not told."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from city.entities import Segment
from ingest.roads.noise import least_run_m, noise_m
from ingest.roads.slope import lay_out, with_terrain
from tests.unit.ingest.roads.test_terrain import street

EAST_M, NORTH_M = math.cos(math.radians(60.0)) * 111_412.0, 111_195.0


@dataclass
class NoisyPlane:
    """Heights in square cells, read between them: a plane that rises east, and in each cell noise of its own."""

    resolution_m: float
    sigma_m: float
    grade_pct: float
    hills_m: float = 0.0
    name: str = "noisy plane"

    def __post_init__(self) -> None:
        self._noise = np.random.default_rng(3).normal(0.0, self.sigma_m, (400, 400))

    def sample(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        east, north = (lon - 15.0) * EAST_M, (lat - 60.0) * NORTH_M
        x, y = east / self.resolution_m + 200.0, north / self.resolution_m + 200.0
        i, j = np.floor(x).astype(int), np.floor(y).astype(int)
        a, b = x - i, y - j
        near, far = (self._noise[i, j + k] * (1 - a) + self._noise[i + 1, j + k] * a for k in (0, 1))
        hills = self.hills_m * np.sin(east / 160.0) * np.sin(north / 160.0)
        return 100.0 + self.grade_pct / 100.0 * east + hills + near * (1 - b) + far * b


def rows() -> list[Segment]:
    """60 straight roads of 5 km each, cut into streets of 15 to 800 m."""
    random, made, node = np.random.default_rng(5), [], 0
    for row in range(60):
        lat, along = 60.0 + (row - 30) * 0.0005, -2500.0
        while along < 2500.0:
            length = float(random.choice([15.0, 40.0, 80.0, 150.0, 300.0, 800.0]))
            piece = street(node, along, along + length, (node, node + 1))
            made.append(replace(piece, geometry=tuple((lon, lat) for lon, _ in piece.geometry)))
            along, node = along + length, node + 1
        node += 1
    return made


ROWS = rows()


@pytest.mark.parametrize("grade_pct", [0.0, 6.0, -11.0])
@pytest.mark.parametrize("sigma_m", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("resolution_m", [30.0, 90.0])
def test_noise_makes_three_points_of_a_grade_at_most(resolution_m: float, sigma_m: float, grade_pct: float) -> None:
    """In 95 of 100, and never 6: of streets of every length, on steep planes as on level ones."""
    found = with_terrain(ROWS, [NoisyPlane(resolution_m, sigma_m, grade_pct)], steepest_pct=99.0)
    error = np.array([abs(s.grade_pct - grade_pct) for s in found.segments if s.grade_pct is not None])
    assert len(error) > 0.95 * len(ROWS)
    assert np.percentile(error, 95) < 3.0
    assert error.max() < 6.0


@pytest.mark.parametrize("sigma_m", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("resolution_m", [30.0, 90.0])
def test_the_noise_is_told_from_the_heights_themselves(resolution_m: float, sigma_m: float) -> None:
    profile = lay_out(ROWS)
    told = noise_m(NoisyPlane(resolution_m, sigma_m, 8.0), profile.lon, profile.lat)
    assert sigma_m * 0.8 <= told <= sigma_m * 1.3 + 0.01


def test_hills_are_no_noise() -> None:
    """Land of hills 1 km apart and 30 m high, seen at 30 m, keeps its sixty metres."""
    profile = lay_out(ROWS)
    assert noise_m(NoisyPlane(30.0, 0.0, 0.0, hills_m=15.0), profile.lon, profile.lat) < 0.05


def test_a_short_street_on_its_own_has_no_grade_in_noise_and_one_without() -> None:
    alone = replace(street(9000, 0.0, 40.0, (9000, 9001)), geometry=((15.0, 60.04), (15.0 + 40.0 / EAST_M, 60.04)))
    noisy = with_terrain([*ROWS, alone], [NoisyPlane(90.0, 3.0, 5.0)])
    assert noisy.segments[-1].grade_pct is None
    assert noisy.segments[-1].elevation_m is not None
    assert noisy.too_short == (alone.id,)
    assert noisy.noise_m["noisy plane"] == pytest.approx(3.5, abs=0.5)
    clean = with_terrain([*ROWS, alone], [NoisyPlane(90.0, 0.0, 5.0)])
    assert clean.segments[-1].grade_pct == pytest.approx(5.0, abs=0.1)
    assert clean.too_short == ()


def test_what_lacks_before_a_dead_end_is_sought_beyond_the_other_end() -> None:
    """A stub of 40 m that begins a road of 600 m takes the grade of its first 400 m."""
    lat = 60.035
    stub, road = (
        replace(piece, geometry=tuple((lon, lat) for lon, _ in piece.geometry))
        for piece in (street(9000, 0.0, 40.0, (9000, 9001)), street(9001, 40.0, 640.0, (9001, 9002)))
    )
    found = with_terrain([*ROWS, stub, road], [NoisyPlane(90.0, 3.0, 5.0)])
    assert found.segments[-2].grade_pct == pytest.approx(5.0, abs=3.0)


def test_a_bridge_is_not_read_from_the_noise_below_it() -> None:
    """A bridge of 400 m runs straight between its ends: one grade all along, within the bound."""
    lat = 60.03
    road = [
        replace(piece, geometry=tuple((lon, lat) for lon, _ in piece.geometry))
        for piece in (
            street(9000, -600.0, 0.0, (9000, 9001)),
            street(9001, 0.0, 200.0, (9001, 9002), bridge=True),
            street(9002, 200.0, 400.0, (9002, 9003), bridge=True),
            street(9003, 400.0, 1000.0, (9003, 9004)),
        )
    ]
    found = with_terrain([*ROWS, *road], [NoisyPlane(30.0, 2.0, 4.0)]).segments[-4:]
    assert [s.grade_pct for s in found[1:3]] == pytest.approx([4.0, 4.0], abs=3.0)


def test_the_length_that_noise_demands() -> None:
    assert least_run_m(0.0) == 0.0
    assert least_run_m(1.0) == pytest.approx(95.0, abs=1.0)
    assert least_run_m(3.0) == pytest.approx(3 * least_run_m(1.0))
