"""Another vehicle for an intervention before it is called out, and the plan's own again."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.plan import Intervention, Plan
from dashboards.api.orders import WHO, body_of
from dashboards.pages import day
from dashboards.pages.crew import DRIVEN
from dashboards.pages.rows import anchor
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from planner.calls.fleetnow import fleet_now
from planner.night.choice import options
from planner.words.absence import until_said
from store import manning, orders, pages
from store.connect import Connection

router = APIRouter(prefix="/api/v1/choices", tags=["manning"])

CHOICE = {
    "type": "object",
    "required": ["key"],
    "properties": {
        "key": {"type": "string", "description": "of an intervention of a live plan"},
        "vehicle": {"type": ["string", "null"], "description": "null: that of the plan again"},
    },
}


@router.post("", status_code=201, summary="Choose another vehicle before a call-out", openapi_extra=body_of(CHOICE))
def choose(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with what speaks against it: booked then, rests, no turn. 422 for one that is not there, of another network
    or out of service then; 409 where the order is under way: it is given to another on the board."""
    context, key = context_of(request), got.text("key")
    vehicle = got.text("vehicle") if got.fields.get("vehicle") is not None else ""
    now = context.clock.now()
    try:
        with context.connection() as connection:
            plan, item = _item(context, connection, key)
            orders.lock_key(connection, key)
            live = orders.live_order(connection, key)
            if live is not None:
                state = message(f"error.order.step.{live[1]}")
                raise Conflict(message("error.choice.called", title=item.title, state=state))
            chosen = vehicle if vehicle != item.vehicle else ""
            against = _against(connection, plan, item, chosen, context) if chosen else ()
            manning.add_choice(connection, key, chosen or None, now, WHO)
            pages.tell(connection, "choice")
    except Conflict:
        if not got.by_form:
            raise
        return day.show(request, plan.domain, notice="choice_refused", opened=key, status=409)
    if got.by_form:
        query = urlencode({"domain": plan.domain, "open": key, "said": f"choice.{chosen or item.vehicle or ''}"})
        return RedirectResponse(f"{context.base}/idag?{query}#{anchor(key)}", 303)
    body = {"choice": {"key": key, "vehicle": chosen or None}, "against": against}
    return Response(msgspec.json.encode(body), 201, media_type="application/json")


def _item(context: AppContext, connection: Connection, key: str) -> tuple[Plan, Intervention]:
    """The intervention of a key with the live plan that has it."""
    for domain in DRIVEN:
        plan = context.live(connection, domain) if key.startswith(f"{domain}:") else None
        item = None if plan is None else next((one for one in plan.interventions if one.key == key), None)
        if plan is not None and item is not None:
            return plan, item
    raise NotFound(message("error.choice.no_tur", key=key[:80]))


def _against(
    connection: Connection, plan: Plan, item: Intervention, vehicle: str, context: AppContext
) -> list[dict[str, object]]:
    """What speaks against a vehicle. Raises HttpProblem where it cannot be chosen."""
    zone = context.settings.municipality.zone
    found = {one.vehicle.id: one for one in options(item, fleet_now(connection, plan, context.clock.now()))}
    if vehicle not in found:
        names = tuple(sorted(name for name, one in found.items() if one.out is None))
        raise HttpProblem(422, message("error.choice.no_vehicle", vehicle=vehicle[:40], names=names))
    out = found[vehicle].out
    if out is not None:
        raise HttpProblem(422, message("error.choice.out", vehicle=vehicle, until=until_said(out.at, zone)))
    return [{"kind": one.kind, "at": one.at, "what": one.what} for one in found[vehicle].against]
