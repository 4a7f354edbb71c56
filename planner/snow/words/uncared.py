"""What is not cared for, in words: why, and what could still be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from city.catalogue.message import Figure, Message, brief, message
from city.catalogue.stored import in_all_languages
from city.entities import Vehicle
from city.plan import Clause, NotCared
from planner.fleet import Fleet
from planner.snow.drives import SPREAD_KMH
from planner.snow.lasts import slowest_kmh, usual_time, work_km
from planner.snow.need import deciding
from planner.snow.snapshot import SnowSnapshot
from planner.snow.uncared import Uncared
from planner.snow.words.classes import class_name
from planner.snow.words.when import until, when
from planner.thresholds.limits import limits


def not_cared(snapshot: SnowSnapshot, fleet: Fleet, one: Uncared) -> NotCared:
    """One group of streets with its reason."""
    worst = deciding(one.needs)
    return NotCared(
        target=one.target,
        title=_title(snapshot, one),
        kind=one.kind,
        whole=one.whole,
        network=one.network,
        priority=int(one.route_class[1]),
        **in_all_languages(why=_why(snapshot, fleet, one)),
        segments=tuple(snapshot.segments[need.segment].id for need in one.needs),
        depth_cm=None if worst.by_friction else round(worst.depth_cm, 2),
        limit_cm=None if worst.by_friction else round(worst.limit_cm, 2),
        needed_by=one.deadline,
        ways=tuple(Clause(**in_all_languages(text=said)) for said in _ways(snapshot, fleet, one)),
    )


def _title(snapshot: SnowSnapshot, one: Uncared, *, most: int = 3) -> str:
    """The name of the tur; of streets of none the first names."""
    if one.tur is not None:
        return f"{one.tur.id} {one.tur.title}".strip()
    names = sorted({name for need in one.needs if (name := snapshot.segments[need.segment].name)})
    return ", ".join(names[:most]) or one.target


def _why(snapshot: SnowSnapshot, fleet: Fleet, one: Uncared) -> Message:
    n = len(one.needs)
    if one.refused is not None:
        return message("plan.snow.uncared.refused", why=one.refused)
    if one.held is not None:
        return message("plan.snow.uncared.not_covered", n=n, vehicle=one.held.vehicle or "")
    if one.kind == "left_out" or one.gone is not None:
        return _left(snapshot, one)
    if one.tur is None:
        return _slippery(snapshot, one) if one.kind == "untreated" else message("plan.snow.uncared.cut_off", n=n)
    if one.kind == "unreachable":
        return message("plan.snow.uncared.no_way")
    return message("format.sentences", parts=tuple(_no_vehicle(snapshot, fleet, one)))


def _slippery(snapshot: SnowSnapshot, one: Uncared) -> Message:
    """Why nothing is spread where it gets slippery, by the coldest or the slipperiest of the streets."""
    first = min(one.needs, key=lambda need: need.reached_at)
    since, n = until(snapshot, first.reached_at), len(one.needs)
    if not one.cold:
        friction = Figure(min(need.friction for need in one.needs), 2)
        name = class_name(one.route_class)
        return message("plan.snow.uncared.no_sand", n=n, since=since, friction=friction, class_name=name)
    lowest = limits(snapshot.thresholds).value("snow.salt_lowest_c")
    surface = Figure(min(need.surface_c[0] for need in one.needs))
    return message("plan.snow.uncared.too_cold", n=n, since=since, surface=surface, lowest=brief(lowest))


def _left(snapshot: SnowSnapshot, one: Uncared) -> Message:
    """Why streets are left out: nothing to do there any more, or the vehicle does not get there."""
    if one.gone is not None:
        gone = message("plan.snow.uncared.gone", n=len(one.needs), when=when(snapshot, one.gone))
        return message("format.sentences", parts=(gone, *_alone(snapshot, one)))
    return message("plan.snow.uncared.left_out", n=len(one.needs), vehicle=one.vehicle or "")


def _alone(snapshot: SnowSnapshot, one: Uncared) -> Iterator[Message]:
    """From when to when it is slippery or over its limit before anybody can be there."""
    if one.alone is not None:
        key = "slippery" if all(need.by_friction for need in one.needs) else "over"
        since, out = (until(snapshot, at) for at in one.alone)
        yield message(f"plan.snow.uncared.alone.{key}", since=since, until=out)


def _no_vehicle(snapshot: SnowSnapshot, fleet: Fleet, one: Uncared) -> Iterator[Message]:
    """Why none of a network's vehicles can drive, cause by cause."""
    if one.again:
        yield from _again(snapshot, one)
    if one.later:
        yield message("plan.snow.uncared.later", at=_begin(snapshot, one).astimezone(snapshot.zone))
    crew = [vehicle for vehicle in snapshot.vehicles if vehicle.network == one.network]
    if not crew:
        yield message(f"plan.snow.weak.no_fleet.{one.network}")
    ready = {vehicle.id for vehicle in fleet.vehicles}
    lost = [v.id for v in crew if v.id not in ready]
    away = [v.id for v in crew if v.id in ready and v.id in fleet.absent]
    rests = [v.id for v in crew if v.id in ready and v.id not in fleet.absent and _rests(snapshot, fleet, v, one)]
    others = [v.id for v in crew if v.id not in {*lost, *away, *rests}]
    for cause, names in (("no_depot", lost), ("absent", away), ("rests", rests), ("unmanned", others)):
        if names:
            yield message(f"plan.snow.uncared.{cause}", n=len(names), names=tuple(names[:5]))


