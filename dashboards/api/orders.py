"""Orders: what becomes of interventions between plan and shift end. The pages' forms come here too."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast, get_args
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.entities import OrderEvent
from city.errors import Conflict, NotFound
from city.stopsaid import StopSaid
from city.vocabulary import Domain, OrderEventKind, StopOutcome
from dashboards.api.stopsaid import stop_said
from dashboards.pages import day
from dashboards.pages.rows import anchor
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from planner.calls.answers import OrderWord, said, told, undo
from planner.orders import BY_EYE, decide, only_said
from store import orders, pages
from store.connect import Connection

router = APIRouter(prefix="/api/v1/orders", tags=["orders"])
WHO, DRIVER = "dispatcher", "driver"
NOTE_LENGTH = 500

ORDER_BODY = {
    "type": "object",
    "required": ["plan_id", "keys"],
    "properties": {
        "plan_id": {"type": "string", "format": "uuid"},
        "keys": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "note": {"type": "string", "maxLength": NOTE_LENGTH},
    },
}
EVENT_BODY = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": list(get_args(OrderEventKind))},
        "note": {"type": "string", "maxLength": NOTE_LENGTH},
        "segment": {"type": "string", "description": "with segment_done: the street that is done"},
        "room": {"type": "string", "description": "with stop_done: the room of the round"},
        "vessels": {
            "type": "array",
            "description": "with stop_done: what became of each vessel; left out, all of the stop were emptied",
            "items": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "outcome": {"type": "string", "enum": list(get_args(StopOutcome))},
                    "level_pct": {"type": "number", "minimum": 0, "maximum": 200},
                    "kg": {"type": "number", "minimum": 0},
                },
            },
        },
        "by": {"type": "string", "enum": ["dispatcher", "driver"], "description": "who says it (default dispatcher)"},
        "confirm": {"type": "string", "description": "true: a form's start or end that nobody saw is meant"},
    },
}
UNDO_BODY = {"type": "object", "properties": {}}


def body_of(schema: dict[str, Any]) -> dict[str, Any]:
    """How a body that is read by hand is shown in the interface's description."""
    kinds = ("application/json", "application/x-www-form-urlencoded")
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


