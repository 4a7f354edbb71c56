"""What a snow plan does not know: sensors, streets, fleet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from city.geo import local_xy
from city.plan import Degradation, Text
from city.said import figure_en, figure_sv
from models.weather import HourlyWeather
from planner.snapshot import Snapshot
from planner.snow.state import LOOK_BACK_H, fresh_depths, weather_hindcast
from planner.snow.words.surface import weak_air
from planner.snow.work import DrivenTur, NightWork
from planner.words.sentences import degradation, left_out, weak_forecast


def degradations(snapshot: Snapshot, weather: HourlyWeather, night: NightWork, unmanned: int) -> list[Degradation]:
    """What was missing or old or did not pass the checker, and what that did. ``unmanned`` turer are needed and have no
    vehicle."""
    return [
        *weak_forecast(snapshot.forecasts, snapshot.at, weather.missing_hours),
        *weak_air(weather),
        *_weak_sensors(snapshot),
        *_weak_streets(snapshot),
        *_weak_fleet(snapshot, night.driven, unmanned),
        *(left_out(Text("Tur", "Tur"), refused) for refused in night.refused),
    ]


def _weak_sensors(snapshot: Snapshot) -> Iterable[Degradation]:
    if not fresh_depths(snapshot):
        holes = _unseen(weather_hindcast(snapshot).missing_hours)
        yield degradation(
            "snow_sensors",
            "Ingen snödjupsgivare svarar: läget räknas från prognosen, från bar mark för ett dygn sedan." + holes.sv,
            "No snow-depth sensor answers: the state is computed from the forecast, from bare ground a day ago."
            + holes.en,
        )
    silent = [d for d in snapshot.devices if d.interval_s and _silent_s(snapshot, d.last_time) > 2 * d.interval_s]
    for device in silent[:5]:
        age = _silent_s(snapshot, device.last_time)
        said = None if not np.isfinite(age) else age
        minutes = "sedan start" if said is None else f"{figure_sv(age / 60, 0)} min"
        minutes_en = "since the start" if said is None else f"{figure_en(age / 60, 0)} min"
        yield degradation(
            device.id,
            f"Givare {device.name} tyst {minutes}: prognos används.",
            f"Sensor {device.name} silent {minutes_en}: the forecast is used.",
            said,
        )


def _unseen(hours: int) -> Text:
    """What is said of hours of the last day that no forecast covers."""
    if not hours:
        return Text("", "")
    return Text(
        f" För {hours} av de {LOOK_BACK_H} timmarna finns ingen prognos: snö som föll då är okänd.",
        f" For {hours} of those {LOOK_BACK_H} hours there is no forecast: snow that fell then is not known.",
    )


def _silent_s(snapshot: Snapshot, last: Any) -> float:  # noqa: ANN401 - datetime or None
    return float("inf") if last is None else float((snapshot.at - last).total_seconds())


def _weak_streets(snapshot: Snapshot) -> Iterable[Degradation]:
    unknown = sum(segment.keeper == "unknown" for segment in snapshot.segments)
    if unknown:
        yield degradation(
            "keeper",
            f"Väghållaren är okänd för {unknown} av {len(snapshot.segments)} sträckor: de planeras som kommunens.",
            f"The keeper of {unknown} of {len(snapshot.segments)} segments is unknown: planned as municipal.",
        )
    lost = [segment for segment in snapshot.segments if not segment.reachable]
    if lost:
        names = ", ".join(sorted({segment.name for segment in lost if segment.name})[:3])
        yield degradation(
            "network",
            f"{len(lost)} sträckor nås inte från resten av nätet och planeras inte{': ' + names if names else ''}.",
            f"{len(lost)} segments cannot be reached from the rest and are not planned{': ' + names if names else ''}.",
        )
    flat = sum(segment.elevation_m is None for segment in snapshot.segments)
    if flat:
        yield degradation(
            "terrain",
            f"Höjd saknas för {flat} av {len(snapshot.segments)} sträckor: prognosens höjd används där.",
            f"{flat} of {len(snapshot.segments)} segments have no elevation: the forecast's height is used there.",
        )
    shaped = {row.segment for row in snapshot.relief}
    open_ = sum(segment.id not in shaped for segment in snapshot.segments)
    if open_:
        yield degradation(
            "relief",
            f"Terrängen runt {open_} av {len(snapshot.segments)} sträckor är okänd: de räknas som öppna och plana.",
            f"The land round {open_} of {len(snapshot.segments)} segments is unknown: they count as open and flat.",
        )


def _weak_fleet(snapshot: Snapshot, driven: Sequence[DrivenTur], unmanned: int) -> Iterable[Degradation]:
    for network, sv, en in (("street", "gatorna", "the streets"), ("cycle", "GC-vägarna", "the cycle ways")):
        if any(s.network == network for s in snapshot.segments) and all(
            v.network != network for v in snapshot.vehicles
        ):
            yield degradation("fleet", f"Inget fordon för {sv} är inlagt.", f"No vehicle for {en} is entered.")
    yield from _astray(snapshot)
    if unmanned:
        yield degradation(
            "fleet",
            f"Turer som behövs men saknar bemannat fordon med känd depå: {unmanned}.",
            f"Turer that are needed but have no manned vehicle with a known depot: {unmanned}.",
        )
    if snapshot.vehicles and not snapshot.roster:
        yield degradation(
            "roster",
            "Bemanning är inte inlagd: alla fordon räknas som bemannade.",
            "No roster is entered: every vehicle is taken as manned.",
        )
    left = sum(len(item.drive.left_out) for item in driven if not item.run)
    if left:
        yield degradation(
            "network",
            f"{left} sträckor nås inte från depån och lämnas.",
            f"{left} segments cannot be reached from the depot.",
        )


def _astray(snapshot: Snapshot, *, near_m: float = 2000.0) -> Iterable[Degradation]:
    """Depots of the snow fleet that lie far from every street: their vehicles are planned from the nearest one."""
    used = {vehicle.depot for vehicle in snapshot.vehicles}
    ends = np.array([s.geometry[0] for s in snapshot.segments if s.reachable], float).reshape(-1, 2)
    for depot in snapshot.depots:
        away = np.hypot(*local_xy(ends[:, 0], ends[:, 1], (depot.lon, depot.lat))).min(initial=np.inf)
        if depot.id in used and near_m < away < np.inf:
            yield degradation(
                "fleet",
                f"Depån {depot.name} ligger {away / 1000.0:.0f} km från närmaste gata i nätet: pröva dess läge. "
                "Fordonen räknas från den gatan.",
                f"Depot {depot.name} lies {away / 1000.0:.0f} km from the nearest street of the network: check its "
                "place. Its vehicles are planned from that street.",
            )
