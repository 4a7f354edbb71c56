"""What is done on a street: plough, salt, brine ahead of frost, sand where it is too cold for salt, and how much."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from models.slipperiness import salt_dose
from planner.thresholds.limits import Limits

Kind = Literal["none", "plough", "plough_salt", "plough_sand", "salt", "brine", "sand"]


class Action(NamedTuple):
    """What is done, and how much is spread [g/m²] of salt (as dry salt, in brine too) or sand."""

    kind: Kind
    dose_g_m2: float = 0.0


PLOUGH = Action("plough")
ICE_MM = 1.0
"""What lies on a street on which ice was seen that the model knows nothing of [mm]: as much water, a design choice."""


def action_of(
    method: str,
    rules: Limits,
    *,
    plough: bool,
    slippery: bool,
    wet: bool,
    spot: bool,
    target: float,
    surface_c: float,
    coldest_c: float,
    film_mm: float,
    there_g_m2: float = 0.0,
    left_mm: float = 1.0,
    packed: float = 0.25,
) -> Action:
    """The action for one street. ``method`` is that of its class, ``spot`` where sand is spread, ``film_mm`` what lies
    on it when it gets slippery, ``there_g_m2`` of salt with it; brine is spread where it is not ``wet``, nor icy. It is
    ``surface_c`` then and ``coldest_c`` in the hours that a dose is for; both may be NaN.

    After the plough ``left_mm`` of snow water stays (Pikalert); a class that is sanded is sanded then where its
    friction target is not under that of ``packed`` snow.
    """
    salts = method == "salt" and not surface_c < rules.value("snow.salt_lowest_c")
    if slippery:
        dose = _salt(rules, film_mm, coldest_c, there_g_m2) if salts else 0.0
        return Action("salt" if wet else "brine", dose) if salts else _sand(rules)
    freezes = plough and surface_c <= rules.value("snow.treat_below_c")
    if freezes and salts:
        return Action("plough_salt", _salt(rules, left_mm, surface_c))
    if freezes and spot and (method == "salt" or (method == "sand" and target >= packed)):
        return Action("plough_sand", rules.value("snow.sand_g_m2"))
    return Action("plough" if plough else "none")


def melts_g_m2(rules: Limits) -> float:
    """The least salt that is spread on ice that was seen [g/m²]: what so much water asks for just under freezing."""
    return _salt(rules, ICE_MM, 0.0)


def _sand(rules: Limits) -> Action:
    return Action("sand", rules.value("snow.sand_g_m2"))


def _salt(rules: Limits, film_mm: float, surface_c: float, there_g_m2: float = 0.0) -> float:
    dose = salt_dose(
        np.array([film_mm]),
        np.array([0.0 if math.isnan(surface_c) else surface_c]),
        there_g_m2=there_g_m2,
        least_g_m2=rules.value("snow.salt_least_g_m2"),
        most_g_m2=rules.value("snow.salt_most_g_m2"),
    )
    return round(float(dose[0]), 1)
