"""``/logga-in/extern`` and back: signing in at the municipality's own identity provider."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from city.catalogue.message import message
from city.errors import BadValue, SourceUnavailable
from dashboards.pages.signin import local, onward, told
from dashboards.web.callers import give_cookie, place_of
from dashboards.web.context import context_of
from dashboards.web.entering import by_provider
from dashboards.web.proof import new_token
from dashboards.web.provider import way_out, who_came_back

log = logging.getLogger("dagsplan.web")
router = APIRouter(include_in_schema=False)
PLACE, BACK = "/logga-in/extern", "/logga-in/klar"
COOKIE = "dagsplan_way"
LASTS = timedelta(minutes=10)


@router.get(PLACE)
def leave(request: Request) -> Response:
    """Leads to the provider; 503 where it does not answer."""
    context, token, to = context_of(request), new_token(), request.query_params.get("next", "")
    if not context.settings.oidc.issuer:
        return onward(request, f"{context.base}/logga-in")
    try:
        where = way_out(context.settings.oidc, token, _back(request))
    except SourceUnavailable as error:
        log.warning("sign-in at the provider: %s", error)
        return told(request, message("door.no_provider"), 503)
    response = RedirectResponse(where, 303, {"Cache-Control": "no-store"})
    give_cookie(request, response, f"{token}.{quote(to if local(to) else '', safe='')}", LASTS, name=COOKIE)
    return response


@router.get(BACK)
def come_back(request: Request) -> Response:
    """Takes in who comes back: 303 where they have a role here, 403 where not or where nothing is proved."""
    context = context_of(request)
    token, _, to = request.cookies.get(COOKIE, "").partition(".")
    if not context.settings.oidc.issuer or not token:
        return onward(request, f"{context.base}/logga-in")
    try:
        now = context.clock.now()
        person = who_came_back(context.settings.oidc, token, _back(request), dict(request.query_params), now)
    except SourceUnavailable as error:
        log.warning("sign-in at the provider: %s", error)
        return told(request, message("door.no_provider"), 503)
    except BadValue as error:
        log.warning("sign-in at the provider: %s", error)
        return told(request, message("door.not_proved"), 403)
    entered = by_provider(context, person, place_of(request))
    if entered.problem is not None:
        return told(request, entered.problem, 403)
    response = onward(request, unquote(to))
    give_cookie(request, response, entered.token)
    give_cookie(request, response, "", timedelta(0), name=COOKIE)
    return response


def _back(request: Request) -> str:
    """Where the provider leads back to: it is registered there, and the same whatever name a browser asked for."""
    context = context_of(request)
    return f"{context.settings.web.public_url.rstrip('/')}{context.base}{BACK}"
