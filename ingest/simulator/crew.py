"""Simulated drivers: they answer, drive what they were called out for as it was planned, and say what is done.

They act on calls that were sent, and on no others. What they say is handed to whoever holds the orders, as theirs.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

from city.catalogue.message import message
from city.entities import Point
from city.errors import NotFound
from city.plan import Intervention, Plan
from city.vocabulary import OrderEventKind
from ingest.publisher import Publication
from store import calls, orders, plans
from store.connect import Connection
from store.orders import OrderNow

BACK = timedelta(hours=36)
AT_WORK = frozenset({"sent", "acknowledged", "started"})


@dataclass(frozen=True)
class CrewCall:
    """An order that a driver has, in its state since ``since`` (``sent``: since the call about it was)."""

    order_id: str
    vehicle: str
    state: str
    since: datetime
    item: Intervention


@dataclass(frozen=True)
class Said:
    """What a driver says of an order: the next step of it."""

    order_id: str
    vehicle: str
    kind: OrderEventKind
    segment: str | None = None


class Rolls:
    """Reads what the drivers are called out for; plans never change, so that each is read once."""

    def __init__(self) -> None:
        self._plans: dict[str, Mapping[str, Intervention]] = {}

    def called(self, connection: Connection, now: datetime) -> list[CrewCall]:
        """The snow orders that a vehicle has and that have not ended, in the order in which they are to be driven."""
        found = [o for o in orders.orders(connection, now - BACK, domain="snow") if o.state in AT_WORK]
        heard = _heard(connection, [order.id for order in found], now)
        called = [
            CrewCall(order.id, order.vehicle, order.state, since, self.item(connection, order))
            for order in found
            if order.vehicle and (since := _since(order, heard)) is not None
        ]
        return sorted(called, key=lambda one: (str(one.item.starts_at), one.order_id))

    def item(self, connection: Connection, order: OrderNow) -> Intervention:
        """What an order was made of. NotFound where its plan is gone."""
        if order.plan_id not in self._plans:
            plan: Plan | None = plans.by_id(connection, order.plan_id)
            if plan is None:
                raise NotFound(message("error.plan.unknown", plan=order.plan_id))
            self._plans[order.plan_id] = {item.key: item for item in plan.interventions}
        return self._plans[order.plan_id][order.key]


def _heard(connection: Connection, order_ids: Sequence[str], now: datetime) -> Mapping[str, datetime | None]:
    """When the newest call about each of some orders was sent; None where it was not."""
    sent = {call.id: call.sent_at for call in calls.calls_since(connection, now - BACK)}
    return {order: sent.get(call) for order, call in calls.newest_about(connection, order_ids).items()}


def _since(order: OrderNow, heard: Mapping[str, datetime | None]) -> datetime | None:
    """Since when a driver knows of an order in its state; None where nobody has told them yet."""
    return heard.get(order.id) if order.state == "sent" else order.state_at


@dataclass(frozen=True)
class SimulatedCrew:
    """How the drivers are: they answer ``answers_after`` they were told, but for the vehicles that are ``silent``; a
    position is sent ``every`` so often. All are our choice."""

    silent: Collection[str] = ("P02",)
    answers_after: timedelta = timedelta(minutes=2)
    every: timedelta = timedelta(seconds=20)

    def says(self, called: Sequence[CrewCall], before: datetime, now: datetime) -> list[Said]:
        """What the drivers say between ``before`` and ``now``. Each begins at the planned time, or as soon as it is
        back, one tur after the other, and is done after the planned minutes."""
        out = {one.vehicle for one in called if one.state == "started"}
        told: list[Said] = []
        for one in called:
            if one.state == "sent" and one.vehicle not in self.silent and one.since + self.answers_after <= now:
                told.append(Said(one.order_id, one.vehicle, "acknowledged"))
            elif one.state == "acknowledged" and one.vehicle not in out and (one.item.starts_at or now) <= now:
                out.add(one.vehicle)
                told.append(Said(one.order_id, one.vehicle, "started"))
            elif one.state == "started":
                told += _on_the_way(one, before, now)
        return told

    def positions(self, called: Sequence[CrewCall], before: datetime, now: datetime) -> list[Publication]:
        """What the vehicles that are out send after ``before`` and up to ``now``, oldest first."""
        out = [one for one in called if one.state == "started"]
        return sorted(message for one in out for message in self._track(one, before, now))

    def _track(self, one: CrewCall, before: datetime, now: datetime) -> Iterator[Publication]:
        line = _line(one.item)
        first = max(0, math.floor((before - one.since) / self.every) + 1)
        last = math.floor((min(now, _ends(one)) - one.since) / self.every)
        for number in range(first, last + 1):
            at = one.since + number * self.every
            yield _sent(one.vehicle, at, _along(line, (at - one.since) / _lasts(one)))


def _on_the_way(
    one: CrewCall, before: datetime, now: datetime, *, taps: Sequence[float] = (0.5, 0.75), behind: float = 0.25
) -> Iterator[Said]:
    """At some shares of a tur a driver taps a street that was begun long ago (``behind``, a share of the tur)."""
    streets = one.item.segments if isinstance(one.item.segments, tuple) else ()
    for share in taps:
        if streets and before < one.since + share * _lasts(one) <= now:
            street = streets[int((share - behind) * len(streets))]
            yield Said(one.order_id, one.vehicle, "segment_done", street.id)
    if _ends(one) <= now:
        yield Said(one.order_id, one.vehicle, "done")


def _lasts(one: CrewCall) -> timedelta:
    return timedelta(minutes=max(1.0, one.item.minutes))


def _ends(one: CrewCall) -> datetime:
    return one.since + _lasts(one)


def _line(item: Intervention) -> tuple[list[Point], list[float]]:
    """The planned drive: its points, and how far along each lies (in degrees as long as those of latitude)."""
    drawn: Mapping[str, Any] = item.geometry or {}
    points: list[Point] = [(lon, lat) for lon, lat in drawn.get("coordinates", ())]
    narrow = math.cos(math.radians(points[0][1])) if points else 1.0
    steps = (math.hypot((b[0] - a[0]) * narrow, b[1] - a[1]) for a, b in pairwise(points))
    return points, list(accumulate(steps, initial=0.0))


def _along(line: tuple[list[Point], list[float]], share: float) -> Point:
    """The place at a share of the way."""
    points, far = line
    here = min(max(share, 0.0), 1.0) * far[-1]
    at = min(max(1, bisect_right(far, here)), len(points) - 1)
    (x0, y0), (x1, y1), long = points[at - 1], points[at], far[at] - far[at - 1]
    part = (here - far[at - 1]) / long if long > 0 else 0.0
    return x0 + part * (x1 - x0), y0 + part * (y1 - y0)


def _sent(vehicle: str, at: datetime, place: Point) -> Publication:
    body = {"time": at.astimezone(UTC).isoformat(), "lon": round(place[0], 6), "lat": round(place[1], 6)}
    return Publication(at, f"dagsplan/{vehicle}/position", json.dumps(body).encode())
