"""What people know better: what they saw on a street, and the watch's drafts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import Conflict, NotFound
from city.observation import Observation
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, body_of, note_of
from dashboards.api.seen import LONGEST_H, QUANTITIES, SeenRefused, as_typed, read_seen
from dashboards.pages import day
from dashboards.pages.rows import anchor
from dashboards.pages.said import said_answer
from dashboards.web.context import context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of
from planner.watch.answer import accept, open_draft, reject, unaccept
from store import drafts, judgements, pages

router = APIRouter(prefix="/api/v1", tags=["judgements"])

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
    try:
        with context.connection() as connection:
            seen = read_seen(context, connection, got)
            observation = Observation(
                str(uuid.uuid4()),
                seen.segments,
                seen.quantity,
                seen.value,
                now,
                now + timedelta(hours=seen.hours),
                got.text("who", WHO)[:60] or WHO,
                note_of(got, "why"),
            )
            judgements.add_observation(connection, observation, now)
            pages.note(connection, f"observation:{observation.id}")
            pages.tell(connection, "observation")
    except SeenRefused as refused:
        if not got.by_form:
            raise
        return day.show(request, "snow", seen=as_typed(got, refused, locale_of(request)), status=422)
    return _answer(request, got, {"observation": observation}, key=got.text("key"), said=f"noted.{observation.id}")


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
    return _answer(request, got, {"ended": observation_id}, status=200, said=f"ended.{observation_id}")


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


@router.post("/drafts/{draft_id}", summary="Accept or reject a draft", openapi_extra=body_of(ANSWER))
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
        if wanted == "undo":
            return day.show(request, "snow", notice="draft_stays", status=409)
        return _draft_gone(request, draft_id)
    return _answer(request, got, body, status=200, said="draft_undone" if wanted == "undo" else f"draft.{draft_id}")


def _choice(got: SentForm, name: str, choices: Sequence[str]) -> str:
    word = got.text(name)
    if word not in choices:
        raise HttpProblem(422, message("error.request.choice", name=name, value=word[:40], choices=tuple(choices)))
    return word


def _draft_gone(request: Request, draft_id: str) -> Response:
    """The page as it is now, with who answered the draft and when, where somebody has."""
    context, locale = context_of(request), locale_of(request)
    now = context.clock.now()
    with context.connection() as connection:
        found = drafts.watch_now(connection, None, context.mode, now).answer
    who = said_answer(found, now, locale) if found is not None and found.draft_id == draft_id else ""
    return day.show(request, "snow", notice="draft_gone", notice_more=who, status=409)


def _answer(
    request: Request, got: SentForm, body: object, *, key: str = "", status: int = 201, said: str = ""
) -> Response:
    """The body for a program; for a form its page, which says what was done (``said``)."""
    if got.by_form:
        query = urlencode({"domain": "snow", **({"said": said} if said else {})})
        place = f"#{anchor(key)}" if key else ""
        return RedirectResponse(f"{context_of(request).base}/idag?{query}{place}", 303)
    return _json(body, status)


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
