"""What people know better: what they saw on a street, why they turn a proposal down, and the watch's drafts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, cast, get_args
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.catalogue.words import words
from city.errors import Conflict, NotFound
from city.observation import Observation
from city.vocabulary import DeclineCause
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, body_of, note_of
from dashboards.api.seen import LONGEST_H, QUANTITIES, SeenRefused, as_typed, read_seen
from dashboards.pages import day
from dashboards.pages.rows import anchor
from dashboards.pages.said import said_answer
from dashboards.web.context import context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from dashboards.web.render import locale_of
from planner.watch.answer import accept, open_draft, reject
from store import drafts, judgements, pages

router = APIRouter(prefix="/api/v1", tags=["judgements"])
CAUSES = get_args(DeclineCause)

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
ANSWER = {
    "type": "object",
    "required": ["answer"],
    "properties": {"answer": {"type": "string", "enum": ["accept", "reject"]}},
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


@router.get("/declines", summary="What was turned down, and how many proposals were taken or declined by cause")
def list_declines(request: Request, since: datetime | None = None) -> Response:
    """Since a time (the last 30 days unless it is given): the rows, oldest first, and the counts."""
    context = context_of(request)
    begin = context.clock.now() - timedelta(days=30) if since is None else since
    if begin.tzinfo is None:
        raise HttpProblem(422, message("error.request.since_offset"))
    with context.connection() as connection:
        found, counts = judgements.declines(connection, begin), judgements.decided_counts(connection, begin)
    return _json({"declines": found, "counts": {"accepted": 0, **dict.fromkeys(CAUSES, 0), **counts}})


@router.post(
    "/declines", status_code=201, summary="Turn interventions down, with the cause", openapi_extra=body_of(DECLINE)
)
def decline(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201. The cause is one of the four known from the field, or ``other``."""
    context = context_of(request)
    plan_id, cause = as_id(got.text("plan_id"), "plan"), _choice(got, "cause", CAUSES)
    keys = got.texts("keys") or [key for key in [got.text("key")] if key]
    if not keys:
        raise HttpProblem(422, message("error.request.no_keys"))
    with context.connection() as connection:
        plan = context.shelf.get(connection, plan_id)
        if plan is None:
            raise NotFound(message("error.request.no_plan", id=plan_id))
        known = {item.key for item in plan.interventions}
        missing = [key for key in keys if key not in known]
        if missing:
            raise NotFound(message("error.request.no_intervention", version=str(plan.version), key=missing[0]))
        now = context.clock.now()
        rows = [judgements.Decline(plan_id, key, cast(DeclineCause, cause), note_of(got), WHO, now) for key in keys]
        for row in rows:
            judgements.add_decline(connection, row)
        pages.tell(connection, "decline")
    return _answer(request, got, {"declines": rows}, key=keys[0] if len(keys) == 1 else "")


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
    """Accepted, it is published, what it adds is decided and what it stands down is called off; 409 where it was
    answered or its plan superseded."""
    context, now = context_of(request), context_of(request).clock.now()
    wanted = _choice(got, "answer", ("accept", "reject"))
    try:
        with context.connection() as connection:
            if wanted == "accept":
                plan_id = accept(connection, draft_id, WHO, now, words(context.settings.municipality.language)).id
            else:
                reject(connection, draft_id, WHO, now)
                plan_id = ""
    except Conflict:
        if not got.by_form:
            raise
        return _draft_gone(request, draft_id)
    body = {"answer": wanted, "plan_id": plan_id or None}
    return _answer(request, got, body, status=200, said=f"draft.{draft_id}")


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