@router.get("", summary="Orders with their present state, newest first")
def list_orders(
    request: Request,
    domain: Domain | None = None,
    since: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> Response:
    """Orders made since a time (the last three days unless it is given)."""
    context = context_of(request)
    begin = context.clock.now() - timedelta(days=3) if since is None else _aware(since)
    with context.connection() as connection:
        found = orders.orders(connection, begin, domain=domain, limit=limit)
    return Response(msgspec.json.encode({"orders": found}), media_type="application/json")


@router.post(
    "", status_code=201, summary="Make orders of interventions, all or none", openapi_extra=body_of(ORDER_BODY)
)
def make_orders(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with the ids; 409 where the plan was superseded or an intervention has an order that is under way."""
    context = context_of(request)
    plan_id, keys = as_id(got.text("plan_id"), "plan"), got.texts("keys")
    if not keys:
        return _refused(request, got, plan_id, keys, 422)
    try:
        with context.connection() as connection:
            made = decide(connection, plan_id, keys, WHO, context.clock.now(), note_of(got))
            pages.tell(connection, "orders")
            plan = context.shelf.get(connection, plan_id)
    except Conflict:
        if not got.by_form:
            raise
        return _refused(request, got, plan_id, keys, 409)
    if got.by_form:
        if plan is None:
            raise NotFound(message("error.request.no_plan", id=plan_id))
        return back(context, plan.domain, keys[0] if len(keys) == 1 else None, "decided")
    return Response(msgspec.json.encode({"ids": made}), 201, media_type="application/json")


@router.post(
    "/{order_id}/events", status_code=201, summary="Add the next step of an order", openapi_extra=body_of(EVENT_BODY)
)
def next_step(request: Request, order_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with the whole history, and which of its steps somebody said and nobody saw; 409 where the step may not
    follow the present state. A form that says by hand what nobody saw is asked first (409, ``confirm``).

    ``sent`` notes that somebody told the vehicle by other means, as a call by hand: no message leaves.
    ``segment_done`` names a ``segment`` of the order (404 where it has none such); said twice, it stands there once.
    ``stop_done`` names a ``room`` and its ``vessels``: what is not said to be emptied was not.
    """
    context, kind = context_of(request), got.text("kind")
    if kind not in get_args(OrderEventKind):
        raise HttpProblem(422, message("error.request.step", kind=kind, choices=get_args(OrderEventKind)))
    order_id, now, segment = as_id(order_id, "order"), context.clock.now(), got.text("segment") or None
    if kind == "segment_done" and segment is None:
        raise HttpProblem(422, message("error.request.no_segment_named"))
    step = cast(OrderEventKind, kind)
    if step == "stop_done" and not got.text("room"):
        raise HttpProblem(422, message("error.request.no_room_named"))
    try:
        with context.connection() as connection, connection.transaction():
            order = orders.order(connection, order_id)
            if got.by_form and order is not None and _unseen(connection, order, step, got):
                return day.show(request, order.domain, notice="unseen", status=409)
            who = _speaker(got, order)
            if kind == "sent":
                told(connection, context.settings, order_id, who, now, note_of(got))
            else:
                stop = _stop(connection, context, order, got) if step == "stop_done" else None
                word = OrderWord(order_id, step, who, note_of(got), segment, stop)
                said(connection, context.settings, word, now)
            pages.tell(connection, "orders")
            if got.by_form:
                return _to_its_row(context, connection, order_id, f"step_{kind}")
            history, unseen = _stands(connection, order_id)
            spoken = orders.stops_said(connection, [order_id]).get(order_id, ())
    except Conflict:
        if not got.by_form:
            raise
        return _refused_step(request, order_id)
    body = {"history": history, "only_said": unseen, "stops": spoken}
    return Response(msgspec.json.encode(body), 201, media_type="application/json")


@router.post("/{order_id}/undo", summary="Take back the last step of an order", openapi_extra=body_of(UNDO_BODY))
def undo_step(request: Request, order_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """200 with the history that holds; 409 where nothing holds, it is more than ten minutes old, or a channel has said
    it. What the step noted as treated or emptied is taken back too."""
    context, order_id = context_of(request), as_id(order_id, "order")
    try:
        with context.connection() as connection, connection.transaction():
            undo(connection, order_id, WHO, context.clock.now())
            pages.tell(connection, "orders")
            if got.by_form:
                return _to_its_row(context, connection, order_id, "step_undone")
            history, unseen = _stands(connection, order_id)
            spoken = orders.stops_said(connection, [order_id]).get(order_id, ())
    except Conflict:
        if not got.by_form:
            raise
        return _refused_step(request, order_id)
    body = {"history": history, "only_said": unseen, "stops": spoken}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _unseen(connection: Connection, order: orders.OrderNow, kind: OrderEventKind, got: SentForm) -> bool:
    """Whether somebody is about to say by hand what nobody saw, and has not confirmed it."""
    asked = kind in BY_EYE and got.text("by") != DRIVER and got.text("confirm") != "true"
    return asked and order.vehicle is not None and not orders.heard_of(connection, order.id)


def _stop(connection: Connection, context: AppContext, order: orders.OrderNow | None, got: SentForm) -> StopSaid:
    """What a ``stop_done`` says; where no vessel is named, that all of the stop were emptied."""
    plan = None if order is None else context.shelf.get(connection, order.plan_id)
    items = () if order is None or plan is None else plan.interventions
    stops = next((item.stops for item in items if order is not None and item.key == order.key), ())
    there = {stop.room: stop.vessels for stop in stops} if isinstance(stops, tuple) else {}
    return stop_said(got, there.get(got.text("room"), ()))


def _speaker(got: SentForm, order: orders.OrderNow | None) -> str:
    """Who says it: the vehicle where its driver does, else the dispatcher."""
    return order.vehicle if got.text("by") == DRIVER and order is not None and order.vehicle else WHO


def _to_its_row(context: AppContext, connection: Connection, order_id: str, done: str) -> Response:
    order = orders.lock_order(connection, order_id)
    if order is None:
        raise NotFound(message("error.request.no_order", id=order_id))
    return back(context, order["domain"], order["key"], done)


def _stands(connection: Connection, order_id: str) -> tuple[tuple[OrderEvent, ...], list[str]]:
    """The history of an order that holds, and which of its steps somebody said and nobody saw."""
    history = orders.events(connection, order_id)
    return history, [event.kind for event in only_said(history, heard=orders.heard_of(connection, order_id))]


@router.get("/{order_id}/progress", summary="What is done of an order, what is left, and when it will be ready")
def how_far(request: Request, order_id: str) -> Response:
    """``share`` and ``left`` are null where nobody can say: a silent vehicle has not done nothing."""
    context, order_id = context_of(request), as_id(order_id, "order")
    with context.connection() as connection:
        order = orders.order(connection, order_id)
        if order is None:
            raise NotFound(message("error.request.no_order", id=order_id))
        found = context.progress(connection, [order])[order_id]
        unseen = _stands(connection, order_id)[1]
    body = {"order": order, "progress": found, "only_said": unseen}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _refused(request: Request, got: SentForm, plan_id: str, keys: list[str], status: int) -> Response:
    """The day page as it is now, with what was asked for still chosen and a notice above it."""
    if not got.by_form:
        raise HttpProblem(status, message("error.request.no_keys"))
    context = context_of(request)
    with context.connection() as connection:
        plan = context.shelf.get(connection, plan_id)
    if plan is None:
        raise NotFound(message("error.request.no_plan", id=plan_id))
    notice = "conflict" if status == 409 else "nothing_chosen"
    return day.show(request, plan.domain, notice=notice, chosen=frozenset(keys), status=status)


def _refused_step(request: Request, order_id: str) -> Response:
    with context_of(request).connection() as connection:
        order = orders.lock_order(connection, order_id)
    if order is None:
        raise NotFound(message("error.request.no_order", id=order_id))
    return day.show(request, order["domain"], notice="step_refused", status=409)


def back(context: AppContext, domain: Domain, key: str | None, done: str = "") -> Response:
    """Back to the day page, to the row of a key; ``done`` says what was done, for the page to speak of."""
    place = f"#{anchor(key)}" if key else ""
    asked = {"domain": domain} | ({"said": done} if done else {})
    return RedirectResponse(f"{context.base}/idag?{urlencode(asked)}{place}", 303)


def note_of(got: SentForm, name: str = "note") -> str:
    """A note in one line, cut to its length."""
    return re.sub(r"\s+", " ", got.text(name))[:NOTE_LENGTH]


def as_id(text: str, what: Literal["order", "plan", "request", "observation", "call", "phone", "report"]) -> str:
    """An id as it is stored. Raises NotFound where it is none."""
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise NotFound(message(f"error.request.no_thing_{what}", id=text[:60])) from error


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise HttpProblem(422, message("error.request.offset"))
    return instant
