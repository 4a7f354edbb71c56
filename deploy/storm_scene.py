"""The scene of the storm night: its evening, its storm, and the world that its drivers drive in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from city.clock import FixedClock
from deploy.demonstration import (
    SEED,
    ZONE,
)
from ingest.daemon import Daemon
from ingest.session import Address
from ingest.simulator.signals import World
from ingest.simulator.storm import Storm
from ingest.simulator.town import SimulatedTown
from store.connect import Connection

OPENS_AT = datetime(2027, 1, 11, 18, 5, tzinfo=ZONE).astimezone(UTC)
STORM = Storm(
    begins=datetime(2027, 1, 11, 20, 0, tzinfo=ZONE).astimezone(UTC),
    total_mm=11.0,
    known_from=datetime(2027, 1, 12, 1, 0, tzinfo=ZONE).astimezone(UTC),
    foretold=0.4,
)
SILENT_FROM = datetime(2027, 1, 11, 22, 30, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Evening:
    """The town as it stands when the night begins, its storm, and the daemon that takes in what its devices send."""

    connection: Connection
    clock: FixedClock
    town: SimulatedTown
    where: Address
    daemon: Daemon
    storm: Storm = STORM


def world(town: SimulatedTown, storm: Storm = STORM) -> World:
    """What the town's devices send in this night."""
    return World(town, storm, ZONE, SEED, SILENT_FROM)
