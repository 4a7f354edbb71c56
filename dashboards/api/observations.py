"""What people know better: what they saw on a street, and the watch's drafts."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import brief, message
from city.errors import Conflict, NotFound
from city.observation import Observation
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, body_of, note_of
from dashboards.pages import day
from dashboards.pages.rows import anchor
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from planner.watch.answer import accept, open_draft, reject, unaccept
from store import judgements, pages
from store.connect import Connection

router = APIRouter(prefix="/api/v1", tags=["judgements"])
QUANTITIES = ("snow_depth", "slippery")
SHORTEST_H, LONGEST_H = 0.05, 24.0

TRUTH = {
    "type": "object",
    "required": ["quantity", "value"],
    "properties": {
        "segments": {"type": "array", "items": {"type": "string"}},
        "street": {"type": "string", "description": "all segments of this name"},
        "plan_id": {"type": "string", "format": "uuid"},
        "key": {"type": "string", "description": "all segments of this intervention of plan_id"},
        "quantity": {"type": "string", "enum": list(QUANTITIES)},
        "value": {"type": "number", "description": "depth in cm; of slippery 1 or 0"},
        "hours": {"type": "number", "description": f"how long it holds from now, at most {LONGEST_H:g} (default 4)"},
        "who": {"type": "string", "description": "a role or a vehicle"},
        "why": {"type": "string", "maxLength": NOTE_LENGTH},
    },
}
ANSWER = {
    "type": "object",
    "required": ["answer"],
    "properties": {"answer": {"type": "string", "enum": ["accept", "reject", "undo"]}},
}


@router.get("/observations", summary="What people saw and still holds")
def list_truths(request: Request) -> Response:
    """Oldest first."""
    context = context_of(request)
    with context.connection() as connection:
        found = judgements.observations(connection, context.clock.now())
    return _json({"observations": found})


@router.post(
    "/observations", status_code=201, summary="Note what somebody saw on streets", openapi_extra=body_of(TRUTH)
)
def add_observation(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with the row. It goes before sensors and model until its time is out, and the watch looks at once."""
    context = context_of(request)
    now = context.clock.now()
    with context.connection() as connection:
        observation = Observation(
            str(uuid.uuid4()),
            tuple(_segments(context, connection, got)),
            _choice(got, "quantity", QUANTITIES),
            _value(got),
            now,
            now + timedelta(hours=_hours(got)),
            got.text("who", WHO)[:60] or WHO,
            note_of(got, "why"),
        )
        judgements.add_observation(connection, observation, now)
        pages.note(connection, f"observation:{observation.id}")
        pages.tell(connection, "observation")
    return _answer(request, got, {"observation": observation}, key=got.text("key"))


@router.post("/observations/{observation_id}/end", summary="Take back what somebody saw")
def end_observation(request: Request, observation_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """200; taken back twice is no error."""
    context = context_of(request)
    with context.connection() as connection:
        known = judgements.end_observation(connection, as_id(observation_id, "observation"), context.clock.now(), WHO)
        if not known:
            raise NotFound(message("error.request.no_observation", id=observation_id))
        pages.note(connection, f"observation:{observation_id}:end")
        pages.tell(connection, "observation")
    return _answer(request, got, {"ended": observation_id}, status=200)


@router.get("/drafts/snow", summary="The watch's draft against the live snow plan, where one waits for an answer")
def draft(request: Request) -> Response:
    """404 where none waits."""
    context = context_of(request)
    with context.connection() as connection:
        live = context.head(connection, "snow")
        found = None if live is None else open_draft(connection, live.id)
    if found is None:
        raise NotFound(message("error.request.no_draft"))
    return _json({"draft": found})


@router.post("/drafts/{draft_id}", summary="Accept or reject a draft, or take that back", openapi_extra=body_of(ANSWER))
def answer_draft(request: Request, draft_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """Accepted, it is published, what it adds is called out and what it drops is stood down; ``undo`` takes that back
    until the first call leaves. 409 where it was answered, its plan superseded, or a call has left."""
    context, now = context_of(request), context_of(request).clock.now()
    wanted = _choice(got, "answer", ("accept", "reject", "undo"))
    body: dict[str, object] = {"answer": wanted, "plan_id": None, "calls": (), "leaves_at": None}
    try:
        with context.connection() as connection:
            if wanted == "accept":
                made = accept(connection, context.settings, context.clock, draft_id, WHO)
                body |= {"plan_id": made.plan.id, "calls": made.calls, "leaves_at": made.leaves_at}
            elif wanted == "undo":
                body |= {"plan_id": unaccept(connection, draft_id, WHO, now).id}
            else:
                reject(connection, draft_id, WHO, now)
    except Conflict:
        if not got.by_form:
            raise
        return day.show(request, "snow", notice="draft_gone", status=409)
    return _answer(request, got, body, status=200)


def _segments(context: AppContext, connection: Connection, got: SentForm) -> Sequence[str]:
    """The segments that are named: one by one, by their street, or as those of an intervention."""
    named, street, key = got.texts("segments") if "segments" in got.fields else [], got.text("street"), got.text("key")
    if named:
        unknown = set(named) - judgements.known_segments(connection, named)
        if unknown:
            raise NotFound(message("error.request.no_segment", id=min(unknown)))
        return named
    if street:
        found = judgements.segments_of_street(connection, street)
        if not found:
            raise NotFound(message("error.request.no_street", name=street[:80]))
        return found
    if key:
        plan = context.shelf.get(connection, as_id(got.text("plan_id"), "plan"))
        item = next((i for i in plan.interventions if i.key == key), None) if plan is not None else None
        if item is None or not isinstance(item.segments, tuple):
            raise NotFound(message("error.request.no_tur", key=key[:80]))
        return [part.id for part in item.segments]
    raise HttpProblem(422, message("error.request.name_streets"))


def _value(got: SentForm) -> float:
    value = _number(got, "value")
    if got.text("quantity") == "slippery" and value not in (0.0, 1.0):
        raise HttpProblem(422, message("error.request.slippery"))
    if not 0.0 <= value < 400.0:
        raise HttpProblem(422, message("error.request.depth", value=brief(value)))
    return value


def _hours(got: SentForm) -> float:
    hours = _number(got, "hours") if got.fields.get("hours") not in (None, "", [""]) else 4.0
    if not SHORTEST_H <= hours <= LONGEST_H:
        bounds = {"shortest": brief(SHORTEST_H), "longest": brief(LONGEST_H)}
        raise HttpProblem(422, message("error.request.hours", value=brief(hours), **bounds))
    return hours


def _number(got: SentForm, name: str) -> float:
    value: Any = got.fields.get(name)
    value = value[0] if isinstance(value, list) and value else value
    try:
        number = float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise HttpProblem(422, message("error.request.number", name=name))
    return number


def _choice(got: SentForm, name: str, choices: Sequence[str]) -> str:
    word = got.text(name)
    if word not in choices:
        raise HttpProblem(422, message("error.request.choice", name=name, value=word[:40], choices=tuple(choices)))
    return word


def _answer(request: Request, got: SentForm, body: object, *, key: str = "", status: int = 201) -> Response:
    if got.by_form:
        place = f"#{anchor(key)}" if key else ""
        return RedirectResponse(f"{context_of(request).base}/idag?domain=snow{place}", 303)
    return _json(body, status)


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
