"""Reads what the day page shows: the plan that was asked for, with the orders, people and readings around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from city.entities import OrderEvent
from city.observation import Observation
from city.plan import Intervention, Plan
from city.serviceday import service_day
from city.vocabulary import OUT, STANDS_DOWN, UNDER_WAY, Domain
from dashboards.pages.asof import orders_at
from dashboards.pages.declines import declined_of
from dashboards.pages.draft import DraftBox, draft_box
from dashboards.pages.nightnow import calls_now, out_of_service, standing_now
from dashboards.pages.opened import background_of
from dashboards.pages.rows import Known
from dashboards.pages.services.known import VIEWS
from dashboards.pages.services.view import ServiceView
from dashboards.pages.watchrow import DraftUndo
from dashboards.web.context import AppContext
from dashboards.web.locale import Locale
from planner.calls.stop import whole_until
from planner.night.standing import Standing
from store import daypage, drafts, judgements
from store.connect import Connection
from store.orders import OrderNow, stops_said

ORDERS_BACK = timedelta(hours=36)
NO_WATCH = drafts.WatchNow(None, None, None)


@dataclass(frozen=True)
class DayAsked:
    """Which page was asked for: a domain, of a service day (else the newest), as it was ``at`` a time (else now), and
    the row that is opened."""

    domain: Domain
    on: date | None = None
    at: datetime | None = None
    opened: str = ""


@dataclass(frozen=True)
class DayShown:
    """All the page is made of. ``is_live``: the plan is the newest and is shown as it is now. ``is_watched``: of a
    service that is watched, with the draft (``box``), the watch (``stands``) and the weather (``behind``). ``undo``:
    the draft that became the plan can be taken back."""

    domain: Domain
    on: date | None
    at: datetime | None
    now: datetime
    view: ServiceView
    frame: daypage.DayFrame
    plan: Plan | None
    is_live: bool
    is_watched: bool
    known: Known
    streets: tuple[str, ...]
    stands: drafts.WatchNow
    box: DraftBox | None
    behind: daypage.Background | None
    seen: tuple[Observation, ...]
    declined: dict[str, judgements.Decline]
    standing: Standing | None
    stamp: str
    undo: DraftUndo | None


def read_day(context: AppContext, connection: Connection, asked: DayAsked, locale: Locale) -> DayShown:
    """The day as it is, or as it was at the time that was asked for."""
    domain, at = asked.domain, asked.at
    now, view = context.clock.now() if at is None else at, VIEWS[domain]
    frame = daypage.day_frame(connection, context.mode, domain, asked.on, at)
    live, head = (next((h for h in found if h.domain == domain), None) for found in (frame.live, frame.shown))
    plan = None if head is None else context.shelf.get(connection, head.id)
    is_live = head is not None and live is not None and head.id == live.id and at is None
    is_watched = view.watched and (is_live or at is not None)
    known, streets = _known(context, connection, domain, plan, now, is_live, at)
    stands = drafts.watch_now(connection, plan.id if plan else None, context.mode, now, at) if is_watched else NO_WATCH
    behind = background_of(connection, plan, asked.opened, now) if plan is not None and is_watched else None
    noted = is_watched or (view.watched and plan is None and at is None and _is_today(context, asked, now))
    seen = behind.observations if behind else judgements.observations(connection, now) if noted else ()
    declined = declined_of(connection, plan, now) if is_live or at else {}
    currency = context.settings.planner.currency
    return DayShown(
        domain=domain,
        on=asked.on,
        at=at,
        now=now,
        view=view,
        frame=frame,
        plan=plan,
        is_live=is_live,
        is_watched=is_watched,
        known=replace(known, background=behind, seen=seen, opened=asked.opened),
        streets=streets,
        stands=stands,
        box=draft_box(stands.open, known.orders, locale, currency, known.histories) if stands.open else None,
        behind=behind,
        seen=tuple(seen),
        declined=declined,
        stamp=head.id if head else "",
        standing=standing_now(plan, known.orders, known.calls, known.progress, declined, now, known.absences)
        if plan
        else None,
        undo=_undo(context, connection, plan, stands.answer) if plan is not None and is_live else None,
    )


def _is_today(context: AppContext, asked: DayAsked, now: datetime) -> bool:
    """Whether the present service day is asked for: what is seen counts for its first plan too."""
    return asked.on is None or asked.on == service_day(now, asked.domain, context.settings.municipality.zone)


def _undo(context: AppContext, connection: Connection, plan: Plan, answer: drafts.Answer | None) -> DraftUndo | None:
    """The draft that became the plan, as long as nothing of it has left."""
    if answer is None or plan.slot != f"event:draft:{answer.draft_id}":
        return None
    until = whole_until(connection, context.settings, context.clock, answer.at)
    if until is None:
        return None
    left = context.clock.real_seconds((until - context.clock.now()).total_seconds())
    return DraftUndo(answer.draft_id, answer.at, max(1, round(left)))


def _known(
    context: AppContext,
    connection: Connection,
    domain: Domain,
    plan: Plan | None,
    now: datetime,
    live: bool,
    at: datetime | None,
) -> tuple[Known, tuple[str, ...]]:
    """What rows are made with, and the names of all streets where somebody may say something of them.

    With ``at``: the newest order of each key that there was then, with its events until then.
    """
    since = at - ORDERS_BACK if at else (min(now, plan.valid_from) if plan else now) - ORDERS_BACK
    found = daypage.orders_with_events(connection, domain, since, until=at)
    newest: dict[str, OrderNow] = {}
    for order in found:
        newest.setdefault(order.key, order)
    histories: dict[str, Sequence[OrderEvent]] = {order.id: order.events for order in found}
    if at is not None:
        newest, events = orders_at(found, histories, at)
        histories = dict(events)
    followed = [order for order in newest.values() if order.state in OUT]
    held = {item.key for item in plan.interventions} if plan else set()
    away = [order for order in newest.values() if live and order.key not in held and order.state in UNDER_WAY]
    waiting = (live or at is not None) and any(order.state in STANDS_DOWN for order in newest.values())
    names = daypage.names(connection, streets=(live or plan is None) and VIEWS[domain].watched)
    rounds = not (VIEWS[domain].by_street or VIEWS[domain].advice)
    known = Known(
        now=at or (now if live else (plan.valid_to if plan else now)),
        orders=newest,
        histories=histories,
        devices=names.devices,
        contractors=names.contractors,
        litres=names.litres,
        stops=stops_said(connection, [order.id for order in newest.values()] if rounds and at is None else []),
        live=live,
        calls=calls_now(connection, now, at) if newest and not VIEWS[domain].advice else {},
        progress=context.progress(connection, followed, histories) if live and followed else {},
        read_at=now if live or at else None,
        outside=_outside(context, connection, away),
        absences=out_of_service(connection, plan, now) if plan is not None and waiting else (),
    )
    return known, names.streets


def _outside(context: AppContext, connection: Connection, away: Sequence[OrderNow]) -> list[tuple[Plan, Intervention]]:
    """What is under way and not in the plan any more, each as it was called out."""
    found = []
    for order in away:
        plan = context.shelf.get(connection, order.plan_id)
        item = next((item for item in plan.interventions if item.key == order.key), None) if plan else None
        if plan is not None and item is not None:
            found.append((plan, item))
    return found
