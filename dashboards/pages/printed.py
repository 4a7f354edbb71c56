"""What is printed: ``/idag/utskrift``, the sheets of a depot, and ``/idag/tur``, the sheet of one tur."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.errors import NotFound
from city.plan import Intervention, Plan
from city.vocabulary import DOMAINS, Domain
from dashboards.pages.paper.chart import path_of
from dashboards.pages.paper.depot import depot_sheet
from dashboards.pages.paper.tursheet import tur_sheet
from dashboards.web.context import AppContext, context_of
from dashboards.web.door import may_now
from dashboards.web.render import locale_of, page
from store import orders, pages
from store.connect import Connection

router = APIRouter(include_in_schema=False)


@router.get("/idag/utskrift")
def depot(request: Request, domain: Domain = "snow", on: Annotated[date | None, Query(alias="day")] = None) -> Response:
    """The newest plan, or that of a day, as sheets of A4."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        plan = _plan(context, connection, domain, on)
        sheet = depot_sheet(context, connection, plan, locale)
    return page(request, "utskrift.html", nav="idag", domain=domain, sheet=sheet, plan=plan)


@router.get("/idag/tur")
def one_tur(request: Request, key: str) -> Response:
    """One tur as sheets of A5, by its key."""
    context, locale = context_of(request), locale_of(request)
    with context.connection() as connection:
        plan, item = _found(context, connection, key)
        lets_in = may_now(request, "POST", "/api/v1/phones")  # a sheet that lets a phone in is for who may let one in
        sheet = tur_sheet(context, connection, plan, item, locale, lets_in=lets_in)
    return page(
        request, "tursheet.html", nav="idag", domain=plan.domain, sheet=sheet, plan=plan, item=item, path_of=path_of
    )


def _plan(context: AppContext, connection: Connection, domain: Domain, day: date | None) -> Plan:
    head = next((head for head in pages.heads(connection, context.mode, day) if head.domain == domain), None)
    plan = None if head is None else context.shelf.get(connection, head.id)
    if plan is None:
        raise NotFound(message("error.request.no_plan_yet", what=message(f"cli.domain.{domain}"), domain=domain))
    return plan


def _found(context: AppContext, connection: Connection, key: str) -> tuple[Plan, Intervention]:
    """The newest plan of the key's day that holds it, or the one that its order was made of. NotFound where none is."""
    domain, _, rest = key.partition(":")
    for name in DOMAINS:
        if name == domain:
            for plan in _candidates(context, connection, name, rest):
                if item := next((item for item in plan.interventions if item.key == key), None):
                    return plan, item
    raise NotFound(message("error.request.no_sheet", key=key))


def _candidates(context: AppContext, connection: Connection, domain: Domain, rest: str) -> list[Plan]:
    try:
        day = date.fromisoformat(rest.rsplit(":", 2)[-2])
    except (ValueError, IndexError):
        return []
    ids = [head.id for head in pages.heads(connection, context.mode, day) if head.domain == domain]
    ids += [order.plan_id for order in reversed(orders.orders_of_day(connection, domain, day))]
    found = [context.shelf.get(connection, plan_id) for plan_id in dict.fromkeys(ids)]
    return [plan for plan in found if plan is not None]
