"""The drives of whole turer, searched while nothing else is to be done, so that the first plan of a storm need not
wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from planner.fleet import fleet_of
from planner.snow.cache import PlanCache
from planner.snow.drives import Drives
from planner.snow.plan import assess_streets
from planner.snow.snapshot import SnowSnapshot


def whole_turer(snapshot: SnowSnapshot, cache: PlanCache) -> Iterator[str]:
    """Searches one tur after the other as if all of it had to be ploughed, by the vehicle that would take it first, and
    gives its name when its drive is kept. What is kept already costs nothing."""
    assessed = assess_streets(snapshot, cache)
    everywhere, asked = assessed.needs.group_of >= 0, assessed.needs.asked
    now = np.zeros_like(asked.depth_from)
    nowhere = np.zeros_like(everywhere)
    at_once = replace(asked, over=everywhere, slips=nowhere, depth_from=now, depth_begins=now, depth_reached=now)
    needs = replace(assessed.needs, asked=at_once)
    fleet = fleet_of(snapshot, assessed.streets.network)
    drives = Drives(snapshot, assessed.streets, fleet, cache.drives)
    for tur in assessed.turer:
        wanted = needs.of(tur)
        vehicle = drives.choose(tur, wanted)
        if vehicle is not None:
            drives.of(wanted, vehicle)
            yield tur.id
