"""Who may drive when: daily rest between stretches of work, across consecutive nights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from city.catalogue.message import Message, Part, message
from city.entities import GivenOrder
from city.manning import RosterTurn
from city.plan import Intervention

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Free:
    """When a vehicle's crew may work: from ``from_when``, and as it is at work already, until ``until`` (None: it has
    rested). ``worked`` is the stretch behind that; ``ahead`` where it is not over yet."""

    vehicle: str
    from_when: datetime
    until: datetime | None
    worked: Span | None
    rest: timedelta
    ahead: bool = False

    def why(self, zone: ZoneInfo) -> Message | None:
        """The sentence behind it; None where nothing binds."""
        if self.worked is None:
            return None
        begun, ended = (at.astimezone(zone) for at in self.worked)
        parts: dict[str, Part] = {"vehicle": self.vehicle, "begun": begun, "ended": ended}
        parts["hours"] = self.rest / timedelta(hours=1)
        minutes = round((ended - begun) / timedelta(minutes=1))
        parts["worked"] = message("plan.night.worked", hours=minutes // 60, minutes=minutes % 60)
        key, at = ("rests", self.from_when) if self.until is None else ("must_end", self.until)
        return message(f"plan.night.{key}{'_ahead' if self.ahead else ''}", at=at.astimezone(zone), **parts)


@dataclass
class Rota:
    """What each crew has worked, and may still. ``crews`` names the crew of a vehicle, itself where none is known;
    ``worked`` the last stretch of each: pieces of work with less than ``rest`` between them are one."""

    rest: timedelta
    most: timedelta
    crews: Mapping[str, str] = field(default_factory=dict)
    worked: dict[str, Span] = field(default_factory=dict)

    def crew(self, vehicle: str) -> str:
        """Who drives a vehicle now."""
        return self.crews.get(vehicle, vehicle)

    def book(self, crew: str, begins: datetime, ends: datetime) -> None:
        """Adds a piece of work; one that was over long before the last stretch is forgotten."""
        last = self.worked.get(crew)
        if last is not None and last[0] - ends >= self.rest:
            return
        if last is not None and begins - last[1] < self.rest:
            begins, ends = min(last[0], begins), max(last[1], ends)
        self.worked[crew] = (begins, ends)

    def earliest(self, vehicle: str, begins: datetime, lasts: timedelta) -> datetime:
        """When work that ``lasts`` may begin, at ``begins`` or later: it fits into the stretch, or there is a rest
        between."""
        last = self.worked.get(self.crew(vehicle))
        ends = begins + lasts
        if last is None or begins - last[1] >= self.rest or last[0] - ends >= self.rest:
            return begins
        if max(last[1], ends) - min(last[0], begins) <= self.most:
            return begins
        return last[1] + self.rest

    def free(self, vehicle: str, at: datetime) -> Free:
        """When a vehicle's crew may work, seen at a time."""
        last = self.worked.get(self.crew(vehicle))
        if last is None or at >= last[1] + self.rest:
            return Free(vehicle, at, None, None, self.rest)
        until = last[0] + self.most
        if max(at, last[1]) < until:
            return Free(vehicle, max(at, last[1]), until, last, self.rest, last[1] > at)
        return Free(vehicle, last[1] + self.rest, None, last, self.rest, last[1] > at)


def rota(
    turns: Sequence[RosterTurn],
    past_orders: Sequence[GivenOrder],
    at: datetime,
    rest_h: float,
    most_h: float,
    running: Sequence[Intervention] = (),
) -> Rota:
    """The rota at a time. Work is what orders were driven from start to end, those that are out until when they are
    expected; ``running`` adds what is called out and not begun, as it is planned.

    The crew of a past order is who was on the vehicle then (``GivenOrder.crew``), of a vehicle now that of its turn
    which ends next. Arbetstidslagen (1982:673) 13 §: at least eleven hours of rest together in each 24 hours, and so a
    stretch of at most thirteen.
    """
    crews: dict[str, str] = {}
    for turn in sorted(turns, key=lambda turn: turn.ends_at):
        if turn.ends_at > at and turn.crew is not None:
            crews.setdefault(turn.vehicle, turn.crew)
    made = Rota(timedelta(hours=rest_h), timedelta(hours=most_h), crews)
    work = [
        (o.crew or o.vehicle, o.started_at, _ends(o, o.started_at, at))
        for o in past_orders
        if o.vehicle and o.started_at
    ]
    begun = {order.key for order in past_orders if order.started_at}
    work += [
        (made.crew(item.vehicle), item.starts_at, item.ready_by)
        for item in running
        if item.vehicle and item.starts_at and item.ready_by and item.key not in begun
    ]
    for crew, begins, ends in sorted(work, key=lambda piece: (piece[1], piece[2], piece[0])):
        made.book(crew, begins, ends)
    return made


def too_long(before: Rota, items: Sequence[Intervention], booked: Collection[str] = ()) -> list[tuple[str, timedelta]]:
    """Vehicles whose crew a plan works for longer than it may, with how long in a row. ``booked`` are keys of items
    that ``before`` holds already; it is left as it is."""
    after = replace(before, worked=dict(before.worked))
    found: dict[str, timedelta] = {}
    for item in sorted(items, key=lambda item: str(item.starts_at)):
        if item.vehicle and item.starts_at and item.ready_by and item.key not in booked:
            crew = after.crew(item.vehicle)
            after.book(crew, item.starts_at, item.ready_by)
            begun, ended = after.worked[crew]
            if ended - begun > after.most:
                found[item.vehicle] = ended - begun
    return sorted(found.items())


def _ends(order: GivenOrder, started_at: datetime, at: datetime) -> datetime:
    return max(started_at, order.ended_at or max(at, order.expected_end or at))
