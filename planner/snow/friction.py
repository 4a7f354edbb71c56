"""Where and when streets will be slippery, as far as something can be spread against it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from city.vocabulary import ROUTE_CLASSES
from models.road.physics import PHYSICS
from models.slipperiness import friction_of
from models.snow import ROAD_CONDITIONS, SnowState
from models.weather import HourlyWeather
from planner.routes.sectors import plannable
from planner.snow.criteria import ServiceLevel, sanded_until
from planner.snow.rule import NONE, Hundredths, hundredths
from planner.snow.salted import SaltNight
from planner.snow.seen import RoadStates, SlipSeen
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.limits import Limits

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating[Any]]


def friction_curves(
    snapshot: SnowSnapshot, service: ServiceLevel, weather: HourlyWeather, hours: RoadStates, spots: Bools
) -> tuple[Hundredths, Hundredths, SaltNight]:
    """(n, n_hours) friction [0.01] in the hours in which a segment is ours to treat: -1 where it is not known, where
    sand or salt still acts, or where it is too cold for salt and no place for sand; the same whether anything is
    spread there or not; and the salt on the streets. ``hours`` are those behind, and those ahead."""
    behind, mid = hours
    seen = SlipSeen(snapshot, service.rules, weather, hours)
    lying = as_slush_freezes(snapshot, service.rules, weather, hours)
    friction = hundredths(seen.measured(friction_of(lying, mid.surface_c)))
    sanded, ours = _still_sanded(snapshot, service.rules, weather, friction), _ours(snapshot, service, mid, spots)
    free = seen.judged(np.zeros_like(sanded)) == NONE
    salt = SaltNight(snapshot, service, weather, behind, mid, np.where(ours & ~free, sanded, np.int16(NONE)))
    kept = seen.measured_after(salt.kept(sanded))
    treated = np.where(ours, kept, np.int16(NONE))
    return seen.judged(treated), seen.judged(kept), salt


def as_slush_freezes(
    snapshot: SnowSnapshot,
    rules: Limits,
    weather: HourlyWeather,
    hours: RoadStates,
    *,
    frozen_c: float = -0.5,
    more_cm: float = 0.1,
    slush_h: int = 3,
) -> npt.NDArray[np.int8]:
    """(n, n_hours) what lies there, where what a plough left of slush is ice once it is frozen, and no loose snow.

    Slush is snow on a road that was over RoadSurf's freezing point in the ``slush_h`` hours until it is ploughed; it is
    frozen under ``frozen_c``, where ice is not wet any more (``friction_of``). Where over ``more_cm`` has fallen on it
    since it counts as snow.
    """
    behind, mid = hours
    lying, index = mid.condition.copy(), {segment.id: i for i, segment in enumerate(snapshot.segments)}
    if behind.surface_c is None:
        return lying
    rest = mid.depth_cm <= rules.value("snow.left_after_plough_cm") + more_cm
    frozen = (lying == ROAD_CONDITIONS.index("snow")) & rest & (mid.surface_c < frozen_c)
    past_h = behind.surface_c.shape[1]
    for treatment in snapshot.treatments:
        i, hour = index.get(treatment.segment), past_h + int((treatment.done_at - weather.start) // timedelta(hours=1))
        ploughed = i is not None and treatment.action.startswith("plough") and 0 <= hour <= past_h
        if ploughed and behind.surface_c[i, max(0, hour - slush_h) : hour + 1].max() > PHYSICS.freeze_c:
            lying[i, frozen[i]] = ROAD_CONDITIONS.index("ice")
    return lying


def _ours(snapshot: SnowSnapshot, service: ServiceLevel, mid: SnowState, spots: Bools) -> Bools:
    """(n, n_hours) whether anything is spread there: salt where it is warm enough for it, sand at its places."""
    rules = service.rules
    salted = np.array([rules.row("snow.anti_slip", name).text == "salt" for name in ROUTE_CLASSES])[service.served_as]
    ours = np.array([plannable(segment) for segment in snapshot.segments], bool)
    warm = np.nan_to_num(mid.surface_c, nan=-99.0) >= rules.value("snow.salt_lowest_c")
    return ours[:, None] & (spots[:, None] | (salted[:, None] & warm))


def sand_spots(snapshot: SnowSnapshot, rules: Limits) -> Bools:
    """(n,) where sand is spread: hills, junctions of main streets, and cycle ways throughout."""
    hill = rules.value("snow.hill_pct")
    junctions = _junctions(snapshot)
    return np.array(
        [
            s.network == "cycle"
            or (s.grade_pct is not None and abs(s.grade_pct) >= hill)
            or s.from_node in junctions
            or s.to_node in junctions
            for s in snapshot.segments
        ],
        bool,
    )


def _junctions(snapshot: SnowSnapshot, *, arms: int = 3) -> frozenset[int]:
    """Nodes where ``arms`` streets meet of which two at least are main or collector streets."""
    met: defaultdict[int, list[bool]] = defaultdict(list)
    for segment in snapshot.segments:
        if segment.network == "street":
            for node in (segment.from_node, segment.to_node):
                met[node].append(segment.route_class != "P3")
    return frozenset(node for node, main in met.items() if len(main) >= arms and sum(main) >= 2)


def _still_sanded(snapshot: SnowSnapshot, rules: Limits, weather: HourlyWeather, friction: Hundredths) -> Hundredths:
    """Sand holds for ``snow.treatment_lasts_h``, not in the hour in which these end; salt as long as it does
    (``SaltNight``)."""
    index = {segment.id: i for i, segment in enumerate(snapshot.segments)}
    for treatment in snapshot.treatments:
        i = index.get(treatment.segment)
        if i is not None and "sand" in treatment.action.split("_"):
            friction[i, : sanded_until(rules, weather.start, treatment.done_at)] = NONE
    return friction
