"""Who a phone is: the vehicle that it was paired with, by its cookie. Nothing else lets one in to what drivers ask."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from city.account import Caller
from city.catalogue.message import message
from city.report import Phone
from dashboards.web.context import context_of
from dashboards.web.problems import HttpProblem
from planner.calls.driver.pair import Paired
from store import phones

COOKIE = "dagsplan_phone"
LASTS_S = 12 * 3600


def phone_of(request: Request) -> Phone:
    """The phone that asks. Raises HttpProblem 401 where it is not paired, or not any more."""
    phone = known_phone(request)
    if phone is None:
        raise HttpProblem(401, message("error.phone.not_in"))
    return phone


def known_phone(request: Request) -> Phone | None:
    """The phone that asks, where it is paired."""
    context, token = context_of(request), request.cookies.get(COOKIE)
    if not token:
        return None
    with context.connection() as connection:
        return phones.by_token(connection, token, context.clock.now())


def by_phone(request: Request) -> Caller | None:
    """The driver of a paired phone, known by the vehicle alone: how the door knows one."""
    phone = known_phone(request)
    return None if phone is None else Caller("driver", f"vehicle:{phone.vehicle}")


def let_in(request: Request, response: Response, paired: Paired) -> None:
    """Gives a phone its cookie, which no script reads and no other site sends."""
    response.set_cookie(
        COOKIE,
        paired.token,
        max_age=LASTS_S,
        path=context_of(request).base or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def let_out(request: Request, response: Response) -> None:
    """Takes the cookie away."""
    response.delete_cookie(COOKIE, path=context_of(request).base or "/")
