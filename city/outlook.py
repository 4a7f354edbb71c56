"""The outlook of every street: what its surface will be like, hour by hour, and what the land does to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Series = tuple[float | None, ...]
"""A figure for each hour; None where it is not known."""
LANDS = ("height", "shade", "sky", "traffic", "bridge")
"""What of the land, the traffic and the building of a street moves its temperature."""


@dataclass(frozen=True)
class SegmentOutlook:
    """One street. ``surface_c`` [°C] and ``depth_cm`` of snow [cm] with their lowest and highest readings;
    ``condition``: dry, wet, ice, snow or empty for each hour; ``height_k`` … ``bridge_k``: what the land does to the
    surface [K]."""

    segment: str
    surface_c: Series
    surface_low_c: Series
    surface_high_c: Series
    depth_cm: Series
    depth_low_cm: Series
    depth_high_cm: Series
    condition: tuple[str, ...]
    height_k: Series
    shade_k: Series
    sky_k: Series
    traffic_k: Series
    bridge_k: Series

    def land(self, hour: int) -> dict[str, float]:
        """What the land does in an hour [K], without what is not known."""
        found = {name: getattr(self, f"{name}_k") for name in LANDS}
        return {name: series[hour] for name, series in found.items() if series and series[hour] is not None}


@dataclass(frozen=True)
class OutlookFrame:
    """What all streets share: computed ``at``, the first hour ends at ``first_hour``, how many ``hours``, from which
    ``source``."""

    at: datetime
    first_hour: datetime
    hours: int
    source: str
    simulated: bool
