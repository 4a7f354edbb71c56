"""Where the water comes from that makes a street slippery: frost or dew of the air, rain, or snow that has melted."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.snow import SnowState
from models.weather import HourlyWeather

Water = Literal["", "frost", "rain", "melt", "dew", "slush"]
"""'' where nothing lies there by the model, as where somebody saw that it is slippery."""

LEAST_MM = 0.1
"""Less than this in an hour is no rain or snow [mm]."""


def water_of(behind: HourlyWeather, ahead: HourlyWeather, mid: SnowState, row: int, hour: int) -> Water:
    """The water of one street in an hour ahead: frost where most of its film came out of the air, rain where any has
    fallen since a day before now, snow that has melted where any fell or lay since, else dew."""
    film = float(mid.film_mm[row, hour])
    if film <= 0.0:
        return ""
    if mid.frost_mm[row, hour] >= 0.5 * film:
        return "frost"
    if _rained(behind, behind.hours) or _rained(ahead, hour + 1):
        return "rain"
    falls = (*behind.precip_mm[: behind.hours], *ahead.precip_mm[: hour + 1])
    snow = bool((np.nan_to_num(falls) >= LEAST_MM).any()) or float(mid.depth_cm[row, : hour + 1].max()) > 0.0
    unknown = not behind.hours or behind.missing_hours > 0
    return "melt" if snow or unknown else "dew"


def _rained(weather: HourlyWeather, hours: int, *, least_mm: float = LEAST_MM, over_c: float = 0.5) -> bool:
    """Whether rain falls in the first hours: by the provider's word where it says, else by the air."""
    wet = np.nan_to_num(weather.precip_mm[:hours]) >= least_mm
    said = weather.snow_fraction[:hours]
    liquid = np.where(np.isnan(said), np.nan_to_num(weather.temp_c[:hours], nan=-99.0) > over_c, said < 0.5)
    return bool((wet & liquid).any())
