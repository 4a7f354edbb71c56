"""Why work is late: the time that there is for it, and what keeps its vehicle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from city.catalogue.message import Figure, Message, message
from city.plan import Reason
from planner.fleet import Assignment, Delay
from planner.snow.snapshot import SnowSnapshot
from planner.snow.words.when import until, when
from planner.words.sentences import text_reason

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Booked:
    """A piece of work as it is booked: from when it may ``begin``, by when it must be done, and what keeps its vehicle.
    ``reached`` is how the time from which it may begin is said: ``reached``, ``again``, ``slippery`` or ``asked``."""

    assignment: Assignment
    begins: datetime
    deadline: datetime
    delay: Delay | None = None
    reached: str = "asked"


def late(snapshot: SnowSnapshot, work: Booked) -> Iterable[Reason]:
    """What is said where a vehicle is not ready in time, or not before its turn ends."""
    booked = work.assignment
    if booked.ready_by > work.deadline:
        causes = tuple(_causes(snapshot, work)) or (_short(snapshot, work),)
        over = Figure((booked.ready_by - work.deadline) / MINUTE, 0)
        yield text_reason(message("plan.snow.late.said", minutes=over, why=message("format.clauses", parts=causes)))
    ends = booked.turn_ends
    if ends is not None and booked.ready_by > ends:
        said = message("plan.snow.reason.past_turn", vehicle=booked.vehicle.id, when=when(snapshot, ends))
        yield text_reason(said, source="roster")


def _causes(snapshot: SnowSnapshot, work: Booked) -> Iterator[Message]:
    """Too little time for anybody, and what keeps the vehicle: each where it is so."""
    if work.begins + (work.assignment.ready_by - work.assignment.starts_at) > work.deadline:
        yield _short(snapshot, work)
    if work.delay is not None:
        yield _kept(snapshot, work.delay)


def _short(snapshot: SnowSnapshot, work: Booked) -> Message:
    """'gränsen nås kl. 05.00, 60 min före tiden, och turen tar 90 min'."""
    booked = work.assignment
    key = "now" if work.begins <= snapshot.at + MINUTE else work.reached
    return message(
        f"plan.snow.late.{key}",
        when=when(snapshot, work.begins),
        there=Figure(max(0.0, (work.deadline - work.begins) / MINUTE), 0),
        takes=Figure((booked.ready_by - booked.starts_at) / MINUTE, 0),
    )


def _kept(snapshot: SnowSnapshot, delay: Delay) -> Message:
    """'P01 kör P1-1 till kl. 05.00 och inget annat fordon blir klart tidigare'."""
    out = until(snapshot, delay.until)
    said = message(f"plan.snow.late.{delay.cause}", vehicle=delay.vehicle, what=delay.what, until=out)
    if delay.idle:
        idle = message("plan.snow.late.idle", vehicle=delay.idle, n=delay.less)
        return message("format.clauses", parts=(said, idle))
    return message("plan.snow.late.none_before", said=said) if delay.cause != "call" else said
