"""What the valves of a building's zones mean in kilowatts, by its meter."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

Floats = npt.NDArray[np.floating[Any]]


def full_heat(openings: Floats, metered: Floats, *, least: int = 48) -> Floats | None:
    """(n_zones,) kW of each zone at full heat, from (n_zones, n) openings 0 to 1 and the heat of all (n,) [kW]; None
    where fewer than ``least`` hours were metered."""
    known = np.isfinite(metered) & np.isfinite(openings).all(axis=0)
    if known.sum() < least:
        return None
    x = openings[:, known].T
    pull = 0.02 * np.sqrt(known.sum()) * np.eye(x.shape[1])
    fair = np.full(x.shape[1], metered[known].sum() / max(x.sum(), 1e-6))
    found, _ = nnls(np.vstack([x, pull]), np.concatenate([metered[known], pull @ fair]))
    return np.asarray(found)
