"""The door: who may what, in one table, and what stands before every request where ``web.accounts`` is set.

What is not in the table is refused to everybody. ``docs/door.md`` has it as a table of roles.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

import anyio
import psycopg
from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from city.account import ROLES, Caller
from city.catalogue.message import Message as Said
from city.catalogue.message import message
from city.errors import StoreUnavailable
from dashboards.web.callers import by_key, by_session, place_of
from dashboards.web.context import AppContext
from dashboards.web.guard import SAFE
from dashboards.web.phones import by_phone
from dashboards.web.problems import answer
from dashboards.web.render import wants_page
from store import doorbook

log = logging.getLogger("dagsplan.web")

Way = Callable[[Request], Caller | None]
WAYS: tuple[Way, ...] = (by_key, by_session, by_phone)
"""How a request may show who asks; the first that knows one who may counts."""

NOBODY = ""
"""The role of who is not signed in."""
Roles = frozenset[str]
OPEN: Roles = frozenset({*ROLES, NOBODY})
ALL: Roles = frozenset({"viewer", "dispatcher", "engineer", "admin", "machine"})
PEOPLE: Roles = ALL - {"machine"}
DISPATCH: Roles = frozenset({"dispatcher", "admin"})
ENGINE: Roles = frozenset({"engineer", "admin"})
DRIVERS: Roles = frozenset({"driver"})
NONE: Roles = frozenset()
UNNOTED = frozenset({"/api/v1/positions/{source}"})
"""What is not noted in the book of the door: where a vehicle was stands in one table, and goes from there."""

RIGHTS: Mapping[tuple[str, str], Roles] = {
    # the door itself, and what machines ask that watch over the service
    ("GET", "/logga-in"): OPEN,
    ("POST", "/logga-in"): OPEN,
    ("GET", "/logga-in/extern"): OPEN,
    ("GET", "/logga-in/klar"): OPEN,
    ("POST", "/logga-ut"): PEOPLE,
    ("GET", "/tillganglighet"): OPEN,
    ("GET", "/integritet"): OPEN,
    ("GET", "/static"): OPEN,
    ("GET", "/favicon.ico"): OPEN,
    ("GET", "/livez"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/healthz"): OPEN,
    ("GET", "/metrics"): ALL,
    # pages
    ("GET", "/"): PEOPLE,
    ("GET", "/idag"): PEOPLE,
    ("GET", "/idag/utkallning"): PEOPLE,
    ("GET", "/idag/utskrift"): PEOPLE,
    ("GET", "/idag/tur"): PEOPLE,
    ("GET", "/karta"): PEOPLE,
    ("GET", "/karta/huvud"): PEOPLE,
    ("GET", "/karta/turer"): PEOPLE,
    ("GET", "/karta/tur"): PEOPLE,
    ("GET", "/karta/gata"): PEOPLE,
    ("GET", "/bemanning"): PEOPLE,
    ("GET", "/overlamning"): PEOPLE,
    ("GET", "/data"): PEOPLE,
    ("GET", "/start"): PEOPLE,
    # what programs read; numbers of crews are for people
    ("GET", "/api/v1/openapi.json"): ALL,
    ("GET", "/api/v1/plans/{domain}/{name}"): ALL,
    ("GET", "/api/v1/orders"): ALL,
    ("GET", "/api/v1/orders/{order_id}/progress"): ALL,
    ("GET", "/api/v1/standing/{domain}"): ALL,
    ("GET", "/api/v1/requests"): ALL,
    ("GET", "/api/v1/observations"): ALL,
    ("GET", "/api/v1/drafts/snow"): ALL,
    ("GET", "/api/v1/declines"): ALL,
    ("GET", "/api/v1/handover/{day}"): ALL,
    ("GET", "/api/v1/readings"): ALL,
    ("GET", "/api/v1/thresholds"): ALL,
    ("GET", "/api/v1/segments.json"): ALL,
    ("GET", "/api/v1/map/base.json"): ALL,
    ("GET", "/api/v1/map/{domain}.json"): ALL,
    ("GET", "/api/v1/roads.json"): ALL,
    ("GET", "/api/v1/events"): ALL,
    ("GET", "/api/v1/calls"): PEOPLE,
    ("GET", "/api/v1/calls/sheet"): PEOPLE,
    ("GET", "/api/v1/manning"): PEOPLE,
    ("GET", "/api/v1/phones"): PEOPLE,
    ("GET", "/api/v1/reports"): PEOPLE,
    ("GET", "/api/v1/reports/{report_id}/photo"): PEOPLE,
    # the night's work
    ("POST", "/idag/utkallning"): DISPATCH,
    ("POST", "/api/v1/orders"): DISPATCH,
    ("POST", "/api/v1/orders/{order_id}/events"): DISPATCH,
    ("POST", "/api/v1/orders/{order_id}/undo"): DISPATCH,
    ("POST", "/api/v1/calls"): DISPATCH,
    ("POST", "/api/v1/calls/withdraw"): DISPATCH,
    ("POST", "/api/v1/calls/{call_id}/{act}"): DISPATCH,
    ("POST", "/api/v1/choices"): DISPATCH,
    ("POST", "/api/v1/observations"): DISPATCH,
    ("POST", "/api/v1/observations/{observation_id}/end"): DISPATCH,
    ("POST", "/api/v1/drafts/{draft_id}"): DISPATCH,
    ("POST", "/api/v1/declines"): DISPATCH,
    ("POST", "/api/v1/declines/end"): DISPATCH,
    ("POST", "/api/v1/manning"): DISPATCH,
    ("POST", "/api/v1/manning/{change_id}/end"): DISPATCH,
    ("POST", "/api/v1/requests"): DISPATCH,
    ("POST", "/api/v1/requests/{request_id}/end"): DISPATCH,
    ("POST", "/api/v1/phones"): DISPATCH,
    ("POST", "/api/v1/phones/{phone_id}/end"): DISPATCH,
    ("POST", "/api/v1/reports/{report_id}/answers"): DISPATCH,
    # a driver's phone: the page holds nothing of the town, and a code lets a phone in
    ("GET", "/kor"): OPEN,
    ("GET", "/kor/worker.js"): OPEN,
    ("GET", "/kor/app.webmanifest"): OPEN,
    ("POST", "/api/v1/phones/pair"): OPEN,
    # whoever was sent the link of a call answers it
    ("GET", "/svar/{secret}"): OPEN,
    ("POST", "/svar/{secret}"): OPEN,
    ("GET", "/api/v1/drive"): DRIVERS,
    ("GET", "/api/v1/drive/events"): DRIVERS,
    ("POST", "/api/v1/drive/positions"): DRIVERS,
    ("PUT", "/api/v1/reports/{report_id}"): DRIVERS,
    ("PUT", "/api/v1/reports/{report_id}/photo"): DRIVERS,
    ("POST", "/api/v1/phones/mine/end"): DRIVERS,
    # trackers that post by themselves, each installation with a key of its own
    ("POST", "/api/v1/positions/{source}"): DISPATCH | {"machine"},
    # sensors, settings, limits
    ("POST", "/data"): ENGINE,
    ("POST", "/start"): ENGINE,
}
"""Who may what, by method and the path of the route."""


def may_now(request: Request, method: str, template: str) -> bool:
    """Whether who asks for a page may do something that it offers; everybody may where nobody signs in."""
    context: AppContext = request.app.state.context
    caller = getattr(request.state, "caller", None)
    return not context.settings.web.accounts or (caller is not None and may(caller.role, method, template))


def may(role: str, method: str, template: str) -> bool:
    """Whether a role (``NOBODY``: who is not signed in) may do something."""
    return role in RIGHTS.get((method, template), NONE)


@dataclass(frozen=True)
class AnsweringRoute:
    """What answers where: the path of a route, its methods (empty: any), and how a path is known to be its."""

    template: str
    methods: frozenset[str]
    pattern: re.Pattern[str]


def answering(routes: Sequence[BaseRoute]) -> Iterator[AnsweringRoute]:
    """All that the application answers, in the order in which it looks."""
    for one in iter_route_contexts(routes):
        mounted = isinstance(one.original_route, Mount)
        methods = frozenset() if mounted else frozenset(one.methods or ()) - {"HEAD"}
        yield AnsweringRoute(str(one.path if mounted else one.path_format), methods, one.path_regex)


class Door:
    """Lets a request through where its caller may do what it asks, and notes who changed what. Of what a driver's phone
    sends nothing is noted: reports and positions have tables of their own, and nobody is followed by a second one.

    It stands within the guard and within what turns HEAD into GET.
    """

    def __init__(self, app: ASGIApp, *, routes: Sequence[BaseRoute], context: AppContext) -> None:
        self.app, self.context, self._routes = app, context, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, template = Request(scope), self._template(scope)
        roles = frozenset(ROLES) if template is None else RIGHTS.get((scope["method"], template), NONE)
        caller = None
        if NOBODY not in roles or wants_page(request):
            try:
                caller = await run_in_threadpool(caller_of, request, roles)
            except (StoreUnavailable, psycopg.OperationalError):
                if NOBODY not in roles:
                    await answer(request, 503, message("error.request.no_store"))(scope, receive, send)
                    return
        scope.setdefault("state", {})["caller"] = caller
        allowed = (caller.role if caller else NOBODY) in roles
        way: ASGIApp = self.app if allowed else refused(request, caller, roles)
        if caller is None or caller.role in DRIVERS or template in UNNOTED or scope["method"] in SAFE:
            await way(scope, receive, send)
        else:
            await self._noted(way, f"{scope['method']} {template or '?'}", caller, (scope, receive, send))

    def _template(self, scope: Scope) -> str | None:
        """The path of the route that answers; None where none does, or not to this method."""
        path, method = path_of(scope), scope["method"]
        for place in self._answering:
            if (not place.methods or method in place.methods) and place.pattern.match(path):
                return place.template
        return None

    @cached_property
    def _answering(self) -> tuple[AnsweringRoute, ...]:
        return tuple(answering(self._routes))

    async def _noted(self, way: ASGIApp, what: str, caller: Caller, call: tuple[Scope, Receive, Send]) -> None:
        """Does what changes something, and notes who asked for it and what came of it before anybody is answered."""
        scope, receive, send = call
        place, begun = place_of(Request(scope)), False

        async def sending(part: Message) -> None:
            nonlocal begun
            if part["type"] == "http.response.start" and not begun:
                begun = True
                await run_in_threadpool(self._note, caller, f"{what} {part['status']}", place)
            await send(part)

        try:
            await way(scope, receive, sending)
        finally:
            if not begun:
                with anyio.CancelScope(shield=True):
                    await run_in_threadpool(self._note, caller, f"{what} 500", place)

    def _note(self, caller: Caller, about: str, place: str) -> None:
        try:
            with self.context.connection() as connection:
                doorbook.note(connection, self.context.clock.now(), caller.name, "change", about, place)
        except (StoreUnavailable, psycopg.Error) as error:
            log.warning("not in the book of the door: %s", error, extra={"what": about})


def path_of(scope: Scope) -> str:
    """The path that a route is found by: without what stands before every path, which a proxy may leave or take."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and (path == root or path.startswith(f"{root}/")) else path


