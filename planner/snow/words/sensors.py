"""What the sensors of snow depth say, each with its time."""

from __future__ import annotations

from collections.abc import Iterable

from city.catalogue.message import Figure, message
from city.plan import Reason
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.when import when
from planner.words.sentences import value_reason


def sensors(snapshot: SnowSnapshot, *, most: int = 3, aged: bool = True) -> Iterable[Reason]:
    """What the first sensors can tell; with source and age where the line is of now (``aged``). One that says less than
    it can tell from bare ground says so beside what it said."""
    for one in [sensor for sensor in snapshot.depth_sensors if sensor.told.used][:most]:
        below = one.told.cm == 0.0 and one.newest.value > 0.0
        yield value_reason(
            message(
                "plan.snow.reason.sensor", device=one.device.name or one.device.id, when=when(snapshot, one.newest.time)
            ),
            one.newest.value if below else one.told.cm,
            "cm",
            source=one.device.id if aged else None,
            age_s=(snapshot.at - one.newest.time).total_seconds() if aged else None,
            further=(message("plan.snow.reason.sensor_below", limit=Figure(one.told.limit_cm)),) if below else (),
        )
