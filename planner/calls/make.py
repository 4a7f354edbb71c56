"""Makes calls: who is rung for a vehicle now, with which words, and when it may leave at the earliest."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from city.call import Call, CallChannel, CallEvent, CallKind, CallNow
from city.catalogue.message import message
from city.catalogue.words import words
from city.clock import Clock
from city.errors import Conflict, NotFound
from city.manning import CallOut
from city.plan import Intervention
from city.settings import Settings
from planner.calls.driver.pair import SHIFT
from planner.calls.lists import Busy, Crews, engaged, lines_of
from planner.calls.steps import MACHINE
from planner.calls.texts import call_text, stop_text
from planner.night.manned import away_places, other_numbers
from planner.night.report import item_of
from planner.night.sequence import one_after_other
from planner.night.standing import holds_vehicle
from store import calls, manning, orders, pages, phones, plans
from store.connect import Connection
from store.orders import OrderNow

READ: frozenset[CallChannel] = frozenset({"sms", "email"})
"""Channels by which a link can be read and tapped."""
BACK = timedelta(hours=36)
"""An order or a call that is older is of no night that lasts."""


@dataclass(frozen=True)
class CalledOut:
    """What was made: calls and the orders that they are about; nothing leaves before ``leaves_at``."""

    calls: tuple[str, ...]
    orders: tuple[str, ...]
    leaves_at: datetime


@dataclass(frozen=True)
class Whom:
    """A vehicle that is called, and where it is reached: ``place`` of a list, None where no list knows it."""

    vehicle: str
    contractor: str | None
    place: CallOut | None


@dataclass(frozen=True)
class HeldTur:
    """An order with what it was made of."""

    order: OrderNow
    item: Intervention

    @property
    def begins(self) -> str:
        """By what orders of a vehicle are driven one after the other."""
        return str(self.item.starts_at)


def crews_now(connection: Connection, settings: Settings, now: datetime) -> Crews:
    """The call-out lists as they hold at a time, without who is away and with the numbers of now, and the lines that
    there are."""
    lists, changes = calls.call_out_lists(connection), manning.changes(connection, now)
    return Crews(lists, lines_of(settings), away_places(lists, changes, now), other_numbers(lists, changes, now))


def leaves_at(settings: Settings, clock: Clock, now: datetime) -> datetime:
    """When a call of now may leave: ``calls.undo_s`` are real seconds, however fast time is played."""
    return now + timedelta(seconds=settings.calls.undo_s / clock.real_seconds(1.0))


def held_order(connection: Connection, order_id: str) -> HeldTur:
    """An order, held until the end of the transaction. Raises NotFound for an unknown one, Conflict where it was taken
    back."""
    try:
        known = orders.lock_order(connection, str(uuid.UUID(order_id)))
    except ValueError:
        known = None
    if known is None:
        raise NotFound(message("error.order.unknown", order=order_id))
    order = orders.order(connection, known["order_id"])
    if order is None:
        raise Conflict(message("error.order.nothing_left"))
    return HeldTur(order, item_of(plans.by_id(connection, order.plan_id), order.key))


def make_call(
    connection: Connection,
    settings: Settings,
    whom: Whom,
    held: Sequence[HeldTur],
    who: str,
    now: datetime,
    leaves: datetime,
    *,
    kind: CallKind = "go",
    follows: str | None = None,
    crews: Crews | None = None,
    by_hand: bool = False,
) -> str:
    """Writes one call to a vehicle about its orders, in driving order, and gives its id. Where no line takes it, or it
    is to be ``by_hand``, somebody is to ring at once."""
    crews = crews or crews_now(connection, settings, now)
    machine = whom.place is not None and crews.machine(whom.place) and not by_hand
    ordered = sorted(held, key=lambda one: one.begins)
    items, zone = [one.item for one in ordered], settings.municipality.zone
    if kind == "go":
        items = _as_driven(connection, whom.vehicle, ordered, now)
    said = call_text(items, whom.vehicle, zone, now) if kind == "go" else stop_text(items, whom.vehicle)
    call_id, link = str(uuid.uuid4()), None
    if kind == "go" and machine and whom.place is not None and whom.place.channel in READ:
        link = _link(settings)
        said = said if link is None else message("plan.calls.with_link", said=said, address=link.address)
    call = Call(
        id=call_id,
        kind=kind,
        vehicle=whom.vehicle,
        contractor=whom.contractor,
        who=whom.place.who if whom.place else "",
        channel=whom.place.channel if whom.place and machine else "by_hand",
        address=whom.place.address if whom.place else "",
        text=words(settings.municipality.language).say(said),
        made_at=now,
        made_by=who,
        leaves_at=leaves,
        orders=tuple(one.order.id for one in ordered),
        follows=follows,
    )
    calls.add_call(connection, call)
    calls.add_event(connection, CallEvent(call.id, "made", now, who))
    if link is not None:
        phones.add_pairing(connection, link.secret, call.vehicle, "call", now, now + SHIFT, call.id)
    if not machine:
        calls.add_event(connection, CallEvent(call.id, "by_hand", now, MACHINE))
    pages.note(connection, f"call:{call.id}")
    return call.id


@dataclass(frozen=True)
class CallLink:
    """Where a call is answered with a tap: whoever has the ``secret`` of its address answers for the vehicle."""

    secret: str
    address: str


def _link(settings: Settings) -> CallLink | None:
    """The link of a new call; None where nobody has said under which address this installation is reached."""
    if not settings.web.public_url:
        return None
    secret = secrets.token_urlsafe(9)
    where = f"{settings.web.public_url.rstrip('/')}{settings.web.base_path.rstrip('/')}"
    return CallLink(secret, f"{where}/svar/{secret}")


def busy_now(connection: Connection, now: datetime) -> list[Busy]:
    """What each vehicle has by its orders under way, and which of these hold it."""
    return [
        Busy(b.vehicle, b.begins, b.ends, b.target, b.key, holds_vehicle(b.state, b.call), b.state == "started")
        for b in calls.busy(connection, now - BACK)
    ]


def _as_driven(connection: Connection, vehicle: str, ordered: Sequence[HeldTur], now: datetime) -> list[Intervention]:
    """The turer of a call as its vehicle can drive them, after what else it has; one that is only late is told as it
    was planned, to begin at once. Who is told of a start that makes it late is told when it is done."""
    held = engaged(busy_now(connection, now), vehicle, {one.order.key for one in ordered}, now)
    made = []
    for one, (item, _) in zip(ordered, one_after_other([one.item for one in ordered], held, now), strict=True):
        waits = item.starts_at is not None and item.starts_at > max(one.item.starts_at or now, now)
        told = item if waits else one.item
        if waits and told.deadline is not None and told.ready_by is not None:
            told = msgspec.structs.replace(told, deadline=max(told.deadline, told.ready_by))
        made.append(told)
    return made


def same_place(call: CallNow, crews: Crews) -> Whom:
    """Where a call went, to be called again: by the number that holds now, else by the one of then."""
    for place in crews.lists:
        if (place.vehicle, place.who) == (call.vehicle, call.who):
            known = crews.who(call.vehicle, place.network, place.contractor)
            if known is not None and known.who == call.who:
                return Whom(call.vehicle, call.contractor, known)
    if call.channel == "by_hand":
        return Whom(call.vehicle, call.contractor, None)
    place = CallOut("street", 1, call.vehicle, call.who, call.channel, call.address, call.contractor)
    return Whom(call.vehicle, call.contractor, place)
