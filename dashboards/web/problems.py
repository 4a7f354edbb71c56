"""What went wrong, said once: as problem+json to programs (RFC 9457), as a kind page to people."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from city.errors import Conflict, DagsplanError, NotFound, PlanNotPossible, StoreUnavailable
from dashboards.web.render import page, wants_page

log = logging.getLogger("dagsplan.web")
NO_STORE = "The database does not answer; try again in a moment."
TITLES = {
    400: "Bad request",
    403: "Refused",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not understood",
    500: "Fault",
    503: "Unavailable",
}
PAGES = frozenset({403, 404, 409, 422, 503})


class HttpProblem(DagsplanError):
    """A refusal with its status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def answer(request: Request, status: int, detail: str) -> Response:
    """A problem for a program, or a page for a person."""
    if wants_page(request):
        key = str(status) if status in PAGES else "500"
        return page(request, "problem.html", status, key=key, detail=detail if status in {404, 409, 422} else "")
    path = request.url.path
    body = {"type": "about:blank", "title": TITLES.get(status, "HttpProblem"), "status": status, "detail": detail}
    raw = msgspec.json.encode(body | {"instance": path})
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Response(raw, status, headers, "application/problem+json")


def refusal(scope: Scope, problem: str) -> Response:
    """The answer to a request that the guard stopped."""
    sentences = {
        "cross-site": "A page of another site asked for this change; do it from dagsplan's own pages.",
        "host": "Without sign-in this service answers to 127.0.0.1 and localhost only; where a proxy signs people in, "
        "set web.sign_in_by_proxy = true.",
    }
    return answer(Request(scope), 403, sentences[problem])


def install(app: FastAPI) -> None:
    """Takes over how the application answers every kind of failure."""
    statuses: list[tuple[type[Exception], int]] = [(NotFound, 404), (Conflict, 409), (PlanNotPossible, 409)]
    for kind, status in statuses:
        app.add_exception_handler(kind, _saying(status))
    for unavailable in (StoreUnavailable, psycopg.OperationalError):
        app.add_exception_handler(unavailable, _unavailable)
    app.add_exception_handler(HttpProblem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(msgspec.ValidationError, _saying(422))
    app.add_exception_handler(psycopg.DataError, _fault_of_input)
    app.add_exception_handler(Exception, _fault)


def _saying(status: int) -> Callable[[Request, Exception], Response]:
    def handler(request: Request, error: Exception) -> Response:
        return answer(request, status, str(error))

    return handler


def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("database unavailable: %s", str(error).splitlines()[0] if str(error) else type(error).__name__)
    return answer(request, 503, NO_STORE)


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem)
    return answer(request, error.status, str(error))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer(request, error.status_code, str(error.detail))


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    parts = ["{}: {}".format(".".join(str(step) for step in found["loc"]), found["msg"]) for found in error.errors()]
    return answer(request, 422, "; ".join(parts))


def _fault_of_input(request: Request, error: Exception) -> Response:
    return answer(request, 422, str(error).splitlines()[0])


def _fault(request: Request, error: Exception) -> Response:
    return answer(request, 500, "dagsplan met a fault of its own; it is in the log.")
