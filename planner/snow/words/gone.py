"""Why a tur that a plan asked for is not asked for any more, in words."""

from __future__ import annotations

from collections.abc import Sequence

from city.catalogue.message import Figure, Message, message
from planner.routes.sectors import Tur
from planner.snow.need import Needs


def not_asked(needs: Needs, turer: Sequence[Tur], target: str) -> Message | None:
    """The hour in which a tur comes nearest to its limit by what is known now; None where there is no such tur, or it
    is asked for still, by another run."""
    tur = next((tur for tur in turer if tur.id == target), None)
    if tur is None or needs.asks(tur):
        return None
    rows = list(tur.segments)
    peak = needs.peak[rows]
    depth = needs.curves.depth[1, rows, peak].astype(int)
    most = needs.of_snow(rows[int((depth - needs.limit[rows, peak]).argmax())])
    at = most.peak_at.astimezone(needs.snapshot.zone)
    return message("plan.snow.gone", cm=Figure(most.depth_cm), at=at, limit=Figure(most.limit_cm))
