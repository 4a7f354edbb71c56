"""What the readings of a vessel tell of it: its levels, when it was emptied, and what flowed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fill.clean import NEVER, Levels, cleaned
from models.fill.emptyings import Emptying, emptyings
from models.fill.inflow import Inflow, inflow

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class VesselPast:
    """``levels`` of one vessel, its emptyings oldest first, and what ``flowed`` in by them."""

    levels: Levels
    emptied: tuple[Emptying, ...]
    flowed: Inflow

    @property
    def told(self) -> bool:
        """Whether any of its readings is believed."""
        return bool(np.isfinite(self.levels.level).any())


def past_of(seconds: Floats, raw: Floats, sure: Floats = NEVER) -> VesselPast:
    """Of readings (n,), oldest first, with the times at which it was emptied for ``sure`` (k,) [s]."""
    levels = cleaned(seconds, raw, breaks=sure)
    emptied = emptyings(levels, sure[sure > seconds[0]] if len(seconds) else sure)
    return VesselPast(levels, emptied, inflow(levels, emptied))
