"""The drives of whole turer, searched while nothing else is to be done, so that the first plan of a storm need not
wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from planner.fleet import fleet_of
from planner.snapshot import Snapshot
from planner.snow.drives import Drives
from planner.snow.memory import Kept
from planner.snow.plan import judge_streets


def whole_turer(snapshot: Snapshot, kept: Kept) -> Iterator[str]:
    """Searches one tur after the other as if all of it had to be ploughed, by the vehicle that would take it first, and
    gives its name when its drive is kept. What is kept already costs nothing."""
    judged = judge_streets(snapshot, kept)
    everywhere = judged.needs.strand_of >= 0
    needs = replace(
        judged.needs,
        over=everywhere,
        slips=np.zeros_like(everywhere),
        first=np.zeros_like(judged.needs.first),
    )
    fleet = fleet_of(snapshot, judged.streets.network)
    drives = Drives(snapshot, judged.streets, fleet, kept.drives)
    for tur in judged.turer:
        wanted = needs.of(tur)
        vehicle = drives.choose(tur, wanted)
        if vehicle is not None:
            drives.of(wanted, vehicle)
            yield tur.id
