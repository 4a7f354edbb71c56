"""Snow haulage and grit sweeping that a person asks for: the next snow plan drives it after the night's snow work."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Annotated, cast, get_args

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from city.errors import NotFound
from city.upkeep import Ask
from city.vocabulary import AskKind
from dashboards.api.orders import NOTE_LENGTH, WHO, as_id, note_of
from dashboards.web.context import Desk, desk_of
from dashboards.web.forms import Sent, sent
from dashboards.web.problems import Problem
from store import asks, judgements

router = APIRouter(prefix="/api/v1/asks", tags=["asks"])
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
                        "kind": {"type": "string", "enum": list(get_args(AskKind))},
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
    desk = desk_of(request)
    with desk.connection() as connection:
        found = asks.asks(connection, desk.clock.now())
    return Response(msgspec.json.encode({"asks": found}), media_type="application/json")


@router.post("", status_code=201, summary="Ask for haulage or sweeping on some segments", openapi_extra=BODY)
def ask_for(request: Request, got: Annotated[Sent, Depends(sent)]) -> Response:
    """201 with the ask; 404 for a segment that there is not, 422 for a kind or a time that cannot be."""
    desk, kind, segments = desk_of(request), got.text("kind"), got.texts("segments")
    if kind not in get_args(AskKind):
        raise Problem(422, f"'{kind}' cannot be asked for; choose from {', '.join(get_args(AskKind))}")
    if not segments:
        raise Problem(422, "segments must name at least one street")
    now = desk.clock.now()
    ask = Ask(
        id=str(uuid.uuid4()),
        kind=cast(AskKind, kind),
        segments=tuple(segments),
        who=WHO,
        why=note_of(got, "why"),
        at=now,
        until=_until(got.text("until"), now),
    )
    _keep(desk, ask)
    return Response(msgspec.json.encode(ask), 201, media_type="application/json")


@router.post("/{ask_id}/end", summary="Take back what was asked for")
def end(request: Request, ask_id: str) -> Response:
    """204, also where it is taken back already; 404 where there is no such ask."""
    desk = desk_of(request)
    known = as_id(ask_id, "ask")
    with desk.connection() as connection:
        if not asks.end_ask(connection, known, desk.clock.now(), WHO):
            raise NotFound(f"there is no ask {known}")
    return Response(status_code=204)


def _keep(desk: Desk, ask: Ask) -> None:
    with desk.connection() as connection, connection.transaction():
        unknown = set(ask.segments) - judgements.known_segments(connection, ask.segments)
        if unknown:
            raise NotFound(f"there is no segment '{min(unknown)[:60]}'")
        asks.add_ask(connection, ask)


def _until(text: str, now: datetime) -> datetime:
    """The time that was given, else ``USUAL_LAST`` from now. Problem 422 where it cannot be."""
    if not text:
        return now + USUAL_LAST
    try:
        until = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(422, "until must be a time; write it as 2026-11-24T04:30:00+01:00") from error
    if until.tzinfo is None or not now < until <= now + LONGEST:
        raise Problem(422, f"until must have its offset and lie within {LONGEST.days} days from now")
    return until
