"""Calls: the sheet before a call-out, the act itself, the board after, and what people do there. Forms come too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.vocabulary import Domain
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, back, body_of, note_of
from dashboards.pages import day
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, pairs_of, sent
from dashboards.web.problems import HttpProblem
from planner.calls.answers import again, cannot, rang, to_next
from planner.calls.call_out import call_out
from planner.calls.reading import board_of, sheet_of
from planner.calls.stop import stop, withdraw
from store import calls, manning, orders
from store.connect import Connection

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])
CallAct = Literal["stop", "rang", "cannot", "again", "next"]

IDS = {"type": "array", "items": {"type": "string", "format": "uuid"}}
CALL_OUT_BODY = {
    "type": "object",
    "required": ["plan_id"],
    "properties": {
        "plan_id": {"type": "string", "format": "uuid"},
        "keys": {"type": "array", "items": {"type": "string"}},
        "orders": IDS | {"description": "orders that are only decided, or that nobody answered"},
        "vehicles": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "by key, the vehicle that is called instead of the plan's; in a form KEY=VEHICLE, repeated",
        },
        "note": {"type": "string", "maxLength": NOTE_LENGTH},
    },
}
WITHDRAW_BODY = {"type": "object", "required": ["ids"], "properties": {"ids": IDS}}
ACT_BODY: dict[str, Any] = {
    "type": "object",
    "required": [],
    "properties": {"note": {"type": "string", "maxLength": NOTE_LENGTH, "description": "of cannot: the cause"}},
}


@router.get("", summary="The board: whom the night's calls went to, who has answered, who is next")
def show_board(request: Request, since: datetime | None = None) -> Response:
    """The calls of the last 14 hours, or those made since a time. Countdowns are seconds of the installation."""
    if since is not None and since.tzinfo is None:
        raise HttpProblem(422, message("error.request.since_offset"))
    context = context_of(request)
    with context.connection() as connection:
        found = board_of(
            connection, context.settings, context.clock, since=since, plan_of=lambda p: context.shelf.get(connection, p)
        )
    return _json({"rows": found.rows, "counts": found.counts, "receipt": found.receipt, "undo": found.undo})


@router.get("/sheet", summary="Who would get what, where and when, and what needs a look first")
def show_sheet(
    request: Request,
    plan_id: str,
    keys: Annotated[list[str] | None, Query()] = None,
    orders: Annotated[list[str] | None, Query()] = None,
    vehicles: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """One line a vehicle. ``vehicles`` are ``KEY=VEHICLE``. Where a vehicle cannot, the best free one stands in its
    place, and the tur says so (``instead``, with the vehicles it was chosen from): send it as ``vehicles``. Nothing
    is written."""
    context = context_of(request)
    with context.connection() as connection:
        found = sheet_of(
            connection,
            context.settings,
            context.clock.now(),
            as_id(plan_id, "plan"),
            keys or (),
            vehicles=pairs_of(vehicles or []),
            kept=manning.choices(connection, keys or (), context.clock.now()),
            order_ids=[as_id(order, "order") for order in orders or ()],
            plan_of=lambda p: context.shelf.get(connection, p),
        )
    counts = {"vehicles": found.vehicles, "turer": found.turer, "machine": found.machine, "by_hand": found.by_hand}
    return _json({"lines": found.lines, **counts, "missing": found.missing, "starts_at": found.starts_at})


@router.post(
    "", status_code=201, summary="Call out: one call a vehicle, all or none", openapi_extra=body_of(CALL_OUT_BODY)
)
def make_calls(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with calls and orders; nothing leaves before ``leaves_at``. 409 where the plan was superseded, something has
    no vehicle, or was called out already."""
    context, plan_id, keys = context_of(request), as_id(got.text("plan_id"), "plan"), got.texts("keys")
    waiting = [as_id(order, "order") for order in got.texts("orders")]
    try:
        if not keys and not waiting:
            raise HttpProblem(422, message("error.call.nothing"))
        with context.connection() as connection:
            vehicles = _chosen(got)
            made = call_out(
                connection, context.settings, context.clock, plan_id, keys, WHO, vehicles, waiting, note_of(got)
            )
            plan = context.shelf.get(connection, plan_id)
    except (Conflict, HttpProblem) as problem:
        if not got.by_form:
            raise
        notice, status = ("conflict", 409) if isinstance(problem, Conflict) else ("nothing_chosen", 422)
        return day.show(
            request, _domain_of_plan(context, plan_id), notice=notice, chosen=frozenset(keys), status=status
        )
    if got.by_form and plan is not None:
        return back(context, plan.domain, keys[0] if len(keys) == 1 else None, "called_out")
    return _json({"calls": made.calls, "orders": made.orders, "leaves_at": made.leaves_at}, 201)


