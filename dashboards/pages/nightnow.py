"""Where the night of a plan stands, for the pages and the interface: read once, counted once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from city.call import CallNow
from city.manning import Absence
from city.plan import Plan
from city.totals import SnowTotals, totals_of
from city.vocabulary import OUT, CallState
from dashboards.pages.services.known import VIEWS
from dashboards.web.context import AppContext
from planner.night.progress import Progress
from planner.night.standing import Standing, standing
from store import calls as kept_calls
from store import daypage, judgements, manning
from store.connect import Connection
from store.orders import OrderNow

TONIGHT = timedelta(hours=36)


def standing_of(context: AppContext, connection: Connection, plan: Plan) -> Standing:
    """Where the live plan of a service stands now, read from the store."""
    now = context.clock.now()
    newest: dict[str, OrderNow] = {}
    found = daypage.orders_with_events(connection, plan.domain, min(now, plan.valid_from) - TONIGHT)
    for order in found:
        newest.setdefault(order.key, order)
    followed = [order for order in newest.values() if order.state in OUT]
    histories = {order.id: order.events for order in found}
    progress = context.progress(connection, followed, histories) if followed else {}
    calls = calls_now(connection, now) if newest and not VIEWS[plan.domain].advice else {}
    declined = judgements.declined(connection, now, [item.key for item in plan.interventions])
    absences = out_of_service(connection, plan, now)
    return standing_now(plan, newest, calls, progress, declined, now, absences)


def standing_now(
    plan: Plan,
    orders: Mapping[str, OrderNow],
    calls: Mapping[str, CallState],
    progress: Mapping[str, Progress],
    declined: Collection[str],
    now: datetime,
    absences: Sequence[Absence] = (),
) -> Standing:
    """Where a plan stands. ``orders`` are the newest by key, of which those of its service day count."""
    by_call = not VIEWS[plan.domain].advice
    return standing(
        plan,
        [order for key, order in orders.items() if f":{plan.service_day.isoformat()}:" in key],
        now,
        of=totals_of(plan, SnowTotals).turer if by_call else None,
        calls=calls,
        progress=progress,
        declined=declined,
        absences=absences,
        no_vehicle=[one.target for one in plan.not_cared if one.kind == "no_vehicle"],
        by_call=by_call,
    )


def out_of_service(connection: Connection, plan: Plan, now: datetime) -> tuple[Absence, ...]:
    """When vehicles of a plan are out of service while it is driven."""
    return () if VIEWS[plan.domain].advice else manning.absences(connection, plan.domain, now)


def calls_now(connection: Connection, now: datetime, at: datetime | None = None) -> dict[str, CallState]:
    """The state of the newest call-out about each order, of those of the last day and a half; with ``at`` only of calls
    that were made by then."""
    return states_of(kept_calls.calls_since(connection, now - TONIGHT, at))


def states_of(made: Sequence[CallNow]) -> dict[str, CallState]:
    """The state of the newest call-out about each order; ``made`` newest first."""
    found: dict[str, CallState] = {}
    for call in made:
        if call.kind == "go":
            for order in call.orders:
                found.setdefault(order, call.state)
    return found
