"""The day page as it was at a minute: the plan that was live, orders as far as they had come, what had been seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from city.entities import OrderEvent
from city.serviceday import bounds
from dashboards.pages.record import told
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from store import record
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
    """The newest order of each key that there was at a time, with its events until then. ``found`` as they stood at
    that time, newest first."""
    then: dict[str, OrderNow] = {}
    for order in found:
        then.setdefault(order.key, order)
    events = {order.id: [event for event in histories.get(order.id, ()) if event.at <= at] for order in then.values()}
    return then, events


def moment_lines(context: AppContext, connection: Connection, day: date, locale: Locale) -> list[MomentLine]:
    """What became known, was decided and was done of a snow service day."""
    begins, ends = bounds(day, "snow", locale.zone)
    found = record.happenings(connection, "snow", context.mode, day, begins, ends)
    return [MomentLine(line.clock, line.at.isoformat(), line.text) for line in told(found, locale)]
