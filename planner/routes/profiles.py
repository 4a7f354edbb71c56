"""How fast a vehicle drives and works on each arc of a street network, and where it may not."""

from __future__ import annotations

import numpy as np

from city.network import StreetNetwork, open_to
from city.things import Vehicle
from planner.routes.problem import Profile


def profile(network: StreetNetwork, vehicle: Vehicle) -> Profile:
    """The profile of a vehicle. Street vehicles keep off cycle ways; cycle-way ones may use smaller streets.

    Streets that are closed to its width or weight are closed.
    """
    allowed = open_to(network.segments, vehicle.network, vehicle.width_m, vehicle.weight_t)
    open_arcs = allowed[network.arc_segment] if len(allowed) else np.zeros(0, bool)
    seconds = np.where(open_arcs, network.seconds(vehicle.drive_kmh), np.inf)
    work = np.where(open_arcs, network.arc_m / (vehicle.work_kmh / 3.6), np.inf)
    return Profile(seconds, work)
