"""Friction by what lies on a street, and doses of salt."""

from __future__ import annotations

import numpy as np
import pytest

from models.slipperiness import friction_of, salt_dose
from models.snow import ROAD_CONDITIONS


def kinds(*names: str) -> np.ndarray:
    return np.array([[ROAD_CONDITIONS.index(name) if name else -1 for name in names]], np.int8)


def test_ice_is_slipperier_than_snow_and_wet_ice_most_of_all() -> None:
    friction = friction_of(kinds("dry", "wet", "snow", "ice", "ice"), np.array([[-3.0, 2.0, -3.0, -3.0, -0.1]]))[0]
    assert np.all(np.diff(friction) < 0)


def test_what_is_not_known_has_no_friction() -> None:
    assert np.isnan(friction_of(kinds(""), np.array([[np.nan]]))[0, 0])


def test_frost_takes_a_dose_of_practice() -> None:
    """A tenth of a millimetre of frost at -3 °C: 5 to 12 g/m², as cities salt against frost."""
    assert 5.0 <= salt_dose(np.array([0.1]), np.array([-3.0]))[0] <= 12.0


@pytest.mark.parametrize(
    ("film_mm", "surface_c", "grams"),
    [
        (0.1, -1.55, 8.363),  # freezes at -3.05 °C: 5 % and 2 more: 7 of 93 parts of 100 g, over nine tenths
        (0.05, -5.06, 7.576),  # at -6.56 °C: 10 % and 2 more: 12 of 88 parts of 50 g, over nine tenths
        (0.1, 4.0, 5.211),  # a road over freezing counts as one at it: at -1.5 °C 2.48 % and 2 more
        (0.05, -25.0, 16.878),  # colder than brine can be: 23.3 % and no more
        (0.01, -1.55, 5.0),
        (1.0, -1.55, 20.0),
    ],
)
def test_the_dose_is_that_of_the_rule(film_mm: float, surface_c: float, grams: float) -> None:
    """Pikalert's rule by hand, a tenth of it lost in spreading, between 5 and 20 g/m²."""
    assert salt_dose(np.array([film_mm]), np.array([surface_c]))[0] == pytest.approx(grams, abs=0.002)


@pytest.mark.parametrize("colder", [0.0, -1.0, -3.0, -5.0])
def test_colder_roads_and_thicker_films_take_more(colder: float) -> None:
    wide = {"least_g_m2": 0.0, "most_g_m2": 1000.0}
    film, more = np.array([0.1]), np.array([0.2])
    assert salt_dose(film, np.array([colder - 1.0]), **wide) > salt_dose(film, np.array([colder]), **wide)
    assert salt_dose(more, np.array([colder]), **wide)[0] == pytest.approx(
        2.0 * salt_dose(film, np.array([colder]), **wide)[0]
    )


def test_a_brine_of_the_dose_does_not_freeze_on_the_road() -> None:
    """Salt for 0.1 mm at -4 °C, without losses: its share in the water freezes under the road's temperature."""
    grams = salt_dose(np.array([0.1]), np.array([-4.0]), spread_loss=0.0, least_g_m2=0.0)[0]
    share = 100.0 * grams / (grams + 100.0)
    assert share > 6.4  # percent that freezes at -4 °C
