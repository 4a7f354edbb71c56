"""Names of the route classes, and how late a tur is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from city.catalogue.message import Figure, Message, message
from city.plan import Reason
from city.vocabulary import RouteClass
from planner.fleet import Assignment
from planner.words.sentences import text_reason


def class_name(route_class: RouteClass) -> Message:
    """'Gata prio 1'."""
    return message(f"plan.snow.class.{route_class}")


def late(assignment: Assignment, deadline: datetime, zone: ZoneInfo) -> Iterable[Reason]:
    """What is said where a vehicle is not ready in time, or not before its turn ends."""
    if assignment.ready_by > deadline:
        over = Figure((assignment.ready_by - deadline).total_seconds() / 60, 0)
        key = "plan.snow.reason.late_called" if assignment.called else "plan.snow.reason.late"
        yield text_reason(message(key, minutes=over))
    ends = assignment.turn_ends
    if ends is not None and assignment.ready_by > ends:
        yield text_reason(
            message("plan.snow.reason.past_turn", vehicle=assignment.vehicle.id, at=ends.astimezone(zone)),
            source="roster",
        )
