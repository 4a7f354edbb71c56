"""The range of a site's forecast: how far its surface may be off at each step, and the members spread by that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.road.forcing import Forcing
from models.road.physics import ICE, WATER
from models.road.score import slippery
from models.road.spread import probability
from models.road.uncertain import LEARNED, ErrorGrowth, respread, scale_k

Floats = npt.NDArray[np.floating[Any]]
GONE = {
    "cloud": (("cloud",), ("sun_w_m2", "longwave_w_m2")),
    "wind": (("wind_m_s",),),
    "humidity": (("dew_point_c",), ("humidity_pct",)),
}
"""What a forecast may lack, and the fields of which any group does instead."""


def lacking(rows: Sequence[Any]) -> tuple[str, ...]:
    """What no row of a forecast says, as ``ErrorGrowth`` names it."""

    def said(name: str) -> bool:
        return any(getattr(row, name) is not None for row in rows)

    return tuple(what for what, groups in GONE.items() if not any(all(map(said, group)) for group in groups))


def site_scale(forcing: Forcing, at: int, *, seen: bool, lacks: Sequence[str], growth: ErrorGrowth = LEARNED) -> Floats:
    """(n_times,) the scale of the error after each step from ``at`` on [K]."""
    lead_h = (np.arange(forcing.steps - at) + 1.0) * forcing.step_s / 3600.0
    return scale_k(lead_h, np.sin(forcing.air.sun_elevation[0, at:]), seen=seen, lacking=lacks, growth=growth)


def chance_slippery(members_c: Floats, store_mm: Floats, scale: Floats, *, freezes_c: float = -0.25) -> Floats:
    """(n_times,) from members (m, n_times) and their stores (m, n_times, 4), spread as the error is: the water of a
    member counts as ice where its spread temperature is under ``freezes_c``, at which the model freezes."""
    spread = respread(members_c, scale)
    iced = store_mm.copy()
    iced[..., ICE] += np.where(spread < freezes_c, store_mm[..., WATER], 0.0)
    return probability(slippery(spread, iced))
