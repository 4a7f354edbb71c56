"""What the sensors of snow depth say, each with its time."""

from __future__ import annotations

from collections.abc import Iterable

from city.catalogue.message import message
from city.plan import Reason
from planner.snow.snapshot import SnowSnapshot
from planner.snow.state import fresh_depths
from planner.snow.words.when import when
from planner.words.sentences import value_reason


def sensors(snapshot: SnowSnapshot, *, most: int = 3, aged: bool = True) -> Iterable[Reason]:
    """The newest reading of the first sensors; with its source and age where the line is of now (``aged``)."""
    names = {device.id: device.name for device in snapshot.devices}
    for reading, _, _ in fresh_depths(snapshot)[:most]:
        name = names.get(reading.device) or reading.device
        yield value_reason(
            message("plan.snow.reason.sensor", device=name, when=when(snapshot, reading.time)),
            reading.value,
            "cm",
            source=reading.device if aged else None,
            age_s=(snapshot.at - reading.time).total_seconds() if aged else None,
        )
