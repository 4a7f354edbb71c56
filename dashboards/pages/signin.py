"""``/logga-in`` and ``/logga-ut``: a password, a code where the role wants one, and the way out again."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import Message
from dashboards.pages.paper.code import square_of
from dashboards.web.callers import COOKIE, end, give_cookie, place_of, session_of, take_cookie
from dashboards.web.context import context_of
from dashboards.web.entering import Entered, by_code, by_password
from dashboards.web.forms import SentForm, sent
from dashboards.web.proof import secret_address
from dashboards.web.render import locale_of, page
from store.accounts import ON_THE_WAY, WHOLE, WebSession

router = APIRouter(include_in_schema=False)
PLACE = "/logga-in"


@router.get(PLACE)
def sign_in(request: Request) -> Response:
    """What is wanted next of this browser; who is signed in, or need not be, goes on."""
    if not context_of(request).settings.web.accounts or _caller(request) is not None:
        return onward(request, request.query_params.get("next", ""))
    return _page(request, _on_the_way(request), lost="lost" in request.query_params)


@router.post(PLACE)
def step(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """Takes a password or a code: 303 where it was right, 403 where it was not, 429 where it has to wait."""
    request.state.form_of = PLACE
    context, to = context_of(request), got.text("next")
    if not context.settings.web.accounts:
        return onward(request, to)
    session = _on_the_way(request) if "code" in got.fields else None
    token = request.cookies.get(COOKIE, "")
    if session is None:
        entered = by_password(context, got.text("name"), _password(got), place_of(request), token)
    else:
        entered = by_code(context, token, session, got.text("code"), place_of(request))
    if entered.problem is not None:
        return _refused(request, session, entered, got)
    response = onward(request, to) if entered.stage == "open" else _to_step(request, to)
    give_cookie(request, response, entered.token, WHOLE if entered.stage == "open" else ON_THE_WAY)
    return response


@router.post("/logga-ut")
def sign_out(request: Request) -> Response:
    """Ends the session on the server, and leads to where one signs in."""
    context, caller = context_of(request), _caller(request)
    response = onward(request, f"{context.base}{PLACE}")
    if caller is not None:
        end(request, caller, context.clock.now())
        take_cookie(request, response)
        response.headers["Clear-Site-Data"] = '"cache"'  # so that *back* on a shared computer shows nothing
    return response


def _caller(request: Request) -> Any:  # noqa: ANN401 - what the door left in the request
    return getattr(request.state, "caller", None)


def _password(got: SentForm) -> str:
    """As it was typed: spaces may be part of it."""
    value = got.fields.get("password", "")
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else ""


def _on_the_way(request: Request) -> WebSession | None:
    """The session that wants a code, or a second factor to be set up."""
    found = session_of(request)
    return found if found is not None and found.stage != "open" else None


def local(path: str) -> bool:
    """Whether an address is a path of this host and nothing else: no other site is led to."""
    if not path.startswith("/") or path[1:2] in {"/", "\\"} or not path.isprintable() or "\\" in path:
        return False
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def onward(request: Request, to: str) -> Response:
    """Leads to a path of this host; to the day page where it is none."""
    base = context_of(request).base
    return RedirectResponse(to if local(to) else f"{base}/idag", 303, {"Cache-Control": "no-store"})


def _to_step(request: Request, to: str) -> Response:
    """The same page, which asks for the next step."""
    where = f"{context_of(request).base}{PLACE}"
    where += f"?{urlencode({'next': to})}" if local(to) else ""
    return RedirectResponse(where, 303, {"Cache-Control": "no-store"})


def told(request: Request, problem: Message, status: int) -> Response:
    """The sign-in with what went wrong elsewhere on the way to it."""
    return _page(request, None, status, problem=locale_of(request).words.say(problem))


def _refused(request: Request, session: WebSession | None, entered: Entered, got: SentForm) -> Response:
    still = session if session is None else _on_the_way(request)
    shown = {"problem": locale_of(request).words.say(entered.problem) if entered.problem else ""}
    response = _page(request, still, 403 if entered.until is None else 429, to=got.text("next"), **shown)
    if entered.until is not None:
        seconds = (entered.until - context_of(request).clock.now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, round(seconds)))
    return response


def _page(request: Request, session: WebSession | None, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401
    """The form of the step that is next."""
    secret = session.secret if session is not None and session.stage == "set_up" else None
    town = context_of(request).settings.municipality.name
    code = square_of(secret_address(secret, session.name, town)) if secret and session else None
    parts = {"to": request.query_params.get("next", ""), "problem": "", "lost": False} | shown
    stage = "password" if session is None else session.stage
    extern = bool(context_of(request).settings.oidc.issuer)
    grouped = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)) if secret else ""
    response = page(request, "logga-in.html", status, stage=stage, code=code, secret=grouped, extern=extern, **parts)
    response.headers["Cache-Control"] = "no-store"
    return response
