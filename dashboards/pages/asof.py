"""The day page as it was at a minute: the plan that was live, orders as far as they had come, what had been seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import cast

from city.entities import OrderEvent
from city.serviceday import bounds
from city.vocabulary import PASSING, OrderState
from dashboards.pages.draft import said_changes
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from store import pages
from store.connect import Connection
from store.orders import OrderNow


@dataclass(frozen=True)
class MomentLine:
    """A moment of the night, with the address of the page as it was then."""

    clock: str
    at: str
    text: str


def orders_at(
    found: Sequence[OrderNow], histories: Mapping[str, Sequence[OrderEvent]], at: datetime
) -> tuple[dict[str, OrderNow], dict[str, list[OrderEvent]]]:
    """The newest order of each key as it stood at a time, with its events; ``found`` newest first."""
    then: dict[str, OrderNow] = {}
    events: dict[str, list[OrderEvent]] = {}
    for order in found:
        known = [event for event in histories.get(order.id, ()) if event.at <= at]
        states = [event for event in known if event.kind not in PASSING]
        if states and order.key not in then:
            last = states[-1]
            state = cast(OrderState, last.kind)
            passed = [event.vehicle for event in known if event.vehicle]
            vehicle = passed[-1] if passed else _first_vehicle(order, histories.get(order.id, ()))
            then[order.key] = replace(
                order, vehicle=vehicle, state=state, state_at=last.at, state_who=last.who, state_note=last.note
            )
            events[order.id] = known
    return then, events


def _first_vehicle(order: OrderNow, history: Sequence[OrderEvent]) -> str | None:
    """Whose an order was before it went on: known where it never did."""
    return None if any(event.vehicle for event in history) else order.vehicle


def moment_lines(context: AppContext, connection: Connection, day: date, locale: Locale) -> list[MomentLine]:
    """What became known or was decided of a snow service day."""
    begins, ends = bounds(day, "snow", locale.zone)
    return [
        MomentLine(locale.clock(moment.at), moment.at.isoformat(), said(moment, locale))
        for moment in pages.moments(connection, context.mode, day, begins, ends)
    ]


def said(moment: pages.Moment, locale: Locale) -> str:
    """What became known or was decided, in words."""
    t = locale.words
    if moment.kind == "plan":
        if moment.more.startswith("event"):
            kind = next((name for name in ("draft", "crew") if moment.more.startswith(f"event:{name}")), "hand")
            return t(f"moment.plan_{kind}", version=moment.what)
        return t("moment.plan", version=moment.what, slot=_clock_of(moment.more))
    if moment.kind == "draft":
        dropped, _, bust = moment.more.partition(" ")
        changes = said_changes(int(moment.what), int(dropped))
        return t("moment.bust" if bust else "moment.draft", changes=changes)
    if moment.kind == "decline":
        return t("moment.decline", cause=t(f"cause.{moment.what}"))
    why = f": {moment.more}" if moment.more else ""
    return t(f"moment.{moment.kind}", who=t.known(f"who.{moment.what}", moment.what)) + why


def _clock_of(slot: str) -> time | str:
    """The time of day that a plan was due at; a slot of another form as it is."""
    try:
        return time.fromisoformat(slot)
    except ValueError:
        return slot
