"""What a snow plan does not know: sensors, streets, fleet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, get_args

import numpy as np

from city.catalogue.message import Figure, Message, Span, message
from city.entities import Segment
from city.geo import local_xy
from city.plan import Degradation, Intervention
from city.quantities import quantity
from city.vocabulary import Network
from models.weather import HourlyWeather
from planner.fleet import rota_of
from planner.night.rest import too_long
from planner.snow.depths import LOOK_BACK_H
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import fresh_depths, implausible, weather_hindcast
from planner.snow.words.surface import weak_air
from planner.snow.work import DrivenTur, NightWork
from planner.words.sentences import degradation, left_out, stand_ins, weak_forecast


def degradations(snapshot: SnowSnapshot, weather: HourlyWeather, night: NightWork, unmanned: int) -> list[Degradation]:
    """What was missing or old or did not pass the checker, and what that did. ``unmanned`` turer are needed and have no
    vehicle."""
    return [
        *weak_forecast(snapshot.forecasts, snapshot.at, weather.missing_hours),
        *weak_air(weather),
        *_weak_sensors(snapshot),
        *_weak_streets(snapshot),
        *_weak_fleet(snapshot, night.driven, unmanned),
        *(left_out(message("plan.left_out.tur", target=one.target), one.why, one.run) for one in night.refused),
    ]


def _weak_sensors(snapshot: SnowSnapshot) -> Iterable[Degradation]:
    if not fresh_depths(snapshot):
        yield degradation("snow_sensors", _unseen(weather_hindcast(snapshot).missing_hours))
    late = [d for d in snapshot.devices if d.interval_s and _silent_s(snapshot, d.last_time) > 2 * d.interval_s]
    for device in late[:5]:
        age = _silent_s(snapshot, device.last_time)
        if np.isfinite(age):
            silent = message("plan.snow.weak.silent", name=device.name, minutes=Figure(age / 60, 0))
            yield degradation(device.id, silent, age_s=age)
        else:
            yield degradation(device.id, message("plan.snow.weak.never_heard", name=device.name))
    yield from _implausible(snapshot)
    yield from _doubted(snapshot)


def _doubted(snapshot: SnowSnapshot, *, shown: int = 5) -> Iterable[Degradation]:
    """Sensors that are not believed: they stand apart from the others, are stuck, or have jumped as no snow falls."""
    doubted = [one for one in snapshot.depth_sensors if one.told.doubt]
    for one in doubted[:shown]:
        said = message(
            f"plan.snow.weak.doubt.{one.told.doubt}",
            name=one.device.name or one.device.id,
            value=Figure(one.newest.value),
            off=Figure(one.told.off_cm),
        )
        yield degradation(one.device.id, said, age_s=(snapshot.at - one.newest.time).total_seconds())


def _implausible(snapshot: SnowSnapshot) -> Iterable[Degradation]:
    """Readings that no such sensor can have made: a unit that is another, or a sensor that is broken."""
    names = {device.id: device.name for device in snapshot.devices}
    for row in implausible(snapshot)[:5]:
        known = quantity(row.quantity)
        said = message(
            "plan.snow.weak.implausible",
            name=names[row.device],
            what=message(f"plan.snow.quantity.{row.quantity}"),
            value=row.value,
            span=Span(known.low, known.high),
        )
        yield degradation(row.device, said, age_s=(snapshot.at - row.time).total_seconds())


def _unseen(missing: int) -> Message:
    """That no sensor answers, and how many hours of the last day no forecast covers either."""
    said = message("plan.snow.weak.no_sensor")
    if not missing:
        return said
    holes = message("plan.snow.weak.unseen", n=missing, hours=LOOK_BACK_H)
    return message("format.sentences", parts=(said, holes))


def _silent_s(snapshot: SnowSnapshot, last: Any) -> float:  # noqa: ANN401 - datetime or None
    return float("inf") if last is None else float((snapshot.at - last).total_seconds())


def _weak_streets(snapshot: SnowSnapshot) -> Iterable[Degradation]:
    streets = snapshot.segments
    every = message("plan.snow.segments", n=len(streets))
    if unknown := sum(segment.keeper == "unknown" for segment in streets):
        yield degradation("keeper", message("plan.snow.weak.keeper", n=unknown, all=every), standing=True)
    if lost := [segment for segment in streets if not segment.reachable]:
        yield degradation("network", _cut_off(lost), standing=True)
    if flat := sum(segment.elevation_m is None for segment in streets):
        yield degradation("terrain", message("plan.snow.weak.flat", n=flat, all=every), standing=True)
    shaped = {row.segment for row in snapshot.relief}
    if without := sum(segment.id not in shaped for segment in streets):
        yield degradation("relief", message("plan.snow.weak.open_land", n=without, all=every), standing=True)


def _cut_off(lost: Sequence[Segment], *, most: int = 3) -> Message:
    """How many streets no way leads to, with the names of the first."""
    names = tuple(sorted({segment.name for segment in lost if segment.name})[:most])
    if not names:
        return message("plan.snow.weak.cut_off", n=len(lost))
    return message("plan.snow.weak.cut_off_named", n=len(lost), names=names)


def _weak_fleet(snapshot: SnowSnapshot, driven: Sequence[DrivenTur], unmanned: int) -> Iterable[Degradation]:
    for network in get_args(Network):
        if any(s.network == network for s in snapshot.segments) and all(
            v.network != network for v in snapshot.vehicles
        ):
            yield degradation("fleet", message(f"plan.snow.weak.no_fleet.{network}"), standing=True)
    yield from stand_ins(snapshot.vehicles)
    yield from _astray(snapshot)
    if unmanned:
        yield degradation("fleet", message("plan.snow.weak.unmanned", n=unmanned))
    yield from _weak_roster(snapshot)
    left = sum(len(item.drive.left_out) for item in driven if not item.again)
    if left:
        yield degradation("network", message("plan.snow.weak.out_of_reach", n=left))


def _weak_roster(snapshot: SnowSnapshot, *, shown: int = 5) -> Iterable[Degradation]:
    """Vehicles of which no manned turn is known: they are taken as manned, whoever may drive them."""
    manned = {turn.vehicle for turn in snapshot.roster}
    unknown = [vehicle.id for vehicle in snapshot.vehicles if vehicle.id not in manned]
    if unknown and not manned:
        yield degradation("roster", message("plan.snow.weak.roster"), standing=True)
    elif unknown:
        names = (*unknown[:shown], *(["…"] if len(unknown) > shown else []))
        yield degradation("roster", message("plan.snow.weak.roster_some", n=len(unknown), names=names), standing=True)


def _astray(snapshot: SnowSnapshot, *, near_m: float = 2000.0) -> Iterable[Degradation]:
    """Depots of the snow fleet that lie far from every street: their vehicles are planned from the nearest one."""
    used = {vehicle.depot for vehicle in snapshot.vehicles}
    ends = np.array([s.geometry[0] for s in snapshot.segments if s.reachable], float).reshape(-1, 2)
    for depot in snapshot.depots:
        away = np.hypot(*local_xy(ends[:, 0], ends[:, 1], (depot.lon, depot.lat))).min(initial=np.inf)
        if depot.id in used and near_m < away < np.inf:
            km = Figure(float(away) / 1000.0, 0)
            yield degradation("fleet", message("plan.snow.weak.depot", name=depot.name, km=km), standing=True)


def weak_rest(snapshot: SnowSnapshot, items: Sequence[Intervention]) -> Iterable[Degradation]:
    """Which crews rest or must end early, and which the plan would work for longer than the rules allow."""
    rota = rota_of(snapshot)
    for vehicle in snapshot.vehicles:
        why = rota.free(vehicle.id, snapshot.at).why(snapshot.zone)
        if why is not None:
            yield degradation("rest", why)
    most = rota.most / timedelta(hours=1)
    for vehicle_id, worked in too_long(rota, items, {item.key for item in snapshot.running}):
        hours = worked / timedelta(hours=1)
        yield degradation("rest", message("plan.night.too_long", vehicle=vehicle_id, hours=hours, most=most))
