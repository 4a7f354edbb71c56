"""The outlook of every street by the road model, from the snapshot of a snow plan. Made after the plan, for the map."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.outlook import LANDS, OutlookFrame, SegmentOutlook, Series
from models.snow import ROAD_CONDITIONS, SnowRange, land_effects
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import on_the_ground, road_hindcast, sites_of, snow_ahead, weather_forecast, weather_hindcast
from planner.thresholds.limits import limits
from planner.words.sentences import forecast_source

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Outlook:
    """``ahead`` of all segments of ``ids``, and by name of ``LANDS`` what the land does to them (n, n_hours) [K].

    ``covered`` (n,) are in tunnels, of whose air and walls the model knows nothing: they have no row.
    """

    frame: OutlookFrame
    ids: tuple[str, ...]
    covered: tuple[bool, ...]
    ahead: SnowRange
    land: dict[str, Floats]

    def rows(self) -> Iterator[SegmentOutlook]:
        """One row for each segment under the sky."""
        states = (self.ahead.mid, self.ahead.low, self.ahead.high)
        surface = np.stack([state.surface_c for state in states])
        figures = [surface[0], surface.min(axis=0), surface.max(axis=0), *(state.depth_cm for state in states)]
        land = [self.land.get(name, np.zeros((len(self.ids), 0))) for name in LANDS]
        for i, segment in enumerate(self.ids):
            if self.covered[i]:
                continue
            condition = tuple(ROAD_CONDITIONS[code] if code >= 0 else "" for code in states[0].condition[i].tolist())
            before, after = ((_series(figure[i]) for figure in some) for some in (figures, land))
            yield SegmentOutlook(segment, *before, condition, *after)  # type: ignore[call-arg, arg-type]  # six and five


def road_outlook(snapshot: SnowSnapshot, ahead: SnowRange | None = None) -> Outlook:
    """The outlook over the plan's horizon, from the same readings, forecasts and clearings as the plan's own;
    ``ahead`` is the plan's own where it is at hand."""
    weather = weather_forecast(snapshot)
    frame = OutlookFrame(
        at=snapshot.at,
        first_hour=weather.start + timedelta(hours=1),
        hours=weather.hours,
        source=forecast_source(snapshot.forecasts) or "",
        simulated=snapshot.simulated or any(forecast.simulated for forecast in snapshot.forecasts),
    )
    return Outlook(
        frame,
        tuple(segment.id for segment in snapshot.segments),
        tuple(segment.tunnel for segment in snapshot.segments),
        _ahead(snapshot) if ahead is None else ahead,
        land_effects(sites_of(snapshot), weather_hindcast(snapshot), weather),
    )


def _ahead(snapshot: SnowSnapshot) -> SnowRange:
    behind = road_hindcast(snapshot)
    now_cm = on_the_ground(snapshot, limits(snapshot.thresholds).value("snow.left_after_plough_cm"), behind)
    return snow_ahead(snapshot, weather_forecast(snapshot), now_cm, behind)


def _series(values: Floats) -> Series:
    """Rounded to hundredths; None where unknown."""
    return tuple(None if math.isnan(value) else value for value in np.round(values.astype(float), 2).tolist())
