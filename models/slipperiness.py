"""How slippery a street is by what lies on it, and what to spread against it. Rules of practice, values in and out.

Nothing here has been held against friction that was measured on a street of ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.snow import ROAD_CONDITIONS

Floats = npt.NDArray[np.floating[Any]]

BRINE_PCT = (0.0, 1.0, 5.0, 10.0, 15.0, 20.0, 23.3)
FREEZES_C = (0.0, -0.59, -3.05, -6.56, -10.89, -16.46, -21.1)
"""Freezing point of salt water by its share of sodium chloride (CRC Handbook of Chemistry and Physics)."""


def friction_of(
    condition: npt.NDArray[np.int8],
    surface_c: Floats,
    *,
    dry: float = 0.8,
    wet: float = 0.7,
    snow: float = 0.35,
    ice: float = 0.22,
    wet_ice: float = 0.08,
    melting_c: float = -0.5,
) -> Floats:
    """Friction number by what lies there (n, n_hours), NaN where that is not known.

    The middles of the ranges that VTI meddelande 911A (2001) lists for dry and wet roads, loose snow, black ice, and
    ice that is wet, which is ice warmer than ``melting_c``. Loose snow counts as such whoever has packed it.
    """
    by_kind = np.array([dry, wet, ice, snow])[[("dry", "wet", "ice", "snow").index(name) for name in ROAD_CONDITIONS]]
    friction = np.where(condition >= 0, by_kind[np.maximum(condition, 0)], np.nan)
    return np.asarray(
        np.where((condition == ROAD_CONDITIONS.index("ice")) & (surface_c > melting_c), wet_ice, friction)
    )


def salt_dose(
    film_mm: Floats,
    surface_c: Floats,
    *,
    there_g_m2: float = 0.0,
    margin_c: float = 1.5,
    extra_pct: float = 2.0,
    run_off: float = 0.0,
    spread_loss: float = 0.1,
    least_g_m2: float = 5.0,
    most_g_m2: float = 20.0,
) -> Floats:
    """Dry salt for a film of water, ice or frost (n,) [g/m²] on a surface (n,) [°C].

    Pikalert's rule: the share of salt that freezes ``margin_c`` under the road's temperature, two points more, for all
    the water there, less the salt that is ``there_g_m2`` already. A litre of water a square metre is a film of a
    millimetre.
    """
    colder = np.minimum(surface_c, 0.0) - margin_c
    pct = np.interp(-colder, [-c for c in FREEZES_C], BRINE_PCT) + extra_pct
    share = np.minimum(pct, BRINE_PCT[-1]) / 100.0
    wanted = 1000.0 * film_mm * share / (1.0 - share) / (1.0 - run_off)
    grams = (wanted - there_g_m2) / (1.0 - spread_loss)
    return np.asarray(np.clip(grams, least_g_m2, most_g_m2))
