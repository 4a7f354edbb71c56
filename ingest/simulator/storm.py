"""A made snowstorm: what happens, and what a forecast of the time says of it, in the shape of SMHI's answers."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Storm:
    """Snow from ``begins`` for ``hours`` with ``total_mm`` of water, heaviest in the middle; about -3 °C.

    Forecasts issued before ``known_from`` speak of the share ``foretold`` of it; None: all of them know of all.
    """

    begins: datetime
    hours: float = 12.0
    total_mm: float = 9.2
    seed: int = 1
    known_from: datetime | None = None
    foretold: float = 0.4

    def rate_mm_h(self, at: datetime) -> float:
        """Snowfall as water [mm/h]: a half sine over the storm."""
        x = (at - self.begins) / HOUR / self.hours
        return 0.0 if not 0.0 <= x <= 1.0 else self.total_mm / self.hours * math.pi / 2.0 * math.sin(math.pi * x)

    def temperature_c(self, at: datetime) -> float:
        """Air temperature [°C]: a slow fall through the night, milder by day."""
        hour = (at - self.begins) / HOUR
        return -2.8 - 1.2 * math.sin(2.0 * math.pi * (hour + 2.0) / 24.0) + 0.2 * math.sin(hour * 1.7)

    def depth_cm(
        self, at: datetime, since: datetime | None = None, *, cm_per_mm: float = 1.12, settle_per_h: float = 0.01
    ) -> float:
        """Depth on the ground [cm], bare before the storm, or as it was cleared at ``since``."""
        depth, moment = 0.0, self.begins if since is None else max(self.begins, since)
        while moment < at:
            depth = depth * (1.0 - settle_per_h / 4.0) + cm_per_mm * self.rate_mm_h(moment) / 4.0
            moment += HOUR / 4
        return depth

    def forecast_answer(self, issued_at: datetime, lon: float, lat: float, hours: int = 60) -> bytes:
        """What the provider would say at ``issued_at``: the storm with an error that grows with the lead time."""
        chance = random.Random(f"{self.seed}/{issued_at.isoformat()}")  # noqa: S311 - a made-up forecast
        busts = self.known_from is not None and issued_at < self.known_from
        factor = (self.foretold if busts else 1.0) * (1.0 + 0.08 * chance.gauss(0.0, 1.0))
        shift = timedelta(minutes=20 * chance.gauss(0.0, 1.0))
        steps = [self._step(issued_at + (h + 1) * HOUR, shift, factor, h) for h in range(hours)]
        return json.dumps(answer(issued_at, lon, lat, steps)).encode()

    def _step(self, ends: datetime, shift: timedelta, factor: float, lead_h: int) -> dict[str, object]:
        middle = ends - HOUR / 2 + shift
        rate = round(self.rate_mm_h(middle) * factor, 1)
        spread = min(0.6, 0.2 + 0.015 * lead_h)
        data = {
            "air_temperature": round(self.temperature_c(middle) + 0.01 * lead_h, 1),
            "wind_speed": 5.2,
            "relative_humidity": 92 if rate else 84,
            "cloud_area_fraction": 8 if rate else 6,
            "precipitation_amount_mean": rate,
            "precipitation_amount_min": round(rate * (1 - spread), 1),
            "precipitation_amount_max": round(rate * (1 + spread), 1),
            "precipitation_frozen_part": 100 if rate else -9,
            "predominant_precipitation_type_at_surface": 5 if rate else 0,
            "cloud_base_altitude": 9999,
        }
        return step(ends, data)


def answer(issued_at: datetime, lon: float, lat: float, steps: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """An answer of the provider with these steps."""
    return {
        "createdTime": _text(issued_at + timedelta(minutes=20)),
        "referenceTime": _text(issued_at),
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "timeSeries": list(steps),
    }


def step(ends: datetime, data: Mapping[str, object]) -> dict[str, object]:
    """One hour of an answer, by when it ends."""
    return {"time": _text(ends), "intervalParametersStartTime": _text(ends - HOUR), "data": dict(data)}


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
