"""The ways in: how a request shows who asks. A cookie of a browser that signed in, or the key of a program."""

from __future__ import annotations

import base64
import ipaddress
from datetime import datetime, timedelta

from fastapi import Request
from starlette.responses import Response

from city.account import SECOND_FACTOR, Caller
from dashboards.web.context import context_of
from dashboards.web.proof import digest
from store import accounts, doorbook

COOKIE = "dagsplan_session"


def by_key(request: Request) -> Caller | None:
    """The program whose key stands in ``Authorization: Bearer``, or as the password of ``Basic``, for those that know
    no other way."""
    key = _key_of(request.headers.get("authorization", ""))
    if not key:
        return None
    context = context_of(request)
    with context.connection() as connection:
        return accounts.key_caller(connection, digest(key), context.clock.now())


def _key_of(header: str) -> str:
    """The key of an ``Authorization`` header; empty where it has none."""
    kind, _, said = header.partition(" ")
    if kind.lower() == "bearer":
        return said.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(said.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def by_session(request: Request) -> Caller | None:
    """The account of a browser that is signed in, with a second factor where its role wants one."""
    found = session_of(request)
    if found is None or found.stage != "open":
        return None
    wanted = context_of(request).settings.web.second_factor and found.role in SECOND_FACTOR
    return None if wanted and not found.by_second_factor else Caller(found.role, found.name)


def session_of(request: Request) -> accounts.WebSession | None:
    """The session of a browser, on its way in too."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    context = context_of(request)
    with context.connection() as connection:
        used = not getattr(request.state, "looking", False)
        return accounts.session(connection, digest(token), context.clock.now(), used=used)


def place_of(request: Request) -> str:
    """Where a request comes from: the address of the other side, of IPv6 the network that one customer has. What a
    proxy on this host says of it counts (:func:`dashboards.serve.serve`), what anybody else says does not."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host or "?"
    if address.version == 4:
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def give_cookie(
    request: Request, response: Response, token: str, lasts: timedelta = accounts.WHOLE, *, name: str = COOKIE
) -> None:
    """Gives a browser what it shows from now on: no script reads it, no other site sends it along with a change, and
    where it came by https it goes by nothing else."""
    response.set_cookie(
        name,
        token,
        max_age=round(lasts.total_seconds()),
        path=context_of(request).base or "/",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )


def take_cookie(request: Request, response: Response) -> None:
    """Takes it away again."""
    give_cookie(request, response, "", timedelta(0))


def end(request: Request, caller: Caller, at: datetime) -> None:
    """Ends the session of a browser on the server: its cookie opens nothing any more, whoever has it."""
    with context_of(request).connection() as connection:
        if accounts.end_session(connection, digest(request.cookies.get(COOKIE, "")), at):
            doorbook.note(connection, at, caller.name, "signed_out", place=place_of(request))
