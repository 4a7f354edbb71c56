"""Calls out and calls on: who is told of an order, and who is next where nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from city.catalogue.message import message
from city.catalogue.words import words
from city.entities import CallOut, OrderEvent
from city.errors import NotFound
from city.plan import Intervention
from city.settings import Settings
from planner.night.escalation import Busy, call_text, list_for, next_call
from planner.night.report import clears, item_of
from planner.night.rest import Rota, rota
from planner.thresholds.limits import Limits, limits
from store import calls, facts, orders, pages, plans
from store.connect import Connection
from store.orders import OrderNow

BACK = timedelta(hours=36)
WHO = "escalation"


@dataclass(frozen=True)
class Escalated:
    """An order that nobody acknowledged in time: it went from a vehicle to the next one, or None is left."""

    order_id: str
    from_vehicle: str | None
    to: CallOut | None


def note_call(connection: Connection, settings: Settings, order_id: str, now: datetime) -> CallOut | None:
    """Puts the message to the vehicle of an order that was sent into ``outgoing``, in the caller's transaction.

    None where no call-out list knows the vehicle: somebody tells it by hand. Raises NotFound for an unknown order.
    """
    order = _order(connection, order_id)
    item = _item(connection, order)
    listed = list_for(calls.call_out_lists(connection), clears(item), order.contractor)
    call = next((call for call in listed if call.vehicle == order.vehicle), None)
    if call is not None:
        _write(connection, settings, order, item, call, now)
    return call


def escalate(connection: Connection, settings: Settings, now: datetime) -> list[Escalated]:
    """Passes on every snow order that was sent and not acknowledged in time (``snow.acknowledge_min``).

    It goes to the next of its call-out list who is free and rested, as an ``overridden`` event with the new vehicle;
    where nobody is left the order is ``unanswered``, and stays under way until somebody has called by hand. Any number
    of schedulers may ask: one does it, the others go on at once; what was passed on waits its own time.
    """
    with connection.transaction():
        if not calls.try_alone(connection):
            return []
        rules = limits(plans.thresholds(connection, now))
        late = now - timedelta(minutes=rules.usual("snow.acknowledge_min"))
        waiting = [o for o in orders.orders(connection, now - BACK, domain="snow") if o.state == "sent"]
        made = [_pass_on(connection, settings, order.id, now, late, rules) for order in reversed(waiting)]
        passed = [one for one in made if one is not None]
        if passed:
            pages.tell(connection, "orders")
        return passed


def _order(connection: Connection, order_id: str) -> OrderNow:
    order = orders.order(connection, order_id)
    if order is None:
        raise NotFound(message("error.order.unknown", order=order_id))
    return order


def _pass_on(
    connection: Connection, settings: Settings, order_id: str, now: datetime, late: datetime, rules: Limits
) -> Escalated | None:
    """Passes one order on, unless somebody has acknowledged it meanwhile or was called later than ``late``."""
    orders.lock_order(connection, order_id)
    order = _order(connection, order_id)
    if order.state != "sent" or calls.last_call(connection, order_id) > late:
        return None
    item = _item(connection, order)
    call = _next(connection, order, item, now, rules)
    if call is None:
        orders.add_event(connection, OrderEvent(order_id, "unanswered", now, WHO))
    else:
        orders.add_event(connection, OrderEvent(order_id, "overridden", now, WHO, call.who, vehicle=call.vehicle))
        _write(connection, settings, order, item, call, now)
    return Escalated(order_id, order.vehicle, call)


def _next(connection: Connection, order: OrderNow, item: Intervention, now: datetime, rules: Limits) -> CallOut | None:
    begins = max(now, item.starts_at or now)
    network = clears(item)
    return next_call(
        list_for(calls.call_out_lists(connection), network, order.contractor),
        calls.tried(connection, order.id),
        (begins, begins + timedelta(minutes=item.minutes)),
        [Busy(*row) for row in calls.busy(connection, now - BACK, order.id)],
        _rota(connection, now, rules),
        {v.id for v in facts.vehicles(connection, order.domain) if v.network == network},
    )


def _rota(connection: Connection, now: datetime, rules: Limits) -> Rota:
    """What everybody has worked in the last days."""
    turns = facts.roster(connection, now, now + timedelta(hours=24))
    past = orders.given_orders(connection, "snow", now - BACK)
    return rota(turns, past, now, rules.usual("snow.rest_h"), rules.usual("snow.most_hours"))


def _item(connection: Connection, order: OrderNow) -> Intervention:
    return item_of(plans.by_id(connection, order.plan_id), order.key)


def _write(
    connection: Connection, settings: Settings, order: OrderNow, item: Intervention, call: CallOut, now: datetime
) -> None:
    text = call_text(item, call.vehicle, settings.municipality.zone)
    calls.add_outgoing(connection, order.id, call, words(settings.municipality.language).say(text), now)