def _again(snapshot: SnowSnapshot, one: Uncared) -> Iterator[Message]:
    """From when it is over its limit again, and from when it may be slippery again."""
    for key, why in (("again", "snow"), ("slippery_again", "salt"), ("slippery_after_sand", "sand")):
        reached = [need.reached_at for need in one.needs if need.why == why]
        if reached:
            yield message(f"plan.snow.uncared.{key}", since=until(snapshot, min(reached)))


def _begin(snapshot: SnowSnapshot, one: Uncared) -> datetime:
    """When the work may be begun."""
    return max(snapshot.at, min(need.begins for need in one.needs))


def _rests(snapshot: SnowSnapshot, fleet: Fleet, vehicle: Vehicle, one: Uncared) -> bool:
    """Whether a vehicle's crew rests when the work begins and is not rested before its turns are over."""
    free = fleet.rota.free(vehicle.id, snapshot.at)
    return free.worked is not None and free.from_when > _begin(snapshot, one)


def _ways(snapshot: SnowSnapshot, fleet: Fleet, one: Uncared) -> Iterator[Message]:
    if one.held is not None and one.held.ready_by is not None and one.held.vehicle:
        yield _way(snapshot, one, "again", one.held.vehicle, one.held.ready_by, _hours(snapshot, fleet, one))
    if one.kind == "untreated":
        yield _sanded(snapshot, one)
    if one.kind == "no_vehicle" and one.gone is None:
        yield from _with_a_driver(snapshot, fleet, one)


def _sanded(snapshot: SnowSnapshot, one: Uncared) -> Message:
    """What sand on all of the streets would take of one vehicle."""
    km = work_km(snapshot, one.needs)
    minutes = max(1, round(usual_time(snapshot, one.needs, SPREAD_KMH[one.network]) / timedelta(minutes=1)))
    grams = Figure(limits(snapshot.thresholds).value("snow.sand_g_m2"), 0)
    return message("plan.snow.uncared.way.sand", n=len(one.needs), dose=grams, km=Figure(km), minutes=minutes)


def _with_a_driver(snapshot: SnowSnapshot, fleet: Fleet, one: Uncared, *, most: int = 3) -> Iterable[Message]:
    """Who could drive it if somebody manned the vehicle: those that are at the wheel first."""
    lasts = _hours(snapshot, fleet, one)
    able = [v for v in fleet.vehicles if v.network == one.network and v.id not in fleet.absent]
    begins = {
        v.id: max(
            snapshot.at + fleet.lead_of(v.id),
            fleet.free_from[v.id],
            fleet.rota.free(v.id, snapshot.at).from_when,
            _begin(snapshot, one),
        )
        for v in able
    }
    for name in sorted(begins, key=lambda name: (begins[name], name))[:most]:
        yield _way(snapshot, one, "manned", name, begins[name], lasts)


def _way(snapshot: SnowSnapshot, one: Uncared, key: str, vehicle: str, begins: datetime, lasts: timedelta) -> Message:
    """Who can begin when, and when it is then done."""
    zone = snapshot.zone
    ready = (begins + lasts).astimezone(zone)
    way = f"plan.snow.uncared.way.{key}"
    return message(way, n=len(one.needs), vehicle=vehicle, at=begins.astimezone(zone), ready=ready)


def _hours(snapshot: SnowSnapshot, fleet: Fleet, one: Uncared) -> timedelta:
    """How long the work takes about, by the network's slowest vehicle, in whole minutes."""
    takes = usual_time(snapshot, one.needs, slowest_kmh(fleet.vehicles, one.network))
    return timedelta(minutes=round(takes / timedelta(minutes=1)))
