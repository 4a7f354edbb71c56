"""Turning proposals down, several at once, with the cause; and taking that back. The pages' forms come here too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, cast, get_args
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.plan import Plan
from city.vocabulary import DOMAINS, DeclineCause, Domain
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, body_of, note_of
from dashboards.pages import day
from dashboards.pages.declines import DeclineForm
from dashboards.pages.rows import anchor
from dashboards.web.context import context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of
from planner.orders import decline as turn_down
from planner.orders import end_declines as take_back
from store import judgements, pages

router = APIRouter(prefix="/api/v1/declines", tags=["judgements"])
CAUSES = get_args(DeclineCause)

DECLINE = {
    "type": "object",
    "required": ["plan_id", "keys", "cause"],
    "properties": {
        "plan_id": {"type": "string", "format": "uuid"},
        "keys": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "cause": {"type": "string", "enum": list(CAUSES)},
        "note": {"type": "string", "maxLength": NOTE_LENGTH},
    },
}
KEYS = {
    "type": "object",
    "required": ["keys"],
    "properties": {"keys": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
}


@router.get("", summary="What was turned down, what of it holds, and proposals taken or declined by cause")
def list_declines(request: Request, since: datetime | None = None) -> Response:
    """Since a time (the last 30 days unless it is given): the rows, oldest first, those that hold now, and the
    counts."""
    context = context_of(request)
    now = context.clock.now()
    begin = now - timedelta(days=30) if since is None else since
    if begin.tzinfo is None:
        raise HttpProblem(422, message("error.request.since_offset"))
    with context.connection() as connection:
        found, counts = judgements.declines(connection, begin), judgements.decided_counts(connection, begin)
        hold = list(judgements.declined(connection, now, since=begin).values())
    return _json({"declines": found, "hold": hold, "counts": {"accepted": 0, **dict.fromkeys(CAUSES, 0), **counts}})


@router.post("", status_code=201, summary="Turn interventions down, with the cause", openapi_extra=body_of(DECLINE))
def decline(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201. The cause is one of the four known from the field, or ``other``; it holds for the keys over later plans of
    the service day until it is taken back. 409 where the order of one is under way: stop that instead."""
    context = context_of(request)
    plan_id, keys, cause = as_id(got.text("plan_id"), "plan"), _keys(got), got.text("cause")
    with context.connection() as connection:
        plan = context.shelf.get(connection, plan_id)
    if plan is None:
        raise NotFound(message("error.request.no_plan", id=plan_id))
    if not keys:
        return _refused(request, got, plan, keys, "none_declined", 422)
    note = note_of(got) or note_of(got, "why")
    if not cause and got.by_form:
        return _no_cause(request, got, plan, keys, note)
    if cause not in CAUSES:
        raise HttpProblem(422, message("error.request.choice", name="cause", value=cause[:40], choices=CAUSES))
    try:
        with context.connection() as connection:
            now = context.clock.now()
            rows = turn_down(connection, plan, keys, cast(DeclineCause, cause), WHO, now, note)
            pages.tell(connection, "decline")
    except Conflict:
        if not got.by_form:
            raise
        return _refused(request, got, plan, keys, "decline_refused", 409)
    return _answer(request, got, {"declines": rows}, plan.domain, keys, 201, "declined")


@router.post("/end", summary="Take declines back", openapi_extra=body_of(KEYS))
def end_declines(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """200 with those that were taken back; taken back twice is no error."""
    context, keys = context_of(request), _keys(got)
    if not keys:
        raise HttpProblem(422, message("error.request.no_keys"))
    with context.connection() as connection:
        ended = take_back(connection, keys, WHO, context.clock.now())
        pages.tell(connection, "decline")
    domain = next((name for name in DOMAINS if keys[0].startswith(f"{name}:")), DOMAINS[0])
    return _answer(request, got, {"ended": ended}, domain, keys, 200, "decline_ended")


def _keys(got: SentForm) -> list[str]:
    """The keys that are named: several, or the one of an opened row."""
    return got.texts("keys") or [key for key in [got.text("key")] if key]


def _refused(request: Request, got: SentForm, plan: Plan, keys: list[str], notice: str, status: int) -> Response:
    """The day page as it is now, with what was asked for still chosen and a notice above it."""
    if not got.by_form:
        raise HttpProblem(status, message("error.request.no_keys"))
    return day.show(request, plan.domain, notice=notice, chosen=frozenset(keys), status=status)


def _no_cause(request: Request, got: SentForm, plan: Plan, keys: list[str], note: str) -> Response:
    """The day page as it is now, with what is missing said in the field that was sent empty."""
    row = got.text("key") if not got.texts("keys") else ""
    form = DeclineForm(row, locale_of(request).words("decline.no_cause"), note)
    return day.show(
        request, plan.domain, opened=row, chosen=None if row else frozenset(keys), status=422, declining=form
    )


def _answer(
    request: Request, got: SentForm, body: object, domain: Domain, keys: list[str], status: int, done: str
) -> Response:
    """The body for a program; for a form its page, which says what was done."""
    if got.by_form:
        place = f"#{anchor(keys[0])}" if len(keys) == 1 else ""
        return RedirectResponse(
            f"{context_of(request).base}/idag?{urlencode({'domain': domain, 'said': done})}{place}", 303
        )
    return _json(body, status)


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
