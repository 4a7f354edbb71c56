"""Who drives what is called out: the vehicle that somebody chose, else the plan's; none that is out of service."""

from __future__ import annotations

from datetime import datetime

from city.catalogue.message import message
from city.errors import Conflict
from city.plan import Intervention, Plan
from planner.night.choice import absent_during
from store import facts, manning
from store.connect import Connection


def driven_by(
    connection: Connection, plan: Plan, item: Intervention, now: datetime, instead: str | None = None
) -> tuple[str | None, str | None]:
    """Vehicle and contractor of an order that is made now. ``instead`` is the one that drives it where that
    is out of service in the time of the work. Raises Conflict where there is none, or it is out too."""
    chosen = manning.choices(connection, [item.key], now).get(item.key)
    vehicle = chosen or item.vehicle
    if vehicle is None:
        return None, item.contractor
    absences = manning.absences(connection, plan.domain, now)
    if instead is not None and absent_during(absences, vehicle, item) is not None:
        chosen = vehicle = instead
    absent = absent_during(absences, vehicle, item)
    if absent is not None:
        raise Conflict(message("error.order.vehicle_out", title=item.title, vehicle=vehicle))
    if chosen is None or chosen == item.vehicle:
        return item.vehicle, item.contractor
    whose = {one.id: one.contractor for one in facts.vehicles(connection, plan.domain)}
    return (chosen, whose[chosen]) if chosen in whose else (item.vehicle, item.contractor)