def caller_of(request: Request, roles: Roles = OPEN) -> Caller | None:
    """Who asks: the first that a way knows and that may, as a browser may be both a desk and a phone; else the first
    that one knows; None where none does."""
    known = None
    for way in WAYS:
        caller = way(request)
        if caller is not None and caller.role in roles:
            return caller
        known = known or caller
    return known


def still_in(request: Request) -> bool:
    """Whether who began something that goes on may still be here, which is no use of a session; while the database is
    away nobody is sent out."""
    context: AppContext = request.app.state.context
    if not context.settings.web.accounts:
        return True
    request.state.looking = True
    try:
        return caller_of(request) is not None
    except (StoreUnavailable, psycopg.OperationalError):
        return True


def refused(request: Request, caller: Caller | None, roles: Roles) -> Response:
    """The answer to who may not: a browser that goes somewhere is led to the sign-in, all else is told."""
    if caller is not None and roles != DRIVERS:
        return answer(request, 403, _may_not(caller, roles), key="role")
    if wants_page(request) and request.headers.get("sec-fetch-mode", "navigate") == "navigate":
        return RedirectResponse(_sign_in(request), 303, {"Cache-Control": "no-store"})
    response = answer(request, 401, message("error.door.nobody"))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _may_not(caller: Caller, roles: Roles) -> Said:
    own, named = message(f"door.role.{caller.role}"), [role for role in ROLES if role in roles]
    if not named:
        return message("error.door.nobody_may")
    return message("error.door.role", own=own, roles=tuple(message(f"door.role.{role}") for role in named))


def _sign_in(request: Request) -> str:
    """Where one signs in, to come back to this page; what a form was about to send is lost, and that is said."""
    context: AppContext = request.app.state.context
    if request.method not in SAFE:
        return f"{context.base}/logga-in?lost=1"
    query = f"?{request.url.query}" if request.url.query else ""
    asked = {name: value for name, value in request.query_params.items() if name in {"lang", "theme"}}
    return f"{context.base}/logga-in?{urlencode({'next': context.base + path_of(request.scope) + query, **asked})}"
