"""Snow haulage and grit sweeping that a person asks for: the next snow plan drives it after the night's snow work."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Annotated, cast, get_args

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.errors import NotFound
from city.upkeep import WorkRequest
from city.vocabulary import WorkKind
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, note_of
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.problems import HttpProblem
from store import judgements, requests

router = APIRouter(prefix="/api/v1/requests", tags=["requests"])
USUAL_LAST = timedelta(hours=48)
"""How long it holds where nobody says: a choice of ours."""
LONGEST = timedelta(days=60)
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["kind", "segments"],
                    "properties": {
                        "kind": {"type": "string", "enum": list(get_args(WorkKind))},
                        "segments": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                        "why": {"type": "string", "maxLength": NOTE_LENGTH},
                        "until": {
                            "type": "string",
                            "format": "date-time",
                            "description": "48 hours unless it is given",
                        },
                    },
                }
            }
        },
    }
}


@router.get("", summary="What is asked for and not done yet")
def list_asks(request: Request) -> Response:
    """Each with the segments on which it is not done yet."""
    context = context_of(request)
    with context.connection() as connection:
        found = requests.requests(connection, context.clock.now())
    return Response(msgspec.json.encode({"requests": found}), media_type="application/json")


@router.post("", status_code=201, summary="Ask for haulage or sweeping on some segments", openapi_extra=BODY)
def ask_for(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with the request; 404 for a segment that there is not, 422 for a kind or a time that cannot be."""
    context, kind, segments = context_of(request), got.text("kind"), got.texts("segments")
    if kind not in get_args(WorkKind):
        raise HttpProblem(422, message("error.request.work", kind=kind, choices=get_args(WorkKind)))
    if not segments:
        raise HttpProblem(422, message("error.request.no_segments"))
    now = context.clock.now()
    wanted = WorkRequest(
        id=str(uuid.uuid4()),
        kind=cast(WorkKind, kind),
        segments=tuple(segments),
        who=WHO,
        why=note_of(got, "why"),
        at=now,
        until=_until(got.text("until"), now),
    )
    _keep(context, wanted)
    return Response(msgspec.json.encode(wanted), 201, media_type="application/json")


@router.post("/{request_id}/end", summary="Take back what was asked for")
def end(request: Request, request_id: str) -> Response:
    """204, also where it is taken back already; 404 where there is no such request."""
    context = context_of(request)
    known = as_id(request_id, "request")
    with context.connection() as connection:
        if not requests.end_request(connection, known, context.clock.now(), WHO):
            raise NotFound(message("error.request.no_request", id=known))
    return Response(status_code=204)


def _keep(context: AppContext, wanted: WorkRequest) -> None:
    with context.connection() as connection, connection.transaction():
        unknown = set(wanted.segments) - judgements.known_segments(connection, wanted.segments)
        if unknown:
            raise NotFound(message("error.request.no_segment", id=min(unknown)[:60]))
        requests.add_request(connection, wanted)


def _until(text: str, now: datetime) -> datetime:
    """The time that was given, else ``USUAL_LAST`` from now. HttpProblem 422 where it cannot be."""
    if not text:
        return now + USUAL_LAST
    try:
        until = datetime.fromisoformat(text)
    except ValueError as error:
        raise HttpProblem(422, message("error.request.until")) from error
    if until.tzinfo is None or not now < until <= now + LONGEST:
        raise HttpProblem(422, message("error.request.until_span", days=LONGEST.days))
    return until
