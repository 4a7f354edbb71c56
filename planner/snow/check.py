"""What is wrong with a drive of a snow night, recomputed from the streets, the needs and the vehicle.

It shares no code with what searched them.
"""

from __future__ import annotations

from collections.abc import Sequence

from city.entities import Vehicle
from city.network import StreetNetwork
from city.plan import Text
from planner.routes.check import metres_off, shut, violations
from planner.routes.tur import Drive
from planner.snapshot import Snapshot
from planner.snow.need import Need


def drive_violations(
    snapshot: Snapshot, network: StreetNetwork, home: int, vehicle: Vehicle, needs: Sequence[Need], drive: Drive
) -> list[Text]:
    """What is wrong with a drive that does ``needs`` from the node ``home`` and back; empty where nothing is."""
    steps = [(step.arc, step.serve) for step in drive.traversals]
    arcs = [arc for arc, _ in steps]
    passes = {need.segment: need.passes for need in needs}
    turns = [ban for ban in snapshot.turns if ban.binds(vehicle.network)]
    return [
        *violations(network, home, steps, passes, drive.left_out, turns),
        *shut(network, arcs, vehicle),
        *metres_off(network, arcs, drive.metres),
    ]
