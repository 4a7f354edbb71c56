"""What stands before every request: headers that keep the page to its own host, and no orders from other sites."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Refusal = Callable[[Scope, str], Response]


class Guard:
    """Adds the headers; refuses changes that another site asks for, and foreign host names on loopback.

    ``base`` stands before every path; a proxy may take it away on the way or leave it.
    """

    def __init__(self, app: ASGIApp, *, refusal: Refusal, loopback_only: bool, base: str = "") -> None:
        self.app = app
        self.base = base
        self.refusal = refusal
        self.loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = _with_headers(send)
        scope = {**scope, "root_path": self.base} if self.base else scope
        problem = self._problem(scope)
        answer = self.app if problem is None else self.refusal(scope, problem)
        await answer(scope, receive, send)

    def _problem(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        if self.loopback_only and host_name(headers.get("host", "")) not in LOOPBACK:
            return "host"
        if scope["method"] not in SAFE and foreign(headers):
            return "cross-site"
        return None


def foreign(headers: Headers) -> bool:
    """Whether another site's page sent this: by Sec-Fetch-Site, else by Origin. Programs send neither."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def host_name(host: str) -> str:
    """The name of a Host header without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
