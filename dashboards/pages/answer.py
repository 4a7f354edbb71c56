"""``/svar/…``: a call answered with one tap, from the link of its message. To look at it answers nothing: programs that
fetch links ahead of people do that."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.call import CallEvent, CallNow
from city.catalogue.message import message
from city.errors import Conflict, NotFound
from dashboards.web.context import AppContext, context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.phones import let_in
from dashboards.web.render import locale_of, page
from planner.calls.answers import cannot
from planner.calls.driver.drive import WAITS
from planner.calls.driver.pair import pair
from planner.calls.steps import happened
from planner.calls.texts import without_link
from store import calls, phones
from store.connect import Connection

router = APIRouter(include_in_schema=False)
CAUSES = ("not_on_duty", "vehicle", "other_work", "other")
"""Why somebody cannot. A person never says more of themselves than that."""


@router.get("/svar/{secret}")
def asked(request: Request, secret: str) -> Response:
    """The call with its two answers, or how it stands where it was answered."""
    context = context_of(request)
    with context.connection() as connection:
        call = _call(context, connection, secret)
    return _show(request, secret, call)


@router.post("/svar/{secret}")
def answered(request: Request, secret: str, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """A yes pairs this phone and leads to what is to be driven; a no goes to the next of the list at once."""
    context = context_of(request)
    now, said = context.clock.now(), got.text("answer")
    try:
        with context.connection() as connection, connection.transaction():
            call = _call(context, connection, secret)
            if said == "yes":
                if call.state != "acknowledged":
                    happened(connection, CallEvent(call.id, "acknowledged", now, call.vehicle))
                paired = pair(connection, context.clock, secret, by_link=True)
            elif said == "no" and _answer_of(call) != "refused":
                cause = got.text("cause")
                why = locale_of(request).words(f"heard.detail.{cause}") if cause in CAUSES else ""
                cannot(connection, context.settings, call.id, call.vehicle, now, why)
    except Conflict:
        with context.connection() as connection:
            return _show(request, secret, _call(context, connection, secret), status=409)
    if said != "yes":
        return RedirectResponse(f"{context.base}/svar/{secret}", 303)
    answer = RedirectResponse(f"{context.base}/kor#in", 303)
    let_in(request, answer, paired)
    return answer


def _call(context: AppContext, connection: Connection, secret: str) -> CallNow:
    """The call that a link is of. Raises NotFound where its time is out, or it was taken back."""
    found = phones.pairing(connection, secret, context.clock.now())
    call = calls.lock_call(connection, found.call_id) if found is not None and found.call_id is not None else None
    if call is None or call.state == "withdrawn":
        raise NotFound(message("error.phone.old_link"))
    return call


def _answer_of(call: CallNow) -> str:
    """How a call was answered; empty where it waits. A no after which nobody was left is a no."""
    if call.state == "unanswered" and call.answered_at is not None:
        return "refused"
    return "" if call.state in WAITS else call.state


def _show(request: Request, secret: str, call: CallNow, *, status: int = 200) -> Response:
    locale = locale_of(request)
    state = _answer_of(call)
    answered_at = locale.clock(call.answered_at) if call.answered_at and state else ""
    context = context_of(request)
    return page(
        request,
        "svar.html",
        status,
        secret=secret,
        call=call,
        text=without_link(call.text),
        answered=locale.words(f"answer_call.{state}", clock=answered_at) if state else "",
        yes=state in {"", "acknowledged"},
        no=state in {"", "acknowledged"},
        causes=CAUSES,
        ring=context.settings.web.phone,
        simulated=context.clock.simulated,
    )
