"""Phones that stand for a vehicle: let in by six digits, a sheet or the link of a call; taken out in one tap."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import NotFound
from dashboards.api.orders import WHO, as_id, body_of
from dashboards.pages import manning as manning_page
from dashboards.pages.crew import crew_anchor
from dashboards.pages.manning import TypedChange
from dashboards.web.callers import place_of
from dashboards.web.context import context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.phones import known_phone, let_in, let_out, phone_of
from dashboards.web.problems import HttpProblem
from dashboards.web.tries import WrongTries
from planner.calls.driver.pair import make_code, pair, take_out
from store import phones

router = APIRouter(prefix="/api/v1/phones", tags=["phones"])
SECRET, DIGITS = re.compile(r"[\w-]{6,40}"), re.compile(r"\d{6}")
GUESSES = WrongTries(each=6, all_of=60)
"""Six digits live ten minutes: sixty wrong ones in that time find one of five open codes with odds of 3 in 10,000."""

CODE_BODY = {"type": "object", "required": ["vehicle"], "properties": {"vehicle": {"type": "string"}}}
PAIR_BODY = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string", "description": "six digits, or what a sheet carries"}},
}
END_BODY = {"type": "object", "properties": {}}


@router.get("", summary="The phones that are paired now")
def list_phones(request: Request) -> Response:
    """By vehicle. A phone has no name and no owner here."""
    context = context_of(request)
    with context.connection() as connection:
        found = phones.phones(connection, context.clock.now())
    return _json({"phones": found})


@router.post("", status_code=201, summary="Six digits that let one phone in", openapi_extra=body_of(CODE_BODY))
def new_code(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 with the digits, which open once and for ten minutes. 404 for an unknown vehicle."""
    context, vehicle = context_of(request), got.text("vehicle")
    with context.connection() as connection:
        made = make_code(connection, context.clock, vehicle)
    if got.by_form:
        return manning_page.show(request, TypedChange(vehicle, ""), code=made)
    return _json({"vehicle": made.vehicle, "code": made.code, "until": made.until}, 201)


@router.post("/pair", status_code=201, summary="Let this phone in", openapi_extra=body_of(PAIR_BODY))
def pair_phone(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """201 and a cookie that stands for the vehicle for twelve hours; 404 where the code opens nothing. 429 after
    too many wrong digits: what a sheet carries is too long to be guessed, and is looked at all the same."""
    context, whom = context_of(request), place_of(request)
    code, before = re.sub(r"\s", "", got.text("code")), known_phone(request)
    guessed = DIGITS.fullmatch(code) is not None
    if guessed and not GUESSES.may(whom):
        raise HttpProblem(429, message("error.phone.too_many"))
    try:
        if not SECRET.fullmatch(code):
            raise NotFound(message("error.phone.wrong_code"))
        with context.connection() as connection:
            paired = pair(connection, context.clock, code)
            if before is not None:
                phones.end_phone(connection, before.id, context.clock.now(), before.vehicle)
    except NotFound:
        if guessed:
            GUESSES.wrong(whom)
        raise
    answer = _json({"phone": paired.phone}, 201)
    let_in(request, answer, paired)
    return answer


@router.post("/mine/end", summary="Let this phone out", openapi_extra=body_of(END_BODY))
def end_own(request: Request) -> Response:
    """The phone goes home: its reports that are sent stay, and it needs a new code to come back."""
    context, phone = context_of(request), phone_of(request)
    with context.connection() as connection:
        phones.end_phone(connection, phone.id, context.clock.now(), phone.vehicle)
    answer = _json({"ended": phone.id})
    let_out(request, answer)
    return answer


@router.post("/{phone_id}/end", summary="Take a phone out", openapi_extra=body_of(END_BODY))
def end_phone(request: Request, phone_id: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """200; with it goes whatever else was given out for its vehicle. Taken out twice is no error."""
    context = context_of(request)
    with context.connection() as connection:
        vehicle = take_out(connection, as_id(phone_id, "phone"), context.clock.now(), WHO)
    if got.by_form:
        query = urlencode({"saved": f"phone.{vehicle}"})
        return RedirectResponse(f"{context.base}/bemanning?{query}#{crew_anchor(vehicle, '')}", 303)
    return _json({"ended": phone_id})


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
