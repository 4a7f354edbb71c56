"""Names of the route classes, and how late a tur is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from city.plan import Reason
from city.said import clock_en, clock_sv, figure_en, figure_sv
from planner.fleet import Assignment
from planner.words.sentences import text_reason

CLASS_SV = {"P1": "Gata prio 1", "P2": "Gata prio 2", "P3": "Gata prio 3", "C1": "GC-väg prio 1", "C2": "GC-väg prio 2"}
CLASS_EN = {
    "P1": "Street prio 1",
    "P2": "Street prio 2",
    "P3": "Street prio 3",
    "C1": "Cycle prio 1",
    "C2": "Cycle prio 2",
}


def late(assignment: Assignment, deadline: datetime, zone: ZoneInfo) -> Iterable[Reason]:
    """What is said where a vehicle is not ready in time, or not before its turn ends."""
    if assignment.ready_by > deadline:
        over = (assignment.ready_by - deadline).total_seconds() / 60
        yield text_reason(
            f"Blir {figure_sv(over, 0)} min sen: alla fordon är upptagna före",
            f"Will be {figure_en(over, 0)} min late: all vehicles are busy before",
        )
    ends = assignment.turn_ends
    if ends is not None and assignment.ready_by > ends:
        yield text_reason(
            f"Passet för {assignment.vehicle.id} slutar kl. {clock_sv(ends, zone)}, innan turen är klar",
            f"The turn of {assignment.vehicle.id} ends at {clock_en(ends, zone)}, before the tur is done",
            source="roster",
        )
