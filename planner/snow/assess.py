"""The judgement of a town's streets from its snapshot: their service, their curves, and what these ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from city.vocabulary import ROUTE_CLASSES, Network
from models.snow import Hindcast, SnowRange
from models.weather import HourlyWeather
from planner.routes.sectors import Tur
from planner.snow.criteria import all_criteria, service_of
from planner.snow.friction import friction_curves, sand_spots
from planner.snow.groups import Curves, call_out, depth_curves, groups_of
from planner.snow.hours import asked_hours
from planner.snow.need import Needs
from planner.snow.snapshot import SnowSnapshot
from planner.thresholds.limits import Limits


def assess(
    snapshot: SnowSnapshot,
    rules: Limits,
    weather: HourlyWeather,
    hours: tuple[Hindcast, SnowRange],
    turer: Sequence[Tur],
    work_kmh: Mapping[Network, float],
) -> Needs:
    """The judgement of all segments from the ``hours`` behind and ahead. Raises PlanNotPossible where a threshold of a
    class that is there is missing."""
    service, spots = service_of(snapshot, rules), sand_spots(snapshot, rules)
    behind, ahead = hours
    friction, everywhere, salt = friction_curves(snapshot, service, weather, (behind, ahead.mid), spots)
    curves = Curves(depth_curves(ahead), ahead.mid.wet, friction)
    groups, of = groups_of(snapshot.segments, turer, service.served_as, curves, work_kmh, snapshot.at, weather.start)
    called = call_out(groups, rules, frozenset(snapshot.asked))
    own = all_criteria(rules, service.classes)
    each = [own[ROUTE_CLASSES[kind]] for kind in service.served_as]
    asked = asked_hours(snapshot.asked, curves, (groups, of, called), each, rules)
    asked = replace(asked, slip_from=np.maximum(asked.slip_from, np.minimum(salt.free_from(), asked.slip_reached)))
    return Needs(snapshot, service, weather, ahead, curves, groups, of, called, asked, spots, salt, everywhere)
