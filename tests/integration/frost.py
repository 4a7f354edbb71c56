"""A made clear frosty night and day, in the shape of SMHI's answers: for looking at what the land does to streets."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime

from ingest.simulator.storm import HOUR, answer, step


@dataclass(frozen=True)
class Frost:
    """No cloud, hardly any wind, no snow; the air swings ``swing_k`` about ``mean_c``, warmest at ``warmest_h`` UTC."""

    mean_c: float = -4.0
    swing_k: float = 3.5
    warmest_h: float = 14.0

    def temperature_c(self, at: datetime) -> float:
        """Air temperature [°C]."""
        hour = at.hour + at.minute / 60.0
        return self.mean_c + self.swing_k * math.cos((hour - self.warmest_h) / 24.0 * 2.0 * math.pi)

    def forecast_answer(self, issued_at: datetime, lon: float, lat: float, hours: int = 60) -> bytes:
        """The forecast of it, without error. It begins a day before the issue, as the road remembers yesterday."""
        ends = [issued_at + (h + 1) * HOUR for h in range(-24, hours)]
        return json.dumps(answer(issued_at, lon, lat, [self._step(end) for end in ends])).encode()

    def _step(self, ends: datetime) -> dict[str, object]:
        data = {
            "air_temperature": round(self.temperature_c(ends), 1),
            "wind_speed": 1.2,
            "relative_humidity": 80,
            "cloud_area_fraction": 0,
            "precipitation_amount_mean": 0.0,
            "precipitation_amount_min": 0.0,
            "precipitation_amount_max": 0.0,
            "precipitation_frozen_part": -9,
            "predominant_precipitation_type_at_surface": 0,
            "cloud_base_altitude": 9999,
        }
        return step(ends, data)
