"""How fast a vehicle drives and works on each arc of a street network, and where it may not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from city.entities import Vehicle
from city.network import StreetNetwork, open_to
from city.vocabulary import Network
from planner.routes.problem import Profile

USUAL_WORK_KMH: dict[Network, float] = {"street": 15.0, "cycle": 10.0}
"""Working speeds where no vehicle is known [km/h]: a design choice."""
SECOND_M = 5.0
"""What a second is worth in metres of driving, so that turning round (which has no metres) is dearer than a short way
round the block: a design choice."""


def profile(network: StreetNetwork, vehicle: Vehicle, also: Sequence[int] = ()) -> Profile:
    """The profile of a vehicle. Street vehicles keep off cycle ways; cycle-way ones may use smaller streets.

    Streets that are closed to its width or weight are closed; the segments ``also`` are open whatever they are.
    """
    allowed = open_to(network.segments, vehicle.network, vehicle.width_m, vehicle.weight_t)
    allowed[list(also)] = True
    open_arcs = allowed[network.arc_segment] if len(allowed) else np.zeros(0, bool)
    seconds = np.where(open_arcs, network.seconds(vehicle.drive_kmh), np.inf)
    work = np.where(open_arcs, network.arc_m / (vehicle.work_kmh / 3.6), np.inf)
    return Profile(seconds, work)
