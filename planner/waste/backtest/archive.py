"""The past of the database: a waste snapshot that looks further back, as a past that can be tried."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import numpy as np

from planner.snapshot import Wants
from planner.waste.backtest.files import TrialSettings, TriedPast
from planner.waste.fillfiles import SensedVessel, VesselRecord
from planner.waste.levels import LEVEL
from planner.waste.snapshot import WasteSnapshot


@dataclass(frozen=True, kw_only=True)
class WasteArchive(WasteSnapshot):
    """A waste snapshot with the readings of more than a year."""

    wants: ClassVar[Wants] = Wants(quantities=(LEVEL,), look_back=timedelta(days=420), networks=("street",))


def past_of_archive(snapshot: WasteSnapshot) -> TriedPast:
    """The vessels whose sensors have spoken, with all that they told."""
    told: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for reading in snapshot.readings:
        if reading.quantity == LEVEL:
            told[reading.device].append((reading.time.timestamp(), reading.value))
    emptied: defaultdict[str, list[float]] = defaultdict(list)
    for one in snapshot.emptyings:
        emptied[one.vessel].append(one.at.timestamp())
    records = {}
    for vessel in snapshot.vessels:
        rows = np.array(sorted(told.get(vessel.device or "", [])))
        if len(rows):
            sensor = SensedVessel(vessel.id, vessel.fraction, vessel.litres)
            records[vessel.id] = VesselRecord(sensor, rows[:, 0], rows[:, 1], np.array(sorted(emptied[vessel.id])))
    return TriedPast(
        settings=TrialSettings(snapshot.time_zone, seed=snapshot.seed),
        vessels=snapshot.vessels,
        rooms=snapshot.rooms,
        records=records,
        held={},
        depots=snapshot.depots,
        vehicles=snapshot.vehicles,
        segments=snapshot.segments,
        thresholds=snapshot.thresholds,
        holidays=snapshot.holidays,
    )