@router.post("/withdraw", summary="Take back calls that have not left", openapi_extra=body_of(WITHDRAW_BODY))
def take_back(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """200 with the calls that were taken back: their turer are proposed again. 409 where all of them have left."""
    context, ids = context_of(request), [as_id(call, "call") for call in got.texts("ids")]
    if not ids:
        raise HttpProblem(422, message("error.call.no_calls"))
    with context.connection() as connection:
        domain = _domain_of_call(connection, ids[0])
        try:
            taken = withdraw(connection, ids, WHO, context.clock.now())
        except Conflict:
            if not got.by_form:
                raise
            return day.show(request, domain, notice="step_refused", status=409)
    if got.by_form:
        return back(context, domain, None, "withdrawn")
    return _json({"ids": taken})


@router.post("/{call_id}/{act}", summary="What somebody does with a call", openapi_extra=body_of(ACT_BODY))
def act_on(request: Request, call_id: str, act: CallAct, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """``rang``: somebody rang and it was acknowledged; ``stop``: taken back, or broken off and told; ``cannot``: the
    driver's no, with its cause as ``note``, which goes on to the next of the list; ``again``: the same place once more;
    ``next``: to the next of the list now.

    200 with the ``call`` that this made, null where it made none; 409 where it is not possible any more.
    """
    context, call_id = context_of(request), as_id(call_id, "call")
    with context.connection() as connection:
        domain = _domain_of_call(connection, call_id)
        try:
            made = _done(connection, context, call_id, act, note_of(got))
        except Conflict:
            if not got.by_form:
                raise
            return day.show(request, domain, notice="step_refused", status=409)
    return back(context, domain, None, f"call_{act}") if got.by_form else _json({"call": made})


def _done(connection: Connection, context: AppContext, call_id: str, act: CallAct, note: str) -> str | None:
    """Does an act and gives the call that it made."""
    settings, clock = context.settings, context.clock
    if act == "stop":
        return stop(connection, settings, clock, call_id, WHO)
    if act == "again":
        return again(connection, settings, clock, call_id, WHO)
    if act == "next":
        return to_next(connection, settings, clock, call_id, WHO)
    if act == "cannot":
        passed = cannot(connection, settings, call_id, WHO, clock.now(), note)
        return None if passed is None else passed.call_id
    rang(connection, call_id, WHO, clock.now(), note)
    return None


def _chosen(got: SentForm) -> dict[str, str]:
    """The vehicles that somebody chose, by key, of a program or a form."""
    found: Any = got.fields.get("vehicles", {})
    if isinstance(found, dict):
        if not all(isinstance(vehicle, str) for vehicle in found.values()):
            raise HttpProblem(422, message("error.request.a_text", name="vehicles"))
        return dict(found)
    return pairs_of(got.texts("vehicles"))


def _domain_of_call(connection: Connection, call_id: str) -> Domain:
    call = calls.call(connection, call_id)
    if call is None:
        raise NotFound(message("error.call.unknown", call=call_id))
    return orders.domain_of(connection, call.orders[0])


def _domain_of_plan(context: AppContext, plan_id: str) -> Domain:
    with context.connection() as connection:
        plan = context.shelf.get(connection, plan_id)
    if plan is None:
        raise NotFound(message("error.request.no_plan", id=plan_id))
    return plan.domain


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
